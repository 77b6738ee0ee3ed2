"""A hold from begin to end: what a restored database may not say by itself until a person has looked."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers import FEATURES
from handlers.dialogue.shop import load as load_shop
from handlers.dialogue.texts import Texts
from handlers.privacy import actions as privacy
from handlers.reminders import rulebook
from storage import campaigns, erasures, holds, pushes
from storage.holds import Hold

RESTORED = "restored"


def begin(session: Session, now: datetime) -> Hold:
    """Puts aside what was unsent, pauses campaigns, and takes today's look at the customers as done where its hour has come:
    before the restore it was perhaps, and offers of a rule are not to go out twice."""
    hold = holds.begin(session, RESTORED, now)
    campaigns.pause_all(session, RESTORED)
    pushes.end_signals(session, now)
    book = rulebook.load(session)
    for zone in {store.timezone for store in load_shop(session).stores}:
        local = now.astimezone(ZoneInfo(zone))
        if local.time() >= book.figures.look_at:
            pushes.skip_sweep(session, zone, local.date(), book.version, now)
    return hold


def forget_again(session: Session, whos: list[list[list[Any]]], now: datetime) -> None:
    """Whoever was forgotten after this backup was made is forgotten in it, too."""
    known = erasures.done(session)
    texts = Texts(["dialogue", "desk", *(feature.name for feature in FEATURES)])
    for row in erasures.bring_along(session, [who for who in whos if who not in known], now):
        privacy.do(session, load_shop(session), texts, row.id, now)


def told(session: Session, hold: Hold) -> list[str]:
    """Lines that say what lies aside."""
    found = holds.counts(session, hold)
    perhaps = {purpose: number for (purpose, was_due), number in found.items() if was_due}
    surely = {purpose: number for (purpose, was_due), number in found.items() if not was_due}
    return [
        f"  {sum(numbers.values())} {what}" + (f" ({_listed(numbers)})" if numbers else "")
        for numbers, what in (
            (perhaps, "messages were due already, and may have been sent before"),
            (surely, "messages are due later, so they have not been sent"),
        )
    ]


def end(session: Session, now: datetime, *, send: bool, hours: int = 24) -> tuple[int, int] | None:
    """(going out, never going out); None when nothing is held. `hours`: what was due longer ago is not sent either."""
    hold = holds.now_open(session)
    if hold is None:
        return None
    since = hold.begun_at - timedelta(hours=hours)
    return holds.end(session, hold, now, send_due_after=since if send else None)


def _listed(numbers: dict[str, int]) -> str:
    return ", ".join(f"{purpose} {number}" for purpose, number in sorted(numbers.items()))
