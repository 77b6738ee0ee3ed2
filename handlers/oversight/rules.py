"""What one person may do alone, and when it is night: pure rules on values."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from handlers.tickets import sla

# What is about people; the rest of what can be exported is the shop's own.
PEOPLE = ("customers", "vehicles", "visits")
# So long a question may be answered, and so long a yes may be used.
ASKED, GRANTED = timedelta(hours=1), timedelta(minutes=30)
ENOUGH_DECIDERS = 2
MANY_TICKETS = 10


def is_night(hours: Iterable[sla.Hours], now: datetime) -> bool:
    """Whether no store is open; a shop without stores has no night."""
    known = list(hours)
    return bool(known) and not any(sla.is_open(one, now) for one in known)


def needs_second(rows: int, alone: int, deciders: int) -> bool:
    """`alone`: so many rows one person may take. Where there is no second person nobody can be asked, and it is told instead."""
    return rows > alone and deciders >= ENOUGH_DECIDERS


def is_alarming(rows: int, alone: int, *, night: bool) -> bool:
    return rows > alone or (night and rows > 0)
