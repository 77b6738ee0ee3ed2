"""Scheduled pushes: rules, looks at the customers, signals, alarms; what cars and birthdays need for them."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "push_rules",
        sa.Column("code", sa.String(40), primary_key=True),
        sa.Column("rule", Json, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
    )
    op.create_table("push_settings", sa.Column("id", Id, primary_key=True), sa.Column("figures", Json, nullable=False))
    op.create_table(
        "push_sweeps",
        sa.Column("zone", sa.String(60), primary_key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("after_id", Id, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("done_at", Moment),
    )
    op.create_table(
        "push_signals",
        sa.Column("id", Id, primary_key=True),
        sa.Column("signal", sa.String(40), nullable=False),
        sa.Column("store_id", Id, sa.ForeignKey("stores.id")),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
        sa.Column("at", Moment, nullable=False),
        sa.Column("after_id", Id, server_default=sa.text("0"), nullable=False),
        sa.Column("counts", Json, nullable=False),
        sa.Column("done_at", Moment),
    )
    op.create_index("ix_push_signals_done_at", "push_signals", ["done_at"])
    op.create_table(
        "push_alarms",
        sa.Column("id", Id, primary_key=True),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("allowed_at", Moment),
        sa.UniqueConstraint("rule", "day"),
    )
    op.create_index("ix_push_alarms_day", "push_alarms", ["day"])
    op.create_table(
        "care_notes",
        sa.Column("id", Id, primary_key=True),
        sa.Column("vehicle_id", Id, sa.ForeignKey("vehicles.id"), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("km", sa.Integer()),
        sa.Column("source", sa.String(10), nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_care_notes_vehicle_id", "care_notes", ["vehicle_id"])
    op.create_table(
        "push_answers",
        sa.Column("id", Id, primary_key=True),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("answer", sa.String(10), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_push_answers_key", "push_answers", ["key"])
    op.create_index("ix_push_answers_customer_id", "push_answers", ["customer_id"])
    for name in ("insured_until", "inspection_due", "warranty_until"):
        op.add_column("vehicles", sa.Column(name, sa.Date()))
    op.add_column("vehicles", sa.Column("parked", sa.String(10)))
    op.add_column("customers", sa.Column("lunar_birthday", sa.String(6)))


def downgrade() -> None:
    op.drop_column("customers", "lunar_birthday")
    for name in ("parked", "warranty_until", "inspection_due", "insured_until"):
        op.drop_column("vehicles", name)
    for table in ("push_answers", "care_notes", "push_alarms", "push_signals", "push_sweeps", "push_settings", "push_rules"):
        op.drop_table(table)
