"""What staff press under a ticket on Telegram: buttons, what each does and who may, and questions that they answer by a reply.

Whose finger it was is asked anew at every press, from the account that pressed; what a button says of itself counts for nothing.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.desk import EVERYBODY
from handlers.dialogue import Refusal, languages
from handlers.dialogue.texts import Texts, escape
from handlers.tickets import actions, answers, board
from handlers.tickets.place import Place, check, language_of, log, member_of, work_of
from handlers.tickets.telling import may_see
from handlers.tickets.word import Heard, Word
from handlers.tickets.work import Work
from storage import boards, chats, messages, staff, tickets
from storage.chats import Chat
from storage.messages import Message
from storage.staff import Staff
from storage.tickets import Ticket

_PRESS = re.compile(r"(![\w-]{8,18})\.(\d{1,3})", re.ASCII)
MOST = 24


@dataclass(frozen=True, slots=True)
class Press:
    """A button that was found in the chat where it was pressed, at work for whoever pressed it."""

    work: Work
    chat: Chat
    ticket: Ticket
    row: Message
    value: Any
    language: str
    person: str

    def said(self, key: str, **values: Any) -> str:
        return self.work.texts.label(f"tickets.{key}", self.language, values)


def press(session: Session, word: Word, texts: Texts, now: datetime) -> Heard:
    """What a button of a staff chat does, in a transaction of its own."""
    known = chats.find(session, "telegram", word.address)
    if known is None or not (found := _PRESS.fullmatch(word.text)):
        return Heard(toast=_stale(texts, word))
    chat = chats.arrive(session, "telegram", word.address, pulls=False, now=now)
    data = {"press": word.text, "person": word.person}
    if not messages.receive(session, chat.id, "telegram", key=word.key, kind="staff", text="", data=data, now=now):
        return Heard(duplicate=True)
    row = messages.by_token(session, chat.id, found[1])
    post = boards.post_of(session, row.id) if row else None
    buttons = [button for line in row.data.get("buttons", []) for button in line] if row else []
    ticket = tickets.get(session, post.ticket_id) if post else None
    if row is None or ticket is None or int(found[2]) >= len(buttons):
        return Heard(toast=_stale(texts, word))
    button, member = buttons[int(found[2])], member_of(session, word)
    work = work_of(session, texts, now, member)
    language = language_of(work, word, ticket, member)
    try:
        roles, do = BUTTONS[button["do"]]
        if check(member, ticket).role not in roles:
            raise Refusal("tickets.group.not_your_role")
        with session.begin_nested():
            toast = do(Press(work, chat, ticket, row, button.get("value"), language, word.person))
    except Refusal as no:
        return Heard(toast=texts.label(no.key, language, no.values))
    return Heard(spoke=True, toast=toast)


def _stale(texts: Texts, word: Word) -> str:
    return texts.label("dialogue.stale", languages.from_hint(word.language) or "en", {})


# -- what each button does; it gives the toast ------------------------------------------------------------------------------


def _claim(at: Press) -> str:
    actions.claim(at.work, at.ticket)
    log(at.work, at.ticket, "claim")
    return at.said("group.yours_now")


def _ask_who(at: Press) -> str:
    people = [member for member in staff.everybody(at.work.session) if member.dismissed_at is None and may_see(member, at.ticket)]
    rows = [[{"label": f"{one.name}"[:64], "do": "give", "value": one.id}] for one in people[:MOST]]
    rows.append([{"label": at.said("group.button.queue"), "do": "give", "value": 0}])
    _ask(at, at.said("group.ask.assign"), buttons=rows)
    return ""


def _give(at: Press) -> str:
    to = at.work.session.get(Staff, int(at.value)) if at.value else None
    if at.value and (to is None or to.dismissed_at is not None or not may_see(to, at.ticket)):
        raise Refusal("tickets.group.not_here_any_more")
    actions.assign(at.work, at.ticket, to.id if to else None)
    log(at.work, at.ticket, "assign", to=to.id if to else None)
    done = at.said("group.given_to", who=to.name) if to else at.said("group.given_back")
    _settle(at, done)
    return done


def _ask_tier(at: Press) -> str:
    rows = [
        [{"label": f"{board.SIGNS[tier]} {at.said(f'group.tier.{tier}')}", "do": "set_tier", "value": tier}]
        for tier in tickets.TIERS
    ]
    _ask(at, at.said("group.ask.tier"), buttons=rows)
    return ""


def _set_tier(at: Press) -> str:
    actions.set_tier(at.work, at.ticket, str(at.value))
    log(at.work, at.ticket, "tier", tier=at.value)
    done = at.said("group.tier_now", tier=at.said(f"group.tier.{at.value}"))
    _settle(at, done)
    return done


def _ask_answer(at: Press) -> str:
    """Saved answers: two beside each other, since each name is short."""
    if not at.ticket.alive:
        raise Refusal("tickets.not_alive")
    known = [{"label": one.names[at.language][:64], "do": "say", "value": one.code} for one in answers.offered(at.work.session)]
    known = known[:MOST]
    _ask(at, at.said("group.ask.answer"), buttons=[known[start : start + 2] for start in range(0, len(known), 2)])
    return ""


def _say(at: Press) -> str:
    answer = answers.find(at.work.session, str(at.value))
    if answer is None:
        raise Refusal("tickets.group.not_there_any_more")
    answers.give(at.work, at.ticket, answer)
    log(at.work, at.ticket, "macro", answer=answer.code)
    _settle(at, answer.names[at.language])
    return answer.names[at.language]


def _resolve(at: Press) -> str:
    """A question is simply over; a complaint needs cause and remedy, which are asked for."""
    if not at.ticket.alive:
        raise Refusal("tickets.not_alive")
    if at.ticket.kind != "complaint":
        actions.close(at.work, at.ticket)
        log(at.work, at.ticket, "close")
        return at.said("group.closed")
    key = "resolve_prevent" if at.ticket.tier in (tickets.SERIOUS, tickets.CRITICAL) else "resolve"
    name = f'<a href="tg://user?id={int(at.person)}">{escape(at.work.by.who)}</a>'
    text = at.work.texts.render(f"tickets.group.ask.{key}", at.language, {})
    _ask(at, f"{name} {text}", asks="resolve", force_reply=True)
    return ""


def _reopen(at: Press) -> str:
    actions.reopen(at.work, at.ticket)
    log(at.work, at.ticket, "reopen")
    return at.said("group.open_again")


def _bot(at: Press) -> str:
    actions.hand_back(at.work, at.ticket)
    log(at.work, at.ticket, "hand_back")
    return at.said("group.bot_answers")


Do = Callable[[Press], str]
# What each button does, and for which roles. Whoever adds one says who may: a test goes through all of them.
BUTTONS: dict[str, tuple[Collection[str], Do]] = {
    "claim": (EVERYBODY, _claim),
    "assign": (EVERYBODY, _ask_who),
    "give": (EVERYBODY, _give),
    "tier": (EVERYBODY, _ask_tier),
    "set_tier": (EVERYBODY, _set_tier),
    "answer": (EVERYBODY, _ask_answer),
    "say": (EVERYBODY, _say),
    "resolve": (EVERYBODY, _resolve),
    "reopen": (EVERYBODY, _reopen),
    "bot": (EVERYBODY, _bot),
}


def _ask(at: Press, html: str, **data: Any) -> None:
    """A question under the card; with buttons, or for a reply."""
    where = board.where(at.work.session, at.chat, at.ticket)
    token = board.token() if data.get("buttons") else None
    board.post(at.work, at.chat, at.ticket, "ask", html, data={**where, **data}, token=token, priority=0)


def _settle(at: Press, done: str) -> None:
    """The question gives way to its answer."""
    data = {name: value for name, value in at.row.data.items() if name in ("topic", "under")}
    text = f"{done} · {at.work.by.who}"
    board.post(at.work, at.chat, at.ticket, "done", escape(text), data=data, edits=at.row.id, priority=0)


# -- answers by a reply -----------------------------------------------------------------------------------------------------


def answered(work: Work, place: Place, question: str, text: str) -> None:
    """Somebody replied to a question of ours. Raises Refusal for an answer that is none; the question stands."""
    if question == "resolve":
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        cause, remedy, prevention = (*lines[:2], *[""] * (2 - len(lines[:2])), "\n".join(lines[2:]))
        actions.resolve(work, place.ticket, cause, remedy, prevention)
        log(work, place.ticket, "resolve")
