"""Booking: what is free, and appointments that are held, confirmed, moved and cancelled; on SQLite and PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from handlers.booking import actions
from handlers.booking.history import By, Person
from handlers.booking.plan import Wish
from handlers.dialogue import Refusal
from handlers.dialogue import shop as shops
from handlers.dialogue.shop import Shop
from storage import appointments, slots
from storage.appointments import Appointment
from storage.database import Database
from tests.world import START

ADVISOR = By("Chen", "console", staff=True)
ANN, BOB = Person(name="Ann", phone="+8613800000001"), Person(name="Bob", phone="+8613800000002")
SERVICE = Wish("east", ("minor_service",), "audi_a4")
TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten o'clock in the store


class Desk:
    """The sample shop, one transaction an action, and nothing wrong in the tables after any of them."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.now = START
        with self.database.reading() as session:
            self.shop: Shop = shops.load(session)

    def does(self, action: Any, *arguments: Any, **more: Any) -> Any:
        with self.database.transaction() as session:
            done = action(session, self.shop, *arguments, self.now, **more)
        with self.database.reading() as session:
            for store in self.shop.stores:
                assert slots.differences(session, store.id) == []
        return done

    def holds(self, person: Person = ANN, at: datetime = TUESDAY, wish: Wish = SERVICE, **more: Any) -> Appointment:
        with self.database.transaction() as session:
            return actions.hold(session, self.shop, wish, at, person, self.now, **more)

    def books(self, person: Person = ANN, at: datetime = TUESDAY, wish: Wish = SERVICE, **more: Any) -> Appointment:
        return self.does(actions.confirm, self.holds(person, at, wish, **more))

    def fills(self, at: datetime = TUESDAY, wish: Wish = SERVICE) -> list[Appointment]:
        """Takes every bay that is free then."""
        filled = []
        while True:
            try:
                filled.append(self.holds(Person(name="x"), at, wish, by=ADVISOR))
            except Refusal:
                return filled


@pytest.fixture
def desk(sample_url: str) -> Iterator[Desk]:
    made = Desk(sample_url)
    yield made
    made.database.close()


def test_a_time_is_held_confirmed_moved_and_cancelled(desk: Desk) -> None:
    row = desk.holds()
    assert (row.status, row.starts_at, row.ends_at) == ("held", TUESDAY, TUESDAY + timedelta(hours=1))
    desk.does(actions.confirm, row)
    desk.does(actions.move, row, TUESDAY + timedelta(hours=1))
    desk.does(actions.cancel, row)
    with desk.database.reading() as session:
        row = appointments.by_token(session, row.token) or row
        assert (row.status, row.sequence, row.starts_at) == ("cancelled", 2, TUESDAY + timedelta(hours=1))
        assert [event.what for event in appointments.events_of(session, row.id)] == ["held", "confirmed", "moved", "cancelled"]
        assert slots.claims_of(session, [row.id]) == []


def test_what_is_full_is_refused_with_the_nearest_free_times(desk: Desk) -> None:
    assert len(desk.fills()) == 4
    with pytest.raises(Refusal) as refused:
        desk.holds()
    assert refused.value.key == "booking.refused.taken"
    times = [free.starts_at for free in refused.value.values["times"]]
    assert times
    assert TUESDAY not in times
    assert all(abs(time - TUESDAY) <= timedelta(hours=6) for time in times)
    free = desk.does(actions.free_times, SERVICE, first=date(2026, 11, 24))
    assert TUESDAY not in [one.starts_at for one in free]
