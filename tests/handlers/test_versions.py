"""Versions of the knowledge base: each publication leaves one, and the base can be made what it was."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from handlers.faq import adopting, going_back
from handlers.transfer import import_files
from handlers.transfer.report import Wrong
from storage import entries, proposals, versions
from storage.database import Database
from storage.entries import EntryRow
from storage.versions import Replaced
from tests.handlers.test_learning import PHRASINGS, entry_rows, small, toml
from tests.marks import EMPTY_ON_SQLITE
from tests.world import START, World

__all__ = ["small"]


def brought(world: World, folder: Path, text: str, name: str = "kb.toml", dry_run: bool = False) -> bool:
    (folder / name).write_text(text, "utf-8")
    [(_, report)] = import_files(world.database, [folder / name], "kb", now=world.now, dry_run=dry_run)
    return report.ok


def listed(database: Database) -> list[tuple[int, str, str, int, int, int]]:
    with database.reading() as session:
        return [(one.id, one.what, one.about, one.added, one.changed, one.removed) for one in versions.newest(session)]


def as_it_is(database: Database) -> dict[versions.Key, versions.Content]:
    with database.reading() as session:
        return versions.contents(session)


def back_to(database: Database, number: int) -> list[tuple[str, str]]:
    with database.transaction() as session:
        return [(one.entry_id, one.kind) for one in going_back.restore(session, number, START)]


def test_ie5_a_bad_import_is_heard_in_the_chat_and_taken_back(small: World, tmp_path: Path) -> None:
    """As it was, in a running worker, from its next look at the revisions on; and forward again."""
    before = as_it_is(small.database)
    ann = small.customer().says("wifi password please").sees("It is on the wall.")
    question, own, answer = PHRASINGS["wifi"]
    bad = toml("wifi", question, own).replace("Yes.", "Ask the neighbours.") + toml("boats", "Do you sell boats?", ["yachts"])
    assert brought(small, tmp_path, bad)
    small.engine.keep_fresh()
    ann.says("wifi password please").sees("Ask the neighbours.")
    worse = as_it_is(small.database)
    assert listed(small.database) == [(1, "import", "kb.toml", 1, 1, 0)]
    assert back_to(small.database, 0) == [("boats", "removed"), ("wifi", "changed")]
    small.engine.keep_fresh()
    ann.says("wifi password please").sees(answer)
    ann.says("do you sell yachts")
    assert "Yes." not in ann.received[-1]
    assert as_it_is(small.database) == before
    assert listed(small.database)[0] == (2, "restore", "0", 0, 1, 1)
    # Going back is a version as any other: it can be undone, and undone again.
    assert back_to(small.database, 1) == [("boats", "added"), ("wifi", "changed")]
    assert as_it_is(small.database) == worse
    back_to(small.database, 2)
    assert as_it_is(small.database) == before


def test_every_kind_of_change_leaves_a_version_and_what_changes_nothing_leaves_none(small: World, tmp_path: Path) -> None:
    words = toml("boats", "Do you sell boats?", ["boats for sale"])
    assert brought(small, tmp_path, words, dry_run=True)
    assert not brought(small, tmp_path, toml("rafts", "may I bring my dog along", []))
    assert listed(small.database) == []
    assert brought(small, tmp_path, words)
    assert brought(small, tmp_path, words), "nothing is new in it"
    with small.database.transaction() as session:
        proposals.propose(session, "dogs", "en", "beasts", "beasts", START)
        [waiting] = proposals.waiting(session)
        adopting.take(session, [waiting.id], START)
    assert listed(small.database) == [(2, "aliases", str(waiting.id), 0, 1, 0), (1, "import", "kb.toml", 1, 0, 0)]
    with small.database.reading() as session:
        [one] = going_back.differences(session, 1)
        assert (one.entry_id, one.kind, one.columns("en")) == ("dogs", "changed", ["aliases"])
        assert session.scalar(select(func.count()).select_from(Replaced)) == 3 + 1, "no more is kept than what was replaced"
        assert going_back.differences(session, 2) == []
        for number in (3, 99):
            with pytest.raises(Wrong, match="those from 0 to 2 are kept"):
                going_back.differences(session, number)


@EMPTY_ON_SQLITE
def test_a_file_may_have_a_name_in_another_encoding(small: World, tmp_path: Path) -> None:
    """As what a Chinese Windows has packed, unpacked elsewhere."""
    name = os.fsdecode("答案.toml".encode("gb18030"))
    assert brought(small, tmp_path, toml("boats", "Do you sell boats?", ["boats for sale"]), name)
    [(_, what, about, *_)] = listed(small.database)
    assert (what, about.endswith(".toml")) == ("import", True)


def test_every_column_comes_back(database: Database) -> None:
    [row, *_] = entry_rows("dogs", valid_from=date(2026, 1, 2), valid_until=date(2027, 3, 4), stores=["east"], buttons=["book"])
    with database.transaction() as session:
        session.add(row)
        before = versions.contents(session)
        with versions.publication(session, "import", "a", START):
            row.valid_from, row.valid_until, row.stores, row.buttons, row.audience = None, None, [], [], "staff"
        with versions.publication(session, "import", "b", START):
            session.delete(row)
    later = START + timedelta(days=1)
    with database.transaction() as session:
        going_back.restore(session, 0, later)
    assert as_it_is(database) == before
    with database.reading() as session:
        [found] = entries.all_rows(session)
        assert (found.valid_from, found.valid_until, found.changed_at) == (date(2026, 1, 2), date(2027, 3, 4), later)


@EMPTY_ON_SQLITE
def test_the_oldest_versions_are_forgotten_and_the_rest_stays_true(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "KEPT", 3)
    states = []
    for number in range(6):
        with database.transaction() as session, versions.publication(session, "import", "", START):
            session.query(EntryRow).delete()
            session.add_all(entry_rows("keys", answer=f"Answer {number}"))
        states.append(as_it_is(database))
    assert [number for number, *_ in listed(database)] == [6, 5, 4]
    with database.reading() as session:
        assert set(session.scalars(select(Replaced.version_id))) == {4, 5, 6}
        with pytest.raises(Wrong, match="those from 3 to 6"):
            going_back.differences(session, 2)
    back_to(database, 3)
    assert as_it_is(database) == states[2]
    with pytest.raises(Wrong, match="from 4 to 7"):
        back_to(database, 3)


@EMPTY_ON_SQLITE
def test_without_a_version_there_is_none_to_go_back_to(small: World) -> None:
    with pytest.raises(Wrong, match="no versions yet"):
        back_to(small.database, 0)
