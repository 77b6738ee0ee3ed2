"""A campaign looked at before it is approved: how many, whom, when, and who would be held back and why; nothing is kept."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.contact import actions as gate
from handlers.contact.rules import MARKETING, Wish
from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from handlers.dialogue.voice import Voice
from handlers.recall import letters, rules
from handlers.reminders import birthdays, loading, rulebook
from handlers.reminders.due import OUTRANKED
from handlers.reminders.rulebook import Rulebook
from handlers.rewards import rules as gifts
from handlers.segments import actions as audience
from storage import campaigns, chats, facts, segments
from storage.campaigns import HOLD_OUT, Campaign
from storage.coupons import Offer
from storage.customers import Customer
from storage.segments import Segment

# As far as it can be moved; so many people are asked about one by one, so many letters shown.
EARLIEST, LATEST, ASKED, SAMPLES = -90, 30, 500, 3
# In larger shops the sums of customers are taken as they are today, whatever the day.
FEW = 50_000


@dataclass(slots=True)
class Forecast:
    """`meant`: in the segment on that day; `open`: of them those who can be reached and agree to offers, `withheld` of whom are
    the hold-out. Of the others the first `asked` were put to the gate: `days` says when letters leave, in the store's days,
    `reasons` why some do not. `exact` False: with sums as of today."""

    day: date
    meant: int = 0
    open: int = 0
    withheld: int = 0
    asked: int = 0
    exact: bool = True
    days: Counter[date] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Looking:
    session: Session
    shop: Shop
    now: datetime
    book: Rulebook


def of(
    session: Session, shop: Shop, texts: Texts, campaign: Campaign, now: datetime, *, moved: int = 0, asked: int = ASKED,
    samples: int = SAMPLES,
) -> Forecast:  # fmt: skip
    """As if it began so many days later (or, below zero, had begun so many days ago). Raises Refusal when it is too far."""
    if not EARLIEST <= moved <= LATEST:
        raise Refusal("recall.wrong.moved", earliest=-EARLIEST, latest=LATEST)
    start = (now if moved < 0 else max(now, campaign.starts_at)) + timedelta(days=moved)
    today = audience.today_of(session, start)
    found = Forecast(today)
    with session.begin_nested() as trial:
        if today != audience.today_of(session, now):
            found.exact = facts.last_id(session) <= FEW
            if found.exact:
                facts.refresh(session, today, (0, FEW))
        _look(_Looking(session, shop, start, rulebook.load(session)), texts, campaign, found, asked, samples)
        trial.rollback()
    return found


def _look(looking: _Looking, texts: Texts, campaign: Campaign, found: Forecast, asked: int, samples: int) -> None:
    session = looking.session
    segment = session.get_one(Segment, campaign.segment_id)
    wall = None if campaign.store_id is None else {campaign.store_id}
    found.meant, found.open = segments.count(session, segment.rule, found.day, wall)
    ends = looking.now + (campaign.ends_at - campaign.starts_at)
    offer = session.get(Offer, campaign.offer_id) if campaign.offer_id is not None else None
    for number, arm in campaigns.drawn(session, campaign, segments.matching(segment.rule, found.day, wall)):
        if arm == HOLD_OUT:
            found.withheld += 1
        elif found.asked < asked:
            found.asked += 1
            _ask(looking, texts, campaign, found, number, ends, offer, samples)


def _ask(
    looking: _Looking, texts: Texts, campaign: Campaign, found: Forecast, number: int, ends: datetime, offer: Offer | None,
    samples: int,
) -> None:  # fmt: skip
    session, now = looking.session, looking.now
    theirs = sorted(chats.of_customer(session, number), key=lambda one: one.seen_at or now, reverse=True)
    chat = next(one for one in theirs if one.reachable)
    who = session.get_one(Customer, number)
    home = loading.home(looking.shop, who.store_id)
    if birthdays.near(looking.book, looking.shop, who, loading.today_in(home, now)):
        found.reasons[OUTRANKED] += 1
        return
    decision = gate.judge(session, looking.shop, chat, Wish(MARKETING, "offers", now, expires_at=ends), now).decision
    if decision.send_at is None:
        found.reasons[decision.reason] += 1
        return
    zone = ZoneInfo(looking.shop.stores[0].timezone)
    found.days[decision.send_at.astimezone(zone).date()] += 1
    if len(found.samples) < samples:
        found.samples.append((who.name, words(looking, texts, who, campaign, offer, found.day, chat.language)))


def words(
    looking: letters.Looking, texts: Texts, who: Customer, campaign: Campaign, offer: Offer | None, day: date,
    language: str | None = None,
) -> str:  # fmt: skip
    """The letter as this customer would read it, with a time in place of one that is not held yet."""
    voice = Voice(language or who.language or "en", texts, looking.shop)
    try:
        until = gifts.last_day(offer, day) if offer else None
    except Refusal:
        until = None
    known = letters.values(looking, voice, who, campaign, until, None, letters.first_car(looking.session, who.id))
    if campaign.places:
        known["time"] = voice.text("recall.desk.some_time")
    return rules.filled(campaign.letters.get(voice.language) or campaign.letters["en"], known)
