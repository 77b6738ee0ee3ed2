"""The console's page on what nobody does alone: exports that wait for a yes, and for administrators the alarms."""

from collections.abc import Mapping
from typing import Any

from handlers.desk import ADMINISTRATORS, MANAGERS, Desk, Go, Page
from handlers.dialogue import Refusal
from handlers.oversight import files, rules, telling
from storage import alarms, exports, staff
from storage.alarms import Alarm

SHOWN = 30


def overview(desk: Desk) -> Mapping[str, Any]:
    wishes = exports.newest(desk.session, SHOWN)
    open_ = [wish for wish in wishes if wish.granted is None and wish.asked_at >= desk.now - rules.ASKED]
    rung = alarms.newest(desk.session, SHOWN) if desk.may(ADMINISTRATORS) else ()
    return {
        "open": open_,
        "decided": [wish for wish in wishes if wish.granted is not None],
        "rung": [(alarm, telling.words(desk.session, alarm, desk.house.texts, desk.language)) for alarm in rung],
        "names": {member.id: member.name for member in staff.everybody(desk.session)},
    }


def decide(desk: Desk) -> Go:
    wish = files.decide(desk.session, _number(desk, "export"), desk.staff, desk.field("do") == "grant", desk.now)
    return Go(desk.url("/oversight"), desk.plain("oversight.granted" if wish.granted else "oversight.declined"))


def see(desk: Desk) -> Go:
    """Looked after, by somebody else than who did it as long as there is somebody else."""
    alarm = desk.session.get_one(Alarm, _number(desk, "alarm"))
    if alarm.staff_id == desk.staff.id and staff.other_administrator(desk.session, desk.staff):
        raise Refusal("oversight.your_own")
    if alarm.seen_at is None:
        alarm.seen_by, alarm.seen_at = desk.staff.id, desk.now
        desk.audit("alarm.seen", f"alarm:{alarm.id}")
    return Go(desk.url("/oversight"))


def _number(desk: Desk, kind: str) -> int:
    number = desk.house.tokens.read(kind, desk.field(kind))
    if number is None:
        raise Refusal("oversight.too_late")
    return number


PAGES = [
    Page(path="/oversight", roles=MANAGERS, get=overview, template="oversight/overview.html", menu="oversight.menu"),
    Page(path="/oversight/export", roles=MANAGERS, post=decide),
    Page(path="/oversight/seen", roles=ADMINISTRATORS, post=see),
]
