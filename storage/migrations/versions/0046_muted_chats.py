"""Chats whose words staff do not hear for a while."""

import sqlalchemy as sa
from alembic import op

from storage.database import Moment

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("chats", sa.Column("muted_until", Moment))


def downgrade() -> None:
    op.drop_column("chats", "muted_until")
