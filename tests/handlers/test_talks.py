"""Talks as people have them: in pieces, with second thoughts, and with questions in between."""

import pytest

from storage import appointments
from storage.appointments import OPEN, Appointment
from tests.world import Customer, World

# What words mean is the same on both databases.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

OIL = "oil change on Tuesday at ten for my A4 at East Harbour, I'll wait"
WASH = "hand wash on Friday at 11 for my A4 at East Harbour, I'll wait"


def booked(world: World, language: str, *wishes: str) -> Customer:
    """Somebody who booked these a while ago."""
    ann = world.customer()
    for wish in wishes:
        ann.says(wish)
        ann.says("yes" if "Shall I book it?" in ann.last.text else "13800138000").sees("You're booked!")
    ann.language = language
    world.passes(hours=1)
    return ann


def diary(ann: Customer) -> list[Appointment]:
    """Their appointments, the earliest first."""
    assert ann.outcome is not None
    with ann.world.database.reading() as session:
        rows = appointments.of_person(session, customer_id=None, chat_id=ann.outcome.chat_id)
        return sorted((row for row in rows if row.status in OPEN), key=lambda row: row.starts_at)


# -- an appointment that they have ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "words", "kept"),
    [
        ("en", ("please don't cancel it", "leave it as it is", "no, don't cancel my booking"), "stays as it is"),
        ("zh-CN", ("不要取消", "别取消哈", "算了 维持原来的", "我没说要取消"), "保持不变"),
        ("zh-TW", ("請不要取消預約", "唔好取消呀", "那保留原本的時間", "不改了"), "維持原樣"),
    ],
)
def test_who_says_not_to_cancel_is_not_asked_whether_to_cancel(
    world: World, language: str, words: tuple[str, ...], kept: str
) -> None:
    ann = booked(world, language, OIL)
    for said in words:
        ann.says(said).sees(kept)
    assert len(diary(ann)) == 1


@pytest.mark.parametrize(
    ("language", "wish", "told"),
    [
        ("en", "cancel the tyre change", "can't find that among your appointments"),
        ("zh-CN", "取消四轮定位", "没有这一项"),
        ("zh-TW", "想取消換胎", "沒有這一項"),
    ],
)
def test_other_work_is_not_cancelled_instead_of_what_they_name(world: World, language: str, wish: str, told: str) -> None:
    ann = booked(world, language, OIL)
    ann.says(wish).sees(told)
    assert ann.labels[0].endswith(("Oil and filter change", "更换机油机滤", "更換機油與機油芯"))


def test_which_of_two_is_asked_and_answered_in_words(world: World) -> None:
    ann = booked(world, "en", OIL, WASH)
    ann.says("cancel my appointment").sees("Which one is it?").says("the friday one").sees("Shall I cancel Hand wash")
    ann.says("keep the oil change!").sees("rest stays as it is", "Shall I cancel Hand wash")
    ann.says("yes, just friday").sees("Cancelled: Hand wash")
    [left] = diary(ann)
    assert left.services == ["oil_change"]


def test_the_kind_of_work_says_which(world: World) -> None:
    ann = booked(world, "en", OIL, WASH)
    ann.says("cancel the detailing one").sees("Shall I cancel Hand wash").says("no").sees("stays as it is")
    ann.says("what have i got booked with you?").sees("These are your appointments")


@pytest.mark.parametrize(
    ("language", "cancel", "question", "then", "done"),
    [
        ("en", "cancel", "Shall I cancel Oil and filter change", "yes go on then", "Cancelled:"),
        ("zh-CN", "取消", "要取消", "嗯嗯 取消吧", "已取消："),
        ("zh-TW", "取消", "要取消", "係呀 唔該", "已取消："),
    ],
)
def test_a_bare_cancel_is_about_the_appointment_that_there_is(
    world: World, language: str, cancel: str, question: str, then: str, done: str
) -> None:
    ann = booked(world, language, OIL)
    ann.says(cancel).sees(question).says(then).sees(done)
    assert diary(ann) == []


@pytest.mark.parametrize(
    ("language", "cannot", "then", "moved"),
    [
        ("en", "I can't make it on Tuesday", ("thursday then", "at 2", "yep"), "Thu 26 Nov, 14:00"),
        ("zh-CN", "我周二去不了了", ("周四吧", "下午", "两点", "嗯嗯"), "11月26日 周四 14:00"),
        ("zh-TW", "週二我來不了了", ("週四好了", "下午兩點", "好喔"), "11月26日 週四 14:00"),
    ],
)
def test_who_cannot_come_and_then_names_another_day_moves(
    world: World, language: str, cannot: str, then: tuple[str, ...], moved: str
) -> None:
    ann = booked(world, language, OIL)
    ann.says(cannot)
    for said in then:
        ann.says(said)
    ann.sees(moved)
    assert [row.services for row in diary(ann)] == [["oil_change"]]


def test_below_its_card_a_day_moves_an_appointment(world: World) -> None:
    ann = booked(world, "zh-TW", OIL)
    ann.says("我約哪天").sees("11月24日 週二 10:00")
    ann.says("可以早一點嗎 禮拜一").sees("11月23日 週一").says("同一個時間").sees("改到11月23日 週一 10:00").says(
        "算了維持原本的"
    )
    ann.sees("維持原樣")
    assert [f"{row.starts_at:%d %H:%M}" for row in diary(ann)] == ["24 02:00"]


def test_a_time_alone_is_on_the_day_that_the_appointment_has(world: World) -> None:
    ann = booked(world, "en", OIL)
    ann.says("move my appointment").says("11").sees("to Tue 24 Nov, 11:00")
    ann.says("no").says("change my booking to Thursday").says("same as before").sees("to Thu 26 Nov, 10:00")
