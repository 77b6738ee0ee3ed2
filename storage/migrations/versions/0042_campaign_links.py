"""A link of each campaign, and who came by it."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("link", sa.String(12)))
    op.create_index("ix_campaigns_link", "campaigns", ["link"], unique=True)
    op.create_table(
        "campaign_openings",
        sa.Column("id", Id, primary_key=True),
        sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.id"), nullable=False),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("place", sa.String(20), nullable=False),
        sa.Column("opens", sa.Integer, nullable=False),
        sa.Column("taken_at", Moment, nullable=False),
        sa.Column("taken_on", sa.Date, nullable=False),
        sa.Column("until_at", Moment, nullable=False),
        sa.Column("until_on", sa.Date, nullable=False),
        sa.Column("coupon_id", Id, sa.ForeignKey("coupons.id")),
        sa.Column("came_of", sa.String(20), nullable=False),
        sa.UniqueConstraint("campaign_id", "customer_id"),
    )
    op.create_index("ix_campaign_openings_customer_id", "campaign_openings", ["customer_id"])
    op.create_index("ix_campaign_openings_coupon_id", "campaign_openings", ["coupon_id"])


def downgrade() -> None:
    op.drop_table("campaign_openings")
    op.drop_index("ix_campaigns_link", "campaigns")
    op.drop_column("campaigns", "link")
