"""What is said beside the answer in a booking: the place in a list, a second car, who else comes, "add it" below a price."""

from typing import Any

import pytest
from sqlalchemy import select

from storage import chats
from storage.appointments import Appointment
from storage.customers import Customer as Customers
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def answers(ann: Customer) -> dict[str, Any]:
    assert ann.outcome is not None
    with ann.world.database.reading() as session:
        chat = chats.get(session, ann.outcome.chat_id)
        assert chat is not None
        return dict(chat.answers)


def at_the_times(world: World, language: str, words: str, store: str) -> Customer:
    return world.customer(language=language).says(words).says(store)


@pytest.mark.parametrize(
    ("language", "words", "first"),
    [
        ("en", "can I book an oil change for my Golf", "1"),
        ("zh-CN", "高尔夫想约换机油", "第一个"),
        ("zh-TW", "想預約換機油 Golf", "1"),
    ],
)
def test_the_place_in_a_list_of_stores_and_times_is_no_hour(world: World, language: str, words: str, first: str) -> None:
    ann = world.customer(language=language).says(words).says("1")
    assert answers(ann)["store"] == "east"
    assert "time" not in answers(ann)
    label = ann.labels[0]
    ann.says(first)
    assert label.endswith(answers(ann)["time"])


def test_a_number_that_may_be_an_hour_too_is_asked_about(world: World) -> None:
    ann = world.customer().says("can I book an oil change for my Golf").says("2")
    second = ann.labels[1]
    ann.says("2").sees("Which one do you mean?")
    assert second == ann.labels[0]
    assert ann.labels[1].endswith("14:00")


def test_an_hour_typed_below_fewer_times_is_an_hour(world: World) -> None:
    ann = world.customer().says("can I book an oil change for my Golf on Friday").says("2").says("10")
    assert answers(ann)["time"] == "10:00"


@pytest.mark.parametrize("typed", ["-1", "0", "-2"])
def test_no_place_in_a_list_chooses_none(world: World, typed: str) -> None:
    ann = world.customer().says("can I book an oil change for my Golf on Friday").says("2")
    assert "day" in answers(ann)
    assert "time" not in answers(ann)
    ann.says(typed)
    assert "time" not in answers(ann)


def test_ok_yes_confirm_books(world: World) -> None:
    ann = world.customer()
    ann.says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000").sees("You're booked!")
    ann.says("alignment on Wednesday at ten for my A4 at East Harbour").sees("Shall I book it?").says("ok yes confirm")
    ann.sees("You're booked!")


@pytest.mark.parametrize(
    ("language", "wish", "price", "add"),
    [
        ("en", "oil change on Friday morning for my Golf", "how much is a wheel alignment?", "add it"),
        ("zh-CN", "周五上午高尔夫换机油", "四轮定位多少钱", "那也一起做吧"),
        ("zh-TW", "週五早上Golf換機油", "四輪定位多少錢", "加上去"),
    ],
)
def test_what_was_priced_in_the_form_is_added(world: World, language: str, wish: str, price: str, add: str) -> None:
    ann = world.customer(language=language).says(wish).says(price).says(add)
    assert answers(ann)["service"] == ["oil_change", "wheel_alignment"]


@pytest.mark.parametrize(
    ("language", "words", "work"),
    [
        ("en", "my mum's Golf needs an oil change and I need a wheel alignment on my A4, Thursday morning?", "wheel_alignment"),
        ("zh-CN", "我老婆的高尔夫换机油，我的A4做四轮定位，周四上午", "wheel_alignment"),
        ("zh-TW", "Golf和A4都要換機油，週四早上", "oil_change"),
    ],
)
def test_two_cars_are_two_visits_one_after_the_other(world: World, language: str, words: str, work: str) -> None:
    ann = world.customer(language=language).says(words)
    known = answers(ann)
    assert (known["service"], known["car"]["model"]) == (["oil_change"], "vw_golf")
    assert (known["later"]["service"], known["later"]["car"]["model"]) == ([work], "audi_a4")
    ann.says("1").says("10:00").says("13800138000")
    ann.presses(ann.labels[0])
    assert (answers(ann)["service"], answers(ann)["car"]["model"]) == ([work], "audi_a4")


@pytest.mark.parametrize(
    ("language", "words", "note"),
    [
        (
            "en",
            "oil change for my Golf at Pine Hill on Tuesday at 10, my wife will bring it, call her on 13800138000",
            "my wife will bring it, call her on 13800138000",
        ),
        ("zh-CN", "周二上午十点松岭店高尔夫换机油，我老婆送过去，到时联系她13800138000", "我老婆送过去, 到时联系她13800138000"),
        ("zh-TW", "週二早上十點松嶺店Golf換機油，我先生會開過去", "我先生會開過去"),
    ],
)
def test_who_else_brings_the_car_is_noted(world: World, language: str, words: str, note: str) -> None:
    assert answers(world.customer(language=language).says(words))["note"] == note


