"""What is said of the work, the car and the time in a booking is kept as it is said: none of it is lost, or turned round."""

from typing import Any

import pytest

from storage.appointments import DONE, Appointment
from tests.handlers.test_booking_after import booked, only
from tests.handlers.test_booking_beside import answers
from tests.handlers.test_booking_changed import form
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "lines", "services"),
    [
        ("zh-CN", ("周四上午十点东港A4换机油", "再加个四轮定位", "不要换机油了"), ["wheel_alignment"]),
        ("zh-CN", ("周四上午十点东港A4换机油", "不要换机油了，改四轮定位"), ["wheel_alignment"]),
        ("zh-CN", ("周四上午十点东港A4换机油", "不要换机油了", "四轮定位"), ["wheel_alignment"]),
        (
            "en",
            ("oil change and alignment for my golf, friday at ten, east harbour", "I don't need the alignment"),
            ["oil_change"],
        ),
        (
            "en",
            ("oil change for my golf, friday at ten, east harbour", "no need for the oil change, do a tyre rotation instead"),
            ["tyre_rotation"],
        ),
    ],
)
def test_work_that_is_not_wanted_any_more_is_left_out(
    world: World, language: str, lines: tuple[str, ...], services: list[str]
) -> None:
    ann = world.customer(language=language)
    for line in lines:
        ann.says(line)
    assert answers(ann)["service"] == services
    assert "held" in answers(ann)


def test_what_is_not_needed_of_the_work_calls_no_work_off(world: World) -> None:
    both = {"oil_change", "wheel_alignment"}
    for language, wish, lines in (
        (
            "en",
            "oil change and alignment for my golf, friday at ten, east harbour",
            (
                ("I don't need to wait for the oil change", both),
                ("no need to rush the oil change", both),
                ("no need to do the alignment twice", both),
                ("don't skip the oil change", both),
                ("don't wash it", both),
                ("don't need a reminder for the oil change", both),
                ("just the oil change without the alignment", {"oil_change"}),
                ("the alignment I don't need", {"oil_change"}),
                ("leave out the oil change this time", {"wheel_alignment"}),
                ("only the oil change, no need for anything else", {"oil_change"}),
            ),
        ),
        (
            "zh-CN",
            "周五十点东港店高尔夫换机油和四轮定位",
            (
                ("四轮定位不要做太快", both),
                ("只做四轮定位不用换机油", {"wheel_alignment"}),
                ("换机油不用做了", {"wheel_alignment"}),
            ),
        ),
    ):
        for words, left in lines:
            ann = world.customer(language=language).says(wish).says(words)
            assert set(answers(ann)["service"]) == left, words
            ann.says("cancel" if language == "en" else "取消")


def test_an_oil_change_and_a_tyre_rotation_are_no_tyre_change(world: World) -> None:
    for words, services in (
        ("oil change and tyre rotation for my golf", {"oil_change", "tyre_rotation"}),
        ("tyre rotation and oil change for my golf", {"oil_change", "tyre_rotation"}),
        ("alignment and balancing for my golf", {"wheel_alignment", "wheel_balance"}),
    ):
        assert set(answers(world.customer().says(words))["service"]) == services, words


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ("how much is an oil change for an a4", "and a tyre rotation?", "book both for saturday 28th 10am")),
        ("zh-CN", ("A4换机油多少钱", "轮胎换位呢", "都做，11月28号上午十点")),
    ],
)
def test_both_are_those_whose_prices_were_told(world: World, language: str, lines: tuple[str, ...]) -> None:
    ann = world.customer(language=language)
    for line in lines:
        ann.says(line)
    known = answers(ann)
    assert (known["service"], known["day"], known["time"]) == (["oil_change", "tyre_rotation"], "2026-11-28", "10:00")


@pytest.mark.parametrize(
    ("words", "later"),
    [
        ("周三两台车都要洗 一台Q5一台途观 美容馆", "vw_tiguan"),
        ("周三洗车 一台Q5一台途观", "vw_tiguan"),
        ("星期三兩架車都要洗，一架Q5一架Tiguan", "vw_tiguan"),
        ("周三Q5要洗一下", None),
    ],
)
def test_a_car_that_needs_a_wash_is_washed_and_so_is_the_other(world: World, words: str, later: str | None) -> None:
    known = answers(world.customer(language="zh-HK" if "架" in words else "zh-CN").says(words))
    assert (known["service"], known["car"]["model"], known["day"]) == (["hand_wash"], "audi_q5", "2026-11-25")
    assert known.get("later", {}).get("car", {}).get("model") == later


