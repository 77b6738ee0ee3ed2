"""Two rows that turn out to be the same person or the same car become one; everything that pointed at the one that goes moves."""

from sqlalchemy import Table, delete, select, update
from sqlalchemy.orm import Session

from storage import facts
from storage.campaign_links import Opening
from storage.campaigns import Recipient
from storage.customers import Customer
from storage.database import Base
from storage.facts import Facts, FactsDue, Tag
from storage.segments import Member
from storage.vehicles import Person, Vehicle


def customers(session: Session, gone: Customer, stays: Customer) -> None:
    """`gone`, who must be provisional, becomes `stays`; cars, chats and all that ever pointed at them go along."""
    assert gone.provisional, "a customer of the shop's own system is never merged away"
    session.flush()
    links = select(Person.vehicle_id).where(Person.customer_id == stays.id)
    session.execute(delete(Person).where(Person.customer_id == gone.id, Person.vehicle_id.in_(links)))
    _leave_sums_behind(session, gone.id, stays.id)
    _repoint(session, Customer, gone.id, stays.id)
    facts.changed(session, [stays.id])
    stays.language = stays.language or gone.language
    stays.store_id = stays.store_id or gone.store_id
    session.delete(gone)
    session.flush()


def _leave_sums_behind(session: Session, gone: int, stays: int) -> None:
    """What is computed for each person is not taken along: there is one row a person, and it is computed anew."""
    for mapped in (Facts, FactsDue, Member):
        session.execute(delete(mapped).where(mapped.customer_id == gone))
    planned = select(Recipient.campaign_id).where(Recipient.customer_id == stays)
    session.execute(delete(Recipient).where(Recipient.customer_id == gone, Recipient.campaign_id.in_(planned)))
    opened = select(Opening.campaign_id).where(Opening.customer_id == stays)
    session.execute(delete(Opening).where(Opening.customer_id == gone, Opening.campaign_id.in_(opened)))
    session.execute(delete(Tag).where(Tag.customer_id == gone, Tag.tag.in_(facts.tags_of(session, stays))))


def vehicles(session: Session, gone: Vehicle, stays: Vehicle) -> None:
    """`gone` becomes `stays`, which takes over what it did not know yet."""
    session.flush()
    known = select(Person.customer_id).where(Person.vehicle_id == stays.id)
    session.execute(delete(Person).where(Person.vehicle_id == gone.id, Person.customer_id.in_(known)))
    _repoint(session, Vehicle, gone.id, stays.id)
    facts.changed(session, [gone.customer_id, stays.customer_id])
    if stays.plate is None:
        stays.plate, stays.plate_key = gone.plate, gone.plate_key
    for name in ("vin", "year", "colour", "trim", "name"):
        if getattr(stays, name) is None:
            setattr(stays, name, getattr(gone, name))
    session.delete(gone)
    session.flush()


def _repoint(session: Session, mapped: type[Base], gone: int, stays: int) -> None:
    """Every foreign key of every table, so that a table made tomorrow is not forgotten."""
    target = mapped.__table__
    assert isinstance(target, Table)
    for table in Base.metadata.tables.values():
        for key in table.foreign_keys:
            if key.column is target.c.id:
                column = key.parent
                session.execute(update(table).where(column == gone).values({column.name: stays}))
    session.expire_all()
