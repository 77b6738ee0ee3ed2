"""Files that are no pictures are kept beside them, with a name."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("media", sa.Column("name", sa.String(100), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("media", "name")
