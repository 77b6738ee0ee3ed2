"""Short words that mean much in a booking: when work ends, a bare yes below several times, "add that" below a price, a plate."""

import pytest

from storage import appointments
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
    ("language", "words"),
    [
        ("en", "a car with the plate 粤B12345 is parked wrong in front of my house"),
        ("zh-CN", "车牌鲁B12345的车刮了我的车，不是我的错"),
        ("en", "The replacement car has the plate 粤B12345, is not clean"),
        ("en", "the other driver's registration is 粤B12345, his insurance is not paying"),
        ("en", "is 粤B12345 the car blocking the entrance? not mine"),
        ("en", "my plate is not 粤B12345"),
        ("zh-CN", "我的车牌不是粤B12345"),
    ],
)
def test_the_plate_of_another_car_is_written_nowhere(world: World, language: str, words: str) -> None:
    ann = booked(world, language).says(words)
    ann.says("my cars" if language == "en" else "我的车")
    assert "12345" not in ann.labels[0]


def test_a_question_about_a_plate_in_the_middle_of_a_booking_changes_none(world: World) -> None:
    ann = world.customer().says("oil change for my A4 thursday at 11")
    assert "plate" not in answers(ann.says("is 粤B12345 the car blocking the entrance? not mine"))["car"]


def test_whoever_has_two_cars_is_asked_whose_plate_it_is(world: World) -> None:
    ann = world.customer().says("add a car").says("golf 粤B54321").presses("That's all")
    ann.says("add a car").says("A4 粤B99999").presses("That's all")
    ann.says("change the plate to 粤B12345").sees("Which car is it about?")
    ann.presses(ann.labels[0]).sees("粤B·12345")


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


@pytest.mark.parametrize(
    ("language", "wish", "words", "told"),
    [
        ("en", "book a minor service", "30 february", "doesn't have that day"),
        ("en", "book a minor service", "25:00", "doesn't have that time"),
        ("en", "oil change for my A4", "yesterday", "over already"),
        ("zh-CN", "预约小保养", "二月三十号", "没有这一天"),
        ("zh-TW", "預約小保養", "昨天", "已經過了"),
    ],
)
def test_a_day_that_cannot_be_is_named_whatever_was_asked(world: World, language: str, wish: str, words: str, told: str) -> None:
    ann = world.customer(language=language).says(wish)
    if "A4" in wish:
        ann.says("book it")
    before = answers(ann)
    ann.says(words).sees(told)
    assert answers(ann) == before


@pytest.mark.parametrize(
    ("language", "words", "number"),
    [
        ("en", "i want a wash for 3 cars on friday at 10", 2),
        ("zh-CN", "两台车都要洗车，周五", 1),
        ("zh-HK", "三架車都要洗車，星期五", 2),
    ],
)
def test_for_several_cars_of_which_none_is_named_one_visit_follows_the_other(
    world: World, language: str, words: str, number: int
) -> None:
    known = answers(world.customer(language=language).says(words))
    for _ in range(number):
        known = known["later"]
        assert (known["service"], known["day"], known["car+"]) == (["hand_wash"], "2026-11-27", {})
        assert "time" not in known
    assert "later" not in known


def test_other_work_named_with_the_car_takes_the_place_of_what_was_to_be_done(world: World) -> None:
    ann = world.customer().says("book an annual inspection").says("brake inspection for golf at pine hill on monday instead")
    assert answers(ann)["service"] == ["brake_inspection"]


@pytest.mark.parametrize(
    ("language", "wish", "words", "work"),
    [
        ("en", "book brake inspection", "it's a Golf, I had an oil change last month", "brake_inspection"),
        ("zh-CN", "预约刹车检查", "高尔夫，上次做了小保养", "brake_inspection"),
        ("zh-TW", "預約洗車", "A4，上個月做過打蠟", "hand_wash"),
        ("en", "book test drive", "the Golf, I currently drive an A4 that needs an oil change", "test_drive"),
        ("en", "book oil change for my Golf", "Pine Hill, and do you do brake inspection there?", "oil_change"),
    ],
)
def test_work_that_is_only_spoken_of_takes_no_place(world: World, language: str, wish: str, words: str, work: str) -> None:
    assert answers(world.customer(language=language).says(wish).says(words))["service"] == [work]


