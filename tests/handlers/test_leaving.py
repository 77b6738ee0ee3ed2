"""Who leaves what they had begun in plain words is let go; who answers, or wants something else, is not."""

import pytest

from handlers.dialogue import leaving
from storage import chats
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

LEAVES = (
    "leave it for now", "nah leave it", "sorry I don't need it anymore", "I'll think about it", "never mind, thanks",
    "forget it then",
    "I changed my mind", "don't bother", "not now", "I'll do it another time", "let me ask my wife first", "OK I'll let you know",
    "算了不约了", "先不约了", "不用了", "不用了謝謝", "我再想想", "下次再说吧", "不换了", "改天吧", "还是算了", "先不要好了",
    "唔約住喇", "我再考慮看看", "下次先啦", "都係唔使喇", "过几天再约吧",
)  # fmt: skip
CANCELS = (
    "那取消吧 我找熟人做",
    "cancel it, my brother does it",
    "actually just cancel it",
    "cancel it",
    "no, cancel please",
    "那取消吧",
    "取消好了",
    "cancel that booking",
    "I can't make it after all",
    "sorry, cant come anymore",
    "we won't be able to come",
    "something came up",
    "去不了了",
    "我来不了了，不好意思",
    "唔得閒嚟喇",
    "嚟唔到喇",
    "沒空過去了",
)
STAYS = (
    "another day", "another time", "later", "leave it at the shop", "I'll leave it with you", "not the A4", "不是A4，是A6",
    "换一天",
    "不用接车", "下午", "no rear ones", "取消预约怎么收费", "I don't need a loaner", "唔使代步車", "今天不行",
    "cancel my appointment on Friday", "算了，还是周五吧", "forget Friday, make it Saturday",
    "I can't make it before 10", "I can't make it to Pine Hill", "周五去不了", "我去不了松岭店",
)  # fmt: skip


def form_of(ann: Customer) -> str | None:
    assert ann.outcome is not None
    with ann.world.database.reading() as session:
        chat = chats.get(session, ann.outcome.chat_id)
        assert chat is not None
        return chat.form


def test_which_words_leave(sample_url: str) -> None:
    assert [words for words in LEAVES if not leaving.later(words)] == []
    assert [words for words in CANCELS if leaving.later(words) or not leaving.at_all(words)] == []
    assert [words for words in STAYS if leaving.at_all(words)] == []


def test_a_booking_is_left_in_plain_words(world: World) -> None:
    for language, first, words, said in (
        ("en", "oil change on Saturday for my A4", "sorry I don't need it anymore", "nothing is booked"),
        ("en", "oil change on Saturday for my A4", "actually just cancel it", "nothing is booked"),
        ("zh-CN", "A4周六换机油", "算了不约了", "没有预约任何项目"),
        ("zh-TW", "A4禮拜六換機油", "都係唔使喇", "沒有預約任何項目"),
    ):
        ann = world.customer(language=language).says(first)
        assert form_of(ann) == "booking.book"
        ann.says(words).sees(said)
        assert form_of(ann) is None


def test_who_leaves_a_move_keeps_the_appointment(world: World) -> None:
    """And is not told that something was cancelled."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000")
    ann.sees("You're booked!").says("I need to move my appointment").says("never mind, leave it").sees(
        "everything stays as it is"
    )
    assert form_of(ann) is None
    ann.says("my appointments").sees("Tue 24 Nov, 10:00")


def test_who_is_asked_for_the_number_and_agrees(world: World) -> None:
    """A word that is no number is not called a wrong one."""
    ann = world.customer(language="zh-CN").says("周二上午十点换机油，A4，东港店，在店等").sees("联系电话")
    ann.says("可以").sees("还差一个联系电话", "周二 10:00").says("12 34").sees("认不出来")


@pytest.mark.parametrize(
    ("language", "first", "words", "said"),
    [
        ("en", "oil change on Friday for my A4", "I need to cancel friday", "nothing is booked"),
        ("en", "oil change on Friday for my A4", "please cancel the booking for friday", "nothing is booked"),
        ("zh-CN", "A4周五换机油", "我要取消周五的预约", "没有预约任何项目"),
        ("zh-HK", "A4星期五換機油", "星期五嗰個取消啦", "沒有預約任何項目"),
    ],
)
def test_the_day_that_is_being_booked_is_called_off(world: World, language: str, first: str, words: str, said: str) -> None:
    ann = world.customer(language=language).says(first).says(words).sees(said)
    assert form_of(ann) is None


def test_the_day_that_is_booked_already_is_cancelled_from_the_middle_of_another_booking(world: World) -> None:
    ann = (
        world.customer().says("oil change on friday at ten for my A4 at East Harbour").says("13800138000").sees("You're booked!")
    )
    ann.says("book a tyre rotation for next week tuesday").says("I need to cancel friday").sees(
        "Shall I cancel Oil", "Fri 27 Nov"
    )
