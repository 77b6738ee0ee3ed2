"""Campaigns: nobody is written to who should not be, nobody is lost or written to twice, and the figures are honest."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from statistics import variance
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from handlers.contact import actions as contact
from handlers.dialogue import Refusal
from handlers.dialogue import shop as shops
from handlers.recall import actions, forecast, letters, rules, takings
from handlers.recall.actions import Wish
from handlers.rewards import actions as rewards
from handlers.rewards.rules import NewOffer
from handlers.segments import actions as audience
from storage import campaigns, chats, coupons, messages, outbox, segments, stores
from storage import contact as wishes
from storage.appointments import Appointment
from storage.campaigns import HELD_BACK, HOLD_OUT, PLANNED, POSTED, WITHHELD, Campaign, Recipient
from storage.catalogue import Price
from storage.chats import CHATS
from storage.contact import ContactDecision
from storage.coupons import Coupon, Offer
from storage.customers import Customer
from storage.facts import Facts
from storage.messages import MESSAGES
from storage.stores import Store
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
LETTERS = dict.fromkeys(LANGUAGES, "Dear {name}, your {car}[ at about {km} km] misses us. {offer} until {until}.")
PLAIN = dict.fromkeys(LANGUAGES, "Come back, {name}.")
AWAKE = START + timedelta(hours=2)  # eleven o'clock


def people(world: World, number: int = 40, *, agreed: bool = True) -> list[int]:
    """So many customers with a car, a chat on Telegram each, and (mostly) a yes to offers."""
    found = []
    with world.database.transaction() as session:
        store = stores.first(session)
        assert store
        shop = world.engine.memo.get(session, shops.load)
        for place in range(number):
            who = Customer(code=f"P{place}", name=f"Person {place}", store_id=store.id, created_at=START, language="en")
            session.add(who)
            session.flush()
            model = next(iter(shop.models_by_id)) if not place else None
            session.add(Vehicle(code=f"PV{place}", customer_id=who.id, model_id=model, name="Wagon", year=2020))
            chat = chats.arrive(session, "telegram", f"p-{place}", pulls=False, now=START)
            chat.customer_id, chat.language = who.id, "en"
            chats.save(session, chat)
            if agreed:
                contact.agree(session, chat, "v", START)
            found.append(who.id)
        rule = {
            "any": [[{"fact": "visits", "most": 0}, {"fact": "cars", "least": 1}, {"fact": "car_age", "most": 6, "least": 6}]]
        }
        audience.rebuild(session, START)
        names = dict.fromkeys(LANGUAGES, "New")
        audience.save(session, shop, code="new", names=names, rule=rule, now=START)
        offer = NewOffer("back", names, "amount", amount=5000, currency="CNY", days=20)
        rewards.make(session, shop, offer, START)
    return found


WISH = Wish("Spring", "new", PLAIN, START, START + timedelta(days=5), hold_out=0)


def approved(world: World, **more: Any) -> int:
    with world.database.transaction() as session:
        shop = shops.load(session)
        campaign = actions.draft(session, shop, replace(WISH, **more), world.now)
        actions.approve(session, shop, campaign, world.now)
        return campaign.id


def rows(world: World) -> list[Recipient]:
    with world.database.reading() as session:
        return list(session.scalars(select(Recipient).order_by(Recipient.id)))


def posted(world: World) -> list[Any]:
    with world.database.reading() as session:
        return list(session.execute(select(MESSAGES).where(MESSAGES.c.feature == "recall").order_by(MESSAGES.c.id)))


def statuses(world: World) -> Counter[str]:
    return Counter(row.status for row in rows(world))


@sqlite
def test_a_dry_run_says_what_the_campaign_then_does_and_keeps_nothing(world: World) -> None:
    """As many, held back for the same reasons, the same words; also for a day that has been, whose sums are not kept."""
    world.now = AWAKE
    ids = people(world, 20)
    with world.database.transaction() as session:
        shop = shops.load(session)
        for number in ids[:3]:
            wish = wishes.wish(session, chats.of_customer(session, number)[0].id)
            wish.off = ["offers"]
            session.add(wish)
        for number in ids[3:5]:
            for chat in chats.of_customer(session, number):
                contact.stop(session, chat, "v", START)
                chats.save(session, chat)
        campaign = actions.draft(session, shop, replace(WISH, hold_out=10), world.now)
        before = session.execute(select(Facts.__table__).order_by(Facts.customer_id)).all()
        found = forecast.of(session, shop, world.engine.texts, campaign, world.now)
        assert (found.meant, found.open) == (20, 18)
        assert forecast.of(session, shop, world.engine.texts, campaign, world.now, moved=-90).day == AWAKE.date() - timedelta(90)
        with pytest.raises(Refusal):
            forecast.of(session, shop, world.engine.texts, campaign, world.now, moved=31)
        session.expire_all()
        assert session.execute(select(Facts.__table__).order_by(Facts.customer_id)).all() == before
        assert session.scalars(select(ContactDecision)).all() == []
        actions.approve(session, shop, campaign, world.now)
    world.sweeps()
    world.sweeps()
    run = statuses(world)
    assert run == {POSTED: sum(found.days.values()), HELD_BACK: sum(found.reasons.values()), WITHHELD: found.withheld}
    assert Counter(row.reason for row in rows(world) if row.status == HELD_BACK) == found.reasons
    assert {words for _, words in found.samples} <= {row.text for row in posted(world)}
    with world.database.reading() as session:
        assert campaigns.rate(session, rows(world)[0].campaign_id, world.now - timedelta(minutes=2)) == 18


@sqlite
def test_a_letter_each_and_none_to_the_hold_out(world: World) -> None:
    """The hold-out is the same people in each campaign; words are filled in when it is somebody's turn."""
    world.now = AWAKE
    people(world, 30)
    first = approved(world, letters=LETTERS, offer="back", hold_out=10)
    assert statuses(world) == {PLANNED: 30}
    assert posted(world) == []
    world.sweeps()
    world.sweeps()
    held = {row.customer_id for row in rows(world) if row.arm == HOLD_OUT}
    assert 1 <= len(held) <= 9
    assert statuses(world) == {POSTED: 30 - len(held), WITHHELD: len(held)}
    sent = posted(world)
    assert len({row.chat_id for row in sent}) == len(sent) == 30 - len(held)
    assert "misses us. New until" in sent[0].text
    assert sent[0].text.startswith("Dear Person, your ")  # by the first name, and with "your" once
    assert "your your" not in " ".join(row.text for row in sent)
    assert not any("{" in row.text or "[" in row.text for row in sent)
    with world.database.reading() as session:
        assert len(coupons.offers(session)) > 1
        assert coupons.differences(session) == []
        given = session.scalars(select(Coupon.customer_id).where(Coupon.key.startswith(f"campaign:{first}:"))).all()
        assert set(given) == {row.customer_id for row in rows(world)} - held
        assert campaigns.problems(session) == []
        assert session.get_one(Campaign, first).status == "running"
    with world.database.transaction() as session:
        session.execute(MESSAGES.update().where(MESSAGES.c.feature == "recall").values(status="sent"))
    world.now += timedelta(minutes=1)
    world.sweeps()
    with world.database.reading() as session:
        assert session.get_one(Campaign, first).status == "done"
    # Another campaign at once: the same hold-out, and nobody gets a second letter in a week.
    second = approved(world)
    with world.database.transaction() as session:
        session.execute(update(Campaign).where(Campaign.id == second).values(hold_out=10))
    world.sweeps()
    again = [row for row in rows(world) if row.campaign_id == second]
    assert {row.status for row in again if row.customer_id not in held} == {HELD_BACK}
    assert {row.reason for row in again if row.status == HELD_BACK} == {"cap_week"}
    with world.database.reading() as session:
        assert session.scalar(select(Offer.issued).where(Offer.code == "back")) == 30 - len(held)


