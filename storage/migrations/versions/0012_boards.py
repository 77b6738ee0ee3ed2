"""Where each ticket stands in the staff's chats, and what has been told of it."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STAFF = sa.text("purpose = 'staff'")


def upgrade() -> None:
    op.create_table(
        "ticket_boards",
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("chat_id", Id, sa.ForeignKey("chats.id"), nullable=False),
        sa.Column("topic_id", Id),
        sa.Column("card_id", Id),
        sa.Column("title", sa.String(130), nullable=False),
        sa.Column("message_id", Id, nullable=False),
        sa.Column("event_id", Id, nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_ticket_boards_chat_id", "ticket_boards", ["chat_id"])
    op.create_index("ix_ticket_boards_ended", "ticket_boards", ["ended"])
    op.create_table(
        "ticket_posts",
        sa.Column("message_id", Id, sa.ForeignKey("messages.id"), primary_key=True, autoincrement=False),
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("before", Id),
        sa.Column("settled", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_ticket_posts_ticket_id", "ticket_posts", ["ticket_id"])
    op.create_index("ix_ticket_posts_settled", "ticket_posts", ["settled"])
    op.add_column("ticket_notices", sa.Column("message_id", Id))
    op.add_column("ticket_notices", sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_ticket_notices_message_id", "ticket_notices", ["message_id"])
    op.create_index(
        "ix_messages_staff_ref", "messages", ["chat_id", "channel_ref"], sqlite_where=_STAFF, postgresql_where=_STAFF
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_messages_staff_ref", "messages")
    op.drop_index("ix_ticket_notices_message_id", "ticket_notices")
    op.drop_column("ticket_notices", "tries")
    op.drop_column("ticket_notices", "message_id")
    op.drop_table("ticket_posts")
    op.drop_table("ticket_boards")
