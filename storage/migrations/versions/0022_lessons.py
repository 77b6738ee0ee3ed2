"""What was learned from matters that were settled."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lessons",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("store_id", Id, sa.ForeignKey("stores.id")),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("tier", sa.String(10), nullable=False),
        sa.Column("category", sa.String(40)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
        sa.Column("whys", Json, nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("prevention", sa.Text(), nullable=False),
        sa.Column("draft", Json, nullable=False),
    )
    op.create_index("ix_lessons_ticket_id", "lessons", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("lessons")