@sqlite
def test_whose_birthday_comes_is_greeted_and_not_written_to_as_one_of_many(world: World) -> None:
    """There is room for one offer a week, and the letter would have taken it; a dry run says so, too."""
    world.now = AWAKE
    ids = people(world, 5)
    soon, later, past = (AWAKE.date() + timedelta(days=days) for days in (8, 20, -1))
    with world.database.transaction() as session:
        for number, day in zip(ids, (soon, later, past), strict=False):
            session.get_one(Customer, number).birthday = day.replace(year=1990)
    approved(world)
    with world.database.transaction() as session:
        looked = forecast.of(session, shops.load(session), world.engine.texts, session.scalars(select(Campaign)).one(), world.now)
        assert (looked.reasons, sum(looked.days.values())) == ({"outranked": 1}, 4)
    world.sweeps()
    world.sweeps()
    held = {row.customer_id: row.reason for row in rows(world) if row.status == HELD_BACK}
    assert held == {ids[0]: "outranked"}
    with world.database.reading() as session:
        decided = session.scalars(select(ContactDecision.reason).where(ContactDecision.customer_id == ids[0])).all()
        assert decided == ["outranked"]


@sqlite
def test_cc10_a_stop_in_the_middle(world: World) -> None:
    """CC10: whoever says stop gets nothing any more, whether their turn is still to come or their letter waits."""
    world.now = AWAKE
    theirs = people(world, 6)
    approved(world)
    with world.database.transaction() as session:
        early, late = (chats.of_customer(session, number)[0] for number in (theirs[0], theirs[1]))
        contact.stop(session, chats.lock(session, early.id), "v", world.now)
    world.sweeps()
    with world.database.transaction() as session:
        contact.stop(session, chats.lock(session, late.id), "v", world.now)
    by_chat = {row.chat_id: row.status for row in posted(world)}
    assert early.id not in by_chat
    assert by_chat.pop(late.id) == "cancelled"
    assert set(by_chat.values()) == {"queued"}
    reasons = {row.customer_id: (row.status, row.reason) for row in rows(world)}
    assert reasons[theirs[0]] == (HELD_BACK, "no_consent")


