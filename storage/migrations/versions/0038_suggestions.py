"""How often drafts for staff were taken."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suggestion_counts",
        sa.Column("code", sa.String(90), primary_key=True),
        sa.Column("offered", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("suggestion_counts")
