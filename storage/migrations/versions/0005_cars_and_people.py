"""Cars and people: who else brings a car, odometer readings, provisional customers, codes that prove a phone number."""

import unicodedata

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.add_column(sa.Column("provisional", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("vehicles", schema=None) as batch_op:
        batch_op.add_column(sa.Column("plate_key", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("name", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("trim", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("removed_at", Moment, nullable=True))
        batch_op.create_index(batch_op.f("ix_vehicles_plate_key"), ["plate_key"], unique=False)
    op.create_table(
        "vehicle_people",
        sa.Column("vehicle_id", Id, nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("since", Moment, nullable=False),
        sa.Column("removed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.PrimaryKeyConstraint("vehicle_id", "customer_id"),
    )
    op.create_index("ix_vehicle_people_customer_id", "vehicle_people", ["customer_id"])
    op.create_table(
        "odometer_readings",
        sa.Column("id", Id, nullable=False),
        sa.Column("vehicle_id", Id, nullable=False),
        sa.Column("read_on", sa.Date(), nullable=False),
        sa.Column("km", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("visit_id", Id, nullable=True),
        sa.ForeignKeyConstraint(["vehicle_id"], ["vehicles.id"]),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("visit_id"),
    )
    op.create_index("ix_odometer_readings_vehicle_id", "odometer_readings", ["vehicle_id"])
    op.create_table(
        "phone_codes",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("made_at", Moment, nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_phone_codes_chat_id", "phone_codes", ["chat_id"])
    op.create_index("ix_phone_codes_phone", "phone_codes", ["phone"])
    _fill()


def _fill() -> None:
    """What is on file already gets what an import writes from now on."""
    connection = op.get_bind()
    plates = connection.execute(sa.text("SELECT id, plate FROM vehicles WHERE plate IS NOT NULL")).all()
    if plates:
        connection.execute(
            sa.text("UPDATE vehicles SET plate_key = :key WHERE id = :id"),
            [{"id": id_, "key": _key(plate)} for id_, plate in plates],
        )
    connection.execute(
        sa.text(
            "INSERT INTO odometer_readings (vehicle_id, read_on, km, source, visit_id) "
            "SELECT vehicle_id, visited_on, odometer_km, 'visit', id FROM visits WHERE odometer_km IS NOT NULL"
        )
    )


def _key(plate: str) -> str | None:
    """As `handlers.vehicles.plates.key` made it when this was written."""
    wide = unicodedata.normalize("NFKC", plate).upper().replace("粵", "粤")
    return "".join(c for c in wide if c.isalnum())[:20] or None


def downgrade() -> None:
    op.drop_table("phone_codes")
    op.drop_table("odometer_readings")
    op.drop_table("vehicle_people")
    with op.batch_alter_table("vehicles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicles_plate_key"))
        for name in ("removed_at", "trim", "name", "plate_key"):
            batch_op.drop_column(name)
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_column("provisional")