def test_a_part_that_is_to_be_washed_is_no_car(world: World) -> None:
    assert form(world.customer(language="zh-CN").says("空调要洗")) is None


@pytest.mark.parametrize(
    ("language", "words", "model"),
    [
        ("en", "oil change friday 11am east harbour, plate 粤B12345", "golf"),
        ("zh-CN", "周五十一点东港换机油 车牌粤B12345", "高尔夫"),
    ],
)
def test_a_plate_waits_for_its_model(world: World, language: str, words: str, model: str) -> None:
    ann = world.customer(language=language).says(words).says(model)
    assert answers(ann)["car"] == {"plate": "粤B·12345", "model": "vw_golf"}


@pytest.mark.parametrize(
    ("language", "asks", "words", "time"),
    [
        ("en", "tell me if something earlier comes up", "never mind, 10:30", "10:30"),
        ("zh-CN", "有人取消的话通知我", "算了约十点吧", "10:00"),
    ],
)
def test_who_thinks_better_of_waiting_takes_a_time(world: World, language: str, asks: str, words: str, time: str) -> None:
    wish = "oil change for my golf tomorrow morning at east harbour" if language == "en" else "明天上午高尔夫换机油 东港"
    ann = world.customer(language=language).says(wish).says(asks)
    assert form(ann) == "booking.wait"
    ann.says(words)
    assert (form(ann), answers(ann)["time"], answers(ann)["day"]) == ("booking.book", time, "2026-11-22")


def test_the_waiting_list_with_a_time_is_the_waiting_list(world: World) -> None:
    ann = world.customer().says("oil change for my golf tomorrow morning at east harbour")
    assert form(ann.says("can you put me on the waiting list for tomorrow at 9")) == "booking.wait"


@pytest.mark.parametrize(
    ("language", "words", "known"),
    [
        (
            "en",
            "NEED AC REGAS PASSAT FRIDAY AFTERNOON PINE HILL 13912345678 CALL ME AFTER 5",
            {"service": ["ac_service"], "day": "2026-11-27", "store": "west", "note": "CALL ME AFTER 5"},
        ),
        ("zh-CN", "周日开门吗？开的话约十点小保养 卡罗拉 松岭", {"service": ["minor_service"], "store": "west"}),
        ("zh-CN", "周五十点换刹车片 前面的 A4L 东港", {"service": ["brake_pads_front"], "day": "2026-11-27"}),
        ("en", "can i come in now for an oil change? golf, east harbour", {"day": "2026-11-21", "service": ["oil_change"]}),
    ],
)
def test_a_wish_is_found_among_other_words(world: World, language: str, words: str, known: dict[str, Any]) -> None:
    found = answers(world.customer(language=language).says(words))
    assert {name: found.get(name) for name in known} == known


def test_a_weekday_with_a_number_is_asked_about(world: World) -> None:
    ann = world.customer().says("oil change for my golf thursday 10 at east harbour").sees("Which one do you mean?")
    assert ann.labels[:2] == ["Thu 26 Nov, 10:00", "Thu 10 Dec"]
    assert answers(ann.says("1"))["time"] == "10:00"
    assert answers(world.customer().says("oil change for my golf friday 10 at east harbour"))["time"] == "10:00"


def test_the_mileage_says_nothing_of_a_tyre(world: World) -> None:
    ann = world.customer().says("minor service for my bmw x3, monday 9am at pine hill, and please check the left rear tyre")
    assert "service" not in answers(ann.says("also i have 45k km on it"))


def test_the_name_of_who_fetches_the_car_is_noted(world: World) -> None:
    ann = booked(world, "en").says("my wife will pick it up, her name is Anna, 13811112222")
    assert "Anna" in only(world, ann).note


@pytest.mark.parametrize("words", ["算了太贵了", "算了，太贵了"])
def test_too_dear_leaves_it(world: World, words: str) -> None:
    assert form(world.customer(language="zh-CN").says("周五十点换前刹车片 A4L 东港").says(words)) is None


