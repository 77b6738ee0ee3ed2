"""What was put into another message is found by its time, twice a minute, without reading all decisions."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_MERGED = sa.text("verdict = 'merged'")


def upgrade() -> None:
    op.create_index(
        "ix_contact_decisions_merged", "contact_decisions", ["due_at"], sqlite_where=_MERGED, postgresql_where=_MERGED
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_contact_decisions_merged", "contact_decisions")
