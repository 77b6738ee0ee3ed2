"""Booking: what is free, and appointments that are held, confirmed, moved and cancelled; on SQLite and PostgreSQL."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot import demo
from handlers import transfer
from handlers.booking import actions, clock_rules, closing, history
from handlers.booking.history import By, Person
from handlers.booking.plan import Wish
from handlers.dialogue import Refusal
from handlers.dialogue import shop as shops
from handlers.dialogue.shop import Shop
from storage import appointments, pushes, slots, stores, waitlist
from storage.appointments import Appointment
from storage.database import Database
from storage.slots import Claim, moment_of
from storage.store_clocks import StoreClock
from tests.world import START, World

ADVISOR = By("Chen", "console", staff=True)
ANN, BOB = Person(name="Ann", phone="+8613800000001"), Person(name="Bob", phone="+8613800000002")
SERVICE = Wish("east", ("minor_service",), "audi_a4")
DAY = date(2026, 11, 24)
TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten o'clock in the store

# Rules that the database has no part in are tried on one of the two.
ON_SQLITE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


class Desk:
    """The sample shop, one transaction an action, and nothing wrong in the tables after any of them."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.now = START
        self.last_times: list[datetime] = []
        self.shop: Shop
        self.reloads()

    def does(self, action: Any, *arguments: Any, plain: bool = False, **more: Any) -> Any:
        """`plain`: the action does not ask for the shop."""
        with self.database.transaction() as session:
            done = action(session, *([] if plain else [self.shop]), *arguments, self.now, **more)
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

    def refuses(self, action: Any, *arguments: Any, **more: Any) -> str:
        """The key of the refusal; `last_times` are the starts that were offered instead."""
        with pytest.raises(Refusal) as refused:
            self.does(action, *arguments, **more)
        self.last_times = [free.starts_at for free in refused.value.values.get("times", [])]
        return refused.value.key

    def history(self, row: Appointment) -> list[str]:
        with self.database.reading() as session:
            return [event.what for event in appointments.events_of(session, row.id)]

    def claims(self, row: Appointment) -> list[Claim]:
        with self.database.reading() as session:
            return sorted(slots.claims_of(session, [row.id]), key=lambda claim: (claim.resource, claim.first))

    def offers(self) -> list[str | None]:
        """Who has an offer and has not been told."""
        with self.database.transaction() as session:
            found = waitlist.untold(session, self.now)
            for wait in found:
                wait.told_at = self.now
            return [wait.name for wait in found]

    def terms(self, store: str, **terms: Any) -> None:
        with self.database.transaction() as session:
            row = stores.by_code(session, store)
            assert row is not None
            row.booking = {**row.booking, **terms}
        self.reloads()

    def closes(self, at: datetime = TUESDAY, **who: Any) -> list[int]:
        """For an hour, at short notice; the appointments that it strikes."""
        with self.database.transaction() as session:
            _, struck = closing.close(session, self.shop.stores[0].id, at, at + timedelta(hours=1), self.now, **who)
            self.reloads(session)
            return [row.id for row in struck]

    def reloads(self, session: Session | None = None) -> None:
        if session:
            self.shop = shops.load(session)
        else:
            with self.database.reading() as other:
                self.shop = shops.load(other)


ON_POSTGRESQL = pytest.mark.parametrize("sample_url", ["postgresql"], indirect=True)


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


@ON_SQLITE
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


# -- holds and confirming -----------------------------------------------------------------------------------------------


def test_a_hold_that_is_over_is_free_for_others_before_any_sweep(desk: Desk) -> None:
    """CC4: nobody waits for a clean-up."""
    desk.fills()
    desk.now += timedelta(minutes=6)
    assert TUESDAY in [one.starts_at for one in desk.does(actions.free_times, SERVICE, first=DAY)]
    assert desk.holds().status == "held"


@ON_SQLITE
def test_confirming_a_little_late_is_no_harm_while_nobody_else_came(desk: Desk) -> None:
    """CC4."""
    row = desk.holds()
    desk.now += timedelta(minutes=30)
    assert desk.does(actions.sweep) == 1
    assert desk.does(actions.confirm, row).status == "confirmed"


def test_confirming_late_when_somebody_else_came_is_refused_with_free_times(desk: Desk) -> None:
    """CC4."""
    row = desk.holds()
    desk.now += timedelta(minutes=6)
    desk.fills()
    assert desk.refuses(actions.confirm, row) == "booking.refused.hold_gone"
    assert desk.last_times


@ON_SQLITE
def test_confirming_twice_is_once(desk: Desk) -> None:
    """CC7: a button that is pressed twice."""
    row = desk.books()
    assert desk.does(actions.confirm, row).status == "confirmed"
    assert desk.history(row) == ["held", "confirmed"]


@ON_SQLITE
def test_another_time_gives_the_first_hold_back(desk: Desk) -> None:
    first = desk.holds()
    second = desk.holds(at=TUESDAY + timedelta(hours=1), replaces=first)
    with desk.database.reading() as session:
        assert slots.claims_of(session, [first.id]) == []
        assert len(slots.claims_of(session, [second.id])) == 8  # four quarter hours of a bay and a technician


def test_a_second_hold_that_fails_leaves_the_first(desk: Desk) -> None:
    first = desk.holds()
    later = TUESDAY + timedelta(hours=3, minutes=30)
    desk.fills(later)
    assert desk.refuses(actions.hold, SERVICE, later, ANN, replaces=first) == "booking.refused.taken"
    assert desk.does(actions.confirm, first).status == "confirmed"


def test_two_advisors_and_one_request(desk: Desk) -> None:
    """CC3: the second hears that it is done, and nothing happens twice."""
    desk.terms("east", confirms=True)
    row = desk.books()
    assert row.status == "requested"
    assert desk.does(actions.accept, row, by=ADVISOR, plain=True).status == "confirmed"
    assert desk.does(actions.accept, row, by=By("Wu", "console", staff=True), plain=True).status == "confirmed"
    assert desk.history(row) == ["held", "requested", "confirmed"]
    desk.does(actions.cancel, row, by=ADVISOR)
    assert desk.refuses(actions.accept, row, by=ADVISOR, plain=True) == "booking.refused.gone"


