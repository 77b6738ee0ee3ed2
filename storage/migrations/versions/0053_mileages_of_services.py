"""At which mileages a service is done."""

import sqlalchemy as sa
from alembic import op

from storage.database import Json

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("services") as batch_op:
        batch_op.add_column(sa.Column("at_km", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    with op.batch_alter_table("services") as batch_op:
        batch_op.drop_column("at_km")
