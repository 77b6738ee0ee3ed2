"""The customer's side of a push: book, already done, later, no more of these; and the mileage that they write back."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.contact import flow as contact_flow
from handlers.dialogue import Answers, Form, Reply, Start, Turn, Unclear
from handlers.reminders import loading, rulebook, saying
from handlers.reminders.due import PREFIX
from handlers.reminders.rules import Rule
from handlers.reminders.slots import Km, Reading, Until, What, When
from handlers.reminders.triggers import Interval, OnDate, next_due
from handlers.vehicles import actions as vehicles
from handlers.vehicles import mileage
from handlers.vehicles import slots as vehicle_slots
from storage import care, contact, facts, messages, odometer
from storage.contact import Person
from storage.vehicles import Vehicle

WEEK, MONTH = 7, 30
# A mileage without anything else is taken for an answer to the push before it, for so long; a bare number only right after it.
ANSWERED = timedelta(days=30)
_LOOK_BACK, LEAST_KM = 20, 500
# A day on file is spoken of once more at the latest so many days before it.
BEFORE = 5


def book(turn: Turn, value: Any) -> Start:
    """The booking form with what the push was about. What the shop does not offer (any more) is asked for."""
    known: Answers = {}
    if services := [code for code in value.get("services", ()) if code in turn.shop.services]:
        known["service"] = services
    if (car := _own(turn, value)) is not None:
        known["car"] = {"id": car.id}
    if value.get("coupon") is not None:
        known["coupon"] = value["coupon"]
    return Start("booking.book", known)


def done(turn: Turn, value: Any) -> Start | Reply:
    """Where and when is asked of work; of papers how long they are valid now."""
    rule, car = _rule(turn, value), _own(turn, value)
    if car is None or rule is None:
        return Reply(turn.text("reminders.gone.car"))
    known = {"push": value, "id": car.id}
    if isinstance(rule.trigger, OnDate):
        return Start("reminders.until", {**known, "field": rule.trigger.field})
    own = [code for code in rule.services if code in turn.shop.services]
    return Start("reminders.done", {**known, "own": own, "all": list(value.get("services", own))})


def noted(turn: Turn, answers: Answers) -> Reply:
    """Work done elsewhere: from now on it counts from there."""
    car = _own(turn, answers["push"])
    if car is None:
        return Reply(turn.text("reminders.gone.car"))
    day, km = date.fromisoformat(answers["when"]), answers.get("km") or None
    note = care.CareNote(vehicle_id=car.id, services=answers["what"], done_on=day, km=km, source="customer", at=turn.now)
    turn.session.add(note)
    if km:
        odometer.add(turn.session, car.id, day, km, "customer")
        facts.changed(turn.session, [car.customer_id])
    _answered(turn, answers["push"], care.DONE)
    shown = saying.services(turn.shop, answers["what"], turn.language)
    said = turn.text("reminders.done.thanks", services=shown, day=day, km=f"{km:,}" if km else "")
    again = _next(turn, car, _rule(turn, answers["push"]))
    return Reply(f"{said} {turn.text('reminders.done.next', day=again)}" if again else said)


def renewed(turn: Turn, answers: Answers) -> Reply:
    """Insurance or inspection: the day on file is the new one."""
    car = _own(turn, answers["push"])
    if car is None:
        return Reply(turn.text("reminders.gone.car"))
    day = date.fromisoformat(answers["until"])
    setattr(car, answers["field"], day)
    _answered(turn, answers["push"], care.DONE)
    return Reply(turn.text("reminders.until.thanks", day=day))


def later(turn: Turn, value: Any) -> Reply:
    buttons = [
        turn.button("reminders.button.week", "reminders.put_off", [value, WEEK]),
        turn.button("reminders.button.month", "reminders.put_off", [value, MONTH]),
    ]
    return Reply(turn.text("reminders.later.ask"), [buttons], passing=True)


def put_off(turn: Turn, value: Any) -> Reply:
    push, days = value
    until = _today(turn) + timedelta(days=days)
    rule, car = _rule(turn, push), _own(turn, push)
    if rule is not None and car is not None and isinstance(rule.trigger, OnDate):
        day: date | None = getattr(car, rule.trigger.field, None)
        if day is not None:
            until = max(min(until, day - timedelta(days=BEFORE)), _today(turn) + timedelta(days=1))
    _answered(turn, push, care.LATER, until)
    return Reply(turn.text("reminders.later.noted", day=until))


def stop(turn: Turn, value: Any) -> Reply:
    """No more of this kind; of offers none at all, as the word "stop" does."""
    rule = _rule(turn, value)
    kind = rule.kind if rule else "offers"
    if kind == "offers":
        return contact_flow.stop(turn)
    if kind == "feedback":
        contact_flow.feedback(turn, wanted=False)
        again = turn.button("reminders.button.undo", "contact.feedback", True)
        return Reply(turn.text("reminders.stopped.feedback"), [again, turn.button("reminders.button.settings", "contact.kind")])
    contact_flow.switch_off(turn, kind)
    buttons = [
        turn.button("reminders.button.undo", "reminders.undo", kind), turn.button("reminders.button.settings", "contact.kind"),
    ]  # fmt: skip
    return Reply(turn.text(f"reminders.stopped.{kind}"), buttons)


def undo(turn: Turn, kind: Any) -> Reply:
    off = {name for one in contact.wishes_of(turn.session, Person.of(turn.chat)) for name in one.off}
    return contact_flow.kind(turn, kind) if kind in off else contact_flow.settings(turn)


# -- a mileage --------------------------------------------------------------------------------------------------------------


def heard(turn: Turn) -> Reply | Start | None:
    """A mileage and nothing else, written after a push about a car: it is a reading."""
    found = mileage.read(turn.words)
    if found is None or found.others or found.km < LEAST_KM:
        return None
    push = _asked(turn, bare=turn.words.strip().isdecimal())
    car = _own(turn, push) if push else None
    if push is None or car is None:
        return None
    try:
        km = vehicle_slots.check_km(turn, found.km, car.id)
    except Unclear:
        return Start("reminders.reading", {"id": car.id, "push": push, "doubt": found.km})
    return _read(turn, car, km, push)


def read(turn: Turn, answers: Answers) -> Reply:
    car = _own(turn, answers["push"])
    return _read(turn, car, answers["km"], answers["push"]) if car else Reply(turn.text("reminders.gone.car"))


def _read(turn: Turn, car: Vehicle, km: int, push: dict[str, Any]) -> Reply:
    odometer.add(turn.session, car.id, _today(turn), km, "customer")
    facts.changed(turn.session, [car.customer_id])
    known = loading.car_of(turn.session, turn.shop, car)
    said = turn.text("reminders.km.thanks", km=f"{km:,}", car=saying.car(saying.voice_of(turn), known))
    again = _next(turn, car, _rule(turn, push))
    text = f"{said} {turn.text('reminders.km.next', day=again)}" if again else said
    return Reply(text, [[turn.button("reminders.button.book", "reminders.book", push)]])


def _asked(turn: Turn, bare: bool) -> dict[str, Any] | None:
    """What the last push about a car was about, while it may still be answered."""
    said = [line for line in reversed(messages.latest(turn.session, turn.chat.id, _LOOK_BACK)) if not line.incoming]
    for line in said[:1] if bare else said:
        if (
            line.feature == "reminders"
            and line.data.get("push")
            and turn.now - (line.sent_at or line.due_at or turn.now) <= ANSWERED
        ):
            for button in (button for row in line.data.get("buttons", []) for button in row):
                value = button.get("value")
                if isinstance(value, dict) and value.get("car") is not None and str(value.get("key", "")).startswith(PREFIX):
                    return value
    return None


# -- parts ------------------------------------------------------------------------------------------------------------------


def _rule(turn: Turn, value: Any) -> Rule | None:
    return turn.memoised(rulebook.load).rules.get(value.get("rule", ""))


def _own(turn: Turn, value: Any) -> Vehicle | None:
    return next((car for car in vehicles.own(turn) if car.id == value.get("car")), None)


def _answered(turn: Turn, value: Any, what: str, until: date | None = None) -> None:
    if turn.chat.customer_id is not None:
        care.answer(turn.session, str(value["key"])[:200], turn.chat.customer_id, what, turn.now, until)


def _next(turn: Turn, car: Vehicle, rule: Rule | None) -> date | None:
    if rule is None or not isinstance(rule.trigger, Interval) or rule.trigger.first:
        return None
    turn.session.flush()
    due = next_due(rule.trigger, loading.car_of(turn.session, turn.shop, car))
    return due if due is not None and due > _today(turn) else None


def _today(turn: Turn) -> date:
    return turn.now.astimezone(ZoneInfo(turn.store.timezone if turn.store else "UTC")).date()


DONE = Form("done", slots=[What(name="what"), When(name="when"), Km(name="km")], submit=noted)
UNTIL = Form("until", slots=[Until(name="until")], submit=renewed)
READING = Form("reading", slots=[Reading(name="km")], submit=read)
