"""Console pages on campaigns: all of them, one that is written, and one with its progress, samples and what it brought."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from handlers.desk import MANAGERS, Desk, Go, Missing, Page, Picture, Thing
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.recall import actions, forecast, links, rules, takings
from handlers.recall.actions import Wish
from handlers.recall.takings import Takings
from handlers.rewards import desk_form
from handlers.segments import actions as audience
from storage import campaign_links, campaigns, coupons, segments
from storage.campaigns import (
    DRAFT,
    DROPPED,
    HELD_BACK,
    HOLD_OUT,
    LETTER,
    PAUSED,
    PLANNED,
    POSTED,
    RUNNING,
    WITHHELD,
    Arm,
    Campaign,
)
from storage.coupons import Offer
from storage.customers import Customer
from storage.segments import Segment

SAMPLES = 3
PACE = timedelta(minutes=2)
STATUSES = (PLANNED, POSTED, HELD_BACK, WITHHELD, DROPPED)
# What may be done in which state.
STEPS = {
    DRAFT: ("approve", "save", "cancel"),
    RUNNING: ("pause", "save", "cancel"),
    PAUSED: ("resume", "save", "cancel"),
}


def listed(desk: Desk) -> Mapping[str, Any]:
    found = [one for one in campaigns.all_campaigns(desk.session) if desk.wall is None or one.store_id in desk.wall]
    return {"campaigns": [(one, _progress(desk, one)) for one in found]}


def blank(desk: Desk) -> Mapping[str, Any]:
    return _form(desk, {})


def create(desk: Desk) -> Go:
    campaign = actions.draft(desk.session, desk.shop, _wish(desk), desk.now, by=desk.staff)
    desk.audit("campaign.draft", f"campaign:{campaign.id}")
    return Go(desk.url("/campaigns/{campaign}", campaign=campaign.id), desk.plain("recall.desk.drafted"))


def one(desk: Desk) -> Mapping[str, Any]:
    campaign: Campaign = desk.things["campaign"]
    segment = desk.session.get_one(Segment, campaign.segment_id)
    offer = desk.session.get(Offer, campaign.offer_id) if campaign.offer_id is not None else None
    arms = campaigns.arms(desk.session, campaign.id)
    written, withheld = arms.get(LETTER, Arm()), arms.get(HOLD_OUT, Arm())
    money = takings.by_arm(desk.session, desk.shop, campaign.id) if arms else {}
    earned, anyway = money.get(LETTER, Takings()), money.get(HOLD_OUT, Takings())
    unknown = earned.unknown + anyway.unknown
    found = rules.uplift(written.came, written.people, withheld.came, withheld.people)
    spent = actions.spent(desk.session, campaign)
    wall = None if campaign.store_id is None else {campaign.store_id}
    today = audience.today_of(desk.session, desk.now)
    meant, open_ = segments.count(desk.session, segment.rule, today, wall) if campaign.status == DRAFT else (0, 0)
    return {
        **_form(desk, _held(desk, campaign, segment, offer)),
        "campaign": campaign,
        "segment_name": desk.named(segment.names),
        "offer_name": desk.named(offer.names) if offer else "",
        "meant": meant,
        "open": open_,
        "progress": _progress(desk, campaign),
        "reasons": [
            (reason, number)
            for (status, reason), number in sorted(campaigns.tallies(desk.session, campaign.id).items())
            if reason and status == HELD_BACK
        ],
        "letters": campaigns.letters(desk.session, campaign.id),
        "arms": [("written", written, earned), ("withheld", withheld, anyway)],
        "visits": earned.visits + anyway.visits,
        "unknown": unknown,
        "gain": rules.gain(earned.revenue, written.people, anyway.revenue, withheld.people),
        # Where some margins are unknown, the arms cannot be compared.
        "margin_gain": None if unknown else rules.gain(earned.margin, written.people, anyway.margin, withheld.people),
        "uplift": found,
        "cost": rules.cost_per_return(spent, written.people, found),
        "spent": spent,
        "fewest": {"people": rules.FEWEST_PEOPLE, "visits": rules.FEWEST_VISITS, "payers": rules.FEWEST_PAYERS},
        "currency": desk.shop.stores[0].currency if desk.shop.stores else "CNY",
        "samples": _samples(desk, campaign, segment, offer),
        "steps": STEPS.get(campaign.status, ()),
        "forecast": None,
        "moved": 0,
        "pace": _pace(desk, campaign),
        "hung": _hung(desk, campaign) if campaign.link else [],
        "linked": campaign_links.tallies(desk.session, campaign.id),
        "places": links.PLACES,
        "telegram": desk.house.telegram(),
    }


def qr(desk: Desk) -> Picture:
    """The code of one link as a file to be printed; drawn in lines, so that it may be as large as a wall."""
    campaign: Campaign = desk.things["campaign"]
    place, _, where = desk.where["place"].partition("-")
    found = {name: addresses for name, *addresses in _hung(desk, campaign)} if campaign.link else {}
    if place not in found or where not in ("page", "telegram") or not (address := found[place][where == "telegram"]):
        raise Missing
    import segno  # late: only who shows it pays for it

    made = BytesIO()
    segno.make(address, error="m", micro=False).save(made, kind="svg", scale=8, border=4, xmldecl=True)
    return Picture("image/svg+xml", made.getvalue(), f"{place}-{where}.svg")


def _hung(desk: Desk, campaign: Campaign) -> list[tuple[str, str, str]]:
    """For each place: its name, the address of the page, and that on Telegram ("" without)."""
    bot = desk.house.telegram()
    return [
        (place, f"{desk.site}/?start={said}", f"https://t.me/{bot}?start={said}" if bot else "")
        for place in links.PLACES
        if (said := links.payload(campaign, place))
    ]


def change(desk: Desk) -> Mapping[str, Any] | Go:
    campaign: Campaign = desk.things["campaign"]
    if desk.field("do") == "dry":
        moved = desk_form.whole(desk, "moved") or 0
        looked = forecast.of(desk.session, desk.shop, desk.house.texts, campaign, desk.now, moved=moved)
        return {**one(desk), "forecast": looked, "moved": moved}
    if desk.field("do") == "link":
        actions.link(desk.session, campaign)
        return Go(desk.url("/campaigns/{campaign}", campaign=campaign.id))
    wish = desk.field("do", 10)
    if wish not in STEPS.get(campaign.status, ()):
        raise Refusal("recall.wrong.over")
    if wish == "approve":
        actions.approve(desk.session, desk.shop, campaign, desk.now, by=desk.staff)
    elif wish == "pause":
        actions.pause(desk.session, desk.shop, campaign, desk.now)
    elif wish == "resume":
        actions.resume(desk.session, campaign, desk.now)
    elif wish == "cancel":
        actions.cancel(desk.session, desk.shop, campaign, desk.now)
    else:
        actions.edit(desk.session, desk.shop, campaign, _wish(desk), desk.now)
    desk.audit(f"campaign.{wish}", f"campaign:{campaign.id}")
    return Go(desk.url("/campaigns/{campaign}", campaign=campaign.id), desk.plain(f"recall.desk.did.{wish}"))


def _progress(desk: Desk, campaign: Campaign) -> dict[str, int]:
    counts = dict.fromkeys(STATUSES, 0)
    for (status, _), number in campaigns.tallies(desk.session, campaign.id).items():
        counts[status] += number
    total = sum(counts.values())
    return {**counts, "total": total, "over": total - counts[PLANNED]}


def _pace(desk: Desk, campaign: Campaign) -> tuple[int, int] | None:
    """(people a minute, minutes that are left at that pace) while it runs; None when nothing moved in the last minutes."""
    lately = campaigns.rate(desk.session, campaign.id, desk.now - PACE)
    if campaign.status != RUNNING or not lately:
        return None
    a_minute = max(1, round(lately / (PACE / timedelta(minutes=1))))
    left = _progress(desk, campaign)[PLANNED]
    return a_minute, -(-left // a_minute)


def _samples(desk: Desk, campaign: Campaign, segment: Segment, offer: Offer | None) -> list[tuple[str, str]]:
    """The letter as real customers would read it, each in their language."""
    wall = desk.wall if desk.wall is not None else None if campaign.store_id is None else {campaign.store_id}
    today = audience.today_of(desk.session, desk.now)
    means = segments.matching(segment.rule, today, wall).order_by(Customer.id).limit(SAMPLES)
    shown = []
    for number in desk.session.scalars(means):
        who = desk.session.get_one(Customer, number)
        shown.append((who.name, forecast.words(desk, desk.house.texts, who, campaign, offer, today)))
    return shown


def _form(desk: Desk, held: Mapping[str, str]) -> dict[str, Any]:
    mine = {store.code for store in desk.stores}
    open_ = [
        offer for offer in coupons.offers(desk.session)
        if offer.closed_at is None and (desk.wall is None or not offer.stores or set(offer.stores) & mine)
    ]  # fmt: skip
    groups = [one for one in segments.all_segments(desk.session) if desk.wall is None or one.store_id in (None, *desk.wall)]
    return {
        "segments": groups,
        "offers": open_,
        "languages": LANGUAGES,
        "placeholders": rules.PLACEHOLDERS,
        "services": desk.shop.services,
        "value": lambda name: desk.field(name) if desk.form else held.get(name, ""),
        "ticked": set(desk.form.get("services", ())) if desk.form else set(held.get("services", "").split()),
        "sample": lambda language: desk.house.texts.label("recall.desk.sample", language, {}),
    }


def _held(desk: Desk, row: Campaign, segment: Segment, offer: Offer | None) -> dict[str, str]:
    """The form's fields as the campaign is."""
    zone, store = _zone(desk), desk.store_of(row.store_id)
    return {
        "name": row.name, "segment": segment.code, "offer": offer.code if offer else "", "store": store.code if store else "",
        **{f"letter_{language}": text for language, text in row.letters.items()},
        "starts": row.starts_at.astimezone(zone).date().isoformat(),
        "ends": (row.ends_at - timedelta(seconds=1)).astimezone(zone).date().isoformat(),
        **{name: str(getattr(row, name)) for name in ("hold_out", "places", "hold_hours", "days_ahead", "report_days")},
        "services": " ".join(row.services), "cost": f"{row.cost / 100:g}",
    }  # fmt: skip