# -- moving and cancelling ----------------------------------------------------------------------------------------------


@ON_SQLITE
def test_moving_by_half_its_length_goes_through_its_own_place(desk: Desk) -> None:
    """CC4: every other lift is taken all the while."""
    row = desk.books(by=ADVISOR)
    desk.fills(TUESDAY + timedelta(minutes=30)), desk.fills()
    later = TUESDAY + timedelta(minutes=30)
    assert later not in [one.starts_at for one in desk.does(actions.free_times, SERVICE, first=DAY)]
    assert later in [one.starts_at for one in desk.does(actions.free_times, SERVICE, first=DAY, moving=row)]
    moved = desk.does(actions.move, row, later)
    assert (moved.starts_at, moved.sequence, moved.bay_id) == (later, 1, row.bay_id)
    assert len(desk.claims(row)) == 8
    assert desk.does(actions.move, row, later).sequence == 1


def test_a_move_that_cannot_be_leaves_all_as_it_was(desk: Desk) -> None:
    row = desk.books()
    later = TUESDAY + timedelta(hours=3, minutes=30)
    desk.fills(later)
    before = desk.claims(row)
    assert desk.refuses(actions.move, row, later) == "booking.refused.taken"
    assert desk.claims(row) == before
    assert desk.history(row) == ["held", "confirmed"]


def test_a_visit_moves_to_another_store_and_gives_back_what_it_had(desk: Desk) -> None:
    row = desk.books()
    before = desk.claims(row)
    row = desk.does(actions.move, row, TUESDAY, store="west")
    assert (row.sequence, row.status, row.starts_at) == (1, "confirmed", TUESDAY)
    assert {claim.resource for claim in desk.claims(row)}.isdisjoint(claim.resource for claim in before)
    assert len(desk.fills()) == 4, "the bays of the first store are free again"
    assert desk.history(row)[-1] == "moved"


@ON_SQLITE
def test_a_visit_that_moves_is_asked_for_where_an_advisor_has_the_last_word(desk: Desk) -> None:
    desk.terms("west", confirms=True)
    row = desk.books()
    assert desk.does(actions.move, row, TUESDAY, store="west").status == "requested"
    assert desk.does(actions.move, row, TUESDAY, store="east").status == "confirmed"
    assert desk.does(actions.move, row, TUESDAY, store="west", by=ADVISOR).status == "confirmed"


@ON_SQLITE
def test_a_visit_moves_only_where_one_more_may_be_had(desk: Desk) -> None:
    desk.terms("west", most_open=1)
    row, other = desk.books(), desk.books(at=TUESDAY + timedelta(days=1))
    assert desk.refuses(actions.move, row, TUESDAY, store="west") == "booking.refused.too_many_open"
    assert desk.history(row)[-1] == "confirmed"
    desk.does(actions.cancel, other)
    assert desk.does(actions.move, row, TUESDAY, store="west").status == "confirmed"


def test_cc4_a_visit_that_another_store_has_no_time_for_stays_where_it_was(desk: Desk) -> None:
    row = desk.books()
    before = desk.claims(row)
    desk.fills(wish=replace(SERVICE, store="west"))
    assert desk.refuses(actions.move, row, TUESDAY, store="west") == "booking.refused.taken"
    assert desk.last_times
    assert desk.claims(row) == before
    with desk.database.reading() as session:
        again = appointments.get(session, row.id)
        assert again is not None
        assert (again.store_id, again.sequence) == (row.store_id, 0)


@ON_SQLITE
def test_the_notice_period_binds_the_customer_and_not_the_advisor(desk: Desk) -> None:
    row = desk.books()
    desk.now = TUESDAY - timedelta(minutes=119)
    assert desk.refuses(actions.cancel, row) == "booking.refused.notice"
    assert desk.refuses(actions.move, row, TUESDAY + timedelta(days=1)) == "booking.refused.notice"
    assert desk.does(actions.move, row, TUESDAY + timedelta(days=1), by=ADVISOR).sequence == 1
    assert desk.does(actions.cancel, row, by=ADVISOR).status == "cancelled"
    assert desk.does(actions.cancel, row).status == "cancelled"


# -- the day itself -----------------------------------------------------------------------------------------------------


@ON_SQLITE
def test_a_visit_from_arrival_to_the_end_and_its_rest_is_free_again(desk: Desk) -> None:
    row = desk.books()
    assert desk.refuses(actions.no_show, row, by=ADVISOR, plain=True) == "booking.refused.not_yet"
    desk.now = TUESDAY
    for action in (actions.arrive, actions.start, actions.arrive):
        if action is actions.arrive and row.status == "in_service":
            assert desk.refuses(action, row, by=ADVISOR, plain=True) == "booking.refused.gone"
        else:
            row = desk.does(action, row, by=ADVISOR, plain=True)
    desk.now = TUESDAY + timedelta(minutes=20)
    assert desk.does(actions.finish, row, by=ADVISOR, plain=True).status == "done"
    assert len(desk.claims(row)) == 4  # the half hour that it took, of a bay and a technician
    assert desk.history(row) == ["held", "confirmed", "arrived", "in_service", "done"]


@ON_SQLITE
def test_the_desk_books_at_once_or_is_told_that_it_is_taken(desk: Desk) -> None:
    with desk.database.transaction() as session:
        row = actions.book(session, desk.shop, SERVICE, TUESDAY, ANN, desk.now, by=ADVISOR)
    assert (row.status, row.hold_until, row.source) == ("confirmed", None, "advisor")
    assert desk.history(row) == ["confirmed"]
    assert desk.claims(row)
    desk.fills(TUESDAY)
    with pytest.raises(Refusal, match="taken"), desk.database.transaction() as session:
        actions.book(session, desk.shop, SERVICE, TUESDAY, BOB, desk.now, by=ADVISOR)


