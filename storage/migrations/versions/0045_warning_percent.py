"""How much of a promised time is gone when staff are warned."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket_promises", sa.Column("warning_percent", sa.Integer, nullable=False, server_default="75"))


def downgrade() -> None:
    op.drop_column("ticket_promises", "warning_percent")