def test_another_day_keeps_the_hour_that_was_taken_on_the_first(world: World) -> None:
    wish = "oil change for my A4 on monday at 10 at pine hill"
    for number in range(9):
        ann = world.customer().says(wish)
        if "held" not in answers(ann):
            break
        ann.says(f"1380013810{number}")
    ann.sees("That time is taken").says("tuesday")
    assert (answers(ann)["day"], answers(ann)["time"]) == ("2026-11-24", "10:00")


@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("zh-CN", "约了吗", "已确认"),
        ("zh-TW", "約好了嗎", "已確認"),
        ("zh-CN", "可以提前去吗", "11月26日 周四，几点方便"),
    ],
)
def test_words_about_the_visit_that_is_booked(world: World, language: str, words: str, told: str) -> None:
    booked(world, language).says(words).sees(told)


@pytest.mark.parametrize(("language", "words"), [("en", "start over"), ("zh-CN", "重新开始"), ("zh-TW", "重來")])
def test_who_begins_again_has_nothing_open(world: World, language: str, words: str) -> None:
    assert answers(at_the_times(world, language).says(words)) == {}


def test_the_last_of_the_times_in_chinese(world: World) -> None:
    ann = at_the_times(world, "zh-CN").says("最晚的那个")
    assert answers(ann)["time"] > "15:00"


def test_who_asks_whether_we_also_do_it_wants_nothing_more_yet(world: World) -> None:
    ann = at_the_times(world, "en").says("do you wash the car too?")
    assert answers(ann)["service"] == ["tyre_rotation"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "cancel the tyre rotation"), ("zh-CN", "取消轮胎换位"), ("zh-TW", "取消輪胎對調")]
)
def test_work_that_is_being_booked_is_called_off_by_its_name(world: World, language: str, words: str) -> None:
    assert answers(at_the_times(world, language).says(words)) == {}


def test_an_hour_typed_where_the_number_was_asked_is_another_hour(world: World) -> None:
    ann = at_the_times(world, "en").says("10:00").says("14:30")
    assert answers(ann)["time"] == "14:30"


def test_the_whole_week_later_on_the_same_day_at_the_same_time(world: World) -> None:
    booked(world, "en").says("next week same day same time").sees("Thu 3 Dec, 15:00")


@pytest.mark.parametrize(
    ("language", "words", "note"),
    [("en", "add a note: it squeaks when cold", "it squeaks when cold"), ("zh-CN", "备注一下：冷车有异响", "冷车有异响")],
)
def test_a_note_is_added_to_what_is_booked(world: World, language: str, words: str, note: str) -> None:
    assert only(world, booked(world, language).says(words)).note == note


@pytest.mark.parametrize(("language", "words"), [("en", "change my phone to 13800138999"), ("zh-CN", "电话改成13800138999")])
def test_another_number_for_what_is_booked(world: World, language: str, words: str) -> None:
    assert only(world, booked(world, language).says(words)).phone == "+8613800138999"


@pytest.mark.parametrize(
    ("language", "words", "asked"),
    [
        ("en", "can I do that at your other store instead", "Thu 26 Nov, 15:00 (China Standard Time), Lanwan Auto Pine Hill"),
        ("en", "move it to pine hill", "Lanwan Auto Pine Hill (price there: ¥379)"),
        ("en", "move it to pine hill on friday at 10", "Fri 27 Nov, 10:00 (China Standard Time), Lanwan Auto Pine Hill"),
        ("zh-CN", "可以换到另一家店吗", "，澜湾汽车松岭店（那边的价格：¥379）"),
        ("zh-TW", "想改到松嶺店", "瀾灣汽車松嶺店"),
        ("zh-HK", "可唔可以去第二間分店做", "瀾灣汽車松嶺店"),
    ],
)
def test_a_visit_is_moved_to_another_store(world: World, language: str, words: str, asked: str) -> None:
    ann = booked(world, language)
    before = only(world, ann)
    ann.says(words).sees(asked).says("yes" if language == "en" else "好")
    row = only(world, ann)
    assert (row.id, row.status) == (before.id, "confirmed")
    assert row.store_id != before.store_id


