"""What is said right after a visit is booked is about that visit."""

import pytest
from sqlalchemy import select

from storage.appointments import Appointment
from storage.waitlist import Wait
from tests.handlers.test_booking_beside import answers
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

WISH = {
    "en": "oil change for my golf on thursday at 3pm at east harbour, 13800138406",
    "zh-CN": "周四下午三点东港店高尔夫换机油13800138406",
    "zh-TW": "禮拜四下午三點東港店golf換機油13800138406",
    "zh-HK": "星期四下晝三點東港店golf換機油13800138406",
}


def booked(world: World, language: str) -> Customer:
    ann = world.customer(language=language).says(WISH[language]).says("好" if language != "en" else "confirm")
    assert only(world, ann).status == "confirmed"
    return ann


def only(world: World, ann: Customer) -> Appointment:
    assert ann.outcome is not None
    with world.database.reading() as session:
        query = select(Appointment).where(Appointment.chat_id == ann.outcome.chat_id).order_by(Appointment.id.desc())
        return next(iter(session.scalars(query)))


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "yes", "Confirmed"),
        ("en", "what will it cost me", "¥399"),
        ("en", "what's the total", "¥399"),
        ("en", "where exactly", "blue gate"),
        ("en", "who will i see", "reception desk"),
        ("zh-CN", "一共多少", "¥399"),
        ("zh-CN", "去找谁", "接待前台"),
        ("zh-TW", "到了找誰", "接待櫃台"),
        ("zh-TW", "在哪裡", "藍色"),
        ("zh-HK", "去到搵邊個", "接待櫃台"),
        ("zh-HK", "喺邊度呀", "藍色"),
        ("zh-HK", "係", "已確認"),
    ],
)
def test_a_question_is_about_the_visit_just_booked(world: World, language: str, words: str, told: str) -> None:
    booked(world, language).says(words).sees(told)