@pytest.mark.parametrize(
    ("language", "words", "none"),
    [
        ("en", "reschedule please", "no appointment"),
        ("zh-CN", "我想改一下预约时间", "没有看到您的预约"),
        ("zh-HK", "我想改返個預約時間", "沒有看到您的預約"),
    ],
)
def test_who_moves_an_appointment_without_one_is_told_so(world: World, language: str, words: str, none: str) -> None:
    world.customer(language=language).says(words).sees(none)


# -- names, counts, haste, a yes: what is no answer to the question and no car either ------------------------------------------


@pytest.mark.parametrize(
    ("language", "wish", "told", "name"),
    [
        (
            "en",
            "tyre change please",
            ("my name's Tom Beattie", "4 of them", "hurry up pls", "thanks", "what time"),
            "Tom Beattie",
        ),
        ("zh-CN", "换轮胎 帮我约一下", ("我叫李强", "4条", "快点", "谢谢", "几点有位"), "李强"),
        ("zh-HK", "想換車胎", ("我姓陳", "4條", "快啲", "唔該晒", "幾點有位"), "陳"),
    ],
)
def test_what_people_say_besides_is_no_car(world: World, language: str, wish: str, told: tuple[str, ...], name: str) -> None:
    ann = world.customer(language=language).says(wish)
    asked = ann.last.text
    for words in told:
        ann.says(words).sees(asked)
        assert ann.labels[0].endswith(("A3", "A4")), (words, ann.labels[0])
    assert answers(ann)["name"] == name


def test_a_name_and_a_number_said_on_the_way_are_kept(world: World) -> None:
    ann = world.customer(language="zh-CN").says("周四上午十点换机油 东港店").says("我叫李强 手机13912345678").says("A4")
    ann.says("是").sees("预约成功")
    with world.database.reading() as session:
        [row] = session.scalars(select(Appointment)).all()[-1:]
        assert row.customer_id is not None
        assert (session.get_one(Customers, row.customer_id).name, row.phone) == ("李强", "+8613912345678")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("换机油顺便四轮定位", ["oil_change", "wheel_alignment"]), ("洗車同埋打蠟", ["hand_wash", "wax"]),
        ("oil change and rotate the tyres Saturday", ["oil_change", "tyre_rotation"]),
        ("理想l6 想做个四轮定位 顺便检查刹车", ["brake_inspection", "wheel_alignment"]),
        ("賓士c200要換雨刷跟機油 禮拜六可以嗎", ["oil_change", "wiper_blades"]),
        ("机油和刹车油一起换 周二早上", ["oil_change", "brake_fluid"]), ("wash pls", ["hand_wash"]),
    ],
)  # fmt: skip
def test_all_the_work_of_one_message_is_taken(world: World, words: str, codes: list[str]) -> None:
    ann = world.customer(language="en" if words.isascii() else "zh-TW").says(words)
    assert answers(ann)["service"] == codes


@pytest.mark.parametrize(
    ("language", "words", "piece"),
    [
        ("en", "oil change and a sunroof repair on Sunday at 10 for my A4 at East Harbour", "a sunroof repair"),
        ("zh-CN", "换机油顺便修天窗 周日十点 A4 东港店", "修天窗"),
        ("zh-TW", "換機油同埋裝倒車鏡頭 禮拜日十點 A4 東港店", "裝倒車鏡頭"),
    ],
)
def test_work_that_is_not_on_file_is_said_back_and_written_down(world: World, language: str, words: str, piece: str) -> None:
    ann = world.customer(language=language).says(words)
    assert ann.last.text.count(piece) == 2, "above, and as the note"
    assert answers(ann)["service"] == ["oil_change"]


def test_work_of_two_stores_is_two_visits(world: World) -> None:
    ann = world.customer(language="zh-TW").says("洗車同埋打蠟 禮拜日十點 A4 東港店").sees("打蠟也記下了", "手工洗車")
    assert answers(ann)["later"] == {"service": ["wax"]}


