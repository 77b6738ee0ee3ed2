"""The first tables."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


_WAITING = sa.text("status IN ('queued', 'sending')")


def upgrade() -> None:
    op.create_table(
        "car_models",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("make", sa.String(length=60), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("energy", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "entries",
        sa.Column("id", Id, nullable=False),
        sa.Column("entry_id", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("buttons", Json, nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("stores", Json, nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("entry_id", "language"),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=60), nullable=False),
        sa.Column("until", Moment, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "revisions",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "services",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("includes", Json, nullable=False),
        sa.Column("aliases", Json, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("bay_kind", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "stores",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("addresses", Json, nullable=False),
        sa.Column("parking", Json, nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("timezone", sa.String(length=60), nullable=False),
        sa.Column("region", sa.String(length=4), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_table(
        "bays",
        sa.Column("id", Id, nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "code"),
    )
    op.create_table(
        "customers",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("phone_verified_at", Moment, nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("store_id", Id, nullable=True),
        sa.Column("birthday", sa.Date(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customers_phone"), ["phone"], unique=False)

    op.create_table(
        "opening_hours",
        sa.Column("id", Id, nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "weekday", "opens"),
    )
    op.create_table(
        "prices",
        sa.Column("id", Id, nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("service_id", Id, nullable=False),
        sa.Column("model_id", Id, nullable=True),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["car_models.id"],
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["services.id"],
        ),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "service_id", "model_id", "valid_from"),
    )
    op.create_table(
        "special_days",
        sa.Column("id", Id, nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("spans", Json, nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("store_id", "day"),
    )
    op.create_table(
        "chats",
        sa.Column("id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("address", sa.String(length=100), nullable=False),
        sa.Column("pulls", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), server_default="", nullable=False),
        sa.Column("customer_id", Id, nullable=True),
        sa.Column("store_id", Id, nullable=True),
        sa.Column("model_id", Id, nullable=True),
        sa.Column("language", sa.String(length=10), nullable=True),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("form", sa.String(length=80), nullable=True),
        sa.Column("run", sa.String(length=20), nullable=True),
        sa.Column("slot", sa.String(length=40), nullable=True),
        sa.Column("answers", Json, nullable=False),
        sa.Column("asked", Json, nullable=False),
        sa.Column("asked_at", Moment, nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("ticket_id", Id, nullable=True),
        sa.Column("stopped_at", Moment, nullable=True),
        sa.Column("reachable", sa.Boolean(), nullable=False),
        sa.Column("send_after", Moment, nullable=True),
        sa.Column("burst_at", Moment, nullable=True),
        sa.Column("burst", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["car_models.id"],
        ),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("channel", "address"),
    )
    op.create_table(
        "vehicles",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("customer_id", Id, nullable=False),
        sa.Column("model_id", Id, nullable=True),
        sa.Column("plate", sa.String(length=20), nullable=True),
        sa.Column("vin", sa.String(length=20), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("colour", sa.String(length=40), nullable=True),
        sa.Column("delivered_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
        ),
        sa.ForeignKeyConstraint(
            ["model_id"],
            ["car_models.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    with op.batch_alter_table("vehicles", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_vehicles_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicles_plate"), ["plate"], unique=False)
        batch_op.create_index(batch_op.f("ix_vehicles_vin"), ["vin"], unique=False)

    op.create_table(
        "gaps",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("chat_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("nearest", sa.String(length=80), nullable=True),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["chats.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gaps_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_gaps_chat_id"), ["chat_id"], unique=False)

    op.create_table(
        "media",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("chat_id", Id, nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(length=40), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["chats.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_media_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_media_sha256"), ["sha256"], unique=False)

    op.create_table(
        "messages",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", Json, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=True),
        sa.Column("token", sa.String(length=20), nullable=True),
        sa.Column("edits", Id, nullable=True),
        sa.Column("feature", sa.String(length=40), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("due_at", Moment, nullable=False),
        sa.Column("lease_until", Moment, nullable=True),
        sa.Column("claimed_by", sa.String(length=40), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", Moment, nullable=True),
        sa.Column("channel_ref", sa.String(length=60), nullable=True),
        sa.Column("error", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["chats.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index("ix_messages_chat", ["chat_id", "id"], unique=False)
        batch_op.create_index(
            "ix_messages_next",
            ["chat_id", "id"],
            unique=False,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        )
        batch_op.create_index(
            "ix_messages_outbox",
            ["channel", "priority", "due_at"],
            unique=False,
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        )
        batch_op.create_index("ix_messages_token", ["chat_id", "token"], unique=False)

    op.create_table(
        "tickets",
        sa.Column("id", Id, nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("error", sa.String(length=20), nullable=True),
        sa.Column("opened_at", Moment, nullable=False),
        sa.Column("answered_at", Moment, nullable=True),
        sa.Column("closed_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(
            ["chat_id"],
            ["chats.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tickets_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tickets_status"), ["status"], unique=False)

    op.create_table(
        "visits",
        sa.Column("id", Id, nullable=False),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("vehicle_id", Id, nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("services", Json, nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True),
        sa.Column("odometer_km", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["store_id"],
            ["stores.id"],
        ),
        sa.ForeignKeyConstraint(
            ["vehicle_id"],
            ["vehicles.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visits_vehicle_id"), ["vehicle_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visits_vehicle_id"))

    op.drop_table("visits")
    with op.batch_alter_table("tickets", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tickets_status"))
        batch_op.drop_index(batch_op.f("ix_tickets_chat_id"))

    op.drop_table("tickets")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("ix_messages_token")
        batch_op.drop_index("ix_messages_outbox", sqlite_where=_WAITING, postgresql_where=_WAITING)
        batch_op.drop_index("ix_messages_next", sqlite_where=_WAITING, postgresql_where=_WAITING)
        batch_op.drop_index("ix_messages_chat")

    op.drop_table("messages")
    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_media_sha256"))
        batch_op.drop_index(batch_op.f("ix_media_chat_id"))

    op.drop_table("media")
    with op.batch_alter_table("gaps", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_gaps_chat_id"))
        batch_op.drop_index(batch_op.f("ix_gaps_at"))

    op.drop_table("gaps")
    with op.batch_alter_table("vehicles", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_vehicles_vin"))
        batch_op.drop_index(batch_op.f("ix_vehicles_plate"))
        batch_op.drop_index(batch_op.f("ix_vehicles_customer_id"))

    op.drop_table("vehicles")
    op.drop_table("chats")
    op.drop_table("special_days")
    op.drop_table("prices")
    op.drop_table("opening_hours")
    with op.batch_alter_table("customers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customers_phone"))

    op.drop_table("customers")
    op.drop_table("bays")
    op.drop_table("stores")
    op.drop_table("services")
    op.drop_table("revisions")
    op.drop_table("quarantine")
    op.drop_table("leases")
    op.drop_table("entries")
    op.drop_table("car_models")
