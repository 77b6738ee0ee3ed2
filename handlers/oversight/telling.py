"""Alarms reach administrators at once: on Telegram whoever is linked, at any hour, and all on every page of the console."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue.texts import Texts
from storage import alarms, chats, coupons, messages, staff_links
from storage.alarms import Alarm
from storage.coupons import Coupon
from storage.staff import ADMINISTRATOR, Staff


def due(session: Session, _now: datetime) -> Sequence[int]:
    return alarms.untold(session)


def tell(session: Session, number: int, texts: Texts, now: datetime) -> None:
    """To whoever did it too: they may not have done it, but somebody with their password."""
    alarm = alarms.lock(session, number)
    if alarm.told_at is not None:
        return
    alarm.told_at = now
    linked = [(member, address) for member, address in staff_links.everybody(session) if member.role == ADMINISTRATOR]
    for member, address in sorted(linked, key=lambda one: one[1]):
        found = chats.find(session, "telegram", address)
        chat = chats.lock(session, found.id) if found else chats.arrive(session, "telegram", address, pulls=False, now=now)
        row = messages.outgoing(
            chat.id, "telegram", pulls=False, text=f"🚨 {words(session, alarm, texts, member.language)}", data={}, now=now,
            key=f"alarm:{alarm.id}:{member.id}", feature="oversight", purpose="staff",
        )  # fmt: skip
        messages.post(session, [row])


def words(session: Session, alarm: Alarm, texts: Texts, language: str) -> str:
    """What was done by whom, in one sentence or two; nothing of a customer."""
    who = session.get(Staff, alarm.staff_id) if alarm.staff_id else None
    values = {**alarm.details, "who": who.name if who else texts.label("oversight.somebody", language, {})}
    if alarm.kind == "coupon":
        to, coupon = session.get_one(Staff, alarm.details["to"]), session.get_one(Coupon, alarm.details["coupon"])
        offer = coupons.offer(session, alarm.details["offer"])
        values |= {"to": to.name, "number": coupon.id, "offer": offer.names.get(language, offer.code) if offer else ""}
    else:
        values["what"] = texts.label(f"oversight.kind.{alarm.details['of']}", language, {})
    said = [texts.label(f"oversight.alarm.{alarm.kind}", language, values)]
    said += [texts.label(f"oversight.alarm.{extra}", language, {}) for extra in ("second", "night") if alarm.details.get(extra)]
    return " ".join(said)
