"""Tickets that wait for parts."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ticket_parts",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
        sa.Column("what", sa.String(80), nullable=False),
        sa.Column("expected_on", sa.Date, nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("told_at", Moment),
        sa.Column("until", Moment, nullable=False),
        sa.Column("reminded", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("ended_at", Moment),
    )
    op.create_index("ix_ticket_parts_ticket_id", "ticket_parts", ["ticket_id"])
    standing = sa.text("ended_at IS NULL")
    op.create_index(
        "ix_ticket_parts_standing", "ticket_parts", ["ticket_id"], unique=True, sqlite_where=standing, postgresql_where=standing
    )


def downgrade() -> None:
    op.drop_table("ticket_parts")
