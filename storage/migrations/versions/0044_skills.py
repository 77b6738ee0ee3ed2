"""What somebody of staff is good at: languages and kinds of complaints."""

import sqlalchemy as sa
from alembic import op

from storage.database import Json

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_shifts", sa.Column("skills", Json, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("staff_shifts", "skills")
