"""Tickets with tiers, promises and a history; what was said in them; rules and early warnings."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        for column in _COLUMNS:
            batch.add_column(column)
        batch.alter_column("status", existing_type=sa.String(length=10), type_=sa.String(length=20), existing_nullable=False)
    _fill()
    with op.batch_alter_table("tickets") as batch:
        for name, kind in _FILLED.items():
            batch.alter_column(name, existing_type=kind, nullable=False)
        for name, table in (("customer", "customers"), ("store", "stores"), ("visit", "visits")):
            batch.create_foreign_key(f"tickets_{name}_id_fkey", table, [f"{name}_id"], ["id"])
        batch.create_foreign_key("tickets_merged_into_fkey", "tickets", ["merged_into"], ["id"])
        batch.create_unique_constraint("tickets_token_key", ["token"])
    for name in ("customer_id", "merged_into", "look_at"):
        op.create_index(f"ix_tickets_{name}", "tickets", [name])
    op.create_index("ix_tickets_staff", "tickets", ["staff_id", "status"])
    _create_parts()
    _create_rules()
    _make_history_append_only()


_COLUMNS: list[sa.Column[Any]] = [
    sa.Column("token", sa.String(length=20), nullable=True),
    sa.Column("customer_id", Id, nullable=True),
    sa.Column("store_id", Id, nullable=True),
    sa.Column("visit_id", Id, nullable=True),
    sa.Column("tier", sa.String(length=10), nullable=True),
    sa.Column("category", sa.String(length=40), nullable=True),
    sa.Column("reasons", Json, nullable=True),
    sa.Column("severity", sa.String(length=20), nullable=True),
    sa.Column("wish", sa.Text(), nullable=True),
    sa.Column("phone", sa.String(length=20), nullable=True),
    sa.Column("staff_id", Id, nullable=True),
    sa.Column("cause", sa.Text(), nullable=True),
    sa.Column("remedy", sa.Text(), nullable=True),
    sa.Column("prevention", sa.Text(), nullable=True),
    sa.Column("response_from", Moment, nullable=True),
    sa.Column("solution_from", Moment, nullable=True),
    sa.Column("first_response_due", Moment, nullable=True),
    sa.Column("solution_due", Moment, nullable=True),
    sa.Column("response_alarm", sa.Integer(), nullable=True),
    sa.Column("solution_alarm", sa.Integer(), nullable=True),
    sa.Column("look_at", Moment, nullable=True),
    sa.Column("reckoned_with", sa.String(length=40), nullable=True),
    sa.Column("heard_at", Moment, nullable=True),
    sa.Column("unanswered", sa.Integer(), nullable=True),
    sa.Column("reopened", sa.Integer(), nullable=True),
    sa.Column("resolved_at", Moment, nullable=True),
    sa.Column("merged_into", Id, nullable=True),
]
_FILLED: dict[str, Any] = {
    "token": sa.String(length=20),
    "tier": sa.String(length=10),
    "reasons": Json,
    "response_from": Moment,
    "solution_from": Moment,
    "response_alarm": sa.Integer(),
    "solution_alarm": sa.Integer(),
    "reckoned_with": sa.String(length=40),
    "unanswered": sa.Integer(),
    "reopened": sa.Integer(),
}


def _fill() -> None:
    """Tickets from before: questions without a promise; the sweep reckons when they are due."""
    old = sa.table(
        "tickets", sa.column("id", Id), sa.column("token"), sa.column("tier"), sa.column("reasons", Json), sa.column("opened_at"),
        sa.column("response_from"), sa.column("solution_from"), sa.column("response_alarm"), sa.column("solution_alarm"),
        sa.column("reckoned_with"), sa.column("unanswered"), sa.column("reopened"), sa.column("resolved_at"),
        sa.column("closed_at"),
    )  # fmt: skip
    connection = op.get_bind()
    for (ticket_id,) in connection.execute(sa.select(old.c.id)).all():
        token = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        connection.execute(old.update().where(old.c.id == ticket_id).values(token=token, reasons=[]))
    connection.execute(
        old.update().values(
            tier="question", response_from=old.c.opened_at, solution_from=old.c.opened_at, response_alarm=0, solution_alarm=0,
            reckoned_with="", unanswered=0, reopened=0, resolved_at=old.c.closed_at,
        )
    )  # fmt: skip


def _create_parts() -> None:
    op.create_table(
        "ticket_messages",
        sa.Column("message_id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"]),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "ticket_pauses",
        *_numbered(),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("ended_at", Moment, nullable=True),
    )
    op.create_table(
        "ticket_events",
        *_numbered(),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("staff_id", Id, nullable=True),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("what", sa.String(length=30), nullable=False),
        sa.Column("detail", Json, nullable=False),
    )
    op.create_table(
        "ticket_notes",
        *_numbered(),
        sa.Column("at", Moment, nullable=False),
        sa.Column("who", sa.String(length=80), nullable=False),
        sa.Column("staff_id", Id, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
    )
    op.create_table(
        "ticket_marks",
        *_numbered(nullable=True),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("cleared_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "ticket_notices",
        *_numbered(),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("staff_id", Id, nullable=True),
        sa.Column("at", Moment, nullable=False),
        sa.Column("told_at", Moment, nullable=True),
        sa.UniqueConstraint("key"),
    )
    for table in _PARTS:
        op.create_index(f"ix_{table}_ticket_id", table, ["ticket_id"])
    op.create_index("ix_ticket_marks_chat_id", "ticket_marks", ["chat_id"])
    op.create_index("ix_ticket_notices_told_at", "ticket_notices", ["told_at"])


_PARTS = ("ticket_messages", "ticket_pauses", "ticket_events", "ticket_notes", "ticket_marks", "ticket_notices")


def _numbered(nullable: bool = False) -> list[Any]:
    return [
        sa.Column("id", Id, nullable=False),
        sa.Column("ticket_id", Id, nullable=nullable),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"]),
        sa.PrimaryKeyConstraint("id"),
    ]


def _create_rules() -> None:
    op.create_table(
        "ticket_promises",
        sa.Column("tier", sa.String(length=10), nullable=False),
        sa.Column("store", sa.String(length=40), nullable=False),
        sa.Column("response_minutes", sa.Integer(), nullable=False),
        sa.Column("response_always", sa.Boolean(), nullable=False),
        sa.Column("solution_minutes", sa.Integer(), nullable=False),
        sa.Column("solution_always", sa.Boolean(), nullable=False),
        sa.Column("goodwill", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tier", "store"),
    )
    op.create_table(
        "tier_rules",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("tier", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("near", Json, nullable=False),
        sa.Column("unless", Json, nullable=False),
        sa.Column("opens", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "tier_corrections",
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("was", sa.String(length=10), nullable=False),
        sa.Column("became", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("rule", "was", "became"),
    )


def _make_history_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ticket_events_no_{change.lower()} BEFORE {change} ON ticket_events "
                "BEGIN SELECT RAISE(ABORT, 'the history of a ticket is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION ticket_events_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the history of a ticket is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ticket_events_append_only BEFORE UPDATE OR DELETE ON ticket_events "
        "FOR EACH ROW EXECUTE FUNCTION ticket_events_append_only()"
    )


def downgrade() -> None:
    for table in ("tier_corrections", "tier_rules", "ticket_promises", *reversed(_PARTS)):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION ticket_events_append_only()")
    for name in ("staff", "look_at", "merged_into", "customer_id"):
        op.drop_index(f"ix_tickets_{name}", table_name="tickets")
    with op.batch_alter_table("tickets") as batch:
        for name in ("customer_id", "store_id", "visit_id", "merged_into"):
            batch.drop_constraint(f"tickets_{name}_fkey", type_="foreignkey")
        batch.drop_constraint("tickets_token_key", type_="unique")
        for column in _COLUMNS:
            batch.drop_column(column.name)
