"""Talks as people have them: in pieces, with second thoughts, and with questions in between."""

import pytest
from sqlalchemy import select

from storage import appointments
from storage.appointments import OPEN, Appointment
from storage.tickets import Ticket
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


# -- a complaint, told in pieces --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "story", "more", "noted", "ring", "call", "number", "passed", "when"),
    [
        (
            "en", "You scratched my door", ("it was fine when I brought it", "nobody even told me"),
            "Noted, I've passed that on too.", "I want someone to ring me", "On which number?", "07700 900123",
            "passed on 07700 900123", "when?",
        ),
        (
            "zh-CN", "你们把我车门刮花了", ("送来的时候好好的", "也没人跟我说一声"),
            "这条也一并转过去了", "叫人打电话给我", "打哪个号码", "139 0000 1234", "139 0000 1234已经转给同事", "多久？",
        ),
        (
            "zh-TW", "你們把我車門刮花了", ("送來的時候好好的", "也沒人跟我講一聲"),
            "這一則也一併轉過去了", "請打電話給我", "打哪個號碼", "0912 345 000", "0912 345 000已經轉給同事", "幾時",
        ),
    ],
)  # fmt: skip
def test_who_goes_on_complaining_is_not_asked_the_same_again(
    world: World, language: str, story: str, more: tuple[str, str], noted: str, ring: str, call: str, number: str, passed: str,
    when: str,
) -> None:  # fmt: skip
    ann = world.customer(language=language).says(story)
    asked = ann.last.text.rsplit("\n", 1)[-1]
    ann.says(more[0]).sees(asked)
    assert "\n\n" not in ann.last.text.replace(f"\n\n{asked}", ""), "sorry was said once"
    ann.says(more[1]).sees(noted)
    assert asked not in ann.last.text
    ann.says(ring).sees(call).says(number).sees(passed, "10:").says(when).sees("10:")
    # The buttons of the question that is still open work.
    severities = {"en": "Bad", "zh-CN": "比较严重", "zh-TW": "蠻嚴重的"}
    ann.presses(severities[language])
    assert noted not in ann.last.text


@pytest.mark.parametrize(
    ("language", "words", "called"),
    [
        ("en", "could you ask my advisor to call me when he has time", "called a colleague"),
        ("en", "who is your manager", "called a colleague"),
        ("zh-CN", "你们店长是谁", "呼叫同事"),
        ("zh-TW", "可以請專人跟我聯絡嗎？打字講不清楚", "呼叫同事"),
        ("zh-CN", "你别跟我说这些没用的，找个懂技术的师傅跟我聊", "呼叫同事"),
        ("zh-CN", "找人聊聊", "呼叫同事"),
        ("zh-CN", "让我的顾问有空联系我一下吧", "呼叫同事"),
        ("zh-TW", "我要個經理", "同事"),
    ],
)
def test_who_wants_somebody_to_call_gets_a_person(world: World, language: str, words: str, called: str) -> None:
    world.customer(language=language).says(words).sees(called)


def test_whoever_asks_for_the_manager_in_a_complaint_gets_the_manager(world: World) -> None:
    world.customer(language="zh-CN").says("什么服务态度").says("叫你们经理打给我").sees("店长", "打哪个号码")


# -- cars and languages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "wish", "car", "name"),
    [
        (
            "en",
            "I'd like to book an oil change on Tuesday at ten at East Harbour",
            "dunno the size, Honda Jazz 2016",
            "Honda Jazz",
        ),
        ("zh-CN", "周二上午十点换机油，东港店", "飞度 16年的", "Honda Jazz"),
        ("zh-TW", "週二上午十點換機油，東港店", "是 Yaris Cross 啦", "Yaris Cross"),
    ],
)
def test_a_car_that_the_catalogue_has_not_is_taken_as_it_is_called(
    world: World, language: str, wish: str, car: str, name: str
) -> None:
    world.customer(language=language).says(wish).says(car).sees(name)


def test_what_was_noted_of_a_car_is_not_said_again_and_a_question_is_answered(world: World) -> None:
    ann = world.customer().says("oil change on Tuesday at ten at East Harbour")
    ann.says("it's a 2016").sees("Noted: 2016.").says("what are your opening hours?").sees("Mon–Sat", "Which car")
    assert "Noted" not in ann.last.text


def test_thanks_in_cantonese_change_no_language(world: World) -> None:
    ann = world.customer(language="zh-TW").says("請問有冇代步車").says("唔該晒")
    ann.sees("不客氣")


