"""What a customer asks of the past of their own cars: from the file, and only to them."""

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from storage import vehicles
from storage.customers import Customer
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
PHONE, ANOTHER = "8610055500101", "8610055500102"


def newest_of(session: Session, code: str) -> list[Visit]:
    query = select(Visit).join(Vehicle, Vehicle.id == Visit.vehicle_id).join(Customer, Customer.id == Vehicle.customer_id)
    return list(session.scalars(query.where(Customer.code == code).order_by(Visit.visited_on.desc()).limit(3)))


@sqlite
@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "when was my last service?"),
        ("en", "What did you do last time"),
        ("en", "how much did I pay last time?"),
        ("en", "hi, when was I last here please"),
        ("en", "show me my service history"),
        ("en", "what's been done at my last visit"),
        ("zh-CN", "上次保养是什么时候"),
        ("zh-CN", "我上次来做了什么项目"),
        ("zh-CN", "请问上次花了多少钱？"),
        ("zh-CN", "帮我查一下我的保养记录"),
        ("zh-TW", "上次保養是什麼時候"),
        ("zh-TW", "上次做咗咩"),
        ("zh-TW", "我架車上次做咗咩呀"),
    ],
)
def test_the_last_visits_of_ones_own_car(world: World, language: str, words: str) -> None:
    ann = world.customer("telegram", language).shares_phone(PHONE)
    ann.says(words)
    with world.database.reading() as session:
        newest = newest_of(session, "C-0001")
    assert newest
    for visit in newest:
        ann.sees(str(visit.visited_on.year), f"{visit.odometer_km:,}", f"{(visit.amount or 0) // 100:,}")
    assert len(ann.labels) == 2


@sqlite
def test_nothing_is_told_of_cars_that_are_not_theirs(world: World) -> None:
    """AU3. Who is not known has no past here; the question is answered in general."""
    eve = world.customer("web", "en").says("my car is a white Golf").says("when was my last service?")
    assert "¥" not in eve.last.text
    eve.says("show me my service history").sees("Tap a person")


@sqlite
def test_a_driver_sees_the_work_and_not_the_bill(world: World) -> None:
    bob = world.customer("telegram", "en").shares_phone(ANOTHER)
    with world.database.transaction() as session:
        lent, own = newest_of(session, "C-0001")[0], newest_of(session, "C-0002")
        driver = session.scalars(select(Customer).where(Customer.code == "C-0002")).one()
        own[0].visited_on = lent.visited_on
        vehicles.let_drive(session, session.get_one(Vehicle, lent.vehicle_id), driver.id, "driver", START)
        km, amount = f"{lent.odometer_km:,} km", f"{(lent.amount or 0) // 100:,}"
    bob.says("what was done last time").sees("Your last visits", km, *(f"{visit.odometer_km:,} km" for visit in own[:2]))
    assert amount not in bob.last.text


@sqlite
@pytest.mark.parametrize(
    "words",
    [
        "you scratched my door last time",
        "same as last time please",
        "the last time I was here the coffee was cold, can I book an oil change for Friday at ten",
        "how much is an oil change",
        "上次那个师傅还在吗",
        "跟上次一样",
    ],
)
def test_other_words_about_last_time_are_none_of_it(world: World, words: str) -> None:
    ann = world.customer("telegram", "en").shares_phone(PHONE)
    ann.says(words)
    assert not re.search("last visit|到店记录", ann.last.text)


@sqlite
@pytest.mark.parametrize(
    ("language", "words", "due"),
    [
        ("en", "when is my next service due?", "Minor service: due since 1 Jul 2026"),
        ("en", "is my car due for a service yet", "Electric car check: about 22 May 2027"),
        ("zh-CN", "我的车该保养了吗", "小保养：2026年7月1日已到期"),
        ("zh-TW", "下次保養係幾時呀", "小保養：2026年7月1日已到期"),
        ("zh-HK", "下次幾時要做保養", "小保養：2026年7月1日已到期"),
    ],
)
def test_what_is_due_next_is_reckoned_as_the_reminders_do(world: World, language: str, words: str, due: str) -> None:
    ann, eve = world.customer("telegram", language).shares_phone(PHONE), world.customer("web", language)
    ann.says(words).sees(due)
    assert "2028" not in ann.last.text
    # Work and car are known: times come at once.
    assert sum(":" in label for label in ann.presses(ann.labels[0]).labels) >= 6
    eve.says(words)
    assert due not in eve.last.text


@sqlite
@pytest.mark.parametrize(("language", "words"), [("en", "the audi"), ("zh-CN", "奥迪那台"), ("zh-HK", "Audi嗰架")])
def test_which_of_their_cars_is_told_by_its_make(world: World, language: str, words: str) -> None:
    ann = world.customer("telegram", language).shares_phone(PHONE).says("book an oil change").says(words)
    assert sum(":" in label for label in ann.labels) >= 3


@sqlite
@pytest.mark.parametrize(
    ("language", "ask", "words"),
    [("en", "when is it due next", "ok book it for saturday"), ("zh-HK", "下次幾時保養", "咁幫我book星期六朝早")],
)
def test_what_is_due_next_is_booked_in_words(world: World, language: str, ask: str, words: str) -> None:
    ann = world.customer("telegram", language).shares_phone(PHONE).says(ask).says(words)
    assert sum(":" in label for label in ann.labels) >= 3


@sqlite
@pytest.mark.parametrize("words", ["when is my insurance due", "do EVs need a service", "保养要多久"])
def test_what_is_due_of_something_else(world: World, words: str) -> None:
    ann = world.customer("telegram", "en").shares_phone(PHONE).says(words)
    assert "2026" not in ann.last.text or "Minor service" not in ann.last.text
