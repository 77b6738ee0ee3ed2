"""Backup and restore: one moment of a database that is being written to, its way back, and nothing old sent again."""

import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from bot import backup, holding, only_one
from bot.cli import app
from bot.settings import Wrong
from storage import chats, holds, messages, sqlite_file
from storage.campaigns import PAUSED, RUNNING, Campaign
from storage.database import Damaged, Database
from storage.segments import Segment
from tests.handlers.test_booking_flow import books
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
only_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
empty_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def _quiet(_what: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
def bayline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    for name in [name for name in os.environ if name.startswith(("TELEGRAM_", "BAYLINE_", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clock").write_text(START.isoformat())
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", "clock")

    def bayline(url: str, *words: str) -> Result:
        monkeypatch.setenv("DATABASE_URL", url)
        return CliRunner().invoke(app, words)

    return bayline


def _push(world: World, address: str, key: str, purpose: str, **more: float) -> None:
    """A message that waits in the outbox, due so long from now."""
    with world.database.transaction() as session:
        chat = chats.find(session, "telegram", address)
        assert chat
        due = world.now + timedelta(**more)
        row = messages.outgoing(
            chat.id, "telegram", pulls=False, text=key, data={}, now=world.now, key=key, purpose=purpose, priority=1, due_at=due
        )
        messages.post(session, [row])


def _statuses(database: Database) -> dict[str, str]:
    with database.reading() as session:
        rows = session.execute(text("SELECT key, status FROM messages WHERE key LIKE 'push-%'"))
        return {row.key: row.status for row in rows}


@pytest.mark.about_sqlite
@empty_sqlite
def test_db15_a_backup_is_one_moment_of_a_database_that_is_written_to(
    database_url: str, tmp_path: Path, bayline: Callable[..., Result]
) -> None:
    """DB15: two rows a transaction, some hundred transactions meanwhile: the copy has both or neither, and is whole."""
    database, done, wrote, steps = Database(database_url), Event(), Event(), list[int]()
    with database.transaction() as session:
        session.execute(text("CREATE TABLE pairs (one INTEGER, other INTEGER, ballast BLOB)"))
        rows = text("INSERT INTO pairs SELECT 0, 0, zeroblob(4000) FROM json_each(:many)")
        session.execute(rows, {"many": str([*range(800)])})

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            with database.transaction() as session:
                session.execute(text("UPDATE pairs SET one = :n"), {"n": number})
                session.execute(text("UPDATE pairs SET other = :n"), {"n": number})
            wrote.set()

    def step(_what: str, part: int, _total: int) -> None:
        steps.append(part)
        wrote.clear()
        assert wrote.wait(30), "somebody else writes meanwhile"

    writer = Thread(target=write)
    writer.start()
    try:
        backup.make(database_url, tmp_path / "copy", step)
    finally:
        done.set()
        writer.join()
        database.close()
    assert len(steps) > 1
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("copy?*"))
    copy = Database(f"sqlite:///{tmp_path}/copy")
    with copy.reading() as session:
        assert session.execute(text("SELECT count(*), count(DISTINCT one), sum(one <> other) FROM pairs")).one() == (800, 1, 0)
    copy.close()
    assert "exists already" in bayline(database_url, "backup", str(tmp_path / "copy")).output


@pytest.mark.about_sqlite
@sqlite
def test_ie8_nothing_old_leaves_a_restored_database_until_it_is_said(
    world: World, sample_url: str, tmp_path: Path, bayline: Callable[..., Result]
) -> None:
    """IE8, DB15: what was unsent is held, nothing is said unasked, whoever writes is answered."""
    ann = books(world.customer())
    world.customer("telegram", address="bob").says("hello")
    _push(world, "bob", "push-offer", "marketing", hours=-1)
    _push(world, "bob", "push-old", "service", hours=-30)
    _push(world, "bob", "push-late", "service", hours=-1)
    _push(world, "bob", "push-later", "service", hours=20)
    with world.database.transaction() as session:
        segment = Segment(code="all", names={}, family="own", rule={"any": []}, active=True, changed_at=START)
        session.add(segment)
        session.flush()
        figures = dict.fromkeys(("hold_out", "places", "hold_hours", "days_ahead", "report_days", "cost"), 0)
        session.add(Campaign(
            name="autumn", segment_id=segment.id, letters={}, starts_at=START, ends_at=START + timedelta(days=9), services=[],
            status=RUNNING, note="", created_at=START, **figures,
        ))  # fmt: skip
    made = bayline(sample_url, "backup", "old.bak")
    assert made.exit_code == 0, made.output
    world.customer(address="carl").says("hello")  # after the backup
    world.database.close()
    (tmp_path / "clock").write_text(world.now.isoformat())
    restored = bayline(sample_url, "restore", "old.bak")
    assert restored.exit_code == 0, restored.output
    assert "may have been sent before" in restored.output
    assert "bayline.db.replaced-1" in restored.output

    replaced = Database(f"{sample_url}.replaced-1")
    with replaced.reading() as session:
        assert chats.find(session, "web", "carl"), "what was replaced is whole"
    replaced.close()
    with world.database.reading() as session:
        assert chats.find(session, "web", "carl") is None
        assert [(row.status, row.note) for row in session.query(Campaign)] == [(PAUSED, "restored")]
    assert set(_statuses(world.database).values()) == {messages.HELD}
    before = len(ann.received)
    world.passes(days=2, hours=1)  # the day before ann's appointment
    assert not world.engine.push(world.now)
    assert world.engine.sweep(world.now) == 0
    assert len(ann.received) == before
    ann.says("when are you open?")
    assert len(ann.received) == before + 1
    assert bayline(sample_url, "doctor").exit_code == 1

    world.passes(days=-2)
    with world.database.transaction() as session:
        assert holding.end(session, world.now, send=True) is not None
    assert _statuses(world.database) == {
        "push-offer": messages.CANCELLED, "push-old": messages.CANCELLED, "push-late": messages.QUEUED,
        "push-later": messages.QUEUED,
    }  # fmt: skip
    world.passes(days=2)
    world.engine.push(world.now)
    assert any("See you tomorrow" in words for words in ann.received), "it speaks by itself again"
    assert bayline(sample_url, "hold", "drop").exit_code == 1
    world.database.close()


def test_ie8_what_is_dropped_never_goes_and_what_was_not_due_does(world: World) -> None:
    """IE8: on both databases; a web page is shown what was held as something new."""
    ann = world.customer("telegram", address="ann").says("hello")
    web = world.customer("web", address="web").says("hello")
    _push(world, "ann", "push-late", "service", minutes=-5)
    _push(world, "ann", "push-later", "service", hours=2)
    with world.database.transaction() as session:
        assert ann.outcome
        assert web.outcome
        row = messages.outgoing(
            web.outcome.chat_id, "web", pulls=True, text="later", data={}, now=world.now, key="push-web", purpose="service",
            priority=1, due_at=world.now + timedelta(hours=1),
        )  # fmt: skip
        messages.post(session, [row])
        hold = holding.begin(session, world.now)
        assert holding.begin(session, world.now).id == hold.id, "again changes nothing"
        assert "1 messages are due" not in " ".join(holding.told(session, hold))
    assert holds.HELD not in {m.status for m in web.transcript}
    with world.database.transaction() as session:
        assert holding.end(session, world.now, send=False)
        assert holds.now_open(session) is None
    late = messages.CANCELLED, messages.QUEUED, messages.WAITING
    assert tuple(_statuses(world.database)[key] for key in ("push-late", "push-later", "push-web")) == late
    world.passes(hours=3)
    with world.database.transaction() as session:
        messages.release(session, world.now)
    assert web.received[-1] == "later"


@pytest.mark.about_sqlite
@empty_sqlite
def test_db6_a_log_of_another_database_never_meets_a_restored_file(
    database_url: str, tmp_path: Path, bayline: Callable[..., Result]
) -> None:
    """DB6: an old -wal beside the target is put aside with its file; one beside the backup is refused."""
    target = Path(database_url.removeprefix("sqlite:///"))
    backup.make(database_url, tmp_path / "good.bak", _quiet)
    database = Database(database_url)
    with database.transaction() as session:
        session.execute(text("CREATE TABLE later (x)"))
        session.execute(text("INSERT INTO later SELECT zeroblob(3000) FROM json_each('[1,2,3,4,5,6,7,8]')"))
    crashed = tmp_path / "crashed.db"
    for suffix in ("", "-wal"):  # as a worker that was killed leaves it
        shutil.copy(f"{target}{suffix}", f"{crashed}{suffix}")
    database.close()
    for suffix in ("", "-wal"):
        shutil.copy(f"{crashed}{suffix}", f"{target}{suffix}")

    backup.bring_back(database_url, tmp_path / "good.bak", START, _quiet)
    assert sqlite_file.problems(target) == []
    for address, there in ((database_url, 0), (f"{database_url}.replaced-1", 1)):
        database = Database(address)
        with database.reading() as session:
            assert session.execute(text("SELECT count(*) FROM sqlite_master WHERE name = 'later'")).scalar() == there
        database.close()

    refused = bayline(database_url, "restore", str(crashed))
    assert refused.exit_code == 2
    assert "crashed.db-wal" in refused.output
    lock = only_one.hold(database_url)
    assert lock
    with pytest.raises(Wrong, match="another Bayline is working"):
        backup.bring_back(database_url, tmp_path / "good.bak", START, _quiet)
    lock.close()
    for wrong, sentence in ((target, "the database itself"), (tmp_path / "none", "no file"), (Path(__file__), "not a backup")):
        with pytest.raises(Wrong, match=sentence):
            backup.bring_back(database_url, wrong, START, _quiet)
    assert not list(tmp_path.glob("*.restoring*"))


@pytest.mark.about_sqlite
@sqlite
def test_db7_a_damaged_page_is_found_said_and_not_written_to(
    sample_url: str, tmp_path: Path, bayline: Callable[..., Result]
) -> None:
    """DB7: doctor says it, every command refuses from then on, and restore is the way out."""
    target = Path(sample_url.removeprefix("sqlite:///"))
    backup.make(sample_url, tmp_path / "good.bak", _quiet)
    with target.open("r+b") as file:
        for page in range(3, target.stat().st_size // 4096):
            file.seek(page * 4096)
            if file.read(1) in (b"\x0d", b"\x05"):  # a page of a table's tree
                file.seek(page * 4096)
                file.write(b"\xff" * 64)
    found = bayline(sample_url, "doctor")
    assert found.exit_code == 2
    assert "BAD" in found.output
    assert "nothing is written to it" in found.output
    assert "Traceback" not in found.output
    for words in (("check",), ("tickets", "list")):
        assert "is damaged" in bayline(sample_url, *words).output
    sqlite_file.mark(target, [])
    with pytest.raises(Wrong, match="is damaged"):
        backup.refuse_damaged(sample_url, look=True)  # as a start does
    with pytest.raises(Wrong, match="is damaged"):
        backup.make(sample_url, tmp_path / "bad.bak", _quiet)
    assert not (tmp_path / "bad.bak").exists()
    damaged = tmp_path / "damaged.bak"
    shutil.copy(target, damaged)
    with pytest.raises(Wrong, match="take another backup"):
        backup.bring_back(sample_url, damaged, START, _quiet)
    assert bayline(sample_url, "restore", str(tmp_path / "good.bak")).exit_code == 0
    assert "The file is whole" in bayline(sample_url, "doctor").output


@pytest.mark.about_sqlite
@empty_sqlite
def test_db7_a_worker_that_meets_a_damaged_page_writes_no_more(database_url: str) -> None:
    """DB7: whatever comes next is refused at the door, so that a channel keeps it."""
    target = Path(database_url.removeprefix("sqlite:///"))
    with target.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (target.stat().st_size - 4096))
    database = Database(database_url)
    with pytest.raises(Exception, match="malformed"), database.transaction() as session:
        session.execute(text("SELECT * FROM chats")).all()
    with pytest.raises(Damaged, match="bayline restore"), database.transaction():
        raise AssertionError("it is closed")
    database.close()


@only_postgresql
def test_on_postgresql_its_own_programs_are_used_or_named(
    database_url: str, tmp_path: Path, bayline: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = bayline(database_url, "restore", __file__)
    assert "pg_restore" in refused.output
    assert "bayline hold begin" in refused.output
    assert bayline(database_url, "hold", "begin").exit_code == 0
    assert "0 messages" in bayline(database_url, "hold", "show").output
    assert bayline(database_url, "hold", "send").exit_code == 0
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "pg_dump is not installed" in bayline(database_url, "backup", "some.dump").output
    (tmp_path / "pg_dump").write_text('#!/bin/sh\necho "$PGDATABASE" > "${3#--file=}"\n')
    (tmp_path / "pg_dump").chmod(0o755)
    assert bayline(database_url, "backup", "some.dump").exit_code == 0
    assert (tmp_path / "some.dump").read_text().strip() == database_url.rsplit("/", 1)[1]
