"""Contact: what a person agreed to, how they want to be written to, and each decision to write or not to write."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, delete, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chats import CHATS, Chat
from storage.consents import holds_since
from storage.customers import Customer
from storage.database import Base, Id, Json, Moment, insert
from storage.messages import CANCELLED, MESSAGES, QUEUED, SENDING, WAITING
from storage.outbox import LEAVING
from storage.tickets import Ticket

SENT, MERGED, HELD_BACK = "sent", "merged", "held_back"
# What is said in one message lies within a day.
_TOGETHER = timedelta(days=1)
# Written out, in the index and in the query that is to find it.
_MERGED = text("verdict = 'merged'")


class Consent(Base):
    """A yes or no to one purpose, never changed: proof of who said it, when, where, and to which text (`version`)."""

    __tablename__ = "consents"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(Moment)


class ContactWish(Base):
    """How a chat wants to be written to. `off`: kinds of pushes that are not wanted; `per_week`, `per_month`: None for the
    shop's own."""

    __tablename__ = "contact_wishes"

    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), primary_key=True)
    off: Mapped[list[str]] = mapped_column(Json)
    per_week: Mapped[int | None] = mapped_column(Integer)
    per_month: Mapped[int | None] = mapped_column(Integer)
    paused_until: Mapped[datetime | None] = mapped_column(Moment)
    timezone: Mapped[str | None] = mapped_column(String(60))
    preferred: Mapped[bool] = mapped_column(Boolean)


class ContactDecision(Base):
    """Why something was sent or not. `key` is that of the push: the same push is decided once."""

    __tablename__ = "contact_decisions"
    __table_args__ = (Index("ix_contact_decisions_merged", "due_at", sqlite_where=_MERGED, postgresql_where=_MERGED),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    kind: Mapped[str] = mapped_column(String(60))
    purpose: Mapped[str] = mapped_column(String(20))
    priority: Mapped[int] = mapped_column(Integer)
    verdict: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime | None] = mapped_column(Moment)
    at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Person:
    """The chats of one person: all that share a customer, else the chat alone."""

    chat_id: int
    customer_id: int | None

    @classmethod
    def of(cls, chat: Chat) -> "Person":
        return cls(chat.id, chat.customer_id)


def say(session: Session, chat: Chat, purpose: str, *, given: bool, version: str, now: datetime) -> None:
    """Writes a yes or no down."""
    who = {"chat_id": chat.id, "customer_id": chat.customer_id, "channel": chat.channel}
    session.add(Consent(**who, purpose=purpose, given=given, version=version, at=now))
    session.flush()


def agreed(session: Session, person: Person) -> dict[str, bool]:
    """The newest yes or no of the person for each purpose that they ever spoke of, in whichever chat; a yes that holds no more
    is none.
    """
    theirs = Consent.chat_id == person.chat_id
    if person.customer_id is not None:
        theirs = or_(theirs, Consent.customer_id == person.customer_id)
    columns = (Consent.purpose, Consent.given, Consent.at, holds_since().label("since"))
    rows = session.execute(select(*columns).where(theirs).order_by(Consent.at, Consent.id)).all()
    # A yes to offers may have been to words that meant something else.
    old = [row.purpose == "marketing" and row.since is not None and row.at < row.since for row in rows]
    return {row.purpose: row.given and not outdated for row, outdated in zip(rows, old, strict=True)}


def last_yes(session: Session, person: Person, purpose: str) -> datetime | None:
    """When the person said yes to it, to whichever words; None where their last word was a no, or there is none."""
    theirs = Consent.chat_id == person.chat_id
    if person.customer_id is not None:
        theirs = or_(theirs, Consent.customer_id == person.customer_id)
    said = select(Consent.given, Consent.at).where(theirs, Consent.purpose == purpose)
    row = session.execute(said.order_by(Consent.at.desc(), Consent.id.desc()).limit(1)).first()
    return row.at if row is not None and row.given else None


def wish(session: Session, chat_id: int) -> ContactWish:
    """How this chat wants it; made with the shop's defaults when it has not said."""
    found = session.get(ContactWish, chat_id)
    return found or ContactWish(
        chat_id=chat_id, off=[], per_week=None, per_month=None, paused_until=None, timezone=None, preferred=False
    )  # fmt: skip


