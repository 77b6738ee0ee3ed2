"""What is said in the middle of a booking and is no answer: what the number is for, a moment please, the last time."""

import pytest

from handlers.dialogue import leaving
from tests.handlers.test_booking_beside import answers
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "wish", "words", "why"),
    [
        ("en", "oil change golf tuesday 10 east harbour", "why do you need my number", "no yes to advertising"),
        ("en", "oil change golf tuesday 10 east harbour", "i'd rather not give my phone", "no yes to advertising"),
        ("zh-CN", "周二上午十点换机油 高尔夫 东港", "为什么要电话", "不等于同意接收广告"),
        ("zh-HK", "星期二十點換機油 Golf 東港", "點解要電話", "不代表同意接收廣告"),
        ("zh-TW", "週二早上十點換機油 Golf 東港", "不想留電話", "不代表同意接收廣告"),
    ],
)
def test_what_the_number_is_for(world: World, language: str, wish: str, words: str, why: str) -> None:
    ann = world.customer(language=language).says(wish).says(words).sees(why)
    ann.says("13800138000")
    assert answers(ann) == {}  # booked


MOMENTS = (
    "wait",
    "hang on a sec",
    "one moment please, let me check",
    "ok give me two minutes",
    "等一下",
    "稍等",
    "等陣",
    "等我睇下",
    "我看一下",
    "Wait, let me check with my wife",
    "等我問下老婆先",
    "我跟我太太商量一下",
)
NO_MOMENTS = (
    "I'll wait there",
    "wait for the car",
    "等一下再约",
    "我在店等",
    "can I wait",
    "ask my wife for the plate",
    "问我老婆拿车",
)


def test_who_asks_for_a_moment_is_asked_again_and_nothing_is_taken(world: World) -> None:
    assert [words for words in MOMENTS if not leaving.for_a_moment(words)] == []
    assert [words for words in NO_MOMENTS if leaving.for_a_moment(words)] == []
    ann = world.customer().says("book an oil change").says("wait").sees("No hurry", "Which car is it?")
    assert "car" not in answers(ann)
    ann.says("golf").says("hang on").sees("At which store?").says("let me check").sees("At which store?")
    ann.says("let me ask my husband first").sees("No hurry", "At which store?")  # half of a wish was gone
    assert "store" not in answers(ann)


@pytest.mark.parametrize(
    ("language", "wish", "asks", "takes"),
    [
        ("en", "book oil change for my golf at pine hill", "what's the latest I can drop off on friday?", "that one please"),
        ("zh-CN", "高尔夫换机油 松岭店", "周五最晚几点送过来", "就那个吧"),
    ],
)
def test_the_last_time_that_was_told_is_taken(world: World, language: str, wish: str, asks: str, takes: str) -> None:
    ann = world.customer(language=language).says(wish).says(asks).sees("16:30").says(takes)
    known = answers(ann)
    assert (known["day"], known["time"]) == ("2026-11-27", "16:30")


@pytest.mark.parametrize(
    ("language", "wish", "more", "among"),
    [
        ("en", "book oil change for my golf friday", "the brakes please", "brake_inspection"),
        ("en", "oil change for my golf at east harbour on friday", "and the brakes too please", "brake_inspection"),
        ("zh-CN", "高尔夫周五换机油 东港", "刹车也看看", "brake_inspection"),
        ("zh-HK", "Golf星期五換機油 東港", "埋個迫力啦", "brake_inspection"),
    ],
)
def test_one_kind_of_work_more_is_asked_which(world: World, language: str, wish: str, more: str, among: str) -> None:
    ann = world.customer(language=language).says(wish).says(more)
    known = answers(ann)
    assert among in known["service+"]
    assert known["with"] == ["oil_change"]
    assert known["day"] == "2026-11-27"


@pytest.mark.parametrize(
    ("language", "words", "noted"),
    [
        ("en", "my golf has 62,000 km", "VW Golf, 62,000 km"),
        ("zh-CN", "我的高尔夫跑了6万2公里", "大众高尔夫，62,000公里"),
        ("zh-HK", "架Golf行咗六萬二公里", "福斯Golf，62,000公里"),
    ],
)
def test_how_far_a_car_has_come_is_noted_and_goes_into_the_booking(world: World, language: str, words: str, noted: str) -> None:
    ann = world.customer(language=language).says(words).sees(noted)
    ann.does("press", press=ann.button(ann.labels[0]))
    assert answers(ann)["car"] == {"model": "vw_golf", "km": 62_000}


@pytest.mark.parametrize(
    ("language", "words", "part"),
    [
        ("en", "wat time u close", "08:30"),
        ("zh-HK", "你哋喺邊", "瀾灣東路"),
    ],
)
def test_a_question_in_the_middle_is_answered(world: World, language: str, words: str, part: str) -> None:
    wish = "book an oil change for my golf" if language == "en" else "我想預約換機油 Golf"
    ann = world.customer(language=language).says(wish).says(words).sees(part)
    assert "store" not in answers(ann)
