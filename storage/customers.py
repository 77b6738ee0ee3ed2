"""Customers: the people behind the chats."""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, String, false, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment


class Customer(Base):
    """A customer. `code` is the key in the shop's own system; `phone` is E.164 and, once verified, links chats to this row.

    `provisional`: somebody in a chat whom the shop's own system does not know, or not yet; only a verified phone makes them
    one with a customer of the shop (see `storage.merging`). `lunar_birthday`: "08-15", month and day of the Chinese calendar, an
    "L" behind it for a leap month; who has one celebrates it instead of `birthday`.
    """

    __tablename__ = "customers"
    # A search gives the first by name. Without it whoever has a name that is common is looked at, seen from this store or not.
    __table_args__ = (Index("ix_customers_name", "name", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str | None] = mapped_column(String(20), index=True)
    phone_verified_at: Mapped[datetime | None] = mapped_column(Moment)
    language: Mapped[str | None] = mapped_column(String(10))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"))
    birthday: Mapped[date | None] = mapped_column(Date)
    lunar_birthday: Mapped[str | None] = mapped_column(String(6))
    provisional: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)
    created_at: Mapped[datetime] = mapped_column(Moment)


def by_code(session: Session, code: str) -> Customer | None:
    return session.scalars(select(Customer).where(Customer.code == code)).one_or_none()


def with_phone(session: Session, phone: str) -> list[Customer]:
    """Everybody with this number (a family may share one), oldest first."""
    return list(session.scalars(select(Customer).where(Customer.phone == phone).order_by(Customer.id)))


def proved_in_a_chat(session: Session, phones: Collection[str]) -> list[Customer]:
    """Provisional customers who have proved one of these numbers."""
    query = select(Customer).where(Customer.provisional, Customer.phone.in_(phones), Customer.phone_verified_at.is_not(None))
    return list(session.scalars(query.order_by(Customer.id)))


def forget_proofs_of_other_numbers(session: Session, phones: Mapping[str, str | None]) -> None:
    """Customers (by code) whose number will become another one are no longer verified."""
    query = select(Customer).where(Customer.code.in_(phones), Customer.phone_verified_at.is_not(None))
    for customer in session.scalars(query):
        if customer.phone != phones[customer.code]:
            customer.phone_verified_at = None
    session.flush()


def by_ids(session: Session, ids: Collection[int]) -> dict[int, Customer]:
    return {customer.id: customer for customer in session.scalars(select(Customer).where(Customer.id.in_(ids)))}