@ON_SQLITE
def test_a_walk_in_begins_now_if_something_is_free(desk: Desk) -> None:
    desk.now = TUESDAY + timedelta(minutes=7)
    row = desk.does(actions.walk_in, SERVICE, BOB, by=ADVISOR)
    assert (row.status, row.source, row.starts_at) == ("arrived", "walk-in", TUESDAY)
    desk.fills(TUESDAY)
    assert desk.refuses(actions.walk_in, SERVICE, ANN, by=ADVISOR) == "booking.refused.taken"
    desk.now = TUESDAY + timedelta(hours=14)
    assert desk.refuses(actions.walk_in, SERVICE, ANN, by=ADVISOR) == "booking.refused.closed_then"


# -- what may be booked -------------------------------------------------------------------------------------------------


@ON_SQLITE
@pytest.mark.parametrize(
    ("at", "key"),
    [
        (START - timedelta(hours=1), "past"),
        (START, "past"),
        (START + timedelta(minutes=30), "too_soon"),
        (START + timedelta(days=92), "too_far"),
        (datetime(2027, 1, 1, 2, tzinfo=UTC), "closed_day"),
        (datetime(2026, 11, 24, 4, 30, tzinfo=UTC), "closed_then"),
        (datetime(2026, 11, 24, 15, 59, 59, 999999, tzinfo=UTC), "closed_then"),
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), "closed_then"),
        (TUESDAY + timedelta(minutes=15), "between"),
        (TUESDAY + timedelta(minutes=1), "between"),
        (TUESDAY + timedelta(hours=1, minutes=30), "too_late"),
    ],
)
def test_a_time_that_is_not_offered_is_refused_with_a_reason_and_others(desk: Desk, at: datetime, key: str) -> None:
    """TM8, TM13."""
    assert desk.refuses(actions.hold, SERVICE, at, ANN) == f"booking.refused.{key}"
    assert desk.last_times


@ON_SQLITE
def test_limits_of_one_person_by_phone_and_customer(desk: Desk) -> None:
    """AB4."""
    for hour in (0, 1):
        desk.holds(at=TUESDAY + timedelta(hours=hour))
    assert desk.refuses(actions.hold, SERVICE, TUESDAY + timedelta(days=1), ANN) == "booking.refused.too_many_holds"
    desk.now += timedelta(minutes=6)
    for day in (1, 2, 3):
        desk.books(at=TUESDAY + timedelta(days=day))
    assert desk.refuses(actions.hold, SERVICE, TUESDAY, Person(name="A", phone=ANN.phone)) == "booking.refused.too_many_open"
    assert desk.holds(BOB).status == "held"
    assert desk.books(at=TUESDAY, by=ADVISOR).status == "confirmed"


@ON_SQLITE
def test_what_is_held_counts_as_what_may_be_booked(desk: Desk) -> None:
    """AB4: two chats with one number; both holds may be confirmed, and then that would be four visits."""
    for day in (1, 2):
        desk.books(at=TUESDAY + timedelta(days=day))
    desk.holds()
    assert desk.refuses(actions.hold, SERVICE, TUESDAY + timedelta(days=3), ANN) == "booking.refused.too_many_holds"
    desk.now += timedelta(minutes=6)
    assert desk.holds(at=TUESDAY + timedelta(days=3)).status == "held"


def test_who_came_after_all_has_what_is_left_of_their_place(desk: Desk) -> None:
    row = desk.books()
    before = desk.claims(row)
    desk.now = TUESDAY + timedelta(minutes=10)
    desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    assert desk.claims(row) != before
    row = desk.does(actions.came, row, by=ADVISOR)
    assert (row.status, row.starts_at) == ("arrived", TUESDAY)
    assert desk.claims(row) == before
    assert desk.does(actions.came, row, by=ADVISOR).status == "arrived"
    assert desk.history(row)[2:] == ["no_show", "arrived"]


def test_who_came_after_all_gets_another_place_when_theirs_is_gone(desk: Desk) -> None:
    row = desk.books()
    desk.now = TUESDAY + timedelta(minutes=15)
    desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    others = desk.fills(TUESDAY + timedelta(minutes=30))
    assert desk.refuses(actions.came, row, by=ADVISOR) == "booking.refused.taken"
    assert desk.last_times
    for other in others:
        if other.bay_id != row.bay_id:
            desk.does(actions.cancel, other)
    legs = row.legs
    row = desk.does(actions.came, row, by=ADVISOR)
    assert (row.status, row.starts_at) == ("arrived", desk.now)
    assert row.legs[0]["bay"] != legs[0]["bay"]
    with desk.database.reading() as session:
        last = appointments.events_of(session, row.id)[-1]
    before = {"starts": history.iso(TUESDAY), "legs": legs}
    assert last.details == {"was": "no_show", "before": before, "starts": history.iso(desk.now)}


def test_cc4_who_came_after_all_has_no_loaner_that_is_promised_by_now(desk: Desk) -> None:
    desk.terms("east", loaners=1)
    loaner = replace(SERVICE, transport="loaner")
    row = desk.books(wish=loaner)
    desk.now = TUESDAY + timedelta(minutes=10)
    desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    before = desk.claims(row)
    other = desk.books(BOB, TUESDAY + timedelta(hours=4), loaner)
    assert desk.refuses(actions.came, row, by=ADVISOR) == "booking.refused.loaner_taken"
    assert desk.claims(row) == before
    assert desk.history(row)[-1] == "no_show"
    desk.does(actions.cancel, other, by=ADVISOR)
    assert desk.does(actions.came, row, by=ADVISOR).status == "arrived"


@ON_SQLITE
def test_who_came_on_the_second_day_of_their_visit_is_here(desk: Desk) -> None:
    row = desk.books(at=TUESDAY + timedelta(hours=2), wish=Wish("studio", ("ceramic_coating",)))
    desk.now = TUESDAY + timedelta(hours=3)
    desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    desk.now = TUESDAY + timedelta(days=1)
    assert row.ends_at > desk.now
    row = desk.does(actions.came, row, by=ADVISOR)
    assert (row.status, row.starts_at) == ("arrived", TUESDAY + timedelta(hours=2))


