"""What customers' visits add up to, segments of customers, and who is in them."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_NOW = sa.text("left_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "customer_facts",
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), primary_key=True, autoincrement=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("visits", "visits_30", "visits_365")),
        sa.Column("first_on", sa.Date()),
        sa.Column("last_on", sa.Date()),
        *(sa.Column(name, Id, nullable=False) for name in ("spent", "spent_365", "spent_90", "spent_90_before")),
        sa.Column("cars", sa.Integer(), nullable=False),
        sa.Column("delivered_on", sa.Date()),
        sa.Column("year", sa.Integer()),
        sa.Column("km", sa.Integer()),
    )
    op.create_table(
        "facts_due", sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    op.create_table(
        "facts_runs",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("upto", Id, nullable=False),
        sa.Column("finished_at", Moment),
    )
    op.create_table(
        "customer_tags",
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), primary_key=True, autoincrement=False),
        sa.Column("tag", sa.String(20), primary_key=True),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_table(
        "segments",
        sa.Column("id", Id, primary_key=True),
        sa.Column("code", sa.String(40), nullable=False, unique=True),
        sa.Column("names", Json, nullable=False),
        sa.Column("family", sa.String(20), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("store_id", Id, sa.ForeignKey("stores.id")),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
    )
    op.create_table(
        "segment_members",
        sa.Column("id", Id, primary_key=True),
        sa.Column("segment_id", Id, sa.ForeignKey("segments.id"), nullable=False),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("entered_at", Moment, nullable=False),
        sa.Column("left_at", Moment),
    )
    op.create_index(
        "ix_segment_members_now", "segment_members", ["segment_id", "customer_id"], unique=True, sqlite_where=_NOW,
        postgresql_where=_NOW,
    )  # fmt: skip
    op.create_index("ix_segment_members_entered", "segment_members", ["segment_id", "entered_at"])
    op.create_index("ix_segment_members_customer_id", "segment_members", ["customer_id"])


def downgrade() -> None:
    for table in ("segment_members", "segments", "customer_tags", "facts_runs", "facts_due", "customer_facts"):
        op.drop_table(table)
