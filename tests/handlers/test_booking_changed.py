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
        ("en", "it's for my Tiguan, not the golf", "VW Tiguan", "yes"),
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


def test_their_other_car_needs_no_more_than_its_make(world: World) -> None:
    ann = world.customer()
    for car in ("black Audi A4 2020", "white BMW X3 2021"):
        ann.says("/car").presses("Add a car").says(car).presses("That's all").says("menu")
    ann.says("oil change for the Audi tuesday 9 at East Harbour").says("confirm").says("13800138000")
    ann.says("change the car to my BMW").sees("BMW X3")
    assert form(ann) == "booking.alter"


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


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("zh-CN", "哎呀周四加班 周五行不行", "2026-11-27"),
        ("en", "i'm working on thursday, would friday be ok?", "2026-11-27"),
        ("zh-TW", "不好意思 那天要加班 可以改禮拜五嗎", "2026-11-27"),
        ("en", "oh I live near pine hill now, can it be there instead", "2026-11-26"),
        ("en", "need to reschedule but not sure when yet", None),
    ],
)
def test_why_their_day_does_not_suit_moves_the_visit(world: World, language: str, words: str, day: str | None) -> None:
    ann = booked(world, language).says(words)
    assert form(ann) == "booking.move"
    assert answers(ann).get("day") == day
    assert f"{only(world, ann).starts_at:%d}" == "26"


def test_whoever_leaves_the_car_after_all_does_not_keep_the_loaner(world: World) -> None:
    ann = world.customer().says("minor service for my golf tuesday 8:30 east harbour, need a loaner, 13800138406").says("yes")
    assert only(world, ann).transport == "loaner"
    ann.says("actually no loaner, i'll leave it with you").sees("leave the car")
    ann.says("yes")
    assert only(world, ann).transport == "leave"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "i have a booking under Smith on tuesday, can you move it to friday?"),
        ("en", "we have an appointment on friday, cancel it"),
    ],
)
def test_a_visit_that_they_have_elsewhere_begins_no_new_one(world: World, language: str, words: str) -> None:
    world.customer(language=language).says(words).sees("no appointment of yours in this chat")


