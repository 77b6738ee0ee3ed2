"""Migrations: is the database as this release needs it, and if not, make it so. One runner at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.database import Database

# The newest script in `migrations/versions`; a test holds it there. Known here so that a start need not load Alembic.
HEAD = "0055"


class TooNew(Exception):  # noqa: N818 - said to a person as it is
    """The database was made by a newer release of Bayline. Install that release, or restore a backup of this one's data."""


def revision(database: Database) -> str | None:
    """The revision of the database, None for an empty one."""
    with database.engine.connect() as connection:
        return _revision(connection)


def migrate(database: Database) -> bool:
    """Upgrades to HEAD; True when something was done. Several processes may call it at once: one works, the others wait.

    Raises TooNew for a database of a later release.
    """
    if revision(database) == HEAD:
        return False
    from alembic import command, script
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.engine.connect() as connection, _loose(database, connection), connection.begin():
        # SQLite's BEGIN IMMEDIATE is this lock already.
        if not database.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(4301925)"))
        current = _revision(connection)
        if current == HEAD:
            return False
        known = {known.revision for known in script.ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise TooNew(TooNew.__doc__)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if database.is_sqlite and (torn := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"the migration would leave rows that point at nothing: {torn[:3]}")
    return True


@contextmanager
def _loose(database: Database, connection: Connection) -> Iterator[None]:
    """SQLite changes a column by making the table anew, and while it is gone nothing may mind what points at it."""
    if not database.is_sqlite:
        yield
        return
    # Outside a transaction, or it does nothing; so past SQLAlchemy, which begins one.
    cursor = connection.connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