def wishes_of(session: Session, person: Person) -> list[ContactWish]:
    """What the person has said about it, in each chat in which they have."""
    theirs = ContactWish.chat_id == person.chat_id
    if person.customer_id is not None:
        chats = select(CHATS.c.id).where(CHATS.c.customer_id == person.customer_id)
        theirs = or_(theirs, ContactWish.chat_id.in_(chats))
    return list(session.scalars(select(ContactWish).where(theirs).order_by(ContactWish.chat_id)))


def prefer(session: Session, wishes: ContactWish, person: Person) -> None:
    """From now on this chat of the person comes first."""
    if person.customer_id is not None:
        theirs = select(CHATS.c.id).where(CHATS.c.customer_id == person.customer_id)
        session.execute(update(ContactWish).where(ContactWish.chat_id.in_(theirs)).values(preferred=False))
    wishes.preferred = True


def preferred(session: Session, customer_id: int) -> int | None:
    """The chat in which this customer wants to be written to."""
    theirs = select(ContactWish.chat_id).join(CHATS, CHATS.c.id == ContactWish.chat_id)
    return session.scalars(theirs.where(CHATS.c.customer_id == customer_id, ContactWish.preferred).limit(1)).one_or_none()


def preferred_of(session: Session, customer_ids: Collection[int]) -> dict[int, int]:
    """The chats in which these customers want to be written to, of those who have said so."""
    theirs = select(CHATS.c.customer_id, ContactWish.chat_id).join(CHATS, CHATS.c.id == ContactWish.chat_id)
    rows = session.execute(theirs.where(CHATS.c.customer_id.in_(customer_ids), ContactWish.preferred))
    return {row.customer_id: row.chat_id for row in rows}


def decided(session: Session, key: str) -> ContactDecision | None:
    return session.scalars(select(ContactDecision).where(ContactDecision.key == key)).one_or_none()


def decided_since(session: Session, keys: Collection[str], since: datetime) -> bool:
    """Whether one of these was decided after that moment."""
    query = select(ContactDecision.id).where(ContactDecision.key.in_(keys), ContactDecision.at > since)
    return session.scalars(query.limit(1)).one_or_none() is not None


def write_down(session: Session, **decision: object) -> bool:
    """Keeps a decision; False when the key was decided before, by another worker perhaps."""
    row = insert(session, ContactDecision.__table__).values(**decision)
    new = row.on_conflict_do_nothing(index_elements=["key"]).returning(ContactDecision.__table__.c.id)
    return session.execute(new).one_or_none() is not None


def chats_merged(session: Session, keys: Collection[str]) -> set[int]:
    """The chats in which one of these was put into another message."""
    merged = select(ContactDecision.chat_id).where(ContactDecision.key.in_(keys), ContactDecision.verdict == MERGED)
    return set(session.scalars(merged))


def merged_like(session: Session, prefix: str, since: datetime) -> list[str]:
    """The keys that begin so, of what was put into another message and was due after `since`."""
    merged = (_MERGED, ContactDecision.due_at > since)
    query = select(ContactDecision.key).where(*merged, ContactDecision.key.startswith(prefix, autoescape=True))
    return list(session.scalars(query))


def decided_like(session: Session, person: Person, prefix: str) -> list[str]:
    """The keys that begin so, of what was decided about this person."""
    theirs = ContactDecision.chat_id == person.chat_id
    if person.customer_id is not None:
        theirs = or_(theirs, ContactDecision.customer_id == person.customer_id)
    query = select(ContactDecision.key).where(theirs, ContactDecision.key.startswith(prefix, autoescape=True))
    return list(session.scalars(query))


