"""Who of the staff receives the customer of an appointment."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In plain SQL, because for a reference the batch mode would make the whole table anew on SQLite.
    number = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    op.execute(f"ALTER TABLE appointments ADD COLUMN advisor_id {number} REFERENCES staff (id)")


def downgrade() -> None:
    with op.batch_alter_table("appointments") as batch:
        batch.drop_column("advisor_id")
