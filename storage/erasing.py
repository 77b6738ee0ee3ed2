"""Finding all that is held of one person, to give it to them or to erase it, as `storage.privacy` declares it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    Table,
    cast,
    delete,
    false,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from storage.appointments import Appointment
from storage.boards import Post
from storage.chats import CHATS
from storage.coupons import Coupon
from storage.customers import Customer
from storage.database import Base
from storage.messages import CANCELLED, HELD, MESSAGES, QUEUED, SENDING, WAITING
from storage.privacy import TABLES, Kind, Unique
from storage.proposals import AliasProposal
from storage.quarantine import Quarantined
from storage.staff_links import StaffLinkTry
from storage.tickets import Ticket
from storage.vehicles import Vehicle
from storage.waitlist import Wait


@dataclass(frozen=True, slots=True)
class Scope:
    """The numbers of one person's rows. `phone`: a number they have proved: what staff noted for it is theirs too."""

    chats: tuple[int, ...]
    customer: int | None
    phone: str | None = None
    vehicles: tuple[int, ...] = ()
    tickets: tuple[int, ...] = ()
    appointments: tuple[int, ...] = ()
    coupons: tuple[int, ...] = ()

    def numbers(self, kind: Kind) -> Collection[int]:
        match kind:
            case "chat":
                return self.chats
            case "customer":
                return () if self.customer is None else (self.customer,)
            case "vehicle":
                return self.vehicles
            case "ticket":
                return self.tickets
            case "appointment":
                return self.appointments
            case "coupon":
                return self.coupons
        raise AssertionError("messages are found by their chats")


def scope_of(session: Session, *, chat_id: int | None = None, customer_id: int | None = None) -> Scope:
    """Everything of the person behind a chat, or of a customer."""
    if chat_id is not None and customer_id is None:
        customer_id = session.execute(select(CHATS.c.customer_id).where(CHATS.c.id == chat_id)).scalar_one_or_none()
    theirs = select(CHATS.c.id).where(CHATS.c.customer_id == customer_id).order_by(CHATS.c.id)
    chats = tuple(session.scalars(theirs)) if customer_id is not None else ()
    if chat_id is not None and chat_id not in chats:
        chats = (chat_id, *chats)
    customer = session.get(Customer, customer_id) if customer_id is not None else None
    phone = customer.phone if customer is not None and customer.phone_verified_at is not None else None
    scope = Scope(chats, customer_id, phone)
    return replace(
        scope,
        vehicles=tuple(session.scalars(select(Vehicle.id).where(Vehicle.customer_id == customer_id))) if customer_id else (),
        tickets=tuple(session.scalars(select(Ticket.id).where(_of(Ticket, scope)))),
        appointments=tuple(session.scalars(select(Appointment.id).where(_of(Appointment, scope)))),
        coupons=tuple(session.scalars(select(Coupon.id).where(Coupon.customer_id == customer_id))) if customer_id else (),
    )


def joined(one: Scope | None, other: Scope) -> Scope:
    """Two as one: a chat may have been somebody's own before it was the customer's."""
    if one is None:
        return other
    both = {
        name: tuple(dict.fromkeys((*getattr(one, name), *getattr(other, name))))
        for name in ("chats", "vehicles", "tickets", "appointments", "coupons")
    }
    return Scope(customer=other.customer or one.customer, phone=other.phone or one.phone, **both)


def _of(mapped: Any, scope: Scope) -> ColumnElement[bool]:
    """Rows of the person, and rows of nobody with their number."""
    ways: list[ColumnElement[bool]] = [mapped.chat_id.in_(scope.chats)]
    if scope.customer is not None:
        ways.append(mapped.customer_id == scope.customer)
    if scope.phone is not None:
        ways.append(mapped.customer_id.is_(None) & (mapped.phone == scope.phone))
    return or_(*ways)


def _rows_of(table: Table, scope: Scope) -> ColumnElement[bool] | None:
    """Which rows of the table are this person's; None for a table of nobody in particular."""
    declared = TABLES[table.name]
    if not declared.of:
        return None
    if table.name == "waitlist":
        return _of(Wait, scope)
    if table.name == "appointments":
        return table.c.id.in_(scope.appointments)
    if table.name == "ticket_messages":
        return table.c.message_id.in_(select(MESSAGES.c.id).where(MESSAGES.c.chat_id.in_(scope.chats)))
    ways = [table.c[column].in_(scope.numbers(kind)) for column, kind in declared.of.items()]
    return or_(false(), *ways)


# -- giving --------------------------------------------------------------------------------------------------------------------


