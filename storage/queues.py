"""Queues: which tickets a member of staff looks at, how many there are of each kind, and the search through all of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal_column, or_, select, union
from sqlalchemy.orm import Session

from storage.appointments import HELD, LIVE, Appointment
from storage.approvals import Approval
from storage.attention import Mention, Snooze
from storage.chats import CHATS
from storage.customers import Customer
from storage.database import dialect
from storage.handiness import TicketTag
from storage.marks import Mark
from storage.messages import MESSAGES
from storage.parts import PartsWait
from storage.staff import Staff
from storage.tickets import ALIVE, CLOSED, RESOLVED, TIERS, WAITING, Ticket, TicketEvent, TicketMessage
from storage.vehicles import Vehicle
from storage.words import contains

# Queues of what lives, in the order in which they are shown; `ended` is what was settled.
MINE, UNASSIGNED, ALL, TURN, BREACHED, APPROVAL = "mine", "unassigned", "all", "waiting", "breached", "approval"
MENTIONED, SNOOZED, ENDED, PARTS, TODAY = "mentioned", "snoozed", "ended", "parts", "today"
QUEUES = (MINE, MENTIONED, TODAY, UNASSIGNED, ALL, TURN, PARTS, BREACHED, APPROVAL, SNOOZED, ENDED)
# Those that are empty as a rule are shown when there is something in them.
RARE = (MENTIONED, TODAY, PARTS, APPROVAL, SNOOZED)
# In these stands also what was put aside.
_WHOLE = (MENTIONED, TODAY, PARTS, BREACHED, APPROVAL, SNOOZED)
# Appointments by which somebody comes; what is only held for a moment is none yet.
EXPECTED = tuple(status for status in LIVE if status != HELD)
# The conversations of so many tickets, of all stores, are looked through at first.
RECENT = 20_000
# As much of a matter as a line of the list can show.
_CLIP = 160


@dataclass(frozen=True, slots=True)
class Wish:
    """Which tickets. `stores` None: no wall. `tier`, `tag` "": every one. `words`: any of these, in all that lives and has ended.

    `digits`, `plate`: of the customer's phone number and car. `deep`: the words may also stand in what was said
    about the newest tickets, `far`: about all of them.
    `today`: stores, each with when its day begins and ends.
    """

    queue: str
    staff_id: int
    stores: Collection[int] | None
    now: datetime
    tier: str = ""
    words: Sequence[str] = ()
    digits: Sequence[str] = ()
    plate: str = ""
    deep: bool = False
    far: bool = False
    tag: str = ""
    today: Sequence[tuple[int, datetime, datetime]] = ()


@dataclass(slots=True)
class Row:
    """A ticket as the list shows it. `due`: the promise that is due next, which began at `since`; None while none runs.

    `parts_on`: the day on which a part is expected, over at `parts_until`. `comes_at`: their next appointment of today, in
    store `comes_to`.
    """

    id: int
    token: str
    chat_id: int
    store_id: int | None
    kind: str
    tier: str
    status: str
    clip: str
    answered: bool
    due: datetime | None
    since: datetime
    opened_at: datetime
    unanswered: int
    holder_id: int | None
    holder: str | None
    channel: str
    name: str
    parts_on: date | None
    parts_until: datetime | None
    customer_id: int | None
    comes_at: datetime | None = None
    comes_to: int | None = None
    marks: list[str] = field(default_factory=list)


_RANK = case({tier: literal_column(str(-rank)) for rank, tier in enumerate(TIERS)}, value=Ticket.tier, else_=literal_column("1"))
_DUE = case(
    (Ticket.answered_at.is_not(None), Ticket.solution_due), else_=func.coalesce(Ticket.first_response_due, Ticket.solution_due)
)
_SINCE = case((Ticket.answered_at.is_not(None), Ticket.solution_from), else_=Ticket.response_from)


def promises(session: Session, now: datetime) -> dict[str, tuple[int, int]]:
    """Of each tier: how many tickets live, and how many of those have a broken promise."""
    broken = case((_queue(BREACHED, Wish(BREACHED, 0, None, now)), 1))
    query = select(Ticket.tier, func.count(), func.count(broken)).where(Ticket.status.in_(ALIVE)).group_by(Ticket.tier)
    return {tier: (number, late) for tier, number, late in session.execute(query)}


def rows(session: Session, wish: Wish, limit: int, skip: int = 0) -> list[Row]:
    """The worst tier first, then what is due first; what has ended and what was searched for, the newest first."""
    who = func.coalesce(func.nullif(Customer.name, ""), CHATS.c.name)
    # The few that are shown are found first; what a line shows besides is fetched for those alone.
    order = (Ticket.id.desc(),) if wish.queue == ENDED or _searching(wish) else (_RANK, _DUE.is_(None), _DUE, Ticket.id)
    few = _few(session, wish, order, limit, skip).subquery()
    query = (
        select(
            Ticket.id, Ticket.token, Ticket.chat_id, Ticket.store_id, Ticket.kind, Ticket.tier, Ticket.status,
            func.substr(Ticket.summary, 1, _CLIP), Ticket.answered_at.is_not(None), _DUE, _SINCE, Ticket.opened_at,
            Ticket.unanswered, Ticket.staff_id, Staff.name, CHATS.c.channel, who, PartsWait.expected_on, PartsWait.until,
            Ticket.customer_id,
        )
        .join(few, few.c.id == Ticket.id)
        .join(CHATS, CHATS.c.id == Ticket.chat_id)
        .outerjoin(Customer, Customer.id == Ticket.customer_id)
        .outerjoin(Staff, Staff.id == Ticket.staff_id)
        .outerjoin(PartsWait, and_(PartsWait.ticket_id == Ticket.id, PartsWait.ended_at.is_(None)))
        .order_by(*order)
    )  # fmt: skip
    found = [Row(*row) for row in session.execute(query)]
    if found and wish.today:
        _arriving(session, wish, found)
    of_chat: dict[int, list[Row]] = {}
    for row in found:
        of_chat.setdefault(row.chat_id, []).append(row)
    standing = select(Mark.chat_id, Mark.kind).where(Mark.chat_id.in_(of_chat), Mark.cleared_at.is_(None)).order_by(Mark.id)
    for chat_id, kind in session.execute(standing) if found else ():
        for row in of_chat[chat_id]:
            if kind not in row.marks:
                row.marks.append(kind)
    return found


def _few(session: Session, wish: Wish, order: tuple[Any, ...], limit: int, skip: int) -> Select[int]:
    """The ids of those that are shown."""
    found = select(Ticket.id).where(*_conditions(session, wish)).order_by(*order)
    if not (wish.deep and wish.words):
        return found.limit(limit).offset(skip)
    # One condition for both would have every ticket of every store looked at; alone, the second goes from the newest ticket
    # to the next and stops when there are enough.
    # There is no index of words: one that is rare would have all that was ever said read.
    recent = () if wish.far else (Ticket.id > _newest() - RECENT,)
    said = select(Ticket.id).where(*_about(wish), *recent, _said(session, wish)).order_by(*order)
    both = union(*(select(each.limit(limit + skip).subquery().c.id) for each in (found, said))).subquery()
    return select(both.c.id).order_by(both.c.id.desc()).limit(limit).offset(skip)


def goes_further(session: Session, wish: Wish) -> bool:
    """Whether there are older tickets, whose conversations were not looked through."""
    if not (wish.deep and wish.words) or wish.far:
        return False
    return bool(session.scalar(select(select(Ticket.id).where(Ticket.id <= _newest() - RECENT).exists())))


def _newest() -> Any:
    return select(func.coalesce(func.max(Ticket.id), 0)).scalar_subquery()


def counts(session: Session, wish: Wish) -> dict[str, int]:
    """How many are in each queue of what lives, and of each tier ("tier:serious") in the queue that is looked at."""
    kinds = [queue for queue in QUEUES if queue not in (ALL, ENDED)]
    here = _queue(wish.queue, wish) if wish.queue not in (ALL, ENDED) else None
    here = here if wish.queue in _WHOLE else ~_snoozed(wish) if here is None else and_(here, ~_snoozed(wish))
    columns: list[Any] = [func.count().filter(~_snoozed(wish)).label(ALL)]
    for queue in kinds:
        theirs = _queue(queue, wish)
        columns.append(func.count().filter(theirs if queue in _WHOLE else and_(theirs, ~_snoozed(wish))).label(queue))
    for tier in TIERS:
        theirs = Ticket.tier == tier
        columns.append(func.count().filter(theirs if here is None else and_(theirs, here)).label(f"tier:{tier}"))
    row = session.execute(select(*columns).where(Ticket.status.in_(ALIVE), *_wall(wish))).one()
    return dict(row._mapping)


def warned(session: Session, stores: Collection[int] | None, limit: int) -> list[tuple[Mark, str, str]]:
    """Chats with early warnings and without a living ticket: mark, name and channel, the newest first."""
    alive = select(Ticket.id).where(Ticket.chat_id == Mark.chat_id, Ticket.status.in_(ALIVE)).exists()
    query = select(Mark, CHATS.c.name, CHATS.c.channel).join(CHATS, CHATS.c.id == Mark.chat_id)
    query = query.where(Mark.cleared_at.is_(None), ~alive)
    if stores is not None:
        query = query.where(or_(CHATS.c.store_id.is_(None), CHATS.c.store_id.in_(stores)))
    return [(mark, name, channel) for mark, name, channel in session.execute(query.order_by(Mark.id.desc()).limit(limit))]


def _searching(wish: Wish) -> bool:
    return bool(wish.words or wish.digits or wish.plate)


def _conditions(session: Session, wish: Wish) -> list[ColumnElement[bool]]:
    found = _about(wish)
    if _searching(wish):
        return [*found, _found(session, wish)]
    if wish.queue == ENDED:
        return [*found, Ticket.status.in_((RESOLVED, CLOSED))]
    found.append(Ticket.status.in_(ALIVE))
    found += [] if wish.queue in _WHOLE else [~_snoozed(wish)]
    return found if wish.queue == ALL else [*found, _queue(wish.queue, wish)]


def _about(wish: Wish) -> list[ColumnElement[bool]]:
    """What holds in whichever queue: wall, tier and tag; what was merged into another ticket is not found by itself."""
    found = [*_wall(wish), *([Ticket.tier == wish.tier] if wish.tier else [])]
    if wish.tag:
        found.append(Ticket.id.in_(select(TicketTag.ticket_id).where(TicketTag.tag == wish.tag)))
    return [*found, Ticket.merged_into.is_(None)] if _searching(wish) else found


def _snoozed(wish: Wish) -> ColumnElement[bool]:
    return Ticket.id.in_(select(Snooze.ticket_id).where(Snooze.until > wish.now))


def _wall(wish: Wish) -> list[ColumnElement[bool]]:
    """A matter that belongs to no store yet is everybody's."""
    return [] if wish.stores is None else [or_(Ticket.store_id.is_(None), Ticket.store_id.in_(wish.stores))]


