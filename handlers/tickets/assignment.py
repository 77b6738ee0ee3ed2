"""Who gets a ticket: the customer's own advisor, else whoever of the right store, role and skill has the least to do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.staff import shifts as rule
from handlers.tickets.card import role_of
from handlers.tickets.work import Work, zone_of
from storage import chats, shifts, staff, stores, tickets
from storage.chats import Chat
from storage.tickets import Ticket


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works tickets. `store_id` None: every store. `load`: living tickets. `own`: customers who are theirs.
    `unfit`: how far the ticket is from what they are good at."""

    staff_id: int
    role: str
    store_id: int | None = None
    on_shift: bool = True
    load: int = 0
    own: Collection[int] = ()
    unfit: int = 0


def choose(people: Sequence[Person], ticket: Ticket) -> int | None:
    """Their staff_id; None leaves it in the queue. Whoever is not on shift gets nothing, a dedicated advisor neither."""
    role = role_of(ticket.tier)
    here = [
        person
        for person in people
        if person.on_shift and person.role == role and (person.store_id is None or person.store_id == ticket.store_id)
    ]
    # A region answers for everybody, but a store's own people come before those of all stores.
    own = [person for person in here if ticket.customer_id is not None and ticket.customer_id in person.own]
    best = min(own or here, key=lambda p: (p.store_id is None, p.unfit, p.load, p.staff_id), default=None)
    return best.staff_id if best else None


def people(session: Session, ticket: Ticket, now: datetime, without: int | None = None) -> list[Person]:
    """Everybody who works here and may be given this ticket, and whether they are at work now.

    Whoever has no shifts is always at work; the customer's own advisor is the one that staff have named.
    """
    here = [person for person in staff.everybody(session) if person.dismissed_at is None and person.id != without]
    load = tickets.load_of(session, [person.id for person in here])
    known = shifts.of_staff(session, [person.id for person in here])
    zones = {store.id: ZoneInfo(store.timezone) for store in stores.listed(session)}
    zone = zone_of(session, ticket)
    chat = chats.get(session, ticket.chat_id)
    language = chat.language if chat else None
    own = shifts.advisor_of(session, ticket.customer_id) if ticket.customer_id else None
    return [
        Person(
            person.id,
            person.role,
            person.store_id,
            on_shift=rule.on_shift(known.get(person.id), zones.get(person.store_id or 0, zone), now),
            load=load.get(person.id, 0),
            own=(ticket.customer_id,) if person.id == own and ticket.customer_id else (),
            unfit=rule.unfit(known[person.id].skills if person.id in known else (), language, ticket.category),
        )
        for person in here
    ]


def placeable(session: Session, now: datetime) -> list[int]:
    """Tickets that nobody could be given when they came, for which somebody is at work now; the worst first."""
    found = []
    here: dict[int | None, list[Person]] = {}
    for ticket in tickets.unplaced(session):
        if ticket.store_id not in here:  # those at work are the same for all tickets of a store
            here[ticket.store_id] = people(session, ticket, now)
        if choose(here[ticket.store_id], ticket) is not None:
            found.append(ticket.id)
    return found


def has_left(session: Session, staff_id: int) -> bool:
    member = session.get(staff.Staff, staff_id)
    return member is None or member.dismissed_at is not None


def assign_at_open(work: Work, chat: Chat, ticket: Ticket) -> None:
    to = choose(people(work.session, ticket, work.now), ticket)
    ticket.unplaced = to is None
    if to is not None:
        ticket.staff_id = to
        work.event(ticket, "assigned", was=None, to=to)
