"""Shifts, absences and one's own customers in the console. Whoever is away keeps no ticket: each goes to the next one at once."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.desk import Desk, Go, Missing
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.inbox import doing, rules
from handlers.staff import shifts as rule
from handlers.tickets import actions
from storage import shifts, staff
from storage.customers import Customer
from storage.staff import Staff

SKILLS = (*LANGUAGES, *rule.MATTERS)
LONGEST_ABSENCE = timedelta(days=366)


def plan(desk: Desk) -> Mapping[str, Any]:
    """Everybody of the stores that the reader sees."""
    people = [one for one in staff.everybody(desk.session) if one.dismissed_at is None and _seen(desk, one)]
    known = shifts.of_staff(desk.session, [one.id for one in people])
    return {
        "people": people,
        "known": known,
        "written": lambda one, weekday: rule.written(known[one.id].week.get(str(weekday), ())) if one.id in known else "",
        "languages": LANGUAGES,
        "matters": rule.MATTERS,
        "at_work": lambda one: rule.on_shift(known.get(one.id), zone_of(desk, one), desk.now),
        "until": lambda one: _until(desk, known, one),
    }


def set_week(desk: Desk) -> Go:
    member: Staff = desk.things["member"]
    week = {str(weekday): rule.read_day(desk.field(f"day{weekday}", 200)) for weekday in range(7)}
    row = shifts.mine(desk.session, member.id)
    row.week = {weekday: spans for weekday, spans in week.items() if spans}
    row.skills = [one for one in SKILLS if one in desk.form.get("skill", ())]
    desk.audit("staff.shifts", f"staff:{member.id}")
    return Go(desk.url("/shifts"), desk.plain("inbox.shifts.saved"))


def set_away(desk: Desk) -> Go:
    return _away(desk, desk.things["member"], "/shifts")


def away(desk: Desk) -> str:
    """The last day on which the reader is away; empty if they are not."""
    return _until(desk, shifts.of_staff(desk.session, [desk.staff.id]), desk.staff)


def go_away(desk: Desk) -> Go:
    """Oneself, until the end of a day; without one: back at work."""
    return _away(desk, desk.staff, "/tickets")


def own_advisor(desk: Desk) -> Go:
    """Whose customer this is: their tickets come to this person first, if they are at work."""
    customer: Customer = desk.things["customer"]
    wish = desk.field("to")
    member = desk.session.get(Staff, desk.house.tokens.read("member", wish) or 0) if wish else None
    if wish and (member is None or not rules.works_with(desk.staff, member)):
        raise Missing
    shifts.give(desk.session, customer.id, member.id if member else None)
    desk.audit("customer.advisor", f"customer:{customer.id}", to=member.id if member else None)
    return Go(desk.back("/search"), desk.plain("inbox.shifts.advisor_set"))


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any] | None:
    return {
        "customer": customer,
        "now": shifts.advisor_of(desk.session, customer.id),
        "people": [one for one in desk.once(staff.everybody) if rules.works_with(desk.staff, one)],
    }


def zone_of(desk: Desk, member: Staff) -> ZoneInfo:
    store = desk.store_of(member.store_id) or next(iter(desk.shop.stores), None)
    return ZoneInfo(store.timezone if store else "UTC")


def _away(desk: Desk, member: Staff, otherwise: str) -> Go:
    wish, row = desk.field("until", 10), shifts.mine(desk.session, member.id)
    if not wish:
        row.away_until = None
        desk.audit("staff.back", f"staff:{member.id}")
        return Go(desk.back(otherwise), desk.plain("inbox.shifts.back"))
    try:
        day = datetime.fromisoformat(wish).date()
    except ValueError:
        raise Refusal("inbox.shifts.day") from None
    until = datetime.combine(day + timedelta(days=1), time(0), zone_of(desk, member))
    if not desk.now < until < desk.now + LONGEST_ABSENCE:
        raise Refusal("inbox.shifts.day")
    row.away_until = until
    desk.session.flush()
    moved = actions.leave(doing.work_of(desk), member.id)
    desk.audit("staff.away", f"staff:{member.id}", until=day.isoformat(), moved=len(moved))
    return Go(desk.back(otherwise), desk.plain("inbox.shifts.away", n=len(moved)))


def _until(desk: Desk, known: Mapping[int, shifts.Shifts], member: Staff) -> str:
    """The last day on which they are away; empty if they are not."""
    row = known.get(member.id)
    if row is None or row.away_until is None or row.away_until <= desk.now:
        return ""
    return (row.away_until.astimezone(zone_of(desk, member)) - timedelta(seconds=1)).date().isoformat()


def _seen(desk: Desk, member: Staff) -> bool:
    return desk.wall is None or (member.store_id is not None and member.store_id in desk.wall)
