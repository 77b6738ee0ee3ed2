"""Slots: which quarter hours of bays, technicians and cars are taken; two appointments never share one, by a unique key.

`quanta` is the truth: one row for each quarter hour that an appointment has of a resource, and the primary key says that
there is one appointment at most. `slot_days` sums it up, a row for a store and day with 96 bits a resource: it is the lock
that whoever changes something takes first, and the reason why a year of twenty bays is read in a few milliseconds.
Days and quarter hours are counted in UTC since 1970, so a change of clocks leaves nothing out and nothing doubled.
"""

import struct
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, Table, bindparam, delete, null, select, true, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import Executable

from storage.database import Base, insert_for
from storage.prepared import Prepared

MINUTES = 15
QUANTUM = timedelta(minutes=MINUTES)
DAY = 96  # quarter hours
BAY, TECHNICIAN, VEHICLE = range(3)
_KINDS = {BAY: "bay", TECHNICIAN: "technician", VEHICLE: "vehicle"}

QUANTA = Table(
    "quanta",
    Base.metadata,
    Column("resource", BigInteger, primary_key=True, autoincrement=False),
    Column("quantum", Integer, primary_key=True, autoincrement=False),
    Column("appointment_id", ForeignKey("appointments.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

SLOT_DAYS = Table(
    "slot_days",
    Base.metadata,
    Column("store_id", ForeignKey("stores.id"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("taken", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)


_THE_DAY = (SLOT_DAYS.c.store_id == bindparam("at_store")) & (SLOT_DAYS.c.day == bindparam("at_day"))
_SUM = select(SLOT_DAYS.c.taken).where(_THE_DAY)


def _trying(name: str) -> Executable:
    """(the sum, and once more if its row was nobody else's and is locked now). What was read with the lock is the newer one."""
    if name == "sqlite":
        return _SUM.add_columns(SLOT_DAYS.c.taken)
    mine = _SUM.with_for_update(skip_locked=True).subquery("mine")
    seen = SLOT_DAYS.alias("seen")
    there = (seen.c.store_id == bindparam("at_store")) & (seen.c.day == bindparam("at_day"))
    return select(seen.c.taken, mine.c.taken).select_from(seen.outerjoin(mine, true())).where(there)


def _making(name: str) -> Executable:
    return (
        insert_for(name, SLOT_DAYS).values({one.name: bindparam(one.name) for one in SLOT_DAYS.columns}).on_conflict_do_nothing()
    )


def _taking(name: str) -> Executable:
    return (
        insert_for(name, QUANTA)
        .values({column.name: bindparam(column.name) for column in QUANTA.columns})
        .on_conflict_do_nothing()
    )


_AT_DAY = ["at_store", "at_day"]
_LOCK = Prepared(lambda _: _SUM.with_for_update(), takes=_AT_DAY, returns=[SLOT_DAYS.c.taken])
_SEE = Prepared(lambda _: _SUM.add_columns(null()), takes=_AT_DAY, returns=[SLOT_DAYS.c.taken] * 2)
_LOCK_NOW = Prepared(_trying, takes=_AT_DAY, returns=[SLOT_DAYS.c.taken] * 2)
_MAKE = Prepared(_making, takes=["store_id", "day", "taken"])
_TAKE = Prepared(_taking, takes=["resource", "quantum", "appointment_id"])
_SAVE = Prepared(
    lambda _: update(SLOT_DAYS).where(_THE_DAY).values(taken=bindparam("taken")), takes=["at_store", "at_day", "taken"]
)
_TAKEN = Prepared(
    lambda _: select(SLOT_DAYS.c.day, SLOT_DAYS.c.taken).where(
        SLOT_DAYS.c.store_id == bindparam("at_store"), SLOT_DAYS.c.day.between(bindparam("first"), bindparam("last"))
    ),
    takes=["at_store", "first", "last"],
    returns=[SLOT_DAYS.c.day, SLOT_DAYS.c.taken],
)

_ENTRY = struct.Struct("<q12s")


class Taken(Exception):  # noqa: N818 - not an error: somebody was quicker
    """A quarter hour that was wanted belongs to another appointment. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A resource from the quarter hour `first` up to and without `end`."""

    resource: int
    first: int
    end: int


def bay(bay_id: int) -> int:
    return bay_id * 4 + BAY


def technician(technician_id: int) -> int:
    return technician_id * 4 + TECHNICIAN


def vehicle(vehicle_id: int) -> int:
    return vehicle_id * 4 + VEHICLE


def name_of(resource: int) -> str:
    """For a log or a terminal: "bay 3"."""
    return f"{_KINDS.get(resource % 4, 'resource')} {resource // 4}"


def quantum_at(moment: datetime) -> int:
    """The number of the quarter hour that `moment` is in."""
    return int(moment.timestamp() // (MINUTES * 60))


def quantum_from(moment: datetime) -> int:
    """The number of the first quarter hour that begins at or after `moment`."""
    return -int(-moment.timestamp() // (MINUTES * 60))


def moment_of(quantum: int) -> datetime:
    """When the quarter hour begins, UTC."""
    return datetime.fromtimestamp(quantum * MINUTES * 60, UTC)


def is_summed(claim: Claim) -> bool:
    """Customers' cars are many and seldom asked for: they are not in the sums."""
    return claim.resource % 4 != VEHICLE


def days_of(claims: Iterable[Claim]) -> set[int]:
    return {day for claim in claims for day in range(claim.first // DAY, (claim.end - 1) // DAY + 1)}


@dataclass(slots=True)
class Ledger:
    """Days of a store, locked until the transaction ends: what is taken, and taking and freeing it."""

    session: Session
    store_id: int
    _days: dict[int, dict[int, int]]
    _changed: set[int] = field(default_factory=set)

    @property
    def days(self) -> set[int]:
        return set(self._days)

    def read_again(self) -> None:
        """After what was tried has been taken back."""
        self._days = lock(self.session, self.store_id, self._days)._days
        self._changed.clear()

    def is_free(self, resource: int, first: int, end: int) -> bool:
        """Raises KeyError for a day that was not locked."""
        return all(not self._days[day].get(resource, 0) & mask for day, mask in _masks(first, end))

    def take(self, appointment_id: int, claims: Iterable[Claim]) -> None:
        """Writes the claims down. Raises Taken when somebody has one of them; what was written before it is then still there."""
        wanted = list(claims)
        rows = [
            {"resource": claim.resource, "quantum": quantum, "appointment_id": appointment_id}
            for claim in wanted
            for quantum in range(claim.first, claim.end)
        ]
        if rows and _TAKE.run(self.session, rows) < len(rows):
            raise Taken
        for claim in wanted:
            self.mark(claim)

    @property
    def changed(self) -> dict[int, bytes]:
        """The sums of the days that are not yet written as they are now."""
        return {day: _pack(self._days[day]) for day in sorted(self._changed)}

    def saved(self, day: int) -> None:
        """The sum of this day was written by another statement."""
        self._changed.discard(day)

    def free(self, appointment_id: int, first: int | None = None) -> None:
        """Gives back everything the appointment has, or what it has from `first` on; its days must be locked."""
        gone = delete(QUANTA).where(QUANTA.c.appointment_id == appointment_id)
        if first is not None:
            gone = gone.where(QUANTA.c.quantum >= first)
        for resource, quantum in self.session.connection().execute(gone.returning(QUANTA.c.resource, QUANTA.c.quantum)).all():
            if resource % 4 != VEHICLE:
                self._mark(resource, _masks(quantum, quantum + 1), False)

    def mark(self, claim: Claim) -> None:
        """Sums up a claim whose quanta are written."""
        if is_summed(claim):
            self._mark(claim.resource, _masks(claim.first, claim.end), True)

    def unmark(self, claim: Claim) -> None:
        """Takes a claim out of the sum that was free in it before."""
        if is_summed(claim):
            self._mark(claim.resource, _masks(claim.first, claim.end), False)

    def put(self, day: int, resource: int, bits: int) -> None:
        """Makes the sum of a resource what it is counted to be."""
        self._days[day][resource] = bits
        self._changed.add(day)

    def save(self) -> None:
        """Writes the sums of the changed days."""
        for day, packed in self.changed.items():
            _SAVE.run(self.session, [{"at_store": self.store_id, "at_day": day, "taken": packed}])
        self._changed.clear()

    def _mark(self, resource: int, masks: Iterable[tuple[int, int]], taken: bool) -> None:
        for day, mask in masks:
            bits = self._days[day].get(resource, 0)
            self._days[day][resource] = bits | mask if taken else bits & ~mask
            self._changed.add(day)


def lock(session: Session, store_id: int, days: Iterable[int]) -> Ledger:
    """Takes the rows of these days in their order, made if new: whoever books, moves or cancels there waits for the other."""
    found: dict[int, dict[int, int]] = {}
    for day in sorted(set(days)):
        place = {"at_store": store_id, "at_day": day}
        row = _LOCK.row(session, place)
        if row is None:
            _MAKE.run(session, [{"store_id": store_id, "day": day, "taken": b""}])
            row = _LOCK.row(session, place)
        assert row is not None, "it was there or was made"
        found[day] = dict(_unpack(row[0]))
    return Ledger(session, store_id, found)


def lock_now(session: Session, store_id: int, days: Iterable[int]) -> tuple[Ledger, bool]:
    """As `lock`, but without waiting; and whether all of them are locked.

    If not, because somebody is at work on one of them or nobody has ever booked on it, they are there to be looked at only.
    """
    found: dict[int, dict[int, int]] = {}
    locked = True
    for day in sorted(set(days)):
        # Behind a day that is somebody else's none may be locked: days are locked upwards.
        row = (_LOCK_NOW if locked else _SEE).row(session, {"at_store": store_id, "at_day": day})
        seen, mine = row or (b"", None)
        locked = locked and mine is not None
        found[day] = dict(_unpack(seen if mine is None else mine))
    return Ledger(session, store_id, found), locked


def days_held(session: Session, appointment_ids: Iterable[int]) -> set[int]:
    """The days on which these appointments have something."""
    ids = list(appointment_ids)
    if not ids:
        return set()
    query = select(QUANTA.c.quantum).where(QUANTA.c.appointment_id.in_(ids)).distinct()
    return {quantum // DAY for quantum in session.connection().execute(query).scalars()}


def claims_of(session: Session, appointment_ids: Iterable[int]) -> list[Claim]:
    """What these appointments have, a claim for each quarter hour."""
    query = select(QUANTA.c.resource, QUANTA.c.quantum).where(QUANTA.c.appointment_id.in_(list(appointment_ids)))
    return [Claim(resource, quantum, quantum + 1) for resource, quantum in session.connection().execute(query)]


def bays_of(session: Session, appointment_ids: Collection[int]) -> list[tuple[int, int, int]]:
    """(appointment, bay, quarter hour) of all that these appointments have, by bay and time."""
    query = select(QUANTA.c.appointment_id, QUANTA.c.resource, QUANTA.c.quantum).where(
        QUANTA.c.appointment_id.in_(appointment_ids)
    )
    held = session.connection().execute(query.order_by(QUANTA.c.resource, QUANTA.c.quantum))
    return [(number, resource // 4, quantum) for number, resource, quantum in held if resource % 4 == BAY]


def claims_on(session: Session, resource: int, first: int, end: int, without: Collection[int] = ()) -> list[Claim]:
    """What is taken of one resource between two quarter hours, but for what the appointments `without` have."""
    query = select(QUANTA.c.quantum).where(QUANTA.c.resource == resource, QUANTA.c.quantum >= first, QUANTA.c.quantum < end)
    if without:
        query = query.where(QUANTA.c.appointment_id.not_in(without))
    return [Claim(resource, quantum, quantum + 1) for quantum in session.connection().execute(query).scalars()]


def taken(session: Session, store_id: int, first_day: int, last_day: int) -> dict[int, int]:
    """What is taken from `first_day` to `last_day`: for each resource a number whose bit n is the quarter hour n of that time."""
    length = (last_day - first_day + 1) * 12
    found: dict[int, bytearray] = {}
    for day, packed in _TAKEN.rows(session, {"at_store": store_id, "first": first_day, "last": last_day}):
        part = slice((day - first_day) * 12, (day - first_day) * 12 + 12)
        for resource, bits in _ENTRY.iter_unpack(packed):
            try:
                found[resource][part] = bits
            except KeyError:
                found[resource] = bytearray(length)
                found[resource][part] = bits
    return {resource: int.from_bytes(bits, "little") for resource, bits in found.items()}


def differences(session: Session, store_id: int) -> list[tuple[int, int]]:
    """(day, resource) where the sum does not say what the quanta say; empty unless somebody wrote past this file."""
    query = select(SLOT_DAYS.c.day, SLOT_DAYS.c.taken).where(SLOT_DAYS.c.store_id == store_id)
    summed = {(day, r): bits for day, packed in session.connection().execute(query) for r, bits in _unpack(packed) if bits}
    counted = _counted(session, store_id)
    return sorted(place for place in summed.keys() | counted.keys() if summed.get(place) != counted.get(place))


def mend(session: Session, store_id: int) -> list[tuple[int, int]]:
    """Writes the sums that `differences` finds anew, from the quanta. Returns what was mended."""
    ledger = lock(session, store_id, {day for day, _ in differences(session, store_id)})
    # Counted again, now that nobody writes there.
    mended = [place for place in differences(session, store_id) if place[0] in ledger.days]
    counted = _counted(session, store_id)
    for day, resource in mended:
        ledger.put(day, resource, counted.get((day, resource), 0))
    ledger.save()
    return mended


def _counted(session: Session, store_id: int) -> dict[tuple[int, int], int]:
    """What the sums should say: the bits of each (day, resource) of which a quarter hour is taken."""
    visits = Base.metadata.tables["appointments"]  # their file stands on this one
    rows = select(QUANTA.c.resource, QUANTA.c.quantum).join(visits, visits.c.id == QUANTA.c.appointment_id)
    counted: dict[tuple[int, int], int] = {}
    for resource, quantum in session.connection().execute(rows.where(visits.c.store_id == store_id)):
        if resource % 4 != VEHICLE:
            place = (quantum // DAY, resource)
            counted[place] = counted.get(place, 0) | 1 << quantum % DAY
    return counted


def _masks(first: int, end: int) -> Iterable[tuple[int, int]]:
    """(day, bits of that day) for each day between."""
    for day in range(first // DAY, (end - 1) // DAY + 1):
        low, high = max(first - day * DAY, 0), min(end - day * DAY, DAY)
        yield day, ((1 << (high - low)) - 1) << low


def _pack(resources: Mapping[int, int]) -> bytes:
    return b"".join(_ENTRY.pack(resource, bits.to_bytes(12, "little")) for resource, bits in sorted(resources.items()) if bits)


def _unpack(packed: bytes) -> Iterable[tuple[int, int]]:
    return [(resource, int.from_bytes(bits, "little")) for resource, bits in _ENTRY.iter_unpack(packed)]
