"""What staff press under a ticket on Telegram: buttons, what each does and who may, and questions that they answer by a reply.

Whose finger it was is asked anew at every press, from the account that pressed; what a button says of itself counts for nothing.
"""

import re
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.desk import EVERYBODY, MANAGERS
from handlers.dialogue import Refusal, languages
from handlers.dialogue.texts import Texts, escape
from handlers.tickets import actions, answers, board, gift_buttons, muting
from handlers.tickets.answers import Answer
from handlers.tickets.place import Place, check, language_of, log, member_of, work_of
from handlers.tickets.pressing import MOST, Press, ask, settle
from handlers.tickets.word import Heard, Word
from handlers.tickets.work import Work, may_see
from storage import boards, chats, messages, staff, tickets
from storage.staff import Staff

_PRESS = re.compile(r"(![\w-]{8,18})\.(\d{1,3})", re.ASCII)


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
    ask(at, at.said("group.ask.assign"), buttons=rows)
    return ""


def _give(at: Press) -> str:
    to = at.work.session.get(Staff, int(at.value)) if at.value else None
    if at.value and (to is None or to.dismissed_at is not None or not may_see(to, at.ticket)):
        raise Refusal("tickets.group.not_here_any_more")
    actions.assign(at.work, at.ticket, to.id if to else None)
    log(at.work, at.ticket, "assign", to=to.id if to else None)
    done = at.said("group.given_to", who=to.name) if to else at.said("group.given_back")
    settle(at, done)
    return done


def _ask_tier(at: Press) -> str:
    rows = [
        [{"label": f"{board.SIGNS[tier]} {at.said(f'group.tier.{tier}')}", "do": "set_tier", "value": tier}]
        for tier in tickets.TIERS
    ]
    ask(at, at.said("group.ask.tier"), buttons=rows)
    return ""


def _set_tier(at: Press) -> str:
    actions.set_tier(at.work, at.ticket, str(at.value))
    log(at.work, at.ticket, "tier", tier=at.value)
    done = at.said("group.tier_now", tier=at.said(f"group.tier.{at.value}"))
    settle(at, done)
    return done


def _ask_answer(at: Press) -> str:
    """Saved answers: two beside each other, since each name is short."""
    _check_alive(at)
    known = [{"label": one.names[at.language][:64], "do": "say", "value": one.code} for one in _saved(at, macros=False)]
    ask(at, at.said("group.ask.answer"), buttons=[known[start : start + 2] for start in range(0, len(known), 2)])
    return ""


def _ask_macro(at: Press) -> str:
    """Saved answers that do more than answer; the button says what."""
    _check_alive(at)
    rows = []
    for one in _saved(at, macros=True):
        more = [at.said(f"group.macro.{one.afterwards}")] if one.afterwards else []
        more += [f"#{one.tag}"] if one.tag else []
        more += ["🎁"] if one.offer else []
        label = " · ".join([one.names[at.language], *more])
        rows.append([{"label": label[:64], "do": "say", "value": one.code}])
    ask(at, at.said("group.ask.answer"), buttons=rows)
    return ""


def _saved(at: Press, *, macros: bool) -> list[Answer]:
    return [one for one in answers.offered(at.work.session) if one.is_macro == macros][:MOST]


def _check_alive(at: Press) -> None:
    if not at.ticket.alive:
        raise Refusal("tickets.not_alive")


def _say(at: Press) -> str:
    answer = answers.find(at.work.session, str(at.value))
    if answer is None:
        raise Refusal("tickets.group.not_there_any_more")
    answers.give(at.work, at.ticket, answer)
    log(at.work, at.ticket, "macro", answer=answer.code)
    settle(at, answer.names[at.language])
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
    ask(at, f"{name} {text}", asks="resolve", force_reply=True)
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
    "macro": (EVERYBODY, _ask_macro),
    "say": (EVERYBODY, _say),
    "coupon": (EVERYBODY, gift_buttons.ask_gift),
    "gift": (EVERYBODY, gift_buttons.give),
    "grant": (MANAGERS, gift_buttons.grant),
    "decline": (MANAGERS, gift_buttons.decline),
    "resolve": (EVERYBODY, _resolve),
    "reopen": (EVERYBODY, _reopen),
    "bot": (EVERYBODY, _bot),
    "mute": (EVERYBODY, muting.ask_mute),
    "set_mute": (EVERYBODY, muting.set_mute),
}


# -- answers by a reply -----------------------------------------------------------------------------------------------------


def answered(work: Work, place: Place, question: str, text: str) -> None:
    """Somebody replied to a question of ours. Raises Refusal for an answer that is none; the question stands."""
    if question == "resolve":
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        cause, remedy, prevention = (*lines[:2], *[""] * (2 - len(lines[:2])), "\n".join(lines[2:]))
        actions.resolve(work, place.ticket, cause, remedy, prevention)
        log(work, place.ticket, "resolve")