@sqlite
def test_paused_and_resumed_where_it_was(world: World) -> None:
    """PR2 in small: what waits is taken back, also from a courier's hand, and comes again once; what leaves has left."""
    world.now = AWAKE
    people(world, 16)
    number = approved(world, offer="back")
    world.sweeps()
    now = world.now
    with world.database.transaction() as session:
        claimed = outbox.claim(
            session, "telegram", "w", pushes=True, most=10, now=now, wall=now, until=now + timedelta(minutes=1)
        )  # fmt: skip
        assert len(claimed) == 10
        for letter in claimed[:4]:
            assert outbox.set_off(session, "w", letter)
    with world.database.transaction() as session:
        actions.pause(session, shops.load(session), session.get_one(Campaign, number), now)
    assert statuses(world) == {POSTED: 4, PLANNED: 12}
    with world.database.transaction() as session:
        assert not any(outbox.set_off(session, "w", letter) for letter in claimed[4:])
        assert outbox.mark_sent(session, "w", [(letter, None) for letter in claimed[:4]], now) == 4
    world.sweeps()
    assert statuses(world) == {POSTED: 4, PLANNED: 12}
    with world.database.transaction() as session:
        actions.resume(session, session.get_one(Campaign, number), world.now)
    for _ in range(3):
        world.sweeps()
    assert statuses(world) == {POSTED: 16}
    alive = Counter(row.chat_id for row in posted(world) if row.status in ("queued", "sent"))
    assert len(alive) == 16
    assert set(alive.values()) == {1}
    with world.database.reading() as session:
        assert session.scalar(select(Offer.issued).where(Offer.code == "back")) == 16
        counted = session.scalars(
            select(ContactDecision.verdict).where(ContactDecision.key.startswith(f"campaign:{number}:"))
        ).all()
        assert Counter(counted) == {"sent": 16, "held_back": 12}
    with world.database.transaction() as session:
        actions.cancel(session, shops.load(session), session.get_one(Campaign, number), world.now)
        assert campaigns.problems(session) == []
    assert Counter(row.status for row in posted(world)) == {"sent": 4, "cancelled": 24}


