"""How much somebody has sent within an hour, so that whoever floods does not fill the database."""

import sqlalchemy as sa
from alembic import op

from storage.database import Moment

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chats", sa.Column("hour_at", Moment))
    op.add_column("chats", sa.Column("hour", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("chats", "hour")
    op.drop_column("chats", "hour_at")
