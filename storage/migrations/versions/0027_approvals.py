"""What staff wish to give for a ticket and somebody above them decides; and saved answers that bring a coupon."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_PENDING = sa.text("decided_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "ticket_approvals",
        sa.Column("id", Id, primary_key=True),
        sa.Column("ticket_id", Id, sa.ForeignKey("tickets.id"), nullable=False),
        sa.Column("offer", sa.String(40), nullable=False),
        sa.Column("asked_by", Id, sa.ForeignKey("staff.id"), nullable=False),
        sa.Column("asked_at", Moment, nullable=False),
        sa.Column("decided_by", Id, sa.ForeignKey("staff.id")),
        sa.Column("decided_at", Moment),
        sa.Column("granted", sa.Boolean()),
    )
    op.create_index("ix_ticket_approvals_ticket_id", "ticket_approvals", ["ticket_id"])
    op.create_index(
        "uq_ticket_approvals", "ticket_approvals", ["ticket_id", "offer"], unique=True, sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )  # fmt: skip
    op.add_column("saved_answers", sa.Column("offer", sa.String(40), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("saved_answers", "offer")
    op.drop_table("ticket_approvals")
