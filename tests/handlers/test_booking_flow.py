"""The conversation of booking: from words or taps to an appointment, in three languages, and every change of mind on the way."""

from datetime import UTC, datetime

import pytest

from handlers.booking import actions
from handlers.booking.history import By, Person
from handlers.booking.plan import Wish
from handlers.dialogue import shop as shops
from handlers.staff import actions as staff_actions
from storage import appointments, chats
from storage.appointments import Appointment
from storage.entries import Gap
from storage.staff import Staff
from tests.world import Customer, World

# What two people do at once is tried on both databases; what the words mean is the same on either.
CHEN = By("Chen", "console", staff=True)
WISH = Wish("east", ("oil_change",), "audi_a4")
ONE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def _all(world: World) -> list[Appointment]:
    with world.database.reading() as session:
        return session.query(Appointment).order_by(Appointment.id).all()


def _booked(world: World) -> Appointment:
    [row] = [row for row in _all(world) if row.status == appointments.CONFIRMED and row.source == "chat"]
    return row


def _utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@ONE
@pytest.mark.parametrize(
    ("language", "words", "taps", "phone", "echo", "done", "starts"),
    [
        ("en", "oil change next Tuesday at ten for my A4", ["Lanwan Auto East"], "138 0013 8000",
         ["Oil and filter change", "Tue 24 Nov, 10:00", "East Harbour", "China Standard Time", "Audi A4", "¥699"],
         "You're booked!", _utc(24, 2)),
        ("zh-CN", "下周三上午十点做小保养", ["奥迪A4", "澜湾汽车东港店"], "13800138000",
         ["小保养", "11月25日 周三 10:00", "东港店", "中国标准时间", "奥迪A4", "¥899"],
         "预约成功", _utc(25, 2)),
        ("zh-TW", "下週五下午三點半換機油", ["奧迪A4", "瀾灣汽車東港店"], "+886 912 345 678",
         ["更換機油", "11月27日 週五 15:30", "東港店", "中國標準時間", "奧迪A4"], "預約完成", _utc(27, 7, 30)),
    ],
)  # fmt: skip
def test_two_messages_and_a_few_taps_make_an_appointment(
    world: World, language: str, words: str, taps: list[str], phone: str, echo: list[str], done: str, starts: datetime
) -> None:
    """TM8: said back with weekday, date and time before it is booked; with their number they say yes to it."""
    ann = world.customer(language=language).says(words)
    for tap in taps:
        ann.presses(tap)
    ann.sees(*echo)
    assert [row.status for row in _all(world) if row.source == "chat"][-1] == "held"
    ann.says(phone).sees(done, echo[1])
    row = _booked(world)
    assert (row.starts_at, row.status) == (starts, "confirmed")
    assert row.customer_id is not None
    assert row.vehicle_id is not None
    assert row.phone == ("+886912345678" if phone.startswith("+") else "+8613800138000")


@ONE
def test_six_taps_from_the_button_to_the_appointment(world: World) -> None:
    """Five buttons, and the number that Telegram shares with a sixth; whoever is known says yes instead."""
    ann = world.customer("telegram", language="en").starts()
    for tap in ("Book a visit", "Oil and filter", "Audi A4", "Lanwan Auto East", "Sat 21 Nov, 10:30"):
        ann.presses(tap)
    ann.sees("On which number", "Sat 21 Nov, 10:30").shares_phone("8613800138000").sees("You're booked!", "Sat 21 Nov, 10:30")
    assert _booked(world).starts_at == _utc(21, 2, 30)
    for tap in ("Book a visit", "Tyre rotation", "Sat 21 Nov, 13:30", "✓ Book it"):
        ann.starts() if tap == "Book a visit" else None
        ann.says("tyre rotation") if tap == "Tyre rotation" else ann.presses(tap)
    ann.sees("You're booked!", "Sat 21 Nov, 13:30")


