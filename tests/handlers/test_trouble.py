"""Turns on a database in trouble: locked, full, cut off, in a deadlock. Nothing is half done, and nothing is done twice."""

import gc
import itertools
import platform
import resource
import shutil
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

import storage.database
from handlers import FEATURES
from handlers.dialogue import Feature, Incoming, Reply, Turn
from handlers.dialogue import engine as engine_module
from handlers.dialogue.engine import Engine, Outcome
from handlers.dialogue.memo import Memo, changes_with
from handlers.dialogue.push import Push
from handlers.dialogue.tally import RETRIED
from storage import chats, encryption, messages, revisions
from storage.database import Database
from tests import postgres
from tests.conftest import Templates
from tests.cut_off import CutOff
from tests.refusing import CALLS, without

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _says(engine: Engine, key: str, address: str = "ann", words: str = "help") -> Outcome:
    # At the terminal nobody is held for a flood.
    return engine.take([Incoming("terminal", address, key, "text", text=words, pulls=True)], NOW)[0]


def _transcript(database: Database, address: str = "ann") -> list[bool]:
    """Who spoke, in order: True for the person, False for the bot."""
    with database.reading() as session:
        chat = chats.find(session, "terminal", address)
        return [message.incoming for message in messages.after(session, chat.id, 0, limit=10_000)] if chat else []


def _sqlite(templates: Templates, folder: Path, patience: float = 10.0) -> Database:
    return Database(templates.copy("sqlite", False, folder), patience=patience)


@pytest.fixture
def postgres_url(templates: Templates, tmp_path: Path) -> str:
    return templates.copy("postgresql", False, tmp_path)


@contextmanager
def _through(url: str, patience: float = 10.0) -> Iterator[tuple[CutOff, Database]]:
    """The same PostgreSQL by a way that can be cut."""
    parts = urlsplit(url)
    with CutOff((parts.hostname or "127.0.0.1", parts.port or 5432)) as way:
        database = Database(url.replace(f"{parts.hostname}:{parts.port}", f"127.0.0.1:{way.port}"), patience=patience)
        try:
            yield way, database
        finally:
            database.close()
            # SQLAlchemy leaves a line that is cut while it is set up to the collector: not to be met in somebody else's test.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()


@pytest.mark.about_sqlite
def test_db1_a_turn_waits_for_whoever_holds_the_write_lock(templates: Templates, tmp_path: Path) -> None:
    """DB1: another process is writing; the turn comes after it, and nobody hears of it."""
    database = _sqlite(templates, tmp_path)
    other = encryption.connect(database.url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, lambda: other.execute("COMMIT")).start()
    assert _says(Engine(database, FEATURES), "a").spoke
    assert _transcript(database) == [True, False]
    other.close()
    database.close()


@pytest.mark.about_sqlite
def test_db1_a_lock_that_is_never_given_back_ends_the_turn_with_nothing_half_done(templates: Templates, tmp_path: Path) -> None:
    """DB1: the channel hears that nothing was kept; when the lock is free the same message is taken, once."""
    database = _sqlite(templates, tmp_path, patience=0.05)
    engine = Engine(database, FEATURES)
    other = encryption.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(OperationalError):
        _says(engine, "a")
    assert _transcript(database) == []
    other.execute("ROLLBACK")
    assert _says(engine, "a").spoke
    assert _says(engine, "a").duplicate
    assert _transcript(database) == [True, False]
    other.close()
    database.close()