def test_cc11_paused_edited_and_resumed_fifty_times_while_it_runs(world: World) -> None:
    """CC11: nobody has two letters, what is written keeps its words, who has none yet gets the newest; after the end nothing."""
    world.now, order = AWAKE, random.Random(11)
    many, turns = (6, 50) if world.database.is_sqlite else (4, 20)
    people(world, many)
    number, version, left = approved(world, letters=dict.fromkeys(LANGUAGES, "Version 0, {name}")), 0, {}
    written: dict[int, str] = {}
    with world.database.reading() as session:
        shop = shops.load(session)

    def leaves(most: int) -> None:
        now = world.now
        with world.database.transaction() as session:
            until = now + timedelta(minutes=1)
            claimed = outbox.claim(session, "telegram", "w", pushes=True, most=most, now=now, wall=now, until=until)
            gone = [letter for letter in claimed if outbox.set_off(session, "w", letter)]
            outbox.mark_sent(session, "w", [(letter, None) for letter in gone], now)

    for turn in range(turns):
        world.passes(seconds=20)
        with world.database.transaction() as session:
            campaign = session.get_one(Campaign, number)
            if turn % 3 == 0:
                version += 1
                letters = dict.fromkeys(LANGUAGES, f"Version {version}, {{name}}")
                actions.edit(session, shop, campaign, replace(WISH, letters=letters), world.now)
            (actions.pause(session, shop, campaign, world.now) if turn % 2 else None)
        if turn % 2:
            assert {row.status for row in posted(world)} <= {"sent", "cancelled"}
            with world.database.transaction() as session:
                actions.resume(session, session.get_one(Campaign, number), world.now)
        world.sweeps()
        for row in posted(world):
            if row.id not in written:
                assert row.text.startswith(f"Version {version}, ")
            assert written.setdefault(row.id, row.text) == row.text
        leaves(int(order.random() < 3 / turns))
        left = {row.id: row.chat_id for row in posted(world) if row.status == "sent"}
        assert len(set(left.values())) == len(left), "two letters for one person"
    assert 1 < len(left) < many
    with world.database.transaction() as session:
        actions.cancel(session, shop, session.get_one(Campaign, number), world.now)
        assert campaigns.problems(session) == []
    world.sweeps()
    leaves(many)
    assert {row.id for row in posted(world) if row.status == "sent"} == set(left)


def test_four_workers_write_every_letter_once(world: World) -> None:
    """CC10: and a pause among them holds: nothing is written after it."""
    world.now = AWAKE
    people(world, 20)
    number = approved(world)

    def work(_: int) -> None:
        world.engine.sweep(world.now)

    def pause(_: int) -> int:
        with world.database.transaction() as session:
            actions.pause(session, shops.load(session), session.get_one(Campaign, number), world.now)
        return len([row for row in posted(world) if row.status == "queued"])

    with ThreadPoolExecutor(5) as pool:
        working = [pool.submit(work, one) for one in range(4)]
        assert pool.submit(pause, 0).result() == 0
        for one in working:
            one.result()
    assert [row for row in posted(world) if row.status == "queued"] == []
    with world.database.transaction() as session:
        actions.resume(session, session.get_one(Campaign, number), world.now)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    world.sweeps()
    alive = Counter(row.chat_id for row in posted(world) if row.status == "queued")
    assert (len(alive), set(alive.values())) == (20, {1})


