"""The chain over the log of who did what and the history of tickets."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id, Moment

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", Id, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("row_id", Id, nullable=False),
        sa.Column("sealed_at", Moment, nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("source", "row_id"),
    )
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER seals_no_{what.lower()} BEFORE {what} ON seals "
                "BEGIN SELECT RAISE(ABORT, 'the chain of seals only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION seals_only_grow() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the chain of seals only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER seals_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON seals "
        "FOR EACH STATEMENT EXECUTE FUNCTION seals_only_grow()"
    )


def downgrade() -> None:
    op.drop_table("seals")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION seals_only_grow()")
