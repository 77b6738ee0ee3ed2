"""Console pages on booking: the day and the week by bay, one appointment, and a new one."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking import actions, closing, closing_page, desk_form, grid, rules, telling, wishes
from handlers.booking.actions import By, Free
from handlers.booking.history import CUSTOMER, SWEEP
from handlers.booking.plan import hours_of
from handlers.customers import pages as customers
from handlers.customers.rules import mask_phone
from handlers.desk import EVERYBODY, Desk, Go, Page, Panel, Thing
from handlers.dialogue import Refusal
from storage import appointments, staff
from storage.appointments import ARRIVED, CONFIRMED, IN_SERVICE, NO_SHOW, OPEN, REQUESTED, Appointment
from storage.customers import Customer
from storage.stores import Bay, Store

ON_CARD = 6
# What may be done in which state, in the order of the buttons.
STEPS: dict[str, tuple[str, ...]] = {
    "accept": (REQUESTED,),
    "arrive": OPEN,
    "start": (*OPEN, ARRIVED),
    "finish": (ARRIVED, IN_SERVICE),
    "no_show": OPEN,
    "came": (NO_SHOW,),
    "cancel": OPEN,
}
# The one step that comes next, for the list of the day.
NEXT = {REQUESTED: "accept", CONFIRMED: "arrive", ARRIVED: "start", IN_SERVICE: "finish"}
# Somebody who has not come by then is late.
LATE = timedelta(minutes=10)
# Who does something without a name.
NOBODY = (CUSTOMER.who, SWEEP.who)
# What happens to an appointment beside coming to another state.
NO_STATE = ("moved", "altered", "will_come", "car", "not_reminded", "noted", "phone")


# -- the plan --------------------------------------------------------------------------------------------------------------


def day(desk: Desk) -> Mapping[str, Any]:
    store = desk.store
    if store is None:
        return {"store": None}
    shown = _day(desk, store)
    plan = grid.day_of(desk.session, desk.shop, store, shown, desk.now, desk.language)
    counted = Counter("late" if _late(desk, visit.row) else visit.row.status for visit in plan.all)
    return {
        **_plan(desk, store, shown),
        "plan": plan,
        "movable": OPEN,
        "step": timedelta(days=1),
        "counted": [(state, counted[state]) for state in ("late", REQUESTED, CONFIRMED, ARRIVED, IN_SERVICE) if counted[state]],
        "next_step": NEXT if shown == _today(desk, store) else {REQUESTED: "accept"},
        "late": lambda row: _late(desk, row),
        "struck": len(closing.struck(store, [visit.row for visit in plan.all], desk.shop.closures, desk.now)),
        "codes": {bay.id: bay_name(desk, bay) for bay in store.bays},
    }


def week(desk: Desk) -> Mapping[str, Any]:
    store = desk.store
    if store is None:
        return {"store": None}
    shown = _day(desk, store)
    monday = shown - timedelta(days=shown.weekday())
    days = [monday + timedelta(days=number) for number in range(7)]
    zone = ZoneInfo(store.timezone)
    start, end = (rules.instant(when, time(0), zone) for when in (monday, monday + timedelta(days=7)))
    visits = grid.visits_between(desk.session, desk.shop, store, start, end, desk.now, desk.language)
    opened = {span.day for span in rules.spans(hours_of(store), monday, 7)}
    bays = [bay for bay in store.bays if bay.active or any(visit.row.bay_id == bay.id for visit in visits)]
    cells: dict[tuple[int | None, date], list[grid.Visit]] = {}
    staying = grid.going_on(desk.session, visits, zone)
    for visit in visits:
        for bay in {leg["bay"] for leg in visit.row.legs}:
            cells.setdefault((bay, visit.row.starts_at.astimezone(zone).date()), []).append(visit)
    return {
        **_plan(desk, store, shown),
        "days": days,
        "bays": bays,
        "cells": cells,
        "staying": staying,
        "opened": opened,
        "loose": any(bay is None for bay, _ in cells),
        "movable": OPEN,
        "step": timedelta(days=7),
    }


def _late(desk: Desk, row: Appointment) -> bool:
    return row.status in OPEN and row.starts_at + LATE < desk.now


def _plan(desk: Desk, store: Store, shown: date) -> dict[str, Any]:
    return {
        "store": store,
        "day": shown,
        "today": _today(desk, store),
        "services": lambda row: services_of(desk, row),
        "bay_name": lambda bay: bay_name(desk, bay),
    }


# -- one appointment -------------------------------------------------------------------------------------------------------


def visit(desk: Desk) -> Mapping[str, Any]:
    row: Appointment = desk.things["appointment"]
    store = desk_form.store_of(desk, row.store_id)
    customer = desk.session.get(Customer, row.customer_id) if row.customer_id else None
    [seen] = grid.described(desk.session, desk.shop, [row], desk.language)
    return {
        "row": row,
        "seen": seen,
        "store": store,
        "services": services_of(desk, row),
        "bay": {bay.id: bay.code for bay in store.bays},
        "advisor": wishes.name_of_advisor(desk.session, row),
        "technician": {person.id: person.name for person in store.technicians},
        "movable": row.status in OPEN,
        "steps": [step for step, states in STEPS.items() if row.status in states and _now(desk, row, step)],
        "reachable": telling.chat_of(desk.session, row) is not None,
        "events": appointments.events_of(desk.session, row.id),
        "happened": lambda what: desk.text(f"booking.desk.{'what' if what in NO_STATE else 'status'}.{what}"),
        "who": lambda event: desk.text(f"booking.desk.who.{event.who}") if event.who in NOBODY else event.who,
        "phone": mask_phone(row.phone),
        "alternatives": _alternatives(desk),
        "card": customers.card_of(desk, customer) if customer and desk.sees(customer) else None,
    }


def move(desk: Desk) -> Go:
    """Another time or bay. Which bay was wanted counts: another one that would fit as well is not what was asked for."""
    row: Appointment = desk.things["appointment"]
    store = desk_form.store_of(desk, row.store_id)
    starts_at = desk_form.start(desk, store)
    bay = desk_form.bay(desk, store)
    before = row.starts_at
    moved = actions.move(desk.session, desk.shop, row, starts_at, desk.now, by=by(desk), bay_id=bay)
    if bay is not None and bay not in {leg["bay"] for leg in moved.legs}:
        raise Refusal("booking.desk.wrong_bay")
    desk.audit("appointment.move", f"appointment:{row.id}")
    # Another bay is nothing to the customer.
    return Go(desk.back("/bookings"), _told(desk, moved, "moved" if moved.starts_at != before else ""))


def step(desk: Desk) -> Go:
    row: Appointment = desk.things["appointment"]
    wish, who = desk.field("do"), by(desk)
    before = appointments.lock(desk.session, row.id).status
    changes = {"accept": actions.accept, "arrive": actions.arrive, "start": actions.start, "finish": actions.finish}
    if wish == "cancel":
        actions.cancel(desk.session, desk.shop, row, desk.now, by=who, reason=desk.field("reason", 200))
    elif wish == "no_show":
        actions.no_show(desk.session, row, desk.now, by=who)
    elif wish == "came":
        actions.came(desk.session, desk.shop, row, desk.now, by=who)
    elif wish in changes:
        changes[wish](desk.session, row, desk.now, by=who)
    else:
        raise Refusal("booking.refused.gone")
    if row.status == before:  # the customer, or a colleague, was quicker
        return Go(desk.back("/bookings"), desk.plain("booking.desk.already"))
    desk.audit(f"appointment.{wish}", f"appointment:{row.id}")
    told = wish if wish != "came" else "arrive" if row.status == ARRIVED else ""
    return Go(desk.back("/bookings"), _told(desk, row, told))


def _told(desk: Desk, row: Appointment, what: str) -> str:
    """Tells the customer if that is ticked; what the next page says of it. `what`: "" for nothing to tell."""
    if not what or not desk.ticked("tell"):
        telling.take_back(desk.session, row)
        return desk.plain("booking.desk.saved")
    told = telling.tell(desk.session, desk.shop, desk.house.texts, row, what, desk.now)
    telling.take_back(desk.session, row)
    return desk.plain("booking.desk.saved_and_told" if told else "booking.desk.saved_but_not_told")


# -- a new one -------------------------------------------------------------------------------------------------------------


def blank(desk: Desk) -> Mapping[str, Any]:
    return {**desk_form.choices(desk), "alternatives": _alternatives(desk)}


def create(desk: Desk) -> Go | Mapping[str, Any]:
    """Books; or only looks the customer up, in a form that keeps what it has."""
    if desk.ticked("look") or desk.ticked("pick"):
        return blank(desk)
    store = desk.store
    if store is None:
        raise Refusal("booking.refused.not_here")
    wish, person = desk_form.wish(desk, store), desk_form.person(desk, store)
    note = desk.field("note", 400)
    if desk.ticked("walk_in"):
        row = actions.walk_in(desk.session, desk.shop, wish, person, desk.now, by=by(desk), note=note)
    else:
        starts_at = desk_form.start(desk, store)
        row = actions.book(desk.session, desk.shop, wish, starts_at, person, desk.now, by=by(desk), note=note)
    if wish.bay_id is not None and wish.bay_id not in {leg["bay"] for leg in row.legs}:
        raise Refusal("booking.desk.wrong_bay")
    desk.audit("appointment.create", f"appointment:{row.id}")
    said = _told(desk, row, "booked")
    there = row.starts_at.astimezone(ZoneInfo(store.timezone)).date()
    return Go(f"{desk.url('/bookings')}?store={store.code}&day={there}", said)


# -- elsewhere -------------------------------------------------------------------------------------------------------------


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any]:
    """The visits to come, and the last ones that were or were not."""
    theirs = appointments.of_person(desk.session, customer_id=customer.id)
    seen = [row for row in theirs if row.status not in ("held", "expired") and (desk.wall is None or row.store_id in desk.wall)]
    to_come = [row for row in seen if row.ends_at > desk.now][:ON_CARD]
    before = [row for row in seen if row.ends_at <= desk.now][-2:]
    return {
        "customer": customer,
        "visits": [*to_come, *reversed(before)],
        "services": lambda row: services_of(desk, row),
        "store": desk.store_of,
    }


def services_of(desk: Desk, row: Appointment) -> str:
    known = desk.shop.services
    names = [desk.named(known[code].names) if code in known else code for code in row.services]
    return (", " if desk.language == "en" else "、").join(names)


def bay_name(desk: Desk, bay: Bay) -> str:
    """The code that stands on the wall; a demo car by its model."""
    model = desk.shop.models.get(bay.model or "")
    return desk.named(model.names) if model and bay.kind == "demo" else bay.code


def by(desk: Desk) -> By:
    own = desk.staff.id if desk.staff.role == staff.ADVISOR else None
    return By(desk.staff.name[:80], "console", staff=True, advisor_id=own)


def _now(desk: Desk, row: Appointment, step: str) -> bool:
    """Whether the button makes sense by now: nobody has missed what has not begun."""
    return step != "no_show" or row.starts_at <= desk.now


def _alternatives(desk: Desk) -> list[Free]:
    """The free times that a refusal offers."""
    times: list[Free] = desk.refused.values.get("times", []) if desk.refused else []
    return times


def _today(desk: Desk, store: Store) -> date:
    return desk.now.astimezone(ZoneInfo(store.timezone)).date()


def _day(desk: Desk, store: Store) -> date:
    """The day that is asked for, today if it is none."""
    today = _today(desk, store)
    try:
        wanted = date.fromisoformat(desk.asked("day"))
    except ValueError:
        return today
    return wanted if abs(wanted - today) < desk_form.MOST_AHEAD else today


APPOINTMENT = Thing("appointment", appointments.get, lambda _session, row, mine: row.store_id in mine)
PANEL = Panel("booking/on_card.html", on_card)
PAGES = [
    Page(path="/bookings", roles=EVERYBODY, get=day, template="booking/day.html", menu="booking.desk.menu"),
    Page(path="/bookings/week", roles=EVERYBODY, get=week, template="booking/week.html"),
    Page(path="/bookings/new", roles=EVERYBODY, get=blank, post=create, template="booking/new.html"),
    closing_page.PAGE,
    Page(path="/bookings/{appointment}", roles=EVERYBODY, get=visit, post=move, template="booking/visit.html"),
    Page(path="/bookings/{appointment}/step", roles=EVERYBODY, post=step),
]