@ON_SQLITE
def test_who_is_said_after_closing_to_have_come_was_here(desk: Desk) -> None:
    row = desk.books()
    desk.now = TUESDAY + timedelta(minutes=20)
    desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    desk.now = TUESDAY + timedelta(hours=13)
    row = desk.does(actions.came, row, by=ADVISOR)
    assert (row.status, row.starts_at) == ("done", TUESDAY)
    assert desk.history(row)[2:] == ["no_show", "done"]


@ON_SQLITE
def test_who_is_said_on_a_later_day_to_have_come_was_here_then(desk: Desk) -> None:
    row = desk.books()
    desk.now = TUESDAY + timedelta(hours=2)
    desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    desk.now += timedelta(days=1)
    assert desk.does(actions.came, row, by=ADVISOR).status == "done"
    cancelled = desk.books(at=TUESDAY + timedelta(days=7))
    desk.does(actions.cancel, cancelled)
    assert desk.refuses(actions.came, cancelled, by=ADVISOR) == "booking.refused.gone"


@ON_SQLITE
def test_who_did_not_come_too_often_is_asked_to_speak_to_an_advisor(desk: Desk) -> None:
    """AB4."""
    for day in range(3):
        row = desk.books(at=TUESDAY + timedelta(days=day))
        desk.now = TUESDAY + timedelta(days=day, hours=2)
        desk.does(actions.no_show, row, by=ADVISOR, plain=True)
    later = TUESDAY + timedelta(days=7)
    assert desk.refuses(actions.hold, SERVICE, later, ANN) == "booking.refused.advisor_needed"
    assert desk.books(at=later, by=ADVISOR).status == "confirmed"
    desk.now += timedelta(days=181)
    assert desk.holds(at=later + timedelta(days=182)).status == "held"


@ON_SQLITE
def test_cars_to_lend_are_promised_once_a_day(desk: Desk) -> None:
    loaner = replace(SERVICE, transport="loaner")
    for hour in (0, 1):
        desk.books(Person(name=str(hour)), TUESDAY + timedelta(hours=hour), loaner, by=ADVISOR)
    assert desk.refuses(actions.hold, loaner, TUESDAY + timedelta(hours=4), BOB) == "booking.refused.loaner_taken"
    assert desk.does(actions.free_times, loaner, first=DAY) == []
    assert desk.does(actions.free_times, loaner, first=DAY + timedelta(days=1)) != []
    assert desk.refuses(actions.hold, replace(loaner, store="west"), TUESDAY, BOB) == "booking.refused.no_loaner"


@ON_SQLITE
def test_one_car_is_not_in_two_places(desk: Desk) -> None:
    """CC2: bay, technician and car are all needed."""
    mine = replace(SERVICE, vehicle_id=1)
    other = Wish("west", ("minor_service",), "audi_a4", vehicle_id=1)
    desk.books(wish=mine)
    assert desk.refuses(actions.hold, other, TUESDAY + timedelta(minutes=30), BOB) == "booking.refused.car_busy"
    assert TUESDAY not in [one.starts_at for one in desk.does(actions.free_times, other, first=DAY)]
    assert desk.holds(BOB, TUESDAY + timedelta(hours=1), other).status == "held"


@ON_SQLITE
def test_a_car_to_lend_is_away_for_as_long_as_the_visit_lasts(desk: Desk) -> None:
    """A day and a night of ceramic coating; who has their car fetched needs a driver on the first day only."""
    desk.terms("studio", loaners=1, pickups=1)
    wash = Wish("studio", ("hand_wash",), "audi_a4", transport="loaner")
    coating = replace(wash, services=("ceramic_coating",))
    next_day = TUESDAY + timedelta(days=1)
    long = desk.books(at=TUESDAY + timedelta(hours=2), wish=coating)
    assert long.ends_at > next_day
    assert desk.refuses(actions.hold, wash, next_day + timedelta(hours=8), BOB) == "booking.refused.loaner_taken"
    assert desk.does(actions.free_times, wash, first=DAY, days=2) == []
    assert desk.does(actions.free_times, wash, first=DAY + timedelta(days=2)) != []
    desk.does(actions.cancel, long)
    fetched = [replace(one, transport="pickup") for one in (wash, coating)]
    long = desk.books(BOB, TUESDAY + timedelta(hours=2), fetched[1])
    assert desk.does(actions.free_times, fetched[0], first=DAY) == []
    assert desk.does(actions.free_times, fetched[0], first=DAY + timedelta(days=1)) != []
    desk.does(actions.cancel, long)
    desk.books(at=next_day, wish=wash)
    assert desk.refuses(actions.hold, coating, TUESDAY, Person(name="Eve")) == "booking.refused.loaner_taken"
    assert TUESDAY not in desk.last_times


def test_cc4_a_car_to_lend_is_not_promised_again_by_a_late_yes(desk: Desk) -> None:
    """A hold that is over counts no more, also before it is swept away; its yes is a new try."""
    desk.terms("east", loaners=1)
    loaner = replace(SERVICE, transport="loaner")
    late = desk.holds(wish=loaner)
    desk.now += timedelta(minutes=6)
    desk.books(BOB, TUESDAY + timedelta(hours=1), loaner)
    assert desk.refuses(actions.confirm, late) == "booking.refused.hold_gone"
    assert desk.last_times
    assert {at.date() for at in desk.last_times} != {DAY}


def test_cc4_a_visit_that_cannot_be_altered_stays_as_it_was(desk: Desk) -> None:
    """Said no to in the middle of a transaction that goes on: the last car to lend is Bob's, the bays after it are taken."""
    desk.terms("east", loaners=1)
    row = desk.books()
    desk.books(BOB, TUESDAY + timedelta(hours=1), replace(SERVICE, transport="loaner"))
    desk.fills(row.ends_at)
    before = desk.claims(row)
    for change in ({"transport": "loaner"}, {"services": ["minor_service", "ceramic_coating"]}, {"services": ["none"]}):
        with desk.database.transaction() as session:
            mine = appointments.lock(session, row.id)
            with pytest.raises(Refusal):
                actions.alter(session, desk.shop, mine, desk.now, **change)
        with desk.database.reading() as session:
            now = session.get_one(Appointment, row.id)
        assert (now.transport, now.services, now.sequence) == ("wait", ["minor_service"], row.sequence)
        assert desk.claims(row) == before


