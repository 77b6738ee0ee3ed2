"""Muting: for a while staff do not hear what somebody writes who floods or insults them; a danger is heard all the same.

It is the chat that is muted. What is written is kept in it, its buttons and the commands of people's rights go on working, and
it is told once.
"""

from datetime import timedelta

from handlers.dialogue import Refusal
from handlers.tickets.place import log
from handlers.tickets.pressing import Press, ask, settle
from handlers.tickets.work import Work
from storage.tickets import Ticket

# Hours that may be chosen; 0: until somebody lifts it.
HOURS = (1, 24, 168, 0)
_FOR_GOOD = timedelta(days=36_500)


def mute(work: Work, ticket: Ticket, hours: int) -> None:
    """Raises Refusal for hours that are none of `HOURS`."""
    if hours not in HOURS:
        raise Refusal("tickets.mute.choose")
    with work.holding(ticket) as (chat, ticket):
        again = chat.muted_until is not None and chat.muted_until > work.now
        chat.muted_until = work.now + (timedelta(hours=hours) if hours else _FOR_GOOD)
        work.event(ticket, "muted", hours=hours)
        if not again:
            key = "mute.told_until" if hours else "mute.told"
            work.say(chat, work.text(chat, key, when=work.when(chat, ticket, chat.muted_until)))


def lift(work: Work, ticket: Ticket) -> None:
    """They are heard again; nothing happens where nobody was muted."""
    with work.holding(ticket) as (chat, ticket):
        if chat.muted_until is None or chat.muted_until <= work.now:
            return
        chat.muted_until = None
        work.event(ticket, "unmuted")
        work.say(chat, work.text(chat, "mute.lifted"))


# -- on Telegram ------------------------------------------------------------------------------------------------------------


def ask_mute(at: Press) -> str:
    rows = [[{"label": at.said(f"mute.for.{hours}"), "do": "set_mute", "value": hours}] for hours in HOURS]
    rows.append([{"label": at.said("mute.lift"), "do": "set_mute", "value": -1}])
    ask(at, at.said("mute.ask"), buttons=rows)
    return ""


def set_mute(at: Press) -> str:
    """-1 lifts it."""
    hours = int(at.value)
    if hours < 0:
        lift(at.work, at.ticket)
    else:
        mute(at.work, at.ticket, hours)
    log(at.work, at.ticket, "unmute" if hours < 0 else "mute", hours=hours)
    done = at.said("mute.is_lifted" if hours < 0 else "mute.done")
    settle(at, done)
    return done