def _wish(desk: Desk) -> Wish:
    """Behind a store's wall a campaign is of that store and no other."""
    zone, asked = _zone(desk), desk.field("store", 40)
    store = desk.store if asked or desk.wall is not None else None
    starts, ends = desk_form.day(desk, "starts"), desk_form.day(desk, "ends")
    if starts is None or ends is None:
        raise Refusal("rewards.wrong.day")

    def number(name: str, usual: int) -> int:
        typed = desk_form.whole(desk, name)
        return usual if typed is None else typed

    return Wish(
        name=desk.field("name", 120), segment=desk.field("segment", 40), offer=desk.field("offer", 40),
        letters={language: desk.field(f"letter_{language}", 2000) for language in LANGUAGES},
        starts_at=_midnight(starts, zone), ends_at=_midnight(ends + timedelta(days=1), zone),
        store_id=store.id if store else None, hold_out=number("hold_out", 10),
        services=tuple(code for code in desk.form.get("services", ()) if code in desk.shop.services),
        places=number("places", 0), hold_hours=number("hold_hours", 24), days_ahead=number("days_ahead", 5),
        report_days=number("report_days", 30), cost=desk_form.money(desk, "cost", "CNY") or 0,
    )  # fmt: skip


def _zone(desk: Desk) -> ZoneInfo:
    return ZoneInfo(desk.shop.stores[0].timezone if desk.shop.stores else "UTC")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)


CAMPAIGN = Thing(
    "campaign", lambda session, number: session.get(Campaign, number), lambda _session, found, mine: found.store_id in mine
)  # fmt: skip
PAGES = [
    Page(path="/campaigns", roles=MANAGERS, get=listed, template="recall/campaigns.html", menu="recall.desk.menu"),
    Page(path="/campaigns/new", roles=MANAGERS, get=blank, post=create, template="recall/new.html"),
    Page(path="/campaigns/{campaign}/qr/{place}", roles=MANAGERS, get=qr),
    Page(path="/campaigns/{campaign}", roles=MANAGERS, get=one, post=change, template="recall/campaign.html"),
]
