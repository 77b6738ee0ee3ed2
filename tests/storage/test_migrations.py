"""Migrations arrive at what the code believes, once, whoever runs them, and from whatever state."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import storage
from storage import migrating
from storage.database import Database


def test_the_tables_are_what_the_code_believes(database: Database) -> None:
    """DB16: on both databases."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, storage.database.Base.metadata) == []


def test_the_newest_script_is_the_one_we_know() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == migrating.HEAD


def test_again_does_nothing(database: Database) -> None:
    """DB14."""
    assert migrating.migrate(database) is False


def test_two_at_once_work_one_after_the_other(tmp_path: Path) -> None:
    """DB14."""
    urls = [f"sqlite:///{tmp_path}/new.db"] * 4
    databases = [Database(url) for url in urls]
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(migrating.migrate, databases))
    assert sum(done) == 1
    for database in databases:
        database.close()


def test_a_database_of_a_later_release_is_left_alone(database: Database) -> None:
    """PR11."""
    with database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrating.TooNew):
        migrating.migrate(database)
