"""What staff wrote in their chats, and which message or note it became."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_INDEXES = ("ticket_id", "staff_id", "message_id", "note_id", "watched_id")


def upgrade() -> None:
    op.create_table(
        "ticket_relays",
        sa.Column("id", Id, primary_key=True),
        sa.Column("chat_id", Id, sa.ForeignKey("chats.id"), nullable=False),
        sa.Column("ref", sa.String(60), nullable=False),
        sa.Column("thread", sa.String(60), nullable=False),
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("message_id", Id),
        sa.Column("note_id", Id),
        sa.Column("album", sa.String(40)),
        sa.Column("watched_id", Id),
        sa.UniqueConstraint("chat_id", "ref"),
    )
    for column in _INDEXES:
        op.create_index(f"ix_ticket_relays_{column}", "ticket_relays", [column])
    op.create_index("ix_ticket_relays_album", "ticket_relays", ["chat_id", "album"])
    op.add_column("ticket_boards", sa.Column("note_id", Id, server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    op.drop_column("ticket_boards", "note_id")
    op.drop_table("ticket_relays")
