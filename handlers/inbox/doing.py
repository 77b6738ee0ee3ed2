"""What staff do with a ticket in the console. Each is the same action as in the chats; history says that it came from here."""

import re
from dataclasses import asdict
from typing import Any

from handlers.desk import Desk, Go, Missing
from handlers.dialogue import Refusal
from handlers.inbox import rules
from handlers.lessons import actions as lessons
from handlers.tickets import actions, merging, muting
from handlers.tickets import rules as tiers
from handlers.tickets.work import By, Work
from storage import chats, drafts, marks, media, messages, presence, staff, suggestions, tickets
from storage.tickets import TIERS, Ticket

# Telegram takes 1024 characters under a picture, and counts some of them twice.
MOST_CAPTION = 500
MOST_SPLIT = 30
# So many drafts stand beside an answer; each is an entry of the base or a saved answer.
MOST_DRAFTS, DRAFT = 3, re.compile(r"(kb|saved):([a-z0-9_.-]{1,80})")


def work_of(desk: Desk) -> Work:
    return Work(desk.session, desk.house.texts, desk.now, By(desk.staff.name, "console", desk.staff.id))


def reply(desk: Desk) -> Go:
    """What somebody else has said in the meantime is read first: whoever sends second sees it, and their text is kept."""
    ticket = locked(desk)
    words = desk.field("words")
    if not words and not desk.photos:
        raise Refusal("inbox.empty")
    check_seen(desk, ticket)
    kept = [(media.keep(desk.session, chat_id=ticket.chat_id, now=desk.now, **asdict(one)), one.name) for one in desk.photos]
    desk.session.flush()
    pictures, files = [number for number, name in kept if not name], [(number, name) for number, name in kept if name]
    # Under a picture there is room for a few words only; many go before it.
    apart = words if not kept or len(words) > MOST_CAPTION else ""
    if apart:
        actions.reply(work_of(desk), ticket, words, waits=desk.ticked("waits"))
    for number, picture in enumerate(pictures):
        caption = "" if apart or number else words
        actions.reply(work_of(desk), ticket, caption, waits=desk.ticked("waits"), picture=picture)
    for number, file in enumerate(files):
        caption = "" if apart or number or pictures else words
        actions.reply(work_of(desk), ticket, caption, waits=desk.ticked("waits"), file=file)
    return sent(desk, ticket, "inbox.sent")


def count(desk: Desk) -> None:
    """An answer leaves: which drafts stood beside it, and which of them were taken."""
    taken = set(list(desk.form.get("taken", ()))[:MOST_DRAFTS])
    for code in sorted({*list(desk.form.get("offered", ()))[:MOST_DRAFTS], *taken}):
        if DRAFT.fullmatch(code):
            suggestions.count(desk.session, code, taken=code in taken)


def note(desk: Desk) -> Go:
    ticket: Ticket = desk.things["ticket"]
    if not desk.field("note"):
        raise Refusal("inbox.empty")
    actions.note(work_of(desk), ticket, desk.field("note"))
    drafts.keep(desk.session, ticket.id, desk.staff.id, desk.now, note="")
    return done(desk, ticket, "note", "inbox.noted")


def claim(desk: Desk) -> Go:
    return done(desk, actions.claim(work_of(desk), desk.things["ticket"]), "claim", "inbox.claimed")


def assign(desk: Desk) -> Go:
    """To somebody who may see it, or back to the queue."""
    ticket: Ticket = desk.things["ticket"]
    to = chosen(desk, ticket)
    actions.assign(work_of(desk), ticket, to)
    return done(desk, ticket, "assign", "inbox.assigned", to=to)


def tier(desk: Desk) -> Go:
    if desk.field("tier") not in TIERS:
        raise Refusal("inbox.choose")
    ticket = actions.set_tier(work_of(desk), desk.things["ticket"], desk.field("tier"))
    return done(desk, ticket, "tier", "inbox.tier_set", tier=ticket.tier)


def resolve(desk: Desk) -> Go:
    words = [desk.field(name) for name in ("cause", "remedy", "prevention")]
    ticket = actions.resolve(work_of(desk), desk.things["ticket"], *words)
    if desk.field("lesson") or any(whys(desk)):
        lessons.learn(work_of(desk), ticket, desk.field("lesson"), whys(desk), words[1], words[2])
    return done(desk, ticket, "resolve", "inbox.resolved")


def learn(desk: Desk) -> Go:
    """A lesson from a matter that was settled before."""
    ticket: Ticket = desk.things["ticket"]
    parts = (ticket.remedy or "", ticket.prevention or "")
    lessons.learn(work_of(desk), ticket, desk.field("lesson"), whys(desk), *parts)
    return done(desk, ticket, "lesson", "inbox.lesson_kept")


def whys(desk: Desk) -> list[str]:
    return [desk.field(f"why{number}") for number in range(1, lessons.WHYS + 1)]


def close(desk: Desk) -> Go:
    ticket = locked(desk)
    actions.close(work_of(desk), ticket)
    return done(desk, ticket, "close", "inbox.closed")


def reopen(desk: Desk) -> Go:
    return done(desk, actions.reopen(work_of(desk), desk.things["ticket"]), "reopen", "inbox.reopened")


def hand_back(desk: Desk) -> Go:
    actions.hand_back(work_of(desk), desk.things["ticket"])
    return done(desk, desk.things["ticket"], "hand_back", "inbox.handed_back")


