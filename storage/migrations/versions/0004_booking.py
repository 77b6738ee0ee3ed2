"""Booking: appointments and their history, taken quarter hours, technicians, closures, the waitlist."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_HELD = sa.text("status = 'held'")
_ACTIVE = sa.text("status IN ('waiting', 'offered')")


def _points_at(name: str, table: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, Id, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def upgrade() -> None:
    with op.batch_alter_table("stores") as batch_op:
        batch_op.add_column(sa.Column("booking", Json, nullable=False, server_default="{}"))
    with op.batch_alter_table("services") as batch_op:
        batch_op.add_column(sa.Column("model_minutes", Json, nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("skill", sa.String(length=40), nullable=False, server_default=""))
    with op.batch_alter_table("bays") as batch_op:
        batch_op.add_column(sa.Column("model", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("active", sa.Boolean(), nullable=False, server_default="1"))
    op.create_table(
        "technicians",
        sa.Column("id", Id, nullable=False),
        _points_at("store_id", "stores", nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("skills", Json, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "code"),
    )
    op.create_table(
        "shifts",
        sa.Column("id", Id, nullable=False),
        _points_at("technician_id", "technicians", nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("technician_id", "weekday", "starts"),
    )
    op.create_table(
        "closures",
        sa.Column("id", Id, nullable=False),
        _points_at("store_id", "stores", nullable=False),
        _points_at("bay_id", "bays"),
        _points_at("technician_id", "technicians"),
        sa.Column("starts_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_closures_store_id", "closures", ["store_id"])
    op.create_table(
        "appointments",
        sa.Column("id", Id, nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        _points_at("store_id", "stores", nullable=False),
        _points_at("customer_id", "customers"),
        _points_at("chat_id", "chats"),
        _points_at("vehicle_id", "vehicles"),
        _points_at("model_id", "car_models"),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("services", Json, nullable=False),
        sa.Column("starts_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("legs", Json, nullable=False),
        _points_at("bay_id", "bays"),
        _points_at("technician_id", "technicians"),
        sa.Column("transport", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("price", sa.Integer(), nullable=True),
        sa.Column("discount", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("hold_until", Moment, nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token"),
    )
    for column in ("customer_id", "chat_id", "vehicle_id", "phone"):
        known = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_appointments_{column}", "appointments", [column], sqlite_where=known, postgresql_where=known)
    op.create_index("ix_appointments_store", "appointments", ["store_id", "starts_at"])
    op.create_index(
        "ix_appointments_held", "appointments", ["store_id", "hold_until"], sqlite_where=_HELD, postgresql_where=_HELD
    )
    op.create_table(
        "appointment_events",
        sa.Column("id", Id, nullable=False),
        _points_at("appointment_id", "appointments", nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("origin", sa.String(length=10), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("details", Json, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_appointment_events_appointment_id", "appointment_events", ["appointment_id"])
    op.create_table(
        "quanta",
        sa.Column("resource", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("quantum", sa.Integer(), autoincrement=False, nullable=False),
        _points_at("appointment_id", "appointments", nullable=False),
        sa.PrimaryKeyConstraint("resource", "quantum"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_quanta_appointment_id", "quanta", ["appointment_id"])
    op.create_table(
        "slot_days",
        _points_at("store_id", "stores", nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("taken", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", "day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "waitlist",
        sa.Column("id", Id, nullable=False),
        _points_at("store_id", "stores", nullable=False),
        _points_at("customer_id", "customers"),
        _points_at("chat_id", "chats"),
        _points_at("vehicle_id", "vehicles"),
        _points_at("model_id", "car_models"),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("services", Json, nullable=False),
        sa.Column("transport", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("earliest", Moment, nullable=False),
        sa.Column("latest", Moment, nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        _points_at("appointment_id", "appointments"),
        sa.Column("offered_at", Moment, nullable=True),
        sa.Column("offer_until", Moment, nullable=True),
        sa.Column("told_at", Moment, nullable=True),
        sa.Column("passed", Json, nullable=False),
        sa.Column("offers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    for column in ("customer_id", "chat_id", "appointment_id"):
        op.create_index(f"ix_waitlist_{column}", "waitlist", [column])
    op.create_index("ix_waitlist_active", "waitlist", ["store_id", "asked_at"], sqlite_where=_ACTIVE, postgresql_where=_ACTIVE)


def downgrade() -> None:
    for table in ("waitlist", "slot_days", "quanta", "appointment_events", "appointments", "closures", "shifts", "technicians"):
        op.drop_table(table)
    with op.batch_alter_table("bays") as batch_op:
        batch_op.drop_column("active")
        batch_op.drop_column("model")
    with op.batch_alter_table("services") as batch_op:
        batch_op.drop_column("skill")
        batch_op.drop_column("model_minutes")
    with op.batch_alter_table("stores") as batch_op:
        batch_op.drop_column("booking")
