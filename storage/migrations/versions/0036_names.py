"""Customers in the order of their names."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_customers_name", "customers", ["name", "id"])


def downgrade() -> None:
    op.drop_index("ix_customers_name", "customers")
