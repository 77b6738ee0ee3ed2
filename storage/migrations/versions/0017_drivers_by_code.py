"""One-time codes with which an owner lets somebody else bring the car."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "vehicle_invites",
        sa.Column("digest", sa.String(64), primary_key=True),
        sa.Column("vehicle_id", Id, sa.ForeignKey("vehicles.id"), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
    )
    op.create_index("ix_vehicle_invites_vehicle_id", "vehicle_invites", ["vehicle_id"])


def downgrade() -> None:
    op.drop_table("vehicle_invites")
