"""Danger: the words that keep people safe come first, whatever was asked, and a person is called."""

import pytest
from sqlalchemy import select

from handlers.danger.flow import kind_of
from storage.tickets import CRITICAL, Ticket
from tests.world import World

ONE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("brakes", ("brakes just went to the floor, can i crawl to you", "brakes went to the floor, ok if I go slow?",
                    "there's brake fluid leaking everywhere",
                    "刹车突然没反应了", "煞車踩下去空空的 煞不住", "迫力油漏到成地都係", "軚盤鎖死咗扭唔到")),
        ("fire", ("white smoke coming from the bonnet", "my car is on fire", "车头在冒烟怎么办", "引擎蓋一直冒白煙",
                  "架車著火了")),
        ("poison", ("my toddler drank some screenwash", "孩子喝了一口防冻液", "妹妹剛剛吞了芳香劑的凝膠", "細路飲咗玻璃水點算")),
        ("hurt", ("he is unconscious in the driver's seat", "宝宝被锁在车里了", "撞到頭 一直流血")),
        ("crash", ("someone just rear-ended me", "刚才在路口被追尾了", "啱啱俾人撞咗車尾", "剛剛出車禍了")),
        ("stranded", ("puncture on the motorway, lorries flying past", "在高速上抛锚了", "車死火喺隧道入面", "爆胎停在路肩",
                      "爆咗呔喺高速", "爆胎了在路肩", "爆咗呔 而家喺屯門公路", "高速上左前胎爆了",
                      "Blowout on the M25 what do i do",
                      "tyre burst on the highway")),
        ("lamp", ("red brake lamp came on", "my red brake light came on while driving should i come in", "刹车灯红灯亮了",
                  "刹车灯红色的一直亮 还能开吗", "煞車警示燈亮了", "迫力紅燈着咗", "brake warning light is on")),
        (None, ("what if the brakes fail on a hill", "how often does brake fluid leak", "brake pads price",
                "刹车油多久换一次", "要是着火了保险赔吗",
                "brakes squeak", "my brake light bulb is out", "刹车灯不亮了", "等红灯的时候刹车有响声", "爆胎险多少钱",
                "刹车有点软", "the light is on", "can i get a tow truck if i break down",
                "flat tyre repair price",
                "多少钱补胎", "spare tyre", "水温高", "停了半个月打不着火了", "架車打唔著火喇", "車子發不動",
                "smoke smell in the cabin, can you clean it", "my dog is sick in the car")),
    ],
)  # fmt: skip
def test_what_is_a_danger_of_this_moment(kind: str | None, texts: tuple[str, ...]) -> None:
    assert {text: kind_of(text) for text in texts} == dict.fromkeys(texts, kind)


@ONE
@pytest.mark.parametrize(
    ("language", "wish", "danger", "safe", "called", "more", "noted"),
    [
        ("en", "oil change on Tuesday at ten", "help, the brakes have failed", "don't drive it any further", "called a colleague",
         "we're at the roundabout by the school", "passed that on"),
        ("zh-CN", "周二上午十点换机油", "刚刚在高架上被追尾了", "护栏外", "已经帮您呼叫同事", "就在火车站出口那边", "转过去了"),
        ("zh-TW", "週二上午十點換機油", "我爆胎停在高速路肩", "三角警示牌", "已經幫您", "在竹北交流道附近", "轉過去"),
    ],
)  # fmt: skip
def test_danger_in_the_middle_of_a_form_is_answered_and_nothing_is_asked(
    world: World, language: str, wish: str, danger: str, safe: str, called: str, more: str, noted: str
) -> None:
    ann = world.customer(language=language).says(wish)
    asked = ann.last.text
    ann.says(danger).sees(safe, called)
    assert asked not in ann.last.text
    ann.says(more).sees(noted)
    with world.database.reading() as session:
        assert [ticket.tier for ticket in session.scalars(select(Ticket))] == [CRITICAL]


@ONE
@pytest.mark.parametrize(
    ("language", "lamp", "stop", "look"),
    [
        ("en", "red brake lamp came on", "don't drive on", "Book a visit"),
        ("zh-CN", "刹车灯红灯亮了", "别再开了", "预约到店"),
        ("zh-HK", "迫力紅燈着咗", "不要再開", "預約到店"),
    ],
)
def test_the_red_lamp_of_the_brakes_stops_the_car_and_books_a_look_at_it(
    world: World, language: str, lamp: str, stop: str, look: str
) -> None:
    ann = world.customer(language=language).says(lamp).sees(stop)
    ann.presses(look)
    assert ann.last.data["buttons"], "which car it is, or which work"


@ONE
def test_poison_is_for_the_doctor_and_not_for_the_workshop(world: World) -> None:
    ann = world.customer().says("my little one swallowed coolant").sees("poison control")
    assert ann.labels == ["Talk to a person"]
    with world.database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []


@ONE
def test_what_our_work_has_made_dangerous_is_a_complaint(world: World) -> None:
    world.customer().says("After your service the brakes failed and I nearly crashed").sees("should not have happened")


@ONE
def test_what_burns_now_is_told_what_to_do_though_it_began_after_our_work(world: World) -> None:
    world.customer().says("there is smoke coming from the bonnet since the oil change").sees(
        "get everybody out", "called a colleague"
    )
    with world.database.reading() as session:
        assert [ticket.tier for ticket in session.scalars(select(Ticket))] == [CRITICAL]


def test_a_hot_engine_by_the_road_comes_before_any_complaint() -> None:
    for words in ("我在机荷高速上 水温红了 车冒烟", "steam coming out of the bonnet, I'm on the M25", "車喺隧道冒煙"):
        assert kind_of(words) == "stranded", words
    for words in (
        "高速上水温偏高是什么原因",
        "跑高速水温会高吗",
        "it only overheats on the motorway, why?",
        "上个月车冒烟你们修的",
    ):
        assert kind_of(words) is None, words
