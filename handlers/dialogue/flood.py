"""Floods: one person who sends without pause is not answered each time, and nobody else is slowed down."""

from datetime import datetime, timedelta
from enum import Enum

from handlers.dialogue.incoming import Incoming
from storage.chats import Chat

WINDOW = timedelta(seconds=2)
CALM = timedelta(seconds=3)
MOST = 5
# At the terminal sits whoever runs the shop, perhaps with a file of questions.
UNGUARDED = ("terminal",)


class Verdict(Enum):
    GO = "go"
    WARN = "warn"
    SILENT = "silent"


def judge(chat: Chat, incoming: Incoming, now: datetime) -> Verdict:
    """More than five messages within two seconds are a flood: one warning, then silence until three seconds are calm.

    The words are written down all the same. Photos of an album come at once and do not count.
    """
    if incoming.kind not in ("text", "press") or incoming.channel in UNGUARDED:
        return Verdict.GO
    flooding = chat.burst > MOST
    since = now - chat.burst_at if chat.burst_at else CALM
    if not timedelta(0) <= since < (CALM if flooding else WINDOW):
        chat.burst_at, chat.burst = now, 1
        return Verdict.GO
    chat.burst += 1
    if flooding:
        chat.burst_at = now  # each further message keeps the silence going
        return Verdict.SILENT
    return Verdict.WARN if chat.burst > MOST else Verdict.GO