@sqlite
def test_waves_by_free_capacity(world: World) -> None:
    """So many times are held at once; the next letter leaves when one is taken or let go."""
    world.now = AWAKE
    theirs = people(world, 8)
    with world.database.reading() as session:
        store = stores.first(session)
        assert store
    more = {"places": 3, "services": ("minor_service",), "store_id": store.id, "offer": "back", "hold_hours": 4}
    approved(world, letters=dict.fromkeys(LANGUAGES, "{name}: {time}, {offer}"), **more)
    world.sweeps()
    world.sweeps()
    assert statuses(world) == {POSTED: 3, PLANNED: 5}
    with world.database.reading() as session:
        held = session.scalars(select(Appointment).where(Appointment.source == "campaign")).all()
        assert {row.status for row in held} == {"held"}
        assert len({(row.bay_id, row.starts_at) for row in held}) == 3
    [first, *_] = [row for row in rows(world) if row.status == POSTED]
    ann = world.customer("telegram", "en", address=f"p-{theirs.index(first.customer_id)}")
    ann.says("hello")
    ann.presses("Take ").sees("You're booked!", "Your offer comes along")
    with world.database.reading() as session:
        assert session.get_one(Appointment, first.appointment_id).status == "confirmed"
        assert session.get_one(Coupon, first.coupon_id).appointment_id == first.appointment_id
    world.sweeps()
    assert statuses(world) == {POSTED: 4, PLANNED: 4}
    world.passes(hours=4, minutes=1)
    world.engine.push(world.now)
    world.sweeps()
    assert statuses(world) == {POSTED: 7, PLANNED: 1}
    # Somebody else's letter is as if it did not exist.
    eve = world.customer("telegram", "en", address="eve")
    eve.says("my offers").sees("no offers")
    with world.database.reading() as session:
        assert campaigns.of_customer_now(session, first.id, theirs[-1] + 1000) is None
        arm = campaigns.arms(session, first.campaign_id)["letter"]
    assert (arm.people, arm.clicked, arm.booked, arm.came) == (7, 1, 1, 0)


@sqlite
def test_nobody_is_written_to_at_night_or_without_a_yes(world: World) -> None:
    world.now = START + timedelta(hours=13)  # ten in the evening
    people(world, 3)
    approved(world)
    world.sweeps()
    assert posted(world) == []
    with world.database.transaction() as session:
        session.execute(update(CHATS).values(reachable=False))
    world.now = START + timedelta(days=1, hours=2)
    world.sweeps()
    assert {row.reason for row in rows(world)} == {"unreachable"}


BAD: list[tuple[dict[str, Any], str]] = [
    ({"letters": {"en": "x", "zh-Hans": "x"}}, "language"),
    ({"letters": dict.fromkeys(LANGUAGES, "Hi {nmae}")}, "placeholder"),
    ({"letters": dict.fromkeys(LANGUAGES, "{0.__class__} %(x)s")}, "placeholder"),
    ({"letters": dict.fromkeys(LANGUAGES, "{offer} for you")}, "cannot_fill"),
    ({"letters": dict.fromkeys(LANGUAGES, "see {you")}, "braces"),
    ({"letters": dict.fromkeys(LANGUAGES, "x" * 1501)}, "long"),
    ({"ends_at": START - timedelta(days=1)}, "past"),
    ({"starts_at": START + timedelta(days=6)}, "ends_first"),
    ({"ends_at": START + timedelta(days=400)}, "window"),
    ({"hold_out": 80}, "figures"),
    ({"places": 3}, "places"),
    ({"segment": "nobody_knows"}, "segment"),
    ({"offer": "none"}, "offer"),
    ({"name": " "}, "name"),
    ({"segment": "everyone"}, "everyone"),
    ({"segment": "no_one"}, "nobody"),
]


@sqlite
def test_a_bad_campaign_is_stopped_by_a_sentence(world: World) -> None:
    """WB7: before anything is sent."""
    world.now = AWAKE
    people(world, 3)
    names = dict.fromkeys(LANGUAGES, "x")
    with world.database.transaction() as session:
        shop = shops.load(session)
        for code, rule in (("everyone", {"fact": "visits", "least": 0}), ("no_one", {"fact": "visits", "least": 9999})):
            audience.save(session, shop, code=code, names=names, rule={"any": [[rule]]}, now=START)
        for wrong, key in BAD:
            with pytest.raises(Refusal) as no:
                actions.draft(session, shop, replace(WISH, **wrong), world.now)
            assert no.value.key == f"recall.wrong.{key}", wrong
            for language in LANGUAGES:
                assert world.engine.texts.render(no.value.key, language, no.value.values)
        # What stands in brackets is left out where it is not known, so the letter that the form begins with needs no offer.
        no_offer = replace(WISH, offer="", letters=dict.fromkeys(LANGUAGES, "Hello {name}.[ For you: {offer}.]"))
        assert actions.draft(session, shop, no_offer, world.now).offer_id is None
        rewards.make(session, shop, NewOffer("few", names, "amount", amount=1, currency="CNY", stock=2), START)
        campaign = actions.draft(session, shop, replace(WISH, offer="few"), world.now)
        with pytest.raises(Refusal, match="stock"):
            actions.approve(session, shop, campaign, world.now)