@pytest.mark.parametrize(
    ("language", "words"), [("en", "wrong number sorry its 13987654321"), ("zh-CN", "电话写错了，是13987654321")]
)
def test_a_wrong_number_is_put_right(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words).sees("139 8765 4321")
    assert only(world, ann).phone == "+8613987654321"


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "book me the same again for saturday", "2026-11-28"),
        ("zh-CN", "跟上次一样，下周一再约一次", "2026-11-30"),
        ("zh-TW", "跟上次一樣，下週一再約一次", "2026-11-30"),
    ],
)
def test_the_same_again_is_what_was_done_last(world: World, language: str, words: str, day: str) -> None:
    ann = booked(world, language)
    world.passes(days=5, hours=12)
    with world.database.transaction() as session:
        row = session.get(Appointment, only(world, ann).id)
        assert row is not None
        row.status = DONE
    known = answers(ann.says(words))
    assert (known["service"], known["store"], known["day"]) == (["oil_change"], "east", day)
    assert known["car"] == {"id": row.vehicle_id}


@pytest.mark.parametrize(("language", "words", "yes"), [("en", "cancel everything", "yes"), ("zh-CN", "全部取消", "是")])
def test_all_visits_are_cancelled_one_after_the_other(world: World, language: str, words: str, yes: str) -> None:
    ann = booked(world, language)
    first = only(world, ann).id
    ann.says("brake inspection for my golf on friday at 11 at east harbour").says("yes")
    second = only(world, ann).id
    ann.says(words).says(yes)
    with world.database.reading() as session:
        assert {session.get(Appointment, one).status for one in (first, second)} == {"cancelled", "confirmed"}  # type: ignore[union-attr]
    ann.says(yes)
    with world.database.reading() as session:
        assert {session.get(Appointment, one).status for one in (first, second)} == {"cancelled"}  # type: ignore[union-attr]


def test_one_of_several_is_cancelled_where_not_all_are_meant(world: World) -> None:
    ann = booked(world, "en")
    first = only(world, ann).id
    ann.says("brake inspection for my golf on friday at 11 at east harbour").says("yes")
    second = only(world, ann).id
    for words, asked in (
        ("cancel friday, I can't make it at all", second),
        ("all good, cancel the friday one", second),
        ("cancel everything on friday", second),
        ("cancel thursday, I have to work all day", first),
        ("cancel all the appointments except thursday", None),
        ("我周五都来不了，取消吧", second),
    ):
        ann.says(words)
        assert (form(ann), answers(ann).get("id"), answers(ann).get("all")) == ("booking.cancel", asked, None), words
        ann.presses("Cancel" if asked is None else "No, keep it")


def test_a_question_in_a_booking_is_answered_and_no_note(world: World) -> None:
    ann = world.customer().says("ceramic coating for a q5 on saturday 28 november at ten").says("hmm how long do you keep it")
    ann.sees("about 1 day")
    assert "note" not in answers(ann)
    ann.says("add a note: the key is with my neighbour")
    assert answers(ann)["note"] == "the key is with my neighbour"


def test_a_wish_beside_a_question_about_the_store_is_one(world: World) -> None:
    ann = world.customer().says("alignment for my passat wednesday at 9, which store is nearer to the airport?")
    known = answers(ann)
    assert (known["service"], known["day"], known["time"]) == (["wheel_alignment"], "2026-11-25", "09:00")


def test_who_wants_to_come_in_wants_a_visit(world: World) -> None:
    assert form(world.customer().says("i want to come in")) == "booking.book"


def test_a_car_that_is_left_behind_in_cantonese(world: World) -> None:
    ann = booked(world, "zh-HK").says("唔使等 佢留低架車").says("係")
    assert only(world, ann).transport == "leave"


@pytest.mark.parametrize(
    ("language", "words", "services", "told"),
    [
        ("en", "move it to pine hill on friday at ten and make it a minor service", ["minor_service"], "¥469"),
        ("en", "move it to friday at ten and add a tyre rotation", ["oil_change", "tyre_rotation"], "¥499"),
    ],
)
def test_other_work_in_a_move_is_done_with_it(world: World, language: str, words: str, services: list[str], told: str) -> None:
    ann = booked(world, language).says(words).sees(told)
    assert only(world, ann).services == ["oil_change"]
    ann.says("yes").sees("Moved")
    assert only(world, ann).services == services
    assert f"{only(world, ann).starts_at:%d %H}" == "27 02"


