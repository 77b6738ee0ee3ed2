"""Tickets: matters that wait for a person, what was said in each, and when their clocks stood still."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    Select,
    String,
    Text,
    bindparam,
    case,
    delete,
    false,
    func,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment, insert
from storage.messages import CANCELLED, MESSAGES, Message
from storage.parts import PartsWait
from storage.prepared import Prepared
from storage.staff import Staff

QUESTION, MINOR, SERIOUS, CRITICAL = "question", "minor", "serious", "critical"
TIERS = (QUESTION, MINOR, SERIOUS, CRITICAL)
# open → answered → waiting_customer → resolved → closed; reopened is open once more; merged ones live on in another ticket.
OPEN, ANSWERED, WAITING, RESOLVED, CLOSED = "open", "answered", "waiting_customer", "resolved", "closed"
REOPENED, MERGED = "reopened", "merged"
ALIVE = (OPEN, ANSWERED, WAITING, REOPENED)

# No letters or digits that are read wrongly on the phone.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_TOKEN = 10


class Ticket(Base):
    """A matter of one chat. Times are aware UTC.

    `token`: what the customer is told and links carry; random, so that nobody can count or guess. `kind`: question | complaint |
    error | booking. `tier`: question | minor | serious | critical. `reasons`: rules that chose the tier, [[code, words], …].
    `severity`, `wish`: the customer's own words for how bad it is and what they want. `phone`: E.164, where they want a call.
    `error`: the number that was said in an apology. `staff_id`: who has it.

    `response_from`, `solution_from`: where the two clocks began; the `…_due` are None when there is no promise or it stands
    still. `response_alarm`, `solution_alarm`: 0 nothing yet, 1 warned, 2 broken. `look_at`: when the sweep must look next.
    `reckoned_with`: the revisions of the rules that the times were made from.
    `unplaced`: nobody was at work who could have had it; whoever comes gets it (one that somebody put back waits for a hand).
    `answered_at`: the first answer since it was opened or reopened. `unanswered`: customer messages since staff last wrote.
    """

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_look_at", "look_at"),
        Index("ix_tickets_staff", "staff_id", "status"),
        Index("ix_tickets_unplaced", "id", sqlite_where=text("unplaced"), postgresql_where=text("unplaced")),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    token: Mapped[str] = mapped_column(String(20), unique=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"), index=True)
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"))
    appointment_id: Mapped[int | None] = mapped_column(ForeignKey("appointments.id"))
    kind: Mapped[str] = mapped_column(String(20))
    tier: Mapped[str] = mapped_column(String(10))
    category: Mapped[str | None] = mapped_column(String(40))
    reasons: Mapped[list[Any]] = mapped_column(Json)
    status: Mapped[str] = mapped_column(String(20), index=True)
    summary: Mapped[str] = mapped_column(Text)
    severity: Mapped[str | None] = mapped_column(String(20))
    wish: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(String(20))
    error: Mapped[str | None] = mapped_column(String(20))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    unplaced: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    cause: Mapped[str | None] = mapped_column(Text)
    remedy: Mapped[str | None] = mapped_column(Text)
    prevention: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(Moment)
    response_from: Mapped[datetime] = mapped_column(Moment)
    solution_from: Mapped[datetime] = mapped_column(Moment)
    first_response_due: Mapped[datetime | None] = mapped_column(Moment)
    solution_due: Mapped[datetime | None] = mapped_column(Moment)
    response_alarm: Mapped[int] = mapped_column(Integer, default=0)
    solution_alarm: Mapped[int] = mapped_column(Integer, default=0)
    look_at: Mapped[datetime | None] = mapped_column(Moment)
    reckoned_with: Mapped[str] = mapped_column(String(40), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    heard_at: Mapped[datetime | None] = mapped_column(Moment)  # the customer's last words
    unanswered: Mapped[int] = mapped_column(Integer, default=0)
    reopened: Mapped[int] = mapped_column(Integer, default=0)
    resolved_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    merged_into: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    rating: Mapped[int | None] = mapped_column(Integer)  # stars of the customer, 1 to 5

    @property
    def alive(self) -> bool:
        """Somebody still has to do something about it."""
        return self.status in ALIVE


class TicketMessage(Base):
    """Which ticket a message of the transcript is about: one at the most. A merged ticket keeps its messages."""

    __tablename__ = "ticket_messages"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)


class TicketPause(Base):
    """A span in which the solution's clock stands still, because it is the customer's turn. `ended_at` None: it still does."""

    __tablename__ = "ticket_pauses"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class TicketEvent(Base):
    """One line of a ticket's history, never changed and never removed: the database refuses both.

    `who`: a name, "customer" or "bot". `place`: web, telegram, console, terminal, bot … `what`: a verb such as "claimed";
    `detail`: what it was before and is now. No words of the customer stand here.
    """

    __tablename__ = "ticket_events"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(80))
    staff_id: Mapped[int | None] = mapped_column(Id)
    place: Mapped[str] = mapped_column(String(20))
    what: Mapped[str] = mapped_column(String(30))
    detail: Mapped[dict[str, Any]] = mapped_column(Json)


class TicketNote(Base):
    """What staff write for each other. It is a table of its own, which nothing that talks to customers ever reads."""

    __tablename__ = "ticket_notes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    who: Mapped[str] = mapped_column(String(80))
    staff_id: Mapped[int | None] = mapped_column(Id)
    text: Mapped[str] = mapped_column(Text)


def new_token() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_TOKEN))


# -- finding ----------------------------------------------------------------------------------------------------------------


def get(session: Session, ticket_id: int) -> Ticket | None:
    return session.get(Ticket, ticket_id)


def by_token(session: Session, token: str) -> Ticket | None:
    return session.scalars(select(Ticket).where(Ticket.token == token.strip().upper()[:20])).one_or_none()


def lock(session: Session, ticket_id: int) -> Ticket:
    """The ticket as it is now, locked until the transaction ends. Lock its chat first: that is the order everywhere."""
    query = select(Ticket).where(Ticket.id == ticket_id).with_for_update().execution_options(populate_existing=True)
    return session.scalars(query).one()


def of_chat(session: Session, chat_id: int, limit: int = 20) -> list[Ticket]:
    """The newest first; merged ones left out."""
    query = select(Ticket).where(Ticket.chat_id == chat_id, Ticket.status != MERGED).order_by(Ticket.id.desc())
    return list(session.scalars(query.limit(limit)))


def of_customer(session: Session, customer_id: int, limit: int = 50) -> list[Ticket]:
    """In all their chats, the newest first; merged ones left out."""
    query = select(Ticket).where(Ticket.customer_id == customer_id, Ticket.status != MERGED).order_by(Ticket.id.desc())
    return list(session.scalars(query.limit(limit)))


_OPEN_OF = Prepared(
    lambda _: (
        select(Ticket.id, Ticket.kind)
        .where(Ticket.chat_id == bindparam("chat"), or_(*(Ticket.status == alive for alive in ALIVE)))
        .order_by(Ticket.id.desc())
    ),
    takes=["chat"],
    returns=[column for column in Ticket.metadata.tables[Ticket.__tablename__].columns if column.name in ("id", "kind")],
)


def open_of(session: Session, chat_id: int, kinds: Collection[str] = ()) -> Ticket | None:
    """The newest ticket of the chat that waits for somebody. Asked at every message, and mostly there is none."""
    if session.new or session.dirty:
        session.flush()
    found = (number for number, kind in _OPEN_OF.rows(session, {"chat": chat_id}) if not kinds or kind in kinds)
    number = next(found, None)
    return None if number is None else session.get(Ticket, number)


def parts_of(session: Session, ticket_id: int) -> list[Ticket]:
    """Tickets that were merged into this one."""
    return list(session.scalars(select(Ticket).where(Ticket.merged_into == ticket_id).order_by(Ticket.id)))


def ended_since(session: Session, chat_id: int, since: datetime) -> Ticket | None:
    """The ticket of this chat that was resolved last, if that was not before `since`: what may still be reopened."""
    ended = func.coalesce(Ticket.resolved_at, Ticket.closed_at)
    query = select(Ticket).where(Ticket.chat_id == chat_id, Ticket.status.in_((RESOLVED, CLOSED)), ended >= since)
    return session.scalars(query.order_by(ended.desc(), Ticket.id.desc()).limit(1)).one_or_none()


def waiting(session: Session) -> list[Ticket]:
    """Everything that waits for somebody: the worst tier first, then what is due first."""
    found = session.scalars(select(Ticket).where(Ticket.status.in_(ALIVE)))
    return sorted(
        found, key=lambda t: (-TIERS.index(t.tier), next_due(t) or datetime.max.replace(tzinfo=t.opened_at.tzinfo), t.id)
    )


def waiting_in(session: Session, stores: Collection[int] | None, limit: int) -> list[Ticket]:
    """What waits for somebody in these stores (None: in all) or in no store yet, oldest first."""
    query = select(Ticket).where(Ticket.status.in_(ALIVE))
    if stores is not None:
        query = query.where(Ticket.store_id.is_(None) | Ticket.store_id.in_(stores))
    return list(session.scalars(query.order_by(Ticket.opened_at, Ticket.id).limit(limit)))


def next_due(ticket: Ticket) -> datetime | None:
    """The promise that is due next: the first answer as long as there is none, then the solution."""
    return ticket.solution_due if ticket.answered_at else ticket.first_response_due or ticket.solution_due


def _looked_at(*why: ColumnElement[bool]) -> Select[int]:
    return select(Ticket.id).where(*why).order_by(Ticket.look_at, Ticket.id).limit(bindparam("most"))


_GONE = Ticket.staff_id.in_(select(Staff.id).where(Staff.dismissed_at.is_not(None)))
# Put together once, for they are asked every five seconds. Two, for each has an index: one would read every ticket that ever was.
_ALARMS = _looked_at(Ticket.look_at <= bindparam("now"))
_STALE = _looked_at(Ticket.status.in_(ALIVE), or_(Ticket.reckoned_with != bindparam("rules"), _GONE))


def to_look_at(session: Session, now: datetime, rules: str, limit: int = 200) -> list[int]:
    """Tickets with an alarm due, with times that were made from older rules, or with somebody who does not work here any more."""
    alarms = session.scalars(_ALARMS, {"now": now, "most": limit}).all()
    others = session.scalars(_STALE, {"rules": rules, "most": limit}).all()
    return list(dict.fromkeys([*alarms, *others]))[:limit]


def load_of(session: Session, staff_ids: Collection[int]) -> dict[int, int]:
    """How many living tickets each of these people has."""
    theirs = (Ticket.staff_id.in_(staff_ids), Ticket.status.in_(ALIVE))
    query = select(Ticket.staff_id, func.count()).where(*theirs).group_by(Ticket.staff_id)
    return {staff_id: number for staff_id, number in session.execute(query) if staff_id is not None}


_UNPLACED = (Ticket.unplaced.is_(true()), Ticket.staff_id.is_(None), Ticket.status.in_(ALIVE), Ticket.tier.in_(TIERS))
_WAITING = select(Ticket).where(*_UNPLACED).order_by(Ticket.id).limit(bindparam("most"))


def unplaced(session: Session, limit: int = 500) -> list[Ticket]:
    """What waits for somebody to come to work, the worst tier first, then the oldest."""
    found = session.scalars(_WAITING, {"most": limit})
    return sorted(found, key=lambda ticket: (-TIERS.index(ticket.tier), ticket.id))


def held_by(session: Session, staff_id: int) -> list[Ticket]:
    query = select(Ticket).where(Ticket.staff_id == staff_id, Ticket.status.in_(ALIVE)).order_by(Ticket.id)
    return list(session.scalars(query))


# -- changing ---------------------------------------------------------------------------------------------------------------


def claim(session: Session, ticket_id: int, staff_id: int) -> bool:
    """Gives a ticket that nobody has to this person; False when somebody was faster. One statement decides."""
    free = (Ticket.id == ticket_id) & Ticket.staff_id.is_(None) & Ticket.status.in_(ALIVE)
    done = session.execute(update(Ticket).where(free).values(staff_id=staff_id).returning(Ticket.id)).one_or_none()
    return done is not None


def history(session: Session, ticket_id: int) -> Sequence[TicketEvent]:
    """Oldest first."""
    return session.scalars(select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)).all()


def last_event(session: Session, ticket_id: int, what: str) -> TicketEvent | None:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id, TicketEvent.what == what)
    return session.scalars(query.order_by(TicketEvent.id.desc()).limit(1)).one_or_none()


def notes(session: Session, ticket_id: int) -> Sequence[TicketNote]:
    """Of the ticket and of those merged into it, oldest first."""
    query = select(TicketNote).where(TicketNote.ticket_id.in_(_family(ticket_id)))
    return session.scalars(query.order_by(TicketNote.at, TicketNote.id)).all()


# -- what was said ----------------------------------------------------------------------------------------------------------


def link(session: Session, ticket_id: int, message_ids: Iterable[int]) -> None:
    """These messages are about this ticket; one that is about another already stays there."""
    rows = [{"message_id": message_id, "ticket_id": ticket_id} for message_id in message_ids]
    if rows:
        session.execute(insert(session, TicketMessage.__table__).on_conflict_do_nothing(index_elements=["message_id"]), rows)


def about(session: Session, message_id: int) -> int | None:
    """The ticket that a message is about; of a merged one, what it became part of."""
    query = select(func.coalesce(Ticket.merged_into, Ticket.id)).join(TicketMessage, TicketMessage.ticket_id == Ticket.id)
    return session.scalar(query.where(TicketMessage.message_id == message_id))


def events_after(session: Session, ticket_id: int, what: str, after: int) -> Sequence[TicketEvent]:
    query = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id, TicketEvent.what == what, TicketEvent.id > after)
    return session.scalars(query.order_by(TicketEvent.id)).all()


def relink(session: Session, message_ids: Collection[int], ticket_id: int) -> None:
    """These messages were about another matter after all."""
    theirs = TicketMessage.message_id.in_(message_ids)
    session.execute(delete(TicketMessage).where(theirs))
    link(session, ticket_id, message_ids)


def linked_since(session: Session, ticket_id: int, since: datetime) -> list[int]:
    """What the customer has said about it since then."""
    query = (
        select(MESSAGES.c.id)
        .join(TicketMessage, TicketMessage.message_id == MESSAGES.c.id)
        .where(TicketMessage.ticket_id == ticket_id, MESSAGES.c.created_at >= since, MESSAGES.c.status == "received")
    )
    return list(session.scalars(query.order_by(MESSAGES.c.id)))


def thread(session: Session, ticket_id: int) -> list[Message]:
    """Everything said about the ticket and those merged into it, oldest first; cancelled rows left out."""
    query = (
        select(MESSAGES)
        .join(TicketMessage, TicketMessage.message_id == MESSAGES.c.id)
        .where(TicketMessage.ticket_id.in_(_family(ticket_id)), MESSAGES.c.status != CANCELLED)
        .order_by(MESSAGES.c.created_at, MESSAGES.c.id)
    )
    return [Message(*row) for row in session.connection().execute(query)]


def last_reply(session: Session, ticket_id: int) -> int:
    """The id of the newest message of staff in the thread, 0 when there is none."""
    query = (
        select(func.max(MESSAGES.c.id))
        .join(TicketMessage, TicketMessage.message_id == MESSAGES.c.id)
        .where(TicketMessage.ticket_id.in_(_family(ticket_id)), MESSAGES.c.purpose == "service", MESSAGES.c.feature == "tickets")
    )
    return session.scalar(query) or 0


def _family(ticket_id: int) -> Any:
    return select(Ticket.id).where(or_(Ticket.id == ticket_id, Ticket.merged_into == ticket_id))


# -- pauses -----------------------------------------------------------------------------------------------------------------


def pauses(session: Session, ticket_id: int) -> list[tuple[datetime, datetime | None]]:
    """In which the solution's clock stands still: the customer's turns, and the days that they were told a part takes."""
    turns = select(TicketPause.began_at, TicketPause.ended_at).where(TicketPause.ticket_id == ticket_id)
    gone = case((PartsWait.ended_at < PartsWait.until, PartsWait.ended_at), else_=PartsWait.until)
    days = select(PartsWait.told_at, gone).where(PartsWait.ticket_id == ticket_id, PartsWait.told_at.is_not(None))
    return [(began, ended) for began, ended in session.execute(turns.union_all(days).order_by("began_at"))]


def pause(session: Session, ticket_id: int, now: datetime) -> None:
    """From now on the solution's clock stands still; once is enough."""
    open_one = select(TicketPause.id).where(TicketPause.ticket_id == ticket_id, TicketPause.ended_at.is_(None))
    if session.scalar(open_one.limit(1)) is None:
        session.add(TicketPause(ticket_id=ticket_id, began_at=now, ended_at=None))
        session.flush()


def go_on(session: Session, ticket_id: int, now: datetime) -> None:
    standing = (TicketPause.ticket_id == ticket_id) & TicketPause.ended_at.is_(None)
    session.execute(update(TicketPause).where(standing).values(ended_at=now))