def sent_to(session: Session, person: Person, purpose: str, since: datetime) -> list[tuple[datetime, int, str]]:
    """(when due, priority, key) of what this person was sent or will be, of one purpose and in all their chats, oldest first.

    What went along in the message of another that day is none of its own, as long as that other is in it.
    """
    theirs = ContactDecision.chat_id == person.chat_id
    if person.customer_id is not None:
        theirs = or_(theirs, ContactDecision.customer_id == person.customer_id)
    columns = (ContactDecision.due_at, ContactDecision.priority, ContactDecision.key, ContactDecision.verdict)
    query = select(*columns).where(theirs, ContactDecision.purpose == purpose, ContactDecision.verdict.in_((SENT, MERGED)))
    found: list[tuple[datetime, int, str]] = []
    # Those that have a message of their own come first.
    rows = session.execute(query.where(ContactDecision.due_at >= since)).all()
    for due, priority, key, verdict in sorted(rows, key=lambda row: (row.verdict == MERGED, row.due_at)):
        if due is not None and (verdict == SENT or all(abs(due - other) >= _TOGETHER for other, _, _ in found)):
            found.append((due, priority, key))
    return sorted(found)


def hold_back(session: Session, keys: Collection[str], reason: str) -> None:
    """What had been decided to be sent is not, after all."""
    session.execute(update(ContactDecision).where(ContactDecision.key.in_(keys)).values(verdict=HELD_BACK, reason=reason))


def coming(session: Session, person: Person, kind: str, now: datetime) -> list[str]:
    """The keys of what this person is to be sent of one kind after `now`."""
    theirs = ContactDecision.chat_id == person.chat_id
    if person.customer_id is not None:
        theirs = or_(theirs, ContactDecision.customer_id == person.customer_id)
    later = (ContactDecision.kind == kind, ContactDecision.verdict.in_((SENT, MERGED)), ContactDecision.due_at > now)
    return list(session.scalars(select(ContactDecision.key).where(theirs, *later)))


def decided_for(session: Session, keys: Collection[str], chat_id: int) -> None:
    """It goes to another chat of the person than was thought."""
    session.execute(update(ContactDecision).where(ContactDecision.key.in_(keys)).values(chat_id=chat_id))


def forget_decisions(session: Session, keys: Collection[str]) -> None:
    """It is to be decided anew."""
    session.execute(delete(ContactDecision).where(ContactDecision.key.in_(keys)))


def latest(session: Session, person: Person, limit: int) -> list[ContactDecision]:
    theirs = ContactDecision.chat_id == person.chat_id
    if person.customer_id is not None:
        theirs = or_(theirs, ContactDecision.customer_id == person.customer_id)
    return list(session.scalars(select(ContactDecision).where(theirs).order_by(ContactDecision.id.desc()).limit(limit)))


def born(session: Session, person: Person) -> date | None:
    """Their birthday, if it is on file."""
    if person.customer_id is None:
        return None
    return session.scalars(select(Customer.birthday).where(Customer.id == person.customer_id)).one_or_none()


def has_open_complaint(session: Session, person: Person) -> bool:
    chats = select(CHATS.c.id).where(CHATS.c.id == person.chat_id)
    if person.customer_id is not None:
        chats = select(CHATS.c.id).where(or_(CHATS.c.id == person.chat_id, CHATS.c.customer_id == person.customer_id))
    complaint = (Ticket.chat_id.in_(chats), Ticket.kind == "complaint", Ticket.status.not_in(("resolved", "closed")))
    return session.scalars(select(Ticket.id).where(*complaint).limit(1)).one_or_none() is not None


def cancel_marketing(session: Session, person: Person) -> list[str]:
    """Takes back every offer to this person that has not begun to leave, also in a courier's hand; under which keys they were."""
    chats = CHATS.c.id == person.chat_id
    if person.customer_id is not None:
        chats = or_(chats, CHATS.c.customer_id == person.customer_id)
    waiting = MESSAGES.c.status.in_((QUEUED, WAITING, SENDING)) & (MESSAGES.c.purpose == "marketing")
    waiting &= MESSAGES.c.error.is_distinct_from(LEAVING)
    theirs = MESSAGES.c.chat_id.in_(select(CHATS.c.id).where(chats))
    gone = MESSAGES.update().where(theirs, waiting).values(status=CANCELLED, error="stopped")
    found = session.connection().execute(gone.returning(MESSAGES.c.key, MESSAGES.c.data)).all()
    return [key for row in found for key in ([part["key"] for part in row.data.get("parts", [])] or [row.key]) if key]
