"""A ticket is with somebody who works here, or with nobody."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.create_foreign_key("tickets_staff_id_fkey", "staff", ["staff_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.drop_constraint("tickets_staff_id_fkey", type_="foreignkey")
