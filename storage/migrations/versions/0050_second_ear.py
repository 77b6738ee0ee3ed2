"""Whether the second ear is heard where no rule of complaints holds."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("tier_settings", sa.Column("id", Id, primary_key=True), sa.Column("ear", sa.Boolean, nullable=False))


def downgrade() -> None:
    op.drop_table("tier_settings")
