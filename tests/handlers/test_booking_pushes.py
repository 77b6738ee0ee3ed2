"""Reminders of visits and offers of freed times: once, at the right time, following the appointment, never two at once."""

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from handlers.booking import actions
from handlers.booking.history import By, Person
from handlers.booking.plan import Wish
from handlers.contact import actions as contact
from handlers.contact.rules import SERVICE
from handlers.contact.rules import Wish as Due
from handlers.dialogue import Refusal, Reply, markup
from handlers.dialogue import shop as shops
from handlers.dialogue.memo import Memo
from handlers.reminders import before, preview, rulebook, rules
from handlers.reminders.triggers import Before
from storage import appointments, chats, messages
from storage.appointments import Appointment, Event
from storage.customers import Customer as Customer_
from tests.handlers.test_booking_flow import books
from tests.marks import SHOP_ON_SQLITE
from tests.world import Customer, World

CHEN = By("Chen", "console", staff=True)
SHIPPED = {"day_before": Before(days=1), "two_hours": Before(hours=2)}
ZONES = sorted(available_timezones())


def _at(world: World, *moments: datetime) -> None:
    """At each of these it is looked who is due, by two workers."""
    for moment in moments:
        world.now = moment
        world.engine.push(world.now)
        world.engine.push(world.now)
        with world.database.transaction() as session:
            messages.release(session, world.now)


def _reminders(ann: Customer) -> list[tuple[str, datetime]]:
    shown = [m for m in ann.transcript if not m.incoming and (m.key or "").startswith("booking:")]
    return [((m.key or "").rsplit(":", 1)[1], m.due_at) for m in shown if m.due_at]


def _row(world: World) -> Appointment:
    with world.database.reading() as session:
        return session.query(Appointment).filter_by(status="confirmed", source="chat").one()


def _utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_the_day_before_and_two_hours_before_once_each(world: World) -> None:
    ann = books(world.customer())  # Tuesday, ten o'clock in Shanghai
    first, second = _utc(23, 2, 1), _utc(24, 0, 1)
    _at(world, _utc(23, 1, 59), first, _utc(23, 3), _utc(23, 23, 59), second, _utc(24, 1), _utc(24, 3))
    assert _reminders(ann) == [("day_before", first), ("two_hours", second)]
    assert sum("See you tomorrow!" in text for text in ann.received) == 1
    assert "In two hours" in ann.received[-1]


def _rule(world: World, code: str, **parts: Any) -> None:
    """One of the rules as the console leaves it."""
    with world.database.transaction() as session:
        rule = rulebook.load(session).rules[code]
        rulebook.put(session, rules.read({**rules.written(rule), **parts}), world.now)
    world.engine.memo = Memo()


@SHOP_ON_SQLITE
def test_when_people_are_reminded_and_in_which_words_is_the_shops_own(world: World) -> None:
    ann = books(world.customer())  # Tuesday, ten o'clock in Shanghai
    words = {"en": "Hello {name}, {ahead} it is {services}.\n{plate}", "zh-Hans": "{ahead}", "zh-Hant": "{ahead}"}
    _rule(world, "day_before", trigger={"kind": "appointment", "days": 2}, texts=words, buttons=["coming", "way"])
    _rule(world, "two_hours", trigger={"kind": "appointment", "hours": 3})
    _at(world, _utc(22, 1, 59), _utc(22, 2, 1))
    ann.sees("in 2 days it is Oil and filter change.")
    assert [len(row) for row in ann.last.data["buttons"]] == [1, 1]
    ann.presses("✓ I'll be there").sees("We look forward")
    _at(world, _utc(23, 22, 59), _utc(23, 23, 1))
    ann.sees("In 3 hours we expect you:", "Tue 24 Nov, 10:00")
    assert [kind for kind, _ in _reminders(ann)] == ["day_before", "two_hours"]


