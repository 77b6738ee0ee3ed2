"""Whether a day is busy: told by its free times."""

import pytest

from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def test_whether_a_day_is_busy_is_told_by_its_free_times(world: World) -> None:
    for language, words, seen in (
        ("en", "is saturday busy?", "Sat 28 Nov: "),
        ("en", "how busy are you tomorrow", "Sun 22 Nov: "),
        ("en", "will it be packed on Friday", "Fri 27 Nov: "),
        ("en", "are you busy right now", "Sat 21 Nov: "),
        ("en", "is it crowded at the weekend", "Sun 22 Nov: "),
        ("en", "you lot busy thurs morning?", "Thu 26 Nov: "),
        ("zh-CN", "明天下午人多吗", "最早13:00"),
        ("zh-CN", "周六人多吗", "11月28日 周六：还有"),
        ("zh-CN", "周日要排队吗", "11月22日 周日：还有"),
        ("zh-HK", "星期六多唔多人", "11月28日 週六：還有"),
        ("zh-HK", "聽日會唔會好多人", "11月22日 週日：還有"),
        ("en", "how busy are you on 1 January", "New Year's Day): closed"),
    ):
        world.customer(language=language).says(words).sees(seen)


def test_it_is_counted_for_the_work_that_is_spoken_of_and_booked_by_the_button(world: World) -> None:
    ann = (
        world.customer()
        .says("how much is a hand wash")
        .says("is Saturday busy?")
        .sees("Free times for Hand wash", "the first at 08:30")
    )
    ann.presses("Book a visit")
    assert "Which car" in ann.last.text
    bob = world.customer().says("is Saturday busy?").sees("Minor service")
    bob.presses("Book a visit").sees("What shall we do")


def test_who_is_busy_themselves_and_what_names_no_day_is_something_else(world: World) -> None:
    for words in (
        "sorry im busy sunday",
        "are you too busy to answer me",
        "is the road busy tomorrow",
        "is the tank full today",
        "will the brakes be quiet now?",
        "is your phone line busy now",
        "are the loaner cars full on friday",
        "will I be busy waiting friday?",
        "周六店里的停车场满了吗",
    ):
        assert "Free times" not in world.customer().says(words).last.text, words
    for words in (
        "do I get a full refund if I cancel tomorrow", "does the full service include tyres on friday",
        "is there a wait for a tow truck now", "do you have a full day slot on friday", "book me on friday if its not busy",
    ):  # fmt: skip
        assert "Free times" not in world.customer().says(words).last.text, words
    for words in ("今天能帮忙吗", "明天电充满了吗", "油加满了吗，今天", "今天能充满吗"):
        assert "空档" not in world.customer(language="zh-CN").says(words).last.text, words
    for words in ("is Friday full?", "are you full on Friday", "is Friday fully booked"):
        world.customer().says(words).sees("Free times", "Fri 27 Nov")
    world.customer().says("I want to book an oil change").says("is it busy tomorrow").sees("Which car")
