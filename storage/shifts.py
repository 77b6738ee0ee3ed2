"""Shifts: when each member of staff works in a week, when they are away, and which customers are whose own."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment


class Shifts(Base):
    """`week`: by weekday ("0" is Monday) a list of ["09:00", "18:00"] in the store's time, one that ends no later than it begins
    goes past midnight; empty: always at work. `away_until`: until then they are not here, whatever the week says.
    `skills`: languages and categories of complaints that they are good at; empty of a kind: all of them."""

    __tablename__ = "staff_shifts"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    week: Mapped[dict[str, Any]] = mapped_column(Json)
    away_until: Mapped[datetime | None] = mapped_column(Moment)
    skills: Mapped[list[str]] = mapped_column(Json)


class OwnAdvisor(Base):
    """Whose customer somebody is; the newest row counts, because two customers may turn out to be one."""

    __tablename__ = "customer_advisors"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))


def of_staff(session: Session, staff_ids: Collection[int]) -> Mapping[int, Shifts]:
    return {row.staff_id: row for row in session.scalars(select(Shifts).where(Shifts.staff_id.in_(staff_ids)))}


def mine(session: Session, staff_id: int) -> Shifts:
    """Their row, made if there is none."""
    found = session.get(Shifts, staff_id)
    if found is None:
        found = Shifts(staff_id=staff_id, week={}, away_until=None, skills=[])
        session.add(found)
        session.flush()
    return found


def advisor_of(session: Session, customer_id: int) -> int | None:
    query = select(OwnAdvisor.staff_id).where(OwnAdvisor.customer_id == customer_id).order_by(OwnAdvisor.id.desc())
    return session.scalars(query.limit(1)).one_or_none()


def give(session: Session, customer_id: int, staff_id: int | None) -> None:
    """With None they are nobody's."""
    session.execute(delete(OwnAdvisor).where(OwnAdvisor.customer_id == customer_id))
    if staff_id is not None:
        session.add(OwnAdvisor(customer_id=customer_id, staff_id=staff_id))
    session.flush()