@ONE
@pytest.mark.parametrize(
    ("language", "words", "asked", "yes", "when"),
    [
        ("en", "oil change this Friday at half past three, A4, East Harbour", "over already", "yes", "Fri 27 Nov, 15:30"),
        ("zh-CN", "这周五下午三点半换机油，A4，东港店", "已经过去了", "是", "11月27日 周五 15:30"),
        ("zh-TW", "這週五下午三點半換機油，A4，東港店", "已經過了", "是", "11月27日 週五 15:30"),
    ],
)
def test_a_day_of_this_week_that_has_been_is_taken_for_the_next(
    world: World, language: str, words: str, asked: str, yes: str, when: str
) -> None:
    """TM8: never without asking; "no", another day and a button do what they say."""
    ann = world.customer(language=language).says(words).sees(asked, when).says(yes).sees(when)
    assert ann.last.data["ask"][1] == "phone"
    bob = world.customer(language=language).says(words)
    bob.presses(bob.labels[1])
    assert bob.last.data["ask"][1] == "day"
    eve = world.customer(language=language).says(words).says({"en": "Thursday at ten"}.get(language, "周四上午十点"))
    eve.sees("26", "10:00")


def books(ann: Customer, words: str = "oil change next Tuesday at ten for my A4 at East Harbour, I'll wait") -> Customer:
    """Somebody with an appointment."""
    return ann.says(words).says("13800138000").sees("You're booked!")


@ONE
def test_everything_in_one_message(world: World) -> None:
    books(world.customer())
    assert _booked(world).starts_at == _utc(24, 2)


# -- changes of mind, on the way and afterwards -------------------------------------------------------------------------------


@ONE
@pytest.mark.parametrize(
    ("language", "wish", "taps", "phone", "thought", "seen"),
    [
        ("en", "oil change on Tuesday at ten, A4, East Harbour", [], "13800138000",
         ["not Tuesday, Thursday", "at Pine Hill", "also a tyre rotation"], ["Thu 26 Nov, 10:00", "Pine Hill", "Tyre rotation"]),
        ("zh-CN", "周二上午十点换机油，A4，东港店", [], "13800138000",
         ["周二不行，周四", "去松岭店", "再加轮胎换位"], ["11月26日 周四 10:00", "松岭店", "轮胎换位"]),
        ("zh-TW", "週二上午十點換機油，A4，東港店", [], "+886 912 345 678",
         ["不是週二，週四", "松嶺店", "還要輪胎對調"], ["11月26日 週四 10:00", "松嶺店", "輪胎對調"]),
    ],
)  # fmt: skip
def test_a_change_of_mind_in_the_middle(
    world: World, language: str, wish: str, taps: list[str], phone: str, thought: list[str], seen: list[str]
) -> None:
    ann = world.customer(language=language).says(wish)
    for tap in taps:
        ann.presses(tap)
    for words, part in zip(thought, seen, strict=True):
        ann.says(words).sees(part)
    ann.says(phone).sees(*seen[:2])


@ONE
def test_back_and_change_keep_what_was_said(world: World) -> None:
    ann = world.customer().says("book")
    ann.says("oil change").says("A4").presses("Lanwan Auto East")
    ann.presses("Another day").sees("which day?").says("back").sees("next free times")
    ann.presses("Another day").presses("24").sees("Tue 24 Nov: what time?").says("back").sees("When would you like to come?")
    ann.presses("Another day").presses("24").presses("10:00").sees("Tue 24 Nov, 10:00")
    ann.presses("Change").presses("Service").says("back").sees("Oil and filter change", "Tue 24 Nov, 10:00")
    ann.presses("Another time").says("Wednesday afternoon").presses("14:00 · −20 %").sees("Wed 25 Nov, 14:00", "(20 % off-peak")
    ann.says("a different car").says("my golf").sees("VW Golf").presses("Cancel").sees("nothing is booked")
    assert {row.status for row in _all(world) if row.source == "chat"} <= {"held", "expired"}