@pytest.mark.parametrize(
    ("language", "words"),
    [("zh-CN", "四万五公里保养 奥迪A4"), ("en", "45,000 km service for my A4"), ("zh-TW", "四萬五公里保養")],
)
def test_a_service_by_a_mileage_of_no_service_asks_which(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert answers(ann)["service+"] == ["minor_service", "major_service"]


def test_who_is_to_be_called_at_the_visit_calls_nobody_now(world: World) -> None:
    ann = world.customer(language="zh-HK").says("換機油 A4 聽日朝早十點 到時打給我先生 9123 4567")
    assert "打給我先生 9123 4567" in answers(ann)["note"]
    ann.says("東港店").sees("打給我先生 9123 4567")


@pytest.mark.parametrize(
    ("language", "wish", "not_then", "then", "same", "at"),
    [
        ("en", "oil change on thursday at 10 for my A4 at East Harbour", "no wait not thursday", "friday", "same time",
         "Fri 27 Nov, 10:00"),
        ("zh-CN", "换机油 周四上午十点 奥迪A4 东港店", "周四不行", "周五", "同样的时间", "11月27日 周五 10:00"),
    ],
)  # fmt: skip
def test_a_day_that_is_taken_back_is_asked_for_again(
    world: World, language: str, wish: str, not_then: str, then: str, same: str, at: str
) -> None:
    ann = world.customer(language=language).says(wish).says(not_then)
    assert "day" not in answers(ann)
    ann.says(then).says(same).sees(at)
    assert "car" in answers(ann)


def test_a_yes_below_what_was_booked_books_nothing_more(world: World) -> None:
    ann = (
        world.customer().says("oil change on thursday at 10 for my A4 at East Harbour").says("13800138000").sees("You're booked")
    )
    ann.says("yes book it").sees("Oil and filter change", "Confirmed")


@pytest.mark.parametrize(
    ("language", "words", "hours"),
    [("zh-HK", "禮拜日有冇開", "週日：09:00–12:00"), ("zh-HK", "樓下有冇得泊車", "停車"), ("zh-CN", "周日开门不", "周日：09")],
)  # fmt: skip
def test_hours_and_parking_are_answered_in_the_middle(world: World, language: str, words: str, hours: str) -> None:
    ann = world.customer(language=language).says("我想換機油")
    asked = ann.last.text
    ann.says(words).sees(hours)
    assert asked in ann.last.text or language == "zh-CN"


def test_the_store_of_the_page_is_not_asked_for(world: World) -> None:
    ann = world.customer().does("text", text="oil change for my A4 on thursday at ten", store="west")
    ann.sees("Pine Hill", "On which number")


@pytest.mark.parametrize(
    ("language", "words", "which", "codes"),
    [
        ("en", "oil change and brake pads on Saturday, golf", "front", ["oil_change", "brake_pads_front"]),
        ("zh-CN", "机油和刹车片一起换 周二早上 高尔夫", "前", ["oil_change", "brake_pads_front"]),
        ("zh-HK", "換偈油同埋迫力皮 禮拜六 golf", "後", ["oil_change", "brake_pads_rear"]),
    ],
)
def test_work_of_which_one_is_asked_loses_no_other_work(
    world: World, language: str, words: str, which: str, codes: list[str]
) -> None:
    ann = world.customer(language=language).says(words)
    ann.says(which)
    assert answers(ann)["service"] == codes


@pytest.mark.parametrize(
    ("words", "car"),
    [
        ("三万公里保养 周日上午 元plus", "BYD Atto 3"), ("想預約下週三早上保養 corolla cross", "Toyota Corolla Cross"),
        ("五菱宏光mini换机油", "Wuling Hongguang Mini EV"), ("问界m7保养多久能约上", "AITO M7"),
        ("星越L 洗车", "Geely Xingyue L"),
    ],
)  # fmt: skip
def test_a_car_that_is_known_by_name_is_no_other_that_is_alike(world: World, words: str, car: str) -> None:
    ann = world.customer(language="zh-CN").says(words)
    assert answers(ann)["car"]["name"] == car


def test_detailing_without_a_word_of_which_offers_what_there_is(world: World) -> None:
    ann = world.customer().says("got u any slots tmrw for detailing my x3").sees("Which one do you mean?")
    assert "Waxing" in ann.labels
    assert answers(ann)["car"] == {"model": "bmw_x3"}


def test_a_number_of_somebody_else_is_not_lost(world: World) -> None:
    ann = world.customer().says("book a minor service for my wife's car, mazda cx5, her number is 0412 345 678")
    assert "0412 345 678" in answers(ann)["note"]


def test_work_named_before_the_day_is_all_remembered(world: World) -> None:
    ann = world.customer(language="zh-CN").says("机油和刹车片一起换 要等多久").says("行吧周二早上").says("前")
    assert answers(ann)["service"] == ["oil_change", "brake_pads_front"]


def test_who_is_asked_what_shall_be_done_may_tell_what_is_wrong(world: World) -> None:
    ann = world.customer(language="zh-HK").says("想整車").says("冷氣唔凍")
    assert "diagnostics" in answers(ann)["service+"]
    ann.says("第二個")
    assert answers(ann)["service"] == ["diagnostics"]


@pytest.mark.parametrize(
    ("language", "words", "work"),
    [
        ("en", "alignment + balance", ["wheel_balance", "wheel_alignment"]),
        ("en", "balance and alignment tomorrow", ["wheel_balance", "wheel_alignment"]),
        ("en", "oil & filter + tyre rotation tomorrow", ["oil_change", "tyre_rotation"]),
        ("en", "front and rear brake pads, tuesday at 10", ["brake_pads_front", "brake_pads_rear"]),
        ("zh-CN", "前后刹车片都要换 周二上午", ["brake_pads_front", "brake_pads_rear"]),
        ("zh-TW", "煞車皮前後都要換，週四早上九點", ["brake_pads_front", "brake_pads_rear"]),
        ("en", "dont need the full service just an oil change friday 4pm", ["oil_change"]),
        ("zh-CN", "不做大保养，就换个机油机滤加空调滤芯，27号下午", ["oil_change", "cabin_filter"]),
        ("zh-TW", "請問這週日下午能不能做車內除臭？車是X3", ["odour_removal"]),
    ],
)
def test_all_the_work_that_is_wanted_and_no_other(world: World, language: str, words: str, work: list[str]) -> None:
    assert answers(world.customer(language=language).says(words))["service"] == work


def test_the_end_of_the_car_belongs_to_its_own_work(world: World) -> None:
    ann = world.customer().says("rear brake pads and the front tyres replaced on tuesday")
    assert "brake_pads_front" not in str(answers(ann))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-HK", "聽日想整迫力"),
        ("zh-HK", "聽日整迫力得唔得"),
        ("en", "can i get my brakes done tomorrow"),
        ("zh-CN", "明天想修刹车"),
    ],
)
def test_a_part_of_the_car_brings_what_is_done_to_it(world: World, language: str, words: str) -> None:
    assert "brake_inspection" in answers(world.customer(language=language).says(words))["service+"]