def mute(desk: Desk) -> Go:
    """For so many hours, or lifted."""
    ticket: Ticket = desk.things["ticket"]
    if desk.field("do") == "lift":
        muting.lift(work_of(desk), ticket)
        return done(desk, ticket, "unmute", "tickets.mute.is_lifted")
    typed = desk.field("hours", 4)
    hours = int(typed) if typed.isascii() and typed.isdecimal() else -1
    muting.mute(work_of(desk), ticket, hours)
    return done(desk, ticket, "mute", "tickets.mute.done", hours=hours)


def merge(desk: Desk) -> Go:
    """This one becomes part of another of the same person."""
    if not desk.field("into"):
        raise Refusal("inbox.choose")
    into: Ticket = desk.find("ticket", desk.field("into"))
    into = merging.merge(work_of(desk), desk.things["ticket"], into)
    desk.audit("ticket.merge", f"ticket:{desk.things['ticket'].id}", into=into.id)
    return Go(desk.url("/tickets/{ticket}", ticket=into.id), desk.plain("inbox.merged"))


def split(desk: Desk) -> Go:
    """What is ticked of what the customer said becomes a case of its own; merging it again is the way back."""
    ticket = locked(desk)
    mine = tickets.linked_since(desk.session, ticket.id, ticket.opened_at)
    asked = {desk.house.tokens.read("message", token) for token in list(desk.form.get("message", ()))[:MOST_SPLIT]}
    chosen = [number for number in mine if number in asked]
    if not chosen or len(chosen) == len(mine):
        raise Refusal("inbox.split_some")
    chat = chats.lock(desk.session, ticket.chat_id)
    words = "\n".join(row.text for row in messages.with_ids(desk.session, chat.id, chosen))
    verdict = tiers.load(desk.session).judge(words)
    kind = "complaint" if verdict.complaint else ticket.kind
    other = merging.split(work_of(desk), chat, ticket, chosen, verdict if verdict.complaint else None, kind)
    chats.save(desk.session, chat)
    desk.audit("ticket.split", f"ticket:{ticket.id}", off=other.id)
    return Go(desk.url("/tickets/{ticket}", ticket=other.id), desk.plain("inbox.is_split"))


def unmerge(desk: Desk) -> Go:
    return done(desk, merging.unmerge(work_of(desk), desk.things["ticket"]), "unmerge", "inbox.unmerged")


def draft(desk: Desk) -> Go:
    """Keeps what is being written, and shows colleagues that somebody is writing. No lock is taken: it happens all the time."""
    ticket: Ticket = desk.things["ticket"]
    parts = {name: desk.field(name, 20_000) for name in ("words", "note") if name in desk.form}
    if parts:
        drafts.keep(desk.session, ticket.id, desk.staff.id, desk.now, **parts)
        (presence.writes if any(parts.values()) else _stops)(desk.session, ticket.id, desk.staff.id, desk.now)
    return Go(desk.back("/tickets"), desk.plain("inbox.draft_kept"))


def open_warned(desk: Desk) -> Go:
    """Somebody looks after a chat that has shown early warnings: it becomes a ticket of theirs, before there is a complaint."""
    work, chat = work_of(desk), chats.lock(desk.session, desk.things["mark"].chat_id)
    ticket = tickets.open_of(desk.session, chat.id)
    if ticket is None:
        said = [line.text for line in messages.latest(desk.session, chat.id, 10) if line.incoming and line.text]
        ticket = actions.open_ticket(work, chat, "question", "\n".join(said[-3:]))
        chats.save(desk.session, chat)
        actions.assign(work, ticket, desk.staff.id)
        marks.clear(desk.session, chat.id, desk.now)
    desk.audit("ticket.open", f"ticket:{ticket.id}")
    return Go(desk.url("/tickets/{ticket}", ticket=ticket.id))


# -- shared -----------------------------------------------------------------------------------------------------------------


def locked(desk: Desk) -> Ticket:
    """The ticket as it is now, and as it stays until this is done. Raises Refusal when it has ended."""
    chats.lock(desk.session, desk.things["ticket"].chat_id)
    ticket = tickets.lock(desk.session, desk.things["ticket"].id)
    if not ticket.alive:
        raise Refusal("inbox.is_closed")
    return ticket


def check_seen(desk: Desk, ticket: Ticket) -> None:
    """Raises Refusal when something was said that was not on the page from which this was sent. Needs the chat's lock."""
    if desk.field("last") != str(messages.last_id(desk.session, ticket.chat_id)):
        raise Refusal("inbox.overtaken")


def sent(desk: Desk, ticket: Ticket, said: str) -> Go:
    """What was being written has gone out."""
    drafts.keep(desk.session, ticket.id, desk.staff.id, desk.now, words="")
    count(desk)
    presence.stops(desk.session, ticket.id, desk.staff.id)
    return done(desk, ticket, "reply", said)


def done(desk: Desk, ticket: Ticket, deed: str, said: str, **details: Any) -> Go:
    desk.audit(f"ticket.{deed}", f"ticket:{ticket.id}", **details)
    return Go(desk.back(f"/tickets/{desk.token('ticket', ticket.id)}"), desk.plain(said))


def chosen(desk: Desk, ticket: Ticket) -> int | None:
    """Whom the form names; None for the queue. Raises Missing for anybody who may not have it."""
    wish = desk.field("to")
    if not wish:
        return None
    member = desk.session.get(staff.Staff, desk.house.tokens.read("member", wish) or 0)
    if member is None or not rules.may_have(member, ticket.store_id):
        raise Missing
    return member.id


def _stops(session: Any, ticket_id: int, staff_id: int, _now: Any) -> None:
    presence.stops(session, ticket_id, staff_id)
