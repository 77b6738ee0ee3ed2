"""Campaigns, and everybody they were planned for."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_LEFT = sa.text("status = 'planned'")


def upgrade() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", Id, primary_key=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("segment_id", Id, sa.ForeignKey("segments.id"), nullable=False),
        sa.Column("offer_id", Id, sa.ForeignKey("offers.id")),
        sa.Column("store_id", Id, sa.ForeignKey("stores.id")),
        sa.Column("letters", Json, nullable=False),
        sa.Column("starts_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("hold_out", sa.Integer(), nullable=False),
        sa.Column("services", Json, nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("places", "hold_hours", "days_ahead", "report_days", "cost")
        ),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("note", sa.String(40), nullable=False),
        sa.Column("made_by", Id, sa.ForeignKey("staff.id")),
        sa.Column("approved_by", Id, sa.ForeignKey("staff.id")),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("approved_at", Moment),
        sa.Column("ended_at", Moment),
    )
    op.create_table(
        "campaign_people",
        sa.Column("id", Id, primary_key=True),
        sa.Column("campaign_id", Id, sa.ForeignKey("campaigns.id"), nullable=False),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("arm", sa.String(10), nullable=False),
        sa.Column("status", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80)),
        sa.Column("taken_at", Moment),
        sa.Column("taken_on", sa.Date()),
        sa.Column("until_at", Moment),
        sa.Column("until_on", sa.Date()),
        sa.Column("appointment_id", Id, sa.ForeignKey("appointments.id")),
        sa.Column("coupon_id", Id, sa.ForeignKey("coupons.id")),
        sa.Column("clicked_at", Moment),
        sa.CheckConstraint("arm IN ('letter', 'hold_out')", name="ck_campaign_people_arm"),
        sa.CheckConstraint("arm = 'letter' OR status NOT IN ('posted', 'held_back')", name="ck_campaign_people_hold_out"),
        sa.UniqueConstraint("campaign_id", "customer_id"),
    )
    for column in ("customer_id", "key", "appointment_id", "coupon_id"):
        op.create_index(f"ix_campaign_people_{column}", "campaign_people", [column])
    op.create_index(
        "ix_campaign_people_left", "campaign_people", ["campaign_id", "id"], sqlite_where=_LEFT, postgresql_where=_LEFT
    )  # fmt: skip


def downgrade() -> None:
    op.drop_table("campaign_people")
    op.drop_table("campaigns")