def test_to_check_one_thing_is_not_to_check_another(world: World) -> None:
    ann = world.customer(language="zh-HK").says("後日朝早十點想換偈油同埋check下迫力，架A3")
    assert answers(ann)["service"] == ["oil_change", "brake_inspection"]


@pytest.mark.parametrize(
    ("language", "words", "last"),
    [
        ("en", "oil change for my Golf on Friday at Pine Hill, must be done before 17:00", "16:00"),
        ("en", "oil change for my Golf on Friday at Pine Hill, need it back by 3pm", "14:00"),
        ("zh-CN", "高尔夫周五换机油 松岭店 下午五点前要取车", "16:00"),
        ("zh-TW", "Golf週五換機油 松嶺店 中午前要取車", "11:00"),
    ],
)
def test_the_hour_by_which_the_car_must_be_ready_bounds_the_times(world: World, language: str, words: str, last: str) -> None:
    ann = world.customer(language=language).says(words)
    assert [label for label in ann.labels if ":" in label][-1] == last


@pytest.mark.parametrize(
    ("language", "words", "none_after"),
    [
        ("en", "oil change for my Golf at Pine Hill by Monday 10am", "Mon 23 Nov, 09:"),
        ("zh-CN", "周一上午10点前要把高尔夫的机油换好 松岭店", "11月23日 周一 09:"),
    ],
)
def test_the_hour_of_a_day_bounds_the_last_day_only(world: World, language: str, words: str, none_after: str) -> None:
    world.passes(hours=10)  # Saturday evening: only Monday morning is left
    ann = world.customer(language=language).says(words)
    assert [label for label in ann.labels if ":" in label][-1].startswith(none_after)


def test_work_that_takes_longer_than_the_hour_allows_says_so(world: World) -> None:
    ann = world.customer().says("ceramic coating for my Golf on Friday, must be done before 17:00")
    ann.sees("The work takes longer than that")


@pytest.mark.parametrize(
    ("language", "wish", "asked", "seen"),
    [
        (
            "en",
            "A4 on Tuesday 10am, service",
            "how much is it",
            ["Minor service · Audi A4: ¥899", "Major service · Audi A4: ¥2,299"],
        ),
        ("zh-CN", "周二上午A4保养", "多少钱", ["小保养 · 奥迪A4：¥899", "大保养 · 奥迪A4：¥2,299"]),
        ("zh-CN", "周二上午A4保养", "小保养多少钱", ["小保养 · 奥迪A4：¥899"]),
        ("zh-TW", "週二早上A4換機油還有四輪定位", "多少錢", ["更換機油與機油芯 · 奧迪A4：¥699", "四輪定位：¥298"]),
    ],
)
def test_what_is_open_is_priced_line_by_line(world: World, language: str, wish: str, asked: str, seen: list[str]) -> None:
    ann = world.customer(language=language).says(wish)
    before = answers(ann)
    ann.says(asked).sees(*seen)
    assert answers(ann) == before


@pytest.mark.parametrize(
    ("language", "words", "work"),
    [
        ("en", "60,000 km service on Tuesday at 10 for my A4", ["major_service"]),
        ("en", "service due, 50,000 km", ["minor_service"]),
        ("zh-CN", "6万公里保养", ["major_service"]),
        ("zh-CN", "五千公里保养 周二上午", ["first_service"]),
        ("zh-TW", "想預約三萬公里保養", ["minor_service"]),
    ],
)
def test_a_service_by_its_mileage_is_the_one_of_the_catalogue(world: World, language: str, words: str, work: list[str]) -> None:
    assert answers(world.customer(language=language).says(words))["service"] == work