def held(session: Session, scope: Scope) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """(table, its rows of this person) where there are any; values as Python has them, without secrets."""
    for name in TABLES:
        table = Base.metadata.tables[name]
        if (theirs := _rows_of(table, scope)) is None:
            continue
        hidden = {*TABLES[name].untold.split(), *TABLES[name].staff.split()}
        columns = [column for column in table.columns if column.name not in hidden]
        if rows := session.execute(select(*columns).where(theirs)).mappings().all():
            yield name, [dict(row) for row in rows]


# -- erasing -------------------------------------------------------------------------------------------------------------------


def unsent(session: Session, scope: Scope) -> bool:
    """Whether something is on its way to them."""
    going = MESSAGES.c.chat_id.in_(scope.chats) & MESSAGES.c.status.in_((QUEUED, SENDING))
    return session.execute(select(MESSAGES.c.id).where(going).limit(1)).first() is not None


def silence(session: Session, scope: Scope) -> None:
    """Nothing that waits for them is sent any more."""
    waits = MESSAGES.c.chat_id.in_(scope.chats) & MESSAGES.c.status.in_((QUEUED, WAITING, HELD))
    session.execute(update(MESSAGES).where(waits).values(status=CANCELLED))


def erase(session: Session, scope: Scope) -> None:
    """Everything that identifies them, in every table; twice changes nothing more. The caller has ended what is still open."""
    session.flush()
    _erase_what_is_linked_by_words(session, scope)
    _blank_staff_messages(session, scope)
    for name, declared in TABLES.items():
        table = Base.metadata.tables[name]
        theirs = _rows_of(table, scope)
        if theirs is None or declared.fate == "kept":
            continue
        if declared.fate == "gone":
            session.execute(delete(table).where(theirs))
        else:
            session.execute(update(table).where(theirs).values(_blanks(table, declared.personal)))
    session.execute(update(CHATS).where(CHATS.c.id.in_(scope.chats)).values(reachable=False, ticket_id=None, misses=0))
    session.expire_all()


def _blanks(table: Table, personal: Mapping[str, Any]) -> dict[str, Any]:
    erased = literal("erased-") + cast(table.c.id, String) if "id" in table.c else None
    return {name: erased if isinstance(value, Unique) else value for name, value in personal.items()}


def _erase_what_is_linked_by_words(session: Session, scope: Scope) -> None:
    """Rows that no number links: aliases that their words were proposed for, updates that were put
    aside, codes of staff that they tried."""
    said = select(MESSAGES.c.text).where(MESSAGES.c.chat_id.in_(scope.chats), MESSAGES.c.text != "")
    session.execute(delete(AliasProposal).where(AliasProposal.text.in_(said)))
    chats = session.execute(select(CHATS.c.channel, CHATS.c.address).where(CHATS.c.id.in_(scope.chats)))
    for channel, address in chats.all():
        raw = Quarantined.raw.contains(address, autoescape=True)
        session.execute(delete(Quarantined).where(Quarantined.channel == channel, raw))
        session.execute(delete(StaffLinkTry).where(StaffLinkTry.address == address))


def _blank_staff_messages(session: Session, scope: Scope) -> None:
    """What staff were told of them in chats of their own: about their tickets, and whatever else names them."""
    about = select(Post.message_id).where(Post.ticket_id.in_(scope.tickets))
    ways: list[ColumnElement[bool]] = [MESSAGES.c.id.in_(about)]
    for word in _names(session, scope):
        ways += [MESSAGES.c.text.contains(word, autoescape=True), cast(MESSAGES.c.data, String).contains(word, autoescape=True)]
    theirs = (MESSAGES.c.purpose == "staff") & or_(*ways)
    unsent = theirs & MESSAGES.c.status.in_((QUEUED, WAITING, HELD))
    session.execute(update(MESSAGES).where(unsent).values(status=CANCELLED))
    session.execute(update(MESSAGES).where(theirs).values(text="", data={}))


def _names(session: Session, scope: Scope) -> set[str]:
    """Words by which somebody would be recognised: long enough to mean nobody else by chance."""
    found: set[str | None] = {scope.phone}
    for column, key, numbers in (
        (Customer.name, Customer.id, scope.numbers("customer")),
        (Customer.phone, Customer.id, scope.numbers("customer")),
        (CHATS.c.name, CHATS.c.id, scope.chats),
        (Vehicle.plate, Vehicle.id, scope.vehicles),
        (Vehicle.vin, Vehicle.id, scope.vehicles),
        (Appointment.name, Appointment.id, scope.appointments),
        (Appointment.phone, Appointment.id, scope.appointments),
        (Ticket.phone, Ticket.id, scope.tickets),
    ):
        found.update(session.scalars(select(column).where(key.in_(numbers))))
    return {word for word in found if word and len(word) >= (4 if word.isascii() else 2)}
