"""What changes a campaign: drafted, approved (and planned in the database), paused, resumed, cancelled, over.

Whoever changes a campaign holds its row; whoever writes a letter shares it: none is written after a pause commits.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.booking import actions as booking
from handlers.booking.history import SWEEP
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from handlers.recall import rules
from handlers.rewards import codes
from handlers.segments import actions as audience
from storage import campaigns, coupons, segments
from storage.campaigns import CANCELLED, DONE, DRAFT, PAUSED, RUNNING, Campaign
from storage.coupons import Offer
from storage.segments import Segment
from storage.staff import Staff


@dataclass(frozen=True, slots=True)
class Wish:
    """A campaign as somebody has written it; see `storage.campaigns.Campaign` for what each part means."""

    name: str
    segment: str
    letters: Mapping[str, str]
    starts_at: datetime
    ends_at: datetime
    offer: str = ""
    store_id: int | None = None
    hold_out: int = 10
    services: tuple[str, ...] = field(default=())
    places: int = 0
    hold_hours: int = 24
    days_ahead: int = 5
    report_days: int = 30
    cost: int = 0


def draft(session: Session, shop: Shop, wish: Wish, now: datetime, *, by: Staff | None = None) -> Campaign:
    """Raises Refusal (`recall.wrong.…`) with what has to be put right."""
    segment, offer = _checked(session, shop, wish, now)
    campaign = Campaign(
        segment_id=segment.id, offer_id=offer.id if offer else None, status=DRAFT, note="", made_by=by.id if by else None,
        created_at=now, link=codes.link(), **_columns(wish),
    )  # fmt: skip
    session.add(campaign)
    session.flush()
    return campaign


def edit(session: Session, shop: Shop, campaign: Campaign, wish: Wish, now: datetime) -> None:
    """A draft wholly; afterwards letters and end only, and only those who have not been written to see it."""
    row = campaigns.lock(session, campaign.id)
    segment, offer = _checked(session, shop, wish, now)
    if row.status == DRAFT:
        row.segment_id, row.offer_id = segment.id, offer.id if offer else None
        for name, value in _columns(wish).items():
            setattr(row, name, value)
    elif row.status in (RUNNING, PAUSED):
        row.letters, row.ends_at = dict(wish.letters), wish.ends_at
    else:
        raise Refusal("recall.wrong.over")
    session.flush()


def approve(session: Session, shop: Shop, campaign: Campaign, now: datetime, *, by: Staff | None = None) -> int:
    """Plans it, a row for each person, and lets it run; how many people. Raises Refusal as `draft` does, and `stock`."""
    row = campaigns.lock(session, campaign.id)
    if row.status != DRAFT:
        raise Refusal("recall.wrong.not_a_draft")
    segment = session.get_one(Segment, row.segment_id)
    offer = session.get(Offer, row.offer_id) if row.offer_id is not None else None
    _check(session, shop, wish_of(row, segment, offer), segment, offer, now)
    wall = None if row.store_id is None else {row.store_id}
    means = segments.matching(segment.rule, audience.today_of(session, now), wall)
    row.status, row.approved_at, row.approved_by = RUNNING, now, by.id if by else None
    session.flush()
    number = campaigns.plan(session, row, means)
    if number == 0:
        raise Refusal("recall.wrong.nobody")
    if offer is not None and offer.stock is not None and offer.stock - offer.issued < number * (100 - row.hold_out) // 100:
        raise Refusal("recall.wrong.stock", left=offer.stock - offer.issued, people=number)
    return number


def pause(session: Session, shop: Shop, campaign: Campaign, now: datetime, *, note: str = "") -> None:
    """Nothing begins to leave after this commits; what waits is taken back and comes again when it is resumed."""
    row = campaigns.lock(session, campaign.id)
    if row.status != RUNNING:
        raise Refusal("recall.wrong.not_running")
    row.status, row.note = PAUSED, note
    session.flush()
    _take_back(session, shop, row, now)


def resume(session: Session, campaign: Campaign, now: datetime) -> None:
    row = campaigns.lock(session, campaign.id)
    if row.status != PAUSED:
        raise Refusal("recall.wrong.not_paused")
    if row.ends_at <= now:
        raise Refusal("recall.wrong.past")
    row.status, row.note = RUNNING, ""
    session.flush()


def cancel(session: Session, shop: Shop, campaign: Campaign, now: datetime) -> None:
    """For good; who has a letter keeps what it promised."""
    row = campaigns.lock(session, campaign.id)
    if row.status in (DONE, CANCELLED):
        raise Refusal("recall.wrong.over")
    _take_back(session, shop, row, now)
    campaigns.drop_rest(session, row.id, "cancelled")
    row = campaigns.lock(session, campaign.id)
    row.status, row.ended_at = CANCELLED, now
    session.flush()


def finish(session: Session, campaign_id: int, now: datetime) -> None:
    """Its window is over and what waits comes too late, or everybody had their turn and every letter has left."""
    row = campaigns.lock(session, campaign_id)
    if not is_over(session, row, now):
        return
    campaigns.withdraw(session, row.id)
    campaigns.drop_rest(session, row.id, "window_over")
    row = campaigns.lock(session, campaign_id)
    row.status, row.ended_at = DONE, now
    session.flush()


def is_over(session: Session, row: Campaign, now: datetime) -> bool:
    if row.status not in (RUNNING, PAUSED):
        return False
    if row.ends_at <= now:
        return True
    return row.status == RUNNING and not campaigns.left(session, row.id, 1) and not campaigns.unsent(session, row.id)


def wish_of(row: Campaign, segment: Segment, offer: Offer | None) -> Wish:
    """The campaign as it was written."""
    return Wish(
        row.name, segment.code, row.letters, row.starts_at, row.ends_at, offer.code if offer else "", row.store_id, row.hold_out,
        tuple(row.services), row.places, row.hold_hours, row.days_ahead, row.report_days, row.cost,
    )  # fmt: skip


def _take_back(session: Session, shop: Shop, row: Campaign, now: datetime) -> None:
    again = campaigns.withdraw(session, row.id)
    for start in range(0, len(again), 400):
        for held in campaigns.holds_of(session, again[start : start + 400]):
            booking.cancel(session, shop, held, now, by=SWEEP)


def _checked(session: Session, shop: Shop, wish: Wish, now: datetime) -> tuple[Segment, Offer | None]:
    segment, offer = segments.by_code(session, wish.segment), coupons.offer(session, wish.offer) if wish.offer else None
    if segment is None or not segment.active:
        raise Refusal("recall.wrong.segment")
    if wish.offer and offer is None:
        raise Refusal("recall.wrong.offer")
    _check(session, shop, wish, segment, offer, now)
    return segment, offer


def _check(session: Session, shop: Shop, wish: Wish, segment: Segment, offer: Offer | None, now: datetime) -> None:
    if not wish.name.strip():
        raise Refusal("recall.wrong.name")
    can = {"name", "car", "km", "store"} | ({"offer", "until"} if offer else set()) | ({"time"} if wish.places else set())
    rules.check_letters(wish.letters, can)
    rules.check_window(wish.starts_at, wish.ends_at, now)
    if not 0 <= wish.hold_out <= rules.MOST_HOLD_OUT or not 0 <= wish.places <= rules.MOST_PLACES:
        raise Refusal("recall.wrong.figures")
    if not (
        1 <= wish.hold_hours <= 72 and 1 <= wish.days_ahead <= 30 and 1 <= wish.report_days <= 365 and 0 <= wish.cost <= 10**6
    ):
        raise Refusal("recall.wrong.figures")
    if wish.places and (not wish.services or wish.store_id is None or not set(wish.services) <= set(shop.services)):
        raise Refusal("recall.wrong.places")
    if offer is not None:
        today = audience.today_of(session, now)
        if offer.closed_at is not None or (offer.ends_on is not None and offer.ends_on < today):
            raise Refusal("recall.wrong.offer")
        if offer.ends_on is not None and offer.ends_on < (wish.ends_at - timedelta(days=1)).date():
            raise Refusal("recall.wrong.offer_ends", day=offer.ends_on)
    wall = None if wish.store_id is None else {wish.store_id}
    meant, _ = segments.count(session, segment.rule, audience.today_of(session, now), wall)
    if meant == 0:
        raise Refusal("recall.wrong.nobody")
    if meant == segments.everybody(session, wall):
        raise Refusal("recall.wrong.everyone", people=meant)


def _columns(wish: Wish) -> dict[str, object]:
    values = asdict(wish)
    values.pop("segment"), values.pop("offer")
    return {**values, "letters": dict(wish.letters), "services": list(wish.services)}


def link(session: Session, campaign: Campaign) -> str:
    """The word of its link; a campaign of an older release gets one now."""
    row = campaigns.lock(session, campaign.id)
    row.link = row.link or codes.link()
    session.flush()
    return row.link


def spent(session: Session, campaign: Campaign) -> int:
    """What letters and coupons of the campaign have cost so far, in minor units."""
    sent = campaigns.letters(session, campaign.id).get("sent", 0)
    return sent * campaign.cost + sum(arm.given for arm in campaigns.arms(session, campaign.id).values())