@sqlite
def test_an_offer_that_is_gone_pauses_the_campaign(world: World) -> None:
    world.now = AWAKE
    people(world, 4)
    number = approved(world, offer="back")
    with world.database.transaction() as session:
        offer = coupons.offer(session, "back")
        assert offer
        rewards.close(session, offer, world.now)
    world.sweeps()
    assert statuses(world) == {PLANNED: 4}
    with world.database.reading() as session:
        campaign = session.get_one(Campaign, number)
        assert (campaign.status, campaign.note) == ("paused", "gone")


def test_letters_show_words_literally() -> None:
    """WB7, IN4: a name is never a template, and what is not known leaves no gap."""
    known = {"name": "<b>{car}</b> {{7*7}}", "car": "A4", "km": ""}
    assert rules.filled("Hi {name},[ at {km} km] your {car} & you", known) == (
        "Hi &lt;b&gt;{car}&lt;/b&gt; {{7*7}}, your A4 &amp; you"
    )
    assert rules.filled("[{km} km]Hi", {"km": "62,000"}) == "62,000 kmHi"


def test_the_figures_are_honest() -> None:
    """Newcombe (1998), method 10, from his own example 56/70 against 48/80; and too few is said to be too few."""
    found = rules.uplift(56, 70, 48, 80)
    assert found
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert found.sure
    assert rules.uplift(49, 49, 0, 500) is None
    assert rules.uplift(5, 500, 4, 500) is None
    level = rules.uplift(30, 300, 30, 300)
    assert level
    assert not level.sure
    assert rules.cost_per_return(1000, 300, level) is None
    assert rules.cost_per_return(140_00, 70, found) == 1000
    widths = [rules.wilson(number, 20) for number in range(21)]
    assert all(low <= after_low and high <= after_high for (low, high), (after_low, after_high) in pairwise(widths))


def test_a_simple_tally(world: World) -> None:
    """What the report counts is what happened after somebody's turn, in both arms alike."""
    world.now = AWAKE
    people(world, 40)
    number = approved(world, hold_out=50)
    world.sweeps()
    with world.database.transaction() as session:
        every = session.scalars(select(Recipient).order_by(Recipient.id)).all()
        for place, row in enumerate(every):
            car = session.scalars(select(Vehicle.id).where(Vehicle.customer_id == row.customer_id)).one()
            came = place % (2 if row.arm == "letter" else 5) == 0
            for day, amount in ((date(2026, 11, 25), 100), (date(2026, 11, 20), 7777)):
                if came or amount == 7777:
                    code = f"{row.id}-{day}"
                    session.add(
                        Visit(code=code, vehicle_id=car, store_id=1, visited_on=day, services=[], amount=amount, odometer_km=None)
                    )
        session.flush()
        arms = campaigns.arms(session, number)
        for arm in ("letter", "hold_out"):
            mine = [(place, row) for place, row in enumerate(every) if row.arm == arm]
            expected = sum(place % (2 if arm == "letter" else 5) == 0 for place, _ in mine)
            assert (arms[arm].people, arms[arm].came, arms[arm].revenue) == (len(mine), expected, expected * 100)
        assert campaigns.count(session, number) == 40
        assert messages.queued_keys(session, [row.key for row in every if row.key])
        assert segments.is_member(session, "new", every[0].customer_id)
        _no_clicks(session)