# -- a wish in pieces -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "said", "sees"),
    [
        ("en", ("how much is a hand wash?", "thursday?", "half ten", "golf"), ("Hand wash", "Thu 26 Nov, 10:30", "VW Golf")),
        (
            "en", ("got a flat tyre", "it's a Qashqai", "tomorrow", "East Harbour", "9am"),
            ("Puncture", "Sun 22 Nov, 09:00", "Qashqai"),
        ),
        (
            "zh-CN", ("保养多少钱", "朗逸 三年了", "小的就行", "周四上午有位置没", "九点半", "能顺便洗个车不"),
            ("小保养 + 手工洗车", "11月26日 周四 09:30", "Lavida"),
        ),
        (
            "zh-TW", ("請問首保要錢嗎", "大概要等多久", "下禮拜三早上可以嗎", "Sienta", "東港店", "九點"),
            ("首次保養", "11月25日 週三 09:00", "Sienta"),
        ),
    ],
)  # fmt: skip
def test_what_was_spoken_of_is_not_asked_again(world: World, language: str, said: tuple[str, ...], sees: tuple[str, ...]) -> None:
    ann = world.customer(language=language)
    for words in said:
        ann.says(words)
        if "store?" in ann.last.text or "哪一家店" in ann.last.text or "哪家店" in ann.last.text:
            ann.presses(ann.labels[0])
    ann.sees(*sees)


def test_a_bare_time_without_anything_before_it_books_nothing(world: World) -> None:
    ann = world.customer().says("10:30")
    assert ann.outcome is not None
    assert "phone" not in ann.last.text


def test_ok_book_it_in_the_middle_loses_nothing(world: World) -> None:
    ann = world.customer().says("new tyres on Thursday at 3pm please").sees("Which car")
    ann.says("ok book it").sees("Which car").says("golf").presses("Lanwan Auto East").sees("Thu 26 Nov, 15:00")


def test_a_price_that_nobody_wants_any_more_is_let_go(world: World) -> None:
    ann = world.customer().says("prices please").sees("What would you like to know the price of?")
    ann.says("my uncle is from Leeds").says("what are your opening hours?").sees("Mon–Sat")
    ann.says("purple monkey dishwasher").says("hmm so so")
    assert "What would you like to know the price of?" not in ann.last.text


def test_a_drive_and_a_wash_are_two_visits(world: World) -> None:
    ann = world.customer(language="zh-CN").says("周四下午四点洗车加打蜡，再问下能试驾吗，美容馆，高尔夫")
    assert "不做这个项目" not in ann.last.text
    ann.sees("手工洗车")


@pytest.mark.parametrize(
    ("language", "words", "part"),
    [
        ("en", "write me a poem about my dog", "beyond me"), ("zh-CN", "帮我写个作文", "这个我帮不上"),
        ("zh-TW", "幫我寫一首歌詞", "幫不上忙"),
        ("en", "I'll think about it", "take your time"), ("zh-CN", "我再考虑一下吧", "不着急"),
        ("zh-TW", "我再考慮看看喔", "不急"),
        ("en", "is it safe to keep driving like that?", "Stop in a safe place"),
        ("zh-CN", "这样还能开吗", "熄火"),
        ("zh-TW", "這樣還能開嗎", "熄火"),
    ],
)  # fmt: skip
def test_small_talk_and_worries_are_answered(world: World, language: str, words: str, part: str) -> None:
    world.customer(language=language).says(words).sees(part)


def test_who_wants_no_voucher_wants_no_wash(world: World) -> None:
    ann = world.customer(language="zh-CN").says("我不要洗车券")
    assert ann.last.data.get("ask") is None, ann.last.text


def test_a_question_in_between_changes_no_work(world: World) -> None:
    ann = world.customer().says("new tyres on Thursday at 3pm for my Golf at East Harbour").sees("Tyre change", "15:00")
    ann.says("got aircon waiting room or not?")
    assert "Air-conditioning" not in ann.last.text
    ann.says("oh and can you do the oil as well while it's in").sees("Oil and filter change")


@pytest.mark.parametrize(
    ("language", "trouble", "told", "where", "person"),
    [
        ("en", "the red oil light came on", "engine off", "ring road northbound, just past exit 5", "colleague"),
        ("zh-CN", "水温太高开锅了", "停", "环海路高架往南第三个出口", "同事"),
        ("zh-TW", "拋錨了需要拖吊", "拖吊", "國道三號北上五十公里處", "同事"),
    ],
)
def test_who_stands_at_the_roadside_gets_a_person(
    world: World, language: str, trouble: str, told: str, where: str, person: str
) -> None:
    """No "did you mean" below an answer that says to stop; what is understood is answered as ever."""
    ann = world.customer(language=language).says(trouble).sees(told)
    ann.says(where).sees(person)
    with world.database.reading() as session:
        [ticket] = session.scalars(select(Ticket)).all()
    assert where in ticket.summary
    other = world.customer(language=language).says(trouble).sees(told)
    other.says({"en": "what are your opening hours?", "zh-CN": "你们几点开门", "zh-TW": "你們幾點開門"}[language])
    assert person not in other.last.text


