"""Is the shop open on that day? The day's own hours are the answer, and a day asked about is no wish to come then."""

import pytest

from storage.chats import CHATS
from tests.marks import SHOP_ON_SQLITE
from tests.world import World

pytestmark = SHOP_ON_SQLITE


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("do u work on new years eve", "Thu 31 Dec (New Year's Eve): 08:30–12:00"),
        ("what time do you close tomorrow", "Sun 22 Nov: 09:00–12:00, 13:00–16:30"),
        ("is Pine Hill open on sunday?", "Lanwan Auto East Harbour is open that day"),
        ("open over chinese new year?", "Sat 6 Feb – Tue 9 Feb (Lunar New Year): closed"),
        ("are you guys open on tuesday at 8?", "We are closed at 08:00."),
        ("will you be open on sunday at 10?", "Yes, we are open at 10:00."),
        ("are you closed on new year's day", "Open again on Sat 2 Jan"),
        ("春节上班吗", "2月6日 周六（春节）：休息"),
        ("周一开吗", "11月23日 周一：08:30–12:00"),
        ("明天开着吗", "11月22日 周日：09:00–12:00"),
        ("元旦你们休息不", "1月2日 周六恢复营业"),
        ("初三开门吗", "2月8日 周一（春节）：休息"),
        ("周日有人吗", "周日：09:00–12:00、13:00–16:30"),
        ("明天几点关门", "11月22日 周日：09:00–12:00"),
        ("過年有營業嗎", "2月6日 週六 至 2月9日 週二（春節）：休息"),
        ("你哋星期日開唔開門", "週日：09:00–12:00"),
        ("除夕还能洗车吗", "2月5日 周五（除夕）：08:30–12:00"),
        ("年三十仲可以洗車嗎", "（除夕）：08:30–12:00"),
        ("初二還可以做保養嗎", "2月7日 週日（春節）：休息"),
        ("can I still bring my car on new year's eve", "Thu 31 Dec (New Year's Eve): 08:30–12:00"),
    ],
)
def test_a_day_that_is_asked_about_has_its_hours(world: World, words: str, seen: str) -> None:
    ann = world.customer().says(words).sees(seen)
    assert len([line for line in ann.last.text.splitlines() if line]) <= 5
    assert ann.last.data["buttons"][0][0]["do"] == "booking.book"


def test_the_button_below_comes_on_that_day(world: World) -> None:
    ann = world.customer().says("are you open on sunday?").presses("Book a visit")
    ann.says("oil change for my A4").sees("Sun 22 Nov")


def test_a_question_in_the_middle_of_a_booking_leaves_it_as_it_is(world: World) -> None:
    ann = world.customer().says("oil change for my A4 at East Harbour please").sees("When would you like to come?")
    ann.says("are you open on new year's day?").sees("New Year's Day): closed", "When would you like to come?")


@pytest.mark.parametrize(
    "words",
    [
        "我周日休息，周日下午做个小保养",
        "oil change for my A4 at East Harbour please",
        "can i get a wash on sunday if you are open",
        "are you open on Sunday? I'd like an oil change then",
        "周六你们上班的话我来洗车",
        "I'd like an oil change",
        "id like new brake pads",
        "we’d like a wheel alignment",
    ],
)
def test_who_wishes_to_come_is_booked(world: World, words: str) -> None:
    world.customer().says(words)
    with world.database.reading() as session:
        assert session.execute(CHATS.select()).one().form == "booking.book"


@pytest.mark.parametrize(
    "words",
    [
        "my window won't open since Monday, is that covered?", "国庆节放假吗", "你们几点开门",
        "can I drop my car off before you open on Monday?", "are you still working on it on Monday?",
        "do you close for lunch on Monday?", "你们休息室有咖啡吗，我周一来", "周一关门后能取车吗",
    ],
)  # fmt: skip
def test_no_day_of_ours_is_told_where_none_was_asked_or_it_is_not_settled(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert "恢复营业" not in ann.last.text
    assert "Mon 23" not in ann.last.text
    assert "11月23日" not in ann.last.text


@pytest.mark.parametrize(
    ("first", "then", "seen"),
    [
        ("除夕还能洗车吗", "初一呢", "2月6日 周六（春节）：休息"),
        ("初二开门吗", "那初五呢", "2月10日 周三"),
        ("are you open on sunday?", "and on new year's day?", "New Year's Day): closed"),
        ("are you open on sunday?", "what about tuesday", "Tue 24 Nov: 08:30"),
        ("你哋星期日開唔開門", "咁星期一呢", "11月23日 週一"),
    ],
)
def test_the_same_is_asked_of_another_day(world: World, first: str, then: str, seen: str) -> None:
    world.customer().says(first).says(then).sees(seen)


def test_another_day_for_a_wish_is_no_question_about_the_hours(world: World) -> None:
    ann = world.customer().says("oil change for my A4 at East Harbour on sunday")
    ann.says("what about tuesday").sees("Tue 24 Nov: what time?")
