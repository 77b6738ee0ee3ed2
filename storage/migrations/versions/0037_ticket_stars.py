"""Stars that customers give for how a matter was looked after."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tickets", sa.Column("rating", sa.Integer))


def downgrade() -> None:
    op.drop_column("tickets", "rating")
