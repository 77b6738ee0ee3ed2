"""The second step of staff logins."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_factors",
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), primary_key=True, autoincrement=False),
        sa.Column("secret", sa.String(64), nullable=False),
        sa.Column("confirmed_at", Moment),
        sa.Column("used_step", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", Moment),
    )
    op.create_table(
        "staff_recovery_codes",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id"), nullable=False),
    )
    op.create_index("ix_staff_recovery_codes_staff_id", "staff_recovery_codes", ["staff_id"])


def downgrade() -> None:
    op.drop_table("staff_recovery_codes")
    op.drop_table("staff_factors")
