"""What is said beside the answer in a booking: the place in a list, a second car, who else comes, "add it" below a price."""

from typing import Any

import pytest

from storage import chats
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def answers(ann: Customer) -> dict[str, Any]:
    assert ann.outcome is not None
    with ann.world.database.reading() as session:
        chat = chats.get(session, ann.outcome.chat_id)
        assert chat is not None
        return dict(chat.answers)


def at_the_times(world: World, language: str, words: str, store: str) -> Customer:
    return world.customer(language=language).says(words).says(store)


@pytest.mark.parametrize(
    ("language", "words", "first"),
    [
        ("en", "can I book an oil change for my Golf", "1"),
        ("zh-CN", "高尔夫想约换机油", "第一个"),
        ("zh-TW", "想預約換機油 Golf", "1"),
    ],
)
def test_the_place_in_a_list_of_stores_and_times_is_no_hour(world: World, language: str, words: str, first: str) -> None:
    ann = world.customer(language=language).says(words).says("1")
    assert answers(ann)["store"] == "east"
    assert "time" not in answers(ann)
    label = ann.labels[0]
    ann.says(first)
    assert label.endswith(answers(ann)["time"])


def test_a_number_that_may_be_an_hour_too_is_asked_about(world: World) -> None:
    ann = world.customer().says("can I book an oil change for my Golf").says("2")
    second = ann.labels[1]
    ann.says("2").sees("Which one do you mean?")
    assert second == ann.labels[0]
    assert ann.labels[1].endswith("14:00")


def test_an_hour_typed_below_fewer_times_is_an_hour(world: World) -> None:
    ann = world.customer().says("can I book an oil change for my Golf on Friday").says("2").says("10")
    assert answers(ann)["time"] == "10:00"


def test_ok_yes_confirm_books(world: World) -> None:
    ann = world.customer()
    ann.says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000").sees("You're booked!")
    ann.says("alignment on Wednesday at ten for my A4 at East Harbour").sees("Shall I book it?").says("ok yes confirm")
    ann.sees("You're booked!")


@pytest.mark.parametrize(
    ("language", "wish", "price", "add"),
    [
        ("en", "oil change on Friday morning for my Golf", "how much is a wheel alignment?", "add it"),
        ("zh-CN", "周五上午高尔夫换机油", "四轮定位多少钱", "那也一起做吧"),
        ("zh-TW", "週五早上Golf換機油", "四輪定位多少錢", "加上去"),
    ],
)
def test_what_was_priced_in_the_form_is_added(world: World, language: str, wish: str, price: str, add: str) -> None:
    ann = world.customer(language=language).says(wish).says(price).says(add)
    assert answers(ann)["service"] == ["oil_change", "wheel_alignment"]


@pytest.mark.parametrize(
    ("language", "words", "work"),
    [
        ("en", "my mum's Golf needs an oil change and I need a wheel alignment on my A4, Thursday morning?", "wheel_alignment"),
        ("zh-CN", "我老婆的高尔夫换机油，我的A4做四轮定位，周四上午", "wheel_alignment"),
        ("zh-TW", "Golf和A4都要換機油，週四早上", "oil_change"),
    ],
)
def test_two_cars_are_two_visits_one_after_the_other(world: World, language: str, words: str, work: str) -> None:
    ann = world.customer(language=language).says(words)
    known = answers(ann)
    assert (known["service"], known["car"]["model"]) == (["oil_change"], "vw_golf")
    assert (known["later"]["service"], known["later"]["car"]["model"]) == ([work], "audi_a4")
    ann.says("1").says("10:00").says("13800138000")
    ann.presses(ann.labels[0])
    assert (answers(ann)["service"], answers(ann)["car"]["model"]) == ([work], "audi_a4")


@pytest.mark.parametrize(
    ("language", "words", "note"),
    [
        (
            "en",
            "oil change for my Golf at Pine Hill on Tuesday at 10, my wife will bring it, call her on 13800138000",
            "my wife will bring it, call her on 13800138000",
        ),
        ("zh-CN", "周二上午十点松岭店高尔夫换机油，我老婆送过去，到时联系她13800138000", "我老婆送过去, 到时联系她13800138000"),
        ("zh-TW", "週二早上十點松嶺店Golf換機油，我先生會開過去", "我先生會開過去"),
    ],
)
def test_who_else_brings_the_car_is_noted(world: World, language: str, words: str, note: str) -> None:
    assert answers(world.customer(language=language).says(words))["note"] == note


@pytest.mark.parametrize(
    ("language", "words", "none"),
    [
        ("en", "reschedule please", "no appointment"),
        ("zh-CN", "我想改一下预约时间", "没有预约"),
        ("zh-HK", "我想改返個預約時間", "沒有預約"),
    ],
)
def test_who_moves_an_appointment_without_one_is_told_so(world: World, language: str, words: str, none: str) -> None:
    world.customer(language=language).says(words).sees(none)
