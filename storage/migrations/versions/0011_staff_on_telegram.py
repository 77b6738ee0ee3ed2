"""Whose Telegram account is whose, the codes that link one, and tries that failed."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_links",
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False),
        sa.Column("address", sa.String(100), nullable=False, unique=True),
        sa.Column("linked_at", Moment, nullable=False),
    )
    op.create_table(
        "staff_link_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
    )
    op.create_index("ix_staff_link_codes_staff_id", "staff_link_codes", ["staff_id"])
    op.create_table(
        "staff_link_tries",
        sa.Column("id", Id, primary_key=True),
        sa.Column("address", sa.String(100), nullable=False),
        sa.Column("at", Moment, nullable=False),
    )
    op.create_index("ix_staff_link_tries_address", "staff_link_tries", ["address"])


def downgrade() -> None:
    for table in ("staff_link_tries", "staff_link_codes", "staff_links"):
        op.drop_table(table)
