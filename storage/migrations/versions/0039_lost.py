"""What did not arrive is counted without reading every message."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_LOST = sa.text("status IN ('uncertain', 'dead')")


def upgrade() -> None:
    op.create_index("ix_messages_lost", "messages", ["channel", "status"], sqlite_where=_LOST, postgresql_where=_LOST)


def downgrade() -> None:
    op.drop_index("ix_messages_lost", table_name="messages")
