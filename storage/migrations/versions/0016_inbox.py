"""Staff at work in the console: who has which ticket open, and what they have begun to write."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_presence",
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"),
                  primary_key=True, autoincrement=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"),
                  primary_key=True, autoincrement=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("wrote_at", Moment),
    )  # fmt: skip
    op.create_index("ix_ticket_presence_seen_at", "ticket_presence", ["seen_at"])
    op.create_table(
        "ticket_drafts",
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"),
                  primary_key=True, autoincrement=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"),
                  primary_key=True, autoincrement=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("ticket_drafts")
    op.drop_table("ticket_presence")
