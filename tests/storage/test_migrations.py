"""Migrations arrive at what the code believes, once, whoever runs them, and from whatever state."""

import json
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

import storage
from handlers.reminders import rulebook
from handlers.reminders.triggers import Before, Rating
from storage import migrating
from storage.database import Database
from tests import postgres


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


class _Killed(Exception):
    """The process ends here."""


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db"
        return
    url = postgres.create(request.getfixturevalue("postgres_server"))
    yield url
    postgres.drop(url)


def test_killed_in_the_middle_it_begins_again(empty_url: str) -> None:
    """DB14: nothing of a migration is there until all of it is, wherever it ended; the next start does it whole."""
    database = Database(empty_url)
    statements, last = 0, 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1
        if statements == last:
            raise _Killed

    event.listen(database.engine, "after_cursor_execute", count)
    for number in (60, 250) if database.is_sqlite else (250,):
        statements, last = 0, number
        with pytest.raises(_Killed):
            migrating.migrate(database)
        assert migrating.revision(database) is None
        assert inspect(database.engine).get_table_names() == []
    statements, last = 0, -1
    assert migrating.migrate(database)
    assert statements > 250
    assert migrating.revision(database) == migrating.HEAD
    database.close()


def test_a_database_of_a_later_release_is_left_alone(database: Database) -> None:
    """PR11."""
    with database.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(migrating.TooNew):
        migrating.migrate(database)


_NOW = "2026-11-21 01:00:00.000000"
# A row of each table that others point at.
_FIRST_RELEASE: dict[str, dict[str, object]] = {
    "stores": {"id": 1, "code": "old", "kind": "dealership", "names": "{}", "addresses": "{}", "parking": "{}", "phone": "1",
               "timezone": "Asia/Shanghai", "region": "CN", "currency": "CNY", "position": 1},
    "bays": {"id": 7, "store_id": 1, "code": "L1", "kind": "lift"},
    "services": {"id": 1, "code": "s", "category": "a", "names": "{}", "includes": "{}", "aliases": "[]", "minutes": 60,
                 "bay_kind": "lift", "position": 1, "active": 1},
    "prices": {"id": 1, "store_id": 1, "service_id": 1, "amount": 100, "valid_from": "2026-01-01"},
    "customers": {"id": 1, "code": "C1", "name": "Ann", "store_id": 1, "created_at": _NOW},
    "vehicles": {"id": 1, "code": "V1", "customer_id": 1, "plate": "X1"},
    "visits": {"id": 1, "code": "W1", "vehicle_id": 1, "store_id": 1, "visited_on": "2026-01-02", "services": "[]"},
    "chats": {"id": 1, "channel": "web", "address": "a", "pulls": 1, "customer_id": 1, "store_id": 1, "language_chosen": 0,
              "answers": "{}", "asked": "[]", "misses": 0, "reachable": 1, "burst": 0, "created_at": _NOW, "seen_at": _NOW},
    "messages": {"id": 1, "chat_id": 1, "channel": "web", "status": "received", "kind": "text", "text": "hi", "data": "{}",
                 "purpose": "reply", "priority": 0, "created_at": _NOW, "due_at": _NOW, "attempts": 0},
    "tickets": {"id": 1, "chat_id": 1, "kind": "question", "status": "open", "summary": "hi", "opened_at": _NOW},
}  # fmt: skip


def test_a_shop_of_the_first_release_can_book(tmp_path: Path) -> None:
    """DB14: what was there before booking stays, and gets the usual terms. A process that ends at any statement of it leaves on
    the disk what was there before."""
    database = Database(f"sqlite:///{tmp_path}/old.db")
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        for table, row in _FIRST_RELEASE.items():
            places = ", ".join("?" * len(row))
            connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))
    left = _Left(tmp_path / "old.db")
    before = left.state()
    event.listen(database.engine, "after_cursor_execute", left.look)
    assert migrating.migrate(database)
    event.remove(database.engine, "after_cursor_execute", left.look)
    assert (left.looks > 300, left.states) == (True, {before})
    with database.reading() as session:
        [store] = storage.stores.all_stores(session)
        [service] = storage.catalogue.services(session)
        assert all(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1 for table in _FIRST_RELEASE)
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert ([bay.id for bay in store.bays], store.booking, service.skill, service.model_minutes) == ([7], {}, "", {})
    database.close()
    assert left.state() not in left.states


class _Left:
    """What the files of a database hold that nobody closes: what is in them after a kill."""

    def __init__(self, path: Path) -> None:
        self._files = [path, path.with_name(f"{path.name}-wal")]
        self._copies = path.parent / "left"
        self._copies.mkdir()
        self._seen: list[bytes] = []
        self.states: set[str] = set()
        self.looks = 0

    def look(self, *_: object) -> None:
        self.looks += 1
        if (seen := self._bytes()) != self._seen:
            self._seen = seen
            self.states.add(self.state())

    def state(self) -> str:
        for file, content in zip(self._files, self._bytes(), strict=True):
            (self._copies / file.name).write_bytes(content)
        with closing(sqlite3.connect(self._copies / self._files[0].name)) as copy:
            tables = copy.execute("SELECT sql FROM sqlite_master").fetchall()
            asked = ("alembic_version", *_FIRST_RELEASE)
            return repr((tables, [copy.execute(f"SELECT * FROM {table}").fetchall() for table in asked]))

    def _bytes(self) -> list[bytes]:
        return [file.read_bytes() if file.exists() else b"" for file in self._files]


def test_what_a_shop_had_set_of_visits_is_kept_as_rules(tmp_path: Path) -> None:
    """Release 0050 had settings where the next one has rules."""
    database = Database(f"sqlite:///{tmp_path}/old.db")
    config = Config()
    config.set_main_option("script_location", str(Path(migrating.__file__).parent / "migrations"))
    stores = {
        "east": {"after": 60, "review": "https://x"}, "west": {"after": 60}, "studio": {"remind": False}, "north": {"ask": False}
    }  # fmt: skip
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0050")
        made = [{**_FIRST_RELEASE["stores"], "id": n, "code": code, "feedback": json.dumps(terms)}
                for n, (code, terms) in enumerate(stores.items(), 1)]  # fmt: skip
        figures = {"id": 1, "figures": json.dumps({"per_week": 2, "remind_days": 2, "remind_hours": 0})}
        for table, row in [*(("stores", row) for row in made), ("push_settings", figures)]:
            places = ", ".join("?" * len(row))
            connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))
    assert migrating.migrate(database)
    with database.reading() as session:
        book = rulebook.load(session)
        assert book.figures.per_week == 2
        assert [store.feedback for store in storage.stores.all_stores(session)][:2] == [{"review": "https://x"}, {}]
    first, second = book.rules["day_before"], book.rules["two_hours"]
    assert (first.trigger, first.on, second.trigger, second.on) == (Before(days=2), True, Before(hours=2), False)
    asks, often, again = book.rules["feedback"], book.rules["feedback_90"], book.rules["feedback_again"]
    assert (asks.trigger, asks.audience.not_stores) == (Rating("visit", 60), ("north", "studio"))
    assert (often.trigger, often.audience.stores) == (Rating("visit", 90), ("studio",))
    assert (again.on, again.audience.not_stores) == (True, ("north", "studio"))
    for code in ("day_before", "two_hours", "feedback", "feedback_again"):
        assert book.rules[code].texts == rulebook.shipped()[code].texts
        assert book.rules[code].names == rulebook.shipped()[code].names
    for place, rule in enumerate(book.on):
        rulebook.clash(rule, book.on[:place])
    database.close()
