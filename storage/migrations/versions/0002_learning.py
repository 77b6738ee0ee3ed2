"""What use teaches: verdicts on answers, and words proposed as aliases."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "verdicts",
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("helped", sa.Integer(), nullable=False),
        sa.Column("person", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("entry_id", "language"),
    )
    op.create_table(
        "alias_proposals",
        sa.Column("id", Id, nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("text", sa.String(length=300), nullable=False),
        sa.Column("folded", sa.String(length=300), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("first_at", Moment, nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id", "language", "folded"),
    )
    op.create_index("ix_alias_proposals_status", "alias_proposals", ["status"])


def downgrade() -> None:
    op.drop_index("ix_alias_proposals_status", table_name="alias_proposals")
    op.drop_table("alias_proposals")
    op.drop_table("verdicts")
