"""Links of campaigns: who came by one from a poster, a text message or an article, once a person, and what they did then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, ForeignKey, Integer, String, UniqueConstraint, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.campaigns import Campaign, booked, came
from storage.database import Base, Id, Moment, insert

GIVEN, NOTHING = "given", "nothing"


class Opening(Base):
    """Somebody who came by a campaign's link. `place`: where it hung when they first came; `opens`: how often they did.

    `taken_at`: the first time; what they do until `until` counts. `came_of`: given | nothing (the campaign gives nothing) | why
    they got no coupon.
    """

    __tablename__ = "campaign_openings"
    __table_args__ = (UniqueConstraint("campaign_id", "customer_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)
    place: Mapped[str] = mapped_column(String(20))
    opens: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime] = mapped_column(Moment)
    taken_on: Mapped[date] = mapped_column(Date)
    until_at: Mapped[datetime] = mapped_column(Moment)
    until_on: Mapped[date] = mapped_column(Date)
    coupon_id: Mapped[int | None] = mapped_column(ForeignKey("coupons.id"), index=True)
    came_of: Mapped[str] = mapped_column(String(20))


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of the links of one place, in people; `opens` counts each time."""

    place: str
    opens: int
    people: int
    given: int
    booked: int
    came: int


def by_link(session: Session, link: str) -> Campaign | None:
    return session.scalars(select(Campaign).where(Campaign.link == link)).one_or_none()


def of_person(session: Session, campaign_id: int, customer_id: int) -> Opening | None:
    query = select(Opening).where(Opening.campaign_id == campaign_id, Opening.customer_id == customer_id)
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def open_once(session: Session, wish: dict[str, Any]) -> Opening:
    """The row of this person, made by the first time, with one more opening. `wish`: its columns."""
    row = insert(session, Opening.__table__).values(**wish, opens=1, came_of=NOTHING)
    again = row.on_conflict_do_update(
        index_elements=["campaign_id", "customer_id"], set_={"opens": Opening.__table__.c.opens + 1}
    )  # fmt: skip
    session.execute(again)
    found = of_person(session, wish["campaign_id"], wish["customer_id"])
    assert found is not None, "it was just written"
    return found


def tallies(session: Session, campaign_id: int) -> Sequence[Tally]:
    """By place, the one that brought most people first."""

    def total(condition: Any) -> Any:
        return func.sum(case((condition, 1), else_=0))

    given = Opening.coupon_id.is_not(None)
    columns = (func.sum(Opening.opens), func.count(), total(given), total(booked(Opening)), total(came(Opening)))
    query = select(Opening.place, *columns).where(Opening.campaign_id == campaign_id).group_by(Opening.place)
    rows = session.execute(query.order_by(func.count().desc(), Opening.place))
    return [Tally(place, *(int(number or 0) for number in numbers)) for place, *numbers in rows]
