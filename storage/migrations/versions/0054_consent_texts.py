"""The words that people agree to when they say yes to offers."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Json, Moment

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "consent_texts",
        sa.Column("id", Id, primary_key=True),
        sa.Column("words", Json, nullable=False),
        sa.Column("anew", sa.Boolean, nullable=False),
        sa.Column("ends_at", Moment),
        sa.Column("ended", sa.Boolean, nullable=False),
        sa.Column("staff_id", Id, sa.ForeignKey("staff.id")),
        sa.Column("at", Moment, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("consent_texts")
