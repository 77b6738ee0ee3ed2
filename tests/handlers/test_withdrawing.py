"""Who takes a complaint back, or does not need the person any more whom they called; and questions that are no part of a case."""

import pytest
from sqlalchemy import select

from handlers.tickets import following, withdrawing
from storage.tickets import Ticket
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

TAKES_BACK = (
    "forget it, no complaint", "I don't want to complain anymore", "cancel my complaint", "please withdraw my complaint",
    "never mind, I dont want to make a complaint", "sorry, cancel the complaint", "actually it's not a complaint",
    "算了 不投诉了", "我不投诉你们了", "不跟你们计较了", "我要撤销投诉", "帮我把投诉撤了", "不用投诉了，谢谢", "没事了，不投诉了",
    "算啦 唔投訴喇", "我唔想投訴喇", "取消投訴啦", "我不想客訴了，算了", "撤回客訴",
)  # fmt: skip
COMPLAINS = (
    "complaint", "I don't want to complain but the wash was bad", "how do I make a complaint",
    "no complaint number, how do I find it?",
    "我要投诉", "我不投诉了但是你们要退钱", "你们不处理我就投诉", "投诉没人理", "不要再推脱了，我要投诉", "取消预约，我要投诉",
)  # fmt: skip
NUMBERS = (
    "what's your manager's phone number", "give me the number of your boss", "你们经理电话多少", "店長電話幾號", "經理聯絡方式",
)  # fmt: skip
NO_NUMBERS = ("have the manager call me", "叫你们经理打电话给我", "我要见经理", "phone number of the store")


def _tickets(world: World) -> list[Ticket]:
    with world.database.reading() as session:
        return list(session.scalars(select(Ticket).order_by(Ticket.id)))


def test_which_words_take_a_complaint_back_and_which_ask_for_a_number(sample_url: str) -> None:
    assert [words for words in TAKES_BACK if not withdrawing.takes_back(words)] == []
    assert [words for words in COMPLAINS if withdrawing.takes_back(words)] == []
    assert [words for words in NUMBERS if not following.asks_number(words)] == []
    assert [words for words in NO_NUMBERS if following.asks_number(words)] == []


@pytest.mark.parametrize(
    ("language", "begins", "words", "left"),
    [
        ("en", "I want to complain", "forget it, no complaint", "cancelled that"),
        ("zh-CN", "我要投诉", "算了 不投诉了", "已经取消"),
        ("zh-HK", "我要投訴", "算啦，唔投訴喇", "已經取消"),
    ],
)
def test_who_takes_it_back_before_it_is_told_has_no_case(world: World, language: str, begins: str, words: str, left: str) -> None:
    world.customer(language=language).says(begins).says(words).sees(left)
    assert _tickets(world) == []


@pytest.mark.parametrize(
    ("language", "story", "words", "noted"),
    [
        ("en", "you dented my bumper", "forget it, no complaint", "take it back"),
        ("zh-CN", "你们把我车门刮花了", "算了 不投诉了", "不再投诉"),
        ("zh-TW", "你們把我車門刮花了", "我不想客訴了，算了", "不再投訴"),
    ],
)
def test_who_takes_it_back_afterwards_leaves_it_to_a_person_to_close_it(
    world: World, language: str, story: str, words: str, noted: str
) -> None:
    ann = world.customer(language=language).says(story).says(words).sees(noted)
    [ticket] = _tickets(world)
    assert ticket.status == "open"
    assert words in ticket.summary
    assert ann.labels == []
    ann.says(words).sees(noted)  # also when nothing is asked any more


def test_who_takes_back_what_there_is_not_is_told_so(world: World) -> None:
    world.customer().says("cancel my complaint").sees("no complaint of yours")
    assert _tickets(world) == []


def test_a_number_that_is_asked_for_is_no_wish_and_no_part_of_the_story(world: World) -> None:
    ann = world.customer(language="zh-CN").says("我要投诉").says("你们几点关门").sees("营业时间", "发生了什么")
    ann.says("你们修完车还是漏油").says("比较严重").sees("怎么处理").says("你们经理电话多少").sees("+86 532", "10:00前")
    [ticket] = _tickets(world)
    assert ticket.wish is None
    ann.says("退钱给我")
    assert _tickets(world)[0].wish == "退钱给我"


@pytest.mark.parametrize(
    ("language", "call", "asks", "hours", "leaves", "left"),
    [
        ("en", "a person please", "what time do you close", "open as follows", "forget it", "nobody has to answer"),
        ("zh-CN", "转人工", "你们几点下班", "营业时间", "算了", "不用同事再回复"),
        ("zh-HK", "搵真人", "你哋幾點收工", "營業時間", "算啦唔使喇", "不用同事再回覆"),
    ],
)
def test_who_waits_for_a_person_asks_for_the_hours_and_then_needs_nobody(
    world: World, language: str, call: str, asks: str, hours: str, leaves: str, left: str
) -> None:
    ann = world.customer(language=language).says(call).says(asks).sees(hours).says(leaves).sees(left)
    assert [ticket.status for ticket in _tickets(world)] == ["closed"]
    ann.says(call)
    assert [ticket.status for ticket in _tickets(world)] == ["closed", "open"]
