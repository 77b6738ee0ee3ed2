"""Two hundred bookers want the last place of a day, at once, at overlapping times: one gets it, the others hear what is free."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, aliased

from handlers.booking import actions, rules
from handlers.booking.actions import By, Person, Wish
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import slots
from storage.appointments import CONFIRMED, Appointment
from storage.database import Database, passes
from tests.small_shop import small_shop

FIRST = date(2026, 3, 2)
# As many as several workers and a console have at work in the database together.
AT_ONCE = 48
TRIES = 5
# Any two of them overlap between nine and half past ten, so a bay takes one of them a day.
SERVICES = {"short": 60, "longer": 75, "long": 90}
STARTS = ("09:00", "09:15", "09:30")
DOORS = (By("customer", "chat"), By("Chen", "console", staff=True), By("partner", "api"))


@dataclass
class Verdict:
    rounds: int
    booked: int
    refused: int
    overlaps: int
    errors: Counter[str]

    def __str__(self) -> str:
        return (
            f"{self.booked} appointments in {self.rounds} rounds, {self.refused} refusals with other times, "
            f"{self.overlaps} overlaps, {sum(self.errors.values())} raw errors {dict(self.errors) or ''}"
        )


def tiny_shop(session: Session) -> Shop:
    """One bay, open an hour and a half every day, and three services of different length."""
    services = [(code, minutes, "lift", "lift") for code, minutes in SERVICES.items()]
    return small_shop(session, [[(time(9), time(10, 30))]] * 7, {"L1": "lift"}, services, technicians={"T1": ["lift"]}, step=15)


def race(database: Database, rounds: int, bookers: int = 200, seed: int = 0) -> Verdict:
    """Each round is a day of its own. Raises AssertionError when a round has not exactly one appointment."""
    with database.transaction() as session:
        shop = tiny_shop(session)
    zone = rules.ZoneInfo(shop.stores[0].timezone)
    begin, gate = threading.Barrier(bookers), threading.BoundedSemaphore(AT_ONCE)
    errors: Counter[str] = Counter()

    def book(number: int, day: date, order: random.Random) -> str:
        service = order.choice(list(SERVICES))
        fitting = [start for start in STARTS if (int(start[3:]) + SERVICES[service]) <= 90]
        start = rules.instant(day, time.fromisoformat(order.choice(fitting)), zone)
        now = rules.instant(day - timedelta(days=1), time(12), zone)
        by, person = order.choice(DOORS), Person(name=f"booker {number}", phone=f"+86100{day.toordinal()}{number:03}")
        begin.wait()
        try:
            with gate:
                row = _tried(
                    database, lambda session: actions.hold(session, shop, Wish("main", (service,)), start, person, now, by=by)
                )  # fmt: skip
                _tried(database, lambda session: actions.confirm(session, shop, row, now + timedelta(seconds=30), by=by))
        except Refusal as refused:
            polite = refused.key in ("booking.refused.taken", "booking.refused.busy") and refused.values["times"]
            return "refused" if polite else refused.key
        except Exception as error:
            return type(error).__name__ + ": " + str(error)[:200]
        return "booked"

    refused = 0
    with ThreadPoolExecutor(bookers) as pool:
        for number in range(rounds):
            day = FIRST + timedelta(days=number)
            orders = [random.Random(f"{seed}/{number}/{booker}") for booker in range(bookers)]
            outcome = Counter(pool.map(book, range(bookers), [day] * bookers, orders))
            assert outcome.pop("booked", 0) == 1, f"round {number}: {outcome}"
            refused += outcome.pop("refused", 0)
            errors += outcome
    with database.reading() as session:
        booked = session.execute(select(func.count()).where(Appointment.status == CONFIRMED)).scalar_one()
        assert slots.differences(session, shop.stores[0].id) == []
        return Verdict(rounds, booked, refused, overlaps(session), errors)


def _tried(database: Database, work: Callable[[Session], Appointment]) -> Appointment:
    """As chat and console do it: what passes, such as having waited too long for a lock, is tried again."""
    for left in range(TRIES - 1, -1, -1):
        try:
            with database.transaction() as session:
                return work(session)
        except DBAPIError as trouble:
            if not left or not passes(trouble):
                raise
    raise AssertionError("unreachable")


def overlaps(session: Session) -> int:
    """Pairs of appointments that share a bay or a technician for some time; counted without the tables that prevent it."""
    one, other = aliased(Appointment), aliased(Appointment)
    gone = ("cancelled", "expired")
    query = select(func.count()).where(
        one.id < other.id, one.starts_at < other.ends_at, other.starts_at < one.ends_at,
        (one.bay_id == other.bay_id) | (one.technician_id == other.technician_id),
        one.status.not_in(gone), other.status.not_in(gone),
    )  # fmt: skip
    return session.execute(query).scalar_one()


def quarrel(database: Database, rounds: int, seed: int = 0) -> Counter[str]:
    """One appointment, and several who cancel it, move it and move it back at once, while others want its time. What they heard.

    Raises AssertionError when a place is held by nobody, or by two.
    """
    with database.transaction() as session:
        shop = tiny_shop(session)
    zone, wish, desk = rules.ZoneInfo(shop.stores[0].timezone), Wish("main", ("short",)), DOORS[1]
    heard: Counter[str] = Counter()
    with ThreadPoolExecutor(12) as pool:
        for number in range(rounds):
            day = FIRST + timedelta(days=2 * number)
            now = rules.instant(day - timedelta(days=1), time(12), zone)
            times = [rules.instant(day + timedelta(days=later), time(9, 15), zone) for later in (0, 1)]
            with database.transaction() as session:
                row = actions.hold(session, shop, wish, times[0], Person(name="x"), now, by=desk)
                actions.confirm(session, shop, row, now, by=desk)

            def act(what: str, row: Appointment = row, now: datetime = now, times: list[datetime] = times) -> str:
                try:
                    with database.transaction() as session:
                        if what == "cancel":
                            actions.cancel(session, shop, row, now, by=desk)
                        elif what == "book":
                            own = actions.hold(session, shop, wish, times[0], Person(name="y"), now, by=desk)
                            actions.confirm(session, shop, own, now, by=desk)
                        else:
                            actions.move(session, shop, row, times[what == "away"], now, by=desk)
                except Refusal as refused:
                    return f"{what}: {refused.key}"
                return f"{what}: done"

            wishes = ["cancel", "book", "away", "back", "away", "back", "book", "cancel"]
            random.Random(seed + number).shuffle(wishes)
            heard += Counter(pool.map(act, wishes))
    with database.reading() as session:
        assert slots.differences(session, shop.stores[0].id) == []
        assert overlaps(session) == 0
        live = select(Appointment.id).where(Appointment.status == CONFIRMED)
        held = session.execute(select(slots.QUANTA.c.appointment_id).distinct()).scalars()
        assert sorted(held) == sorted(session.scalars(live))
    return heard