@pytest.mark.parametrize("words", ["52,500 km service on tuesday", "tuesday service pls, last at 40,000 km"])
def test_a_mileage_that_no_service_is_for_leaves_the_question(world: World, words: str) -> None:
    assert answers(world.customer().says(words))["service+"] == ["minor_service", "major_service"]


def test_the_mileage_answers_which_service(world: World) -> None:
    ann = world.customer().says("service on tuesday for my A4").sees("Which one").says("it has 70,000 km")
    assert answers(ann)["service"] == ["minor_service"]


def test_two_cars_in_a_list_by_a_character_and_a_name(world: World) -> None:
    known = answers(world.customer(language="zh-CN").says("两台车，汉和Q5，都要洗车，周日上午"))
    assert (known["car"], known["later"]["car"]) == ({"model": "byd_han"}, {"model": "audi_q5"})
    assert known["service"] == known["later"]["service"] == ["hand_wash"]


def test_who_cannot_make_the_day_is_asked_about_the_visit_that_they_have(world: World) -> None:
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000")
    ann.says("something came up, cant make tuesday after all").sees("Tue 24 Nov")


def test_a_place_that_is_refused_leaves_the_day_alone(world: World) -> None:
    ann = world.customer().says("not the studio - book me into pine hill for brake fluid on 1 dec at 9.30")
    assert (answers(ann)["store"], answers(ann)["day"], answers(ann)["time"]) == ("west", "2026-12-01", "09:30")


@pytest.mark.parametrize(
    ("language", "words", "last"),
    [
        ("zh-HK", "老婆架Golf要做年檢，最遲星期五要攞返車", "2026-11-27"),
        ("zh-CN", "A4换机油，最晚周三中午要提车 东港店", "2026-11-25"),
    ],
)
def test_the_latest_day_to_fetch_the_car_bounds_the_days(world: World, language: str, words: str, last: str) -> None:
    assert answers(world.customer(language=language).says(words))["window"]["last"] == last


@pytest.mark.parametrize(
    ("language", "wish", "asked", "told", "again"),
    [
        ("zh-TW", "聽日想整迫力", "做鍍晶要多久", "鍍膜大約1天", "您指的是哪一個"),
        ("zh-CN", "明天换前刹车片", "6万公里保养多少钱", "大保养", "哪一款"),
        ("en", "front brake pads tomorrow", "how much is a 60,000 km service", "Major service", "Audi A4"),
    ],
)
def test_a_question_about_other_work_is_no_choice_and_no_reading(
    world: World, language: str, wish: str, asked: str, told: str, again: str
) -> None:
    ann = world.customer(language=language).says(wish).says(asked).sees(told)
    assert again in f"{ann.last.text} {ann.labels}"
    assert "60,000" not in ann.last.text


@pytest.mark.parametrize(
    ("language", "wish", "words", "kept"),
    [
        ("en", "book a car wash for tomorrow afternoon", "actually make it a full detailing", []),
        ("en", "book an oil change for tomorrow afternoon", "my brakes squeak too", ["oil_change"]),
        ("zh-CN", "想约明天下午换机油", "另外刹车也做一下", ["oil_change"]),
        ("zh-TW", "想約明天下午換機油", "改做美容好了", []),
    ],
)
def test_work_of_which_one_is_asked_is_not_said_to_be_taken(
    world: World, language: str, wish: str, words: str, kept: list[str]
) -> None:
    """Not "all right", and the old work all the same."""
    ann = world.customer(language=language).says(wish).says(words)
    known = answers(ann)
    assert (known.get("service"), known.get("with", [])) == (None, kept)
    chosen = known["service+"][0]
    ann.presses(ann.labels[0])
    assert answers(ann)["service"] == [*kept, chosen]


def test_work_that_is_only_spoken_of_changes_nothing(world: World) -> None:
    ann = world.customer().says("book an oil change for tomorrow afternoon").says("I had the brakes done last week")
    assert answers(ann)["service"] == ["oil_change"]
    assert "All right" not in ann.last.text


@pytest.mark.parametrize(
    ("language", "wish", "words"),
    [
        ("en", "book an oil change for tomorrow afternoon", "the dashboard rattles"),
        ("zh-CN", "想约明天下午换机油", "仪表台有异响"),
    ],
)
def test_what_is_wrong_with_the_car_is_written_down(world: World, language: str, wish: str, words: str) -> None:
    ann = world.customer(language=language).says(wish).says(words)
    assert words in answers(ann)["note"]
    assert answers(ann)["service"] == ["oil_change"]


KEPT = {
    "en": "book an oil change on Tuesday at 11 for my A4 at east harbour",
    "zh-CN": "周二上午十一点换机油 奥迪A4 东港店",
    "zh-HK": "星期二朝早十一點換機油 奧迪A4 東港店",
}


