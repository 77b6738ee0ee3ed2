"""Short words that mean much in a booking: when work ends, a bare yes below several times, "add that" below a price, a plate."""

import pytest

from tests.handlers.test_booking_after import booked, only
from tests.handlers.test_booking_beside import answers
from tests.handlers.test_booking_choosing import at_the_times
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "words", "first"),
    [
        ("en", "I finish work at 3", "15:00"),
        ("en", "I'm off at 2:30", "14:30"),
        ("en", "i work till 3pm", "15:00"),
        ("zh-CN", "我三点下班", "15:00"),
        ("zh-TW", "我三點半下班", "15:30"),
        ("zh-HK", "我三點半先放工", "15:30"),
    ],
)
def test_who_works_until_then_comes_afterwards(world: World, language: str, words: str, first: str) -> None:
    ann = at_the_times(world, language).says(words)
    assert ann.labels[0][:5] == first


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [("en", "I get off at 5:30", "the last times of the next days"), ("zh-CN", "我六点下班", "接下来几天最晚的时间")],
)
def test_who_works_until_we_close_is_offered_the_last_time_of_each_day(
    world: World, language: str, words: str, told: str
) -> None:
    work = "can I book a tyre rotation for my passat at pine hill" if language == "en" else "约松岭店帕萨特轮胎换位"
    ann = world.customer(language=language).says(work).says(words).sees(told)
    assert len({label[:10] for label in ann.labels[:4]}) == 4
    assert ann.labels[0].endswith("16:00")


def test_when_we_finish_is_a_question(world: World) -> None:
    world.customer(language="zh-CN").says("你们几点下班").sees("营业时间")


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "yes", "Which of these times?"),
        ("en", "ok", "Which of these times?"),
        ("zh-CN", "好", "要哪个时间"),
        ("zh-HK", "好呀", "要哪個時間"),
    ],
)
def test_a_yes_to_several_times_is_asked_which(world: World, language: str, words: str, told: str) -> None:
    ann = at_the_times(world, language).says(words).sees(told)
    assert "time" not in answers(ann)


@pytest.mark.parametrize(
    ("language", "price", "words", "told"),
    [
        ("en", "how much is an alignment?", "add that", "Shall I change your visit"),
        ("zh-CN", "四轮定位多少钱", "那加上吧", "把您的预约改成这样"),
        ("zh-TW", "四輪定位多少錢", "那加上吧", "改成這樣"),
        ("zh-HK", "四輪定位幾錢", "咁加埋佢啦", "改成這樣"),
    ],
)
def test_what_was_priced_is_added_to_the_visit_that_is_booked(
    world: World, language: str, price: str, words: str, told: str
) -> None:
    ann = booked(world, language).says(price).says(words).sees(told)
    ann.says("yes" if language == "en" else "好")
    assert len(only(world, ann).services) == 2


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "change the plate to 粤B12345", "粤B·12345"),
        ("en", "sorry, the plate is wrong, it should be AB 1234", "AB 1234"),
        ("zh-CN", "车牌改成粤B12345", "粤B·12345"),
        ("zh-TW", "車牌改成ABC-1234", "ABC-1234"),
        ("zh-HK", "車牌錯咗，係粤B12345先啱", "粤B·12345"),
    ],
)
def test_a_plate_is_told_and_put_right_after_the_booking(world: World, language: str, words: str, told: str) -> None:
    ann = booked(world, language).says(words).sees(told)
    ann.says("my cars" if language == "en" else "我的车")
    assert ann.labels[0].endswith(told)


@pytest.mark.parametrize(
    ("language", "wish", "words"),
    [
        ("en", "oil change for my A4 thursday at 11", "the plate is 粤B12345 by the way"),
        ("zh-CN", "周四十一点给A4换机油，车牌粤B54321", "车牌错了，是粤B12345"),
        ("zh-TW", "週四十一點A4換機油", "車牌是粤B12345"),
    ],
)
def test_a_plate_told_in_the_middle_of_a_booking_is_the_one_of_its_car(
    world: World, language: str, wish: str, words: str
) -> None:
    ann = world.customer(language=language).says(wish).says(words).sees("粤B·12345")
    assert answers(ann)["car"] == {"model": "audi_a4", "plate": "粤B·12345"}


def test_a_question_that_names_a_plate_changes_none(world: World) -> None:
    ann = booked(world, "en").says("change the plate to 粤B12345").says("can i keep my plate 粤B99999 if i sell it?")
    assert ann.says("my cars").labels[0].endswith("粤B·12345")


@pytest.mark.parametrize(
    ("words", "later"),
    [
        ("oil change Monday, tyres Wednesday and brakes on Friday", ["2026-11-25", "2026-11-27"]),
        ("oil change on Monday and brakes on Friday for my A4", ["2026-11-27"]),
    ],
)
def test_a_kind_of_work_on_another_day_is_a_visit_of_its_own(world: World, words: str, later: list[str]) -> None:
    known = answers(world.customer().says(words))
    assert (known["service"], known["day"]) == (["oil_change"], "2026-11-23")
    for day in later:
        known = known["later"]
        assert known["day"] == day
        assert len(known["service+"]) > 2


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "can i drop it off the night before", "hand over the key"),
        ("zh-CN", "可以前一天晚上把车放你们那吗", "钥匙怎么交接"),
    ],
)
def test_how_the_car_may_come_is_answered_in_the_middle_of_a_booking(world: World, language: str, words: str, told: str) -> None:
    ann = at_the_times(world, language).says(words).sees(told)
    assert language != "en" or answers(ann)["transport"] == "leave"
