"""What the database itself guarantees, on SQLite and on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import IntegrityError, StatementError

import storage
from storage import chats, leases, messages, quarantine, revisions
from storage.customers import Customer
from storage.database import Database, address_of
from storage.entries import Gap

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _chat(database: Database, address: str = "ann") -> chats.Chat:
    with database.transaction() as session:
        return chats.arrive(session, "web", address, pulls=True, now=NOW)


def _message(session: object, chat: chats.Chat, key: str) -> int | None:
    return messages.receive(session, chat.id, "web", key=key, kind="text", text="hi", data={}, now=NOW)  # type: ignore[arg-type] # a session


def test_an_instant_keeps_its_moment_and_a_naive_one_is_refused(database: Database) -> None:
    """TM12, DB16."""
    east = datetime.fromisoformat("2026-11-21T17:00:00.123456+08:00")
    with database.transaction() as session:
        session.add(Gap(kind="question", text="a", language="en", at=east))
    with database.reading() as session:
        [gap] = session.query(Gap).all()
    assert gap.at == east
    assert gap.at.utcoffset() == timedelta(0)
    naive = datetime(2026, 11, 21)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError), database.transaction() as session:
        session.add(Gap(kind="question", text="a", language="en", at=naive))


def test_tm15_a_birthday_is_a_day_and_no_instant(database: Database) -> None:
    """TM15: in summer time, which that country had then and has no more."""
    with database.transaction() as session:
        session.add(Customer(code="C", name="Ann", birthday=date(1988, 7, 10), created_at=NOW))
    with database.reading() as session:
        assert session.scalars(select(Customer)).one().birthday == date(1988, 7, 10)


def test_arriving_makes_the_chat_once(database: Database) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = {chat.id for chat in pool.map(lambda _: _chat(database), range(40))}
    assert len(ids) == 1


def test_a_chat_keeps_what_a_turn_has_saved(database: Database) -> None:
    chat = _chat(database)
    chat.form, chat.answers, chat.asked, chat.language = "prices.quote", {"model": "a4", "量": [1, None]}, ["service"], "zh-Hant"
    chat.asked_at = NOW
    with database.transaction() as session:
        chats.save(session, chat)
    again = _chat(database)
    assert (again.form, again.answers, again.asked, again.language, again.asked_at) == (
        "prices.quote", {"model": "a4", "量": [1, None]}, ["service"], "zh-Hant", NOW,
    )  # fmt: skip


def test_a_key_is_received_once_however_many_try(database: Database) -> None:
    """CH13, CC7."""
    chat = _chat(database)

    def receive(_: int) -> int | None:
        with database.transaction() as session:
            return _message(session, chat, "update-1")

    with ThreadPoolExecutor(8) as pool:
        received = list(pool.map(receive, range(40)))
    assert len([number for number in received if number is not None]) == 1


def test_a_turn_that_fails_leaves_nothing(database: Database) -> None:
    def fails() -> None:
        with database.transaction() as session:
            chat = chats.arrive(session, "web", "bob", pulls=True, now=NOW)
            _message(session, chat, "update-2")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    with database.reading() as session:
        assert chats.find(session, "web", "bob") is None


def test_while_one_transaction_is_written_to_the_disk_the_next_one_thinks(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/thinking.db")
    thinking, order = Event(), []

    def next_one() -> None:
        with database.transaction() as session:
            thinking.set()
            session.execute(text("SELECT 1"))
            order.append("next")

    def wait_for_it(_connection: object) -> None:
        if not thinking.is_set():
            assert thinking.wait(5), "the next one had to wait for the disk"
            order.append("first")

    event.listen(database.engine, "commit", wait_for_it)
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as session:
            session.execute(text("SELECT 1"))
            waiting = pool.submit(next_one)
            assert not thinking.is_set()
        waiting.result(5)
    assert order == ["first", "next"], "but it does not write before"
    database.close()


def test_a_reader_does_not_wait_for_a_writer(database: Database) -> None:
    """DB13: with the write lock held, reading goes on."""
    chat = _chat(database)
    with database.transaction() as session:
        _message(session, chat, "update-3")
        with database.reading() as other:
            assert messages.after(other, chat.id, 0) == []


def test_db13_a_long_reader_does_not_leave_a_long_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DB13: while somebody reads, SQLite's log cannot be begun anew and grows; when they are done, it becomes small again."""
    monkeypatch.setattr(storage.database, "LOG_KEPT", 500_000)
    database = Database(f"sqlite:///{tmp_path}/long.db")
    log = tmp_path / "long.db-wal"

    def write(rows: int) -> None:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (x TEXT)")
            for _ in range(rows):
                connection.exec_driver_sql("INSERT INTO t VALUES (?)", ("x" * 4000,))

    write(1)
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM t")).scalar_one() == 1
        for _ in range(6):
            write(300)
        assert log.stat().st_size > 5_000_000
        assert session.execute(text("SELECT count(*) FROM t")).scalar_one() == 1
    for _ in range(3):
        write(1)
    assert log.stat().st_size <= 500_000
    database.close()


def test_only_one_holds_a_lease_until_it_ends(database: Database) -> None:
    """CH11."""

    def take(holder: str, now: datetime) -> bool:
        with database.transaction() as session:
            return leases.take(session, "poll:1", holder, now, timedelta(seconds=30))

    assert take("a", NOW)
    assert not take("b", NOW + timedelta(seconds=29))
    assert take("a", NOW + timedelta(seconds=29))
    assert take("b", NOW + timedelta(seconds=60))
    with database.transaction() as session:
        leases.give_back(session, "poll:1", "a")
    assert not take("a", NOW + timedelta(seconds=61))


def test_a_revision_rises_with_each_change(database: Database) -> None:
    for _ in range(3):
        with database.transaction() as session:
            revisions.raise_(session, "kb")
    with database.reading() as session:
        assert revisions.all_numbers(session) == {"kb": 3}


def test_an_update_is_put_aside_once(database: Database) -> None:
    """CH15."""
    for _ in range(2):
        with database.transaction() as session:
            quarantine.put(session, key="u1", channel="telegram", reason="x" * 500, raw="{}", now=NOW)
    with database.reading() as session:
        assert session.query(quarantine.Quarantined).count() == 1


def test_what_the_driver_raises_is_seen_as_everywhere_else(database: Database) -> None:
    """The statements of every message run on the driver itself; who catches their errors need not know."""
    nobody = chats.Chat(id=10**9, channel="web", address="", pulls=True)
    with pytest.raises(IntegrityError), database.transaction() as session:
        _message(session, nobody, "k")
    chat = _chat(database)
    with database.transaction() as session:
        assert _message(session, chat, "k")


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("one:5433,two:5434", "one,two", "5433,5434"),
        ("one,two:5434", "one,two", "5432,5434"),
        ("10.0.0.1,[fe80::1]:5434", "10.0.0.1,fe80::1", "5432,5434"),
    ],
)
def test_db12_an_address_names_several_servers_as_libpq_has_them(hosts: str, host: str, port: str) -> None:
    """DB12: whoever has a standby writes both down."""
    found = address_of(f"postgres://ann:a%2Cb@{hosts}/shop?target_session_attrs=read-write")
    assert (found.username, found.password, found.database, found.host) == ("ann", "a,b", "shop", None)
    assert found.query == {"target_session_attrs": "read-write", "host": host, "port": port}
