"""Cancelled and booked anew in one breath, or after a visit that was missed; and questions that are no wish to come."""

import pytest

from storage.appointments import DONE, NO_SHOW, Appointment
from tests.handlers.test_booking_after import booked, only
from tests.handlers.test_booking_beside import answers
from tests.handlers.test_booking_changed import form
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "cancel it and book again for an oil change on saturday 28 november at 11"),
        ("en", "cancel thursday and book me in for 28 nov 11am"),
        ("zh-CN", "取消这个，重新约11月28号十一点换机油"),
        ("zh-TW", "取消這個，另外約11月28號十一點換機油"),
    ],
)
def test_the_same_work_at_another_time_moves_the_visit(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    assert form(ann) == "booking.move"
    assert (answers(ann)["day"], answers(ann)["time"]) == ("2026-11-28", "11:00")
    ann.says("yes" if language == "en" else "好")
    assert only(world, ann).status == "confirmed"
    assert f"{only(world, ann).starts_at:%d %H}" == "28 03"


@pytest.mark.parametrize(
    ("language", "words", "yes"),
    [
        ("en", "cancel it and book a brake inspection on friday at 11 instead", "yes"),
        ("en", "cancel the oil change, and can you do a brake inspection on friday at 11?", "yes"),
        ("zh-CN", "取消周四的，约周五十一点刹车检查", "是"),
    ],
)
def test_other_work_is_booked_once_the_visit_is_cancelled(world: World, language: str, words: str, yes: str) -> None:
    ann = booked(world, language).says(words)
    assert form(ann) == "booking.cancel"
    ann.says(yes)
    assert only(world, ann).status == "cancelled"
    assert len(ann.labels) == 1
    ann.says(yes)
    known = answers(ann)
    assert known["service"] == ["brake_inspection"]
    assert (known["day"], known["time"], known["store"]) == ("2026-11-27", "11:00", "east")
    ann.says(yes)
    assert only(world, ann).services == ["brake_inspection"]


@pytest.mark.parametrize(
    ("words", "opens"),
    [
        ("if i cancel it and book again for monday do i lose my voucher", None),
        ("please cancel it, i will book again next week", "booking.cancel"),
        ("cancel it, I'll call you on monday to book", "booking.cancel"),
        ("how do I cancel and book again for friday", None),
    ],
)
def test_who_books_some_other_time_books_nothing_now(world: World, words: str, opens: str | None) -> None:
    ann = booked(world, "en").says(words)
    assert form(ann) == opens
    assert "later" not in answers(ann)
    assert only(world, ann).status == "confirmed"


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("zh-CN", "我老婆明天来取车可以吗", "取车人的姓名"),
        ("zh-HK", "我老婆聽日嚟攞車得唔得", "取車人的姓名"),
        ("en", "can my wife pick up the car tomorrow?", "collects the car"),
    ],
)
def test_somebody_else_who_fetches_the_car_comes_to_no_visit(world: World, language: str, words: str, told: str) -> None:
    world.customer(language=language).says(words).sees(told)
    ann = booked(world, language).says(words).sees(told)
    assert form(ann) is None


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("zh-CN", "自己带机油来只收工时可以不", "未开封"),
        ("zh-HK", "自己帶偈油嚟淨係收人工得唔得", "未開封"),
        ("zh-HK", "係咪要預約先", "有預約的車優先"),
        ("zh-CN", "是要预约的吗", "预约的车优先"),
        ("en", "do i need an appointment first", "Cars with a booking go first"),
    ],
)
def test_a_mere_question_begins_no_form(world: World, language: str, words: str, told: str) -> None:
    ann = world.customer(language=language).says(words).sees(told)
    assert form(ann) is None


def test_with_a_day_beside_it_own_oil_is_a_wish(world: World) -> None:
    known = answers(world.customer(language="zh-CN").says("自己带机油，约周五上午换机油A4"))
    assert (known["service"], known["day"]) == (["oil_change"], "2026-11-27")


def missed(world: World, language: str) -> Customer:
    ann = booked(world, language)
    world.passes(days=6)
    with world.database.transaction() as session:
        row = session.get(Appointment, only(world, ann).id)
        assert row is not None
        row.status = NO_SHOW
    return ann


