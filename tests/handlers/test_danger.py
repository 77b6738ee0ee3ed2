"""Danger: the words that keep people safe come first, whatever was asked, and a person is called."""

import csv

import pytest
from sqlalchemy import select

from bot import demo
from handlers.danger.flow import kind_of
from storage.tickets import CRITICAL, Ticket
from tests.world import World

ONE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("brakes", ("brakes just went to the floor, can i crawl to you", "brakes went to the floor, ok if I go slow?",
                    "there's brake fluid leaking everywhere",
                    "刹车突然没反应了", "煞車踩下去空空的 煞不住", "迫力油漏到成地都係", "軚盤鎖死咗扭唔到",
                    "踩brake冇晒反應！！ 而家用手掣停咗喺屯門公路路肩", "高速上刹车突然变硬踩不动，我靠应急车道停了",
                    "开着开着刹车踩不动了", "the brake pedal is rock hard and it won't stop")),
        ("voltage", ("dash says 'electrical system fault, stop vehicle safely' ID3, hissing from under the floor",
                     "smoke from under my tesla while charging", "there's a popping sound coming from the battery of my EV",
                     "high voltage system fault, stop safely. i'm at the kerb",
                     "车底下冒烟了 是电车 充着电呢", "仪表提示请立即安全停车，高压系统故障，现在停在小区门口",
                     "電動車充電的時候有燒焦味", "車底有嘶嘶聲同燒焦味，係電車", "动力电池过热，请立即停车",
                     "充电枪那里冒火花了", "model y charging port is smoking")),
        ("fuel", ("strong petrol smell inside the cabin after filling up, engine's running", "the whole car reeks of petrol",
                  "刚加完油，车里一股汽油味特别冲，头都晕了", "車裡汽油味好重", "成架車好大陣電油味",
                  "fuel smell so strong i feel sick")),
        ("fire", ("white smoke coming from the bonnet", "my car is on fire", "车头在冒烟怎么办", "引擎蓋一直冒白煙",
                  "架車著火了")),
        ("poison", ("my toddler drank some screenwash", "孩子喝了一口防冻液", "妹妹剛剛吞了芳香劑的凝膠", "細路飲咗玻璃水點算")),
        ("hurt", ("he is unconscious in the driver's seat", "撞到頭 一直流血")),
        ("locked", ("my daughter is locked inside the car with the keys, she's 2", "宝宝被锁在车里了", "BB鎖咗入車入面",
                    "孩子锁车里了！！钥匙也在里面 才一岁半", "the dog is locked in and it's hot",
                    "locked my baby in the car by accident", "two kids locked in the car")),
        ("crash", ("someone just rear-ended me", "刚才在路口被追尾了", "啱啱俾人撞咗車尾", "剛剛出車禍了")),
        ("stranded", ("puncture on the motorway, lorries flying past", "在高速上抛锚了", "車死火喺隧道入面", "爆胎停在路肩",
                      "爆咗呔喺高速", "爆胎了在路肩", "爆咗呔 而家喺屯門公路", "高速上左前胎爆了",
                      "Blowout on the M25 what do i do",
                      "tyre burst on the highway", "broken down on M62", "stuck on M25 with flat tyre",
                      "flat tyre on the A3 near Guildford, lorries flying past", "flat tyre on A1 northbound")),
        ("lamp", ("red brake lamp came on", "my red brake light came on while driving should i come in", "刹车灯红灯亮了",
                  "刹车灯红色的一直亮 还能开吗", "煞車警示燈亮了", "迫力紅燈着咗", "brake warning light is on")),
        (None, ("what if the brakes fail on a hill", "how often does brake fluid leak", "brake pads price",
                "刹车油多久换一次", "要是着火了保险赔吗",
                "brakes squeak", "my brake light bulb is out", "刹车灯不亮了", "等红灯的时候刹车有响声", "爆胎险多少钱",
                "刹车有点软", "the light is on", "can i get a tow truck if i break down",
                "flat tyre repair price",
                "多少钱补胎", "spare tyre", "水温高", "停了半个月打不着火了", "架車打唔著火喇", "車子發不動",
                "smoke smell in the cabin, can you clean it", "my dog is sick in the car",
                "孩子把钥匙锁车里了", "my kid locked the keys in the car", "call me 20 min from now about the accident car",
                "熄火以后刹车踩不动正常吗", "打不着火 刹车也踩不动", "does an electric car smoke more easily",
                "电车电池容易起火吗",
                "my tesla smells of cigarette smoke", "popping noise from the suspension of my model 3",
                "换完汽油滤清器有点汽油味", "hissing from the vents of my ioniq", "电车充电桩怎么安装", "高压洗车多少钱",
                "what does the high voltage battery cost", "faint petrol smell after the service", "刹车油特别重要吗",
                "电动车保养要多久", "charging cable stuck in my id3", "electric car battery warranty", "充电时电池发烫吗",
                "battery fault and the start stop system doesn't work", "electrical fault light, start/stop not available",
                "can I smoke in the courtesy EV", "smoke tint for my electric car windows", "do you have the ioniq in smoke grey",
                "my tesla smells of smoke from the previous owner", "电动座椅一动就滋滋声", "电动后视镜滋滋声响",
                "充电系统故障灯亮了，我停车库里，能约周五吗", "高压油泵故障，车在停车场",
                "特斯拉刹车有嘶嘶声", "比亚迪空调有滋滋声",
                "hissing sound from the aircon in my ev", "popping noise under the floor over bumps",
                "brakes hiss when I stop and the battery light is on", "it's really heavy on fuel lately",
                "my car is terrible on petrol since last service", "do you sell a strong fuel system cleaner",
                "strong gas struts for the boot", "手上汽油味很重怎么洗", "冷启动排气管汽油味很重正常吗", "孩子的书包锁车里了",
                "婴儿车卡在车里拿不出来", "baby seat stuck in the isofix", "my daughter's visit is locked in for Tuesday 10am?",
                "brake pads没了要换", "刹车片没了 换一副", "停车一晚上刹车踩不动，打着火就好了", "flat tyre on my BMW M3",
                "puncture repair on an audi a4", "flat tyre on my m3", "what does a puncture on a Q5 cost")),
    ],
)  # fmt: skip
def test_what_is_a_danger_of_this_moment(kind: str | None, texts: tuple[str, ...]) -> None:
    assert {text: kind_of(text) for text in texts} == dict.fromkeys(texts, kind)


def test_no_work_on_any_car_is_a_danger() -> None:
    """Spark plugs for an electric car are a strange wish, and no sparks; the A4 is a car and no road."""
    with demo.file("services.csv").open(encoding="utf-8") as rows:
        names = [(row["name_en"], row["name_zh_hans"], *row["aliases"].split("|")) for row in csv.DictReader(rows)]
    named = [name for of_one in names for name in of_one]
    asked = [f"{name} {car} 多少钱 tomorrow" for name in named for car in ("tesla model 3", "奥迪A4", "比亚迪秦")]
    assert len(asked) > 1500
    assert [text for text in asked if kind_of(text)] == []


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
