"""AB9, the insider: what was done stands in a chain, exports wait for a second person, and administrators hear of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.cli import app
from storage import audit, seals
from storage.database import Database
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def deed(database: Database, action: str = "staff.login", hours: float = 0) -> None:
    with database.transaction() as session:
        audit.write(session, action, staff_id=None, now=START + timedelta(hours=hours), about="staff:1", role="advisor")


def sealed(database: Database, hours: float = 0, most: int = 100) -> None:
    with database.transaction() as session:
        seals.seal(session, START + timedelta(hours=hours), most)


def flaws(database: Database) -> list[tuple[str, str, int]]:
    with database.reading() as session:
        return [(flaw.what, flaw.source, flaw.row_id) for flaw in seals.verify(session).flaws]


@contextmanager
def unguarded(database: Database) -> Iterator[None]:
    """Somebody with the database at hand takes the triggers away, and puts them back."""
    guards: list[str] = []
    if database.is_sqlite:
        with database.transaction() as session:
            found = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, sql in found:
                session.execute(text(f"DROP TRIGGER {name}"))
                guards.append(sql)
    else:
        with database.transaction() as session:
            for table in ("audit", "ticket_events", "seals"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    with database.transaction() as session:
        for guard in guards or [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in ("audit", "ticket_events", "seals")]:
            session.execute(text(guard))


def test_a_line_that_is_changed_or_taken_out_is_named(database: Database) -> None:
    """AB9: the first is named, and those after it are still what they were."""
    for hour in range(4):
        deed(database, hours=hour / 60)
        sealed(database, hours=hour / 60)
    assert flaws(database) == []
    with unguarded(database), database.transaction() as session:
        session.execute(text("UPDATE audit SET staff_id = NULL, action = 'staff.logout' WHERE id = 2"))
        session.execute(text("DELETE FROM audit WHERE id = 3"))
    assert flaws(database) == [("changed", "log", 2), ("gone", "log", 3)]


def test_a_line_that_is_put_in_afterwards_is_named(database: Database) -> None:
    """AB9: before the next sealing and after it; what truly is new is not taken for it."""
    deed(database)
    sealed(database)
    sealed(database, hours=4)
    deed(database, hours=5)
    sealed(database, hours=5)
    deed(database, "staff.forged", hours=1)
    assert flaws(database) == [("added", "log", 3)]
    sealed(database, hours=6)
    assert flaws(database) == [("added", "log", 3)]


def test_a_chain_that_is_made_anew_is_not_the_one_that_was_written_down(database: Database) -> None:
    """AB9: who has the database can make another chain; a seal that was noted elsewhere tells."""
    deed(database), deed(database)
    sealed(database)
    with database.reading() as session:
        noted = seals.newest(session)
        assert noted
        assert seals.holds(session, noted.id, noted.digest[:16].upper())
    with unguarded(database), database.transaction() as session:
        session.execute(text("UPDATE audit SET action = 'staff.other' WHERE id = 1"))
        session.execute(text("DELETE FROM seals"))
    sealed(database)
    assert flaws(database) == []
    with database.reading() as session:
        assert not seals.holds(session, noted.id, noted.digest[:16])
    with unguarded(database), database.transaction() as session:
        session.execute(text("DELETE FROM seals WHERE id = 1"))
    assert flaws(database)[0][0] == "seal"


def test_what_commits_late_and_what_lay_there_before_is_sealed_without_a_flaw(database: Database) -> None:
    """AB9: numbers are given when a transaction begins to write; a long history is sealed bit by bit."""
    for hours in (-9000, -5000, -1, 0):
        deed(database, hours=hours)
    for _ in range(3):
        sealed(database, most=2)
    with database.transaction() as session:
        session.add(audit.Audit(id=90, at=START, staff_id=None, place="cli", action="a", about="", details={}))
    sealed(database, hours=0.1)
    with database.transaction() as session:
        session.add(audit.Audit(id=70, at=START, staff_id=None, place="cli", action="b", about="", details={"n": 1.5, "ä": "好"}))
    sealed(database, hours=0.1)
    with database.reading() as session:
        assert not seals.waits(session)
        chain = seals.verify(session)
    assert (chain.flaws, chain.waiting) == ([], 0)
    assert chain.newest
    assert chain.newest.id == 6


def test_several_workers_make_one_chain(database: Database) -> None:
    for _ in range(20):
        deed(database)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sealed(database, most=3), range(12)))
    sealed(database)
    with database.reading() as session:
        chain = seals.verify(session)
    assert (chain.flaws, chain.waiting, chain.newest and chain.newest.id) == ([], 0, 20)


@sqlite
def test_a_ticket_whose_history_was_edited_is_found_by_the_doctor(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """AB9, silent edit of a complaint: the worker seals by itself, the doctor tells which line, and compares a noted seal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "clock").write_text(START.isoformat())
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", str(tmp_path / "clock"))
    world.customer("telegram").says("you scratched my door")
    world.sweeps()

    def doctor(*more: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["doctor", "--json", *more])
        return result.exit_code, " ".join(one["text"] for one in json.loads(result.stdout) if "eal" in one["text"])

    code, said = doctor()
    assert code == 0
    head = said.split("newest seal is ")[1].split(".")[0]
    assert doctor("--seal", head)[0] == 0
    assert doctor("--seal", head[:-1] + "z")[0] == 1
    assert "is no seal" in doctor("--seal", "hello")[1]
    with unguarded(world.database), world.database.transaction() as session:
        session.execute(text("UPDATE ticket_events SET who = 'somebody else' WHERE id = 1"))
    code, said = doctor()
    assert code == 1
    assert "Line of a ticket's history 1 was changed after it was sealed (seal 1)." in said