@SHOP_ON_SQLITE
def test_only_what_the_rules_do_is_promised(world: World) -> None:
    books(world.customer()).sees("I'll remind you the day before and two hours before.")
    _rule(world, "day_before", on=False)
    _rule(world, "two_hours", trigger={"kind": "appointment", "hours": 4})
    books(world.customer()).sees("I'll remind you 4 hours before. The file")
    _rule(world, "two_hours", on=False)
    books(world.customer()).sees("\nThe file is for your calendar.")


@SHOP_ON_SQLITE
def test_a_copy_says_one_more_and_never_two_at_once(world: World) -> None:
    ann = books(world.customer())
    _rule(world, "day_before")
    with world.database.transaction() as session:
        copied = rulebook.copy(session, "day_before", world.now)
        with pytest.raises(ValueError, match="for the same occasion already"):
            rulebook.put(session, replace(copied, on=True), world.now)
        rulebook.put(session, replace(copied, on=True, trigger=Before(days=3)), world.now)
        assert rulebook.load(session).rules["day_before_2"].on
    world.engine.memo = Memo()
    _at(world, _utc(21, 2, 1), _utc(21, 3), _utc(23, 2, 1), _utc(24, 0, 1))
    assert [kind for kind, _ in _reminders(ann)] == ["day_before_2", "day_before", "two_hours"]


@SHOP_ON_SQLITE
def test_a_reminder_is_for_some_stores_only(world: World) -> None:
    ann = books(world.customer())  # at East Harbour
    for code in ("day_before", "two_hours"):
        _rule(world, code, audience={"not_stores": ["east"]})
    _at(world, _utc(23, 2, 1), _utc(24, 0, 1), _utc(24, 3))
    assert _reminders(ann) == []
    with world.database.reading() as session:
        assert session.query(Event).filter_by(what="not_reminded", appointment_id=_row(world).id).all() == []


@SHOP_ON_SQLITE
def test_reminders_are_switched_off(world: World) -> None:
    """Also one that waits for the morning already."""
    ann = books(world.customer("telegram"), "oil change next Tuesday at 2 pm for my A4 at East Harbour, I'll wait")
    _at(world, _utc(23, 15))
    assert _waiting(world) == 1
    for code in ("day_before", "two_hours"):
        _rule(world, code, on=False)
    _at(world, _utc(23, 16), _utc(24, 1), _utc(24, 4, 1), _utc(25, 1))
    assert _waiting(world) == 0
    ann.sees("booked!")


@SHOP_ON_SQLITE
def test_a_reminder_that_waits_is_said_in_the_new_words(world: World) -> None:
    ann = books(world.customer("telegram"), "oil change next Tuesday at 2 pm for my A4 at East Harbour, I'll wait")
    _at(world, _utc(23, 15))
    _rule(world, "day_before", texts={"en": "We wait for {car}.", "zh-Hans": "见", "zh-Hant": "見"})
    _at(world, _utc(23, 16), _utc(24, 1))
    ann.sees("We wait for your Audi A4.")
    assert len(_reminders(ann)) == 1


