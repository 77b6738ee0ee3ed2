"""Who is behind a chat: somebody provisional at first, a customer of the shop once a phone number proves it."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from storage import customers, facts, merging, vehicles
from storage.chats import Chat
from storage.customers import Customer
from storage.vehicles import Vehicle


def customer_of(session: Session, chat: Chat, now: datetime) -> Customer:
    """The customer of this chat; a provisional one is made when there is none. Never found by name."""
    if chat.customer_id is not None:
        return session.get_one(Customer, chat.customer_id)
    code = f"chat-{chat.id}"
    customer = Customer(
        code=code, name=chat.name or code, language=chat.language, store_id=chat.store_id, provisional=True, created_at=now
    )
    session.add(customer)
    session.flush()
    facts.changed(session, [customer.id])
    chat.customer_id = customer.id
    return customer


def prove_phone(session: Session, chat: Chat, phone: str, now: datetime) -> Customer | None:
    """The chat's person has proved that this number (E.164) is theirs: they are now the customer of the shop who has it.

    The caller holds the chat's row. None when several customers of the shop share the number: it does not say which of them is
    writing, so the chat keeps its own provisional customer. What the chat knew before (cars, appointments) goes along.
    """
    found = customers.with_phone(session, phone)
    of_the_shop = [customer for customer in found if not customer.provisional]
    before = session.get_one(Customer, chat.customer_id) if chat.customer_id is not None else None
    if len(of_the_shop) > 1:
        # Whoever is one of them already stays so.
        if before is None or before.provisional:
            _verified(customer_of(session, chat, now), phone, now)
        return before if before in of_the_shop else None
    proved = [c for c in found if c.provisional and c.phone_verified_at is not None]
    stays = next(iter(of_the_shop or proved), None) or _own(session, chat, before, now)
    _verified(stays, phone, now)
    for gone in dict.fromkeys([*proved, *([before] if before is not None and before.provisional else [])]):
        if gone is not stays:
            merge(session, gone, stays)
    chat.customer_id, chat.store_id = stays.id, chat.store_id or stays.store_id
    return stays


def recognise(session: Session, phones: Collection[str]) -> None:
    """The shop has customers with these numbers now: whoever proved one of them in a chat before is that customer."""
    for gone in customers.proved_in_a_chat(session, phones):
        assert gone.phone is not None, "it was looked up by its phone"
        found = customers.with_phone(session, gone.phone)
        of_the_shop = [customer for customer in found if not customer.provisional]
        if len(of_the_shop) == 1:
            stays, proved_at = of_the_shop[0], gone.phone_verified_at
            merge(session, gone, stays)
            stays.phone_verified_at = stays.phone_verified_at or proved_at
    session.flush()


def merge(session: Session, gone: Customer, stays: Customer) -> None:
    """Somebody provisional becomes a known customer; a car that both have is one car afterwards."""
    theirs, ours = vehicles.of_customer(session, gone.id), vehicles.of_customer(session, stays.id)
    for car in theirs:
        twins = [other for other in ours if other is not car and same_car(car, other)]
        if len(twins) == 1 and car.customer_id == gone.id:
            ours.remove(twins[0])
            merging.vehicles(session, car, twins[0])
    merging.customers(session, gone, stays)


def same_car(one: Vehicle, other: Vehicle) -> bool:
    """Whether two rows of one person are one car: the same plate or VIN, or the same model where one has neither."""
    for name in ("vin", "plate_key"):
        if (a := getattr(one, name)) and (b := getattr(other, name)):
            return bool(a == b)
    return one.model_id is not None and one.model_id == other.model_id and (one.year or other.year) == (other.year or one.year)


def _own(session: Session, chat: Chat, before: Customer | None, now: datetime) -> Customer:
    """Somebody new with this number. A customer of the shop with another number is not renamed by it."""
    if before is not None and not before.provisional:
        return before
    return customer_of(session, chat, now)


def _verified(customer: Customer, phone: str, now: datetime) -> None:
    if customer.phone is None or customer.provisional:
        customer.phone = phone
    if customer.phone == phone:
        customer.phone_verified_at = customer.phone_verified_at or now
