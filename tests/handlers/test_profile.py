"""Who somebody is: a phone number proved by the channel or by a code that an advisor has heard; a name proves nothing."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.dialogue.texts import Texts
from handlers.profile import codes, phones
from storage import vehicles
from storage.customers import Customer
from storage.database import Database
from storage.phone_codes import PhoneCode
from tests.marks import SHOP_ON_SQLITE
from tests.world import Customer as Person
from tests.world import World


@pytest.mark.parametrize(
    ("words", "region", "e164", "sure"),
    [
        ("13800138000", "CN", "+8613800138000", True),
        ("+86 138 0013 8000", "HK", "+8613800138000", True),
        ("１３８００１３８０００", "CN", "+8613800138000", True),
        ("幺三八零零幺三八零零零", "CN", "+8613800138000", True),
        ("我的电话是138-0013-8000", "CN", "+8613800138000", True),
        ("008613800138000", "CN", "+8613800138000", True),
        ("0912 345 678", "TW", "+886912345678", True),
        ("9123 4567", "HK", "+85291234567", True),
        ("+44 20 7946 0958", "CN", "+442079460958", True),
        ("1380013800", "CN", "+861380013800", False),
    ],
)
def test_phones(words: str, region: str, e164: str, sure: bool) -> None:
    """IN7: a phone of another country is a phone."""
    assert phones.read(words, region) == phones.Phone(e164, sure)


@pytest.mark.parametrize(
    "words",
    [
        "12345",
        "hello",
        "9" * 30,
        "13800138000;ext=5",
        "13800138000 x12",
        "13800138000 or 13900139000",
        "1380013800²",
        "",
        "+",
        "+999 1234567",
    ],
)
def test_what_is_no_phone(words: str) -> None:
    """IN7."""
    assert phones.read(words, "CN") is None


def test_cars_of_a_chat_go_to_the_customer_whose_number_it_is(world: World) -> None:
    """A provisional customer becomes the one of the shop; a car that both have is one car."""
    ann = world.customer("telegram", language="zh-CN").says("添加车辆").says("白色A4").presses("就这些")
    ann.shares_phone("8610055500101").sees("陈静雯")
    ann.says("我的车").sees("2 辆车")
    with world.database.reading() as session:
        assert session.scalars(select(Customer).where(Customer.provisional)).all() == []


@SHOP_ON_SQLITE
def test_a_name_links_nobody(world: World) -> None:
    ann = world.customer("telegram", language="zh-CN").says("添加车辆", name="陈静雯").says("白色A4").presses("就这些")
    ann.says("我的车").sees("1 辆车")
    with world.database.reading() as session:
        assert len(session.scalars(select(Customer).where(Customer.name == "陈静雯")).all()) == 2


def test_somebody_new_keeps_their_cars_in_another_chat(world: World) -> None:
    ann = world.customer("telegram").says("add a car").says("golf 粤B12345").presses("That's all").shares_phone("8613800138000")
    ann.sees("don't find this number")
    other = world.customer("telegram").shares_phone("8613800138000").says("my cars")
    assert other.labels[0] == "VW Golf · 粤B·12345"


def _asks_for_a_code(person: Person, phone: str = "100-5550-0101") -> str:
    person.says("my cars").presses("I'm a customer already").says(phone)
    if "unusual" in person.last.text:
        person.says("yes")
    found = re.search(r"code is (\d{3}) (\d{3})", person.last.text)
    assert found, person.last.text
    return found[1] + found[2]


def _confirm(world: World, phone: str, code: str) -> str:
    with world.database.transaction() as session:
        return codes.confirm(session, Texts(["dialogue", "profile"]), phone, code, world.now)


NUMBER = "+8610055500101"


def test_a_code_that_an_advisor_has_heard_links_the_chat(world: World) -> None:
    """AU11: single use."""
    ann = world.customer()
    code = _asks_for_a_code(ann)
    assert _confirm(world, NUMBER, code) == "linked"
    ann.sees("陈静雯", "confirmed")
    ann.says("my cars").sees("your 2 cars")
    assert _confirm(world, NUMBER, code) == "wrong"


@SHOP_ON_SQLITE
def test_a_code_expires(world: World) -> None:
    """AU11: after ten minutes."""
    code = _asks_for_a_code(world.customer())
    world.passes(minutes=11)
    assert _confirm(world, NUMBER, code) == "wrong"


@SHOP_ON_SQLITE
def test_a_code_is_for_its_number_and_a_newer_one_ends_it(world: World) -> None:
    """AU11."""
    ann = world.customer()
    old = _asks_for_a_code(ann)
    assert _confirm(world, "+8610055500102", old) == "wrong"
    new = _asks_for_a_code(ann)
    assert old == new or _confirm(world, NUMBER, old) == "wrong"
    assert _confirm(world, NUMBER, new) == "linked"


@SHOP_ON_SQLITE
def test_guessing_ends_a_code(world: World) -> None:
    """AU11: five tries."""
    code = _asks_for_a_code(world.customer())
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(codes.MOST_TRIES):
        assert _confirm(world, NUMBER, wrong) == "wrong"
    assert _confirm(world, NUMBER, code) == "wrong"


@SHOP_ON_SQLITE
def test_codes_are_limited(world: World) -> None:
    """AU11: three an hour."""
    ann = world.customer()
    for _ in range(codes.MOST_A_HOUR):
        _asks_for_a_code(ann)
    ann.says("my cars").presses("I'm a customer already").says("100-5550-0101")
    (ann.says("yes") if "unusual" in ann.last.text else ann).sees("a lot of codes")
    world.passes(minutes=61)
    _asks_for_a_code(ann)


def test_two_advisors_confirm_at_once(world: World) -> None:
    """AU11: the row decides; nobody is linked twice."""
    code = _asks_for_a_code(world.customer())
    with world.database.reading() as session:
        row = session.scalars(select(PhoneCode)).one()
    assert _confirm(world, NUMBER, code) == "linked"
    from storage import phone_codes

    with world.database.transaction() as session:
        assert phone_codes.use(session, row, world.now) is False


@SHOP_ON_SQLITE
def test_a_number_that_a_family_shares_proves_no_one(world: World) -> None:
    with world.database.transaction() as session:
        session.add(Customer(code="C-77", name="Somebody", phone=NUMBER, created_at=world.now - timedelta(days=1)))
    ann = world.customer()
    assert _confirm(world, NUMBER, _asks_for_a_code(ann)) == "shared"
    ann.sees("Several people").says("my cars").sees("don't know your car")


@SHOP_ON_SQLITE
def test_a_wrong_phone_is_asked_again(world: World) -> None:
    """IN7."""
    ann = world.customer().says("my cars").presses("I'm a customer already")
    ann.says("12345").sees("can't read that as a phone number").says("1380013800").sees("unusual number")
    ann.says("13800138000").sees("Your code is")


def test_the_same_person_is_made_once(database: Database) -> None:
    world = World(database)
    ann = world.customer().says("add a car").says("lada").presses("Keep").presses("That's all")
    ann.says("add a car").says("zaz").presses("Keep").presses("That's all")
    with world.database.reading() as session:
        [customer] = session.scalars(select(Customer)).all()
        assert len(vehicles.of_customer(session, customer.id)) == 2


@pytest.mark.parametrize(
    ("text", "region", "found"),
    [
        ("9123 4567", "CN", ["+85291234567"]),
        ("0912-345-678", "CN", ["+886912345678"]),
        ("13912345678", "HK", ["+8613912345678"]),
        ("6123 4567", "CN", ["+85261234567"]),
        ("12345", "CN", []),
        ("9123 4567", "GB", []),
    ],
)
def test_a_number_that_is_none_here_may_be_one_next_door(text: str, region: str, found: list[str]) -> None:
    assert [one.e164 for one in phones.next_door(text, region)] == found


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "wish", "phone", "label"),
    [
        ("zh-HK", "星期二上午十點換機油 東港店 A4", "91234567", "沒錯，+852 9123 4567"),
        ("zh-TW", "週二上午十點換機油 東港店 A4", "0912-345-678", "沒錯，+886 912 345 678"),
    ],
)
def test_a_number_of_next_door_is_one_button_away(world: World, language: str, wish: str, phone: str, label: str) -> None:
    ann = world.customer(language=language).says(wish).says(phone)
    assert ann.labels[0] == label
    ann.presses(label).sees("預約完成")