@pytest.mark.parametrize(
    ("language", "words", "day"),
    [
        ("en", "can I come next tuesday instead", "2026-12-01"),
        ("en", "sorry I missed my appointment, can we reschedule?", None),
        ("zh-CN", "不好意思那天没来成，下周二可以吗", "2026-12-01"),
        ("zh-HK", "唔好意思唔記得咗，可唔可以改第二日", None),
    ],
)
def test_what_was_missed_is_offered_again(world: World, language: str, words: str, day: str | None) -> None:
    known = answers(missed(world, language).says(words))
    assert (known["service"], known["store"], known.get("day")) == (["oil_change"], "east", day)
    assert "id" in known["car"]


def test_other_work_after_a_missed_visit_is_other_work(world: World) -> None:
    ann = missed(world, "en").says("is there a fee since I missed my appointment?")
    assert form(ann) is None
    assert answers(ann.says("I'd like a wheel alignment next tuesday"))["service"] == ["wheel_alignment"]


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "how long will you need it", "ready about 15:45"),
        ("en", "how many hours will it take?", "ready about 15:45"),
        ("zh-CN", "要多久", "约15:45完成"),
        ("zh-HK", "要放幾耐", "約15:45完工"),
    ],
)
def test_how_long_the_booked_visit_takes_is_told_by_when_it_is_ready(world: World, language: str, words: str, told: str) -> None:
    ann = booked(world, language).says(words).sees(told)
    ann.says("thanks" if language == "en" else "谢谢").says(words).sees(told)
    if language == "en":
        ann.says("how long does a wheel alignment take").sees("about 1 hour")


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("zh-CN", "周四加班 周五刹车检查行不行", "暂时不变"),
        ("zh-HK", "星期四要返工，星期五做煞車檢查得唔得", "暫時不變"),
        ("en", "I'm working thursday, could you do a brake inspection on friday?", "stays as it is so far"),
    ],
)
def test_other_work_beside_a_busy_day_is_booked_and_the_visit_spoken_of(
    world: World, language: str, words: str, told: str
) -> None:
    ann = booked(world, language).says(words).sees(told)
    assert (answers(ann)["service"], answers(ann)["day"]) == (["brake_inspection"], "2026-11-27")
    assert form(ann) == "booking.book"


def test_what_else_is_cancelled_is_not_booked_anew(world: World) -> None:
    ann = booked(world, "en")
    ann.says("brake inspection for my golf on friday at 11 at east harbour").says("yes")
    for words in (
        "cancel my oil change and the brake check on friday",
        "cancel the oil change, and the brake inspection on friday too",
        "取消换机油，还有周五的刹车检查",
        "did you cancel it and book friday?",
        "我老婆取消了，周五她要洗车",
    ):
        ann.says(words)
        assert "later" not in answers(ann), words
        assert form(ann) in (None, "booking.cancel", "booking.alter"), words
        ann.says("cancel" if form(ann) else "thanks")


def test_cancelled_and_booked_in_another_store_goes_there(world: World) -> None:
    ann = booked(world, "en").says("cancel that and book me for friday 10am at pine hill").sees("Pine Hill")
    assert (form(ann), answers(ann)["store"]) == ("booking.move", "west")


def test_what_is_fetched_or_was_missed_is_no_visit(world: World) -> None:
    for language, lines in (
        (
            "en",
            (
                "I forgot my umbrella, can I get it on friday",
                "sorry I missed your call, friday works",
                "I did not get the invoice, can you send it by friday?",
                "I missed it, sorry. no need to rebook for friday",
            ),
        ),
        ("zh-CN", ("忘了拿发票，周五可以过去拿吗", "没到账，周五能退吗")),
    ):
        ann = missed(world, language)
        for words in lines:
            assert form(ann.says(words)) is None, words


def test_never_again_is_not_the_same_again_and_another_car_is_asked_for(world: World) -> None:
    ann = missed(world, "en")
    with world.database.transaction() as session:
        row = session.get(Appointment, only(world, ann).id)
        assert row is not None
        row.status = DONE
    ann.says("same again but for my honda on friday").sees("Which car")
    ann.says("cancel").says("never the same again, friday was awful")
    assert form(ann) != "booking.book"