def test_a_visit_that_is_altered_takes_and_gives_back_its_time(desk: Desk) -> None:
    row = desk.books()
    before = desk.claims(row)
    more = desk.does(actions.alter, row, services=["minor_service", "brake_inspection"])
    assert (more.id, more.starts_at, more.ends_at > row.ends_at, more.sequence) == (row.id, row.starts_at, True, 1)
    less = desk.does(actions.alter, row, services=["minor_service"])
    assert (desk.claims(row), less.price, less.sequence) == (before, row.price, 2)
    desk.does(actions.cancel, row)
    assert desk.refuses(actions.alter, row, transport="leave") == "booking.refused.gone"


def test_cc2_a_refusal_leaves_nothing_taken(desk: Desk) -> None:
    """A turn that hears it goes on and is written down, as every turn is."""
    mine = replace(SERVICE, vehicle_id=1)
    desk.books(wish=mine)
    with desk.database.transaction() as session, pytest.raises(Refusal, match="car_busy"):
        actions.hold(session, desk.shop, mine, TUESDAY, BOB, desk.now)
    assert len(desk.fills()) == 3
    with desk.database.reading() as session:
        assert slots.differences(session, desk.shop.stores[0].id) == []


@ON_SQLITE
def test_what_is_offered_for_a_car_counts_the_break_in_the_work(desk: Desk) -> None:
    """CC2: work that pauses over lunch keeps the car until after it."""
    mine = replace(SERVICE, vehicle_id=1)
    desk.books(at=TUESDAY + timedelta(hours=4), wish=mine)
    long = replace(mine, services=("major_service",))
    free = [one.starts_at for one in desk.does(actions.free_times, long, first=DAY)]
    assert TUESDAY - timedelta(minutes=30) in free
    assert desk.refuses(actions.hold, long, TUESDAY + timedelta(hours=1), BOB) == "booking.refused.car_busy"
    assert not {TUESDAY + timedelta(minutes=minutes) for minutes in (30, 60, 90)} & {*free, *desk.last_times}


@ON_SQLITE
def test_who_can_do_it_and_is_there(desk: Desk) -> None:
    """Two of five can do an electric car; one of them does not work at the weekend."""
    check = Wish("east", ("ev_check",), "tesla_model_3")
    saturday = TUESDAY + timedelta(days=4)
    assert (len(desk.fills(wish=check)), len(desk.fills(saturday, check))) == (2, 1)
    assert desk.refuses(actions.hold, Wish("east", ("ceramic_coating",)), TUESDAY, ANN) == "booking.refused.not_here"


@ON_SQLITE
def test_out_at_short_notice(desk: Desk) -> None:
    """A lift breaks, a technician is ill, the store closes for an hour; who is booked already stays in the plan."""
    row = desk.books()
    free = len(desk.fills()) + 1
    later = TUESDAY + timedelta(days=1)
    assert desk.closes(bay_id=row.bay_id) == [row.id]
    assert desk.closes(technician_id=row.technician_id) == [row.id]
    assert desk.closes(later, bay_id=row.bay_id) == []
    assert free == 4
    assert len(desk.fills(later)) == 3
    assert desk.does(actions.cancel, row).status == "cancelled"
    assert desk.refuses(actions.hold, SERVICE, TUESDAY, BOB) == "booking.refused.taken"
    desk.closes(later + timedelta(days=1))
    assert desk.fills(later + timedelta(days=1)) == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("service", "starts"), [("consultation", "08:30 08:45 09:00 09:15 09:30"), ("minor_service", "08:30 08:45 09:00")]
)
def test_what_is_offered_before_a_closure_is_what_can_be_booked(desk: Desk, service: str, starts: str) -> None:
    """A talk, which needs no bay, does not last into it; the buffer after a visit may."""
    desk.terms("east", step=15, buffer=15, most_holds=99)
    desk.closes()
    wish = Wish("east", (service,), "audi_a4")
    before = [TUESDAY - timedelta(minutes=minutes) for minutes in range(90, 0, -15)]
    free = [one.starts_at for one in desk.does(actions.free_times, wish, first=DAY)]
    offered = [at for at in before if at in free]
    assert " ".join(f"{at.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" for at in offered) == starts
    for at in before:
        if at in offered:
            desk.does(actions.cancel, desk.holds(at=at, wish=wish))
        else:
            assert desk.refuses(actions.hold, wish, at, ANN) == "booking.refused.taken"
            assert at not in desk.last_times


def test_a_hold_does_not_outlive_a_closure(desk: Desk) -> None:
    """CC4: it closes while the customer makes up their mind; staff need not call anybody who has not said yes."""
    booked, held = desk.books(BOB), desk.holds()
    assert desk.closes() == [booked.id]
    assert desk.claims(held) == []
    assert desk.refuses(actions.confirm, held) == "booking.refused.hold_gone"
    assert desk.last_times
    assert TUESDAY not in desk.last_times


@ON_SQLITE
def test_several_services_in_one_visit_one_place_after_the_other(desk: Desk) -> None:
    row = desk.books(wish=Wish("east", ("hand_wash", "minor_service", "brake_inspection"), "audi_a4"))
    kinds = {bay.id: bay.kind for store in desk.shop.stores for bay in store.bays}
    said = [(kinds[leg["bay"]], leg["services"], leg["technician"] is None) for leg in row.legs]
    assert said == [("lift", ["minor_service", "brake_inspection"], False), ("wash", ["hand_wash"], True)]
    # An hour and a half on the lift until half past eleven, the wash over lunch: 40 minutes are three quarter hours.
    assert row.ends_at == datetime(2026, 11, 24, 5, 45, tzinfo=UTC)


