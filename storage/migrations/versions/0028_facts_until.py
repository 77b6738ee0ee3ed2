"""Facts know until when they hold; each change of somebody is a row of its own; a car's visits are read off an index."""

import sqlalchemy as sa
from alembic import op

from storage.database import Id

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("customer_facts", sa.Column("next_on", sa.Date()))
    # Nobody knows until when those hold that were computed before: they are due at once.
    op.execute("UPDATE customer_facts SET next_on = as_of")
    op.drop_table("facts_due")
    op.create_table(
        "facts_due", sa.Column("id", Id, primary_key=True),
        sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), nullable=False),
    )  # fmt: skip
    op.execute(
        "INSERT INTO facts_due (customer_id) SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM customer_facts)"
    )
    op.create_index("ix_segment_members_customer", "segment_members", ["customer_id", "segment_id", "left_at"])
    op.drop_index("ix_segment_members_customer_id", "segment_members")
    op.create_index("ix_visits_of_vehicle", "visits", ["vehicle_id", "visited_on", "amount"])
    op.drop_index("ix_visits_vehicle_id", "visits")


def downgrade() -> None:
    op.create_index("ix_visits_vehicle_id", "visits", ["vehicle_id"])
    op.drop_index("ix_visits_of_vehicle", "visits")
    op.create_index("ix_segment_members_customer_id", "segment_members", ["customer_id"])
    op.drop_index("ix_segment_members_customer", "segment_members")
    op.drop_table("facts_due")
    op.create_table(
        "facts_due", sa.Column("customer_id", Id, sa.ForeignKey("customers.id"), primary_key=True, autoincrement=False)
    )
    op.drop_column("customer_facts", "next_on")
