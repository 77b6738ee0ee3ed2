"""What the database itself guarantees about staff, their codes and the audit log."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from handlers.dialogue import Refusal
from handlers.staff import actions
from storage import audit, keys, staff
from storage.database import Database
from storage.staff import Staff

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _administrator(database: Database, login: str) -> int:
    with database.transaction() as session:
        member = actions.add(session, login, login, staff.ADMINISTRATOR, None, "en", NOW)
        member.password = "x"
        return member.id


def test_the_audit_log_only_grows(database: Database) -> None:
    """PV6: who looked at what cannot be wiped out, not even by us."""
    with database.transaction() as session:
        audit.write(session, "staff.login", staff_id=None, now=NOW)
    for change in ("UPDATE audit SET action = 'x'", "DELETE FROM audit"):
        with pytest.raises(DBAPIError, match="only grows"), database.transaction() as session:
            session.execute(text(change))
    with database.reading() as session:
        assert [row.action for row in audit.newest(session, 9)] == ["staff.login"]


def test_a_code_is_good_once_even_for_two_at_once(database: Database) -> None:
    """AU11, AU12."""
    with database.transaction() as session:
        code = actions.invite(session, None, NOW)

    def use(login: str) -> str:
        try:
            with database.transaction() as session:
                return actions.accept(session, code, "hash", NOW, login=login, name=login).login
        except Refusal as refusal:
            return refusal.key

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(use, ["ann", "bob", "cid", "dan"]))
    assert done.count("staff.bad_code") == 3


def test_a_code_ends_after_a_day_and_with_the_next_one(database: Database) -> None:
    ann = _administrator(database, "ann")
    with database.transaction() as session:
        member = session.get_one(Staff, ann)
        first, second = (actions.invite(session, member, NOW) for _ in range(2))
    for code, at in ((first, NOW), (second, NOW + timedelta(hours=24))):
        with pytest.raises(Refusal), database.transaction() as session:
            actions.accept(session, code, "hash", at)
    with database.transaction() as session:
        assert actions.accept(session, second, "hash", NOW + timedelta(hours=23)).id == ann


def test_two_administrators_cannot_dismiss_each_other_at_once(database: Database) -> None:
    """There is always one left."""
    ann, bob = _administrator(database, "ann"), _administrator(database, "bob")

    def dismiss(who: int, by: int) -> bool:
        try:
            with database.transaction() as session:
                actions.dismiss(session, session.get_one(Staff, who), NOW, by=by)
        except Refusal:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(dismiss, (ann, bob), (bob, ann))) == [False, True]


def test_one_key_for_all_workers(database: Database) -> None:
    def ensure(_number: int) -> bytes:
        with database.transaction() as session:
            return keys.ensure(session, "console")

    with ThreadPoolExecutor(4) as pool:
        found = set(pool.map(ensure, range(8)))
    assert len(found) == 1
    assert len(found.pop()) == 32
