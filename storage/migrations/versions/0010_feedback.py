"""Feedback after a visit with its causes, the anonymous survey, and what a store wants of them."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stores", sa.Column("feedback", Json, server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "feedback",
        sa.Column("id", Id, nullable=False),
        sa.Column("key", sa.String(length=60), nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("customer_id", Id),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("appointment_id", Id),
        sa.Column("visit_id", Id),
        sa.Column("technician_id", Id),
        sa.Column("advisor", sa.String(length=80)),
        sa.Column("services", Json, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ended_at", Moment, nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("asked_at", Moment),
        sa.Column("reminded_at", Moment),
        sa.Column("work", sa.Integer()),
        sa.Column("people", sa.Integer()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("media", Json, nullable=False),
        sa.Column("causes", Json, nullable=False),
        sa.Column("answered_at", Moment),
        sa.Column("finished_at", Moment),
        sa.Column("ticket_id", Id),
        sa.CheckConstraint("work BETWEEN 1 AND 5", name="ck_feedback_work"),
        sa.CheckConstraint("people BETWEEN 0 AND 5", name="ck_feedback_people"),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.ForeignKeyConstraint(["customer_id"], ["customers.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"]),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"]),
        sa.ForeignKeyConstraint(["visit_id"], ["visits.id"]),
        sa.ForeignKeyConstraint(["technician_id"], ["technicians.id"]),
        sa.ForeignKeyConstraint(["ticket_id"], ["tickets.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        sa.UniqueConstraint("appointment_id"),
        sa.UniqueConstraint("visit_id"),
    )
    for column in ("chat_id", "customer_id", "asked_at", "answered_at"):
        op.create_index(f"ix_feedback_{column}", "feedback", [column])
    op.create_table(
        "feedback_causes",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("names", Json, nullable=False),
        sa.Column("words", Json, nullable=False),
        sa.Column("unless", Json, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_table(
        "survey_invitations",
        sa.Column("id", Id, nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("chat_id", Id, nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chats.id"]),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("quarter", "chat_id"),
    )
    op.create_index("ix_survey_invitations_chat_id", "survey_invitations", ["chat_id"])
    op.create_table(
        "survey_answers",
        sa.Column("key", sa.String(length=24), nullable=False),
        sa.Column("quarter", sa.String(length=6), nullable=False),
        sa.Column("store_id", Id, nullable=False),
        sa.Column("trust", sa.Integer(), nullable=False),
        sa.Column("effort", sa.Integer(), nullable=False),
        sa.Column("recommend", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["store_id"], ["stores.id"]),
        sa.PrimaryKeyConstraint("key"),
        # A hidden row number would tell the order in which people answered.
        sqlite_with_rowid=False,
    )
    op.create_index("ix_survey_answers_quarter", "survey_answers", ["quarter"])
    done = sa.text("status = 'done'")
    op.create_index(
        "ix_appointments_done", "appointments", ["store_id", "changed_at"], sqlite_where=done, postgresql_where=done
    )  # fmt: skip
    op.create_index("ix_visits_visited_on", "visits", ["visited_on"])


def downgrade() -> None:
    op.drop_index("ix_visits_visited_on", "visits")
    op.drop_index("ix_appointments_done", "appointments")
    for table in ("survey_answers", "survey_invitations", "feedback_causes", "feedback"):
        op.drop_table(table)
    op.drop_column("stores", "feedback")