@pytest.mark.parametrize(
    ("language", "words", "day", "clock"),
    [
        ("en", "bring it forward an hour", "2026-11-24", "10:00"),
        ("en", "same time next week instead", "2026-12-01", "11:00"),
        ("zh-CN", "隔天吧", "2026-11-25", "11:00"),
        ("zh-CN", "第二天早上九点吧", "2026-11-25", "09:00"),
        ("en", "the next day at 9 please", "2026-11-25", "09:00"),
        # Whoever comes for the car comes when it is done: no other time, and no wish that we bring it.
        ("en", "I'll come back and pick it up at 5", "2026-11-24", "11:00"),
        ("zh-CN", "我下午五点来取车", "2026-11-24", "11:00"),
        ("zh-HK", "我五點嚟攞車", "2026-11-24", "11:00"),
        ("en", "when can I pick it up", "2026-11-24", "11:00"),
        ("zh-CN", "几点能取车", "2026-11-24", "11:00"),
    ],
)
def test_another_time_is_counted_from_the_one_that_is_kept(world: World, language: str, words: str, day: str, clock: str) -> None:
    ann = world.customer(language=language).says(KEPT[language])
    assert answers(ann)["time"] == "11:00"
    ann.says(words)
    known = answers(ann)
    assert (known["day"], known["time"], known.get("transport", "wait")) == (day, clock, "wait")


@pytest.mark.parametrize(("language", "words"), [("en", "I'll pick it up at 10"), ("zh-CN", "我上午十点来取车")])
def test_who_fetches_the_car_before_it_is_ready_is_offered_earlier_times(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(KEPT[language]).says(words)
    assert "time" not in answers(ann)
    assert ann.labels[0].endswith("08:30")
    assert not any(label.endswith("11:00") for label in ann.labels)


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("en", "what's the latest I can drop off on friday", "The last time that is free: Fri 27 Nov, "),
        ("zh-CN", "周五最晚几点可以送过来", "那天最晚的空位是11月27日 周五 "),
    ],
)
def test_the_last_time_of_a_day_is_told(world: World, language: str, words: str, said: str) -> None:
    ann = world.customer(language=language).says(KEPT[language]).says(words).sees(said)
    assert answers(ann)["day"] == "2026-11-27"


def test_a_bit_earlier_offers_what_is_free_before(world: World) -> None:
    ann = world.customer().says(KEPT["en"]).says("a bit earlier please")
    assert [label[-5:] < "11:00" for label in ann.labels if label[-5:-3].isdecimal()] == [True] * 5


def test_who_leaves_a_second_wish_is_told_that_the_first_visit_stays(world: World) -> None:
    ann = world.customer(language="zh-CN").says(KEPT["zh-CN"]).says("13800138000").sees("预约成功")
    ann.says("我想再加个洗车").says("取消吧 不去了").sees("已有的预约保持不变")
    assert ann.labels == ["11月24日 周二 11:00 · 更换机油机滤"]


def test_something_came_up_and_another_day_is_a_move(world: World) -> None:
    ann = world.customer(language="zh-HK").says(KEPT["zh-HK"]).says("13800138000").sees("預約完成")
    ann.says("幾點要到？").sees("11月24日 週二 11:00")
    ann.says("不好意思 臨時有事 可以改下禮拜三嗎").sees("11月25日 週三，幾點方便？")


def test_a_store_by_the_last_word_of_its_name(world: World) -> None:
    known = answers(world.customer().says("book a car wash tomorrow at 5pm for my golf at the studio"))
    assert known["store"] == "studio"


@pytest.mark.parametrize(
    ("language", "words", "work"),
    [
        ("en", "can you add a tyre rotation to that", "tyre_rotation"),
        ("zh-CN", "能加个洗车吗", "hand_wash"),
        ("zh-HK", "再加個輪胎換位", "tyre_rotation"),
    ],
)
def test_work_added_below_a_visit_is_asked_a_time_for_on_its_day(world: World, language: str, words: str, work: str) -> None:
    ann = world.customer(language=language).says(KEPT[language]).says("13800138000").says(words)
    assert (answers(ann)["service"], answers(ann)["day"], answers(ann)["store"]) == ([work], "2026-11-24", "east")


def test_what_there_is_besides_is_a_question(world: World) -> None:
    ann = world.customer().says(KEPT["en"]).says("13800138000").says("do you also do ceramic coating?").sees("Yes, we do that.")
    assert "service" not in answers(ann)


def test_the_next_day_and_a_part_of_it_has_no_hour_yet(world: World) -> None:
    ann = world.customer(language="zh-CN").says(KEPT["zh-CN"]).says("第二天下午")
    assert answers(ann)["day"] == "2026-11-25"
    assert "time" not in answers(ann)
    assert ann.labels[0] >= "12:00"


