"""Follow-ups: short words that are about what was just said, asked or booked, and forms that do not go round in circles."""

import pytest

from storage.appointments import ARRIVED, IN_SERVICE
from storage.contact import agreed
from storage.entries import Gap
from storage.proposals import AliasProposal
from storage.tickets import Ticket
from tests.handlers.test_talks import OIL, booked, diary
from tests.world import World

# What words mean is the same on both databases.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "first", "then", "seen"),
    [
        ("en", "how much is a hand wash", "ok and how long will that take", "Hand wash: about 40 minutes"),
        ("zh-CN", "四轮定位多少钱", "大概要做多久呢", "四轮定位大约"),
        ("zh-TW", "車內除臭幾多錢", "咁要整幾耐", "車內除臭大約"),
    ],
)
def test_how_long_is_about_what_was_priced(world: World, language: str, first: str, then: str, seen: str) -> None:
    world.customer(language=language).says(first).says(then).sees(seen)


def test_how_long_in_the_middle_of_a_booking_changes_nothing_of_it(world: World) -> None:
    """The noon by which somebody must be back is no time to come at, and a car wash named elsewhere is no other work."""
    ann = world.customer(language="zh-CN").says("周二上午十点换机油，奥迪A4，东港店，在店等")
    ann.says("这个要多久 我中午前得回公司").sees("更换机油机滤大约", "11月24日 周二 10:00")


@pytest.mark.parametrize(
    ("language", "asked", "car", "seen"),
    [
        ("en", "how much is a minor service on a Corolla Cross", "", "no price for that car on file"),
        ("zh-CN", "凯越做个小保养多少钱", "", "这款车的价格没有登记"),
        # The answer speaks of two kinds of work.
        ("zh-TW", "空調不冷怎麼辦", "我的是Vios 八年了", "您想問哪一項的價格"),
    ],
)
def test_a_car_that_the_catalogue_has_not_is_no_other_one(world: World, language: str, asked: str, car: str, seen: str) -> None:
    ann = world.customer(language=language).says(asked)
    (ann.says(car) if car else ann).sees(seen)
    if car:
        ann.presses(ann.labels[0]).sees("這款車的價格沒有登記")


def test_which_day_is_meant_may_be_answered_by_a_time_or_the_day(world: World) -> None:
    ann = booked(world, "zh-TW", OIL)
    ann.says("想改時間").says("禮拜四或者禮拜五下午").sees("哪一個").says("三點")
    assert ann.labels[:2] == ["11月26日 週四 15:00", "11月27日 週五 15:00"]
    ann.says("禮拜五").sees("改到11月27日 週五 15:00")


@pytest.mark.parametrize("words", ["ok can", "any is fine", "whichever"])
def test_the_first_store_is_taken_by_whoever_minds_none(world: World, words: str) -> None:
    ann = world.customer().says("oil change on Tuesday at ten for my A4").sees("At which store?").says(words)
    ann.sees("Lanwan Auto East Harbour", "Tue 24 Nov, 10:00")


def test_a_form_does_not_ask_the_same_a_third_time(world: World) -> None:
    question = "What shall we do for your car?"
    ann = world.customer().says("I'd like to book a visit").sees(question)
    ann.says("purple monkeys").sees(question).says("still purple monkeys").sees("can't make that out")
    assert question not in ann.last.text
    assert {"Talk to a person", "Cancel"} <= set(ann.labels)
    ann.says("monkeys monkeys monkeys").sees("round in circles").says("purple").sees("called a colleague")


@pytest.mark.parametrize(
    ("language", "words", "more", "stopped"),
    [
        ("en", "please stop sending me promotions", "all of them, whatsapp too", "no offers"),
        ("zh-CN", "别再给我发广告了", "全部都不要", "优惠"),
        ("zh-TW", "唔好再send推廣俾我", "係 所有都停", "優惠"),
    ],
)
def test_a_stop_may_have_more_words(world: World, language: str, words: str, more: str, stopped: str) -> None:
    ann = world.customer(language=language).says(words).sees(stopped)
    first = ann.last.text
    assert ann.says(more).last.text == first