@pytest.mark.about_sqlite
def test_db1_a_round_that_finds_somebody_writing_is_told_in_a_line(
    templates: Templates, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """DB1: a big import, say. Nothing is broken, so no traceback wakes anybody, and the next round does it."""
    database = _sqlite(templates, tmp_path, patience=0.05)
    rounds: list[int] = []

    def writes(push: Push) -> None:
        chats.arrive(push.session, "web", "a", pulls=True, now=NOW)
        rounds.append(1)

    engine = Engine(database, [Feature("welcome", pushes=[writes])])
    other = encryption.connect(database.url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with caplog.at_level("WARNING"):
        engine.push(NOW)
    [told] = [record for record in caplog.records if record.name.startswith("handlers")]
    assert (told.levelname, told.getMessage()) == (
        "WARNING",
        "push welcome.writes found the database busy or away, and is due again in the next round",
    )
    other.execute("ROLLBACK")
    assert rounds == []
    engine.push(NOW)
    assert rounds == [1]
    other.close()
    database.close()


@pytest.mark.about_sqlite
def test_db2_nobody_waits_for_a_turn_that_waits_for_the_knowledge_base(templates: Templates, tmp_path: Path) -> None:
    """DB2: learning it takes seconds at a first start. Who writes meanwhile, also another process, finds the file free."""
    database = _sqlite(templates, tmp_path)
    other = encryption.connect(database.url.removeprefix("sqlite:///"), isolation_level=None, timeout=0)
    loaded: list[str] = []

    @changes_with("kb", slow=True)
    def learn(_session: Session) -> str:
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        loaded.append("learnt")
        return "Here I am"

    engine = Engine(database, [Feature("welcome", trigger=lambda turn: Reply(turn.memoised(learn)))])
    arrivals = [Incoming("terminal", f"p{n}", f"k{n}", "text", text="hm", pulls=True) for n in range(3)]
    assert [outcome.spoke and not outcome.apologised for outcome in engine.take(arrivals, NOW)] == [True] * 3
    assert _transcript(database, "p1") == [True, False]
    assert loaded == ["learnt"]
    other.close()
    database.close()


def test_db2_reading_before_writing_beside_other_writers_never_fails(database: Database) -> None:
    """DB2: the lock is taken before the first look, so that nobody finds the file locked when they come to write."""

    def read_then_write(number: int) -> bool:
        with database.transaction() as session:
            chats.find(session, "web", "ann")
            chat = chats.arrive(session, "web", f"p{number % 5}", pulls=True, now=NOW)
            messages.last_id(session, chat.id)
            messages.receive(session, chat.id, "web", key=f"k{number}", kind="text", text="hi", data={}, now=NOW)
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(read_then_write, range(80)))
    with database.reading() as session:
        assert len(session.execute(select(messages.MESSAGES.c.id)).all()) == 80


@contextmanager
def _no_room(database: Database) -> Iterator[None]:
    """The system refuses every further byte of a file of this process beyond a few: EFBIG."""
    size = Path(database.url.removeprefix("sqlite:///")).stat().st_size
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 30_000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.about_sqlite
def test_db3_db5_a_full_disk_loses_nothing_that_was_promised(templates: Templates, tmp_path: Path) -> None:
    """DB3, DB5: turns fail whole; when there is room again the same messages are taken, and the file is sound."""
    database = _sqlite(templates, tmp_path)
    engine = Engine(database, FEATURES)
    taken, refused = [], []
    words = "help " + "x" * 3000
    with _no_room(database):
        for number in range(600):
            try:
                taken.append(_says(engine, f"k{number}", words=words).message_id)
            except OperationalError:
                refused.append(number)
                if len(refused) == 3:
                    break
    assert len(refused) == 3
    for number in range(len(taken) + 3):
        _says(engine, f"k{number}", words=words)
    said = _transcript(database)
    assert said.count(True) == len(taken) + 3
    assert said == [True, False] * (len(said) // 2)
    with database.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    database.close()


@pytest.mark.about_sqlite
@pytest.mark.skipif(sys.platform != "linux" or platform.machine() not in CALLS, reason="only Linux can refuse calls to a thread")
@pytest.mark.parametrize(
    ("calls", "page"),
    [(("fsync", "fdatasync"), 0), (("pwrite",), 0), (("pwrite",), 1), (("pwrite",), 4)],
    ids=["not flushed", "nothing written", "after a page", "after four pages"],
)
def test_db4_a_disk_that_breaks_in_a_commit_confirms_nothing(
    templates: Templates, tmp_path: Path, calls: tuple[str, ...], page: int
) -> None:
    """DB4: EIO wherever the commit stands. Nobody is told that it is done; what was before is there, also after a power cut."""
    database = _sqlite(templates, tmp_path)
    engine = Engine(database, FEATURES)
    for number in range(3):
        _says(engine, f"before{number}")
    path = Path(database.url.removeprefix("sqlite:///"))
    written = Path(f"{path}-wal").stat().st_size
    with pytest.raises(OperationalError, match="disk I/O"):
        without(calls, lambda: _says(engine, "k"), beyond=written + page * 4120 if calls == ("pwrite",) else 0)
    (after := tmp_path / "after").mkdir()
    for file in (path, Path(f"{path}-wal")):
        shutil.copy(file, after)
    found = Database(f"sqlite:///{after / path.name}")
    assert _transcript(found)[:6] == [True, False] * 3
    with found.reading() as session:
        assert session.connection().exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    found.close()
    assert _says(engine, "k").spoke
    assert _says(engine, "k").duplicate
    assert _transcript(database) == [True, False] * 4
    database.close()


def test_db8_a_server_that_comes_and_goes_loses_no_turn(postgres_url: str) -> None:
    """DB8: cut off again and again in the middle of turns; what was not acknowledged is sent again, as channels do."""
    with _through(postgres_url) as (way, database):
        engine = Engine(database, FEATURES)
        done, through = threading.Event(), threading.Event()

        def disturb() -> None:
            # Somebody gets through between two cuts: on a machine with other work nobody would, for a long time.
            while not done.wait(0.05):
                through.wait()
                through.clear()
                way.down()
                done.wait(0.02)
                way.up()

        disturber = threading.Thread(target=disturb)
        disturber.start()

        def one(person: int) -> None:
            for number in range(15):
                while True:
                    try:
                        _says(engine, f"{person}:{number}", f"p{person}")
                    except (DBAPIError, NoConnection):
                        continue
                    through.set()
                    break

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(4)))
        done.set()
        through.set()
        disturber.join()
        way.up()
        assert database.breaks > 0
        database.engine.dispose()  # what lies in the pool may have been cut since it was used
        for person in range(4):
            assert _transcript(database, f"p{person}") == [True, False] * 15