@pytest.mark.parametrize(
    ("language", "words", "said"),
    [
        ("en", "Hi any update on my car? gave it yesterday only", "I won't guess"),
        ("zh-CN", "我的车送去三天了，一点消息都没有", "不敢乱说"),
        ("zh-TW", "老公部車尋日擺低喺你度整，而家點", "不敢亂說"),
    ],
)
def test_a_car_that_is_here_and_not_in_the_diary(world: World, language: str, words: str, said: str) -> None:
    """Nobody invents how far it is: a person looks, by a promised time; what else they say goes to the same matter."""
    ann = world.customer(language=language).says(words).sees(said)
    with world.database.reading() as session:
        (ticket,) = session.query(Ticket).all()
        assert ticket.kind == "question"
    ann.says("MH 12 AB 4471")
    with world.database.reading() as session:
        assert len(session.query(Ticket).all()) == 1


def test_who_wants_to_drive_one_is_asked_which(world: World) -> None:
    world.customer(language="zh-CN").says("想试驾一下你们的新能源车，SUV 那种").sees("试驾哪一款")
    world.customer().says("I'd like to test drive something electric for the family").sees("Which")


def test_who_wants_no_call_is_not_asked_for_a_number(world: World) -> None:
    for language, words in (("en", "no need to ring me, just pass it on to him"), ("zh-CN", "不用给我打电话，转告他就行")):
        ann = world.customer(language=language).says("you scratched my door" if language == "en" else "你们把我的车门刮花了")
        ann.says(words)
        with world.database.reading() as session:
            assert session.scalars(select(Ticket).order_by(Ticket.id.desc())).first().wish != "call"
        assert all(ask not in ann.last.text for ask in ("On which number", "哪个号码"))


def test_who_is_not_understood_three_times_in_a_row_gets_a_person(world: World) -> None:
    """Also where a choice was offered twice; an answer in between begins the count anew, and what was said goes along."""
    for language, lines, called in (
        (
            "zh-CN",
            ("咕噜机歪着晃来晃去", "像淋了雨的小矮人似的", "呜啦啦一个样"),
            "呼叫同事",
        ),
        ("en", ("the grumbulator wobbles sideways", "like a wet gnome it does", "glorp, if you follow me"), "called a colleague"),
    ):
        ann = world.customer(language=language).says(lines[0]).says(lines[1])
        assert called not in ann.last.text
        ann.says(lines[2]).sees(called)
        with world.database.reading() as session:
            summary = session.scalars(select(Ticket.summary).order_by(Ticket.id.desc())).first() or ""
            assert all(line in summary for line in lines)
    bob = (
        world.customer()
        .says("the grumbulator wobbles sideways")
        .says("like a wet gnome it does")
        .says("what are your opening hours?")
    )
    bob.sees("08:30").says("glorp, if you follow me")
    assert "called a colleague" not in bob.last.text


def test_who_has_no_appointment_is_told_so_in_short_words_too(world: World) -> None:
    world.customer().says("need to cancel my appt tmrw").sees("no appointment of yours")


# -- a person who was called ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "call", "halves", "noted", "there", "by", "ours", "answered"),
    [
        ("en", "a person please", ("the thing with the belt", "what will it cost in the end", "ok tuesday then", "what time"),
         "passed that on", "are you there?", "By 10:00", "what are your opening hours?", "is open as follows"),
        ("zh-CN", "转人工", ("上周那个报价的事", "到底多少钱啊", "那就周二吧", "周五他说可以的"), "转过去了", "还在吗", "10:00前",
         "你们几点开门？", "营业时间"),
        ("zh-HK", "搵真人", ("上次嗰個報價", "究竟幾錢呀", "佢話星期五得"), "轉過去", "有冇人呀", "10:00前", "你哋幾點開門？",
         "營業時間"),
    ],
)  # fmt: skip
def test_what_is_half_understood_is_for_the_person_who_was_called(
    world: World, language: str, call: str, halves: tuple[str, ...], noted: str, there: str, by: str, ours: str, answered: str
) -> None:  # fmt: skip
    ann = world.customer(language=language).says(call)
    for half in halves:
        ann.says(half).sees(noted)
        assert ann.labels == []
    ann.says(there).sees(by)
    ann.says(ours).sees(answered)


def test_work_that_is_named_is_still_booked_while_a_person_is_awaited(world: World) -> None:
    ann = world.customer().says("a person please").says("i need a hand wash tomorrow at 11")
    ann.sees("Which car is it?")
