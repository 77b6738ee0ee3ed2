"""What a price costs the shop, and the margin of a store where nobody has said."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("prices", sa.Column("cost", sa.Integer))
    op.add_column("stores", sa.Column("margin", sa.Integer))


def downgrade() -> None:
    op.drop_column("stores", "margin")
    op.drop_column("prices", "cost")