def _queue(queue: str, wish: Wish) -> ColumnElement[bool]:
    if queue == MINE:
        return Ticket.staff_id == wish.staff_id
    if queue == UNASSIGNED:
        return Ticket.staff_id.is_(None)
    if queue == TURN:
        return Ticket.status == WAITING
    if queue == MENTIONED:
        return Ticket.id.in_(select(Mention.ticket_id).where(Mention.staff_id == wish.staff_id))
    if queue == PARTS:
        return Ticket.id.in_(select(PartsWait.ticket_id).where(PartsWait.ended_at.is_(None)))
    if queue == TODAY:
        return or_(
            Ticket.customer_id.in_(select(Appointment.customer_id).where(_comes(wish), Appointment.customer_id.is_not(None))),
            Ticket.chat_id.in_(select(Appointment.chat_id).where(_comes(wish), Appointment.chat_id.is_not(None))),
        )
    if queue == SNOOZED:
        return _snoozed(wish)
    if queue == APPROVAL:
        return Ticket.id.in_(select(Approval.ticket_id).where(Approval.decided_at.is_(None)))
    assert queue == BREACHED, queue
    # The broken promise is replaced by a new one as the ticket climbs; its history keeps that there was one.
    broken = select(TicketEvent.id).where(TicketEvent.ticket_id == Ticket.id, TicketEvent.what == "broken").exists()
    return or_(and_(wish.now >= _DUE, Ticket.status != WAITING), broken)


