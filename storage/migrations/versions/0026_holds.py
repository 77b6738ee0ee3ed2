"""After a restore nothing old goes out until a person says so."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "holds",
        sa.Column("id", Id, primary_key=True),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("begun_at", Moment, nullable=False),
        sa.Column("ended_at", Moment),
        sa.Column("outcome", sa.String(10), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("holds")
