"""Tickets put aside until a time, and colleagues who are mentioned in a note."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_snoozes",
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("until", Moment, nullable=False),
    )
    op.create_table(
        "ticket_mentions",
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), primary_key=True, autoincrement=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_ticket_mentions_staff_id", "ticket_mentions", ["staff_id"])


def downgrade() -> None:
    op.drop_table("ticket_mentions")
    op.drop_table("ticket_snoozes")
