"""Offers, coupons, and the ledger of what became of them."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offers",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("percent", sa.Integer()),
        sa.Column("amount", sa.Integer()),
        sa.Column("service", sa.String(40)),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("stores", Json, nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("minimum", sa.Integer(), nullable=False),
        sa.Column("stacks", sa.Boolean(), nullable=False),
        sa.Column("stock", sa.Integer()),
        sa.Column("budget", Id),
        sa.Column("per_customer", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer()),
        sa.Column("starts_on", sa.Date()),
        sa.Column("ends_on", sa.Date()),
        sa.Column("issuer", sa.String(20), nullable=False),
        sa.Column("per_day", sa.Integer()),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("committed", Id, nullable=False),
        sa.Column("spent", Id, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("closed_at", Moment),
        sa.CheckConstraint("issued >= 0 AND (stock IS NULL OR issued <= stock)", name="ck_offers_stock"),
        sa.CheckConstraint("committed >= 0 AND (budget IS NULL OR committed <= budget)", name="ck_offers_budget"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="ck_offers_percent"),
        sa.CheckConstraint("amount > 0", name="ck_offers_amount"),
        sa.CheckConstraint("spent >= 0 AND minimum >= 0", name="ck_offers_spent"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "coupons",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("key", sa.String(120)),
        sa.Column("offer_id", Id, sa.ForeignKey("offers.id"), nullable=False),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("appointment_id", Id, sa.ForeignKey("appointments.id")),
        sa.Column("issued_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
        sa.UniqueConstraint("key"),
    )
    for column in ("offer_id", "customer_id", "appointment_id"):
        op.create_index(f"ix_coupons_{column}", "coupons", [column])
    op.create_table(
        "coupon_entries",
        sa.Column("id", Id, nullable=False),
        sa.Column("coupon_id", Id, sa.ForeignKey("coupons.id"), nullable=False),
        sa.Column("offer_id", Id, sa.ForeignKey("offers.id"), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("worth", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("bill", sa.String(80)),
        sa.Column("store_id", Id, sa.ForeignKey("stores.id")),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
        sa.Column("note", sa.String(200), server_default="", nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("coupon_id", "kind", "turn"),
    )
    for column in ("offer_id", "bill", "staff_id"):
        op.create_index(f"ix_coupon_entries_{column}", "coupon_entries", [column])


def downgrade() -> None:
    for table in ("coupon_entries", "coupons", "offers"):
        op.drop_table(table)
