"""Waiting for parts: until when, whether the customer knows, and what that does to the promise.

The solution's clock stands still from the moment the customer was told until the end of the day that they were told, and no
longer: a part that is late is ours to explain. Whoever was not told is still promised what they were promised before.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.texts import Texts
from handlers.tickets import actions, answers, card, promises
from handlers.tickets.work import BOT, Work, zone_of
from storage import chats, parts, tickets
from storage.parts import PartsWait
from storage.tickets import Ticket

# What the customer knows of it: they are told now, they know already (by phone, at the desk), or they do not know.
TELL, KNOWN, NOT_TOLD = "tell", "known", ""
FURTHEST = timedelta(days=180)
LONGEST = 80


def wait(work: Work, ticket: Ticket, what: str, expected_on: date, told: str) -> None:
    """It waits until that day of the store; another day takes the place of the one before, and is told anew.

    Raises Refusal for a day that is gone, or more than half a year away.
    """
    with work.holding(ticket) as (chat, ticket):
        if not ticket.alive:
            raise Refusal("tickets.not_alive")
        zone = zone_of(work.session, ticket)
        today = work.now.astimezone(zone).date()
        if not today <= expected_on <= today + FURTHEST:
            raise Refusal("tickets.parts_day")
        parts.end(work.session, ticket.id, work.now)
        until = datetime.combine(expected_on + timedelta(days=1), time(), zone)
        row = PartsWait(
            ticket_id=ticket.id, staff_id=work.by.staff_id, what=what.strip()[:LONGEST], expected_on=expected_on,
            began_at=work.now, told_at=work.now if told else None, until=until, ended_at=None,
        )  # fmt: skip
        work.session.add(row)
        work.session.flush()
        work.event(ticket, "parts", on=expected_on.isoformat(), told=bool(told))
        promises.reckon(work.session, ticket, work.now)
        card.show(work, chat, ticket)
    if told == TELL:
        actions.reply(work, ticket, told_words(work, ticket, expected_on))


def arrived(work: Work, ticket: Ticket) -> None:
    """The part is here, or none is waited for any more: the clock goes on."""
    with work.holding(ticket) as (chat, ticket):
        if parts.standing(work.session, ticket.id) is None:
            raise Refusal("tickets.parts_none")
        parts.end(work.session, ticket.id, work.now)
        work.event(ticket, "parts_here")
        promises.reckon(work.session, ticket, work.now)
        card.show(work, chat, ticket)


def told_words(work: Work, ticket: Ticket, expected_on: date) -> str:
    """What the customer is told, in their language."""
    chat = chats.get(work.session, ticket.chat_id)
    assert chat is not None, "a ticket has a chat"
    language = chat.language or "en"
    car = answers.car_of(work, ticket, language)
    return work.texts.label("tickets.parts_told", language, {"car": car, "day": expected_on})


def due(session: Session, now: datetime) -> Sequence[int]:
    return parts.over(session, now)


def remind(session: Session, ticket_id: int, texts: Texts, now: datetime) -> None:
    """The day is over: staff are told, once, whether the customer was told or not."""
    work, ticket = Work(session, texts, now, BOT), tickets.get(session, ticket_id)
    assert ticket is not None, "tickets are never deleted"
    with work.holding(ticket) as (_, ticket):
        row = parts.standing(session, ticket.id)
        if row is None or row.reminded or row.until > now:
            return
        row.reminded = True
        if ticket.alive:
            work.event(ticket, "parts_late")
            actions.notify(work, ticket, "parts", f"{ticket.id}:{row.id}")