@ONE
def test_a_question_in_between_a_stale_button_and_another_language(world: World) -> None:
    """CC7, IN16: the form keeps what it had."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour")
    old = ann.presses("How I come").button("I'll wait")
    ann.presses("I'll leave").sees("On which number").says("how do i book?").sees("Tap Book", "On which number")
    ann.does("press", press=old)
    assert "no longer in use" in ann.toast
    ann.says("language").presses("繁體中文").sees("電話")
    ann.sees("11月24日 週二 10:00", "更換機油", "車留在店裡").says("English").sees("On which number")
    ann.says("+886 912 345 678").sees("You're booked!")


@ONE
@pytest.mark.parametrize(
    ("language", "wish", "question", "hours", "asked"),
    [
        ("en", "oil change for my A4 at East Harbour", "When are you open on Saturday?", "Sat 28 Nov", "When"),
        ("zh-CN", "预约换机油，A4，东港店", "你们周六几点开门", "11月28日", "什么时候"),
    ],
)
def test_a_question_about_the_hours_is_no_wish_for_that_day(
    world: World, language: str, wish: str, question: str, hours: str, asked: str
) -> None:
    ann = world.customer(language=language).says(f"book an {wish}" if language == "en" else wish).sees(asked)
    ann.says(question).sees(hours, asked)
    ann.says("saturday" if language == "en" else "周六").sees("28")


# -- wrong answers ------------------------------------------------------------------------------------------------------------


@ONE
@pytest.mark.parametrize(
    ("language", "words", "why"),
    [
        ("en", "30 February", "The calendar doesn't have that day"), ("en", "yesterday", "over already"),
        ("en", "25:00", "The clock doesn't have that time"), ("en", "when the moon is full", "couldn't read a day"),
        ("en", "Tuesday at 23:00", "closed at that time"), ("en", "1 January at ten", "We are closed on"),
        ("en", "in 200 days", "90 days ahead"), ("en", "Tuesday at 10:10", "30 minutes apart"),
        ("zh-CN", "2月30号", "日历上没有这一天"), ("zh-CN", "昨天", "已经过去了"), ("zh-CN", "25点", "没有这个钟点"),
        ("zh-CN", "周二晚上十一点", "那个时间不营业"), ("zh-TW", "2月30號", "日曆上沒有這一天"), ("zh-TW", "昨天", "已經過"),
        ("zh-TW", "25點", "沒有這個時間"), ("zh-TW", "元旦上午十點", "公休"),
    ],
)  # fmt: skip
def test_a_time_that_cannot_be(world: World, language: str, words: str, why: str) -> None:
    """TM8, TM13: it is said why, and other times are offered."""
    wish = {"en": "book an oil change for my A4 at East Harbour, I'll wait", "zh-CN": "预约换机油，A4，东港店，在店等",
            "zh-TW": "預約換機油，A4，東港店，在店等"}[language]  # fmt: skip
    ann = world.customer(language=language).says(wish)
    ann.says(words).sees(why)
    assert len(ann.labels) >= 6
    ann.does("press", press=f"{ann.last.token}.0")
    assert ann.last.data["ask"][1] == "phone"


@ONE
def test_times_at_the_edges_are_refused_or_right(world: World) -> None:
    """TM13: the first year and the last, the second before the clocks of 32 bits end, epochs, weeks of the year, leap seconds."""
    ann = world.customer().says("book an oil change for my A4 at East Harbour, I'll wait")
    for words, why in (
        ("0001-01-01 at 10:00", "over already"), ("1970-01-01T00:00:00Z", "over already"), ("9999-12-31 10:00", "90 days ahead"),
        ("2026-W53-1", "couldn't read"), ("19 January 2038 at 03:14:07", "90 days ahead"), ("-62135596800", "couldn't read"),
        ("Tuesday at 23:59:60", "closed at that time"), ("二零三八年一月十九日", "90天"), ("9999年12月31日上午10点", "90天"),
        ("2026-11-24T10:00:60", "11月24日 周二 10:00"),
    ):  # fmt: skip
        ann.says(words).sees(why)
    assert ann.last.data["ask"][1] == "phone"


@ONE
@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("12", "can't read that"),
        ("0812 345 678", "unusual number"),
        ("0912 345 678", "from another region"),
        ("🚗🚗", "still need"),
    ],
)
def test_a_number_that_cannot_be(world: World, number: str, why: str) -> None:
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait")
    ann.says(number).sees(why, "number")
    ann.says("+44 20 7946 0000").sees("You're booked!", "10:00 (China Standard Time)")  # TM9: they may live by another clock


@ONE
def test_a_note_is_short_and_a_photo_is_no_day(world: World) -> None:
    ann = world.customer().says("book an oil change for my A4 at East Harbour, I'll wait")
    ann.does("photo", media=("x",)).sees("When would you like to come?")
    ann.says("Tuesday at ten").presses("Add a note")
    ann.says("Thursday " * 45).sees("300 at most")
    ann.says("the left wiper squeaks on Thursdays").sees("Note: the left wiper", "Tue 24 Nov, 10:00")
    ann.presses("Add a note").presses("Skip")
    assert "Note:" not in ann.last.text


@ONE
def test_three_cars_and_no_plate(world: World) -> None:
    ann = world.customer("telegram").shares_phone("8610055500101")
    ann.says("book an oil change at East Harbour").sees("Which car").says("I have three cars").sees("Which car")
    ann.says("鲁B🚗123").sees("don't find that car").presses("Audi A4")
    assert ann.last.data["ask"][1] == "day"


def test_a_time_that_somebody_else_took_meanwhile(world: World) -> None:
    """CC1: the hold is over, the time has gone; others are offered, and the yes counts for none of them."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").sees("On which number")
    world.passes(minutes=7)
    for number in range(4):
        bob = (
            world.customer()
            .says("oil change on Tuesday at ten for my golf at East Harbour, I'll wait")
            .says(f"1380013800{number}")
        )
        bob.sees("You're booked!")
    ann.says("13800138009").sees("can't be had any more", "Choose one")
    ann.presses("Tue 24 Nov, 09:00").sees("Shall I book it?").says("yes").sees("You're booked!", "09:00")


