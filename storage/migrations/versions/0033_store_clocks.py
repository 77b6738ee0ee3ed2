"""What each store's clock is known to do in the years to come."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store_clocks",
        sa.Column("store_id", Id, sa.ForeignKey("stores.id"), primary_key=True, autoincrement=False),
        sa.Column("timezone", sa.String(64), nullable=False),
        sa.Column("known", Json, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("store_clocks")