@SHOP_ON_SQLITE
def test_reminders_are_foreseen(world: World) -> None:
    """Dry run and time machine say what then happens."""
    ann = books(world.customer(), "oil change next Tuesday at 2 pm for my A4 at East Harbour, I'll wait")
    with world.database.transaction() as session:
        row = session.query(Appointment).filter_by(status="confirmed", source="chat").one()
        if row.customer_id is None:
            person = Customer_(code="ann", name="Ann Lee", store_id=row.store_id, created_at=world.now)
            session.add(person)
            session.flush()
            row.customer_id = person.id

        own = [row.customer_id]

    def lines(days: int, codes: tuple[str, ...], back: bool = False) -> list[Any]:
        with world.database.reading() as session:
            book = rulebook.load(session)
            plan = preview.Plan([book.rules[code] for code in codes], book.figures, days, back=back)
            return list(preview.lines(session, shops.load(session), world.engine.texts, plan, world.now, customers=own))

    every = ("day_before", "two_hours", "feedback", "feedback_again")
    found = lines(7, every)
    assert [(line.due.rule.code, f"{line.at:%d %H:%M}", line.verdict) for line in found] == [
        ("day_before", "23 06:00", "sent"), ("two_hours", "24 04:00", "sent"),
        ("feedback", "24 08:15", "sent"), ("feedback_again", "25 08:15", "sent"),
    ]  # fmt: skip
    _at(world, _utc(23, 6, 1), _utc(24, 4, 1))
    assert [m.text for m in ann.transcript if (m.key or "").startswith("booking:")] == [
        markup.read(line.text)[0] for line in found[:2]
    ]
    assert [line.due.rule.code for line in lines(7, every)] == ["feedback", "feedback_again"]
    world.now = _utc(26, 1)
    assert [line.due.rule.code for line in lines(7, ("day_before", "two_hours"), back=True)] == ["day_before", "two_hours"]


@SHOP_ON_SQLITE
def test_tm4_a_reminder_that_is_read_on_the_day_says_today(world: World) -> None:
    """TM4: we were away all day, and at night nobody is written to."""
    ann = books(world.customer("telegram"), "oil change next Tuesday at 2 pm for my A4 at East Harbour, I'll wait")
    _at(world, _utc(23, 15))
    ann.sees("See you today!", "Tue 24 Nov, 14:00")
    assert [f"{due:%d %H:%M}" for _, due in _reminders(ann)] == ["24 01:00"]


@SHOP_ON_SQLITE
def test_the_buttons_of_a_reminder(world: World) -> None:
    ann = books(world.customer())
    _at(world, _utc(23, 2, 30))
    ann.sees("See you tomorrow!", "Tue 24 Nov, 10:00").presses("✓ I'll be there").sees("We look forward")
    ann.presses("Move it").says("Wednesday at ten").sees("Move", "Wed 25 Nov, 10:00").says("yes").sees("Moved.")
    _at(world, _utc(24, 1))
    assert [kind for kind, _ in _reminders(ann)] == ["day_before"]  # of the new time nothing is due yet
    _at(world, _utc(24, 3), _utc(25, 1))
    assert [kind for kind, _ in _reminders(ann)] == ["day_before", "day_before", "two_hours"]


@SHOP_ON_SQLITE
def test_a_cancelled_visit_is_not_spoken_of(world: World) -> None:
    ann = books(world.customer())
    ann.says("cancel my appointment").says("yes").sees("Cancelled")
    _at(world, _utc(23, 3), _utc(24, 1))
    assert _reminders(ann) == []


@pytest.mark.parametrize(
    ("down_until", "kinds", "noted"),
    [
        (_utc(23, 10), ["day_before", "two_hours"], []),
        (_utc(24, 0, 30), ["two_hours"], []),
        (_utc(23, 23, 30), ["two_hours"], []),
        (_utc(24, 9), [], ["day_before", "two_hours"]),
        (_utc(29, 9), [], ["day_before", "two_hours"]),
    ],
)
@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_late_after_an_outage(world: World, down_until: datetime, kinds: list[str], noted: list[str]) -> None:
    """TM4: what still helps is sent, never two at once; of a visit that is over nothing is said, and a note is kept."""
    ann = books(world.customer())
    _at(world, *[moment for moment in (down_until, _utc(24, 0, 30), max(_utc(24, 3), down_until)) if moment >= down_until])
    assert [kind for kind, _ in _reminders(ann)] == kinds
    with world.database.reading() as session:
        notes = session.query(Event).filter_by(what="not_reminded", appointment_id=_row(world).id).all()
    assert [note.details["kinds"] for note in notes] == ([noted] if noted else [])


