"""Promises: how soon a ticket of a tier is answered and solved, by store; what a manager may change."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Integer, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert


class PromiseRow(Base):
    """Minutes to the first answer and to the solution. `store`: code of a store, "" for every store without a row of its own.

    `response_always`, `solution_always`: counted around the clock, else in opening hours only. `goodwill`: an apology for a
    broken promise offers something; `goodwill_budget`: minor units that all of these may be worth in 30 days, None for any.
    `warning_percent`: of the time gone, when staff are warned.
    """

    __tablename__ = "ticket_promises"

    tier: Mapped[str] = mapped_column(String(10), primary_key=True)
    store: Mapped[str] = mapped_column(String(40), primary_key=True)
    response_minutes: Mapped[int] = mapped_column(Integer)
    response_always: Mapped[bool] = mapped_column(Boolean)
    solution_minutes: Mapped[int] = mapped_column(Integer)
    solution_always: Mapped[bool] = mapped_column(Boolean)
    goodwill: Mapped[bool] = mapped_column(Boolean)
    goodwill_budget: Mapped[int | None] = mapped_column(Integer)
    warning_percent: Mapped[int] = mapped_column(Integer, server_default="75")


def all_promises(session: Session) -> Sequence[PromiseRow]:
    return session.scalars(select(PromiseRow).order_by(PromiseRow.store, PromiseRow.tier)).all()


def holding(session: Session, tier: str, store: str) -> PromiseRow | None:
    """The row of this store's code, else that of every store."""
    query = select(PromiseRow).where(PromiseRow.tier == tier, PromiseRow.store.in_((store, "")))
    return session.scalars(query.order_by(PromiseRow.store.desc()).limit(1)).one_or_none()


def put(
    session: Session, *, tier: str, store: str, response_minutes: int, response_always: bool, solution_minutes: int,
    solution_always: bool, goodwill: bool, goodwill_budget: int | None, warning_percent: int,
) -> None:  # fmt: skip
    """Sets the row of this tier and store. Raise the revision "tickets" after it, so that every worker reckons anew."""
    values = {
        "response_minutes": response_minutes, "response_always": response_always, "solution_minutes": solution_minutes,
        "solution_always": solution_always, "goodwill": goodwill, "goodwill_budget": goodwill_budget,
        "warning_percent": warning_percent,
    }  # fmt: skip
    row = insert(session, PromiseRow.__table__).values(tier=tier, store=store, **values)
    session.execute(row.on_conflict_do_update(index_elements=["tier", "store"], set_=values))


def drop(session: Session, tier: str, store: str) -> None:
    """Takes the row of this tier and store away, if there is one: what holds for all stores, or as shipped, holds here too."""
    session.execute(delete(PromiseRow).where(PromiseRow.tier == tier, PromiseRow.store == store))