@pytest.mark.parametrize("words", ["can i have an appointment for tuesday", "could we have a booking on tuesday please"])
def test_may_they_have_one_is_a_wish(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert form(ann) == "booking.book"
    assert answers(ann)["day"] == "2026-11-24"


@pytest.mark.parametrize(
    ("language", "begins", "asks", "price", "then", "service"),
    [
        (
            "en",
            "major service for my A4 at east harbour",
            "actually how much is a minor one",
            "Minor service · Audi A4",
            "ok let's do the minor instead",
            "minor_service",
        ),
        ("zh-CN", "约A6大保养 松岭店", "等等，多少钱", "大保养 · 奥迪A6", "那换成小的吧", "minor_service"),
    ],
)
def test_what_it_costs_is_of_the_car_that_comes_and_the_smaller_one_takes_its_place(
    world: World, language: str, begins: str, asks: str, price: str, then: str, service: str
) -> None:
    ann = world.customer(language=language).says(begins).says(asks).sees(price)
    ann.says(then)
    assert (form(ann), answers(ann)["service"]) == ("booking.book", [service])


@pytest.mark.parametrize(
    ("language", "words", "store"),
    [("en", "harbor one", "east"), ("en", "the pine one", "west"), ("zh-CN", "东港", "east")],
)
def test_a_store_by_a_word_of_its_name(world: World, language: str, words: str, store: str) -> None:
    begins = "can I book an oil change for my Golf" if language == "en" else "高尔夫想约换机油"
    assert answers(world.customer(language=language).says(begins).says(words))["store"] == store
    priced = world.customer(language=language).says("oil change golf" if language == "en" else "高尔夫换机油").says(words)
    if store == "east":  # the one whose price they have
        assert (form(priced), answers(priced)["store"]) == ("booking.book", "east")


def test_the_same_morning_is_that_of_the_visit_just_booked(world: World) -> None:
    ann = booked(world, "en").says("my wife also needs to bring her Q5 in for tyres the same morning").says("new tyres all four")
    known = answers(ann)
    assert (known["day"], known["service"], known.get("time")) == ("2026-11-26", ["tyre_change"], None)


def test_where_the_car_is_fetched_is_written_to_the_visit(world: World) -> None:
    ann = world.customer().says("can you collect my A4 at 9 on tuesday from 12 Harbour Street for an oil change")
    assert "from 12 Harbour Street" in answers(ann)["note"]


def test_a_drive_of_another_car_than_the_one_they_asked_for_is_not_taken_for_granted(world: World) -> None:
    ann = world.customer(language="zh-CN").says("想试驾下汉").says("松岭店有吗")
    assert "car" not in answers(ann)


def test_what_is_wiped_is_washed(world: World) -> None:
    known = answers(world.customer(language="zh-HK").says("想book聽日下晝抹車同換偈油 A4"))
    assert known["service"] == ["oil_change", "hand_wash"]


def test_who_is_stuck_and_late_is_not_in_danger(world: World) -> None:
    ann = world.customer().says("stuck on the bridge, gonna be like 45 min late is that ok")
    assert "Hazard" not in ann.last.text


@pytest.mark.parametrize(
    ("language", "words", "when"),
    [
        ("zh-CN", "能上门取车吗？周二上午九点到海尔路公司取，A4换机油，东港店", ("2026-11-24", "09:00")),
        ("en", "could you pick my car up from the office? A4, oil change, tuesday 9am", ("2026-11-24", "09:00")),
    ],
)
def test_a_wish_beside_a_question_is_one(world: World, language: str, words: str, when: tuple[str, str]) -> None:
    known = answers(world.customer(language=language).says(words))
    assert (known["transport"], known["day"], known["time"]) == ("pickup", *when)


def test_what_was_last_time_is_no_day_in_the_past(world: World) -> None:
    ann = world.customer(language="zh-CN").says("约A4换机油 东港").says("你们上次把我车弄脏了都没道歉")
    assert "已经过去" not in ann.last.text
    ann.says("昨天").sees("已经过去")


@pytest.mark.parametrize("words", ["一起做要几天", "how many days does it take"])
def test_how_many_days_a_visit_takes_is_told(world: World, words: str) -> None:
    ann = world.customer(language="en" if words.isascii() else "zh-CN").says("想给Model Y贴膜加镀晶").says(words)
    ann.sees("1", "镀晶" if words[0] == "一" else "Ceramic")


def test_whoever_booked_by_phone_is_told_who_finds_it(world: World) -> None:
    world.customer(language="zh-CN").says("你好，我是昨天打电话约的张先生，想改到周五下午").sees("在这个聊天里没有看到您的预约")


def test_more_work_in_another_store_is_a_visit_of_its_own(world: World) -> None:
    ann = booked(world, "en").says("and i want an alignment at pine hill the week after")
    known = answers(ann)
    assert (form(ann), known["service"], known["store"]) == ("booking.book", ["wheel_alignment"], "west")
    assert "day" not in known


@pytest.mark.parametrize(("language", "words"), [("en", "the 10 one"), ("zh-CN", "10点那个")])
def test_an_offered_time_by_its_hour(world: World, language: str, words: str) -> None:
    begins = "oil change for my golf on thursday at east harbour" if language == "en" else "周四东港店高尔夫换机油"
    assert answers(world.customer(language=language).says(begins).says(words))["time"] == "10:00"


@pytest.mark.parametrize(
    ("language", "begins", "asks", "words"),
    [
        ("en", "A4 major service thursday east harbour", "do you have loaner cars", "ok i need one"),
        ("zh-CN", "A4大保养 周四 东港", "有代步车吗", "要一台"),
    ],
)
def test_who_asks_for_a_loaner_and_wants_one_gets_it(world: World, language: str, begins: str, asks: str, words: str) -> None:
    assert answers(world.customer(language=language).says(begins).says(asks).says(words))["transport"] == "loaner"


def test_a_car_with_an_ordinary_name_takes_the_place_of_the_one_said_before(world: World) -> None:
    ann = world.customer().says("oil change tuesday 9 east harbour").says("golf").says("no sorry the polo")
    assert answers(ann)["car"]["name"] == "VW Polo"


@pytest.mark.parametrize("words", ["sorry, no note", "actually note this", "no, not the polo"])
def test_an_ordinary_word_beside_a_no_is_no_car(world: World, words: str) -> None:
    ann = world.customer().says("oil change tuesday 9 east harbour").says("golf").says(words)
    assert answers(ann)["car"] == {"model": "vw_golf"}


@pytest.mark.parametrize("words", ["not the pine one", "anything but harbour"])
def test_the_store_that_is_refused_is_not_taken(world: World, words: str) -> None:
    ann = world.customer().says("golf oil change tuesday at nine").sees("which store").says(words)
    assert "store" not in answers(ann)


@pytest.mark.parametrize("words", ["no oil", "oil smell", "from my flat", "不要机油"])
def test_one_word_of_work_that_is_refused_or_a_symptom_is_no_choice(world: World, words: str) -> None:
    ann = world.customer().says("book").says(words)
    assert not {"oil_change", "puncture_repair"} & {*answers(ann).get("service", [])}


def test_when_it_is_fetched_is_not_when_it_comes(world: World) -> None:
    known = answers(world.customer(language="zh-CN").says("帕萨特大保养，周四早上送过去下午来取可以吗，东港店"))
    assert (known["day"], known["window"]["late"]) == ("2026-11-26", "12:00")


def test_short_answers_are_answers(world: World) -> None:
    ann = world.customer().says("book").says("oil").says("a4").says("harbour").says("fri")
    known = answers(ann)
    assert (known["service"], known["store"], known["day"]) == (["oil_change"], "east", "2026-11-27")


def test_whoever_is_back_at_five_leaves_the_car(world: World) -> None:
    ann = booked(world, "en").says("i'll leave it then and come back at 5")
    assert (form(ann), answers(ann)["transport"]) == ("booking.alter", "leave")


def test_who_else_brings_the_car_changes_nothing(world: World) -> None:
    ann = booked(world, "en").says("can my brother drop it off instead of me, his name is Mark")
    assert form(ann) is None
