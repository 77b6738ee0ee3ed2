"""Versions of the knowledge base: what each publication replaced."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "kb_versions",
        sa.Column("id", Id, primary_key=True, autoincrement=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("what", sa.String(20), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
        sa.Column("added", sa.Integer, nullable=False),
        sa.Column("changed", sa.Integer, nullable=False),
        sa.Column("removed", sa.Integer, nullable=False),
    )
    op.create_table(
        "kb_replaced",
        sa.Column("id", Id, primary_key=True),
        sa.Column("version_id", Id, sa.ForeignKey("kb_versions.id"), nullable=False),
        sa.Column("entry_id", sa.String(80), nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.UniqueConstraint("version_id", "entry_id", "language"),
    )


def downgrade() -> None:
    op.drop_table("kb_replaced")
    op.drop_table("kb_versions")