def test_who_is_ill_on_the_day_itself_is_not_left_alone(world: World) -> None:
    ann = booked(world, "en", "oil change today at 11 for my A4 at East Harbour, I'll wait")
    ann.says("sorry, my son has a fever, I can't make it today").sees("well again soon", "please call us", "called a colleague")


@pytest.mark.parametrize("status", [ARRIVED, IN_SERVICE])
def test_a_car_that_is_with_us(world: World, status: str) -> None:
    """What the diary knows is said, more work goes to the people who have the car, and no second visit begins."""
    ann = booked(world, "zh-CN", "oil change today at 11 for my A4 at East Harbour, I'll wait")
    with world.database.transaction() as session:
        from storage.appointments import get

        row = get(session, diary(ann)[0].id)
        assert row is not None
        row.status = status
    ann.says("我的车好了没").sees("更换机油机滤", "呼叫同事").says("顺便把雨刮片也换了").sees("雨刮片", "先报价")


def test_a_drive_beside_the_work_is_offered_afterwards(world: World) -> None:
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait")
    ann.says("oh and my mate would like a test drive of the Model Y").sees("Test drive", "after that", "Oil and filter change")
    ann.says("13800138000").sees("You're booked!", "You also spoke of: ", "Test drive").presses("Book").sees(
        "Tue 24 Nov: what time?"
    )


def test_nothing_is_sent_to_who_has_said_stop_in_other_words(world: World) -> None:
    ann = world.customer().says("no more marketing please")
    assert ann.outcome is not None
    with world.database.reading() as session:
        from storage import chats
        from storage.contact import Person

        assert not agreed(session, Person.of(chats.get(session, ann.outcome.chat_id))).get("marketing", False)


@pytest.mark.parametrize(
    ("language", "asked", "typed"),
    [("en", "is the mudflap thing with the coating ok", "yes"), ("zh-CN", "有地方给娃玩没 一等一下午", "第一个")],
)
def test_did_you_mean_may_be_answered_in_words(world: World, language: str, asked: str, typed: str) -> None:
    ann = world.customer(language=language).says(asked)
    assert len(ann.labels) > 1
    first = ann.labels[0]
    pressed = world.customer(language=language).says(asked).presses(first).last.text
    assert ann.says(typed).last.text == pressed


@pytest.mark.parametrize(
    ("language", "words", "seen"),
    [
        ("en", "i finish late on most days, could you pick up my car at home", "choose pick-up and delivery"),
        ("zh-CN", "我这几天走不开 你们能上门取车不", "取"),
    ],
)
def test_a_question_among_other_words_is_answered(world: World, language: str, words: str, seen: str) -> None:
    world.customer(language=language).says(words).sees(seen)


def test_the_time_that_it_has_is_no_other_time(world: World) -> None:
    ann = booked(world, "en", OIL)
    ann.says("move my appointment to another time on Tuesday").sees("Tue 24 Nov: what time?")
    assert "09:30" in ann.labels
    assert "10:00" not in ann.labels


@pytest.mark.parametrize(
    ("language", "wish", "which", "note"),
    [
        ("en", "book a service for my A4 on Tuesday at ten at East Harbour", "the 40,000 km one", "40,000 km"),
        ("zh-CN", "周二上午十点给A4做保养，东港店", "五万公里的那个", "五万公里"),
        ("zh-TW", "週二上午十點幫A4做保養，東港店", "唔知喎 你哋睇住辦", "你哋睇住辦"),
    ],
)
def test_a_mileage_or_you_decide_settles_which_service(world: World, language: str, wish: str, which: str, note: str) -> None:
    """The longer one is planned, and the advisor reads what they said."""
    ann = world.customer(language=language).says(wish)
    assert len(ann.labels) >= 2
    ann.says(which).sees(note, "10:00")


