"""Segments: what the database computes is what a slow and simple reckoning says, each night and after each visit."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.contact import actions as contact
from handlers.dialogue import Refusal
from handlers.dialogue import shop as shops
from handlers.segments import actions
from handlers.transfer import import_file
from storage import chats, facts, segments
from storage.appointments import Appointment
from storage.chats import CHATS
from storage.contact import Consent
from storage.customers import Customer
from storage.database import Database
from storage.facts import Facts, Tag
from storage.odometer import Reading
from storage.segments import Member, Segment
from storage.stores import Store
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.small_shop import small_shop
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
TODAY = date(2026, 11, 21)
NAMES = {"en": "x", "zh-Hans": "x", "zh-Hant": "x"}


def reckoned(session: Session, who: Customer, today: date) -> dict[str, Any]:
    """One customer's facts, from everything on file, the slow way."""
    cars = session.scalars(select(Vehicle).where(Vehicle.customer_id == who.id)).all()
    visits = [
        v for car in cars for v in session.scalars(select(Visit).where(Visit.vehicle_id == car.id)) if v.visited_on <= today
    ]
    done = session.scalars(select(Appointment).where(Appointment.customer_id == who.id, Appointment.status == "done")).all()
    mine = [car for car in cars if car.removed_at is None]
    readings = [r.km for car in mine for r in session.scalars(select(Reading).where(Reading.vehicle_id == car.id))]
    days = [v.visited_on for v in visits]

    def within(first: int, last: int = 0) -> list[Visit]:
        return [v for v in visits if last <= (today - v.visited_on).days < first]

    def money(some: list[Visit]) -> int:
        return sum(v.amount or 0 for v in some)

    return {
        "visits": len(visits), "visits_30": len(within(30)), "visits_365": len(within(365)),
        "first_on": min(days, default=None), "last_on": max([*days, *(a.starts_at.date() for a in done)], default=None),
        "spent": money(visits), "spent_365": money(within(365)), "spent_90": money(within(90)),
        "spent_90_before": money(within(180, 90)), "cars": len(mine),
        "delivered_on": max((c.delivered_on for c in mine if c.delivered_on), default=None),
        "year": max((c.year for c in mine if c.year), default=None), "km": max(readings, default=None),
    }  # fmt: skip


Known = tuple[dict[str, bool], dict[str, set[str]], dict[str, Any]]


def known_of(session: Session, who: Customer, known: Mapping[str, Any], today: date) -> Known:
    """What rules ask about somebody, the slow way: what is so or not, what they are among, and numbers."""
    store = session.get(Store, who.store_id) if who.store_id else None
    tags = set(session.scalars(select(Tag.tag).where(Tag.customer_id == who.id)))
    theirs = chats.of_customer(session, who.id)
    said = session.scalars(
        select(Consent).where((Consent.customer_id == who.id) | Consent.chat_id.in_([c.id for c in theirs])).order_by(Consent.id)
    )
    agreed = [one.given for one in said if one.purpose == "marketing"]
    numbers = {
        **known,
        "days_since_visit": (today - known["last_on"]).days if known["last_on"] else None,
        "days_since_delivery": (today - known["delivered_on"]).days if known["delivered_on"] else None,
        "average": Fraction(known["spent"], known["visits"]) if known["visits"] else None,
        "spend_drop": 100 - Fraction(100 * known["spent_90"], known["spent_90_before"]) if known["spent_90_before"] else None,
        "car_age": today.year - known["year"] if known["year"] else None,
    }
    flags = {"agrees": bool(agreed and agreed[-1]), "reachable": any(c.reachable for c in theirs), "known": not who.provisional}
    choices: dict[str, set[str]] = {
        "store_kind": {store.kind} if store else set(), "tag": tags, "language": {who.language},
    }  # fmt: skip
    return flags, choices, numbers