# -- afterwards ---------------------------------------------------------------------------------------------------------------


def test_one_number_has_three_visits_and_no_more(world: World) -> None:
    for day in ("Tuesday", "Wednesday", "Thursday"):
        books(world.customer(), f"oil change on {day} at ten for my A4 at East Harbour, I'll wait")
    ann = world.customer().says("oil change on Friday at ten for my A4 at East Harbour, I'll wait").says("13800138000")
    ann.sees("already have 3 appointments")
    assert "Talk to a person" in ann.labels


def test_moved_and_cancelled_in_words_the_calendar_file_follows(world: World) -> None:
    """IE7: one UID, a rising SEQUENCE, a time zone, and nothing that could break out of a line."""
    ann = books(world.customer())
    first = ann.last.data["document"]["content"]
    ann.says("move my appointment to Wednesday").sees("Wed 25 Nov: what time?").presses("10:00")
    ann.sees("Move Oil and filter change from Tue 24 Nov, 10:00 to Wed 25 Nov, 10:00 (China Standard Time)?").says(
        "Thursday at eleven"
    )
    ann.sees("to Thu 26 Nov, 11:00 (").says("yes").sees("Moved.", "Thu 26 Nov, 11:00")
    second = ann.last.data["document"]["content"]
    ann.says("cancel my booking").says("no").sees("stays as it is").presses("Cancel it").presses("Yes, cancel it").sees(
        "Cancelled"
    )
    third = ann.last.data["document"]["content"]
    assert len({line for text in (first, second, third) for line in text.splitlines() if line.startswith("UID:")}) == 1
    assert [f"SEQUENCE:{n}" in text for n, text in enumerate((first, second, third))] == [True] * 3
    assert ("METHOD:PUBLISH" in second, "METHOD:CANCEL" in third, "STATUS:CANCELLED" in third) == (True, True, True)
    assert "DTSTART;TZID=Asia/Shanghai:20261124T100000" in first
    assert "BEGIN:VTIMEZONE" in first
    ann.says("my booking").sees("no appointment")


