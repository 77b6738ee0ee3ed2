"""A session counts the wrong passwords that were tried in it."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_sessions", sa.Column("failures", sa.Integer, server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("staff_sessions", "failures")
