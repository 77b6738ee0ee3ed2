"""Which of the offered times is meant, in few words; and that none of them suits."""

import pytest

from tests.handlers.test_booking_beside import answers
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

ON_A_DAY = {
    "en": "tyre rotation for my passat on thursday at pine hill",
    "zh-CN": "周四松岭店帕萨特轮胎换位",
    "zh-TW": "禮拜四松嶺店passat輪胎對調",
    "zh-HK": "星期四松嶺店passat輪胎對調",
}


def at_the_times(world: World, language: str) -> Customer:
    ann = world.customer(language=language).says(ON_A_DAY[language])
    assert answers(ann)["day"] == "2026-11-26"
    return ann


@pytest.mark.parametrize(
    ("language", "words", "which"),
    [
        ("en", "any time works", 0),
        ("en", "whichever, you choose", 0),
        ("en", "the latest one please", -1),
        ("en", "the earliest", 0),
        ("zh-CN", "都行", 0),
        ("zh-CN", "最晚那个", -1),
        ("zh-TW", "最晚的", -1),
        ("zh-TW", "都可以", 0),
        ("zh-HK", "最夜嗰個", -1),
        ("zh-HK", "邊個時間都得", 0),
        ("zh-HK", "早啲嗰個", 0),
    ],
)
def test_one_of_the_times_is_meant(world: World, language: str, words: str, which: int) -> None:
    ann = at_the_times(world, language)
    clocks = [label[:5] for label in ann.labels if label[2:3] == ":"]
    assert answers(ann.says(words))["time"] == clocks[which]


@pytest.mark.parametrize(
    ("language", "words", "early"),
    [
        ("en", "too early", True),
        ("en", "got anything later in the day", True),
        ("en", "that's too late for me", False),
        ("zh-CN", "不行，太早了", True),
        ("zh-CN", "晚一点的有吗", True),
        ("zh-TW", "太早了啦", True),
        ("zh-HK", "太夜喇", False),
        ("zh-HK", "有冇遲啲", True),
    ],
)
def test_too_early_and_too_late_show_the_other_half_of_the_day(world: World, language: str, words: str, early: bool) -> None:
    ann = at_the_times(world, language).says(words)
    clocks = [label[:5] for label in ann.labels if label[2:3] == ":"]
    assert answers(ann)["day"] == "2026-11-26"
    assert clocks
    assert all((clock >= "12:00") is early for clock in clocks)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "im not free that day"),
        ("en", "thursday no good actually"),
        ("zh-CN", "那天我没空"),
        ("zh-CN", "周四不行"),
        ("zh-TW", "那天沒空耶"),
        ("zh-HK", "唔得閒嗰日"),
        ("zh-HK", "星期四唔得閒"),
    ],
)
def test_a_day_that_does_not_suit_is_offered_no_more(world: World, language: str, words: str) -> None:
    ann = at_the_times(world, language).says(words)
    known = answers(ann)
    assert "day" not in known
    assert known["window"]["not"] == "2026-11-26"


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "what about the day after"), ("zh-CN", "后一天呢"), ("zh-TW", "隔天呢"), ("zh-HK", "第二日呢")],
)
def test_the_day_after_is_the_one_after_the_day_spoken_of(world: World, language: str, words: str) -> None:
    assert answers(at_the_times(world, language).says(words))["day"] == "2026-11-27"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "no none of those"), ("zh-CN", "都不行"), ("zh-TW", "都不方便"), ("zh-HK", "全部都唔得")]
)
def test_none_of_them_opens_the_page_of_days(world: World, language: str, words: str) -> None:
    assert "page" in answers(at_the_times(world, language).says(words))


@pytest.mark.parametrize(
    ("language", "words", "refuses", "hour"),
    [
        ("en", "front brake pads a4 pine hill between wednesday and friday, mornings only", "wednesday no good", "10"),
        ("zh-CN", "周三到周五之间 只能上午 A4 前刹车片 松岭", "周三不行", "10点"),
        ("zh-TW", "禮拜三到禮拜五 只能早上 A4 換前煞車皮 松嶺店", "禮拜三不行", "10點"),
    ],
)
def test_an_hour_among_several_days_is_on_one_of_them(world: World, language: str, words: str, refuses: str, hour: str) -> None:
    ann = world.customer(language=language).says(words).says(refuses)
    assert answers(ann)["window"]["first"] == "2026-11-25"
    known = answers(ann.says(hour))
    assert (known["day"], known["time"]) == ("2026-11-26", "10:00")