def meant(known: Known, rule: Mapping[str, Any]) -> bool:
    flags, choices, numbers = known

    def holds(one: Mapping[str, Any]) -> bool:
        if "is" in one:
            return bool(flags[one["fact"]] == one["is"])
        if "in" in one:
            return bool(choices[one["fact"]] & set(one["in"]))
        value = numbers[one["fact"]]
        return value is not None and one.get("least", value) <= value <= one.get("most", value)

    return any(all(holds(one) for one in group) for group in rule["any"])


def same(world: World, today: date) -> dict[str, int]:
    """Compares every fact and every membership with the slow way; how many are in each segment."""
    with world.database.reading() as session:
        people = {}
        for who in session.scalars(select(Customer)).all():
            row = session.get_one(Facts, who.id)
            known = reckoned(session, who, today)
            assert {name: getattr(row, name) for name in known} == known, who.code
            people[who.id] = known_of(session, who, known, today)
        sizes = {}
        for one in segments.all_segments(session):
            inside = set(session.scalars(select(Member.customer_id).where(Member.segment_id == one.id, Member.left_at.is_(None))))
            assert inside == {number for number, known in people.items() if meant(known, one.rule)}, one.code
            sizes[one.code] = len(inside)
    return sizes


def scramble(world: World, seed: int) -> None:
    """Visits, tags, consents and chats at random, so that every segment has somebody in it."""
    order = random.Random(seed)
    with world.database.transaction() as session:
        cars = session.scalars(select(Vehicle).order_by(Vehicle.id)).all()[::3]
        for number in range(60):
            day = TODAY - timedelta(
                days=order.choice([0, 1, 29, 30, 31, 60, 61, 89, 90, 91, 92, 179, 180, 181, 364, 365, 366, 900, -3])
            )
            amount = order.choice([None, 100, 90_000, 2_000_000, 6_000_000])
            car = order.choice(cars)
            code = f"S{seed}-{number}"
            session.add(
                Visit(code=code, vehicle_id=car.id, store_id=1, visited_on=day, services=[], amount=amount, odometer_km=None)
            )
        people = session.scalars(select(Customer).order_by(Customer.id)).all()
        for who in order.sample(people, 12):
            facts.set_tags(session, who.id, order.sample(["bee", "mantis", "family"], 2), None, START)
        session.flush()
        for number, who in enumerate(order.sample(people, 12)):
            chat = chats.arrive(session, "telegram", f"{seed}-{number}", pulls=False, now=START)
            chat.customer_id = who.id
            chats.save(session, chat)
            for moment in range(order.randrange(3)):
                later = START + timedelta(minutes=moment)
                (contact.agree if order.random() < 0.7 else contact.stop)(session, chat, "v", later)
        session.execute(CHATS.update().where(CHATS.c.id % 5 == 0).values(reachable=False))


def test_as_a_slow_reckoning_says(world: World, tmp_path: Path) -> None:
    """Nightly in full, then after each visit, then a day and a half year later: always the same."""
    scramble(world, 1)
    with world.database.transaction() as session:
        actions.ensure_shipped(session, START)
        agrees = [{"fact": "agrees", "is": True}, {"fact": "reachable", "is": True}]
        rule = {"any": [agrees, [{"fact": "agrees", "is": False}, {"fact": "visits_30", "least": 1}]]}
        actions.save(session, shops.load(session), code="open", names=NAMES, rule=rule, now=START)
    world.sweeps()
    sizes = same(world, TODAY)
    wanted = ("lost_warning", "lost", "high_value", "diamond", "gold", "silver", "bee", "open")
    assert [code for code in wanted if not sizes[code]] == []
    # What comes in by import is followed without waiting for the night.
    with world.database.reading() as session:
        car = session.scalars(select(Vehicle.code)).first()
    world.now = START + timedelta(minutes=1)
    (tmp_path / "visits.csv").write_text(
        f"code,vehicle,store,visited_on,services,amount\nNEW-1,{car},east,2026-11-21,minor_service,9000\n"
    )
    report = import_file(world.database, tmp_path / "visits.csv", "visits", now=world.now)
    assert report.ok, report.errors
    world.sweeps()
    same(world, TODAY)
    # What a dry run foresees is what comes, and it writes nothing.
    with world.database.reading() as session:
        which, everybody = segments.all_segments(session), list(session.scalars(select(Customer.id)))
        ahead = {days: segments.foreseen(session, which, TODAY + timedelta(days=days), everybody) for days in (1, 30, 183)}
    for days in (1, 30, 183):
        world.now = START + timedelta(days=days)
        world.sweeps()
        same(world, TODAY + timedelta(days=days))
        with world.database.reading() as session:
            members = session.execute(select(Member.customer_id, Segment.code).join(Segment).where(Member.left_at.is_(None)))
            assert {(number, code) for number, code in members} == ahead[days]