@pytest.mark.parametrize(("language", "words"), [("en", "bin it"), ("zh-CN", "算了不弄了"), ("zh-HK", "唔做喇")])
def test_a_second_thought_asks_whether_it_shall_be_cancelled(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert ann.outcome is not None
    assert len(ann.labels) == 3
    ann.says("是" if language != "en" else "yes")
    assert only(world, ann).status == "cancelled"


def test_a_number_typed_afterwards_is_the_visits(world: World) -> None:
    ann = booked(world, "en").says("13900139000").sees("for this visit")
    assert only(world, ann).phone == "+8613900139000"


@pytest.mark.parametrize(
    ("language", "words"), [("en", "my husband will bring it, his name is Tom"), ("zh-CN", "是我老公开过去")]
)
def test_who_else_brings_it_is_the_visits_note(world: World, language: str, words: str) -> None:
    assert words.split(",")[0] in only(world, booked(world, language).says(words)).note


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "any chance of an earlier one, ring me if someone cancels"),
        ("zh-CN", "有没有更早的 有人取消就通知我"),
        ("zh-TW", "有沒有更早的 有人取消通知我"),
        ("zh-HK", "有人取消就通知我啦"),
        ("zh-CN", "帮我排个候补 有人取消就叫我"),
        ("en", "I'm happy to go on the waiting list"),
        ("en", "let me know if something comes up before then"),
    ],
)
def test_if_somebody_else_cancels_theirs_stays_and_they_are_in_line(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert only(world, ann).status == "confirmed"
    with world.database.reading() as session:
        wait = session.scalars(select(Wait)).one()
        assert wait.latest == only(world, ann).starts_at
    ann.says("好" if language != "en" else "ok")
    assert only(world, ann).status == "confirmed"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "if something comes up can I still cancel?"),
        ("en", "do you know if a loaner car is available?"),
        ("en", "what happens if someone cancels late?"),
        ("en", "take me off the waiting list"),
        ("zh-CN", "有人临时取消会扣钱吗"),
        ("zh-HK", "取消候補"),
    ],
)
def test_nobody_is_put_in_line_who_did_not_ask_for_it(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert waits(world) == []
    assert only(world, ann.says("ok" if language == "en" else "好")).status == "confirmed"


@pytest.mark.parametrize(
    ("language", "words", "off"),
    [
        ("en", "let me know if a slot opens up sooner", "take me off the waiting list"),
        ("zh-CN", "有人取消就通知我", "不要候补了"),
    ],
)
def test_who_asks_twice_stands_in_line_once_and_leaves_it(world: World, language: str, words: str, off: str) -> None:
    ann = booked(world, language).says(words).says(words)
    assert waits(world) == ["waiting"]
    ann.says(off).presses(next(label for label in ann.labels if label.startswith("✕")))
    assert waits(world) == ["left"]


def test_who_waits_to_come_before_their_visit_waits_no_more_when_it_is_cancelled(world: World) -> None:
    booked(world, "en").says("let me know if someone cancels").says("cancel my appointment").says("yes").sees(
        "Cancelled", "not in line"
    )
    assert waits(world) == ["left"]


def test_who_waits_to_come_before_their_visit_waits_for_what_it_is_now(world: World) -> None:
    ann = booked(world, "en").says("let me know if someone cancels").says("and wash it too").says("yes")
    ann.says("move it to wednesday at 3pm").says("yes").sees("Wed 25 Nov")
    with world.database.reading() as session:
        wait = session.scalars(select(Wait)).one()
        assert ({*wait.services}, wait.latest) == ({"oil_change", "hand_wash"}, only(world, ann).starts_at)
    assert only(world, ann.says("cancel my appointment").says("yes")).status == "cancelled"
    assert waits(world) == ["left"]


def waits(world: World) -> list[str]:
    with world.database.reading() as session:
        return [wait.status for wait in session.scalars(select(Wait))]


def test_the_address_is_told_in_the_middle_of_booking(world: World) -> None:
    world.customer().says("oil change for my golf on thursday at pine hill").says("what's the address").sees("215 Songling")


@pytest.mark.parametrize(
    ("language", "words", "more"),
    [
        ("en", "while its there can you check the brakes", "and wash it too"),
        ("zh-CN", "顺便检查下刹车", "再加个洗车"),
        ("zh-TW", "順便檢查一下煞車", "再加洗車"),
    ],
)
def test_more_work_is_done_at_the_same_visit(world: World, language: str, words: str, more: str) -> None:
    ann = booked(world, language)
    before = only(world, ann)
    ann.says(words)
    assert only(world, ann).services == before.services
    ann.says(more).says("yes" if language == "en" else "好")
    after = only(world, ann)
    assert after.id == before.id
    assert {*after.services} == {"oil_change", "brake_inspection", "hand_wash"}
    assert (after.starts_at, after.ends_at > before.ends_at) == (before.starts_at, True)
    assert (after.price or 0) > (before.price or 0)


@pytest.mark.parametrize(("language", "words"), [("en", "i'll leave it with you instead"), ("zh-CN", "我把车留下吧，不等了")])
def test_the_car_comes_another_way(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words).says("yes" if language == "en" else "好")
    assert only(world, ann).transport == "leave"


def test_more_work_that_is_not_wanted_after_all_changes_nothing(world: World) -> None:
    ann = booked(world, "en").says("could you also check the brakes").says("no")
    assert only(world, ann).services == ["oil_change"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "ok now book me in for friday instead"),
        ("zh-CN", "那帮我改约周五吧"),
        ("zh-TW", "那幫我約禮拜五好了"),
        ("en", "same car same thing"),
        ("zh-CN", "一样的车一样的项目"),
    ],
)
def test_what_was_cancelled_is_booked_again(world: World, language: str, words: str) -> None:
    ann = booked(world, language)
    row = only(world, ann)
    ann.says("cancel my appointment" if language == "en" else "取消预约").says("yes" if language == "en" else "是").says(words)
    known = answers(ann)
    assert (known["service"], known["car"], known["store"]) == (["oil_change"], {"id": row.vehicle_id}, "east")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "i've got two cars need servicing, a golf and an a4, saturday at east harbour"),
        ("zh-CN", "我有两台车要保养 高尔夫和A4"),
        ("zh-TW", "我有兩台車要保養 golf 跟 A4"),
    ],
)
def test_two_cars_that_are_counted_are_two_visits(world: World, language: str, words: str) -> None:
    known = answers(world.customer(language=language).says(words))
    assert (known["car"]["model"], known["later"]["car"]["model"]) == ("vw_golf", "audi_a4")


@pytest.mark.parametrize(
    ("language", "words"), [("en", "can i come earlier"), ("zh-CN", "能早一点吗"), ("zh-HK", "可唔可以早啲嚟")]
)
def test_earlier_means_the_times_before_it(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert answers(ann)["window"] == {"late": "14:59"}
    assert all(label[:5] < "15:00" for label in ann.labels if label[2:3] == ":")


@pytest.mark.parametrize(("language", "words"), [("en", "im not free that day after all"), ("zh-CN", "那天我没空")])
def test_who_cannot_come_that_day_is_asked_for_another(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert answers(ann) == {"id": only(world, ann).id}


@pytest.mark.parametrize(
    ("language", "more", "less"), [("en", "and wash it too", "no need for the hand wash"), ("zh-TW", "順便洗車", "不用洗車了")]
)
def test_work_that_was_added_is_taken_off(world: World, language: str, more: str, less: str) -> None:
    yes = "yes" if language == "en" else "好"
    ann = booked(world, language).says(more).says(yes)
    assert len(only(world, ann).services) == 2
    assert only(world, ann.says(less).says(yes)).services == ["oil_change"]


def test_the_same_again_on_another_day(world: World) -> None:
    ann = booked(world, "en").says("cancel it").says("yes").says("same again but saturday")
    assert (answers(ann)["service"], answers(ann)["day"]) == (["oil_change"], "2026-11-28")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "i had something booked with you i think?"),
        ("en", "im not free that day"),
        ("zh-HK", "唔得閒嗰日"),
        ("zh-HK", "去到搵邊個"),
        ("zh-HK", "邊個接待我"),
    ],
)
def test_words_about_a_visit_are_no_complaint(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert not any(word in ann.last.text for word in ("complaint", "Case", "客訴", "案"))
