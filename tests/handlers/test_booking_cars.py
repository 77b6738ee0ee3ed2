"""The car of a visit: another one while something is being confirmed, and work that an electric car does without."""

import pytest

from storage.appointments import Appointment
from storage.catalogue import CarModel
from tests.handlers.test_booking_after import booked, only
from tests.handlers.test_booking_beside import answers
from tests.handlers.test_booking_changed import form
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def model_of(world: World, row: Appointment) -> str:
    with world.database.reading() as session:
        model = session.get(CarModel, row.model_id)
        return model.code if model else ""


@pytest.mark.parametrize(
    ("language", "before", "words", "which", "yes"),
    [
        ("en", "alignment on Wednesday at ten at East Harbour", "change the car to my Honda", "civic", "yes"),
        ("en", "can you add a tyre rotation to that?", "change the car to my Honda", "civic", "yes"),
        ("en", "move it to wednesday at ten", "actually change the car to my Honda", "civic", "yes"),
        ("en", "cancel it", "no, change the car to my Honda", "civic", "yes"),
        ("en", "thanks", "change the car to my Honda", "civic", "yes"),
        ("zh-CN", "改到周三十点", "车换成我的本田", "思域", "是"),
        ("zh-HK", "改去星期三十點", "換成我架本田", "Civic", "係"),
    ],
)
def test_the_car_of_what_is_being_confirmed_is_exchanged(
    world: World, language: str, before: str, words: str, which: str, yes: str
) -> None:
    ann = booked(world, language).says(before).says(words)
    assert any("Civic" in label or "思域" in label for label in ann.labels), ann.last.text
    ann.says(which)
    assert "Civic" in ann.last.text or "思域" in ann.last.text
    assert model_of(world, only(world, ann)) == ("honda_civic" if "alignment" in before else "vw_golf")
    ann.says(yes)
    row = only(world, ann)
    assert (model_of(world, row), row.status) == ("honda_civic", "confirmed")
    assert row.vehicle_id is not None
    assert f"{row.starts_at:%d %H}" == ("25 02" if any(part in before for part in ("ednesday", "三")) else "26 07")


def test_a_car_on_file_is_known_by_its_make(world: World) -> None:
    ann = world.customer()
    ann.says("/car").presses("Add a car").says("black Honda Civic 2020").presses("That's all").says("menu")
    ann.says("oil change for my golf on thursday at 3pm at east harbour, 13800138406").says("confirm").sees("You're booked")
    ann.says("move it to wednesday at ten").says("change the car to my Honda").sees("with the Honda Civic").says("yes")
    assert model_of(world, only(world, ann)) == "honda_civic"


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "oil change for my Model 3 on friday at ten at Pine Hill", "electric and does without it"),
        ("zh-CN", "周五十点松岭店Model 3换机油", "纯电车，不用做"),
        ("zh-TW", "週五十點松嶺店Model 3換機油", "純電車，不用做"),
    ],
)
def test_an_electric_car_does_without_what_has_an_engine(world: World, language: str, words: str, told: str) -> None:
    ann = world.customer(language=language).says(words).sees(told)
    assert answers(ann)["service+"] == ["ev_check"]
    ann.says("yes" if language == "en" else "好的")
    assert (answers(ann)["service"], answers(ann)["time"]) == (["ev_check"], "10:00")


@pytest.mark.parametrize(
    ("choice", "services"), [("Electric car check", ["hand_wash", "ev_check"]), ("Only Hand wash", ["hand_wash"])]
)
def test_the_rest_of_the_work_is_kept(world: World, choice: str, services: list[str]) -> None:
    ann = world.customer().says("oil change and hand wash for my Model 3 on friday at ten at pine hill")
    assert answers(ann.presses(choice))["service"] == services


def test_a_service_of_an_electric_car_is_its_check(world: World) -> None:
    for language, words in (("en", "book a service for my Model Y on friday"), ("zh-CN", "周五给我的Model Y做保养")):
        assert answers(world.customer(language=language).says(words))["service"] == ["ev_check"]
    assert "service+" in answers(world.customer().says("book a service for my Golf on friday"))


def test_a_visit_is_not_exchanged_to_a_car_that_does_without_it(world: World) -> None:
    ann = booked(world, "en").says("it's for my Model 3, not the golf").sees("electric and does without it")
    assert form(ann) is None
    ann.says("move it to wednesday at ten").says("it's for my Model 3").sees("does without it", "Which car")
    ann.says("tiguan").says("yes").sees("Moved")
    assert model_of(world, only(world, ann)) == "vw_tiguan"


def test_work_for_electric_cars_is_not_done_to_others(world: World) -> None:
    world.customer().says("electric car check for my A4 on friday").sees("has an engine")
    assert "service" in answers(world.customer().says("brake pads front for my Model 3 on friday at East Harbour"))


def test_a_car_that_shall_not_be_exchanged_stays(world: World) -> None:
    ann = booked(world, "en").says("don't change the car to my honda")
    assert form(ann) is None


@pytest.mark.parametrize(
    ("words", "model"),
    [
        ("yes and by the way I sold my Tiguan", "vw_golf"),
        ("ok, my brother drives a Tiguan, he brings the golf", "vw_golf"),
        ("it's not for the golf, it's for my Tiguan", "vw_tiguan"),
        ("make it the Tiguan instead", "vw_tiguan"),
        ("好，我老婆的途观下次再说", "vw_golf"),
        ("好，途观不用做", "vw_golf"),
        ("对，我朋友开途观送我过去", "vw_golf"),
        ("不是高尔夫，是途观", "vw_tiguan"),
        ("换成途观吧", "vw_tiguan"),
    ],
)
def test_a_car_that_is_only_spoken_of_does_not_come_and_one_that_is_put_right_does(world: World, words: str, model: str) -> None:
    wish, language = (
        ("oil change for my golf, friday at ten, east harbour, 13800138406", "en")
        if words.isascii()
        else ("周五十点东港高尔夫换机油13800138406", "zh-CN")
    )
    ann = world.customer(language=language).says(wish).says(words)
    assert (form(ann), answers(ann)["car"], answers(ann).get("later")) == ("booking.book", {"model": model}, None)
