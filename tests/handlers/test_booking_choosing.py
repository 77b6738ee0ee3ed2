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


@pytest.mark.parametrize(
    ("language", "words", "then", "hours"),
    [
        ("en", "oil change golf pine hill next week", "monday no good", "afternoon"),
        ("zh-CN", "下周松岭店高尔夫换机油", "周一不行", "下午"),
        ("zh-TW", "下禮拜松嶺店golf換機油", "禮拜一不行", "下午"),
    ],
)
def test_hours_alone_are_on_the_days_spoken_of(world: World, language: str, words: str, then: str, hours: str) -> None:
    ann = world.customer(language=language).says(words)
    first = answers(ann)["window"]["first"]
    window = answers(ann.says(then).says(hours))["window"]
    assert (window["first"], window["not"], window["early"]) == (first, first, "12:00")
    known = answers(ann.says("3pm" if language == "en" else "三點"))
    assert known["day"] > first
    assert known["time"] == "15:00"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "tomorrow morning pine hill"), ("zh-CN", "明天早上 松岭店"), ("zh-TW", "明天早上 松嶺店")]
)
def test_a_part_of_day_beside_the_store_is_kept(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says("oil change for my golf" if language == "en" else "高尔夫预约换机油")
    assert answers(ann.says(words))["window"]["late"] == "12:00"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "ok thats fine, book the first one"), ("zh-CN", "行 就第一个吧"), ("zh-TW", "好 那就第一個")]
)
def test_the_place_in_the_list_with_a_yes_around_it(world: World, language: str, words: str) -> None:
    ann = at_the_times(world, language)
    assert answers(ann.says(words))["time"] == "08:30"


def test_make_it_nine_instead(world: World) -> None:
    assert answers(at_the_times(world, "en").says("make it 9 instead"))["time"] == "09:00"


@pytest.mark.parametrize(
    ("language", "asks", "takes"),
    [
        (
            "en",
            ("is east harbour nearer the airport?", "does east harbour have a waiting room?"),
            "can we do east harbour instead?",
        ),
        ("zh-CN", ("东港店离机场近吗",), "东港店行吗"),
        ("zh-TW", ("東港店離機場近嗎",), "改東港店可以嗎"),
        ("en", (), "how about east harbour?"),
        ("zh-CN", (), "那东港店呢？"),
    ],
)
def test_a_question_about_a_store_chooses_none(world: World, language: str, asks: tuple[str, ...], takes: str) -> None:
    ann = at_the_times(world, language).says("the earliest" if language == "en" else "最早的")
    for words in asks:
        assert answers(ann.says(words))["store"] == "west"
    assert answers(ann.says(takes))["store"] == "east"


@pytest.mark.parametrize(
    ("language", "words", "asks"),
    [
        ("en", "brake pads a4 friday east harbour", "is that the front or the back"),
        ("zh-CN", "A4 周五 东港店换刹车片", "是前面的还是后面的"),
    ],
)
def test_one_or_the_other_chooses_none(world: World, language: str, words: str, asks: str) -> None:
    assert "service" not in answers(world.customer(language=language).says(words).says(asks))


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "周五让你们来公司取车做大保养 高尔夫 松岭店"), ("zh-HK", "星期五過嚟攞車做大保養 golf 松嶺店")],
)
def test_whoever_has_the_car_fetched_is_heard(world: World, language: str, words: str) -> None:
    assert answers(world.customer(language=language).says(words))["transport"] == "pickup"


def test_who_brings_it_on_thursday_speaks_of_no_past(world: World) -> None:
    assert answers(world.customer(language="zh-HK").says("架A4換機油 星期四送過嚟 東港店"))["day"] == "2026-11-26"


def test_the_same_time_next_week_in_two_messages(world: World) -> None:
    ann = world.customer(language="zh-TW").says("禮拜四下午三點東港店golf換機油13800138406").says("好")
    ann.says("我臨時要出差 可以延到下下禮拜嗎").says("同一時間就好")
    known = answers(ann)
    assert (known["day"], known["time"]) == ("2026-12-03", "15:00")


@pytest.mark.parametrize(
    ("language", "words", "early"),
    [("en", ("too early", "too late"), False), ("zh-CN", ("太早了", "太晚了"), False), ("zh-HK", ("太夜喇", "太早喇"), True)],
)
def test_too_early_and_then_too_late(world: World, language: str, words: tuple[str, str], early: bool) -> None:
    ann = at_the_times(world, language).says(words[0]).says(words[1])
    assert answers(ann)["window"] == ({"early": "12:00"} if early else {"late": "12:00"})


@pytest.mark.parametrize(("words", "work"), [("順便幫我洗埋架車", "hand_wash"), ("換埋啲機油", "oil_change")])
def test_cantonese_puts_as_well_inside_the_work(world: World, words: str, work: str) -> None:
    assert work in answers(at_the_times(world, "zh-HK").says(words))["service"]


def test_if_somebody_cancels_leaves_no_booking(world: World) -> None:
    ann = world.customer(language="zh-HK").says("幫我book星期五 passat 松嶺 檢查brake").says("有人cancel通知我")
    assert answers(ann)["day"] == "2026-11-27"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "oil change golf east harbour thursday, let me know if something opens up"),
        ("zh-CN", "周四东港店高尔夫换机油，有空位通知我"),
    ],
)
def test_who_would_hear_of_a_free_time_is_shown_the_times(world: World, language: str, words: str) -> None:
    assert answers(world.customer(language=language).says(words))["day"] == "2026-11-26"


def test_a_person_is_offered_once(world: World) -> None:
    """What was not understood twice brings a person; the guess beside it may offer one as well."""
    ann = world.customer().says("oil change tomorrow at nine")
    for words in ("can my wife bring the car instead", "what if it rains"):
        ann.says(words)
        assert ann.labels.count("Talk to a person") <= 1
