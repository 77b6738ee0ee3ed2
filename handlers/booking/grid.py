"""A day of a store as a table: a row for each quarter hour, a column for each bay, and who is where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import rules
from handlers.booking.availability import whole_day
from handlers.booking.plan import hours_of
from handlers.dialogue.shop import Shop
from storage import appointments, customers, slots, vehicles
from storage.appointments import HELD, Appointment
from storage.slots import moment_of, quantum_at, quantum_from
from storage.stores import Bay, Store

# An hour has so many rows.
HOUR = 4


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment with what staff want to read of it: whose, which car."""

    row: Appointment
    who: str
    car: str


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a bay from one row on, `rows` long. Free without a `visit`; `offset`: minutes since the visit's start."""

    bay: Bay
    rows: int = 1
    visit: Visit | None = None
    offset: int = 0
    shut: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A quarter hour. `cells`: None where a visit that began above goes on. `hour`: a whole hour begins here."""

    at: datetime
    hour: bool
    open: bool
    past: bool
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """`loose`: visits that need no bay. `all`: everybody by time. `open`: from when to when the store is open."""

    day: date
    bays: tuple[Bay, ...]
    rows: tuple[Row, ...]
    loose: tuple[Visit, ...]
    all: tuple[Visit, ...]
    open: tuple[tuple[datetime, datetime], ...]


def visits_between(
    session: Session, shop: Shop, store: Store, start: datetime, end: datetime, now: datetime, language: str
) -> list[Visit]:
    """What is in the plan of these hours, with names and cars; holds that are over left out."""
    rows = [
        row
        for row in appointments.between(session, store.id, start, end)
        if row.status != HELD or (row.hold_until and row.hold_until > now)
    ]
    return described(session, shop, rows, language)


def described(session: Session, shop: Shop, rows: Iterable[Appointment], language: str) -> list[Visit]:
    """`language`: in which car models are named."""
    rows = list(rows)
    people = customers.by_ids(session, {row.customer_id for row in rows if row.customer_id})
    cars = vehicles.by_ids(session, {row.vehicle_id for row in rows if row.vehicle_id})

    def car(row: Appointment) -> str:
        vehicle = cars.get(row.vehicle_id or 0)
        model = shop.models_by_id.get((vehicle.model_id if vehicle else None) or row.model_id or 0)
        return " ".join(
            part for part in (vehicle.plate if vehicle else None, model.names.get(language) if model else None) if part
        )

    return [Visit(row, people[row.customer_id].name if row.customer_id in people else row.name or "", car(row)) for row in rows]


def going_on(session: Session, visits: Iterable[Visit], zone: ZoneInfo) -> dict[tuple[int, date], list[Visit]]:
    """By bay and day: visits that began on a day before and still have the bay then."""
    over_night = {
        visit.row.id: visit
        for visit in visits
        if visit.row.starts_at.astimezone(zone).date() < visit.row.ends_at.astimezone(zone).date()
    }
    found: dict[tuple[int, date], dict[int, Visit]] = {}
    for number, bay, quantum in slots.bays_of(session, list(over_night)):
        row, at = over_night[number].row, moment_of(quantum)
        day = at.astimezone(zone).date()
        if at < row.ends_at and day > row.starts_at.astimezone(zone).date():
            found.setdefault((bay, day), {})[number] = over_night[number]
    return {place: list(there.values()) for place, there in found.items()}


def day_of(session: Session, shop: Shop, store: Store, day: date, now: datetime, language: str) -> Day:
    zone = ZoneInfo(store.timezone)
    midnight, next_midnight = whole_day(day, zone)
    visits = visits_between(session, shop, store, moment_of(midnight), moment_of(next_midnight), now, language)
    spans = rules.spans(hours_of(store), day, 1)
    blocks = _blocks(session, visits, midnight, next_midnight)
    places = [place for span in spans for place in (span.first, span.end)]
    places += [place for start, _, cell in blocks for place in (start, start + cell[1])]
    # Whole hours, so that the scale reads well.
    first = min(places, default=midnight) // HOUR * HOUR
    end = -(-max(places, default=midnight) // HOUR) * HOUR
    used = {bay for _, bay, _ in blocks}
    bays = tuple(bay for bay in store.bays if bay.active or bay.id in used)
    columns = {bay.id: _column(shop, store, bay, first, end, [b for b in blocks if b[1] == bay.id]) for bay in bays}
    rows = tuple(
        Row(
            at=moment_of(place),
            hour=moment_of(place).astimezone(zone).minute == 0,
            open=any(span.first <= place < span.end for span in spans),
            past=moment_of(place + 1) <= now,
            cells=tuple(columns[bay.id][place - first] for bay in bays),
        )
        for place in range(first, end)
    )
    with_bay = {cell[0].row.id for _, _, cell in blocks}
    return Day(
        day=day,
        bays=bays,
        rows=rows,
        loose=tuple(visit for visit in visits if visit.row.id not in with_bay),
        all=tuple(visits),
        open=tuple((moment_of(span.first), moment_of(span.end)) for span in spans),
    )


_Block = tuple[int, int, tuple[Visit, int]]


def _blocks(session: Session, visits: list[Visit], first: int, end: int) -> list[_Block]:
    """(start, bay, (visit, how many quarter hours)) of what the visits have of these hours: what was given back is not theirs."""
    by_id = {visit.row.id: visit for visit in visits}
    found: list[_Block] = []
    held = [one for one in slots.bays_of(session, list(by_id)) if first <= one[2] < end]
    # Quarter hours in a row have the same distance from their place in the list.
    for (number, bay, _), run in groupby(enumerate(held), key=lambda one: (one[1][0], one[1][1], one[1][2] - one[0])):
        places = [place for _, (_, _, place) in run]
        found.append((places[0], bay, (by_id[number], len(places))))
    return found


def _column(shop: Shop, store: Store, bay: Bay, first: int, end: int, blocks: list[_Block]) -> list[Cell | None]:
    shut = [False] * (end - first)
    for closure in shop.closures:
        if closure.store_id == store.id and closure.technician_id is None and closure.bay_id in (None, bay.id):
            for place in range(max(quantum_at(closure.starts_at), first), min(quantum_from(closure.ends_at), end)):
                shut[place - first] = True
    column: list[Cell | None] = [Cell(bay, shut=closed) for closed in shut]
    for start, _, (visit, rows) in blocks:
        offset = int((moment_of(start) - visit.row.starts_at) / timedelta(minutes=1))
        column[start - first : start - first + rows] = [Cell(bay, rows, visit, offset), *[None] * (rows - 1)]
    return column
