"""Tickets that came while nobody was at work are known as such, and wait for whoever comes."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_WAITS = sa.text("unplaced")


def upgrade() -> None:
    op.add_column("tickets", sa.Column("unplaced", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index("ix_tickets_unplaced", "tickets", ["id"], sqlite_where=_WAITS, postgresql_where=_WAITS)


def downgrade() -> None:
    op.drop_index("ix_tickets_unplaced", "tickets")
    op.drop_column("tickets", "unplaced")