@pytest.mark.parametrize(
    ("language", "wish", "told", "noted"),
    [
        ("en", "oil change on Tuesday at ten for my A4", "my dad brings it and he is a bit hard of hearing", "written that down"),
        ("zh-CN", "周二上午十点给A4换机油", "车是我爸开过去 他耳朵不太好麻烦大声点", "记给顾问了"),
    ],
)
def test_what_is_told_in_between_is_kept_for_the_advisor(world: World, language: str, wish: str, told: str, noted: str) -> None:
    ann = world.customer(language=language).says(wish).says(told).sees(noted)
    ann.presses(ann.labels[0]).sees(told)


@pytest.mark.parametrize(
    ("language", "asked", "then", "seen"),
    [
        ("en", "do you do ceramic coating", "how long does it last", "one to three years"),
        ("en", "do you do ceramic coating", "and how much for an SUV", "Ceramic coating"),
        ("en", "how long is the warranty on my car", "can i extend it", "while the factory warranty still runs"),
        ("en", "what is included in a minor service", "by the way where are you located", "88 Lanwan East Road"),
        ("en", "how many points do i have", "how can i use them", "points"),
        ("zh-CN", "空调滤芯多久换一次", "换一次多少钱", "空调滤芯"),
        ("zh-CN", "优惠券怎么用", "能给朋友用吗", "券"),
        ("zh-CN", "可以试驾吗", "要带什么", "上面的回答"),
        ("zh-CN", "小保养多少钱", "包括什么", "小保养更换机油和机油滤芯"),
        ("zh-CN", "小保养多少钱", "那大保养呢", "大保养："),
        ("zh-TW", "可以刷卡嗎", "那分期呢", "分期"),
        ("zh-TW", "迫力有聲", "仲揸唔揸得", "煞車"),
        ("zh-TW", "皮椅怎麼保養", "搵你哋做要幾耐", "真皮保養大約"),
    ],
)
def test_few_words_are_about_what_was_asked_before(world: World, language: str, asked: str, then: str, seen: str) -> None:
    ann = world.customer(language=language).says(asked).says(then)
    assert seen.lower() in ann.last.text.lower(), ann.last.text


@pytest.mark.parametrize(
    ("language", "asked", "then", "wrong"),
    [
        ("en", "my aircon blows warm", "how much to fix that", "Scratch repair"),
        ("en", "how much is a ceramic coating", "is it worth it", "sunshade"),
        ("en", "i need a tow truck", "how long till somebody comes", "Puncture"),
        ("zh-CN", "有代步车吗", "要钱吗", "入会"),
        ("zh-CN", "车里有股糊味", "危险吗", "没关系"),
        ("en", "i smell burning in the car", "is it dangerous", "squeal"),
        ("zh-TW", "換偈油幾錢", "包唔包隔", "沒找到這款車"),
        ("zh-CN", "真皮座椅怎么护理", "你们做的话收多少", "立案"),
        ("zh-CN", "换下来的旧件能给我看看吗", "你们装上去的是正品不", "已经立案"),
        ("zh-TW", "換煞車皮多少錢", "多久要換", "75分鐘"),
    ],
)
def test_few_words_are_not_about_something_far_away(world: World, language: str, asked: str, then: str, wrong: str) -> None:
    assert wrong not in world.customer(language=language).says(asked).says(then).last.text


@pytest.mark.parametrize(
    ("language", "asked", "then"),
    [
        ("en", "how often should I change the oil", "do you have a toilet"),
        ("en", "how do I cancel", "who are you"),
        ("en", "do you have wifi", "is there a playground"),
        ("en", "how do I cancel", "a pizza please"),
        ("zh-CN", "保修包括什么", "能抽烟吗"),
        ("zh-TW", "有wifi嗎", "有位子嗎"),
    ],
)
def test_another_matter_is_as_it_is_where_nothing_was_said_before(world: World, language: str, asked: str, then: str) -> None:
    """Whatever is left to say of the first one is no answer to it."""
    alone = world.customer(language=language).says(then).last.text
    assert world.customer(language=language).says(asked).says(then).last.text == alone


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "is it worth it"), ("zh-CN", "包括什么"), ("zh-TW", "使唔使錢")],
)
def test_few_words_with_nothing_before_them_are_asked_about_or_answered_as_they_are(
    world: World, language: str, words: str
) -> None:
    """Nothing is made up of an empty talk, and what was asked an hour ago is no subject any more."""
    first = world.customer(language=language).says(words).last.text
    bob = world.customer(language=language).says("镀晶能管多久" if language != "en" else "how long does a ceramic coating last")
    world.passes(hours=1)
    assert bob.says(words).last.text == first