def _comes(wish: Wish) -> ColumnElement[bool]:
    """Appointments of today that are still to come, or at work."""
    days = [and_(Appointment.store_id == one, Appointment.starts_at >= began, Appointment.starts_at < ends)
            for one, began, ends in wish.today]  # fmt: skip
    return and_(or_(false(), *days), Appointment.status.in_(EXPECTED))


def _arriving(session: Session, wish: Wish, found: Sequence[Row]) -> None:
    """Writes down when those who come today come: there are few of them, so they are asked for by themselves."""
    chats, people = {row.chat_id for row in found}, {row.customer_id for row in found if row.customer_id}
    theirs = or_(Appointment.customer_id.in_(people), Appointment.chat_id.in_(chats))
    query = select(Appointment.customer_id, Appointment.chat_id, Appointment.starts_at, Appointment.store_id)
    query = query.where(_comes(wish), theirs).order_by(Appointment.starts_at.desc(), Appointment.id)
    for customer_id, chat_id, at, store_id in session.execute(query):
        for row in found:
            if row.chat_id == chat_id or (customer_id and row.customer_id == customer_id):
                row.comes_at, row.comes_to = at, store_id


def _found(session: Session, wish: Wish) -> ColumnElement[bool]:
    name = dialect(session)
    ways: list[ColumnElement[bool]] = []
    who: list[ColumnElement[bool]] = [Customer.phone.contains(part, autoescape=True) for part in wish.digits]
    for word in wish.words:
        ways += [Ticket.token == word.upper(), contains(Ticket.summary, word, name)]
        # Asked of one ticket after the other, the newest first, until there are enough: a list of everybody of that name would be
        # made first, out of all customers, for a word that the newest fifty tickets have.
        ways.append(select(CHATS.c.id).where(CHATS.c.id == Ticket.chat_id, contains(CHATS.c.name, word, name)).exists())
        who.append(contains(Customer.name, word, name))
    if wish.plate:
        car = select(Vehicle.customer_id).where(Vehicle.plate_key.contains(wish.plate, autoescape=True))
        ways.append(Ticket.customer_id.in_(car))
    if who:
        ways.append(select(Customer.id).where(Customer.id == Ticket.customer_id, or_(*who)).exists())
    return or_(*ways)


def _said(session: Session, wish: Wish) -> ColumnElement[bool]:
    name = dialect(session)
    theirs = select(TicketMessage.message_id).join(MESSAGES, MESSAGES.c.id == TicketMessage.message_id)
    words = or_(*(contains(MESSAGES.c.text, word, name) for word in wish.words))
    return theirs.where(TicketMessage.ticket_id == Ticket.id, words).correlate(Ticket).exists()
