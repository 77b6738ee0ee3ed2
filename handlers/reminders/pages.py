"""Console pages on pushes: rules and their switches, one rule with a preview for real customers, signals, alarms, and why."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from babel.numbers import format_decimal
from babel.units import format_unit

from handlers.desk import MANAGERS, Desk, Go, Missing, Page, Panel
from handlers.dialogue import Refusal, markup
from handlers.dialogue.texts import LANGUAGES, locale
from handlers.reminders import audience, before, desk_form, preview, rulebook, rules, wording
from handlers.reminders.due import PREFIX
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Before, Entered
from handlers.reminders.wrong import Wrong
from storage import contact, pushes, segments
from storage.contact import Person
from storage.customers import Customer
from storage.staff import ADMINISTRATOR, REGION

# Rules hold for all stores, so whoever sees one store only does not change them.
EDITORS = frozenset({REGION, ADMINISTRATOR})
AHEAD, LOOKED_AT, SAMPLES = 60, 120, 3
ALARMS, SIGNALS, DECISIONS = timedelta(days=7), timedelta(days=30), 8


def listed(desk: Desk) -> Mapping[str, Any]:
    book = rulebook.load(desk.session)
    return {
        "rules": book.rules.values(),
        "own": book.own,
        "name": lambda rule: rule.name(desk.language),
        "when": lambda rule: _when(desk, rule),
        "signals": {name: waiting for name, waiting in book.signals().items() if any(rule.on for rule in waiting)},
        "pressed": [one for one in pushes.last_signals(desk.session, desk.now - SIGNALS) if _mine(desk, one.store_id)],
        "alarms": [one for one in pushes.alarms(desk.session, (desk.now - ALARMS).date()) if one.allowed_at is None],
        "may": desk.may(EDITORS),
    }


def one(desk: Desk) -> Mapping[str, Any]:
    return _page(desk, _rule(desk))


def change(desk: Desk) -> Mapping[str, Any] | Go:
    """The first button shows what real customers would read, the second one keeps it."""
    rule = _rule(desk)
    try:
        made = desk_form.read(desk, rule)
        if desk.field("do") == "preview":
            return {**_page(desk, rule), "samples": _samples(desk, made), "looked": True}
        rulebook.put(desk.session, made, desk.now)
    except ValueError as wrong:
        raise _refusal(desk, wrong) from None
    desk.audit("push.change", f"push:{rule.code}")
    return Go(desk.url("/pushes"), desk.plain("reminders.desk.kept", name=made.name(desk.language)))


def _refusal(desk: Desk, wrong: ValueError) -> Refusal:
    """The sentence in the language of whoever reads the page, and in the words of the page."""
    if not isinstance(wrong, Wrong):
        return Refusal("reminders.desk.wrong", sentence=str(wrong))
    book = rulebook.load(desk.session).rules
    said = {name: str(value) for name, value in wrong.values.items()}
    if "where" in said:
        said["where"] = " · ".join(_spoken(desk, part, book) for part in said["where"].split(": "))
    for name in ("name", "field", "kind", "purpose", "button", "language", "other"):
        if name in said:
            said[name] = _spoken(desk, said[name], book)
    if "language" in said:
        said["known"] = ", ".join(_spoken(desk, one, book) for one in LANGUAGES)
    return Refusal(wrong.key, **said)


def _spoken(desk: Desk, word: str, book: Mapping[str, Rule]) -> str:
    """What the page calls a field, a choice, a language, or a rule, which is told by its code."""
    code = word.removeprefix("rule ")
    if code in book:
        return desk.plain("reminders.desk.called", name=book[code].name(desk.language))
    known, there = desk.house.texts.keys(desk.language), {"texts": "text", "names": "rule", "trigger": "says"}.get(word, word)
    places = (
        "reminders.desk.field", "reminders.desk", "reminders.desk.purposes", "contact.kind", "reminders.button", "desk.tongue"
    )  # fmt: skip
    return next((desk.plain(f"{place}.{there}") for place in places if f"{place}.{there}" in known), word)


def switch(desk: Desk) -> Go:
    rule = _rule(desk)
    made = rules.switched(rule, not rule.on)
    try:
        rulebook.put(desk.session, made, desk.now)
    except ValueError as wrong:
        raise _refusal(desk, wrong) from None
    desk.audit("push.on" if made.on else "push.off", f"push:{rule.code}")
    return Go(
        desk.url("/pushes"), desk.plain("reminders.desk.on" if made.on else "reminders.desk.off", name=made.name(desk.language))
    )


def copy(desk: Desk) -> Go:
    made = rulebook.copy(desk.session, _rule(desk).code, desk.now)
    desk.audit("push.copy", f"push:{made.code}")
    return Go(desk.url("/pushes/{rule}", rule=made.code), desk.plain("reminders.desk.copied"))


def remove(desk: Desk) -> Go:
    """A rule that ships is again as it was; one of our own is gone."""
    rule = _rule(desk)
    rulebook.remove(desk.session, rule.code, desk.now)
    desk.audit("push.remove", f"push:{rule.code}")
    return Go(desk.url("/pushes"), desk.plain("reminders.desk.removed", name=rule.name(desk.language)))


def press(desk: Desk) -> Go:
    try:
        rulebook.press(desk.session, desk.field("signal", 40), desk.staff.store_id, desk.staff.id, desk.now)
    except ValueError as wrong:
        raise _refusal(desk, wrong) from None
    desk.audit("push.signal", f"signal:{desk.field('signal', 40)}")
    return Go(desk.url("/pushes"), desk.plain("reminders.desk.pressed"))


def allow(desk: Desk) -> Go:
    """Whoever looked lets a rule go on that wanted to write to too many."""
    number = desk.field("alarm", 12)
    alarm = desk.session.get(pushes.PushAlarm, int(number)) if number.isascii() and number.isdecimal() else None
    if alarm is None:
        raise Refusal("desk.missing")
    alarm.allowed_at = desk.now
    pushes.look_again(desk.session, alarm.day)
    desk.audit("push.allow", f"push:{alarm.rule}")
    return Go(desk.url("/pushes"), desk.plain("reminders.desk.allowed"))


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any] | None:
    """Why they were written to, or not."""
    latest = contact.latest(desk.session, Person(0, customer.id), DECISIONS)
    if not latest:
        return None
    known = rulebook.load(desk.session).rules

    def named(key: str, kind: str) -> str:
        parts = key.split(":")
        code = parts[1] if parts[0] == PREFIX else parts[-1] if parts[0] == before.PREFIX else ""
        if code in known:
            return known[code].name(desk.language)
        text = f"contact.kind.{kind}"
        return desk.plain(text if text in desk.house.texts.keys(desk.language) else "contact.kind.other")

    return {"decisions": latest, "named": named, "reason": lambda reason: _reason(desk, reason)}


# -- parts ------------------------------------------------------------------------------------------------------------------


def _rule(desk: Desk) -> Rule:
    rule = rulebook.load(desk.session).rules.get(desk.where["rule"])
    if rule is None:
        raise Missing
    return rule


def _page(desk: Desk, rule: Rule) -> dict[str, Any]:
    written = rules.written(rule)
    return {
        "rule": rule, "name": rule.name(desk.language), "when": _when(desk, rule), "languages": LANGUAGES,
        "fields": desk_form.fields(rule), "audience": written["audience"], "shown": desk_form.shown,
        "placeholders": [f"{{{name}}}" for name in wording.allowed(rule.trigger)],
        "buttons": {name: _button(desk, rule, name) for name in rules.buttons(rule.trigger)},
        "purposes": rules.purposes(rule.trigger), "kinds": rules.kinds(rule.trigger),
        "stages": audience.STAGES, "energies": audience.ENERGIES,
        "store_kinds": audience.STORE_KINDS, "chosen": lambda name: desk.form.get(name, ()), "may": desk.may(EDITORS),
        "shipped": rule.code in rulebook.shipped(), "own": rule.code in rulebook.load(desk.session).own,
        "samples": [], "looked": False,
    }  # fmt: skip


def _samples(desk: Desk, rule: Rule) -> list[dict[str, Any]]:
    """What real customers would read in the next weeks, whoever is due first; also those who would not get it, and why."""
    ids = pushes.customers_to_look_at(
        desk.session, [store.id for store in desk.stores], homeless=desk.wall is None, after_id=0, limit=LOOKED_AT
    )  # fmt: skip
    plan = preview.Plan([rule], rulebook.load(desk.session).figures, AHEAD)
    found = sorted(
        preview.lines(desk.session, desk.shop, desk.house.texts, plan, desk.now, customers=ids), key=lambda line: line.at
    )
    sent = [line for line in found if line.verdict == preview.SENT][:SAMPLES]
    held = [line for line in found if line.verdict == preview.HELD][: max(SAMPLES - len(sent), 1)]
    return [
        {
            "who": line.due.person.name, "at": line.at,
            "text": markup.read(line.text or preview.unsaid(desk.session, desk.shop, desk.house.texts, line))[0],
            "held": "" if line.verdict == preview.SENT else _reason(desk, line.reason),
        }
        for line in [*sent, *held]
    ]  # fmt: skip


def _reason(desk: Desk, reason: str) -> str:
    known = desk.house.texts.keys(desk.language)
    return next((desk.plain(key) for key in (f"reminders.desk.why.{reason}", f"contact.why.{reason}") if key in known), reason)


def _when(desk: Desk, rule: Rule) -> str:
    trigger = rules.written(rule)["trigger"]
    values = {name: desk_form.shown(value) for name, value in trigger.items()}
    if "field" in values:
        values["field"] = desk.plain(f"reminders.desk.on_file.{values['field']}")
    if "services" in values:
        values["services"] = desk_form.shown([_service(desk, code) for code in trigger["services"]])
    if "minutes" in values:
        values["minutes"] = _length(desk, trigger["minutes"])
    if "km" in values:
        values["km"] = format_decimal(trigger["km"], locale=locale(desk.language))
    if "signal" in values:
        values["signal"] = rule.name(desk.language)
    if isinstance(rule.trigger, Entered):
        group = segments.by_code(desk.session, rule.trigger.segment)
        values["segment"] = desk.named(group.names) if group else rule.trigger.segment
    # A rarer feast is shown as it is written.
    spoken = desk.house.texts.keys(desk.language)
    for name in ("event", "of", "weekday", "feast"):
        if name in values and (key := f"reminders.desk.word.{values[name]}") in spoken:
            values[name] = desk.plain(key)
    known = {
        "km": "",
        "months": "",
        "services": "",
        "first": "",
        "hours": "",
        "days": "",
        "of": "",
        **values,
        "at": f"{rule.at:%H:%M}",
    }
    return desk.plain(f"reminders.desk.when.{trigger['kind']}", **known)


def _length(desk: Desk, minutes: int) -> str:
    """In the largest unit that says it exactly: "90 minutes", "24 hours"."""
    number, unit = (minutes // 60, "duration-hour") if minutes % 60 == 0 else (minutes, "duration-minute")
    return format_unit(number, unit, locale=locale(desk.language))


def _button(desk: Desk, rule: Rule, name: str) -> str:
    if name == "stars":
        return desk.plain("reminders.desk.stars")
    return desk.plain(f"{'booking' if isinstance(rule.trigger, Before) else 'reminders'}.button.{name}")


def _service(desk: Desk, code: str) -> str:
    known = desk.shop.services.get(code)
    return desk.named(known.names) if known else code


def _mine(desk: Desk, store_id: int | None) -> bool:
    return desk.wall is None or store_id is None or store_id in desk.wall


PANEL = Panel("reminders/on_card.html", on_card)
PAGES = [
    Page(path="/pushes", roles=MANAGERS, get=listed, template="reminders/rules.html", menu="reminders.desk.menu"),
    Page(path="/pushes/{rule}", roles=EDITORS, get=one, post=change, template="reminders/rule.html"),
    Page(path="/pushes/{rule}/switch", roles=EDITORS, post=switch),
    Page(path="/pushes/{rule}/copy", roles=EDITORS, post=copy),
    Page(path="/pushes/{rule}/remove", roles=EDITORS, post=remove),
    Page(path="/signals", roles=MANAGERS, post=press),
    Page(path="/alarms", roles=EDITORS, post=allow),
]
