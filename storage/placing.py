"""A new appointment with its quarter hours, the sum of its day and the first line of its history; and the yes to it: at once.

PostgreSQL takes each as one statement, because a statement is a journey there and back; on SQLite, which cannot, the few cost
little. Whoever is second gets nothing of it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Integer, bindparam, func, insert, select, true, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session
from sqlalchemy.sql.expression import Executable

from storage import appointments
from storage.appointments import COLUMNS, EVENT_COLUMNS, EVENTS, HELD, TABLE, Appointment
from storage.database import dialect, insert_for
from storage.prepared import Prepared
from storage.slots import QUANTA, SLOT_DAYS, Claim, Ledger, Taken

_FIRST_LINE = [name for name in EVENT_COLUMNS if name != "appointment_id"]


def _line() -> list[BindParameter[Any]]:
    return [bindparam(f"event_{column}", type_=EVENTS.c[column].type) for column in _FIRST_LINE]


def _at_once(name: str) -> Executable:
    new = insert(TABLE).values({column: bindparam(column) for column in COLUMNS}).returning(TABLE.c.id).cte("new")
    hours = func.unnest(
        bindparam("resources", type_=ARRAY(BigInteger)), bindparam("hours", type_=ARRAY(Integer))
    ).table_valued("resource", "quantum").render_derived()  # fmt: skip
    wanted = select(hours.c.resource, hours.c.quantum, new.c.id).select_from(new).join(hours, true())
    got = (
        insert_for(name, QUANTA)
        .from_select(["resource", "quantum", "appointment_id"], wanted)
        .on_conflict_do_nothing()
        .returning(QUANTA.c.quantum)
        .cte("got")
    )
    noted = insert(EVENTS).from_select(["appointment_id", *_FIRST_LINE], select(new.c.id, *_line()))
    day = (SLOT_DAYS.c.store_id == bindparam("at_store")) & (SLOT_DAYS.c.day == bindparam("at_day"))
    summed = update(SLOT_DAYS).where(day).values(taken=bindparam("taken"))
    number = select(func.count()).select_from(got).scalar_subquery()
    return select(new.c.id, number).add_cte(noted.cte("noted"), summed.cte("summed"))


_AT_ONCE = Prepared(
    _at_once,
    takes=[*COLUMNS, *(f"event_{column}" for column in _FIRST_LINE), "resources", "hours", "at_store", "at_day", "taken"],
)


def _confirming(name: str) -> Executable:
    confirmed = (
        update(TABLE)
        .where(TABLE.c.id == bindparam("number"), TABLE.c.status == HELD, TABLE.c.hold_until > bindparam("event_at"))
        .values(
            status=bindparam("to"), hold_until=None, changed_at=bindparam("event_at"),
            advisor_id=func.coalesce(TABLE.c.advisor_id, bindparam("advisor", type_=BigInteger)),
        )
        .returning(*TABLE.columns)
    )  # fmt: skip
    if name == "sqlite":
        return confirmed
    now = confirmed.cte("now")
    noted = insert(EVENTS).from_select(["appointment_id", *_FIRST_LINE], select(now.c.id, *_line()))
    return select(*now.c).add_cte(noted.cte("noted"))


_CONFIRM = Prepared(
    _confirming, takes=["number", "to", "advisor", *(f"event_{column}" for column in _FIRST_LINE)], returns=TABLE.columns
)


def place(
    session: Session, ledger: Ledger, row: Mapping[str, Any], claims: Sequence[Claim], *, at: datetime, who: str, origin: str,
    what: str, details: dict[str, Any],
) -> Appointment:  # fmt: skip
    """Writes it all down; the days of the claims are locked in `ledger`, and free there. `row`: all columns but the id.

    Raises Taken when somebody has one of the quarter hours; then nothing of it is there, but the ledger has to be read again.
    """
    if dialect(session) == "postgresql":
        line = {"at": at, "who": who, "origin": origin, "what": what, "details": details}
        return _place_at_once(session, ledger, row, claims, line)
    number = appointments.write(session, row)
    try:
        ledger.take(number, claims)
    except Taken:
        appointments.withdraw(session, number)
        raise
    ledger.save()
    appointments.note(session, number, at, who, origin, what, details)
    return appointments.written(session, {**row, "id": number})


def confirm(
    session: Session, row: Appointment, to: str, *, advisor_id: int | None, at: datetime, who: str, origin: str
) -> Appointment | None:  # fmt: skip
    """A hold has the status `to` from now on, and its history says so; None, and nothing changes, when it is no hold any more
    or is over: what is counted by the day (cars to lend) may be promised to somebody else by then."""
    session.flush()
    line = {"at": at, "who": who, "origin": origin, "what": to, "details": {}}
    values = {"number": row.id, "to": to, "advisor": advisor_id, **{f"event_{name}": value for name, value in line.items()}}
    written = _CONFIRM.row(session, values)
    if written is None:
        return None
    if dialect(session) == "sqlite":
        appointments.note(session, row.id, at, who, origin, to, {})
    return appointments.written(session, dict(zip(TABLE.columns.keys(), written, strict=True)))


def _place_at_once(
    session: Session, ledger: Ledger, row: Mapping[str, Any], claims: Sequence[Claim], line: dict[str, Any]
) -> Appointment:  # fmt: skip
    for claim in claims:
        ledger.mark(claim)
    # Nothing has a day of None, so that then no sum is changed.
    day, packed = next(iter(ledger.changed.items()), (None, b""))
    wanted = [(claim.resource, hour) for claim in claims for hour in range(claim.first, claim.end)]
    answer = _AT_ONCE.row(
        session,
        {
            **row,
            **{f"event_{name}": value for name, value in line.items()},
            "resources": [resource for resource, _ in wanted],
            "hours": [hour for _, hour in wanted],
            "at_store": row["store_id"],
            "at_day": day,
            "taken": packed,
        },
    )
    assert answer is not None, "it inserts"
    number, got = answer
    if got < len(wanted):
        appointments.withdraw(session, number)
        # The statement has written the sum, too.
        for claim in claims:
            ledger.unmark(claim)
        ledger.save()
        raise Taken
    if day is not None:
        ledger.saved(day)
    ledger.save()
    return appointments.written(session, {**row, "id": number})