@SHOP_ON_SQLITE
def test_what_is_noted_as_missed_is_not_asked_about_in_every_round(world: World) -> None:
    _at(world, _utc(25, 21))
    asked: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *called: asked.append(called[2]))
    world.engine.push(world.now)
    assert [statement for statement in asked if statement.startswith("SELECT contact_decisions.id")] == []


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_clock_that_jumps_reminds_nobody_twice(world: World) -> None:
    """TM3: an hour ahead and back, a second back again and again, and ten years ahead: each reminder once, and no storm."""
    ann = books(world.customer())
    due = _utc(23, 2, 1)
    _at(world, _utc(23, 1), due, _utc(23, 1), due, *(due - timedelta(seconds=second) for second in range(1, 6)), due)
    assert [kind for kind, _ in _reminders(ann)] == ["day_before"]
    said = len(ann.received)
    _at(world, due.replace(year=2036), due, _utc(24, 0, 1), _utc(23, 3), _utc(24, 0, 2))
    assert [kind for kind, _ in _reminders(ann)] == ["day_before", "two_hours"]
    assert len(ann.received) == said + 1


@SHOP_ON_SQLITE
def test_ten_years_ahead_the_house_stands_and_nothing_of_them_stays(world: World) -> None:
    """TM3: with a visit, a ticket and forty customers on file. Who asks then is answered by that clock, and when it is right
    again everything goes on where it was."""
    ann = books(world.customer())
    bob = world.customer("web").says("I want to talk to a person").says("my brakes squeal")
    right = world.now
    said = [len(ann.received), len(bob.received)]
    world.now = right.replace(year=2036)
    for _ in range(3):
        _at(world, world.now + timedelta(minutes=1))
        world.sweeps()
    assert len(ann.received) == said[0], "a visit that is ten years old is no reason to write"
    assert len(bob.received) <= said[1] + 1, "one apology for a promise that was not kept, and no storm"
    eve = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait")
    eve.says("13800138001").sees("You're booked!", "Tue 25 Nov, 10:00")
    ann.says("when is my appointment?").sees("no appointment")
    world.now = right
    _at(world, right + timedelta(minutes=10))
    world.sweeps()
    said = [len(ann.received), len(bob.received)]
    ann.says("when is my appointment?").sees("Tue 24 Nov, 10:00")
    _at(world, _utc(23, 2, 1), _utc(24, 0, 1))
    world.sweeps()
    assert [kind for kind, _ in _reminders(ann)] == ["day_before", "two_hours"]
    assert _reminders(eve) == []
    assert (len(ann.received), len(bob.received)) == (said[0] + 3, said[1])


@SHOP_ON_SQLITE
def test_what_waits_for_the_morning_follows_the_appointment(world: World) -> None:
    """An early visit: its reminder waits for waking hours, and is taken back when the visit is cancelled by then."""
    ann = books(world.customer(), "oil change on Tuesday at 8:30 for my A4 at East Harbour, I'll wait")
    _at(world, _utc(23, 0, 45))
    assert _reminders(ann) == []
    assert _waiting(world) == 1
    with world.database.transaction() as session:
        row = appointments.lock(session, _row(world).id)
        row.status, row.sequence = "cancelled", row.sequence + 1
    _at(world, _utc(23, 0, 50))
    assert _waiting(world) == 0
    _at(world, _utc(23, 2), _utc(23, 23))
    assert _reminders(ann) == []


@SHOP_ON_SQLITE
def test_what_waits_beside_other_news_is_taken_out_of_it(world: World) -> None:
    """The reminder shares a message with something else of that morning; the visit is cancelled, and the rest is said."""
    ann = books(world.customer(), "oil change on Tuesday at 8:30 for my A4 at East Harbour, I'll wait")
    assert ann.outcome
    with world.database.transaction() as session:
        wish, shop = Due(SERVICE, "papers", _utc(23, 1)), world.engine.memo.get(session, shops.load)
        chat = chats.lock(session, ann.outcome.chat_id)
        contact.post(session, shop, chat, wish, Reply("Your insurance ends."), world.now, key="papers:1", feature="contact")
    _at(world, _utc(23, 0, 45))
    with world.database.reading() as session:
        together = messages.by_key(session, "papers:1")
        assert together
        assert "See you tomorrow!" in together.text
    with world.database.transaction() as session:
        row = appointments.lock(session, _row(world).id)
        row.status, row.sequence = "cancelled", row.sequence + 1
    _at(world, _utc(23, 0, 50), _utc(23, 1))
    assert ann.received[-1] == "Your insurance ends."