@ON_SQLITE
def test_a_model_that_takes_longer(desk: Desk) -> None:
    wish = Wish("east", ("major_service",), "audi_q5")
    short = desk.holds(wish=replace(wish, model="audi_a4"), at=TUESDAY + timedelta(hours=3, minutes=30))
    assert short.ends_at - short.starts_at == timedelta(minutes=150)
    long = desk.holds(BOB, wish=wish, at=TUESDAY + timedelta(hours=3, minutes=30))
    assert long.ends_at - long.starts_at == timedelta(minutes=180)


@ON_SQLITE
def test_a_test_drive_takes_the_car_of_that_model_and_a_talk_takes_nothing(desk: Desk) -> None:
    drive = Wish("east", ("test_drive",), "audi_q5")
    assert len(desk.fills(wish=drive)) == 1
    assert desk.refuses(actions.hold, Wish("east", ("test_drive",), "vw_golf"), TUESDAY, ANN) == "booking.refused.not_here"
    for number in range(5):
        talk = desk.holds(Person(name=str(number)), wish=Wish("east", ("consultation",)), by=ADVISOR)
        assert (talk.bay_id, desk.claims(talk)) == (None, [])


@ON_SQLITE
def test_a_stay_of_a_day_blocks_its_bay_over_night_with_the_buffer_after_it(desk: Desk) -> None:
    coating = Wish("studio", ("ceramic_coating",))
    row = desk.books(at=TUESDAY + timedelta(days=7), wish=coating)
    assert row.ends_at == TUESDAY + timedelta(days=8)
    wax = Wish("studio", ("wax",))
    start = row.ends_at
    kinds = [bay.id for bay in desk.shop.stores[2].bays if bay.kind == "detail"]
    assert len(kinds) == 2
    assert len(desk.fills(start, wax)) == 1  # the other bay; this one is free a quarter of an hour later
    assert len(desk.fills(start + timedelta(minutes=30), wax)) == 1


@ON_SQLITE
def test_the_price_is_kept_with_its_discount(desk: Desk) -> None:
    quiet = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)  # Wednesday at two
    row, other = desk.books(at=quiet), desk.books(BOB)
    assert (row.price, row.discount, other.price, other.discount) == (71920, 20, 89900, 0)
    [free] = [one for one in desk.does(actions.free_times, SERVICE, first=DAY + timedelta(days=1)) if one.starts_at == quiet]
    assert (free.price, free.full_price, free.discount) == (71920, 89900, 20)
    moved = desk.does(actions.move, row, quiet + timedelta(days=1))
    assert (moved.price, moved.discount) == (89900, 0)
    assert desk.holds(wish=Wish("east", ("oil_change",), "tesla_model_3"), at=quiet).price is None


# -- the waitlist -------------------------------------------------------------------------------------------------------


def test_a_freed_time_is_offered_in_order_and_goes_on_after_a_quarter_of_an_hour(desk: Desk) -> None:
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    window = (TUESDAY, TUESDAY + timedelta(minutes=30))
    ann, bob = (desk.does(actions.wait, SERVICE, *window, person) for person in (ANN, BOB))
    desk.does(actions.cancel, booked[0], by=ADVISOR)
    assert desk.offers() == ["Ann"]
    # Nobody else slips in while Ann makes up her mind, and Bob is not asked.
    assert desk.refuses(actions.hold, SERVICE, TUESDAY, Person(name="Eve")) == "booking.refused.taken"
    desk.now += timedelta(minutes=16)
    desk.does(actions.sweep)
    assert desk.offers() == ["Bob"]
    with desk.database.reading() as session:
        offered = waitlist.of_person(session, customer_id=None, chat_id=None) or [session.get(waitlist.Wait, bob.id)]
        hold = session.get(Appointment, offered[0].appointment_id)
    assert desk.does(actions.confirm, hold).status == "confirmed"
    with desk.database.reading() as session:
        statuses = [session.get(waitlist.Wait, one.id).status for one in (ann, bob)]
    assert statuses == ["waiting", "taken"]


@ON_POSTGRESQL
def test_cc4_several_workers_offer_a_freed_time_once_and_to_the_first_in_line(desk: Desk) -> None:
    """Two places come free at once while others sweep; a quarter of an hour later several sweep at once again."""
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    window = (TUESDAY, TUESDAY + timedelta(minutes=30))
    for name in ("Ann", "Bob", "Cid"):
        desk.does(actions.wait, SERVICE, *window, Person(name=name, phone=f"+86138000{ord(name[0]):05}"))

    def at_once(*works: Callable[[Session], object]) -> None:
        begin = threading.Barrier(len(works))

        def work(one: Callable[[Session], object]) -> None:
            begin.wait()
            with desk.database.transaction() as session:
                one(session)

        with ThreadPoolExecutor(len(works)) as pool:
            list(pool.map(work, works))

    def sweep(session: Session) -> object:
        return actions.sweep(session, desk.shop, desk.now)

    def cancels(row: Appointment) -> Callable[[Session], object]:
        return lambda session: actions.cancel(session, desk.shop, row, desk.now, by=ADVISOR)

    at_once(cancels(booked[0]), sweep, cancels(booked[1]), sweep, sweep)
    desk.does(actions.sweep)  # what was in somebody's hands is left to the next look
    assert sorted(map(str, desk.offers())) == ["Ann", "Bob"]
    desk.now += timedelta(minutes=16)
    at_once(sweep, sweep, sweep, sweep)
    desk.does(actions.sweep)
    assert desk.offers() == ["Cid"]
    with desk.database.reading() as session:
        held = select(Appointment).where(Appointment.status == "held", Appointment.starts_at == TUESDAY)
        assert [row.name for row in session.scalars(held.where(Appointment.hold_until > desk.now))] == ["Cid"]


