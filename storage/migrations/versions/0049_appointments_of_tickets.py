"""Which appointment a ticket is about, where no visit is on file."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plain SQL, because for a reference the batch mode would make the whole table anew on SQLite.
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE tickets ADD COLUMN appointment_id {number} REFERENCES appointments (id)")


def downgrade() -> None:
    with op.batch_alter_table("tickets") as batch:
        batch.drop_column("appointment_id")
