"""Console pages of the inbox: the queues, and one ticket with its conversation and its customer."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from handlers.customers import pages as customers
from handlers.desk import EVERYBODY, MANAGERS, Desk, Missing, Page, Panel, Picture, Thing
from handlers.inbox import (
    bulk,
    calling,
    doing,
    giving,
    going,
    queues,
    rules,
    saying,
    several,
    shifting,
    suggesting,
    thread,
    waiting,
)
from handlers.tickets import ear, muting, occasions, promises
from handlers.tickets.answers import Answer
from handlers.tickets.work import store_of
from storage import beside, chats, handiness, marks, media, presence, staff, tickets
from storage import queues as stored
from storage.customers import Customer
from storage.messages import Message
from storage.tickets import Ticket


def queue(desk: Desk) -> Mapping[str, Any]:
    warned = stored.warned(desk.session, desk.wall, queues.MOST_WARNED)
    return {**queues.listed(desk), "warned": warned, "away": shifting.away(desk)}


def show(desk: Desk) -> Mapping[str, Any]:
    """One ticket; what somebody typed before it was refused, or left as a draft, is in its field again."""
    ticket: Ticket = desk.things["ticket"]
    chat = chats.get(desk.session, ticket.chat_id)
    assert chat is not None, "the database holds chat_id to an existing row"
    # Held here, so that whoever asks for one of them does not ask the database once more.
    team, _store = desk.once(staff.everybody), store_of(desk.session, ticket)
    draft, awaited, aside_until = beside.around(desk.session, ticket.id, desk.staff.id, desk.now)
    others, parts = beside.near(desk.session, ticket)
    read = thread.read(desk, ticket, chat, parts)
    customer = desk.session.get(Customer, ticket.customer_id or chat.customer_id or 0)
    shown = customer if customer and desk.sees(customer) else None
    card = customers.card_of(desk, shown, {chat.id: read["latest"]}) if shown else None
    cars = card["cars"] if card and ticket.customer_id == card["customer"].id else None
    offered = saying.offered(desk, ticket, chat, cars) if ticket.alive else []
    left = queues.listed(desk, ticket.id)
    return {
        **left,
        **read,
        "chat": chat,
        "muted": chat.muted_until is not None and chat.muted_until > desk.now,
        "mute_hours": muting.HOURS,
        "ticket": ticket,
        "answer": desk.field("words") or _begun(offered, desk.asked("answer", 40)) or (draft.words if draft else ""),
        "offered": offered,
        "taken": desk.field("taken", 90) or desk.asked("taken", 90),
        **suggesting.beside(desk, ticket, chat, asked=desk.asked("suggest") == "1"),
        "tags": left["tags_of"].get(ticket.id, []),
        "laters": [(one, desk.session.get_one(staff.Staff, one.staff_id)) for one in handiness.pending(desk.session, ticket.id)],
        "note": desk.field("note") or (draft.note if draft else ""),
        "present": presence.others(desk.session, ticket.id, desk.staff.id, desk.now),
        "holder": desk.session.get(staff.Staff, ticket.staff_id) if ticket.staff_id else None,
        "people": [one for one in team if rules.may_have(one, ticket.store_id)],
        "ticking": _clocks(desk, ticket),
        "parts": parts,
        "awaited": awaited,
        "apart": _could_be_apart(desk, ticket, read["latest"]),
        "about": _about(desk, ticket),
        "others": [one for one in others if _seen(desk, one)],
        "why": [f"{ear.named(code, desk.plain)}: {words}" for code, words in ticket.reasons],
        "needs_prevention": ticket.tier in (tickets.SERIOUS, tickets.CRITICAL),
        "reopen_days": promises.REOPEN_WITHIN.days,
        **giving.shown(desk, ticket),
        "aside_until": aside_until,
        "card": card,
    }


def photo(desk: Desk) -> Picture:
    found = media.find(desk.session, desk.where["photo"], desk.things["ticket"].chat_id)
    if found is None:
        raise Missing
    return Picture(*found)


def _clocks(desk: Desk, ticket: Ticket) -> list[rules.Clock]:
    """The answer while it is owed, and the solution."""
    percent = promises.policy_of(desk.session, ticket).warning_percent
    since, due = ticket.response_from, ticket.first_response_due
    first = None
    if ticket.answered_at is None:
        first = rules.clock(ticket.status, answered=False, due=due, since=since, now=desk.now, percent=percent)
    since, due = ticket.solution_from, ticket.solution_due
    solution = rules.clock(ticket.status, answered=True, due=due, since=since, now=desk.now, percent=percent)
    return [one for one in (first, solution) if one and one.state != "none"]


def _begun(offered: Sequence[tuple[Answer, str]], code: str) -> str:
    """The text of a saved answer that was chosen by a link, where there is no script."""
    return next((text for answer, text in offered if answer.code == code), "")


def _could_be_apart(desk: Desk, ticket: Ticket, latest: Sequence[Message]) -> list[Message]:
    """What the customer has said about this, if some of it could be another matter."""
    if not ticket.alive:
        return []
    mine = set(tickets.linked_since(desk.session, ticket.id, ticket.opened_at))
    found = [row for row in latest if row.id in mine][-doing.MOST_SPLIT :]
    return found if len(found) > 1 else []


def _about(desk: Desk, ticket: Ticket) -> str:
    """The visit or appointment that the matter is about, as far as that was said."""
    if ticket.visit_id is None and ticket.appointment_id is None:
        return ""
    one = occasions.of_ticket(desk.session, ticket)
    assert one is not None, "the database holds it to an existing row"
    services = desk.shop.services
    return " · ".join([desk.day(one.on), *(desk.named(services[code].names) for code in one.services if code in services)])


def _seen(desk: Desk, ticket: Ticket) -> bool:
    return desk.wall is None or ticket.store_id is None or ticket.store_id in desk.wall


def _mark_seen(session: Session, mark: marks.Mark, stores: Collection[int]) -> bool:
    chat = chats.get(session, mark.chat_id)
    return chat is not None and (chat.store_id is None or chat.store_id in stores)


MARK = Thing("mark", marks.find, _mark_seen)
OWN_ADVISOR = Panel("inbox/advisor.html", shifting.on_card)
ON_PHONE = Panel("inbox/phone.html", calling.on_card)
_THREAD = "inbox/thread.html"
MOST_PHOTOS = 5
PAGES = [
    Page(path="/tickets", roles=EVERYBODY, get=queue, template="inbox/queue.html", menu="inbox.menu"),
    Page(path="/tickets/bulk", roles=EVERYBODY, post=bulk.many),
    Page(path="/tickets/several", roles=EVERYBODY, post=several.preview, template="inbox/several.html"),
    Page(path="/tickets/several/send", roles=EVERYBODY, post=several.send),
    Page(path="/tickets/undo", roles=EVERYBODY, post=bulk.undo),
    Page(path="/tickets/filters", roles=EVERYBODY, post=saying.filters),
    Page(path="/go", roles=EVERYBODY, get=going.show, template="inbox/going.html"),
    Page(path="/account/keys", roles=EVERYBODY, post=saying.keys),
    Page(path="/answers", roles=MANAGERS, get=saying.all_answers, post=saying.save, template="inbox/answers.html"),
    Page(path="/shifts", roles=MANAGERS, get=shifting.plan, template="inbox/shifts.html"),
    Page(path="/shifts/{member}", roles=MANAGERS, post=shifting.set_week),
    Page(path="/shifts/{member}/away", roles=MANAGERS, post=shifting.set_away),
    Page(path="/account/away", roles=EVERYBODY, post=shifting.go_away),
    Page(path="/customers/{customer}/advisor", roles=EVERYBODY, post=shifting.own_advisor),
    Page(path="/customers/{customer}/ticket", roles=EVERYBODY, post=calling.begin),
    Page(path="/warnings/{mark}/open", roles=EVERYBODY, post=doing.open_warned),
    Page(path="/tickets/{ticket}", roles=EVERYBODY, get=show, post=doing.reply, template=_THREAD, photos=MOST_PHOTOS),
    # What was typed must not be lost when a rule says no: these show the ticket again.
    Page(path="/tickets/{ticket}/note", roles=EVERYBODY, get=show, post=doing.note, template=_THREAD),
    Page(path="/tickets/{ticket}/resolve", roles=EVERYBODY, get=show, post=doing.resolve, template=_THREAD),
    Page(path="/tickets/{ticket}/lesson", roles=EVERYBODY, get=show, post=doing.learn, template=_THREAD),
    Page(path="/tickets/{ticket}/later", roles=EVERYBODY, get=show, post=saying.send_later, template=_THREAD),
    Page(path="/tickets/{ticket}/not-later", roles=EVERYBODY, post=saying.not_later),
    Page(path="/tickets/{ticket}/snooze", roles=EVERYBODY, get=show, post=saying.snooze, template=_THREAD),
    Page(path="/tickets/{ticket}/macro", roles=EVERYBODY, get=show, post=saying.macro, template=_THREAD),
    Page(path="/tickets/{ticket}/tag", roles=EVERYBODY, post=saying.tag),
    Page(path="/tickets/{ticket}/suggestions", roles=EVERYBODY, get=suggesting.show, template="inbox/suggestions.html"),
    Page(path="/tickets/{ticket}/suggestion", roles=EVERYBODY, post=suggesting.take),
    Page(path="/tickets/{ticket}/gift", roles=EVERYBODY, post=giving.give),
    Page(path="/tickets/{ticket}/approval", roles=MANAGERS, post=giving.decide),
    Page(path="/tickets/{ticket}/parts", roles=EVERYBODY, get=show, post=waiting.post, template=_THREAD),
    Page(path="/tickets/{ticket}/claim", roles=EVERYBODY, post=doing.claim),
    Page(path="/tickets/{ticket}/assign", roles=EVERYBODY, post=doing.assign),
    Page(path="/tickets/{ticket}/tier", roles=EVERYBODY, post=doing.tier),
    Page(path="/tickets/{ticket}/close", roles=EVERYBODY, post=doing.close),
    Page(path="/tickets/{ticket}/reopen", roles=EVERYBODY, post=doing.reopen),
    Page(path="/tickets/{ticket}/bot", roles=EVERYBODY, post=doing.hand_back),
    Page(path="/tickets/{ticket}/mute", roles=EVERYBODY, post=doing.mute),
    Page(path="/tickets/{ticket}/merge", roles=EVERYBODY, post=doing.merge),
    Page(path="/tickets/{ticket}/split", roles=EVERYBODY, post=doing.split),
    Page(path="/tickets/{ticket}/unmerge", roles=EVERYBODY, post=doing.unmerge),
    Page(path="/tickets/{ticket}/draft", roles=EVERYBODY, post=doing.draft),
    Page(path="/tickets/{ticket}/photos/{photo}", roles=EVERYBODY, get=photo),
]
