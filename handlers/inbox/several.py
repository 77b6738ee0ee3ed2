"""One saved answer for several tickets at once: a preview of who would read what, and ten seconds to take it back.

It is for people who wait for an answer: tickets that live, each by the same action as a single answer. To everybody else goes
a campaign, which asks for consent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.desk import Desk, Go
from handlers.dialogue import Refusal
from handlers.dialogue.texts import Texts
from handlers.inbox import bulk, doing
from handlers.rewards import rules as rewards
from handlers.tickets import actions
from handlers.tickets import answers as saved
from handlers.tickets.answers import Answer
from handlers.tickets.work import By, Work
from storage import chats, coupons, handiness, messages, tickets
from storage.chats import Chat
from storage.handiness import UNDO, Bulk
from storage.staff import Staff
from storage.tickets import Ticket

# So many are written to in one transaction: on SQLite nobody else writes meanwhile.
AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Reader:
    """`text`: as they would read it. `last`: what was said last, so that nothing new goes unread. `why` they are left out."""

    ticket: Ticket
    chat: Chat
    text: str
    last: int
    why: str = ""


def preview(desk: Desk) -> Mapping[str, Any]:
    """Which answer, then who would read what. Nothing is changed by looking."""
    chosen = _chosen(desk)
    code = desk.field("answer", 40)
    answer = saved.find(desk.session, code) if code else None
    if code and answer is None:
        raise Refusal("inbox.choose")
    readers = _readers(desk, chosen, answer) if answer else []
    return {
        "chosen": chosen,
        "answer": answer,
        "answers": [] if answer else saved.offered(desk.session),
        "readers": readers,
        "written": [one for one in readers if not one.why],
        "digest": answer.digest if answer else "",
    }


def send(desk: Desk) -> Go:
    """Begins the ten seconds. What was shown is what leaves: neither the answer nor what was said may be another one by then."""
    answer = saved.find(desk.session, desk.field("answer", 40))
    if answer is None or answer.digest != desk.field("digest", 20):
        raise Refusal("inbox.several.changed")
    chosen = {desk.token("ticket", ticket.id): ticket for ticket in _chosen(desk)}
    items = []
    for value in desk.form.get("seen", ()):
        token, _, last = value.partition(":")
        if token in chosen and last.isascii() and last.isdigit():
            items.append([chosen[token].id, int(last[:18]), answer.code, answer.digest])
    if not items:
        raise Refusal("inbox.choose")
    row = Bulk(staff_id=desk.staff.id, do=bulk.MACRO, to_id=None, items=items, at=desk.now, due_at=desk.now + UNDO, ended_at=None)
    desk.session.add(row)
    desk.audit("ticket.bulk_macro", tickets=[item[0] for item in items], answer=answer.code)
    return Go(desk.url("/tickets"))


def due(session: Session, now: datetime) -> Sequence[int]:
    return handiness.bulks_due(session, now, [bulk.MACRO])


def write(session: Session, number: int, texts: Texts, now: datetime) -> None:
    """The next ones of those that are left. Who has said something new, or been answered, is written to by hand."""
    row = handiness.lock_bulk(session, number)
    if row is None:
        return
    member = session.get_one(Staff, row.staff_id)
    work = Work(session, texts, now, By(member.name, "console", member.id))
    these, row.items = row.items[:AT_ONCE], row.items[AT_ONCE:]
    if not row.items or member.dismissed_at is not None:
        row.ended_at = now
    for ticket_id, last, code, digest in these if member.dismissed_at is None else ():
        found = tickets.get(work.session, ticket_id)
        assert found is not None, "tickets are never deleted"
        chats.lock(work.session, found.chat_id)
        ticket = tickets.lock(work.session, ticket_id)
        if ticket.alive and not _given(work, ticket, last, code, digest):
            work.event(ticket, "held_up")
            actions.notify(work, ticket, "wrote", f"{ticket.id}:held_up:bulk{row.id}")


def _given(work: Work, ticket: Ticket, last: int, code: str, digest: str) -> bool:
    """Whether it has been sent, with all that goes with it; if a rule says no to a part of it, nothing of it is."""
    answer = saved.find(work.session, code)
    if answer is None or answer.digest != digest or messages.last_id(work.session, ticket.chat_id) != last:
        return False
    try:
        with work.session.begin_nested():
            saved.give(work, ticket, answer)
    except Refusal:
        return False
    return True


def _chosen(desk: Desk) -> Sequence[Ticket]:
    """What is ticked, in the order in which locks are taken. Raises Missing for what they may not see."""
    tokens = list(dict.fromkeys(desk.form.get("ticket", ())))
    if not tokens or len(tokens) > bulk.MOST:
        raise Refusal("inbox.several.number", most=bulk.MOST)
    return sorted((desk.find("ticket", token) for token in tokens), key=lambda one: (one.chat_id, one.id))


def _readers(desk: Desk, chosen: Sequence[Ticket], answer: Answer) -> list[Reader]:
    offer = coupons.offer(desk.session, answer.offer) if answer.offer else None
    if offer is not None and not rewards.may_give(desk.staff.role, offer):
        raise Refusal("rewards.refused.not_yours_to_give")
    found, work, known = [], doing.work_of(desk), set[int]()
    for ticket in chosen:
        chat = chats.get(desk.session, ticket.chat_id)
        assert chat is not None, "the database holds chat_id to an existing row"
        why = "ended" if not ticket.alive else "twice" if chat.id in known else "unreachable" if not chat.reachable else ""
        known |= {chat.id} if not why else set()
        text = "" if why else saved.filled(work, chat, ticket, answer)[0]
        found.append(Reader(ticket, chat, text, messages.last_id(desk.session, chat.id), why))
    return found
