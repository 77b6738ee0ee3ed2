"""A visit that is booked is for another car, goes to another store, or waits: what is said of it is kept, and asked about."""

import pytest

from storage import chats
from tests.handlers.test_booking_after import booked, only
from tests.handlers.test_booking_beside import answers
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def form(ann: Customer) -> str | None:
    assert ann.outcome is not None
    with ann.world.database.reading() as session:
        chat = chats.get(session, ann.outcome.chat_id)
        assert chat is not None
        return chat.form


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "cancel and rebook friday 10am"), ("zh-CN", "取消重新约周五十点"), ("zh-HK", "取消再另外約星期五上晝十點")],
)
def test_who_cancels_to_come_another_day_has_said_which(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert form(ann) == "booking.move"
    assert (answers(ann)["day"], answers(ann)["time"]) == ("2026-11-27", "10:00")
    assert only(world, ann).status == "confirmed"


@pytest.mark.parametrize(
    ("language", "words", "car", "yes"),
    [
        ("en", "it's for my Model 3, not the golf", "Tesla Model 3", "yes"),
        ("en", "actually I'll bring the Q5 instead", "Audi Q5", "yes"),
        ("en", "can you change the car to my Audi A6", "Audi A6", "yes"),
        ("zh-CN", "车换成Q5", "奥迪Q5", "是"),
        ("zh-CN", "不是高尔夫，是A6", "奥迪A6", "是"),
        ("zh-TW", "車改成A4", "奧迪A4", "是"),
        ("zh-HK", "搞錯咗，唔係golf，係Q5", "奧迪Q5", "係"),
    ],
)
def test_the_car_of_a_visit_is_exchanged_once_they_say_yes(world: World, language: str, words: str, car: str, yes: str) -> None:
    ann = booked(world, language)
    before = only(world, ann)
    ann.says(words).sees(car)
    assert form(ann) == "booking.alter"
    assert only(world, ann).vehicle_id == before.vehicle_id
    ann.says(yes).sees(car)
    after = only(world, ann)
    assert (after.starts_at, after.services, after.status) == (before.starts_at, before.services, "confirmed")
    assert after.vehicle_id not in (None, before.vehicle_id)
    assert after.model_id != before.model_id


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "is it ok for my wife's Q5 to park there"),
        ("en", "how much is it for my A6"),
        ("en", "my golf is red, not the best colour"),
        ("en", "it is not the A4 that makes the noise"),
        ("zh-CN", "我老婆开的是Q5"),
        ("zh-HK", "部golf唔係新車"),
    ],
)
def test_a_car_that_is_only_spoken_of_changes_nothing(world: World, language: str, words: str) -> None:
    ann = booked(world, language)
    before = only(world, ann)
    ann.says(words)
    assert form(ann) != "booking.alter"
    assert only(world, ann).vehicle_id == before.vehicle_id


@pytest.mark.parametrize(
    ("language", "more", "words", "place"),
    [
        ("en", "also a brake inspection for my golf on friday 10am", "can we move it to pine hill", "Pine Hill"),
        ("zh-CN", "再约周五上午十点高尔夫刹车检查", "改到松岭店可以吗", "松岭"),
    ],
)
def test_the_store_is_kept_while_it_is_asked_which_visit(world: World, language: str, more: str, words: str, place: str) -> None:
    ann = booked(world, language).says(more).says("confirm" if language == "en" else "好")
    for _ in range(4):
        ann.says("thanks" if language == "en" else "谢谢")
    ann.says(words)
    if form(ann) == "booking.move" and "id" not in answers(ann):
        ann.presses(ann.labels[0])
    ann.sees(place)
    assert answers(ann)["store"] == "west"


@pytest.mark.parametrize(
    ("language", "begins", "words", "kept"),
    [
        ("en", "book an oil change for my audi a4", "i also own an Audi A6", "This visit is for your Audi A4"),
        ("zh-CN", "预约A4换机油", "我还有一台Q5", "这次预约的是奥迪A4"),
        ("zh-HK", "預約A4換機油", "我仲有部Q5", "這次預約的是奧迪A4"),
    ],
)
def test_a_car_that_they_have_besides_takes_no_ones_place(
    world: World, language: str, begins: str, words: str, kept: str
) -> None:
    ann = world.customer(language=language).says(begins).says(words).sees(kept)
    assert answers(ann)["car"]["model"] == "audi_a4"


@pytest.mark.parametrize(
    ("language", "words", "car"),
    [("en", "I also own an Audi A6", "Audi A6"), ("zh-CN", "我开的是Q5", "奥迪Q5"), ("zh-HK", "我仲有部A4", "奧迪A4")],
)
def test_a_car_that_is_named_by_itself_is_put_on_file_if_they_like(world: World, language: str, words: str, car: str) -> None:
    ann = world.customer(language=language).says(words).sees(car)
    ann.presses(ann.labels[0])
    assert form(ann) == "vehicles.add"
    assert "model" in answers(ann)


@pytest.mark.parametrize("words", ["i have a golf and it makes a noise", "do you have an audi a6", "i have a golf for sale"])
def test_of_a_car_more_than_that_it_is_theirs_is_another_matter(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert "on file" not in ann.last.text


@pytest.mark.parametrize(
    ("language", "words", "later"),
    [
        ("en", "2 cars same day: A3 oil + Model 3 rotation", "tyre_rotation"),
        ("zh-CN", "两台车，A4机油，Model 3轮胎换位", "tyre_rotation"),
    ],
)
def test_a_list_of_cars_with_their_work_is_two_visits(world: World, language: str, words: str, later: str) -> None:
    known = answers(world.customer(language=language).says(words))
    assert (known["service"], known["later"]["service"]) == (["oil_change"], [later])


@pytest.mark.parametrize(
    "words", ["what oil does an A3 take, and how often rotation on a Model 3", "had A3 oil and Model 3 rotation done"]
)
def test_cars_and_work_that_are_only_spoken_of_begin_nothing(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert form(ann) != "booking.book"


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "I'm in today at 3. Running 20 min late", "with your advisor"),
        ("zh-CN", "堵车，晚到十五分钟", "转告顾问"),
        ("zh-HK", "塞車，遲15分鐘", "轉告服務顧問"),
    ],
)
def test_the_advisor_reads_that_they_are_late(world: World, language: str, words: str, told: str) -> None:
    ann = booked(world, language)
    world.passes(days=5)  # Thursday morning
    ann.says(words).sees(told)
    row = only(world, ann)
    assert words in row.note
    assert f"{row.starts_at:%H}" == "07"


def test_days_before_nobody_is_late(world: World) -> None:
    ann = booked(world, "en").says("running 20 min late")
    assert not only(world, ann).note