@ONE
def test_moved_to_the_time_that_it_has(world: World) -> None:
    """CC4: nothing is asked about and nothing changes."""
    ann = books(world.customer())
    ann.says("move my appointment to Tuesday at 10:30").sees("to Tue 24 Nov, 10:30").says("yes").sees("Moved.")
    ann.says("move my appointment to Tuesday at 10:30").sees("at that time already")
    assert "SEQUENCE:1" in ann.says("my appointments").presses("Calendar file").last.data["document"]["content"]


@ONE
def test_a_note_cannot_write_lines_into_the_calendar(world: World) -> None:
    """IE7, IN2: whatever ends a line is text of the description."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").presses("Add a note")
    ann.says("squeaks\r\nEND:VEVENT\r\nBEGIN:VEVENT\nSUMMARY:evil;X=1\\,\x0b\x00\u2028ATTENDEE:x").says("13800138000")
    lines = ann.last.data["document"]["content"].replace("\r\n ", "").split("\r\n")
    assert sum(line.startswith(("BEGIN:VEVENT", "END:VEVENT", "SUMMARY", "ATTENDEE")) for line in lines) == 3
    [told] = [line for line in lines if line.startswith("DESCRIPTION:")]
    assert told.startswith("DESCRIPTION:+86 532 0000 0101\\nsqueaks\\nEND:VEVENT\\n")


@ONE
def test_too_late_to_change_is_said_kindly(world: World) -> None:
    ann = books(world.customer(), "oil change today at 11 for my A4 at East Harbour, I'll wait")
    world.passes(minutes=30)
    ann.says("cancel my booking").sees("please call us", "+86 532", "called a colleague").presses("Cancel it")
    assert "Talk to a person" in ann.labels


@ONE
def test_the_way_the_code_and_the_file(world: World) -> None:
    ann = books(world.customer()).says("my booking").sees("Confirmed")
    ann.presses("How to get there").sees("88 Lanwan East Road", "Open the map")
    ann.presses("Code for the desk").sees("Show this at the desk")
    assert ann.last.data["picture"]
    ann.presses("Calendar file")
    assert ann.last.data["document"]["name"] == "visit.ics"


@ONE
def test_an_appointment_is_nobody_elses(world: World) -> None:
    """AU2."""
    ann, bob = books(world.customer()), world.customer().starts()
    row = _booked(world)
    bob.starts(f"b_{row.token}").sees("What shall we do")
    ann.starts(f"b_{row.token}").sees("Tue 24 Nov, 10:00", "Confirmed")
    ann.starts("b_oil_change").sees("When would you like to come?")


@ONE
def test_a_returning_customer_is_asked_little(world: World) -> None:
    """The same store, the same car, the same number."""
    ann = books(world.customer())
    ann.says("tyre rotation on Friday at ten, I'll wait").sees("Fri 27 Nov, 10:00", "East Harbour", "Audi A4", "Shall I book it?")


@ONE
def test_a_returning_customer_is_offered_the_advisor_who_received_them(world: World) -> None:
    """Until they choose another one, or nobody; and not in a store where that advisor does not work."""
    ann = books(world.customer())
    with world.database.transaction() as session:
        chen, _ = (staff_actions.add(session, name, name.title(), "advisor", 1, "en", world.now) for name in ("chen", "wu"))
        row, by = _booked(world), By("Chen", "console", staff=True, advisor_id=chen.id)
        actions.arrive(session, row, _utc(24, 2), by=by)
        actions.finish(session, row, _utc(24, 2), by=by)
    ann.says("tyre rotation on Friday at ten").sees("Fri 27 Nov, 10:00", "Your advisor: Chen")
    ann.presses("Change").presses("Advisor").sees("Who shall receive you?").says("back").sees("Your advisor: Chen")
    ann.presses("Change").presses("Advisor").presses("Wu").sees("Your advisor: Wu").says("at Pine Hill").sees("Pine Hill")
    assert "Your advisor" not in ann.last.text
    ann.says("at East Harbour").sees("Your advisor: Chen").says("yes").sees("You're booked!", "Your advisor: Chen")
    assert _booked(world).advisor_id == chen.id
    with world.database.transaction() as session:
        staff_actions.dismiss(session, session.get_one(Staff, chen.id), world.now, by=None)
    ann.says("oil change on Monday at ten").sees("Mon 23 Nov, 10:00")
    assert "Your advisor" not in ann.last.text


@ONE
def test_a_typed_number_shows_nothing_and_a_proved_one_what_was_booked_for_it(world: World) -> None:
    """AU3, AU10: an appointment is not shown to whoever knows its phone number, nor moved, nor cancelled."""
    ann = books(world.customer())
    with world.database.transaction() as session:
        shop = world.engine.memo.get(session, shops.load)
        free = actions.next_free(session, shop, WISH, world.now, count=30)[-1]
        row = actions.hold(session, shop, WISH, free.starts_at, Person(name="Ann", phone="+8613800138000"), world.now, by=CHEN)
        actions.confirm(session, shop, row, world.now, by=CHEN)
    bob = world.customer("telegram").says("oil change on Wednesday at ten for my A4 at East Harbour, I'll wait")
    bob.says("13800138000").sees("You're booked!").says("my appointments").sees("Wed 25 Nov, 10:00", "Confirmed")
    bob.starts(f"b_{row.token}").sees("What shall we do")
    ann.says("my appointments").sees("Tue 24 Nov, 10:00")
    eve = world.customer("telegram").starts().shares_phone("8613800138000").says("my appointments").sees("Confirmed")
    eve.presses("Cancel it").presses("Yes, cancel it").sees("Cancelled")


@ONE
def test_a_test_drive_is_of_a_car_of_the_shop(world: World) -> None:
    """Whoever has a car is asked which one of ours to drive, and it does not become theirs; work is done on their own again."""
    ann = books(world.customer()).says("test drive on Monday at 11").sees("Which model would you like to drive?")
    ann.says("what does it cost?").sees("Which model").says("the BMW X3").sees("BMW X3 can't be driven here", "Which model")
    assert ann.labels[:3] == ["Tesla Model Y", "Audi Q5", "VW Golf"]
    ann.says("the q5").sees("Test drive", "Mon 23 Nov, 11:00", "Audi Q5", "Shall I book it?")
    ann.presses("Change").presses("Car").presses("Tesla").sees("Tesla Model Y").says("yes").sees("You're booked!")
    row = _all(world)[-1]
    assert (row.services, row.vehicle_id, row.status) == (["test_drive"], None, "confirmed")
    assert ann.says("my cars").labels[0] == "Audi A4"
    ann.says("test drive the Golf on Monday at 3 pm").sees("VW Golf", "Pine Hill").presses("Change").presses("Service")
    ann.says("oil change").sees("Audi A4", "Pine Hill").says("cancel")
    bob = (
        world.customer(language="zh-CN")
        .says("周三十点试驾Model Y")
        .sees("11月25日 周三 10:00", "特斯拉Model Y")
        .says("13800138001")
    )
    assert "特斯拉" not in bob.sees("预约成功").says("我的车").last.text
    world.customer(language="zh-TW").says("週三十點試駕").sees("您想試駕哪一款").says("Q5").sees("奧迪Q5")


@ONE
def test_an_oil_change_changes_no_appointment(world: World) -> None:
    """Neither of somebody who has none, who is not told so, nor of somebody who wants a second one."""
    ann = world.customer().says("I need an appointment for an oil change on Tuesday at ten for my A4 at East Harbour")
    ann.sees("Tue 24 Nov, 10:00").says("13800138000").sees("You're booked!")
    ann.says("oil change Wednesday at 3pm").sees("Wed 25 Nov, 15:00", "Shall I book it?").says("yes").sees("You're booked!")
    world.passes(hours=1)
    ann.says("move my appointment").sees("Which one is it?").says("cancel")
    world.customer().says("book an appointment to change my brake pads on Friday").sees("Which one do you mean?")
    world.customer().says("cancel my appointment").sees("no appointment of yours")


@ONE
@pytest.mark.parametrize(
    ("wish", "time", "when", "moved", "to", "away"),
    [
        ("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait", "at 3 pm", "Tue 24 Nov, 15:00", "move it to 4 pm",
         "to Tue 24 Nov, 16:00", "sorry, I can't make it"),
        ("周二上午十点换机油，A4，东港店，在店等", "下午三点吧", "11月24日 周二 15:00", "改到下午四点",
         "改到11月24日 周二 16:00", "我来不了了"),
        ("週二上午十點換機油，A4，東港店，在店等", "下午三點好了", "11月24日 週二 15:00", "改到下午四點",
         "改到11月24日 週二 16:00", "我去不了了"),
    ],
    ids=["en", "zh-CN", "zh-TW"],
)  # fmt: skip
def test_a_bare_time_is_of_the_day_that_was_spoken_of(
    world: World, wish: str, time: str, when: str, moved: str, to: str, away: str
) -> None:
    """TM8: and not of today; while booking, at its confirmation, and when it is moved."""
    ann = world.customer().says(wish).says(time).sees(when).says("13800138000").says(moved).sees(to)
    ann.presses(ann.labels[0]).says(away).sees("24").presses(ann.labels[0])
    assert _all(world)[-1].status == "cancelled"


@ONE
@pytest.mark.parametrize("words", ["how do I book?", "怎么预约", "預約要提前幾天", "can you tell me how booking works?"])
def test_a_question_about_booking_stays_a_question(world: World, words: str) -> None:
    ann = world.customer(language="en" if words.isascii() else "zh-CN").says(words)
    assert "ask" not in ann.last.data


@ONE
@pytest.mark.parametrize(
    "words", ["the brake pads you changed on Tuesday squeak", "上周换的刹车片有异响", "how much is an oil change on Sunday"]
)
def test_what_is_no_wish_for_a_visit_starts_none(world: World, words: str) -> None:
    ann = world.customer(language="en" if words.isascii() else "zh-CN").says(words)
    with world.database.reading() as session:
        chat = chats.find(session, ann.channel, ann.address)
    assert chat is not None
    assert chat.form != "booking.book"


@ONE
def test_what_was_not_understood_is_kept_without_its_digits(world: World) -> None:
    world.customer().says("book an oil change for my A4 at East Harbour, I'll wait").says("after the 13800138000th moon")
    with world.database.reading() as session:
        [gap] = session.query(Gap).filter_by(kind="when").all()
    assert "1380" not in gap.text
    assert "moon" in gap.text


@ONE
@pytest.mark.parametrize(
    ("language", "question", "car", "words", "echo"),
    [
        ("en", "how much is an oil change?", "Audi A4", "can I come tomorrow at 3pm?", ["Oil and filter change", "15:00"]),
        ("zh-CN", "小保养多少钱", "奥迪A4", "那明天下午三点可以吗", ["小保养", "15:00"]),
        ("zh-TW", "換機油多少錢", "奧迪A4", "明天下午三點得唔得", ["更換機油", "15:00"]),
    ],
)
def test_a_time_said_below_a_price_is_a_visit_for_that(
    world: World, language: str, question: str, car: str, words: str, echo: list[str]
) -> None:
    ann = world.customer(language=language).says(question).presses(car)
    ann.says(words).sees(*echo)


@ONE
def test_a_yes_below_a_price_asks_when_and_an_old_price_is_forgotten(world: World) -> None:
    ann = world.customer().says("how much is an oil change for an A4?").says("yes please").sees("When would you like to come?")
    ann.says("cancel").says("yes please").sees("I'm not sure")
    bob = world.customer(address="bob").says("how much is an oil change for an A4?")
    world.passes(minutes=31)
    assert "15:00" not in bob.says("can I come tomorrow at 3pm?").last.text


@ONE
def test_a_question_below_a_price_stays_a_question(world: World) -> None:
    ann = world.customer().says("how much is an oil change for an A4?")
    ann.says("are you open tomorrow at 10?").sees("Yes, we are open at 10:00")
    assert "Another day" not in ann.says("ok").labels