@sqlite
def test_a_night_computes_only_whom_the_day_concerns(world: World) -> None:
    """Who has no visit at the edge of a window keeps what was computed; everybody's facts hold until their day."""
    scramble(world, 2)
    world.sweeps()
    moved = 0
    for days in (1, 2, 3, 30):
        world.now = START + timedelta(days=days)
        today = TODAY + timedelta(days=days)
        with world.database.reading() as session:
            old = set(facts.stale(session, today, (1, 10_000)))
            before = {row.customer_id: row for row in session.scalars(select(Facts)).all()}
        world.sweeps()
        same(world, today)
        with world.database.reading() as session:
            for row in session.scalars(select(Facts)).all():
                was = before[row.customer_id]
                if (row.visits_30, row.spent_90, row.spent_365, row.visits) != (
                    was.visits_30,
                    was.spent_90,
                    was.spent_365,
                    was.visits,
                ):
                    assert row.customer_id in old
                    moved += 1
        assert len(old) < len(before)
    assert moved


@sqlite
def test_what_is_said_in_a_chat_or_moved_by_an_import_is_followed(world: World, tmp_path: Path) -> None:
    """A car of one's own, one that has another owner, a visit that was somebody else's: without waiting for the night."""
    world.sweeps()
    ann = world.customer("telegram", "en")
    ann.says("add a car").says("粤B12345, red").says("Golf").says("it has 30,000 km").says("2021").sees("Saved")
    with world.database.reading() as session:
        people = session.scalars(select(Customer.code).where(Customer.provisional.is_(False)).order_by(Customer.id)).all()
        visit = session.scalars(select(Visit).order_by(Visit.id)).first()
        assert visit
        car = session.get_one(Vehicle, visit.vehicle_id)
        other = session.scalars(select(Vehicle).where(Vehicle.customer_id != car.customer_id).order_by(Vehicle.id)).first()
        owner = session.get_one(Customer, car.customer_id).code
        assert other
        assert session.scalars(select(Vehicle).where(Vehicle.code.startswith("car-"))).first(), "the chat has told of one"
    world.now = START + timedelta(minutes=1)
    heir = next(code for code in people if code != owner)
    (tmp_path / "vehicles.csv").write_text(f"code,customer\n{car.code},{heir}\n")
    (tmp_path / "visits.csv").write_text(
        f"code,vehicle,store,visited_on,services\n{visit.code},{other.code},east,2026-11-20,minor_service\n"
    )
    for kind in ("vehicles", "visits"):
        report = import_file(world.database, tmp_path / f"{kind}.csv", kind, now=world.now)
        assert report.ok, report.errors
    world.sweeps()
    same(world, TODAY)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_visit_that_commits_while_its_owner_is_worked_off_is_not_forgotten(database: Database) -> None:
    """The mark of a change that is not committed yet is not taken away with an older one."""
    with database.transaction() as session:
        shop = small_shop(session, [[(time(9), time(18))]] * 7, {"L": "lift"}, [("oil", 30, "lift", "")])
        session.add(Customer(id=1, code="C", name="N", provisional=False, created_at=START))
        session.add(Vehicle(id=1, code="V", customer_id=1))
        session.flush()
        facts.changed(session, [1])
    with database.transaction() as late:
        late.add(Visit(code="W", vehicle_id=1, store_id=shop.stores[0].id, visited_on=TODAY, services=[]))
        late.flush()
        facts.changed(late, [1])
        with database.transaction() as session:
            assert facts.take_due(session, 10) == [1]
            facts.refresh(session, TODAY, [1])
    with database.transaction() as session:
        facts.refresh(session, TODAY, facts.take_due(session, 10))
        assert session.get_one(Facts, 1).visits == 1


