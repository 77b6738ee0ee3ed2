"""The short runs; `make torture` has the long ones."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage.database import Database
from tests import standby
from tests.bot.house import QUICK
from tests.conftest import Templates
from tests.torture import booking, campaigning, failing, feeding, killing, promoting, staffing, strangers


@pytest.fixture
def sqlite_url(templates: Templates, tmp_path: Path) -> str:
    return templates.copy("sqlite", False, tmp_path)


@pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])
def test_pr1_killed_while_updates_come_in(sqlite_url: str, tmp_path: Path, webhook: bool) -> None:
    """PR1: 0 lost, 0 effects twice."""
    verdict = asyncio.run(killing.inbound(tmp_path, sqlite_url, updates=50, kills=1, webhook=webhook))
    assert verdict.kills == 1


def test_pr2_killed_while_messages_go_out(sqlite_url: str, tmp_path: Path) -> None:
    """PR2: 0 lost; what arrives twice was in flight."""
    verdict = asyncio.run(killing.outgoing(tmp_path, sqlite_url, number=120, kills=1))
    assert verdict.done == 120


def test_cc10_killed_and_paused_in_the_middle_of_a_campaign(sqlite_url: str, tmp_path: Path) -> None:
    """CC10, PR2: 0 lost, 0 written to twice, nothing after a stop."""
    verdict = asyncio.run(campaigning.campaign(tmp_path, sqlite_url, people=40, kills=1))
    assert (verdict.kills, verdict.pauses, verdict.people) == (1, 1, 40)


def test_pr1_killed_while_staff_work(sqlite_url: str, tmp_path: Path) -> None:
    """PR1, CC9: each answer of staff is there once or listed as uncertain, no note leaves, no ticket lacks its history."""
    verdict = asyncio.run(staffing.staff(tmp_path, sqlite_url, cases=2, kills=1))
    assert (verdict.cases, verdict.kills, verdict.replies) == (2, 1, 6)


def test_db12_a_standby_that_lacks_the_last_moment_is_promoted() -> None:
    """DB12: two real servers; what is said before and after has one answer each, and offset and outbox are the new server's."""
    with standing_by() as pair:
        verdict = asyncio.run(promoting.promotions(pair, rounds=1, people=2, seconds=0.2, patience=QUICK))
    assert verdict.failed_over == 1
    assert verdict.lost > 0


@contextmanager
def standing_by() -> Iterator[standby.Pair]:
    try:
        with standby.pair() as pair:
            yield pair
    except LookupError as lacking:
        pytest.skip(f"SKIPPED: {lacking}")


def test_in1_in2_updates_of_every_shape(database: Database) -> None:
    """IN1, IN2, IN14, IN16: 0 unhandled exceptions."""
    said, aside = asyncio.run(feeding.feed(database, 500))
    assert said > 50
    assert aside > 25


def test_cc1_cc2_two_hundred_want_the_last_place(database_url: str) -> None:
    """CC1, CC2: one appointment a round, however they overlap; the others are told what is free."""
    database = Database(database_url, connections=booking.AT_ONCE)
    try:
        verdict = booking.race(database, rounds=2)
    finally:
        database.close()
    assert (verdict.booked, verdict.refused, verdict.overlaps, verdict.errors) == (2, 398, 0, {})


def test_cc4_cancelled_and_moved_at_once(database_url: str) -> None:
    """CC4: a place is freed once, and somebody else's it is at most once."""
    database = Database(database_url, connections=12)
    try:
        heard = booking.quarrel(database, rounds=6)
    finally:
        database.close()
    assert heard["cancel: done"] == 12
    assert {what.split(": ")[1] for what in heard} <= {"done", "booking.refused.gone", "booking.refused.taken"}


def test_ab2_reminders_go_out_among_a_crowd_of_strangers(sqlite_url: str) -> None:
    """AB2: everybody is greeted once, at the limit and not above it."""
    database = Database(sqlite_url)
    try:
        verdict = asyncio.run(strangers.crowd(database, people=100, reminders=5))
    finally:
        database.close()
    assert verdict.last_reminder < 100


def test_ch2_ch3_ch12_a_server_that_fails_one_call_of_five(database: Database) -> None:
    """CH2, CH3, CH12: every message of every kind comes to its end, and no offer arrives twice."""
    verdict = asyncio.run(failing.failing(database, 1, pause=0.05))
    assert sum(verdict.ends.values()) == verdict.posted