def test_another_store_is_thought_of_while_moving(world: World) -> None:
    booked(world, "en").says("move it to friday at 10").says("at pine hill please").sees("Pine Hill", "Fri 27 Nov, 10:00")


@pytest.mark.parametrize("words", ["do you have another store?", "is your other store open on sunday?"])
def test_a_question_about_another_store_moves_nothing(world: World, words: str) -> None:
    ann = booked(world, "en").says(words)
    assert "booking.move" not in str(answers(ann))
    assert answers(ann) == {}


@pytest.mark.parametrize(
    ("language", "words", "asked"),
    [
        ("en", "can you change it to a minor service", "Minor service\nThu 26 Nov"),
        ("zh-CN", "改成小保养吧", "小保养\n11月26日"),
        ("zh-HK", "轉做小保養啦", "小保養\n11月26日"),
    ],
)
def test_other_work_takes_the_place_of_what_is_booked(world: World, language: str, words: str, asked: str) -> None:
    ann = booked(world, language).says(words).sees(asked).says("yes" if language == "en" else "好")
    assert only(world, ann).services == ["minor_service"]


def test_what_stands_beside_the_time_is_taken_too(world: World) -> None:
    ann = world.customer().says("book an oil change for my golf at east harbour")
    known = answers(ann.says("pine hill friday at 10 and add a wash please, I'll leave it with you"))
    assert (known["store"], known["day"], known["time"], known["transport"]) == ("west", "2026-11-27", "10:00", "leave")
    assert known["service"] == ["oil_change", "hand_wash"]


def test_the_end_of_the_car_may_stand_behind_the_work(world: World) -> None:
    known = answers(world.customer().says("book brake pads front for my q5 thursday at 9 pine hill"))
    assert known["service"] == ["brake_pads_front"]


def test_whoever_comes_too_late_for_their_own_deadline_is_told(world: World) -> None:
    ann = world.customer().says("I need my car back by 5pm on thursday, oil change A4 pine hill").says("thursday 4:30pm")
    ann.sees("later than you asked for", "17:15").says("thursday 3pm")
    assert "later than you asked for" not in ann.last.text


def test_a_car_that_another_store_does_not_lend_for_a_drive_loses_nothing(world: World) -> None:
    ann = world.customer().says("book a test drive for the golf on thursday at 3").says("east harbour")
    ann.sees("Test drive · VW Golf is not done at Lanwan Auto East Harbour")
    assert (answers(ann)["service"], answers(ann)["store"]) == (["test_drive"], "west")


@pytest.mark.parametrize(
    ("language", "words", "told"), [("en", "is it confirmed?", "Confirmed"), ("en", "i want to cancel and rebook", "When would")]
)
def test_whether_it_stands_and_another_time_for_it(world: World, language: str, words: str, told: str) -> None:
    booked(world, language).says(words).sees(told)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "my wife's A4 needs it too"),
        ("zh-CN", "我老婆那台A4也要换"),
        ("zh-HK", "我老婆架A4都要換埋"),
        ("en", "can you do my A4 too?"),
        ("zh-CN", "我的A4也要做一次"),
    ],
)
def test_another_car_gets_the_same_on_the_same_day(world: World, language: str, words: str) -> None:
    known = answers(booked(world, language).says(words))
    assert (known["service"], known["car"]["model"]) == (["oil_change"], "audi_a4")
    assert (known["store"], known["day"]) == ("east", "2026-11-26")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "My BMW X3 is making a noise too"),
        ("en", "I also have an Audi A6"),
        ("en", "I want to sell my Golf too"),
        ("en", "My Audi A6 failed its inspection last year too"),
        ("zh-CN", "我那台A6上次也换了"),
        ("zh-CN", "我还有一台A6，也要卖"),
    ],
)
def test_what_is_told_of_another_car_books_nothing(world: World, language: str, words: str) -> None:
    assert "service" not in answers(booked(world, language).says(words))