@sqlite
def test_entered_and_left(world: World) -> None:
    """A rule's trigger: who came into a segment when, and is in it still."""
    world.sweeps()
    with world.database.reading() as session:
        dormant = dict(segments.entered(session, "dormant", START - timedelta(days=1), START))
        assert dormant
        who = next(iter(dormant))
        assert segments.is_member(session, "dormant", who)
        car = session.scalars(select(Vehicle).where(Vehicle.customer_id == who)).first()
        assert car
    later = world.now = START + timedelta(hours=2)
    with world.database.transaction() as session:
        session.add(Visit(code="BACK", vehicle_id=car.id, store_id=1, visited_on=TODAY, services=[], amount=5, odometer_km=None))
        session.flush()
        facts.visited(session, ["BACK"])
    world.sweeps()
    with world.database.reading() as session:
        assert not segments.is_member(session, "dormant", who)
        assert who not in dict(segments.entered(session, "dormant", START - timedelta(days=1), later))
        [left] = session.scalars(select(Member.left_at).where(Member.customer_id == who, Member.left_at.is_not(None))).all()
        assert left == later
        assert who in set(session.scalars(segments.members("in_service")))


@sqlite
def test_a_bad_segment_is_stopped_by_a_sentence(world: World) -> None:
    bad: list[tuple[list[Any], str]] = [
        ([], "empty"),
        ([[]], "empty"),
        ([[{"fact": "shoe_size", "least": 4}]], "fact"),
        ([[{"fact": "visits"}]], "value"),
        ([[{"fact": "visits", "least": "1; DROP TABLE"}]], "value"),
        ([[{"fact": "visits", "least": 5, "most": 4}]], "bounds"),
        ([[{"fact": "model", "in": ["trabant"]}]], "choice"),
        ([[{"fact": "agrees", "is": "yes"}]], "value"),
    ]
    with world.database.reading() as session:
        shop = shops.load(session)
        for groups, key in bad:
            with pytest.raises(Refusal) as no:
                actions.save(session, shop, code="mine", names=NAMES, rule={"any": groups}, now=START)
            assert no.value.key == f"segments.wrong.{key}"
            assert world.engine.texts.render(no.value.key, "zh-Hant", no.value.values)


@sqlite
def test_two_who_become_one_are_counted_once(world: World) -> None:
    """What was computed for the provisional one is not taken along, and nothing is in the way of it."""
    ann = world.customer("telegram", "en").says("my offers")
    world.sweeps()
    from handlers.profile import actions as profile

    assert ann.outcome
    with world.database.transaction() as session:
        chat = chats.lock(session, ann.outcome.chat_id)
        gone = profile.customer_of(session, chat, START)
        stays = session.scalars(select(Customer).where(Customer.code == "C-0001")).one()
        for who in (gone, stays):
            facts.set_tags(session, who.id, ["bee"], None, START)
        actions.rebuild(session, START)
        chats.save(session, chat)
        profile.prove_phone(session, chat, stays.phone or "", START)
        chats.save(session, chat)
    world.now = datetime(2026, 11, 21, 3, tzinfo=UTC)
    world.sweeps()
    with world.database.reading() as session:
        assert session.get(Customer, gone.id) is None
        assert segments.is_member(session, "bee", stays.id)
