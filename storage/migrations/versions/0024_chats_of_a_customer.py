"""A person's chats are found without reading all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_KNOWN = sa.text("customer_id IS NOT NULL")


def upgrade() -> None:
    op.create_index("ix_chats_customer", "chats", ["customer_id"], sqlite_where=_KNOWN, postgresql_where=_KNOWN)


def downgrade() -> None:
    op.drop_index("ix_chats_customer", "chats")
