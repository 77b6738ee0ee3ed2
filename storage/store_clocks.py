"""What a store's clock was known to do when visits were promised, so that a later change of a country's rules is noticed."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Json, insert
from storage.stores import Store

# Ascending: from this second since 1970 on, the clock on the wall is so many seconds ahead of UTC.
Known = list[list[int]]


class StoreClock(Base):
    __tablename__ = "store_clocks"

    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"), primary_key=True, autoincrement=False)
    timezone: Mapped[str] = mapped_column(String(64))
    known: Mapped[Known] = mapped_column(Json)


@dataclass(frozen=True, slots=True)
class Seen:
    """A store's zone now, and what is written of its clock: the zone and the changes, if anything is."""

    store_id: int
    timezone: str
    written: tuple[str, Known] | None


_SEEN = (
    select(Store.id, Store.timezone, StoreClock.timezone, StoreClock.known)
    .outerjoin(StoreClock, StoreClock.store_id == Store.id)
    .order_by(Store.id)
)


def seen(session: Session) -> Sequence[Seen]:
    """Of every store, without loading it."""
    rows = session.execute(_SEEN)
    return [Seen(number, zone, (was, known) if was is not None else None) for number, zone, was, known in rows]


def lock(session: Session, store_id: int, timezone: str, known: Known) -> StoreClock:
    """What is written, for this transaction alone; these are written if nothing is."""
    new = {"store_id": store_id, "timezone": timezone, "known": known}
    session.execute(insert(session, StoreClock).values(**new).on_conflict_do_nothing())
    return session.scalars(select(StoreClock).where(StoreClock.store_id == store_id).with_for_update()).one()
