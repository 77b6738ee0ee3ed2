"""The sample shop: complete, quick to load, and left alone once it is there."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from bot import demo, doctor
from bot.demo import morning, weeks
from bot.demo import staff as sample_staff
from handlers.dialogue.shop import load as load_shop
from handlers.feedback import report as feedback_report
from handlers.figures import report as figures_report
from knowledge_base import Entry, check
from storage import entries, stores
from storage.appointments import Appointment
from storage.catalogue import CarModel, Service
from storage.customers import Customer
from storage.database import Database
from storage.messages import MESSAGES
from storage.staff import Staff
from storage.tickets import Ticket
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.conftest import Templates
from tests.marks import SHOP_ON_SQLITE
from tests.world import World

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def shop(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all who only look at it."""
    database = Database(templates.copy("sqlite", True, tmp_path_factory.mktemp("demo")))
    yield database
    database.close()


def test_it_is_loaded_once_and_quickly(database: Database) -> None:
    start = time.process_time()
    summary = demo.load(database, NOW)
    assert time.process_time() - start < 3
    assert (summary.loaded, summary.rows["stores"], summary.rows["services"]) == (True, 3, 38)
    with database.transaction() as session:
        session.scalars(select(Customer)).first().name = "Changed by the shop"  # type: ignore[union-attr]
    assert demo.load(database, NOW) == demo.Summary({})
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Customer.name == "Changed by the shop")) == 1


def test_everything_promised_is_there(shop: Database) -> None:
    with shop.reading() as session:
        numbers = {
            table: session.scalar(select(func.count()).select_from(table)) for table in (CarModel, Customer, Vehicle, Visit)
        }
        assert (numbers[CarModel] >= 16, numbers[Customer], numbers[Vehicle] >= 45, numbers[Visit] >= 120) == (
            True,
            40,
            True,
            True,
        )
        for store in stores.all_stores(session):
            assert store.timezone == "Asia/Shanghai"
            assert any(not day.spans for day in store.special_days), "a closure"
            assert any(day.spans for day in store.special_days), "a shorter day"
            assert any(sum(span.weekday == day for span in store.hours) == 2 for day in range(7)), "a lunch break"
            assert {bay.kind for bay in store.bays} >= {"wash"}
        for service in session.scalars(select(Service)):
            assert all(service.names[language] and service.includes[language] for language in ("en", "zh-Hans", "zh-Hant"))
            assert len(service.aliases) >= 10


def test_prices_have_what_a_customer_may_run_into(shop: Database) -> None:
    with shop.reading() as session:
        everything = load_shop(session)
        code_of = {store.code: store for store in everything.stores}

        def price(store: str, service: str, model: str) -> list[int]:
            found = everything.prices_on(TODAY, code_of[store], everything.services[service])
            return [price.amount for price in found if price.model_id in (None, everything.models[model].id)]

        assert (price("east", "minor_service", "audi_a4"), price("west", "minor_service", "audi_a4")) == ([89900], [86900])
        assert price("studio", "premium_wash", "audi_a4") == [15800]
        assert price("east", "oil_change", "tesla_model_3") == [], "an electric car has no oil"
        assert price("west", "spark_plugs", "mercedes_e") == [], "left out on purpose"
        assert price("west", "headlight_restoration", "audi_a4") == [], "run out in June"


def test_the_starter_entries_agree_with_the_services(shop: Database) -> None:
    with shop.reading() as session:
        rows = entries.all_rows(session)
    found = [Entry(row.entry_id, row.language, row.question, tuple(row.aliases), row.answer, row.category) for row in rows]
    assert len(found) >= 120
    assert (
        check(
            found,
            ["store.name", "store.phone", "store.address", "store.parking", "store.hours", "store.holidays", "price", "duration"],
        )
        == []
    )


def test_nobody_in_it_is_real(shop: Database) -> None:
    """Numbers that no network has given out, plates with a letter that plates do not use, VINs with one that VINs do not use."""
    with shop.reading() as session:
        assert all(phone is None or phone.startswith("+861005550") for phone in session.scalars(select(Customer.phone)))
        assert all("I" in (plate or "") for plate in session.scalars(select(Vehicle.plate)))
        assert all("Q" in (vin or "") for vin in session.scalars(select(Vehicle.vin)))


@SHOP_ON_SQLITE
def test_the_command_finds_a_morning_on_the_desk(world: World) -> None:
    """A diary that fills some bays and leaves others, and matters of each kind with somebody who owns them and a promise."""
    with world.database.reading() as session:
        before = session.scalar(select(func.count()).select_from(Appointment))
    morning.write(world.database, world.now)
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Appointment)) == before + 19
        found = {row.summary[:6]: row for row in session.scalars(select(Ticket))}
        assert [(row.tier, bool(row.first_response_due)) for row in found.values()] == [
            ("minor", True), ("serious", True), ("serious", True), ("question", True), ("question", True),
        ]  # fmt: skip
        staff = {row.id: row.login for row in session.scalars(select(Staff))}
        assert staff[found["You sc"].staff_id] == "wei", "the manager of the store"
        assert staff[found["Is the"].staff_id] == "mei"


@SHOP_ON_SQLITE
def test_the_last_weeks_are_there_for_a_manager_to_look_at(world: World) -> None:
    """Visits of every outcome, ratings with their causes, and matters that were answered and settled in time."""
    sample_staff.hire(world.database, world.now)
    assert weeks.write(world.database, world.now) == 23
    with world.database.reading() as session:
        shop = load_shop(session)
        figures = figures_report.make(session, shop.stores, world.now, 30, only=False)
        rated = feedback_report.make(session, shop, "en", world.now, 30)
        assert all(finding.good for finding in doctor.findings(session, world.now))
    assert (rated.asked, rated.all.answers, rated.all.low) == (20, 19, 2)
    assert {"long_wait", "price"} <= {code for code, _ in rated.all.causes}
    assert sum(visits.visits for _, visits in figures.visiting) == 23
    of_tickets = figures.answering
    assert (of_tickets.tickets, of_tickets.waiting, of_tickets.kept, of_tickets.stars) == (5, 0, 1.0, 4.25)
    world.sweeps()
    with world.database.reading() as session:
        asked = select(func.count()).select_from(MESSAGES).where(MESSAGES.c.feature == "feedback")
        assert session.scalar(asked) == 0, "nobody is asked about these visits again"
