"""Who asked to be forgotten, so that a restored backup can forget them again."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasures",
        sa.Column("id", Id, primary_key=True),
        sa.Column("who", Json, nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("done_at", Moment),
        sa.Column("place", sa.String(20), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("erasures")