def test_a_visit_moves_to_the_next_day_at_another_hour(world: World) -> None:
    ann = world.customer().says(KEPT["en"]).says("13800138000").says("can we do the day after at 3pm")
    ann.sees("to Wed 25 Nov, 15:00")


@pytest.mark.parametrize(
    ("language", "words", "day", "then", "told"),
    [
        ("en", "oil change Tuesday and hand wash on Friday", "2026-11-24", "hand_wash", "Hand wash on Fri"),
        ("en", "oil change tue 10am, hand wash fri", "2026-11-24", "hand_wash", "Hand wash on Fri"),
        ("zh-CN", "周二换机油 周五洗车", "2026-11-24", "hand_wash", "11月27日"),
        ("zh-CN", "周二换机油周五洗车", "2026-11-24", "hand_wash", "要另外约"),
        ("zh-TW", "禮拜二換機油，然後禮拜五貼膜", "2026-11-24", "window_film", "11月27日"),
        ("zh-HK", "聽日換機油，星期五洗車", "2026-11-22", "hand_wash", "另外約"),
    ],
)
def test_work_on_two_days_is_two_visits(world: World, language: str, words: str, day: str, then: str, told: str) -> None:
    known = answers(world.customer(language=language).says(words).sees(told))
    assert (known["service"], known["day"]) == (["oil_change"], day)
    assert (known["later"]["service"], known["later"]["day"]) == ([then], "2026-11-27")


@pytest.mark.parametrize(
    "words",
    [
        "book oil change for tuesday and friday",
        "oil change tuesday or friday",
        "Tuesday oil change and hand wash",
        "周二不行，周五换机油",
    ],
)
def test_days_to_choose_from_and_work_on_one_day_are_one_visit(world: World, words: str) -> None:
    assert "later" not in answers(world.customer().says(words))


@pytest.mark.parametrize(
    ("language", "words", "work"),
    [
        ("en", "oil change for the golf and the a4 on tuesday", {"service": ["oil_change"]}),
        ("zh-CN", "我有两台车，高尔夫和A4，周二都要保养", {"service+": ["minor_service", "major_service"]}),
        ("zh-HK", "Golf同A4星期二都要洗車", {"service": ["hand_wash"]}),
    ],
)
def test_two_cars_keep_their_work_and_the_day(world: World, language: str, words: str, work: dict[str, list[str]]) -> None:
    known = answers(world.customer(language=language).says(words).sees("A4"))
    assert (known["car"]["model"], known["day"], known["later"]["car"]["model"]) == ("vw_golf", "2026-11-24", "audi_a4")
    assert [one for one in (known, known["later"]) if not work.items() <= one.items()] == []


def test_another_car_that_needs_nothing_is_no_visit(world: World) -> None:
    known = answers(world.customer().says("I have a golf and an a4, oil change for the golf on tuesday please"))
    assert "later" not in known


@pytest.mark.parametrize(
    ("language", "words", "car"),
    [
        ("en", "oil change for my golf on tuesday and my wife's polo for a wash on friday", {"car": {"name": "VW Polo"}}),
        ("en", "golf oil change on tuesday and the polo hand wash on friday", {"car": {"name": "VW Polo"}}),
        ("en", "golf oil change on tuesday and a hand wash for my wife's car on friday", {"car+": {}}),
        ("zh-CN", "高尔夫周二换机油，周五给我老婆的车洗车", {"car+": {}}),
    ],
)
def test_the_second_visit_is_of_the_other_car_that_is_meant(world: World, language: str, words: str, car: Any) -> None:
    known = answers(world.customer(language=language).says(words))
    assert known["car"] == {"model": "vw_golf"}
    assert {name: value for name, value in known["later"].items() if name in ("car", "car+")} == car


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "oil change on tue for the golf, hand wash on fri for the a4, and tyre rotation on sat for the q5"),
        ("zh-CN", "周二换机油周五洗车周六轮胎换位"),
    ],
)
def test_work_on_three_days_is_three_visits(world: World, language: str, words: str) -> None:
    known = answers(world.customer(language=language).says(words))
    visits = [known, known["later"], known["later"]["later"]]
    assert [(one["service"], one["day"][-2:]) for one in visits] == [
        (["oil_change"], "24"), (["hand_wash"], "27"), (["tyre_rotation"], "28"),
    ]  # fmt: skip
    assert "later" not in visits[-1]


def test_the_visits_are_booked_one_after_the_other(world: World) -> None:
    ann = world.customer().says("golf oil change on tue 10am at pine hill, tyre rotation on fri, hand wash on sat")
    ann.says("13800138000").sees("Tyre rotation, Fri 27 Nov").presses("Book a visit").says("10am").says("yes")
    ann.sees("You're booked!", "Hand wash, Sat 28 Nov")


def test_each_visit_is_in_its_own_store(world: World) -> None:
    ann = world.customer().says("wash at the detailing studio saturday 10 and oil change at pine hill monday 9am for the a4")
    known = answers(ann)
    assert (known["store"], known["later"]["store"], known["later"]["time"]) == ("studio", "west", "09:00")


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "tyre rotation tuesday for the a4 and pick up my golf friday"), ("zh-CN", "A4周二换机油，周五来取我的高尔夫")],
)
def test_who_only_collects_a_car_wants_no_visit(world: World, language: str, words: str) -> None:
    assert "later" not in answers(world.customer(language=language).says(words))


@pytest.mark.parametrize("words", ["周六洗车，老婆周日也要来洗车", "小保养周二，大保养周五，两台车"])
def test_the_car_of_somebody_else_is_asked_about(world: World, words: str) -> None:
    assert answers(world.customer(language="zh-CN").says(words))["later"]["car+"] == {}


@pytest.mark.parametrize(
    ("language", "words", "kept"),
    [("en", "actually just the front ones", ["brake_pads_front"]), ("zh-CN", "只换后面的吧", ["brake_pads_rear"])],
)
def test_of_both_ends_one_is_enough(world: World, language: str, words: str, kept: list[str]) -> None:
    ann = world.customer(language=language).says("A4 front and rear brake pads saturday 10 at East Harbour, book it").says(words)
    assert answers(ann)["service"] == kept


@pytest.mark.parametrize(
    ("language", "code", "file"),
    [
        ("en", "check-in code", "send me the calendar file"),
        ("zh-CN", "到店码", "日历文件"),
        ("zh-TW", "報到碼", "行事曆檔案"),
    ],
)
def test_code_and_calendar_file_are_had_in_words_also_during_a_move(world: World, language: str, code: str, file: str) -> None:
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000")
    ann.presses("Move it").says(code)
    assert "picture" in ann.last.data
    ann.says(file)
    assert "document" in ann.last.data


def test_a_car_of_which_nothing_is_known_is_asked_about_at_the_second_visit(world: World) -> None:
    ann = world.customer().says(
        "oil change for my golf on tuesday at 10 at pine hill and a hand wash for my wife's car on friday"
    )
    ann.says("13800138000").sees("You're booked!").presses("Book a visit").sees("Which car")


@pytest.mark.parametrize(("language", "store"), [("en", "Pine Hill"), ("zh-CN", "松岭店")])
def test_a_number_where_the_store_is_asked_is_kept_and_no_store_is_chosen(world: World, language: str, store: str) -> None:
    ann = world.customer(language=language).says("A4 oil change Saturday 10am").says("13800138000")
    known = answers(ann)
    assert (known["phone"], known.get("store")) == ("+8613800138000", None)
    assert answers(ann.says(store))["store"] == "west"


def test_the_second_visit_is_of_the_same_car_and_on_its_own_day(world: World) -> None:
    ann = world.customer().says("oil change on tuesday for my golf at pine hill at 10, and on friday tyre rotation")
    ann.says("13800138000").sees("Tyre rotation, Fri 27 Nov").presses("Book a visit").sees("Fri 27 Nov")
    known = answers(ann)
    assert (known["service"], known["store"], known["day"]) == (["tyre_rotation"], "west", "2026-11-27")


@pytest.mark.parametrize(
    ("language", "words", "none", "there"),
    [
        ("en", "test drive a Model 3", "The Tesla Model 3 can't be driven here", "Audi Q5"),
        ("en", "can I test drive the A4 on saturday?", "The Audi A4 can't be driven here", "VW Golf"),
        ("en", "can my friend test drive the Model 3 tomorrow at 3pm", "The Tesla Model 3 can't be driven here", "VW Golf"),
        ("zh-CN", "试驾汉", "比亚迪汉暂时不能试驾", "奥迪Q5"),
        ("zh-TW", "可以試駕 BMW X5 嗎", "BMW X5目前無法試駕", "奧迪Q5"),
        ("zh-HK", "我想試揸架漢", "比亞迪漢目前無法試駕", "福斯Golf"),
    ],
)
def test_a_car_that_cannot_be_driven_is_said_to_be_none_of_those_that_can(
    world: World, language: str, words: str, none: str, there: str
) -> None:
    ann = world.customer(language=language).says(words).sees(none)
    assert there in ann.labels


def test_what_a_drive_needs_or_costs_is_told(world: World) -> None:
    world.customer().says("what do I need for a test drive").sees("driving licence")
    world.customer().says("how much is a test drive of the model 3").sees("¥0")
    world.customer(language="zh-TW").says("試駕Model 3要帶什麼").sees("有效駕照")
    ann = world.customer().says("price of a test drive of the golf").sees("¥0")  # in the store of the chat, which has none
    assert answers(ann.says("saturday at 3pm"))["car"] == {"model": "vw_golf", "demo": True}
