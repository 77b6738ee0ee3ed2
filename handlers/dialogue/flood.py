"""Floods: who sends without pause is not answered each time, slows nobody else down, and does not fill the database."""

from datetime import datetime, timedelta
from enum import Enum

from handlers.dialogue.incoming import Incoming
from storage.chats import Chat

WINDOW = timedelta(seconds=1)
CALM = timedelta(seconds=3)
# Words take longer to make than a tap on a button.
MOST = {"start": 2, "text": 2, "press": 5}
# At the terminal sits whoever runs the shop, perhaps with a file of questions.
UNGUARDED = ("terminal",)
# More than one in two seconds, for a whole hour: no person has so much to say, and a program fills no disk with it.
HOUR, MOST_AN_HOUR = timedelta(hours=1), 2000


class Verdict(Enum):
    GO = "go"
    WARN = "warn"
    SILENT = "silent"


def judge(chat: Chat, incoming: Incoming, now: datetime) -> Verdict:
    """More than two messages, or five taps, within a second are a flood: one warning, then silence until three seconds are calm.

    The words are written down all the same. Photos of an album come at once and do not count.
    """
    opened = incoming.kind == "start" and not incoming.text  # a page, by itself; "/start" is typed
    if incoming.kind not in MOST or opened or incoming.channel in UNGUARDED:
        return Verdict.GO
    most = MOST[incoming.kind]
    flooding = chat.burst > most
    since = now - chat.burst_at if chat.burst_at else CALM
    if not timedelta(0) <= since < (CALM if flooding else WINDOW):
        chat.burst_at, chat.burst = now, 1
        return Verdict.GO
    chat.burst += 1
    if flooding:
        chat.burst_at = now  # each further message keeps the silence going
        return Verdict.SILENT
    return Verdict.WARN if chat.burst > most else Verdict.GO


def count(chat: Chat, incoming: Incoming, now: datetime) -> int:
    """Counts one more of this hour, of whatever kind. When a new hour begins: how many of the last one were not kept."""
    if incoming.channel in UNGUARDED:
        return 0
    lost = 0
    if chat.hour_at is None or not timedelta(0) <= now - chat.hour_at < HOUR:
        lost = max(0, chat.hour - MOST_AN_HOUR)
        chat.hour_at, chat.hour = now, 0
    chat.hour += 1
    return lost


def is_full(chat: Chat) -> bool:
    """Whether what they send is only counted until the hour is over."""
    return chat.hour > MOST_AN_HOUR


def is_to_be_told(chat: Chat, now: datetime) -> bool:
    """At the first that is too many; whoever is in the middle of a burst has just been told to slow down."""
    flooding = chat.burst > MOST["text"] and chat.burst_at is not None and timedelta(0) <= now - chat.burst_at < CALM
    return chat.hour == MOST_AN_HOUR + 1 and not flooding


def minutes_left(chat: Chat, now: datetime) -> int:
    """Until something is kept again; one at least."""
    assert chat.hour_at
    return max(1, -((now - chat.hour_at - HOUR) // timedelta(minutes=1)))
