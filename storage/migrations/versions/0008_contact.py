"""What people agreed to, how they want to be written to, and each decision to write or not to."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consents",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("customer_id", Id),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("version", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_consents_chat_id", "consents", ["chat_id"])
    op.create_index("ix_consents_customer_id", "consents", ["customer_id"])
    op.create_table(
        "contact_wishes",
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("off", Json, nullable=False),
        sa.Column("per_week", sa.Integer()),
        sa.Column("per_month", sa.Integer()),
        sa.Column("paused_until", Moment),
        sa.Column("timezone", sa.String(length=60)),
        sa.Column("preferred", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.PrimaryKeyConstraint("chat_id"),
    )
    op.create_table(
        "contact_decisions",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("customer_id", Id),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("due_at", Moment),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_contact_decisions_chat_id", "contact_decisions", ["chat_id"])
    op.create_index("ix_contact_decisions_customer_id", "contact_decisions", ["customer_id"])
    waiting = sa.text("status = 'waiting'")
    op.create_index("ix_messages_waiting", "messages", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_messages_waiting", "messages")
    for table in ("contact_decisions", "contact_wishes", "consents"):
        op.drop_table(table)
