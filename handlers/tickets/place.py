"""Places: which ticket something in a chat of staff is about, who said it, and whether they may."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal, languages
from handlers.dialogue.texts import Texts
from handlers.tickets import board
from handlers.tickets.word import Word
from handlers.tickets.work import BOT, By, Work, may_see
from storage import audit, boards, chats, messages, relays, staff_links, tickets
from storage.boards import Board, Post
from storage.chats import Chat
from storage.messages import Message
from storage.relays import Relay
from storage.staff import Staff
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Place:
    """`chat`: of staff. `post`: the row of ours that it stands under or replies to; `relay`: what it edits or replies to."""

    chat: Chat
    ticket: Ticket
    post: Post | None
    relay: Relay | None
    topic: int | None


def find(session: Session, word: Word) -> Place | None:
    """Where a word belongs; None when it is about no ticket: staff may talk to each other."""
    chat = chats.find(session, "telegram", word.address)
    if chat is None:
        return None
    own = relays.at(session, chat.id, word.ref) if word.edited else None
    topic = boards.at(session, chat.id, word.thread) if word.thread else None
    post = boards.at(session, chat.id, word.reply_to) if word.reply_to else None
    replied = relays.at(session, chat.id, word.reply_to) if word.reply_to else None
    if word.replied and post is None and replied is None:
        # Said by us, and its number is not known yet or never will be: our worker died before it could write it down.
        post = boards.saying(session, chat.id, word.replied, topic.ticket_id if topic else None)
    for found in (own, topic, post, replied):
        if found is not None:
            ticket = tickets.get(session, found.ticket_id)
            if ticket is not None and ticket.merged_into is not None and own is None:
                ticket = tickets.get(session, ticket.merged_into)
            assert ticket is not None, "tickets are never deleted"
            return Place(chat, ticket, post, own or replied, _topic(session, chat, ticket, topic))
    return None


def _topic(session: Session, chat: Chat, ticket: Ticket, topic: Post | None) -> int | None:
    """The row of the topic in which it was said: there it need not be told again."""
    if topic is not None:
        return topic.message_id
    standing = session.get(Board, ticket.id)
    return standing.topic_id if standing and standing.chat_id == chat.id else None


def member_of(session: Session, word: Word) -> Staff | None:
    """Who of those that work here has this account, as of now."""
    return staff_links.person(session, word.person) if word.person else None


def check(member: Staff | None, ticket: Ticket) -> Staff:
    """Raises Refusal for somebody who is not linked, or whose store the ticket is not of."""
    if member is None:
        raise Refusal("tickets.group.not_linked")
    if not may_see(member, ticket):
        raise Refusal("tickets.group.not_yours")
    return member


def work_of(session: Session, texts: Texts, now: Any, member: Staff | None) -> Work:
    return Work(session, texts, now, By(member.name, "telegram", member.id) if member else BOT)


def log(work: Work, ticket: Ticket, deed: str, **details: Any) -> None:
    """Into the log of who did what, under the names that the console uses."""
    about = f"ticket:{ticket.id}"
    audit.write(work.session, f"ticket.{deed}", staff_id=work.by.staff_id, now=work.now, place="telegram", about=about, **details)


def language_of(work: Work, word: Word, ticket: Ticket, member: Staff | None) -> str:
    return member.language if member else languages.from_hint(word.language) or board.language_of(work, ticket)


def replied_to(session: Session, place: Place) -> int | None:
    """The customer's or our message that staff reply to, where that is one and no bundle of several."""
    if place.relay is not None and place.relay.message_id is not None:
        return place.relay.message_id
    if place.post is None:
        return None
    row = _row(session, place.chat.id, place.post.message_id)
    lines: list[int] = row.data.get("lines", []) if row else []
    return lines[0] if len(lines) == 1 else None


def asked(session: Session, place: Place) -> str:
    """What the bot had asked, if this replies to such a question."""
    if place.post is None or place.post.kind != "ask":
        return ""
    row = _row(session, place.chat.id, place.post.message_id)
    return str(row.data.get("asks", "")) if row else ""


def _row(session: Session, chat_id: int, message_id: int) -> Message | None:
    return next(iter(messages.with_ids(session, chat_id, [message_id])), None)


def answer(work: Work, place: Place, word: Word, language: str, key: str, *, once: str = "", **values: Any) -> None:
    """A sentence of the bot under what somebody wrote. `once`: said once for this key only."""
    text = work.texts.label(key, language, values)
    data: dict[str, Any] = {"answers_ref": word.ref}
    if word.thread and place.topic:
        data["topic"] = place.topic
    row = messages.outgoing(
        place.chat.id, place.chat.channel, pulls=False, text=text, data=data, now=work.now, key=once or f"{word.key}:answer",
        feature="tickets", purpose="staff",
    )  # fmt: skip
    messages.post(work.session, [row])
