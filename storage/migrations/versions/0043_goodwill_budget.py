"""What apologies for broken promises of a tier may cost in a month."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket_promises", sa.Column("goodwill_budget", sa.Integer))


def downgrade() -> None:
    op.drop_column("ticket_promises", "goodwill_budget")
