"""Promises that are kept, or honestly said to be broken: warnings, climbing, nights, changes of hours; never twice."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.rewards import codes
from handlers.tickets import actions, promises, sweep
from handlers.tickets.promises import Policy
from storage import marks, revisions, stores, tickets
from storage.coupons import Coupon
from storage.stores import SpecialDay
from storage.tickets import Ticket
from tests.world import START, Customer, World

# One story that touches every table runs on both databases (test_ticket_story.py); a conversation is the same on either.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def _ticket(world: World, ticket_id: int = 1) -> Ticket:
    with world.database.reading() as session:
        return session.get_one(Ticket, ticket_id)


def _history(world: World, *whats: str) -> list[tuple[str, datetime]]:
    with world.database.reading() as session:
        return [(event.what, event.at) for event in tickets.history(session, 1) if event.what in whats]


def _reply(world: World, **more: bool) -> None:
    with world.database.transaction() as session:
        actions.reply(world.work(session), session.get_one(Ticket, 1), "I look at it.", **more)


def _card(ann: Customer) -> str:
    return next(text for text in reversed(ann.received) if text.startswith(("Case ", "受理")))


def _ticks(world: World, until: timedelta, step: timedelta = timedelta(minutes=5)) -> None:
    for _ in range(int(until / step)):
        world.now += step
        world.sweeps()


@pytest.fixture
def ann(world: World) -> Customer:
    return world.customer().says("I waited two hours").presses("That's all")


def test_a_warning_then_a_broken_promise_that_climbs_and_is_said(world: World, ann: Customer) -> None:
    before = len(ann.received)
    _ticks(world, timedelta(minutes=50))
    assert len(ann.received) == before
    assert [what for what, _ in _history(world, "warned", "broken")] == ["warned"]
    with world.database.reading() as session:
        assert [mark.kind for mark in marks.standing(session)] == ["slipping"]
    _ticks(world, timedelta(minutes=15))
    ticket = _ticket(world)
    assert (ticket.tier, ticket.status) == ("serious", "open")
    apology = next(text for text in ann.received if "have not kept that" in text)
    assert "the store manager" in apology
    assert "put a coupon aside" in apology
    assert "Now with: the store manager" in _card(ann)
    with world.database.reading() as session:
        assert [(n.kind, n.role) for n in marks.untold(session)] == [
            ("opened", "advisor"), ("warning", "advisor"), ("broken", "manager"),
        ]  # fmt: skip


def test_it_climbs_to_the_top_and_stops_there(world: World, ann: Customer) -> None:
    _ticks(world, timedelta(days=4), timedelta(hours=3))
    assert _ticket(world).tier == "critical"
    apologies = [text for text in ann.received if "have not kept that" in text]
    assert 3 <= len(apologies) <= 4  # two steps, and at the top once for each of the two promises
    assert len(set(apologies)) == len(apologies)


def test_nobody_is_woken_at_night_unless_the_policy_says_so(world: World) -> None:
    """TM11: the alarm of an evening comes in the morning, also when nobody was there to ring it."""
    world.now = START + timedelta(hours=8, minutes=50)  # ten to six
    ann = world.customer().says("I waited two hours")
    assert "Answer by tomorrow 09:50" in _card(ann)
    world.now = START + timedelta(hours=20)  # five in the morning
    world.sweeps()
    assert _history(world, "warned", "broken") == []
    with world.database.transaction() as session:
        promises.put(session, "minor", "", Policy(response_always=True))
    world.sweeps()
    assert [what for what, _ in _history(world, "warned", "broken")] == ["broken"]


def test_a_worker_that_was_down_wakes_nobody_either(world: World, ann: Customer) -> None:
    """TM4: the due time passed in the afternoon, the worker is back at three in the morning."""
    world.now = START + timedelta(hours=18)
    world.sweeps()
    assert _history(world, "warned", "broken") == []
    world.now = START + timedelta(hours=24, minutes=1)
    world.sweeps()
    assert [what for what, _ in _history(world, "warned", "broken")] == ["broken"]


def test_an_answer_in_time_ends_the_first_promise(world: World, ann: Customer) -> None:
    world.passes(minutes=30)
    _reply(world)
    _ticks(world, timedelta(hours=2))
    assert _history(world, "warned", "broken") == []
    assert "Answered · solution by tomorrow 09:00" in _card(ann)


def test_a_solution_that_comes_too_late_climbs_too(world: World, ann: Customer) -> None:
    world.passes(minutes=30)
    _reply(world)
    _ticks(world, timedelta(hours=26), timedelta(minutes=30))
    # Three quarters are over at night, when nobody is warned; in the morning the promise is broken already.
    assert [what for what, _ in _history(world, "warned", "broken", "climbed")] == ["broken", "climbed"]
    assert any("promised you a solution" in text for text in ann.received)


def test_while_it_is_the_customers_turn_no_promise_runs(world: World, ann: Customer) -> None:
    """TM11: paused for two days, then it goes on."""
    _reply(world, waits=True)
    assert "waiting for your answer" in _card(ann)
    _ticks(world, timedelta(days=2), timedelta(hours=1))
    assert _history(world, "warned", "broken") == []
    ann.says("here is the number you wanted")
    ticket = _ticket(world)
    assert ticket.solution_due == ticket.solution_from + timedelta(days=1) + (world.now - _paused_at(world))


def _paused_at(world: World) -> datetime:
    with world.database.reading() as session:
        return tickets.pauses(session, 1)[0][0]


def test_opened_again_both_promises_begin_anew(world: World, ann: Customer) -> None:
    """TM11."""
    with world.database.transaction() as session:
        actions.resolve(world.work(session), session.get_one(Ticket, 1), "a", "b")
    world.passes(hours=25)
    world.sweeps()
    ann.says("it is still not fixed")
    ticket = _ticket(world)
    assert (ticket.first_response_due, ticket.solution_due) == (world.now + timedelta(hours=1), world.now + timedelta(hours=24))
    cards = [message for message in ann.transcript if message.text.startswith("Case ")]
    assert cards[-1].edits is None  # a new card, where it is seen


def test_a_change_of_tier_keeps_the_time_that_has_run(world: World, ann: Customer) -> None:
    """TM11."""
    with world.database.transaction() as session:
        promises.put(session, "serious", "", Policy(30, False, 600, True))
    opened = _ticket(world).opened_at
    world.passes(minutes=10)
    with world.database.transaction() as session:
        actions.set_tier(world.work(session), session.get_one(Ticket, 1), "serious")
    assert _ticket(world).first_response_due == opened + timedelta(minutes=30)
    assert _ticket(world).solution_due == opened + timedelta(minutes=600)


def test_a_change_of_policy_changes_the_promises_that_stand(world: World, ann: Customer) -> None:
    """TM11: a store's own row wins over that of all stores."""
    opened = _ticket(world).opened_at
    with world.database.transaction() as session:
        promises.put(session, "minor", "east", Policy(120, False, 3000, True))
        promises.put(session, "minor", "", Policy(10, False, 3000, True))
    world.sweeps()
    assert _ticket(world).first_response_due == opened + timedelta(minutes=120)
    assert "Answer by 11:00" in _card(ann)


