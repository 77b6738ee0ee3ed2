"""Holds: after a restore nothing old goes out until a person says so. What had not been sent lies aside as `held`."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, String, Update, case, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chats import CHATS
from storage.database import Base, Id, Moment
from storage.messages import CANCELLED, HELD, MESSAGES, QUEUED, SENDING, WAITING

SENT, DROPPED = "sent", "dropped"
# What nobody waits for gets so long, in which it is looked whether it is still true.
_LOOK = timedelta(minutes=2)


class Hold(Base):
    """While one is open, nothing is said that nobody asked for. `outcome`: what became of what lay aside."""

    __tablename__ = "holds"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    reason: Mapped[str] = mapped_column(String(40))
    begun_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str] = mapped_column(String(10))


_OPEN = select(Hold).where(Hold.ended_at.is_(None)).order_by(Hold.id).limit(1)


def now_open(session: Session) -> Hold | None:
    return session.scalars(_OPEN).one_or_none()


def begin(session: Session, reason: str, now: datetime) -> Hold:
    """Puts everything aside that has not been sent; the hold, a new one unless there is one already."""
    hold = now_open(session)
    if hold is None:
        hold = Hold(reason=reason, begun_at=now, outcome="")
        session.add(hold)
    unsent = MESSAGES.c.status.in_((QUEUED, SENDING, WAITING))
    session.connection().execute(update(MESSAGES).where(unsent).values(status=HELD, claimed_by=None, lease_until=None))
    session.flush()
    return hold


def counts(session: Session, hold: Hold) -> dict[tuple[str, bool], int]:
    """What lies aside, by purpose and whether it was due when the hold began: then it may have been sent before."""
    due = MESSAGES.c.due_at <= hold.begun_at
    query = select(MESSAGES.c.purpose, due, func.count()).where(MESSAGES.c.status == HELD).group_by(MESSAGES.c.purpose, due)
    return {(purpose, bool(was_due)): number for purpose, was_due, number in session.connection().execute(query)}


def end(session: Session, hold: Hold, now: datetime, *, send_due_after: datetime | None = None) -> tuple[int, int]:
    """How many go out again and how many never do.

    What became due only after the hold began cannot have been sent, so it goes out in its time. What was due before may have
    been: it goes out only if it was due after `send_due_after`. An offer never does: nobody is to get it twice.
    """
    m = MESSAGES.c
    aside = m.status == HELD
    goes = m.due_at > (hold.begun_at if send_due_after is None else min(send_due_after, hold.begun_at))
    goes &= m.purpose != "marketing"
    # A page shows what has a newer number, and `messages.release` gives it one.
    status = case((m.chat_id.in_(select(CHATS.c.id).where(CHATS.c.pulls)), WAITING), else_=QUEUED)
    due = case(((m.priority > 0) & (m.due_at < now + _LOOK), now + _LOOK), else_=m.due_at)
    going = _changed(session, update(MESSAGES).where(aside, goes).values(status=status, due_at=due))
    never = _changed(session, update(MESSAGES).where(aside).values(status=CANCELLED, error=hold.reason))
    outcome = DROPPED if send_due_after is None else SENT
    session.execute(update(Hold).where(Hold.ended_at.is_(None)).values(ended_at=now, outcome=outcome))
    return going, never


def _changed(session: Session, statement: Update) -> int:
    result = session.connection().execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount
