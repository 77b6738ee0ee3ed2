"""What the first words of a customer start: a booking with all that they said, a change of an appointment, or an answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from storage import appointments, chats
from storage.appointments import Appointment
from tests.world import Customer, World

# What words mean is the same on both databases.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def says(world: World, words: str) -> Customer:
    """Somebody new with their first words."""
    return world.customer(language="en" if words.isascii() else "zh-CN").says(words)


def state(ann: Customer) -> tuple[str | None, dict[str, Any]]:
    """The open form and its answers."""
    assert ann.outcome is not None
    with ann.world.database.reading() as session:
        chat = chats.get(session, ann.outcome.chat_id)
        assert chat is not None
        return chat.form, dict(chat.answers)


def booked(world: World, *wishes: str) -> Customer:
    """Somebody with appointments; the first brings the number along."""
    ann = world.customer()
    for wish in wishes or ("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait",):
        ann.says(wish)
        ann.says("yes" if "Shall I book it?" in ann.last.text else "13800138000").sees("You're booked!")
    return ann


# It is Saturday the 21st.
def test_a_wish_starts_the_booking_with_what_was_said(world: World) -> None:
    for words, service, day, more in (
        ("could you do new tyres on Friday at 4?", "tyre_change", "27", {"time": "16:00"}),
        ("is Monday morning any good for an alignment", "wheel_alignment", "23", {"window": {"early": "00:00", "late": "12:00"}}),
        ("the wipers are worn, thursday 3pm?", "wiper_blades", "26", {"time": "15:00"}),
        ("can I get the battery replaced on Monday, do you have a loan car", "battery_12v", "23", {"transport": "loaner"}),
        ("please rotate my tyres on Friday, I'll wait for it", "tyre_rotation", "27", {"transport": "wait"}),
        ("想提前预约周四做四轮定位", "wheel_alignment", "26", {}),
        ("周一下午三点能给帕萨特换个机油吗", "oil_change", "23", {"time": "15:00", "car": {"model": "vw_passat"}}),
        ("周五打蜡，有代步车吗", "wax", "27", {"transport": "loaner"}),
        ("聽日下晝有冇位洗車", "hand_wash", "22", {"window": {"early": "12:00", "late": "18:00"}}),
        ("週五早上十點換雨刷方便嗎", "wiper_blades", "27", {"time": "10:00"}),
        ("星期一想換火咀，得唔得", "spark_plugs", "23", {}),
        ("Ranger needs a transmission flush, I can do Monday at 9", "transmission_fluid", "23", {"time": "09:00"}),
        ("could you collect my Audi Q5 on Monday at 9, it needs an oil change", "oil_change", "23", {"transport": "pickup"}),
        ("下星期二晏晝兩點換波箱油，換完你哋幫我揸返屋企得唔得", "transmission_fluid", "24", {"time": "14:00"}),
    ):
        form, answers = state(says(world, words))
        assert (form, answers["service"], answers["day"]) == ("booking.book", [service], f"2026-11-{day}"), words
        assert {name: answers.get(name) for name in more} == more, words


def test_which_service_is_meant_is_asked_and_not_guessed(world: World) -> None:
    for words, choices in (
        ("my Golf needs a service on Friday", ["Minor service", "Major service"]),
        ("the brakes squeal, could somebody look at them on Monday at nine?", ["Brake inspection"]),
        ("下周二想去做保养", ["小保养", "大保养"]),
        ("the air con only blows warm air, could you sort it out on Monday", ["Air-conditioning service"]),
    ):
        ann = says(world, words)
        form, answers = state(ann)
        assert (form, "service" in answers, ann.labels[: len(choices)]) == ("booking.book", False, choices), words
        assert "day" in answers, words
    for words in ("想给爱车做一次保养", "想约个保养"):
        assert says(world, words).labels[:2] == ["小保养", "大保养"], words


def test_a_wish_without_a_day(world: World) -> None:
    for words in (
        "I need an oil change", "when could you fit new spark plugs?", "what days are free for a ceramic coating",
        "我想做个四轮定位", "空调滤芯什么时候能换", "想換電瓶，邊日得閒",
        "I'd like an oil change", "oil change at East Harbour pls", "帮我约个洗车", "我想幫車子打蠟", "想给车做个镀晶",
    ):  # fmt: skip
        form, answers = state(says(world, words))
        assert (form, len(answers["service"])) == ("booking.book", 1), words


def test_days_and_the_hours_of_each_are_one_window(world: World) -> None:
    for words, window in (
        (
            "this week, any day after 5pm works for an oil change on my A4",
            {"first": "2026-11-21", "last": "2026-11-22", "early": "17:00"},
        ),
        ("下周哪天都行，五点以后，A4换机油，东港店", {"first": "2026-11-23", "last": "2026-11-29", "early": "17:00"}),
        ("oil change next week before 10am please", {"first": "2026-11-23", "last": "2026-11-29", "late": "10:00"}),
    ):
        assert state(says(world, words))[1]["window"] == window, words
    ann = world.customer().says("book an oil change for my A4 at East Harbour").says("any day next week before 10am")
    ann.sees("When would you like to come?")
    assert ann.labels[0] == "Mon 23 Nov, 08:30"
    ann.says("do u work on new years eve").sees("Thu 31 Dec (New Year's Eve): 08:30–12:00")


def test_a_wish_without_a_service(world: World) -> None:
    for words in ("any free slot on Monday at 10?", "下周三还有空位吗", "my brother drops the car off on Monday"):
        form, answers = state(says(world, words))
        assert (form, "day" in answers, "service" in answers) == ("booking.book", True, False), words


def test_what_only_speaks_of_work_and_days_books_nothing(world: World) -> None:
    for words in (
        "how long does a wheel alignment take on a Saturday?", "thanks for the wash this morning, it looks great",
        "can you send me the receipt for today's oil change", "why is the battery flat this morning",
        "do I need an appointment for a wash on Sunday", "the wax job on Monday was a mess", "any discounts on tyres this month?",
        "I'm only asking, not booking", "is my car ready after the wash today", "can I drive with a puncture until Monday?",
        "今天打蜡送洗车吗", "周一做完镀膜周二可以淋雨吗", "谢谢，今天洗车洗得很干净", "先不预约，随便问问", "下周换轮胎有优惠吗",
        "明天预约了要带行驶证吗", "下個月驗車要帶什麼", "今日補胎幾多錢", "星期日洗車要排隊嗎",
        "is there free coffee on Saturday", "could you call me tomorrow", "see you on Monday at ten",
        "see you on Monday for the wash",
        "please call me on Monday about my brake pads",
        "好的，周一见",
        "周二的打蜡不做了", "I don't need the oil change on Monday any more",
    ):  # fmt: skip
        form, _ = state(says(world, words))
        assert form is None or not form.startswith("booking."), words


# -- an appointment that they have --------------------------------------------------------------------------------------------


def test_moved_in_words(world: World) -> None:
    ann = booked(world)
    for words, to in (
        ("push my appointment one hour later", "Tue 24 Nov, 11:00"),
        ("could I come half an hour earlier?", "Tue 24 Nov, 09:30"),
        ("same time next week please", "Tue 1 Dec, 10:00"),
        ("can we do the same time on Thursday instead", "Thu 26 Nov, 10:00"),
        ("postpone it by two days", "Thu 26 Nov, 10:00"),
        ("move it to Wednesday, an hour later", "Wed 25 Nov, 11:00"),
        ("I need to push my booking to Friday 3pm", "Fri 27 Nov, 15:00"),
        ("can't make it on Tuesday, does Wednesday at 9 work?", "Wed 25 Nov, 09:00"),
        ("I'd rather come on Wednesday at nine", "Wed 25 Nov, 09:00"),
    ):
        ann.says(words).sees("from Tue 24 Nov, 10:00", f"to {to}").says("no")


def test_moved_in_chinese_words(world: World) -> None:
    ann = booked(world)
    ann.language = "zh-CN"
    ann.says("简体中文")
    for words, to in (
        ("推迟一小时", "11月24日 周二 11:00"), ("能晚半个钟到吗", "11月24日 周二 10:30"),
        ("改到下周同一时间", "12月1日 周二 10:00"), ("提前一个半小时可以吗", "11月24日 周二 08:30"),
        ("约好的改成周四下午三点", "11月26日 周四 15:00"),
    ):  # fmt: skip
        ann.says(words).sees(f"改到{to}").says("不")


def test_while_it_is_asked_to_when(world: World) -> None:
    ann = booked(world).says("move my appointment").sees("When would you like to come?").says("an hour later")
    ann.sees("to Tue 24 Nov, 11:00").says("half an hour earlier").sees("to Tue 24 Nov, 09:30").says("yes").sees("Moved")


def test_which_of_several_is_said_by_its_work_or_its_day(world: World) -> None:
    """An oil change that is changed is no new one."""
    ann = booked(
        world,
        "oil change on Tuesday at ten for my A4 at East Harbour, I'll wait",
        "tyre rotation on Wednesday at nine for my A4 at East Harbour, I'll wait",
    )
    ann.says("Change my oil change on Tuesday to Friday").sees("Fri 27 Nov: what time?").says("cancel")
    ann.says("the tyre rotation, move it an hour later").sees("from Wed 25 Nov, 09:00 to Wed 25 Nov, 10:00").says("no")
    ann.says("cancel Wednesday").sees("Wed 25 Nov, 09:00").says("no")
    ann.says("what time is my appointment on Tuesday?").sees("Tue 24 Nov, 10:00", "Oil and filter change")
    ann.says("what time is my appointment?").sees("These are your appointments")


def test_cancelled_and_seen_in_words(world: World) -> None:
    ann = booked(world)
    for words in (
        "cancel Tuesday",
        "I have to miss my slot",
        "I no longer need the appointment",
        "周二的不去了",
        "取消周二的预约",
    ):
        assert state(ann.says(words))[0] == "booking.cancel", words
        ann.says("no" if words.isascii() else "不")
    for words in (
        "what time am I booked in?",
        "what day did I book the oil change",
        "when do I have to be there",
        "我约的几点",
        "查一下我的预约时间",
    ):
        assert state(ann.says(words))[0] is None, words
        ann.sees("24", "10:00")


def test_a_new_wish_beside_an_appointment_moves_nothing(world: World) -> None:
    ann = booked(world)
    ann.says("can you change the brake pads on Friday").sees("Which one do you mean?").says("cancel")
    assert state(ann.says("想提前预约周五洗车"))[1]["service"] == ["hand_wash"]
    with world.database.reading() as session:
        rows = session.query(Appointment).filter_by(source="chat", status=appointments.CONFIRMED)
        assert [row.starts_at for row in rows if row.customer_id] == [datetime(2026, 11, 24, 2, tzinfo=UTC)]


def test_who_says_their_appointment_again_sees_it(world: World) -> None:
    ann = booked(world).says("so the oil change is on Tuesday at ten").sees("Tue 24 Nov, 10:00")
    assert state(ann)[0] is None
    assert state(ann.says("oil change on Tuesday at three for my golf"))[0] == "booking.book"


def test_seen_given_up_and_moved_as_people_say_it(world: World) -> None:
    """With an appointment: whether it is on, that somebody else may have it, and that it shall be another day."""
    ann = booked(world)
    for words in (
        "did my booking go through?",
        "I forgot what time my appointment is",
        "have you got me down for Tuesday",
        "我忘了约的几点了",
        "我的预约成功了吗",
        "唔記得book咗邊日添",
        "what time was I booked in for again?",
        "do i have anything on with you next week?",
        "just confirming my A4 is in for Tuesday",
        "想check下我星期二係咪有booking",
    ):
        assert state(ann.says(words))[0] is None, words
        ann.sees("24", "10:00")
    for words in (
        "skip the oil change on Tuesday",
        "give my slot to somebody else",
        "那个号我不要了",
        "取销周二的预约",
        "個位俾第二個啦",
    ):
        assert state(ann.says(words))[0] == "booking.cancel", words
        ann.says("no" if words.isascii() else "不")
    for words in ("sorry, I have to reschedule", "I need a different day please", "我要改期", "想換個日子"):
        assert state(ann.says(words))[0] == "booking.move", words
        ann.says("cancel" if words.isascii() else "取消")
    assert state(ann.says("bump the oil change to Thursday"))[1]["day"] == "2026-11-26"
    assert state(ann.says("cancel").says("make it three rather than ten"))[1]["time"] == "15:00"
    ann.says("no").says("路上堵住了，往后推俩小时").sees("12:00")


def test_how_it_would_be_changed_is_a_question(world: World) -> None:
    ann = booked(world)
    for words in ("what happens if I need to reschedule", "can I scrap my old car with you", "改期要收費嗎", "怎么取消预约"):
        assert state(ann.says(words))[0] is None, words


def test_work_that_is_not_wanted_is_left_out(world: World) -> None:
    for words, service in (
        ("tyre rotation on Friday, no need for a wash", "tyre_rotation"),
        ("can you do the cabin filter on Friday? I don't need the oil", "cabin_filter"),
        ("禮拜五想洗車，打蠟唔使", "hand_wash"),
    ):
        answers = state(says(world, words))[1]
        assert (answers["service"], answers["day"]) == ([service], "2026-11-27"), words


def test_a_fault_and_a_time_want_somebody_to_look(world: World) -> None:
    for words in (
        "there's a knocking noise from the back. Thursday morning?",
        "方向盘抖动，周四上午能处理吗",
        "引擎有異音，禮拜四朝早得唔得",
    ):
        form, answers = state(says(world, words))
        assert (form, answers["day"]) == ("booking.book", "2026-11-26"), words
        assert "diagnostics" in answers["service+"], words
    for words in ("why is there a knocking noise from the back?", "胎压灯亮了怎么办", "煞車有異音是為什麼"):
        assert state(says(world, words))[0] is None, words


def test_a_likeness_is_no_name(world: World) -> None:
    """ "Plus" is no plug and "a service" no "AC service"; whose battery is checked tells the car."""
    for words, services in (
        ("a service plus the brakes looked at, Friday", ["minor_service", "brake_inspection"]),
        ("battery check on Friday for my Model Y", ["ev_check"]),
        ("週五檢查電池，我的車是Model 3", ["ev_check"]),
        ("周五给高尔夫检查电池", ["battery_12v"]),
    ):
        assert state(says(world, words))[1]["service"] == services, words
    assert "service" not in state(says(world, "the car wants a service, anything on Friday?"))[1]


def test_who_says_only_when_wants_to_come(world: World) -> None:
    for words, day in (
        ("tomorrow 3pm?", "22"), ("Fri not possible sorry, wed instead 2pm ok", "25"), ("friday works", "27"),
        ("can we say the 27th instead", "27"), ("周一不行，周二上午吧", "24"),
        ("星期五唔得呀，星期六就可以", "28"), ("聽日兩點得唔得", "22"),
    ):  # fmt: skip
        form, answers = state(says(world, words))
        assert (form, answers.get("day")) == ("booking.book", f"2026-11-{day}"), words
    for words in (
        "see you tomorrow at 9",
        "聽日見",
        "any staff on Sunday?",
        "happy Friday",
        "no service today?",
        "今天没有服务吗",
    ):
        assert state(says(world, words))[0] != "booking.book", words


def test_who_wants_to_be_booked_in_is(world: World) -> None:
    for words in ("can I get booked in", "appointment please", "hi, could we book in please"):
        assert state(says(world, words))[0] == "booking.book", words
    for words in ("can I book online?", "how do I book?"):
        assert state(says(world, words))[0] is None, words


def test_a_fault_and_a_time_want_a_look_at_the_car(world: World) -> None:
    for words in (
        "won't start, can I come tomorrow 9?",
        "打不着火，明天上午能来吗",
        "聽日打唔著火，可唔可以嚟",
        "刹车有异响 周一上午过去看看",
    ):
        form, answers = state(says(world, words))
        assert (form, "diagnostics" in answers.get("service+", ())) == ("booking.book", True), words


def test_what_is_named_once_for_two_services(world: World) -> None:
    _, answers = state(says(world, "wheel alignment n balancing wed"))
    assert answers["service"] == ["wheel_balance", "wheel_alignment"]


def test_an_appointment_is_moved_shown_and_given_up_in_more_words(world: World) -> None:
    ann = booked(world)
    for words, form, day in (
        ("can the service go back a week, it was for the 24th", "booking.move", "2026-12-01"),
        ("Could you push back the valet to Friday", "booking.move", "2026-11-27"),
        ("Earlier slot available? currently have 10am Tuesday", "booking.move", None),
        ("本来约的24号，推迟一周", "booking.move", "2026-12-01"),
        ("转去星期五朝早得唔得", "booking.move", "2026-11-27"),
        ("Please cancel booking ref 40217", "booking.cancel", None),
        ("唔使啦，我搵到第二間", "booking.cancel", None),
        ("I have found another garage", "booking.cancel", None),
    ):
        state_after = state(ann.says(words))
        assert (state_after[0], state_after[1].get("day")) == (form, day), words
        ann.says("cancel") if form == "booking.move" else ann.says("no")
    for words in ("睇返我有咩預約", "我係咪約咗星期二", "查一下我名下的预约"):
        assert state(ann.says(words))[0] is None, words
        ann.sees("10:00")


def test_a_time_below_the_question_for_a_price_books(world: World) -> None:
    for language, first, then, more in (
        ("zh-CN", "多少钱", "明天能做吗", {}),
        ("zh-CN", "刹车片多少钱", "周三上午能做吗", {"service+": ["brake_pads_front", "brake_pads_rear"]}),
        ("zh-CN", "换轮胎多少钱", "能做吗，明天上午", {"service": ["tyre_change"]}),
        ("en", "how much is it", "can you do it tomorrow at 10", {"time": "10:00"}),
    ):
        form, answers = state(world.customer(language=language).says(first).says(then))
        assert form == "booking.book", then
        assert {name: answers.get(name) for name in more} == more, then


def test_below_an_answer_about_a_fault_a_diagnosis_is_offered(world: World) -> None:
    ann = world.customer().says("my window is stuck and wont go up").presses("Book a visit")
    ann.sees("Is it this one?").presses("Fault diagnosis")
    assert state(ann)[1]["service"] == ["diagnostics"]


def test_a_time_in_other_words_is_no_wish_to_come(world: World) -> None:
    for words in ("可以自己帶機油過來只收工時費嗎", "牙痛兩天要看哪一科"):
        form, _ = state(says(world, words))
        assert form is None, words


def test_more_that_is_no_wish_and_no_such_service(world: World) -> None:
    for words in ("做保養要幾耐，可唔可以等", "my service light is on, how soon should I come", "这周三会员日保养打几折"):
        assert state(says(world, words))[0] != "booking.book", words
    form, answers = state(says(world, "warning light came on, can u plug it in Monday at 4"))
    assert (form, answers.get("service", []), answers["service+"]) == ("booking.book", [], ["diagnostics"])
    _, answers = state(says(world, "变速箱抖，想让师傅路试一下，周一上午"))
    assert "test_drive" not in answers.get("service", [])


def test_a_wish_in_pieces(world: World) -> None:
    """What is wrong, the car and the time, each for itself and no word of a visit."""
    for words, service, when in (
        ("rear brakes squeak. passat estate. wednesday", "brake_pads_rear", {"day": "2026-11-25"}),
        ("engine light is on - golf - monday 9am", None, {"day": "2026-11-23", "time": "09:00"}),
        ("空调不制热，急，五菱缤果，家里老人要坐，周一下午能不能插个队", None, {"day": "2026-11-23"}),
        ("冷氣不冷\nYaris\n星期一早上", None, {"day": "2026-11-23"}),
        ("上门取车吗？周五九点到十点来取，做个大保养，汉兰达", "major_service", {"day": "2026-11-27", "transport": "pickup"}),
        ("I got ur sms for the wash. how to book? tmr 2pm", "hand_wash", {"day": "2026-11-22", "time": "14:00"}),
    ):
        form, answers = state(says(world, words))
        assert form == "booking.book", words
        assert {name: answers.get(name) for name in when} == when, words
        assert answers["service"] == [service] if service else answers.get("service+"), words


def test_pieces_that_are_no_wish(world: World) -> None:
    for words in (
        "my brakes squeaked on tuesday. is that bad?",
        "the engine light came on. this morning",
        "brakes squeal, since monday",
        "How long does an oil change take? tomorrow I have a meeting",
        "刹车异响，昨天开始的，明天要跑长途，能开吗",
        "are you open? sunday",
    ):
        assert state(says(world, words))[0] is None, words


def test_the_same_as_last_time(world: World) -> None:
    ann = booked(world)
    world.passes(days=60)
    form, answers = state(ann.says("hi it's Ann again, same as last time, friday 3pm"))
    assert (form, answers["service"], answers["time"]) == ("booking.book", ["oil_change"], "15:00")
    form, answers = state(world.customer(language="zh-TW").says("老樣子，禮拜五早上"))
    assert (form, "service" in answers) == ("booking.book", False)


def test_the_one_that_is_offered_is_taken_by_going_on(world: World) -> None:
    """Who is asked "is it this one?" says yes, or goes on about the car, the store or the time; a no is no yes."""
    first = "engine light is on. friday afternoon"
    for words in ("yes", "yes that one", "it's a 2019 golf", "at East Harbour please"):
        assert state(says(world, first).says(words))[1].get("service") == ["diagnostics"], words
    for words in ("no", "what does that cost?"):
        assert "service" not in state(says(world, first).says(words))[1], words
    assert state(says(world, first).says("no, oil change"))[1]["service"] == ["oil_change"]


def test_below_a_visit_that_was_booked_its_hour_is_changed_and_more_work_is_for_its_day(world: World) -> None:
    ann = booked(world).says("actually can we make it 11").sees("Tue 24 Nov, 11:00", "Move")
    ann.presses("Yes, move it").sees("Moved").says("i also need a car wash").sees("Tue 24 Nov: what time?")
    ann.says("cancel").says("i may be 15 minutes late").sees("We keep your place")
    ann = (
        says(world, "四轮定位，周四十点，A4，东港店，我在店里等")
        .says("13800138001")
        .sees("预约成功")
        .says("可能会晚到15分钟")
        .sees("保留")
    )


def test_a_word_after_the_hour_is_no_minute_and_work_is_added(world: World) -> None:
    ann = says(world, "帮我约后天上午九点四轮定位，宝马X3，东港店")
    assert state(ann)[1]["time"] == "09:00"
    ann.says("能加个洗车吗")
    assert state(ann)[1]["service"] == ["wheel_alignment", "hand_wash"]


def test_when_can_i_come_is_about_what_was_answered(world: World) -> None:
    for language, asked, then, service in (
        ("en", "how much is a hand wash?", "ok when can i come", "hand_wash"),
        ("en", "how much is wheel alignment?", "when can I bring it in?", "wheel_alignment"),
        ("zh-TW", "A4鍍膜多少錢", "幾時可以嚟", "ceramic_coating"),
        ("zh-CN", "A4小保养多少钱", "什么时候可以来", "minor_service"),
    ):
        form, answers = state(world.customer(language=language).says(asked).says(then))
        assert (form, answers["service"]) == ("booking.book", [service]), then


def test_who_goes_on_about_something_else_leaves_the_rest_to_us(world: World) -> None:
    """Which store is said back before anything is booked, and need not be asked a third time; which work is never guessed."""
    ann = says(world, "My Jazz is due its yearly service, I think")
    ann.sees("Which one do you mean?").says("Friday morning would suit me").sees("Which one do you mean?").says("the minor one")
    ann.sees("At which store?").says("no wait, Thursday 10am. Margaret, 13800138000")
    ann.sees("Minor service", "Thu 26 Nov, 10:00", "Honda Jazz", "Shall I book it?")
    bob = says(world, "周四下午两点做个四轮定位 雷凌").sees("哪家店").says("那个啥来着").says("姓佟")
    bob.sees("四轮定位", "11月26日 周四 14:00")
    carol = says(world, "周四下午两点做个四轮定位 雷凌").sees("哪家店").says("有点贵啊").says("那取消吧 我找熟人做")
    assert state(carol)[0] is None


def test_a_number_among_other_words_is_taken(world: World) -> None:
    _, answers = state(says(world, "oil change on Friday at ten for my A4, I'm Margaret, 138 0013 8000"))
    assert answers["phone"] == "+8613800138000"
    for words in ("oil change on Friday at ten for my A4, 138000 km", "oil change on Friday, VIN LFV3A28K5A3012345"):
        assert "phone" not in state(says(world, words))[1], words


def test_who_stands_by_the_road_is_not_booked_in(world: World) -> None:
    for words in (
        "將軍澳隧道啱啱出咗嚟 爆咗呔 後呔",
        "I've broken down on the motorway, flat tyre, no spare",
        "爆胎了，没备胎，今天下午四点前要到机场",
    ):
        assert state(says(world, words))[0] is None, words


def test_work_that_no_store_does_together_is_refused_kindly(world: World) -> None:
    """Added when the store was asked: then there is none to choose, and the form asks for the work again."""
    ann = says(world, "wheel alignment thursday 2pm for my golf").sees("At which store?").says("also a ceramic coating")
    assert "went wrong" not in ann.last.text
    form, answers = state(ann)
    assert (form, answers["day"], answers["car"]) == ("booking.book", "2026-11-26", {"model": "vw_golf"})


def test_when_the_car_must_be_ready_bounds_the_visit_and_is_no_day_to_come_on(world: World) -> None:
    """Whoever books sees times until then, and the advisor reads the words."""
    for words, last in (
        ("major service by 12/4 for my A4 at East Harbour", "2026-12-04"),
        ("Need my Golf back by 5pm thursday, can you do the front brake pads that day", "2026-11-26"),
        ("oil change needs to be done by Friday, A4", "2026-11-27"),
        ("I need it ready by tuesday 4pm, minor service golf", "2026-11-24"),
        ("周五之前要拿车 奥迪A4 换机油", "2026-11-26"),
        ("周三五点前要用车 小保养 高尔夫", "2026-11-25"),
        ("12月4号之前做完大保养 A4", "2026-12-03"),
        ("週五前要交車 大保養 A4", "2026-11-26"),
        ("星期五之前要攞返架車 換前迫力皮 BMW X3", "2026-11-26"),
        ("要出远门 下周四前把机油和刹车油都换了 高尔夫", "2026-11-25"),
    ):
        form, answers = state(says(world, words))
        assert (form, answers.get("day"), answers.get("window")) == ("booking.book", None, {"last": last}), words
        assert answers["note"], words


def test_whether_a_car_that_is_here_is_ready_by_then_is_no_wish(world: World) -> None:
    for words in ("我的车周五之前能修好吗", "can you have it ready by friday", "will my car be ready by 5"):
        assert state(says(world, words))[0] is None, words


def test_a_day_to_come_on_stays_one_beside_a_deadline(world: World) -> None:
    for words, day, noted in (
        ("oil change golf monday, need it back by 3", "2026-11-23", True),
        ("下午三点前要取车 换机油 高尔夫 周一", "2026-11-23", True),
        ("Can I drop the car tonight and collect friday, minor service", "2026-11-21", True),
        ("i'll drop by friday for an oil change on my golf", "2026-11-27", False),
        ("can you collect my golf on friday for a minor service", "2026-11-27", False),
        ("minor service monday for my golf, i can be there by 10", "2026-11-23", False),
    ):
        _, answers = state(says(world, words))
        assert (answers.get("day"), "note" in answers) == (day, noted), words
