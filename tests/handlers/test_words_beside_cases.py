"""What people write beside a case or to a silent chat: after their car, for no calls, whether anybody is there."""

import pytest

from handlers.tickets import no_calls
from storage.tickets import Ticket
from tests.handlers.journeys import ENGLISH
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def _tickets(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as session:
        return [(ticket.kind, ticket.summary) for ticket in session.query(Ticket).order_by(Ticket.id)]


@pytest.mark.parametrize(
    ("language", "complains", "asks", "seen", "case"),
    [
        ("en", "you scratched my door", "when will my car be ready?", "The time of your visit", "is open"),
        ("zh-CN", "你们把我的门刮花了", "我的车什么时候能修好", "车好了会在这里通知您", "已经立案"),
        ("zh-HK", "你哋刮花咗我架車", "我架車幾時攞得", "車好了會在這裡通知您", "已經立案"),
    ],
)
def test_who_asks_after_their_car_hears_of_the_car_first(
    world: World, language: str, complains: str, asks: str, seen: str, case: str
) -> None:
    ann = world.customer(language=language).says(complains).says(asks).sees(seen, case)
    assert ann.last.text.index(seen) < ann.last.text.index(case)
    assert len(_tickets(world)) == 1
    world.passes(minutes=20)
    ann.says(asks).sees(seen, case)


def test_who_has_an_appointment_sees_it_beside_the_case(world: World) -> None:
    ann = world.customer().says(ENGLISH.whole).says(ENGLISH.phone).sees(ENGLISH.sees_done)
    ann.says("you scratched my door last time").says("when will my car be ready?")
    ann.sees(ENGLISH.tuesday, "Your case")


def test_any_news_alone_is_about_the_case(world: World) -> None:
    assert "under My appointments" not in world.customer().says("you scratched my door").says("any news?").last.text


@pytest.mark.parametrize(
    ("language", "words", "label"),
    [
        ("en", "Stop phoning me", "No offers either"),
        ("en", "please don't call me anymore", "No offers either"),
        ("zh-CN", "别再给我打电话了", "优惠消息也不要"),
        ("zh-HK", "唔好再打嚟", "優惠訊息也不要"),
    ],
)
def test_who_wants_no_calls_is_passed_on_and_may_end_offers_too(world: World, language: str, words: str, label: str) -> None:
    ann = world.customer(language=language).says(words)
    assert _tickets(world) == [("question", words)]
    ann.presses(label)
    assert ann.last.text


def test_which_words_want_no_calls(world: World) -> None:
    for words in (
        "stop calling me", "Don't ring me again", "no more calls please", "don't call me, text me", "quit calling",
        "pls stop ringing my wife", "唔該唔好再打電話嚟推銷",
        "别打电话给我", "唔好再打電話俾我", "不要再打来了", "你們不要再打電話來了，很煩",
    ):  # fmt: skip
        assert no_calls.asks(words), words
    for words in (
        "call me", "no need to call me", "don't call me before 10", "don't call me a liar", "stop calling it a service",
        "dont call my wife, call me", "不要打电话给我太太，打给我", "不想打电话，在这里说可以吗",
        "打电话给我", "不用打给我", "唔使打俾我", "别打折了", "我电话打不通", "我没接到电话", "以后电话联系",
    ):  # fmt: skip
        assert not no_calls.asks(words), words


@pytest.mark.parametrize(
    ("language", "greets", "words", "label"),
    [
        ("en", "hello", "anyone there", "Talk to a person"),
        ("en", "opening hours", "hello?? is someone there??", "Talk to a person"),
        ("en", "hello", "anybody home?", "Talk to a person"),
        ("zh-HK", "你好", "喂有人喺度嗎", "找真人客服"),
    ],
)
def test_who_asks_whether_anybody_is_there_is_offered_a_person(
    world: World, language: str, greets: str, words: str, label: str
) -> None:
    ann = world.customer(language=language).says(greets).says(words)
    assert ann.labels == [label]
    ann.says("yes" if language == "en" else "好")
    assert [kind for kind, _ in _tickets(world)] == ["question"]


def test_as_the_first_word_it_is_a_greeting(world: World) -> None:
    world.customer().says("anyone there?").sees("welcome")


def test_who_waits_for_a_person_is_told_at_once_what_cannot_wait(world: World) -> None:
    for language, words, seen in (
        ("en", "oil light on", "stop at once"), ("zh-CN", "红色机油灯亮了", "停"), ("en", "I smell petrol", "engine off"),
        ("en", "bulge on my tyre", "may burst"), ("zh-CN", "冒白烟", "别再开"), ("en", "the battery light", "not being charged"),
    ):  # fmt: skip
        ann = world.customer(language=language).says("person" if language == "en" else "人工")
        ann.says(words).sees(seen)
    for language, complains, words, seen in (
        ("en", "you scratched my door", "the oil light is red", "stop at once"),
        ("zh-CN", "你们把我的门刮花了", "水温高了", "停车熄火"),
    ):
        world.customer(language=language).says(complains).says(words).sees(seen)


def test_who_complained_and_asks_whether_anybody_is_there_is_not_greeted(world: World) -> None:
    world.customer().says("you scratched my door").says("anyone there?").sees("Your case")
    ann = world.customer(language="zh-CN").says("洗车多少钱").says("还要等吗")
    assert "全天都在" not in ann.last.text


def test_who_wants_another_number_called_gets_a_person(world: World) -> None:
    assert world.customer().says("don't call my wife, call me").labels == []
    assert [kind for kind, _ in _tickets(world)] == ["question"]