def _no_clicks(session: Session) -> None:
    assert letters.MOST_WAITING > letters.AT_ONCE
    assert session.scalars(select(Recipient).where(Recipient.clicked_at.is_not(None))).all() == []


def _brought(world: World, amounts: dict[str, int], came: dict[str, int]) -> takings.Takings:
    """Of both arms: every so manieth came for a minor service on the Wednesday."""
    with world.database.transaction() as session:
        for place, row in enumerate(session.scalars(select(Recipient).order_by(Recipient.id)).all()):
            car = session.scalars(select(Vehicle).where(Vehicle.customer_id == row.customer_id)).one()
            if place % came[row.arm] == 0:
                session.add(
                    Visit(
                        code=f"B{row.id}", vehicle_id=car.id, store_id=1, visited_on=date(2026, 11, 25),
                        services=["minor_service"], amount=amounts[row.arm] + place, odometer_km=None,
                    )
                )  # fmt: skip
    with world.database.reading() as session:
        return takings.by_arm(session, shops.load(session), rows(world)[0].campaign_id)["letter"]


@sqlite
def test_the_margin_is_what_is_on_file_or_unknown(world: World) -> None:
    """By costs, else by the store's margin, else it is said that nobody knows."""
    world.now = AWAKE
    people(world, 20)
    with world.database.transaction() as session:
        shop = shops.load(session)
        service, model = shop.services["minor_service"], next(iter(shop.models_by_id))
        session.execute(delete(Price).where(Price.store_id == 1, Price.service_id == service.id))
        price = Price(store_id=1, service_id=service.id, model_id=None, amount=50000, cost=None, valid_from=date(2026, 1, 1))
        session.add(price)
    approved(world)
    world.sweeps()
    brought = _brought(world, {"letter": 50000}, {"letter": 2})
    assert (brought.visits, brought.unknown, brought.revenue.payers, brought.margin.total) == (10, 10, 10, 0)

    def again(**changes: Any) -> takings.Takings:
        with world.database.transaction() as session:
            for mapped, values in changes.items():
                whose = {"Price": Price.amount == 50000, "Store": Store.id == 1}[mapped]
                session.execute(update({"Price": Price, "Store": Store}[mapped]).where(whose).values(**values))
            number = session.scalars(select(Campaign.id)).one()
            return takings.by_arm(session, shops.load(session), number)["letter"]

    revenue = brought.revenue.total
    assert again(Store={"margin": 40}).margin.total == pytest.approx(revenue * 0.4, abs=10)
    known = again(Price={"cost": 30000})
    assert (known.unknown, known.margin.total) == (0, revenue - 10 * 30000)
    # The price of another model says nothing of this one; of two services one without a cost is not free.
    assert again(Price={"model_id": model}, Store={"margin": None}).unknown == 9
    with world.database.transaction() as session:
        session.execute(update(Price).where(Price.amount == 50000).values(model_id=None))
        session.execute(
            update(Visit).where(Visit.code.startswith("B")).values(services=["minor_service", "tyre_storage_of_mars"])
        )
    assert again().unknown == 10


def test_money_is_compared_with_one_spread_for_both() -> None:
    """Student's interval for 6, 7, 8 … against 5, 6, 7 …; few payers say nothing, and no difference is not sure."""

    def sums(amounts: list[int]) -> rules.Sum:
        found = rules.Sum()
        for amount in amounts:
            found.add(amount)
        return found

    ones, others = [100 + n for n in range(100)], [50 + n for n in range(100)]
    found = rules.gain(sums(ones), 100, sums(others), 100)
    assert found
    spread = 2 * variance(ones) / 100
    assert (found.each, found.sure) == (50, True)
    assert found.high - found.low == pytest.approx(2 * 1.959964 * spread**0.5)
    assert rules.gain(sums([100] * 19), 500, sums([100] * 60), 60) is None
    assert rules.gain(sums([100] * 30), 30, sums([100] * 60), 60) is None
    level = rules.gain(sums(ones), 200, sums(ones), 200)
    assert level
    assert not level.sure
