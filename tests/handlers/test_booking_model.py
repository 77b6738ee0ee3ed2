"""Booking against a model that knows nothing but a list of who has which quarter hour: random days at the desk."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.booking import actions
from handlers.booking.actions import By, Person, Wish
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from storage import slots
from storage.appointments import Appointment
from storage.database import Database
from storage.slots import moment_of, quantum_at
from tests.conftest import Templates
from tests.small_shop import Week, small_shop
from tests.torture.booking import overlaps

DESK = By("Chen", "console", staff=True)
# Monday to come, and what the store is on it: open from nine to half past ten, and from half past eleven to half past twelve.
NINE = quantum_at(datetime(2026, 11, 23, 1, 0, tzinfo=UTC))
OPEN = [range(NINE, NINE + 6), range(NINE + 10, NINE + 14)]
# Mostly when it is open.
PLACES = st.sampled_from([*range(6), *range(6), *range(10, 14), 6, 9])
NOW = moment_of(NINE - 8 * 4)
MINUTES = {"quick": 15, "lift": 60, "wash": 45, "talk": 30}
KIND = {"quick": "lift", "lift": "lift", "wash": "wash", "talk": "none"}
WISHES = [("quick",), ("lift",), ("wash",), ("talk",), ("lift", "wash"), ("quick", "lift"), ("quick", "lift", "wash")]


class Diary(RuleBasedStateMachine):
    """`has`: what the model believes that each living appointment has, as (resource, quarter hour)."""

    rows = Bundle("rows")
    new: Callable[["Diary"], str]

    def __init__(self) -> None:
        super().__init__()
        self.database = Database(self.new())
        self.now = NOW
        self.has: dict[int, set[tuple[int, int]]] = {}
        self.until: dict[int, datetime] = {}

    def teardown(self) -> None:
        self.database.close()

    @initialize()
    def open_shop(self) -> None:
        with self.database.transaction() as session:
            self.shop = _open_shop(session)

    # -- the model ----------------------------------------------------------------------------------------------------

    def _taken(self, without: int | None = None) -> set[tuple[int, int]]:
        over = {number for number, until in self.until.items() if until <= self.now}
        return {one for number, has in self.has.items() if number not in over | {without or 0} for one in has}

    def _fits(self, services: tuple[str, ...], start: int, without: int | None = None) -> bool:
        """Whether there is a lift, a wash place and a technician for each quarter hour that needs them."""
        taken = self._taken(without)
        for kind, first, end in _legs(services, start):
            if not any(first in span and end - 1 in span for span in OPEN):
                return False
            bays = [bay.id for bay in self.shop.stores[0].bays if bay.kind == kind]
            hours = range(first, end)
            if kind != "none" and not any(all((slots.bay(bay), hour) not in taken for hour in hours) for bay in bays):
                return False
            people = [person.id for person in self.shop.stores[0].technicians]
            if kind == "lift" and not any(
                all((slots.technician(one), hour) not in taken for hour in hours) for one in people
            ):  # fmt: skip
                return False
        end = _legs(services, start)[-1][2]
        return any(start in span and end - 1 in span for span in OPEN)

    def _learns(self, row: Appointment, services: tuple[str, ...]) -> None:
        """What was given must have been free and must be what the work needs."""
        taken, has = self._taken(row.id), set()
        for leg, (kind, first, end) in zip(row.legs, _legs(services, quantum_at(row.starts_at)), strict=True):
            assert (leg["bay"] is None) == (kind == "none")
            assert (leg["technician"] is None) == (kind != "lift")
            for resource in [slots.bay(leg["bay"])] if leg["bay"] else []:
                has |= {(resource, hour) for hour in range(first, end)}
            for resource in [slots.technician(leg["technician"])] if leg["technician"] else []:
                has |= {(resource, hour) for hour in range(first, end)}
        assert not has & taken
        self.has[row.id] = has

    # -- what people do -----------------------------------------------------------------------------------------------

    @rule(target=rows, services=st.sampled_from(WISHES), place=PLACES, staff=st.booleans())
    def hold(self, services: tuple[str, ...], place: int, staff: bool) -> tuple[int, tuple[str, ...]]:
        return self._hold(services, place, staff)

    def _hold(self, services: tuple[str, ...], place: int, staff: bool) -> tuple[int, tuple[str, ...]]:
        start, by = NINE + place, DESK if staff else actions.CUSTOMER
        row = self._try(actions.hold, Wish("main", services), moment_of(start), Person(name="x"), by=by)
        assert (row is not None) == self._fits(services, start)
        if row is None:
            return (0, services)
        self._learns(row, services)
        self.until[row.id] = row.hold_until
        return (row.id, services)

    @rule(target=rows, services=st.sampled_from(WISHES), place=PLACES)
    def by_phone(self, services: tuple[str, ...], place: int) -> tuple[int, tuple[str, ...]]:
        """Somebody books by phone: held and confirmed at once."""
        number, _ = self._hold(services, place, True)
        self._confirm(number, services)
        return (number, services)

    @rule(which=rows)
    def confirm(self, which: tuple[int, tuple[str, ...]]) -> None:
        self._confirm(*which)

    def _confirm(self, number: int, services: tuple[str, ...]) -> None:
        row = self._row(number)
        if row is None:
            return
        before, fits = row.status, self._fits(services, quantum_at(row.starts_at), number)
        done = self._try(actions.confirm, row)
        if before in ("requested", "confirmed"):
            assert done is not None
        elif before == "held":
            # Nobody has come for it meanwhile, so it is still theirs, also when the time is up.
            assert done is not None
            self.until.pop(number, None)
        elif before == "expired":
            assert (done is not None) == fits
            if done is not None:
                self._learns(done, services)
                self.until.pop(number, None)
        else:
            assert done is None

    @rule(which=rows, place=PLACES)
    def move(self, which: tuple[int, tuple[str, ...]], place: int) -> None:
        number, services = which
        row = self._row(number)
        if row is None:
            return
        possible = row.status == "confirmed" and self._fits(services, NINE + place, number)
        done = self._try(actions.move, row, moment_of(NINE + place), by=DESK)
        assert (done is not None) == possible
        if done is not None:
            self._learns(done, services)

    @rule(which=consumes(rows))
    def cancel(self, which: tuple[int, tuple[str, ...]]) -> None:
        row = self._row(which[0])
        if row is not None and self._try(actions.cancel, row, by=DESK) is not None:
            self.has.pop(row.id, None)
            self.until.pop(row.id, None)

    @rule(minutes=st.integers(1, 6))
    def time_passes(self, minutes: int) -> None:
        if self.now < NOW + timedelta(hours=6):
            self.now += timedelta(minutes=minutes)

    @precondition(lambda self: any(until <= self.now for until in self.until.values()))
    @rule()
    def sweep(self) -> None:
        self._sweep()

    @precondition(lambda self: self.now < NOW + timedelta(hours=6))
    @rule(services=st.sampled_from(WISHES), place=PLACES)
    def too_late(self, services: tuple[str, ...], place: int) -> None:
        """Held, forgotten, put away, and confirmed after all."""
        number, _ = self._hold(services, place, True)
        self.now += timedelta(minutes=6)
        self._sweep()
        self._confirm(number, services)

    def _sweep(self) -> None:
        self._try(actions.sweep)
        for number in [number for number, until in self.until.items() if until <= self.now]:
            del self.has[number], self.until[number]

    @rule()
    def free_times(self) -> None:
        day = moment_of(NINE).date()
        for services in WISHES:
            found = self._try(actions.free_times, Wish("main", services), first=day)
            expected = [moment_of(NINE + place) for place in range(14) if self._fits(services, NINE + place)]
            assert [free.starts_at for free in found] == expected

    # -- what always holds --------------------------------------------------------------------------------------------

    @invariant()
    def tables_agree(self) -> None:
        if not hasattr(self, "shop"):
            return
        with self.database.reading() as session:
            assert slots.differences(session, self.shop.stores[0].id) == []
            assert overlaps(session) == 0
            rows = session.execute(select(slots.QUANTA)).all()
        written: dict[int, set[tuple[int, int]]] = {}
        for resource, quantum, number in rows:
            written.setdefault(number, set()).add((resource, quantum))
        assert written == {number: has for number, has in self.has.items() if has}

    def _row(self, number: int) -> Appointment | None:
        with self.database.reading() as session:
            return session.get(Appointment, number)

    def _try(self, action: Any, *arguments: Any, **more: Any) -> Any:
        """None when it was refused."""
        with self.database.transaction() as session:
            try:
                done = action(session, self.shop, *arguments, self.now, **more)
            except Refusal:
                done = None
        # Who finds no place puts away all forgotten holds of that time, also those of other work, and also in vain.
        for number in [number for number, until in self.until.items() if until <= self.now]:
            row = self._row(number)
            if row is not None and row.status == "expired":
                del self.has[number], self.until[number]
        return done


def _legs(services: tuple[str, ...], start: int) -> list[tuple[str, int, int]]:
    """(kind, first, end): neighbours of one kind are one piece of work."""
    legs: list[tuple[str, int, int]] = []
    for service in services:
        length = MINUTES[service] // 15
        if legs and legs[-1][0] == KIND[service]:
            legs[-1] = (legs[-1][0], legs[-1][1], legs[-1][2] + length)
        else:
            begin = legs[-1][2] if legs else start
            legs.append((KIND[service], begin, begin + length))
    return legs


def _open_shop(session: Session) -> Shop:
    """Two lifts, a wash place, one technician for the lifts; open on Mondays."""
    hours: Week = [[(time(9), time(10, 30)), (time(11, 30), time(12, 30))], *[[] for _ in range(6)]]
    services = [(code, minutes, KIND[code], "lift" if KIND[code] == "lift" else "") for code, minutes in MINUTES.items()]
    bays = {"L1": "lift", "L2": "lift", "W1": "wash"}
    return small_shop(session, hours, bays, services, technicians={"T1": ["lift"]}, step=15, pause_from=10_000, lead=0)


def test_booking_does_what_a_list_of_quarter_hours_says(templates: Templates, tmp_path: Path) -> None:
    """CC2, CC4: whatever is done in whatever order, in one place after the other."""
    Diary.new = lambda _self: templates.copy("sqlite", False, tmp_path)  # type: ignore[method-assign]
    machine = settings(
        max_examples=8, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )  # fmt: skip
    run_state_machine_as_test(Diary, settings=machine)