@ON_POSTGRESQL
def test_cc4_an_offer_locks_no_day_before_one_that_is_locked(desk: Desk) -> None:
    """A car to lend is counted over the store's day, which is two of the database's; nobody waits in a circle for them."""
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    desk.does(actions.wait, replace(SERVICE, transport="loaner"), TUESDAY, TUESDAY + timedelta(minutes=30), BOB)
    east, day = desk.shop.stores[0].id, slots.quantum_at(TUESDAY) // slots.DAY
    with desk.database.transaction() as session:
        slots.lock(session, east, [day - 1])  # so that it is there
    with desk.database.transaction() as one, desk.database.transaction() as other:
        actions.cancel(one, desk.shop, booked[0], desk.now, by=ADVISOR)
        assert slots.lock_now(other, east, [day - 1])[1]
    desk.does(actions.sweep)
    assert desk.offers() == ["Bob"]


@ON_SQLITE
def test_a_time_freed_at_night_is_offered_in_the_morning(desk: Desk) -> None:
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    desk.does(actions.wait, SERVICE, TUESDAY, TUESDAY + timedelta(minutes=30), ANN)
    night = TUESDAY.astimezone(ZoneInfo("Asia/Shanghai")).replace(hour=2, minute=0) - timedelta(days=1)
    desk.now = night.astimezone(UTC)
    desk.does(actions.cancel, booked[0], by=ADVISOR)
    desk.does(actions.sweep)
    assert desk.offers() == []
    desk.now += timedelta(hours=7)
    desk.does(actions.sweep)
    assert desk.offers() == ["Ann"]


@ON_SQLITE
def test_the_night_is_as_long_as_the_shop_says(desk: Desk) -> None:
    with desk.database.transaction() as session:
        pushes.put_figures(session, {"quiet_from": "20:00", "quiet_until": "11:00"})
    later = TUESDAY + timedelta(hours=4)
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills(later)]
    desk.does(actions.wait, SERVICE, later, later + timedelta(minutes=30), ANN)
    desk.now = TUESDAY - timedelta(minutes=30)
    desk.does(actions.cancel, booked[0], by=ADVISOR)
    assert desk.offers() == []
    desk.now = TUESDAY + timedelta(hours=1)
    desk.does(actions.sweep)
    assert desk.offers() == ["Ann"]


@ON_SQLITE
def test_a_time_freed_at_night_that_is_near_wakes_the_first_in_line(desk: Desk) -> None:
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    desk.does(actions.wait, SERVICE, TUESDAY, TUESDAY + timedelta(minutes=30), ANN)
    desk.now = TUESDAY - timedelta(hours=4)
    desk.does(actions.cancel, booked[0], by=ADVISOR)
    assert desk.offers() == ["Ann"]


@ON_SQLITE
def test_an_offered_time_is_no_hold_of_their_own(desk: Desk) -> None:
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    desk.does(actions.wait, SERVICE, TUESDAY, TUESDAY + timedelta(minutes=30), ANN)
    desk.does(actions.cancel, booked[0], by=ADVISOR)
    assert desk.offers() == ["Ann"]
    with desk.database.reading() as session:
        values = {"customer_id": ANN.customer_id, "chat_id": ANN.chat_id, "phone": ANN.phone, "now": desk.now, "since": desk.now}
        assert appointments.counts_of_person(session, **values)[1] == 0


@ON_SQLITE
def test_saying_no_to_an_offer_passes_it_on_at_once(desk: Desk) -> None:
    booked = [desk.does(actions.confirm, row, by=ADVISOR) for row in desk.fills()]
    for person in (ANN, BOB):
        desk.does(actions.wait, SERVICE, TUESDAY, TUESDAY + timedelta(minutes=30), person)
    desk.does(actions.cancel, booked[0], by=ADVISOR)
    with desk.database.reading() as session:
        [offer] = waitlist.untold(session, desk.now)
        hold = session.get(Appointment, offer.appointment_id)
    desk.does(actions.cancel, hold)
    assert desk.offers() == ["Bob"]


@ON_SQLITE
def test_a_window_that_is_past_is_closed(desk: Desk) -> None:
    desk.fills()
    wait = desk.does(actions.wait, SERVICE, TUESDAY, TUESDAY + timedelta(minutes=30), ANN)
    desk.now = TUESDAY + timedelta(hours=1)
    desk.does(actions.sweep)
    with desk.database.reading() as session:
        assert session.get(waitlist.Wait, wait.id).status == "over"
    assert desk.refuses(actions.wait, SERVICE, TUESDAY, TUESDAY + timedelta(minutes=30), ANN) == "booking.refused.past"


# -- what the database itself says --------------------------------------------------------------------------------------


def test_a_writer_that_knows_no_lock_cannot_give_a_bay_twice(desk: Desk) -> None:
    """CC2: the primary key says no, to whoever tries; and who meets such a row hears a refusal."""
    row = desk.books()
    first = slots.quantum_at(TUESDAY)
    rogue = {"resource": slots.bay(row.bay_id or 0), "appointment_id": row.id}
    with pytest.raises(IntegrityError), desk.database.transaction() as session:
        session.execute(slots.QUANTA.insert(), {**rogue, "quantum": first})
    with desk.database.transaction() as session:
        for quantum in range(first + 14, first + 18):
            session.execute(slots.QUANTA.insert(), {**rogue, "quantum": quantum})
    with pytest.raises(Refusal) as refused:
        desk.holds(BOB, moment_of(first + 14), replace(SERVICE, bay_id=row.bay_id), by=ADVISOR)
    assert refused.value.key == "booking.refused.taken"
    assert moment_of(first + 14) not in [free.starts_at for free in refused.value.values["times"]], "it is learnt from"
    with desk.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Appointment).where(Appointment.name == "Bob")) == 0


