"""Much at once: files with customers, out and in, who may take them alone and who must ask; what administrators hear of."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.oversight import rules
from handlers.tickets import sla
from storage import alarms, audit, exports, stores
from storage.exports import ExportRequest
from storage.staff import Staff


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the file may be written now; else `key`: the sentence that says what there is to do."""

    go: bool
    key: str = ""
    values: dict[str, Any] = field(default_factory=dict)


def out(session: Session, kind: str, rows: int, who: Staff | None, now: datetime, *, alone: int) -> Verdict:
    """Somebody wishes to export so many rows of people. What is decided is written down, the question for a second person too."""
    if rules.needs_second(rows, alone, exports.deciders(session)):
        if who is None:
            return Verdict(False, "oversight.name_yourself", {"rows": rows, "most": alone})
        if not exports.spend(session, kind, who.id, now - rules.GRANTED, now):
            return _asked(session, kind, rows, who, now)
        second = True
    else:
        second = False
    night = is_night(session, now)
    by = who.id if who else None
    audit.write(session, "export.file", staff_id=by, now=now, about=f"export:{kind}", place="cli", rows=rows, second=second)
    if rules.is_alarming(rows, alone, night=night):
        alarms.ring(session, "export", staff_id=by, now=now, of=kind, rows=rows, second=second, night=night)
    return Verdict(True)


def _asked(session: Session, kind: str, rows: int, who: Staff, now: datetime) -> Verdict:
    if not exports.waits(session, kind, who.id, now - rules.ASKED):
        session.add(ExportRequest(kind=kind, rows=rows, asked_by=who.id, asked_at=now))
        audit.write(session, "export.ask", staff_id=who.id, now=now, about=f"export:{kind}", place="cli", rows=rows)
        alarms.ring(session, "asked", staff_id=who.id, now=now, of=kind, rows=rows, night=is_night(session, now))
    return Verdict(False, "oversight.asked_for", {"rows": rows})


def decide(session: Session, number: int, by: Staff, granted: bool, now: datetime) -> ExportRequest:
    """A yes or no, once, by somebody else than who asked. Raises Refusal."""
    wish = exports.lock(session, number)
    if wish is None or wish.granted is not None or wish.asked_at < now - rules.ASKED:
        raise Refusal("oversight.too_late")
    if wish.asked_by == by.id:
        raise Refusal("oversight.your_own")
    wish.decided_by, wish.decided_at, wish.granted = by.id, now, granted
    what = "export.grant" if granted else "export.decline"
    audit.write(session, what, staff_id=by.id, now=now, about=f"export:{wish.kind}", rows=wish.rows, asked_by=wish.asked_by)
    return wish


def came_in(session: Session, kind: str, added: int, changed: int, now: datetime, *, alone: int) -> None:
    """People were imported. What changes many who were there before, or any at night, is told."""
    if not added and not changed:
        return
    audit.write(
        session, "import.file", staff_id=None, now=now, about=f"import:{kind}", place="cli", added=added, changed=changed
    )  # fmt: skip
    night = is_night(session, now)
    if rules.is_alarming(changed, alone, night=night):
        alarms.ring(session, "import", staff_id=None, now=now, of=kind, rows=changed, night=night)


def at_once(session: Session, what: str, rows: int, by: Staff, now: datetime) -> None:
    """Somebody has changed so many tickets with one press; by day that is work, at night administrators hear of it."""
    if rows >= rules.MANY_TICKETS and is_night(session, now):
        alarms.ring(session, "bulk", staff_id=by.id, now=now, of=what, rows=rows, night=True)


def is_night(session: Session, now: datetime) -> bool:
    return rules.is_night((sla.of_store(store) for store in stores.all_stores(session)), now)