def _waiting(world: World) -> int:
    with world.database.reading() as session:
        return len(messages.queued_like(session, "booking:"))


# -- the rules ----------------------------------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2020, 1, 2), date(2040, 12, 30)),
    quarter=st.integers(0, 95),
    fold=st.sampled_from((0, 1)),
)
def test_at_most_one_reminder_at_any_moment_in_any_zone(zone: str, day: date, quarter: int, fold: int) -> None:
    """TM1, TM2: every zone, also in the hour that the clocks skip or repeat."""
    place = ZoneInfo(zone)
    starts = datetime.combine(day, time(quarter // 4, quarter % 4 * 15), place).replace(fold=fold).astimezone(UTC)
    told = starts - timedelta(days=9)
    seen = [
        one.rule if (one := before.due(starts, place, told, starts - timedelta(minutes=m), SHIPPED)) else ""
        for m in range(2400, -60, -15)
    ]
    kinds = [kind for kind, _ in itertools.groupby(seen)]
    assert kinds == ["", "day_before", "", "two_hours", ""]
    first = before.of(starts, place, SHIPPED)[0].due.astimezone(place)
    there = starts.astimezone(place)
    wall = first.replace(tzinfo=None) - there.replace(tzinfo=None)
    # The same clock on the day before; or, where that day has no such clock, the first moment after the gap.
    gap = datetime.combine(there.date() - timedelta(days=1), there.time(), place)
    exists = gap.astimezone(UTC).astimezone(place).replace(tzinfo=None) == gap.replace(tzinfo=None, fold=0)
    assert wall == timedelta(days=-1) if exists else timedelta(days=-1) < wall <= timedelta(hours=3)


def test_who_books_late_is_not_reminded_of_what_they_just_heard() -> None:
    zone, starts = ZoneInfo("Asia/Shanghai"), _utc(24, 2)
    at: Any = lambda hours: starts - timedelta(hours=hours)  # noqa: E731
    assert before.due(starts, zone, at(20), at(19), SHIPPED) is None
    assert before.due(starts, zone, at(1), at(0.5), SHIPPED) is None
    assert before.missed(starts, zone, at(1), starts + timedelta(hours=1), SHIPPED) == []


# -- the waitlist -------------------------------------------------------------------------------------------------------------


def _fills(world: World, day: date) -> list[int]:
    """Staff take every lift of the store for the whole day."""
    taken = []
    with world.database.transaction() as session:
        wish = Wish("east", ("oil_change",), "audi_a4")
        shop = world.engine.memo.get(session, shops.load)
        for free in actions.free_times(session, shop, wish, world.now, first=day):
            while True:
                try:
                    row = actions.hold(session, shop, wish, free.starts_at, Person(name="x"), world.now, by=CHEN)
                except Refusal:
                    break
                taken.append(actions.confirm(session, shop, row, world.now, by=CHEN).id)
    return taken


def _frees(world: World, taken: list[int], at: datetime) -> None:
    """One of them is cancelled."""
    with world.database.transaction() as session:
        shop = world.engine.memo.get(session, shops.load)
        theirs = session.query(Appointment).filter(Appointment.id.in_(taken), Appointment.starts_at == at)
        actions.cancel(session, shop, theirs.filter_by(status="confirmed").first(), world.now, by=CHEN)
    world.engine.push(world.now)


def test_a_full_day_a_place_in_line_and_the_freed_time(world: World) -> None:
    taken = _fills(world, date(2026, 11, 24))
    ann = world.customer().says("oil change on Tuesday for my A4 at East Harbour, I'll wait")
    ann.sees("Everything is taken on Tue 24 Nov", "Choose one").presses("Tell me if a time comes free")
    ann.sees("Shall I tell you").presses("In the morning").says("13800138000").sees("You are in line", "15 minutes")
    ann.says("my appointments")
    assert any(label.startswith("✕ Waiting") for label in ann.labels)
    _frees(world, taken, _utc(24, 0, 30))
    ann.sees("A time has come free!", "Tue 24 Nov, 08:30").presses("Not this one").sees("You keep your place")
    _frees(world, taken, _utc(24, 1, 30))
    ann.sees("A time has come free!", "09:00").presses("✓ I'll take it").sees("You're booked!", "Tue 24 Nov, 09:00")


def test_an_offer_that_nobody_took_in_time(world: World) -> None:
    taken = _fills(world, date(2026, 11, 24))
    ann = world.customer(language="zh-TW").says("週二換機油，奧迪A4，瀾灣汽車東港店，在店等").sees("已經約滿")
    ann.presses("有空檔時通知我").says("下午三點以後").says("+886 912 345 678").sees("已為您候補")
    _frees(world, taken, _utc(24, 0, 30))
    assert "有空檔了" not in ann.last.text  # the morning is not what they asked for
    _frees(
        world, taken, next(_utc(24, h, m) for h, m in ((7, 0), (7, 15), (7, 30), (7, 45), (8, 0)) if _takes(world, taken, h, m))
    )
    ann.sees("有空檔了")
    world.passes(minutes=20)
    with world.database.transaction() as session:
        row = session.query(Appointment).filter_by(source="waitlist").one()
        shop = world.engine.memo.get(session, shops.load)
        actions.hold(session, shop, Wish("east", ("oil_change",), "audi_a4"), row.starts_at, Person(name="x"), world.now, by=CHEN)
    ann.presses("✓ 就要這個").sees("這個時段現在約不到了")
    ann.presses("不再候補").sees("不再候補")


def _takes(world: World, taken: list[int], hour: int, minute: int) -> bool:
    with world.database.reading() as session:
        theirs = session.query(Appointment).filter(Appointment.id.in_(taken), Appointment.starts_at == _utc(24, hour, minute))
        return theirs.first() is not None


@SHOP_ON_SQLITE
def test_a_reminder_that_waits_for_the_morning_speaks_of_the_work_as_it_is_now(world: World) -> None:
    ann = books(world.customer("telegram"), "oil change next Tuesday at 8:30 for my A4 at East Harbour")
    world.now = _utc(23, 0, 31)
    world.engine.push(world.now)
    ann.says("can you do an alignment too please").says("yes").sees("Changed.")
    assert not _to_be_said(world)
    world.now += timedelta(seconds=30)
    world.engine.push(world.now)
    [(key, text)] = _to_be_said(world)
    assert key.endswith(":1:day_before")
    assert "Four-wheel alignment" in text


@SHOP_ON_SQLITE
def test_who_was_reminded_is_not_reminded_once_more_because_the_work_changed(world: World) -> None:
    ann = books(world.customer())
    _at(world, _utc(23, 2, 1))
    assert [kind for kind, _ in _reminders(ann)] == ["day_before"]
    ann.says("can you do an alignment too please").says("yes").sees("Changed.")
    _at(world, _utc(23, 2, 2), _utc(24, 0, 1))
    assert [kind for kind, _ in _reminders(ann)] == ["day_before", "two_hours"]


def _to_be_said(world: World) -> list[tuple[str, str]]:
    query = select(messages.MESSAGES.c.key, messages.MESSAGES.c.text).where(
        messages.MESSAGES.c.key.startswith("booking:"), messages.MESSAGES.c.status == "queued"
    )
    with world.database.reading() as session:
        return [(key, text) for key, text in session.execute(query)]