@ON_POSTGRESQL
def test_cc1_a_time_that_is_gone_is_told_without_standing_in_line(desk: Desk) -> None:
    """Somebody is at work on the day and takes long; who wants what is full hears so at once."""
    desk.fills()
    with desk.database.transaction() as busy:
        slots.lock(busy, desk.shop.stores[0].id, [slots.quantum_at(TUESDAY) // slots.DAY])
        assert desk.refuses(actions.hold, SERVICE, TUESDAY, BOB) == "booking.refused.taken"
    assert TUESDAY + timedelta(hours=1) in desk.last_times


@ON_POSTGRESQL
def test_cc1_who_has_waited_too_long_for_a_day_hears_so_and_what_is_free(desk: Desk) -> None:
    def tries() -> None:
        with impatient.transaction() as session:
            try:
                actions.hold(session, desk.shop, SERVICE, TUESDAY, BOB, desk.now)
            finally:
                assert appointments.of_person(session, customer_id=10**6) == []  # what else the turn has to do goes on

    impatient = Database(desk.database.url, patience=0.05)
    with desk.database.transaction() as busy:
        slots.lock(busy, desk.shop.stores[0].id, [slots.quantum_at(TUESDAY) // slots.DAY])
        with pytest.raises(Refusal) as refused:
            tries()
    impatient.close()
    assert refused.value.key == "booking.refused.busy"
    assert TUESDAY in {free.starts_at for free in refused.value.values["times"]}


def test_a_bay_that_is_given_up_keeps_what_was_booked_there(desk: Desk, tmp_path: Path) -> None:
    row = desk.books()
    code = next(bay.code for bay in desk.shop.stores[0].bays if bay.id == row.bay_id)
    text = demo.file("stores.toml").read_text("utf-8").replace(f'{code} = "lift"\n', "", 1)
    (tmp_path / "stores.toml").write_text(text, "utf-8")
    assert transfer.import_file(desk.database, tmp_path / "stores.toml", now=desk.now).ok
    desk.reloads()
    assert len(desk.fills()) == 3
    assert desk.does(actions.cancel, row).status == "cancelled"


@ON_SQLITE
def test_a_store_elsewhere_on_the_day_when_the_clocks_change(desk: Desk) -> None:
    """TM1, TM9: what is offered follows the clock on the wall of the store."""
    with desk.database.transaction() as session:
        east = stores.by_code(session, "east")
        assert east is not None
        east.timezone = "America/New_York"
    desk.reloads()
    zone, sunday = ZoneInfo("America/New_York"), date(2027, 3, 14)
    found = [
        [f"{free.starts_at.astimezone(zone):%H:%M}" for free in desk.does(actions.free_times, SERVICE, first=day, by=ADVISOR)]
        for day in (sunday - timedelta(days=7), sunday)
    ]
    assert found[0] == found[1]
    assert (found[0][0], found[0][-1]) == ("09:00", "15:30")
    row = desk.holds(at=datetime(2027, 3, 14, 15, 30, tzinfo=zone).astimezone(UTC), by=ADVISOR)
    assert row.ends_at == datetime(2027, 3, 14, 20, 30, tzinfo=UTC)


def test_a_store_whose_zone_was_wrong_keeps_the_time_on_the_wall(desk: Desk, tmp_path: Path) -> None:
    """TM9: people were told ten o'clock."""
    rows = [desk.books(by=ADVISOR), desk.books(BOB, TUESDAY + timedelta(hours=1), replace(SERVICE, vehicle_id=30))]
    text = demo.file("stores.toml").read_text("utf-8").replace("Asia/Shanghai", "America/New_York", 1)
    (tmp_path / "stores.toml").write_text(text, "utf-8")
    assert transfer.import_file(desk.database, tmp_path / "stores.toml", now=desk.now).ok
    desk.reloads()
    with desk.database.reading() as session:
        [first, second] = [session.get(Appointment, row.id) for row in rows]
        assert first
        assert second
        assert (first.starts_at, first.ends_at) == (TUESDAY + timedelta(hours=13), TUESDAY + timedelta(hours=14))
        assert (first.sequence, first.legs[0]["starts"], second.starts_at) == (1, history.iso(first.starts_at), first.ends_at)
        assert {claim.first for claim in slots.claims_of(session, [first.id])} == set(
            range(slots.quantum_at(first.starts_at), slots.quantum_at(first.ends_at))
        )
        assert slots.differences(session, first.store_id) == []
    assert desk.history(rows[0])[-1] == "moved"


def test_tm10_a_country_changes_its_clocks_after_visits_were_booked(desk: Desk) -> None:
    """TM10: the time on the wall stays, as do visits beyond the change; what was moved is written down, once."""
    world = World(desk.database, desk.now)
    world.sweeps()
    rows = [desk.books(), desk.books(BOB, TUESDAY + timedelta(days=1), replace(SERVICE, vehicle_id=30))]
    with desk.database.transaction() as session:
        store = desk.shop.stores[0]
        [clock] = [one for one in session.scalars(select(StoreClock)) if one.store_id == store.id]
        assert clock.known[0][1] == 8 * 3600
        # Until the day after the first visit, so people thought then, the clock would be an hour ahead.
        end = int((TUESDAY + timedelta(hours=12)).timestamp())
        clock.known = [[clock.known[0][0], 9 * 3600], [end, 8 * 3600]]
    for _ in range(2):
        world.sweeps()
        with desk.database.reading() as session:
            first, second = [session.get_one(Appointment, row.id) for row in rows]
            assert (first.starts_at, first.sequence) == (TUESDAY + timedelta(hours=1), 1)
            assert (second.starts_at, second.sequence) == (TUESDAY + timedelta(days=1), 0)
            assert slots.differences(session, store.id) == []
        assert [what for what in desk.history(rows[0]) if what == "moved"] == ["moved"]
        assert "moved" not in desk.history(rows[1])


@given(st.sampled_from(sorted(available_timezones())), st.integers(0, 790 * 24 * 60))
@settings(max_examples=150)
def test_what_is_known_of_a_clock_says_what_the_clock_says(zone: str, minutes: int) -> None:
    began = datetime(2026, 11, 1, tzinfo=UTC)
    known, at = clock_rules.known(zone, began), began + timedelta(minutes=minutes)
    assert clock_rules.on_the_wall(known)(at).replace(tzinfo=None) == at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