def test_the_day_on_which_we_fetch_the_car_is_the_day_of_the_visit(world: World) -> None:
    ann = world.customer().says(
        "can you come and pick up my car for a minor service on friday? e class, i live at 12 marina road"
    )
    known = answers(ann)
    assert (known["day"], known["transport"], known["note"]) == ("2026-11-27", "pickup", "at 12 marina road")
    ann = world.customer(language="zh-CN").says("你们周五能上门取车做小保养吗？我在金沙路88号，车是C级")
    assert (answers(ann)["day"], answers(ann)["transport"]) == ("2026-11-27", "pickup")


@pytest.mark.parametrize("lines", [("need to book 2 cars", "golf and a4", "oil change"), ("book an oil change", "golf and a4")])
def test_two_cars_in_one_answer_are_two_visits(world: World, lines: tuple[str, ...]) -> None:
    ann = world.customer()
    for line in lines:
        ann.says(line)
    assert answers(ann)["car"]["model"] == "vw_golf"
    ann.says("east").says("monday 9").says("13800138406").sees("Audi A4 · Oil and filter change. Shall I book that now?").says(
        "yes"
    )
    known = answers(ann)
    assert (known["service"], known["car"]["model"], known["day"]) == (["oil_change"], "audi_a4", "2026-11-23")


def test_work_beside_a_visit_fits_its_car(world: World) -> None:
    ann = booked(world, "en").says("ok thanks. also can you check my battery while it's in").says("yes")
    assert only(world, ann).services == ["oil_change", "battery_12v"]


def test_cancelled_for_the_same_time_on_another_day_is_moved(world: World) -> None:
    ann = booked(world, "zh-CN").says("帮我取消周四的，改约周五同一时间").says("好")
    assert f"{only(world, ann).starts_at:%d %H}" == "27 07"


@pytest.mark.parametrize(
    ("language", "wish", "words", "services"),
    [
        ("en", "oil change golf friday at ten east harbour", "don't need to wash it", ["oil_change"]),
        ("zh-CN", "周五十点东港高尔夫换机油", "不用洗车", ["oil_change"]),
        (
            "en",
            "oil change golf friday at ten east harbour",
            "no wash please, but add an alignment",
            ["oil_change", "wheel_alignment"],
        ),
    ],
)
def test_work_that_nobody_wanted_is_not_taken(world: World, language: str, wish: str, words: str, services: list[str]) -> None:
    assert answers(world.customer(language=language).says(wish).says(words))["service"] == services


def test_work_on_another_car_is_a_visit_of_its_own(world: World) -> None:
    ann = booked(world, "en").says("change of plan: my wife's civic needs an alignment too, same day")
    assert (form(ann), answers(ann)["car"]["model"]) == ("booking.book", "honda_civic")
    assert (answers(ann)["service"], answers(ann)["day"]) == (["wheel_alignment"], "2026-11-26")


@pytest.mark.parametrize(("language", "words"), [("en", "cancel the reminder"), ("zh-CN", "取消提醒")])
def test_a_reminder_that_is_cancelled_is_no_visit(world: World, language: str, words: str) -> None:
    assert form(booked(world, language).says(words)) is None


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "yes, and my wife's polo on the same day after mine"),
        ("en", "ok and also my A4"),
        ("zh-CN", "好的，还有我老婆的A4"),
    ],
)
def test_a_car_beside_a_yes_is_another_visit(world: World, language: str, words: str) -> None:
    wish = "oil change golf friday at ten east harbour 13800138406" if language == "en" else "周五十点东港高尔夫换机油13800138406"
    known = answers(world.customer(language=language).says(wish).says(words))
    assert known["car"]["model"] == "vw_golf"
    assert known["later"]["service"] == ["oil_change"]


def test_the_car_of_this_visit_is_still_exchanged(world: World) -> None:
    ann = world.customer().says("oil change golf friday at ten east harbour 13800138406")
    assert answers(ann.says("it's for my A4"))["car"]["model"] == "audi_a4"


def test_who_was_asked_for_by_name_and_number_is_noted(world: World) -> None:
    ann = booked(world, "zh-CN").says("我爸去送车可以吗").sees("姓名和电话")
    ann.says("他叫王建国 电话13822223333")
    assert "王建国" in only(world, ann).note
    assert only(world, ann).phone == "+8613800138406"
