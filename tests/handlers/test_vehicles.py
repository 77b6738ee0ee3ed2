"""My cars: seen, added in any order of words, corrected, removed; and the slot by which another feature learns the car."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from handlers import FEATURES, contact
from handlers.dialogue import Answers, Form, Reply, Start, Turn, Words
from handlers.dialogue.engine import Engine
from handlers.vehicles import actions, cars, slots
from storage import odometer, vehicles
from storage.customers import Customer
from storage.vehicles import Vehicle
from tests.handlers.test_booking_beside import answers
from tests.world import Customer as Person
from tests.world import World

# What the tables do is tested on both databases in tests/storage/test_vehicles.py; a conversation is the same on either.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "mine", "words", "done", "seen"),
    [
        (
            "en",
            "my cars",
            "white A4 2019 粤B12345 52,000 km",
            "That's all",
            ["Audi A4", "粤B·12345", "2019", "White", "52,000 km"],
        ),
        ("zh-CN", "我的车", "白色A4 19款 粤B12345 5.2万公里", "就这些", ["奥迪A4", "粤B·12345", "2019", "白色", "52,000 公里"]),
        (
            "zh-TW",
            "我的車",
            "白色Golf 2019年 ABC-1234 五萬二公里",
            "就這些",
            ["福斯Golf", "ABC-1234", "2019", "白色", "52,000 公里"],
        ),
    ],
)
def test_everything_in_one_message(world: World, language: str, mine: str, words: str, done: str, seen: list[str]) -> None:
    ann = world.customer(language=language).says(mine)
    ann.presses(ann.labels[0]).says(words)
    ann.sees(*seen)
    assert "ask" not in ann.last.data


def test_one_question_after_the_other(world: World) -> None:
    ann = world.customer().says("/car").presses("Add a car")
    ann.says("an audy a4").sees("number plate")
    ann.says("粤 b 1 2 3 4 5").sees("Which year")
    ann.says("19").sees("How many kilometres")
    ann.says("8w").sees("What colour")
    ann.says("white please").sees("Saved", "Audi A4", "粤B·12345", "2019", "80,000 km", "White")


def test_facts_that_may_be_left_out(world: World) -> None:
    ann = world.customer().says("add a car").says("golf")
    ann.says("skip").presses("Skip").says("i don't know").presses("Skip").sees("Saved", "VW Golf")
    assert "Plate" not in ann.last.text


def test_an_answer_to_a_later_question_is_taken(world: World) -> None:
    ann = world.customer().says("add a car").says("粤B12345, red").sees("Noted: 粤B·12345, Red", "Which car is it?")
    ann.says("Golf").sees("Which year")
    ann.says("it has 30,000 km").sees("Which year")
    ann.says("2021").sees("Saved", "粤B·12345", "2021", "30,000 km", "Red")


def test_back_and_cancel(world: World) -> None:
    ann = world.customer().says("add a car").says("golf").sees("number plate")
    ann.says("back").sees("Which car is it?")
    ann.presses("Audi A4").sees("number plate").says("cancel").sees("Nothing was changed")
    ann.says("my cars").sees("don't know your car yet")


def test_a_question_in_between(world: World) -> None:
    ann = world.customer().says("add a car").says("golf")
    ann.says("what are your opening hours?").sees("number plate", "pen")
    ann.says("粤B12345").sees("Which year")


def test_the_language_changed_half_way(world: World) -> None:
    ann = world.customer().says("add a car").says("golf").says("车牌是粤B12345").sees("哪一年")
    ann.says("2021年的").sees("公里")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("粤B1O345", "no letter I or O"),
        ("🚗🚗", "can't read that as a number plate"),
        ("I really do not know it by heart", "can't read that as a number plate"),
    ],
)
def test_a_plate_that_cannot_be(world: World, words: str, why: str) -> None:
    """IN8: each gets a clear sentence, and the form keeps what it had."""
    ann = world.customer().says("add a car").says("red golf").says(words).sees(why, "number plate")
    ann.says("粤B12345").presses("That's all").sees("VW Golf", "粤B·12345", "Red")


def test_a_plate_with_emoji_is_read_without(world: World) -> None:
    world.customer().says("add a car").says("golf").says("粤B🚗12345").presses("That's all").sees("粤B·12345")


def test_i_and_o_are_offered_as_digits_and_kept_if_wanted(world: World) -> None:
    """IN8: warned, never blocked."""
    ann = world.customer().says("add a car").says("golf").says("粤B1O345").presses("粤B·10345").sees("Which year")
    ann.presses("That's all").presses("Plate").says("粤B1O345").presses("Keep").sees("粤B·1O345")
    ann.presses("Plate").says("粤B1O345").says("yes").sees("Plate: 粤B·10345")


def test_a_doubtful_plate_among_other_facts_is_asked_again(world: World) -> None:
    ann = world.customer().says("add a car").says("golf 2020 粤B1O345").sees("number plate")
    assert ann.labels[:2] == ["粤B·10345", "Keep “粤B·1O345”"]
    ann.presses("粤B·10345").presses("That's all").sees("粤B·10345", "2020")


def test_a_photo_where_a_plate_was_asked(world: World) -> None:
    ann = world.customer().says("add a car").says("golf").does("photo")
    ann.sees("number plate")


def test_a_vin_is_checked_where_the_digit_binds(world: World) -> None:
    """IN8."""
    ann = world.customer().says("add a car").says("golf").presses("That's all").presses("VIN")
    ann.says("1HGCM82633A004353").sees("check digit")
    ann.says("1HGCM82633A00435").sees("has 16")
    ann.says("IHGCM82633AOO4352").sees("never has the letters I, O or Q").presses("1HGCM82633A004352").sees(
        "VIN: 1HGCM82633A004352"
    )
    ann.presses("VIN").says("WVWZZZ1JZXW000001").sees("VIN: WVWZZZ1JZXW000001")
    ann.presses("VIN").says("1HGCM82633A004353").presses("Keep").sees("VIN: 1HGCM82633A004353")


@pytest.mark.parametrize(
    ("words", "why"),
    [("every 10000 km", "How many kilometres"), ("5²", "How many kilometres"), ("9" * 400, "How many kilometres")],
)
def test_a_mileage_that_cannot_be(world: World, words: str, why: str) -> None:
    """IN6."""
    ann = world.customer().says("add a car").says("golf").presses("That's all").presses("Mileage")
    ann.says(words).sees(why).says("62k miles").sees("99,779 km")


def test_a_mileage_below_the_last_one_is_asked_once_more(world: World) -> None:
    ann = world.customer().says("add a car").says("golf, 52,000 km").presses("That's all").presses("Mileage")
    ann.says("5.2").presses("52,000 km").sees("Saved")
    ann.presses("Mileage").says("50000").sees("52,000 km, and 50,000 km is less")
    ann.says("53000").sees("Mileage: 53,000 km")
    ann.presses("Mileage").says("50000").says("yes").sees("Mileage: 50,000 km")


def test_a_year_that_cannot_be(world: World) -> None:
    ann = world.customer().says("add a car").says("golf").presses("That's all").presses("Year")
    ann.says("1066").sees("from 1950 to 2027").says("soon").sees("in digits").says("２０２０").sees("Year: 2020")


def test_a_car_that_the_catalogue_does_not_have(world: World) -> None:
    ann = world.customer().says("add a car").says("Lada Niva").sees("don't find that car")
    ann.presses("Keep “Lada Niva”").presses("That's all").sees("Lada Niva")
    ann.says("my car")
    assert ann.labels[0] == "Lada Niva"


def test_each_fact_is_corrected_and_emptied(world: World) -> None:
    ann = world.customer().says("add a car").says("golf 2019 粤B12345 red").presses("That's all")
    ann.presses("Model").presses("Audi A4").sees("Audi A4", "粤B·12345")
    ann.presses("Colour").presses("Blue").sees("Colour: Blue")
    ann.presses("Plate").presses("Leave it empty").sees("Audi A4")
    assert "Plate" not in ann.last.text


def test_a_removed_car_is_kept_and_no_longer_offered(world: World) -> None:
    ann = world.customer().says("add a car").says("golf 粤B12345").presses("That's all")
    ann.presses("Remove").says("no").sees("stays").presses("Remove").says("yes").sees("off your list")
    ann.says("my cars").sees("don't know your car")
    with world.database.reading() as session:
        assert session.scalars(select(Vehicle).where(Vehicle.plate_key == "粤B12345")).one().removed_at is not None
    ann.presses("Colour").sees("no longer on your list")


def test_the_same_car_is_not_added_twice(world: World) -> None:
    ann = world.customer().says("add a car").says("golf 粤B12345").presses("That's all")
    ann.says("add a car").says("red golf 粵B·12345").presses("That's all").sees("Red")
    ann.says("my cars").sees("This is your car")


def test_a_description_with_a_plate_is_a_car(world: World) -> None:
    world.customer().says("white A4 粤B12345").sees("Which year")


def test_a_plate_does_not_make_a_chat_chinese(world: World) -> None:
    world.customer().says("add a car").says("golf").says("粤B12345").sees("Which year")


@pytest.mark.parametrize("words", ["我的车坏了", "my car makes a noise", "how much for my car", "car wash", "我的车要保养多少钱"])
def test_a_word_about_a_car_is_not_the_list(world: World, words: str) -> None:
    ann = world.customer(language="en" if words.isascii() else "zh-CN").says(words)
    assert "Add a car" not in ann.labels
    assert "添加车辆" not in ann.labels


def test_somebody_elses_car_is_not_there(world: World) -> None:
    """AU3: a plate that is on file with another customer tells nothing and links nothing."""
    with world.database.reading() as session:
        theirs = session.scalars(select(Vehicle).order_by(Vehicle.id)).first()
        assert theirs is not None
        plate, before = theirs.plate, theirs.customer_id
    bob = world.customer().says("add a car").says("golf").says(f"{plate}")
    bob.presses("Keep") if "Keep" in "".join(bob.labels) else bob
    bob.presses("That's all").sees("Saved")
    with world.database.reading() as session:
        found = vehicles.with_plate(session, theirs.plate_key or "")
    assert [car.customer_id == before for car in found] == [True, False]


# -- the slot, as another feature uses it -------------------------------------------------------------------------------------


def _start(turn: Turn, _: object = None) -> Start:
    heard = slots.heard(turn)
    return Start("contact.wash", {"car": heard} if heard else {})


def _wanted(turn: Turn) -> Start | None:
    return _start(turn) if "washing" in turn.words else None


def _wash(turn: Turn, answers: Answers) -> Reply:
    known = cars.look(turn, answers["car"])
    car = actions.settle(turn, answers["car"])
    assert car is not None
    return Reply(turn.plain(f"Washing {known.label}, model {known.model.code if known.model else '-'}, note {answers['note']}"))


class _Note(Words):
    def ask(self, turn: Turn, answers: Answers) -> Reply:
        return Reply("Any note?")


# A feature must have texts of its own; this one borrows the name of one that has nothing to do here.
TOY = replace(
    contact.FEATURE, forms=[Form("wash", slots=[slots.Car(name="car"), _Note(name="note")], submit=_wash)], trigger=_wanted
)


@pytest.fixture
def wash(world: World) -> World:
    others = [feature for feature in FEATURES if feature.name != TOY.name]
    world.engine = Engine(world.database, [TOY, *others], world.engine.memo)
    return world


def _with_two_cars(world: World) -> Person:
    ann = world.customer().says("add a car").says("white golf 粤B12345").presses("That's all")
    return ann.says("add a car").says("A4 粤B99999").presses("That's all").sees("Saved")


def test_the_only_car_is_not_asked(wash: World) -> None:
    ann = wash.customer().says("add a car").says("golf 粤B12345").presses("That's all")
    ann.says("washing").sees("Any note?").says("none").sees("Washing VW Golf · 粤B·12345, model vw_golf")


def test_of_several_cars_one_is_pressed_or_typed(wash: World) -> None:
    ann = _with_two_cars(wash).says("washing").sees("Which car is it about?")
    assert ann.labels[:3] == ["VW Golf · 粤B·12345", "Audi A4 · 粤B·99999", "Another car"]
    ann.presses("Audi A4").says("x").sees("Washing Audi A4 · 粤B·99999")
    ann.says("washing").says("the golf").says("x").sees("Washing VW Golf")
    ann.says("washing").says("粵B 99999").says("x").sees("Washing Audi A4")
    ann.says("washing").says("the white one").says("x").sees("Washing VW Golf")


def test_the_words_that_start_say_the_car(wash: World) -> None:
    ann = _with_two_cars(wash).says("washing for my golf please").sees("Any note?").says("x").sees("Washing VW Golf")
    ann.says("washing for a Tesla Model 3").sees("Any note?").says("x").sees("Washing Tesla Model 3, model tesla_model_3")
    ann.says("my cars").sees("your 3 cars")


def test_a_new_car_in_the_middle_of_a_form(wash: World) -> None:
    ann = _with_two_cars(wash).says("washing").presses("Another car").sees("Which car is it?")
    ann.says("粤B55555").sees("Noted: 粤B·55555").says("corolla").sees("Any note?").says("x")
    ann.sees("Washing Toyota Corolla · 粤B·55555")


def test_a_visitor_types_the_car_once(wash: World) -> None:
    ann = wash.customer().says("washing").sees("Which car is it?").says("a red corolla, 粤B55555").says("x")
    ann.sees("Washing Toyota Corolla · 粤B·55555").says("washing").sees("Any note?")
    with wash.database.reading() as session:
        [car] = vehicles.with_plate(session, "粤B55555")
        owner = session.get_one(Customer, car.customer_id)
    assert (owner.provisional, car.colour) == (True, "red")


def test_an_unknown_car_is_taken_as_it_is_called(wash: World) -> None:
    ann = wash.customer().says("washing").says("Lada Niva").presses("Keep “Lada Niva”").says("x")
    ann.sees("Washing Lada Niva, model -")


def test_three_cars_and_no_plate(wash: World) -> None:
    ann = wash.customer()
    for _ in range(3):
        ann.says("add a car").says("golf").presses("That's all")
    ann.says("washing")
    assert ann.labels[:3] == ["VW Golf (1)", "VW Golf (2)", "VW Golf (3)"]
    ann.says("the golf").sees("More than one of your cars fits").presses("VW Golf (2)").sees("Any note?")


def test_a_car_removed_while_it_was_offered(wash: World) -> None:
    ann = _with_two_cars(wash).says("washing")
    with wash.database.transaction() as session:
        car = vehicles.with_plate(session, "粤B12345")[0]
        car.removed_at = wash.now
    ann.presses("VW Golf").sees("no longer on your list", "Which car")


def test_a_mileage_that_came_along_is_noted(wash: World) -> None:
    ann = _with_two_cars(wash).says("washing").says("the golf, 60,000 km").says("x").sees("Washing VW Golf")
    with wash.database.reading() as session:
        last = odometer.latest(session, vehicles.with_plate(session, "粤B12345")[0].id)
    assert last is not None
    assert (last.km, last.source) == (60_000, "customer")
    assert ann.toast == ""


# -- who brings it --------------------------------------------------------------------------------------------------------------


def _code(ann: Person) -> str:
    return ann.last.text.split("code: ")[1].split(".")[0]


def test_somebody_else_brings_the_car(world: World) -> None:
    """AU11, AU14: by a code of its owner that works once, for a day, until another is made; and it can be taken back."""
    ann = world.customer().says("add a car").says("white golf 2019 粤B12345 30,000 km").sees("Saved")
    ann.presses("Who drives it").sees("Only you bring VW Golf").presses("Let somebody else bring it")
    void = _code(ann)
    code = _code(ann.presses("Let somebody else bring it"))
    bob, eve = world.customer(), world.customer()
    bob.says(void).sees("not good any more").says("my cars").sees("don't know your car yet")
    bob.says(code.lower()).sees("you can book for VW Golf").says("my cars").presses("VW Golf").sees("粤B·12345")
    assert "Who drives it" not in bob.labels
    eve.says(code).sees("not good any more")
    ann.says("my cars").presses("VW Golf").presses("Who drives it").sees("brought by: somebody without a name")
    late = _code(ann.presses("Let somebody else bring it"))
    ann.presses("✕ somebody").sees("Only you bring")
    bob.says("my cars").sees("don't know your car yet")
    world.passes(hours=25)
    bob.says(late).sees("not good any more")


def test_a_driver_takes_back_nobody_and_removes_only_their_own(world: World) -> None:
    """AU2, AU10: buttons of somebody else do nothing; a driver who removes the car is its driver no more."""
    ann = world.customer().says("add a car").says("white golf 2019 粤B12345 30,000 km")
    ann.presses("Who drives it").presses("Let somebody else bring it")
    bob = (
        world.customer().says(_code(ann)).says("my cars").presses("VW Golf").presses("Remove this car").presses("Yes, remove it")
    )
    bob.says("my cars").sees("don't know your car yet")
    ann.says("my cars").sees("This is your car")
    bob.does("press", press=ann.button("VW Golf"))
    assert bob.toast


@pytest.mark.parametrize(
    ("language", "words", "field", "said", "keep", "seen"),
    [
        ("en", "my cars", "Version", "the sporty one", "Keep", "Version: the sporty one"),
        ("en", "my cars", "Version", "2.0 TFSI quattro", "", "Version: 2.0 TFSI QUATTRO"),
        ("zh-CN", "我的车", "配置", "豪华版", "", "豪华版"), ("zh-TW", "我的車", "車型版本", "豪華版", "", "豪華版"),
    ],
)  # fmt: skip
def test_the_version_is_put_right(world: World, language: str, words: str, field: str, said: str, keep: str, seen: str) -> None:
    ann = (
        world.customer(language=language)
        .says("add a car" if language == "en" else "添加车辆")
        .says("golf 粤B12345 2019 white 30000 km")
    )
    ann.says(words).presses(ann.labels[0]).presses(field).says(said)
    if "ask" in ann.last.data:
        ann.presses(keep or ann.labels[0])
    ann.sees(seen)


@pytest.mark.parametrize(
    ("language", "words", "models"),
    [
        ("en", "how much is brake fluid for a tesla", ["Tesla Model 3", "Tesla Model Y", "Another car", "Cancel"]),
        ("en", "oil change for my BMW friday at 10", ["BMW 3 Series", "BMW 5 Series", "BMW X3", "Cancel"]),
        ("zh-Hans", "特斯拉刹车油多少钱", ["特斯拉Model 3", "特斯拉Model Y", "其他车型", "取消"]),
        ("zh-Hant", "賓士換機油週五十點", ["賓士C-Class", "賓士E-Class", "賓士GLC", "取消"]),
    ],
)
def test_who_names_the_make_chooses_among_its_models(world: World, language: str, words: str, models: list[str]) -> None:
    assert world.customer(language=language).says(words).labels == models


def test_another_make_is_not_ones_own_car(world: World) -> None:
    """Whoever has one car is not asked which, unless it is of another make than they say; until they choose it stays open."""
    ann = world.customer().says("/car").presses("Add a car").says("white VW Golf 2021").presses("That's all").says("menu")
    ann.says("oil change for my BMW friday at 10")
    assert {"BMW X3", "BMW 3 Series"} <= set(ann.labels)
    assert any(label.startswith("VW Golf") for label in ann.labels)
    ann.presses("BMW X3").presses("Lanwan Auto East").sees("Fri 27 Nov, 10:00", "BMW X3").says("cancel").says(
        "how much is brake fluid for a tesla"
    )
    assert ann.labels[:2] == ["Tesla Model 3", "Tesla Model Y"]
    ann.says("cancel").says("how much is an oil change for my golf").sees("VW Golf")


def test_the_car_spoken_of_before_is_not_of_another_make(world: World) -> None:
    ann = world.customer().says("how much is an oil change for a Golf").sees("VW Golf")
    ann.says("oil change for my BMW friday at 10")
    assert "BMW X3" in ann.labels
    assert not any("Golf" in label for label in ann.labels)


def with_cars(world: World, *told: str) -> Person:
    ann = world.customer()
    for car in told:
        ann.says("/car").presses("Add a car").says(car).presses("That's all").says("menu")
    return ann


@pytest.mark.parametrize(
    "words",
    [
        "oil change friday 10am, pick it up from 12 Ford Road please",
        "oil change friday at 10, the toyota dealer next door is full",
        "我在大众点评上看到你们，想约周五上午10点换机油",
        "周五上午10点换机油，来红旗路12号取车",
        "週五上午十點換機油，來長安街12號取車",
    ],
)
def test_a_make_in_an_address_or_of_another_shop_is_no_car(world: World, words: str) -> None:
    assert "id" in answers(with_cars(world, "white BMW 3 Series 2021").says(words))["car"]


@pytest.mark.parametrize(
    "words", ["oil change friday 10am, not the Audi", "周五上午10点换机油，不是奥迪", "週五上午十點換機油，唔係架奧迪"]
)
def test_the_make_that_is_refused_is_not_the_car(world: World, words: str) -> None:
    ann = with_cars(world, "black Audi A4 2020", "white BMW X3 2021").says(words)
    with world.database.reading() as session:
        newest = session.scalars(select(Vehicle).order_by(Vehicle.id.desc())).first()
    assert newest is not None
    assert answers(ann)["car"] == {"id": newest.id}
    assert "car" not in answers(with_cars(world, "black Audi A4 2020").says(words))


@pytest.mark.parametrize(("language", "yes", "no"), [("en", "yes", "no"), ("zh-CN", "好的", "不用"), ("zh-HK", "係", "唔使")])
def test_a_yes_is_no_plate_and_a_no_empties_none(world: World, language: str, yes: str, no: str) -> None:
    button = {"en": "Plate", "zh-CN": "车牌", "zh-HK": "車牌"}[language]
    ann = (
        world.customer(language=language)
        .says("/car")
        .presses({"en": "Add a car"}.get(language, "添加" if language == "zh-CN" else "新增"))
    )
    ann.says("audi a4 2020").says(yes)
    assert not {"YES", yes} & set(ann.labels)
    ann.says("粤B12345").says(yes).says(no).says(no).sees("粤B·12345")
    ann.presses(button).says(yes)
    assert yes.upper() not in "".join(ann.labels)
    ann.says(no).sees("粤B·12345")
