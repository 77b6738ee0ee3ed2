"""Sealing: every few seconds what is new in the log and in the tickets' history is chained to what was there before."""

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue.texts import Texts
from storage import seals

log = logging.getLogger(__name__)

# On SQLite others wait for a transaction: so many lines, a backlog only after an upgrade, take a tenth of a second.
AT_ONCE = 1000


def due(session: Session, _now: datetime) -> Sequence[int]:
    return [0] if seals.waits(session) else []


def seal(session: Session, _number: int, _texts: Texts, now: datetime) -> None:
    """One seal a day also goes to the program's own log, which lies elsewhere: `bayline doctor --seal` compares it."""
    before = seals.newest(session)
    newest = seals.seal(session, now, AT_ONCE)
    if newest and (before is None or before.sealed_at.date() < newest.sealed_at.date()):
        log.info("the log of who did what is sealed up to %s:%s", newest.id, newest.digest[:16])
