"""When each member of staff works, when they are away, and which customers are whose own."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_shifts",
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False),
        sa.Column("week", Json, nullable=False),
        sa.Column("away_until", Moment),
    )
    op.create_table(
        "customer_advisors",
        sa.Column("id", Id, primary_key=True),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
    )
    op.create_index("ix_customer_advisors_customer_id", "customer_advisors", ["customer_id"])


def downgrade() -> None:
    op.drop_table("customer_advisors")
    op.drop_table("staff_shifts")
