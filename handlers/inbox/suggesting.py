"""Drafts for staff: what the knowledge base and the saved answers have to say to the customer's last words.

They are put beside the answer and never sent by themselves. Only what the customer said is looked at; notes are not read here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode

from handlers.desk import Desk, Go
from handlers.dialogue import Incoming, Refusal, Turn
from handlers.faq import drafting
from handlers.inbox import doing
from handlers.tickets import answers as saved
from storage import chats, drafts, messages, presence, suggestions
from storage.chats import Chat
from storage.messages import Message
from storage.tickets import Ticket

if TYPE_CHECKING:
    from knowledge_base import KnowledgeBase

# Words that were said in so many messages are looked at, and so much of each.
_LAST, _LONGEST = 3, 500
_LOOKED_AT = 40
_PLACE = re.compile(r"\{[a-z]+\}")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """`code`: "kb:opening_hours" or "saved:ready". `text`: as the customer would read it."""

    code: str
    title: str
    text: str
    confidence: float

    @property
    def source(self) -> str:
        return self.code.partition(":")[0]


def show(desk: Desk) -> Mapping[str, Any]:
    """A page of its own, so that nobody waits for it who only wants to read the ticket."""
    ticket: Ticket = desk.things["ticket"]
    return {"ticket": ticket, "query": "", **beside(desk, ticket, _chat(desk, ticket), asked=True)}


def beside(desk: Desk, ticket: Ticket, chat: Chat, *, asked: bool) -> Mapping[str, Any]:
    """What the template needs; `suggested` None where nobody has asked yet."""
    found = made(desk, ticket, chat) if asked else None
    return {"suggested": found, "asked": asked, "tongue": chat.language or ""}


def made(desk: Desk, ticket: Ticket, chat: Chat) -> list[Suggestion]:
    """Three at the most, the likeliest first; none when staff have had the last word."""
    rows = messages.latest(desk.session, chat.id, _LOOKED_AT)
    words = unanswered(rows)
    if not ticket.alive or not words:
        return []
    told = {row.text for row in rows if not row.incoming}
    found: dict[str, Suggestion] = {}
    for asked in words:
        for one in [*_from_base(desk, ticket, chat, asked), *_from_saved(desk, ticket, chat, asked)]:
            if one.text not in told and one.confidence > (found[one.code].confidence if one.code in found else 0):
                found[one.code] = one
    return sorted(found.values(), key=lambda one: -one.confidence)[: doing.MOST_DRAFTS]


def unanswered(rows: Sequence[Message]) -> list[str]:
    """What the customer has said since staff last wrote, the newest first, and before that all of it in one."""
    said: list[str] = []
    for row in reversed(rows):
        if row.data.get("by") or len(said) == _LAST:
            break
        if row.incoming and row.kind != "press" and row.text.strip():
            said.append(row.text.strip()[:_LONGEST])
    return [" ".join(reversed(said))[:_LONGEST], *said] if len(said) > 1 else said


def take(desk: Desk) -> Go:
    """Into the draft of whoever pressed, below what they have begun; where there is no script."""
    ticket: Ticket = desk.things["ticket"]
    code = desk.field("code", 90)
    text = _text(desk, ticket, _chat(desk, ticket), code)
    if not text:
        raise Refusal("inbox.suggest.gone")
    before = drafts.find(desk.session, ticket.id, desk.staff.id)
    begun = before.words if before else ""
    if text not in begun:
        words = "\n\n".join(part for part in (begun.rstrip(), text) if part)
        drafts.keep(desk.session, ticket.id, desk.staff.id, desk.now, words=words)
        presence.writes(desk.session, ticket.id, desk.staff.id, desk.now)
    return Go(_with(desk.back(f"/tickets/{desk.token('ticket', ticket.id)}"), taken=code))


def figures(desk: Desk) -> list[tuple[str, str, int, int]]:
    """For managers: source, name, how often it stood there, how often it was taken."""
    names = {f"saved:{one.code}": desk.named(one.names) for one in saved.offered(desk.session)}
    counted = suggestions.counts(desk.session)[:50]
    return [
        (one.code.partition(":")[0], names.get(one.code, one.code.partition(":")[2]), one.offered, one.taken) for one in counted
    ]


# -- where they come from ---------------------------------------------------------------------------------------------------


def _from_base(desk: Desk, ticket: Ticket, chat: Chat, words: str) -> list[Suggestion]:
    found = drafting.drafts(_turn(desk, ticket, chat, words), words)
    return [Suggestion(f"kb:{one.entry_id}", one.title, one.text, one.confidence) for one in found]


def _from_saved(desk: Desk, ticket: Ticket, chat: Chat, words: str) -> list[Suggestion]:
    """Those whose own words are near. One that promises a gift is given from its list, where the gift goes with it."""
    those = {one.code: one for one in saved.offered(desk.session) if not one.offer}
    near = {match.entry_id: match.confidence for match in _matcher(_entries(those.values())).search(words)}
    likely = [those[code] for code, confidence in near.items() if confidence >= drafting.LEAST]
    texts = saved.filled(doing.work_of(desk), chat, ticket, *likely) if likely else []
    return [
        Suggestion(f"saved:{one.code}", desk.named(one.names), text, near[one.code])
        for one, text in zip(likely, texts, strict=True)
    ]


def _text(desk: Desk, ticket: Ticket, chat: Chat, code: str) -> str:
    found = doing.DRAFT.fullmatch(code)
    if found is None:
        return ""
    if found[1] == "kb":
        return drafting.draft(_turn(desk, ticket, chat, ""), found[2])
    answer = saved.find(desk.session, found[2])
    return saved.filled(doing.work_of(desk), chat, ticket, answer)[0] if answer and not answer.offer else ""


def _turn(desk: Desk, ticket: Ticket, chat: Chat, words: str) -> Turn:
    """As if the customer had asked the bot in the ticket's store."""
    there = replace(chat, store_id=ticket.store_id or chat.store_id)
    asked = Incoming(chat.channel, chat.address, "", "text", words)
    return Turn(desk.session, there, asked, desk.now, chat.language or "en", desk.house.texts, desk.house.memo, patient=True)


def _entries(those: Any) -> tuple[tuple[str, str, str, str], ...]:
    return tuple(
        (one.code, language, one.names.get(language, ""), _PLACE.sub("", text))
        for one in those
        for language, text in one.texts.items()
    )


@lru_cache(maxsize=2)
def _matcher(those: tuple[tuple[str, str, str, str], ...]) -> "KnowledgeBase":
    """The matcher of the knowledge base over saved answers; made anew when somebody changes one."""
    from knowledge_base import Entry, KnowledgeBase  # late: numpy

    return KnowledgeBase([Entry(code, language, name, (text,), text) for code, language, name, text in those], semantic=False)


def _chat(desk: Desk, ticket: Ticket) -> Chat:
    chat = chats.get(desk.session, ticket.chat_id)
    assert chat is not None, "the database holds chat_id to an existing row"
    return chat


def _with(path: str, **more: str) -> str:
    base, _, query = path.partition("?")
    return f"{base}?{urlencode({**dict(parse_qsl(query)), **more}, safe=':')}"