@pytest.mark.parametrize("words", ["I also own an Audi A6", "my wife's Q5 had that done last week too"])
def test_what_is_told_of_another_car_in_the_middle_of_a_booking_adds_none(world: World, words: str) -> None:
    assert "later" not in answers(world.customer().says("oil change golf pine hill friday").says(words))


def test_an_earlier_hour_is_asked_for_after_a_word_of_thanks(world: World) -> None:
    booked(world, "en").says("thanks, see you then").says("can i come a bit earlier?").sees("Thu 26 Nov: what time?")


@pytest.mark.parametrize(
    ("language", "wish", "words"),
    [
        ("en", "alignment and tyre rotation for my a4 on thursday at pine hill", "cancel the alignment"),
        ("zh-CN", "周四松岭店A4四轮定位和轮胎换位", "取消四轮定位"),
        ("zh-HK", "星期四松嶺店A4四輪定位同輪胎對調", "唔好意思，取消四輪定位"),
    ],
)
def test_one_of_several_works_is_called_off(world: World, language: str, wish: str, words: str) -> None:
    ann = world.customer(language=language).says(wish)
    assert len(answers(ann)["service"]) == 2
    known = answers(ann.says(words))
    assert (known["service"], known["day"]) == (["tyre_rotation"], "2026-11-26")


@pytest.mark.parametrize("words", ["约保养", "約保養", "约洗车"])
def test_work_after_the_word_for_booking(world: World, words: str) -> None:
    assert {"service", "service+"} & answers(world.customer(language="zh-CN").says(words)).keys()


def test_a_noise_is_a_fault_that_somebody_looks_for(world: World) -> None:
    ann = world.customer().says("i want to book my a4 in").says("it makes a noise when braking")
    assert "brake_inspection" in answers(ann)["service+"]


def test_another_store_below_the_times_of_a_closed_one_has_its_own(world: World) -> None:
    ann = (
        world.customer(language="zh-CN")
        .says("周日松岭店能换机油吗 高尔夫")
        .sees("休息")
        .says("那东港呢")
        .sees("11月22日 周日，几点方便")
    )
    assert ann.labels[0] == "09:00"


def test_another_car_in_the_middle_of_a_booking_comes_after_it(world: World) -> None:
    known = answers(world.customer().says("oil change golf pine hill friday").says("my wife's q5 needs one too"))
    assert (known["car"]["model"], known["later"]["car"]["model"]) == ("vw_golf", "audi_q5")
    assert (known["later"]["service"], known["later"]["day"]) == (["oil_change"], "2026-11-27")


@pytest.mark.parametrize(
    ("language", "asks", "words", "told"),
    [
        ("en", "how much is a minor service for a golf", "pine hill", "¥469"),
        ("zh-CN", "高尔夫换机油多少钱", "那松岭店呢", "¥379"),
    ],
)
def test_the_name_of_a_store_below_a_price_asks_for_the_one_there(
    world: World, language: str, asks: str, words: str, told: str
) -> None:
    world.customer(language=language).says(asks).says(words).sees(told)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "How do I cancel the oil change later if I can't come?"),
        ("en", "Can I cancel the oil change later if it rains?"),
        ("en", "do I pay if I cancel the oil change?"),
        ("zh-CN", "取消换机油要收费吗"),
    ],
)
def test_a_question_about_cancelling_leaves_the_booking_open(world: World, language: str, words: str) -> None:
    wish = "oil change for my golf tomorrow at 3pm" if language == "en" else "明天下午三点高尔夫换机油"
    assert answers(world.customer(language=language).says(wish).says(words))["service"] == ["oil_change"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Can I still cancel the alignment on the day?"), ("zh-CN", "到时候可以取消四轮定位吗？")]
)
def test_a_question_about_cancelling_leaves_the_work(world: World, language: str, words: str) -> None:
    wish = "oil change and alignment golf tomorrow" if language == "en" else "明天高尔夫换机油和四轮定位"
    assert answers(world.customer(language=language).says(wish).says(words))["service"] == ["oil_change", "wheel_alignment"]


