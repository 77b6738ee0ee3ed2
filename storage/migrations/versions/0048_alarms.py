"""Alarms for administrators, and exports that wait for a second person."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("staff_id", Id, nullable=True),
        sa.Column("details", Json, nullable=False),
        sa.Column("told_at", Moment, nullable=True),
        sa.Column("seen_by", Id, nullable=True),
        sa.Column("seen_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"]),
        sa.ForeignKeyConstraint(["seen_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "export_requests",
        sa.Column("id", Id, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("asked_by", Id, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("decided_by", Id, nullable=True),
        sa.Column("decided_at", Moment, nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("used_at", Moment, nullable=True),
        sa.ForeignKeyConstraint(["asked_by"], ["staff.id"]),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def downgrade() -> None:
    op.drop_table("export_requests")
    op.drop_table("alarms")