def test_db9_a_commit_whose_answer_is_lost_has_its_effect_once(postgres_url: str) -> None:
    """DB9: the server has committed, the line is gone before it could say so. The key of the message decides."""
    with _through(postgres_url) as (way, database):
        engine = Engine(database, FEATURES)
        _says(engine, "before")
        way.hang_up_on(b"COMMIT")
        outcome = _says(engine, "a")
        assert way.cuts == 1
        assert outcome.duplicate
        assert engine.tally.counts(RETRIED) == {"": 1}
        assert _transcript(database) == [True, False] * 2


def test_db8_a_line_that_breaks_at_every_try_is_no_reason_to_apologise(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DB8, PR12: its channel brings the message again, and it is answered; also of the first ones, which are taken with care.

    Only if that goes on and on may it be the message's own doing.
    """
    monkeypatch.setattr(engine_module, "MOST_BROUGHT", 5)
    database, deaths = Database(postgres_url), itertools.count()
    left = 5 * 4  # so often a turn dies

    def dies(turn: Turn) -> Reply | None:
        if next(deaths) < left:
            turn.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        return Reply("Here I am")

    engine = Engine(database, [Feature("welcome", trigger=dies)])
    incoming = Incoming("terminal", "ann", "a", "text", text="hm", pulls=True)
    for _ in range(4):
        with pytest.raises(DBAPIError):
            engine.take_with_care(incoming, NOW)
    assert not engine.take_with_care(incoming, NOW).apologised
    assert _transcript(database) == [True, False]
    left = 10_000
    for _ in range(5):
        with pytest.raises(DBAPIError):
            _says(engine, "b", words="hm")
    assert _says(engine, "b", words="hm").apologised
    database.close()


def test_db8_a_server_that_is_down_is_no_reason_to_apologise(caplog: pytest.LogCaptureFixture) -> None:
    """DB8: an apology would come through if the server was up again at that moment, and the answer would not."""
    database = Database("postgresql://nobody@127.0.0.1:1/none", patience=0.1)
    with pytest.raises(DBAPIError):
        _says(Engine(database, [Feature("welcome")]), "a")
    assert "in a turn" not in caplog.text
    database.close()


def test_db12_what_is_in_memory_goes_back_with_the_database(templates: Templates, tmp_path: Path) -> None:
    """DB12: the edit was the first of its kind, and the server that knew of it is gone."""
    database, memo = _sqlite(templates, tmp_path), Memo()

    @changes_with("kb")
    def load(session: Session) -> int:
        return revisions.all_numbers(session).get("kb", 0)

    with database.transaction() as session:
        revisions.raise_(session, "kb")
        assert memo.get(session, load) == 1
    with database.transaction() as session:
        session.execute(delete(revisions.Revision))
        memo.refresh(session)
        assert memo.get(session, load) == 0
    database.close()


def test_what_cannot_be_loaded_holds_up_nothing_else(templates: Templates, tmp_path: Path) -> None:
    database, memo = _sqlite(templates, tmp_path), Memo()
    broken = True

    def number(session: Session) -> int:
        return revisions.all_numbers(session).get("kb", 0)

    @changes_with("kb")
    def one(session: Session) -> int:
        if broken and number(session) > 0:
            raise ValueError("nothing to be read")
        return number(session)

    @changes_with("kb")
    def other(session: Session) -> int:
        return number(session)

    with database.transaction() as session:
        assert (memo.get(session, one), memo.get(session, other)) == (0, 0)
        revisions.raise_(session, "kb")
        for _ in range(2):
            with pytest.raises(ValueError, match="nothing to be read"):
                memo.refresh(session)
            assert (memo.get(session, one), memo.get(session, other)) == (0, 1)
        broken = False
        memo.refresh(session)
        assert memo.get(session, one) == 1
    database.close()


def test_db12_a_standby_that_is_promoted_is_written_to_by_lines_that_were_there_before(postgres_url: str) -> None:
    """DB5, DB12: whoever is led to a standby may only read; when it is promoted its old lines go on saying so, and are left."""
    database = Database(postgres_url)
    engine = Engine(database, FEATURES)
    _says(engine, "before")
    postgres.only_read(postgres_url, True)
    for _ in range(2):
        with pytest.raises(DBAPIError):
            _says(engine, "a")
        assert not database.serves()
    with ExitStack() as lines:
        for _ in range(7):
            lines.enter_context(database.reading()).execute(select(1))
    postgres.only_read(postgres_url, False)
    assert _says(engine, "a").spoke
    assert database.serves()
    assert _transcript(database) == [True, False] * 2
    database.close()


def test_db10_when_every_connection_is_taken_turns_end_and_recover(postgres_url: str) -> None:
    """DB10: hung transactions hold the pool; a turn gives up in time and says so to its channel."""
    database = Database(postgres_url, connections=1, patience=0.1)
    engine = Engine(database, FEATURES)
    _says(engine, "before")
    with ExitStack() as hung:
        for _ in range(2):
            hung.enter_context(database.engine.begin())
        with pytest.raises(NoConnection):
            _says(engine, "a")
    assert _says(engine, "a").spoke
    assert _transcript(database) == [True, False] * 2
    database.close()


def test_db10_who_stands_still_in_a_transaction_keeps_no_chat_locked(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """DB10, PR3: the server ends it after a while; when the worker goes on, its message is taken once more, whole."""
    other = Database(postgres_url)
    monkeypatch.setattr(storage.database, "LONGEST_IDLE", 0.1)
    database, still = Database(postgres_url), iter([True])

    def stands_still(turn: Turn) -> Reply:
        if next(still, False):
            me, there = turn.session.scalar(text("SELECT pg_backend_pid()")), True
            while there:
                with other.reading() as session:
                    there = bool(session.scalar(text("SELECT count(*) FROM pg_stat_activity WHERE pid = :me"), {"me": me}))
        return Reply("Here I am")

    engine = Engine(database, [Feature("welcome", trigger=stands_still)])
    assert _says(engine, "a", words="hm").spoke
    assert engine.tally.counts(RETRIED) == {"": 1}
    assert _transcript(database) == [True, False]
    for one in (database, other):
        one.close()


def test_db11_a_deadlock_is_tried_again_and_nobody_hears_of_it(postgres_url: str) -> None:
    """DB11: two turns each want the other's chat; PostgreSQL ends one of them, which then goes on by itself."""
    database = Database(postgres_url)
    both = threading.Barrier(2)
    ids: dict[str, int] = {}
    met: set[str] = set()

    def cross(turn: Turn) -> Reply | None:
        if turn.words != "cross":
            return None
        if turn.chat.address not in met:
            met.add(turn.chat.address)
            both.wait(5)
        other = "bob" if turn.chat.address == "ann" else "ann"
        chats.lock(turn.session, ids[other])
        return Reply("crossed")

    engine = Engine(database, [Feature("welcome", trigger=cross)])
    for person in ("ann", "bob"):
        ids[person] = _says(engine, f"hello:{person}", person, "cancel").chat_id
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda person: _says(engine, f"cross:{person}", person, "cross"), ids))
    with database.reading() as session:
        assert [messages.latest(session, chat_id)[-1].text for chat_id in ids.values()] == ["crossed", "crossed"]
    database.close()
