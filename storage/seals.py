"""Seals: each line of the log and of the tickets' history, chained to the one before, so that a change behind our back shows.

A seal's digest is made of the digest before it and of everything that its line says. The order is that of sealing, not that of
the lines' numbers: what commits late is sealed late, and no chain breaks. Where a line says that it is older than what was there
to be sealed, it was put in afterwards.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Boolean, Row, Select, String, UniqueConstraint, bindparam, exists, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from storage.audit import Audit
from storage.database import Base, Id, Moment, dialect
from storage.tickets import TicketEvent

# What commits late has a number at most so far behind the newest one: only there is looked for what is not sealed yet.
_LATE = 5000
# Between a deed and its commit, and between two clocks, lies less than this.
SLACK = timedelta(hours=1)
_LOCK = 4_301_931
_READ_AT_ONCE = 2000


class Seal(Base):
    """`source` and `row_id`: the line. `whole`: after it nothing was left to be sealed. `digest`: SHA-256, hex."""

    __tablename__ = "seals"
    __table_args__ = (UniqueConstraint("source", "row_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(10))
    row_id: Mapped[int] = mapped_column(Id)
    sealed_at: Mapped[datetime] = mapped_column(Moment)
    whole: Mapped[bool] = mapped_column(Boolean)
    digest: Mapped[str] = mapped_column(String(64))


Line = Row[*tuple[Any, ...]]
# What is sealed of a line, in this order for ever: a column that is added later is not part of old seals.
_SOURCES: Mapping[str, Sequence[InstrumentedAttribute[Any]]] = {
    "log": (Audit.id, Audit.at, Audit.staff_id, Audit.place, Audit.action, Audit.about, Audit.details),
    "history": (
        TicketEvent.id, TicketEvent.at, TicketEvent.ticket_id, TicketEvent.who, TicketEvent.staff_id, TicketEvent.place,
        TicketEvent.what, TicketEvent.detail,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flaw:
    """A line that is not what was sealed. `what`: changed | gone | added | seal, that the chain itself was changed there."""

    what: str
    source: str
    row_id: int
    seal: int


@dataclass(frozen=True, slots=True)
class Chain:
    """How the chain stands. `newest`: the last seal; `waiting`: lines that are yet to be sealed; `flaws`: the first ones."""

    newest: Seal | None
    waiting: int
    flaws: Sequence[Flaw]


def _unsealed(source: str) -> Select[*tuple[Any, ...]]:
    number = _SOURCES[source][0]
    done = exists().where(Seal.source == source, Seal.row_id == number)
    return select(*_SOURCES[source]).where(~done).order_by(number)


# Asked every few seconds, so they are put together once.
_NEWEST = {source: select(func.max(Seal.row_id)).where(Seal.source == source) for source in _SOURCES}
_RECENT = {
    source: _unsealed(source).where(number > bindparam("after")).limit(bindparam("most"))
    for source, (number, *_) in _SOURCES.items()
}


def _recent(session: Session, source: str, most: int) -> Sequence[Line]:
    newest = session.scalar(_NEWEST[source]) or 0
    return session.execute(_RECENT[source], {"after": newest - _LATE, "most": most}).all()


def waits(session: Session) -> bool:
    """Whether anything is to be sealed."""
    return any(_recent(session, source, 1) for source in _SOURCES)


def newest(session: Session) -> Seal | None:
    return session.scalars(select(Seal).order_by(Seal.id.desc()).limit(1)).one_or_none()


def seal(session: Session, now: datetime, most: int) -> Seal | None:
    """Seals up to `most` lines; the newest seal, None as long as there is none. Of several workers one does it at a time."""
    if dialect(session) != "sqlite" and not session.scalar(select(func.pg_try_advisory_xact_lock(_LOCK))):
        return newest(session)
    last = newest(session)
    lines = [(source, line) for source in _SOURCES for line in _recent(session, source, most)][:most]
    number, digest = (last.id, last.digest) if last else (0, "")
    rows = []
    for at, (source, line) in enumerate(lines):
        number += 1
        whole = at == len(lines) - 1 and len(lines) < most
        digest = _digest(digest, number, source, now, whole, line)
        rows.append(
            {"id": number, "source": source, "row_id": line[0], "sealed_at": now, "whole": whole, "digest": digest}
        )  # fmt: skip
    if rows:
        session.execute(insert(Seal), rows)
    return newest(session)


def _digest(before: str, number: int, source: str, at: datetime, whole: bool, line: Line) -> str:
    said = [before, number, source, at, whole, *line]
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":"), default=_iso).encode()).hexdigest()


def _iso(moment: datetime) -> str:
    return moment.isoformat()


def verify(session: Session, most: int = 5) -> Chain:
    """Goes through the whole chain: 100,000 lines took 8 s on two busy cores. `flaws`: up to `most`, in its order."""
    flaws: list[Flaw] = []
    before, number = "", 0
    known: datetime | None = None
    for one, line in _chain(session):
        number += 1
        if one.id != number:
            flaws.append(Flaw("seal", one.source, one.row_id, number))
            number = one.id
        elif line is None:
            flaws.append(Flaw("gone", one.source, one.row_id, one.id))
        elif _digest(before, one.id, one.source, one.sealed_at, one.whole, line) != one.digest:
            flaws.append(Flaw("changed", one.source, one.row_id, one.id))
        elif known and line[1] < known - SLACK:
            flaws.append(Flaw("added", one.source, one.row_id, one.id))
        before, known = one.digest, one.sealed_at if one.whole else known
    waiting = 0
    for source in _SOURCES:
        for line in session.execute(_unsealed(source).execution_options(yield_per=_READ_AT_ONCE)):
            if known and line[1] < known - SLACK:
                flaws.append(Flaw("added", source, line[0], 0))
            else:
                waiting += 1
    return Chain(newest(session), waiting, flaws[:most])


def _chain(session: Session) -> Iterator[tuple[Any, Line | None]]:
    """Every seal with its line, or None where that is gone; so many at once."""
    after = 0
    while True:
        query = select(Seal.id, Seal.source, Seal.row_id, Seal.sealed_at, Seal.whole, Seal.digest).where(Seal.id > after)
        found = session.execute(query.order_by(Seal.id).limit(_READ_AT_ONCE)).all()
        if not found:
            return
        lines: dict[tuple[str, int], Line] = {}
        for source, columns in _SOURCES.items():
            wanted = [one.row_id for one in found if one.source == source]
            rows = session.execute(select(*columns).where(columns[0].in_(wanted))) if wanted else ()
            lines.update({(source, row[0]): row for row in rows})
        for one in found:
            yield one, lines.get((one.source, one.row_id))
        after = found[-1].id


def holds(session: Session, number: int, digest: str) -> bool:
    """Whether this seal, as somebody wrote it down elsewhere, is still part of the chain; the first letters are enough."""
    found = session.get(Seal, number)
    return found is not None and found.digest.startswith(digest.lower())
