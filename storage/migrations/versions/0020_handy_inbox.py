"""Saved answers, tags, answers for later, many tickets at once, saved filters, and single keys that can be switched off."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_answers",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("names", Json, nullable=False),
        sa.Column("texts", Json, nullable=False),
        sa.Column("afterwards", sa.String(10), nullable=False),
        sa.Column("tag", sa.String(40), nullable=False),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
    )
    op.create_table(
        "ticket_tags",
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("tag", sa.String(40), primary_key=True),
    )
    op.create_table(
        "ticket_later",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("waits", sa.Boolean(), nullable=False),
        sa.Column("seen", Id, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
    )
    op.create_index("ix_ticket_later_ticket_id", "ticket_later", ["ticket_id"])
    op.create_index("ix_ticket_later_due", "ticket_later", ["ended_at", "due_at"])
    op.create_table(
        "ticket_bulks",
        sa.Column("id", Id, primary_key=True),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("do", sa.String(10), nullable=False),
        sa.Column("to_id", Id),
        sa.Column("items", Json, nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
    )
    op.create_index("ix_ticket_bulks_staff_id", "ticket_bulks", ["staff_id"])
    op.create_index("ix_ticket_bulks_due", "ticket_bulks", ["ended_at", "due_at"])
    op.create_table(
        "ticket_filters",
        sa.Column("id", Id, primary_key=True),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(300), nullable=False),
    )
    op.create_index("ix_ticket_filters_staff_id", "ticket_filters", ["staff_id"])
    op.add_column("staff", sa.Column("keys", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    op.drop_column("staff", "keys")
    for table in ("ticket_filters", "ticket_bulks", "ticket_later", "ticket_tags", "saved_answers"):
        op.drop_table(table)