def test_words_that_lean_become_nobody_s_alias(world: World) -> None:
    ann = world.customer().says("can you pick up my car").says("how far do you go").sees("Did you mean")
    shown = ann.button(ann.labels[0])
    ann.does("press", press=shown)
    with world.database.reading() as session:
        assert session.query(AliasProposal).count() == 0


def test_who_asks_more_than_the_answer_has_is_not_told_it_again(world: World) -> None:
    ann = world.customer().says("can i get a loaner car").says("is it insured")
    assert "ours to put right" not in ann.last.text  # that is about damage to their own car
    ann = world.customer().says("can i get a loaner car").says("is it automatic").sees("in my answer above")
    assert ann.labels == ["Talk to a person"]
    with world.database.reading() as session:
        assert ("is it automatic", "loaner_car") in {(gap.text, gap.nearest) for gap in session.query(Gap)}


def test_and_another_day_and_another(world: World) -> None:
    ann = world.customer().says("what time do you close").says("and sunday?").sees("Sun 22 Nov: 09:00")
    ann.says("what about christmas day").sees("Fri 25 Dec")
    world.customer(language="zh-CN").says("请问几点关门").says("国庆呢").sees("以下日子的营业时间不同")


@pytest.mark.parametrize(
    ("language", "asked", "size", "seen"),
    [
        ("en", "do you sell tyres", "215/55 r17", "Tyres in 215/55 R17"),
        ("zh-CN", "换轮胎多少钱", "225/45R18 四条", "225/45 R18的轮胎"),
        ("zh-TW", "換哪個牌子的輪胎好", "205/55/16", "205/55 R16的輪胎"),
    ],
)
def test_the_size_of_a_tyre_goes_to_an_advisor(world: World, language: str, asked: str, size: str, seen: str) -> None:
    """The answers ask for it: it was "I don't know that service"."""
    ann = world.customer(language=language).says(asked).says(size).sees(seen)
    ann.presses(ann.labels[0])
    with world.database.reading() as session:
        [ticket] = session.query(Ticket).all()
        assert seen.split("的")[0].removeprefix("Tyres in ") in ticket.summary
    assert "215/55" not in world.customer().says("book an oil change").says("my plate is 215/55").last.text


@pytest.mark.parametrize(
    ("language", "asked", "words", "seen"),
    [
        ("en", "how long does a ceramic coating last", ("good", "not now", "okay then", "right"), "All right"),
        ("en", "how long does a ceramic coating last", ("why?", "really?"), "in my answer above"),
        ("zh-CN", "镀晶能管多久", ("可以", "哦", "没了", "下次"), "有需要随时找我"),
        ("zh-CN", "镀晶能管多久", ("为什么", "真的吗"), "上面的回答"),
        ("zh-TW", "鍍膜可以維持幾年", ("得", "係", "唔係", "下次先"), "有需要隨時找我"),
        ("zh-TW", "鍍膜可以維持幾年", ("點解",), "上面的回答"),
    ],
)
def test_what_is_said_to_an_answer_asks_for_no_other(
    world: World, language: str, asked: str, words: tuple[str, ...], seen: str
) -> None:
    """It was the same answer again, or whatever has these letters: "right" was a car that pulls to one side."""
    for said in words:
        world.customer(language=language).says(asked).says(said).sees(seen)
