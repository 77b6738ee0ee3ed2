"""What is due as a message: its words, its buttons, and its way through the contact gate."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from handlers.booking.rules import instant
from handlers.contact import actions as gate
from handlers.contact.rules import Decision, Wish
from handlers.dialogue import Button, Reply, Turn
from handlers.dialogue.push import Push
from handlers.dialogue.shop import Shop
from handlers.dialogue.voice import Voice
from handlers.reminders import gifts, wording
from handlers.reminders.due import Due
from handlers.reminders.facts import Car
from handlers.reminders.gifts import Gift
from storage import contact
from storage.chats import Chat
from storage.contact import MERGED

# What is due already waits so long, so that whatever else is due now can go into the same message.
GATHERING = timedelta(minutes=2)


def say(push: Push, chat: Chat, due: Due) -> Decision:
    """Through the gate, under its key. Work that is named along is decided with it. The chat must be locked."""
    wish, voice = wish_of(due, push.now), push.voice(chat)
    gift = None
    # Nobody gets a coupon for a message that is held back.
    if due.rule.gift and gate.judge(push.session, push.shop, chat, wish, push.now).decision.send_at is not None:
        gift = gifts.give(push.session, due, voice.language, push.now)
    reply = message(voice, due, push.now, gift)
    decision = gate.post(
        push.session, push.shop, chat, wish, reply, push.now, key=due.key, feature="reminders",
        about=due.rule.name(voice.language),
    )  # fmt: skip
    push.posted |= decision.send_at is not None
    if decision.send_at is not None:
        for other in due.also:
            contact.write_down(
                push.session, key=other.key, chat_id=chat.id, customer_id=chat.customer_id, kind=wish.kind, purpose=wish.purpose,
                priority=other.rule.priority, verdict=MERGED, reason=decision.reason, due_at=decision.send_at, at=push.now,
            )  # fmt: skip
    return decision


def wish_of(due: Due, now: datetime) -> Wish:
    """At its hour, or the rule's time of today in the store, and not after the last day on which it makes sense."""
    rule, zone = due.rule, ZoneInfo(due.person.store.timezone)
    today = now.astimezone(zone).date()
    at = max(due.occasion.at or instant(today, rule.at, zone), now + GATHERING)
    # The gate may move it into the morning, of the next day too.
    end = instant(due.until + timedelta(days=1), time(0), zone)
    return Wish(rule.purpose, rule.kind, at.astimezone(UTC), rule.priority, end)


def message(voice: Voice, due: Due, now: datetime, gift: Gift | None) -> Reply:
    return Reply(text(voice, due, now, gift), buttons(voice, due, gift))


def text(voice: Voice, due: Due, now: datetime, gift: Gift | None) -> str:
    """As HTML; everything that comes from a rule or a person is escaped."""
    zone = ZoneInfo(due.person.store.timezone)
    today = now.astimezone(zone).date()
    said = wording.render(due.rule.texts[voice.language], _values(voice, due, now, gift), today.month)
    if due.also:
        named = services(voice.shop, [code for code in due.services if code not in due.rule.services], voice.language)
        said += "\n\n" + voice.text("reminders.also", services=named)
    return said


def _values(voice: Voice, due: Due, now: datetime, gift: Gift | None) -> dict[str, str | None]:
    person, store, known = due.person, due.person.store, due.occasion.values
    today = now.astimezone(ZoneInfo(store.timezone)).date()
    numbers: dict[str, str | None] = {name: wording.number(known.get(name)) for name in ("days", "years")}
    return {
        **numbers,
        "name": wording.called(person.name, voice.language) or _label(voice, "somebody"),
        "car": car(voice, due.car),
        "plate": due.car.plate if due.car else None,
        "store": store.names.get(voice.language) or next(iter(store.names.values()), store.code),
        "phone": store.phone,
        "services": services(voice.shop, due.rule.services, voice.language) or due.rule.name(voice.language),
        # To the nearest hundred: it is an estimate, and should not look like more.
        "km": wording.number(round(known["km"], -2)) if known.get("km") else None,
        "gift": gift.name if gift else None,
        "date": wording.on_day(known["date"], today, voice.language) if "date" in known else None,
    }


def car(voice: Voice, known: Car | None) -> str:
    """ "your Audi A4", by its plate where nothing else is on file; "your car" where we do not know which."""
    if known is None:
        return called(voice, "")
    return called(voice, known.names.get(voice.language) or next(iter(known.names.values()), known.plate))


def called(voice: Voice, name: str) -> str:
    """The same of a make and model, "" for one that we do not know."""
    return voice.texts.label("reminders.your", voice.language, {"car": name}) if name else _label(voice, "your_car")


def services(shop: Shop, codes: Any, language: str) -> str:
    names = [shop.services[code].names.get(language, code) for code in codes if code in shop.services]
    return (", " if language == "en" else "、").join(names)


def buttons(voice: Voice, due: Due, gift: Gift | None) -> list[list[Button]]:
    key, car_id = due.key.split(":again")[0], due.car.id if due.car else None
    value: dict[str, Any] = {"key": key, "rule": due.rule.code, "car": car_id, "services": due.services}
    if gift and gift.coupons:
        value["coupon"] = gift.coupons[0]
    made = {name: voice.button(f"reminders.button.{name}", f"reminders.{name}", value) for name in due.rule.buttons}
    if "stop" in made:
        # It ends all of one kind, so two things of a kind in one message have one such button.
        made["stop"] = replace(made["stop"], value={**value, "same": due.rule.kind})
    if "person" in made:
        about = {"rule": due.rule.name(voice.language), "car": car(voice, due.car)}
        subject = voice.texts.label("reminders.person.about", voice.language, about)
        made["person"] = voice.button("reminders.button.person", "tickets.ask", subject)
    if gift and gift.coupons:
        made["gift"] = voice.button("reminders.button.gift", "rewards.show", gift.coupons[0])
    rows = [["book"], ["gift"], ["person"], ["done", "later"], ["stop"]]
    return [row for names in rows if (row := [made[name] for name in names if name in made])]


def _label(voice: Voice, key: str) -> str:
    return voice.texts.label(f"reminders.{key}", voice.language, {})


def voice_of(turn: Turn) -> Voice:
    return Voice(turn.language, turn.texts, turn.shop)