def test_a_store_that_closes_at_short_notice_promises_anew(world: World, ann: Customer) -> None:
    """TM11: a burst pipe at half past nine."""
    with world.database.transaction() as session:
        store = stores.all_stores(session)[0]
        session.add(SpecialDay(store_id=store.id, day=START.date(), spans=[["08:30", "09:30"]], names={}))
        revisions.raise_(session, "stores")
    world.sweeps()
    assert "Answer by tomorrow" in _card(ann)
    assert _history(world, "reckoned") != []


def test_the_same_sweep_by_several_workers_at_once_has_one_effect(world: World, ann: Customer) -> None:
    """CC9, PR8."""
    world.passes(minutes=70)
    with world.database.reading() as session:
        due: Sequence[int] = sweep.due(session, world.now)
    assert due == [1]

    def look(_: int) -> None:
        with world.database.transaction() as session:
            sweep.look(session, 1, world.engine.texts, world.now)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, range(8)))
    assert len(_history(world, "broken")) == 1
    assert sum("have not kept that" in text for text in ann.received) == 1


def test_a_sweep_that_breaks_holds_up_no_other(world: World, ann: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    """PR8."""
    world.customer().says("nobody answers the phone")
    world.passes(minutes=70)
    with world.database.transaction() as session:
        session.get_one(Ticket, 1).tier = "nonsense"
    world.sweeps()
    assert _ticket(world, 2).tier == "serious"


@pytest.mark.parametrize(
    ("language", "words", "apology", "card"),
    [
        ("zh-CN", "等了两个小时没人理我", "我们没有做到", "现在负责：店长"),
        ("zh-TW", "等了兩個鐘頭都沒人理", "我們沒有做到", "目前負責：店長"),
    ],
)
def test_the_apology_is_in_the_customers_language(world: World, language: str, words: str, apology: str, card: str) -> None:
    ann = world.customer(language=language).says(words)
    world.passes(minutes=70)
    world.sweeps()
    assert any(apology in text for text in ann.received)
    assert card in _card(ann)


def test_goodwill_is_a_coupon_once_a_ticket(world: World, ann: Customer) -> None:
    world.passes(minutes=70)
    world.sweeps()
    [said] = [text for text in ann.received if "small apology" in text]
    assert "A hand wash on us" in said
    world.passes(hours=30)
    world.sweeps()
    with world.database.reading() as session:
        [coupon] = session.scalars(select(Coupon).where(Coupon.key.startswith("goodwill:"))).all()
    assert sum("have not kept that" in text for text in ann.received) == 2
    assert sum("small apology" in text for text in ann.received) == 1, "the same coupon is not offered a second time"
    ann.says("/offers").sees("A hand wash on us", codes.shown(coupon.code))


def test_goodwill_keeps_within_what_the_tier_may_cost(world: World, ann: Customer) -> None:
    """The hand wash is worth 100: two of them are more than 150 a month; a month later there is room again."""
    with world.database.transaction() as session:
        promises.put(session, "minor", "", Policy(goodwill_budget=15000))
    bob = world.customer().says("I waited two hours").presses("That's all")
    world.passes(minutes=70)
    world.sweeps()

    def coupon(who: Customer) -> bool:
        return any("small apology" in text for text in who.received)

    assert [coupon(ann), coupon(bob)].count(True) == 1
    assert all(any("have not kept that" in text for text in who.received) for who in (ann, bob))
    world.passes(days=31)
    eve = world.customer().says("I waited two hours").presses("That's all")
    world.passes(minutes=70)
    world.sweeps()
    assert coupon(eve)


def test_goodwill_can_be_switched_off(world: World, ann: Customer) -> None:
    with world.database.transaction() as session:
        promises.put(session, "minor", "", Policy(goodwill=False))
    world.passes(minutes=70)
    world.sweeps()
    assert any("have not kept that" in text for text in ann.received)
    assert not any("make up for it" in text or "small apology" in text for text in ann.received)
