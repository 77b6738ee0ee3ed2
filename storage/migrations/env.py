"""Alembic's entry: it runs on the connection that `storage.migrating` hands it, inside that transaction."""

from alembic import context

import storage

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=storage.database.Base.metadata,
    render_as_batch=True,  # SQLite cannot alter a column in place
    transaction_per_migration=False,
)
context.run_migrations()