def test_a_polite_word_cancels_work(world: World) -> None:
    ann = world.customer().says("oil change and alignment golf tomorrow").says("can you cancel the alignment please?")
    assert answers(ann)["service"] == ["oil_change"]


@pytest.mark.parametrize(
    ("language", "words", "asked"),
    [
        ("zh-TW", "取消預約，之後再約", "要取消"),
        ("zh-CN", "取消吧，以后再约", "要取消"),
        ("en", "cancel it and rebook another time", "Shall I cancel"),
    ],
)
def test_who_cancels_and_comes_some_other_time_cancels(world: World, language: str, words: str, asked: str) -> None:
    booked(world, language).says(words).sees(asked)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "the number you called from was 13912345678, was that you"),
        ("en", "I lost my phone 13912345678 in the car yesterday"),
        ("en", "My wife's mobile is 13912345678, please send the invoice there"),
        ("en", "your colleague with the number 13912345678 was rude to me"),
        ("en", "can you leave a note on when my warranty ends?"),
        ("zh-CN", "备注里写的是什么？"),
        ("zh-CN", "你们给我的电话是13912345678，打不通"),
    ],
)
def test_a_number_that_is_mentioned_and_a_question_change_nothing(world: World, language: str, words: str) -> None:
    ann = booked(world, language)
    before = only(world, ann)
    after = only(world, ann.says(words))
    assert (after.phone, after.note) == (before.phone, before.note)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "my new number is 13912345678"),
        ("en", "you can reach me at 13912345678"),
        ("zh-CN", "我的电话是13912345678"),
        ("zh-HK", "打我手機13912345678"),
    ],
)
def test_their_own_number_is_taken_and_kept_in_the_history(world: World, language: str, words: str) -> None:
    row = only(world, booked(world, language).says(words))
    assert row.phone == "+8613912345678"
    with world.database.reading() as session:
        assert "phone" in [event.what for event in appointments.events_of(session, row.id)]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "I can't make it before 10 tomorrow, is 11 ok for an inspection?"),
        ("en", "I can't come on weekdays, are you open on Sunday?"),
        ("zh-CN", "星期日来不了，你们周六开吗"),
    ],
)
def test_why_another_day_is_asked_for_calls_nothing_off(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert not any(told in ann.last.text for told in ("in this chat", "这个聊天"))


def test_whether_we_also_do_it_proposes_no_change(world: World) -> None:
    ann = booked(world, "en").says("do you also do alignment")
    assert "Shall I change" not in ann.last.text


def test_the_store_behind_the_word_to_is_the_aim(world: World) -> None:
    ann = booked(world, "en").says("move it from East Harbour to Pine Hill friday 4pm")
    ann.sees("Fri 27 Nov, 16:00", "Lanwan Auto Pine Hill")


@pytest.mark.parametrize(
    "words",
    [
        "change my Pine Hill booking to Monday at 10",
        "Instead of Pine Hill I'd like to keep East Harbour",
        "can you change my address to Pine Hill road 5",
    ],
)
def test_a_store_that_is_no_aim_moves_nothing_there(world: World, words: str) -> None:
    ann = booked(world, "en").says(words)
    assert "price there" not in ann.last.text
    assert answers(ann).get("store") != "west"


def test_of_two_visits_the_one_that_is_named_moves_to_the_store(world: World) -> None:
    ann = booked(world, "en").says("alignment for my golf on friday at 10 at pine hill, 13800138406").says("confirm")
    assert only(world, ann).services == ["wheel_alignment"]
    ann.says("move the alignment to East Harbour")
    assert (answers(ann)["id"], answers(ann)["store"]) == (only(world, ann).id, "east")
