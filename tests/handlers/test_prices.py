"""Prices: found by service and car in three languages, from the catalogue of the customer's store, and never invented."""

from datetime import date

import pytest

from handlers.prices import finding, rules
from storage.catalogue import PriceOnFile
from storage.entries import Gap
from storage.tickets import Ticket
from tests.marks import EMPTY_ON_SQLITE, SHOP_ON_SQLITE
from tests.world import World


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("how much is a minor service for my A4?", ["Minor service · Audi A4: ¥899", "East Harbour", "about 1 hour", "Included"]),
        ("A4小保养多少钱", ["小保养 · 奥迪A4：¥899", "东港店", "包含"]),
        ("A4小保養幾多錢呀", ["小保養 · 奧迪A4：¥899", "包含"]),
        ("price of a miner servcie for an audi a4", ["Minor service · Audi A4: ¥899"]),
        ("minor service A4", ["Minor service · Audi A4: ¥899"]),
        ("奥迪A4做个小保养要多少钱", ["¥899"]),
        ("hand wash how much", ["Hand wash", "¥"]),
    ],
)
def test_a_price_in_one_message(world: World, words: str, seen: list[str]) -> None:
    world.customer().says(words).sees(*seen)


@SHOP_ON_SQLITE
@pytest.mark.parametrize("way", ["{} 换前刹车片多少钱", "{}換前煞車皮要多少", "how much are front brake pads for my {}"])
def test_no_car_is_so_rare_a_word_that_its_price_becomes_another_matter(world: World, way: str) -> None:
    """An answer that has only the car's name in common ("whose is the red Golf?") took the question about its brakes."""
    for car in ("Golf", "A4", "Camry", "Model 3", "CR-V", "Passat", "X3", "C-Class"):
        said = world.customer().says(way.format(car)).last.text
        assert any(name in said for name in ("更换前刹车片 · ", "更換前煞車皮 · ", "Front brake pads · ")), said


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "question", "car", "seen"),
    [
        ("en", "how much is a minor service", "for which car?", "audi a4", "¥899"),
        ("zh-CN", "小保养多少钱", "您的车是哪一款", "奥迪A4", "¥899"),
        ("zh-TW", "小保養多少錢", "您的車是哪一款", "A4L", "¥899"),
    ],
)
def test_the_car_is_asked_only_when_it_is_not_known(
    world: World, language: str, words: str, question: str, car: str, seen: str
) -> None:
    ann = world.customer(language=language).says(words)
    ann.sees(question)
    ann.says(car).sees(seen)
    # The car was told: another price needs no second telling.
    ann.says(words).sees(seen)


def test_the_customers_own_car_is_used_once_the_number_is_shared(world: World) -> None:
    """IN12: the sender's own number links the chat to the customer."""
    ann = world.customer("telegram", language="zh-CN")
    ann.says("小保养多少钱").sees("您的车是哪一款")
    assert ann.last.data["share"] == "分享我的号码"
    ann.shares_phone("8610055500102").sees("林浩然", "小保养 · 大众高尔夫：¥")
    ann.says("大保养多少钱").sees("大保养 · 大众高尔夫：¥")


@SHOP_ON_SQLITE
def test_of_several_own_cars_one_is_chosen(world: World) -> None:
    ann = world.customer("telegram", language="zh-CN").shares_phone("8610055500101").sees("陈静雯")
    ann.says("小保养多少钱").sees("您的车是哪一款")
    assert ann.labels[:3] == ["奥迪A4", "特斯拉Model Y", "其他车型"]
    ann.presses("奥迪A4").sees("奥迪A4：¥899")


def test_somebody_elses_number_links_nothing(world: World) -> None:
    """IN12."""
    ann = world.customer("telegram").shares_phone("8610055500101", own=False)
    ann.sees("somebody else's number")
    ann.says("how much is a minor service").sees("for which car?")
    world.customer("telegram").shares_phone("8610055599999").sees("don't find this number")
    world.customer("telegram").shares_phone("hello").sees("can't read that as a phone number")


@SHOP_ON_SQLITE
def test_several_services_of_one_name_become_buttons(world: World) -> None:
    ann = world.customer().says("how much are brake pads for a golf")
    ann.sees("price of")
    assert ann.labels[:2] == ["Front brake pads", "Rear brake pads"]
    ann.presses("Rear brake pads").sees("Rear brake pads · VW Golf: ¥")


@SHOP_ON_SQLITE
def test_what_another_store_does_is_said_so(world: World) -> None:
    ann = world.customer().says("how much is a ceramic coating for an A4")
    ann.sees("Ceramic coating", "This is done at", "Studio")


@SHOP_ON_SQLITE
def test_another_stores_price_is_one_button_away(world: World) -> None:
    ann = world.customer().says("how much is a minor service for my A4")
    east = ann.last.text
    ann.presses("Price at")
    ann.sees("Pine Hill", "Minor service · Audi A4: ¥")
    assert ann.last.text != east


def test_a_price_that_is_not_on_file_is_not_invented(world: World) -> None:
    """An oil change for an electric car: none on file, said so, filed, and a person offered."""
    ann = world.customer().says("how much is an oil change for a tesla model 3")
    ann.sees("no current price on file", "won't make one up")
    assert "¥" not in ann.last.text
    with world.database.reading() as session:
        [gap] = session.query(Gap).all()
    assert (gap.kind, gap.nearest) == ("price", "oil_change")
    ann.presses("Talk to a person").sees("called a colleague")
    with world.database.reading() as session:
        assert "Oil" in session.query(Ticket).one().summary


@SHOP_ON_SQLITE
def test_a_car_that_we_do_not_know_is_handed_over(world: World) -> None:
    ann = world.customer().says("how much is a minor service")
    ann.says("a lada niva").sees("don't find that car")
    ann.presses("Another car").sees("no price for that car on file")


def test_an_expired_price_is_not_spoken(world: World) -> None:
    """West's headlight price has ended; what is said comes from a store where one holds today."""
    ann = world.customer().starts("store-west").says("how much is headlight restoration")
    assert "¥342" not in ann.last.text
    ann.sees("This is done at")


@SHOP_ON_SQLITE
def test_book_takes_service_car_and_store_along(world: World) -> None:
    ann = world.customer().says("how much is a minor service for my A4").presses("Book a visit")
    ann.sees("When would you like to come?").says("tuesday at ten")
    ann.sees("On which number", "Minor service", "Tue 24 Nov, 10:00", "East Harbour", "Audi A4", "¥899")


@SHOP_ON_SQLITE
@pytest.mark.parametrize("words", ["price", "prices?", "价格", "多少钱", "how much", "查价格", "what are your prices"])
def test_bare_words_for_money_ask_for_the_service(world: World, words: str) -> None:
    ann = world.customer(language="zh-CN" if not words.isascii() else "en").says(words)
    assert "ask" in ann.last.data


@SHOP_ON_SQLITE
def test_a_question_about_a_service_is_not_a_price(world: World) -> None:
    ann = world.customer().says("what does a minor service include")
    assert "ask" not in ann.last.data
    assert "¥" not in ann.last.text


def _price(amount: int, model: int | None, day: date = date(2026, 1, 1)) -> PriceOnFile:
    return PriceOnFile(1, 1, model, amount, day, None)


@pytest.mark.parametrize(
    ("prices", "model", "said"),
    [
        ([], None, None),
        ([], 1, None),
        ([_price(500, None)], 1, (500, 500)),
        ([_price(500, None), _price(300, 1)], 1, (300, 300)),
        ([_price(500, None), _price(300, 1)], None, (300, 500)),
        ([_price(300, 2)], 1, None),
        ([_price(900, 1, date(2026, 6, 1)), _price(300, 1)], 1, (900, 900)),
        ([_price(900, 1, date(2026, 6, 1)), _price(300, 1)], None, (900, 900)),
    ],
)
def test_which_price_is_said(prices: list[PriceOnFile], model: int | None, said: tuple[int, int] | None) -> None:
    quote = rules.quote(prices, model)
    assert (quote and (quote.lowest, quote.highest)) == said


@pytest.mark.parametrize(
    ("words", "is_price"),
    [
        ("how much oil does it take", False), ("how much longer", False), ("多少公里保养一次", False), ("要多久", False),
        ("how much is it", True), ("what do you charge", True), ("贵不贵", True), ("幾多錢", True), ("費用", True),
        ("battery charging", False), ("is it free of charge", True),
    ],
)  # fmt: skip
def test_words_for_money(words: str, is_price: bool) -> None:
    assert finding.asks_price(words) is is_price


@EMPTY_ON_SQLITE
def test_an_empty_shop_says_that_it_has_no_prices(database: object) -> None:
    ann = World(database).customer()  # type: ignore[arg-type] # the fixture gives a Database
    ann.starts().sees("Hello!")
    ann.says("how much is a minor service")
    assert "¥" not in ann.last.text


@SHOP_ON_SQLITE
def test_a_car_named_where_the_service_was_asked_is_remembered(world: World) -> None:
    ann = world.customer().says("how much is it").sees("price of")
    ann.says("A4").sees("price of")
    assert "don't know that service" not in ann.last.text
    ann.says("minor service").sees("Minor service · Audi A4: ¥899")
    ann.says("and for a golf?").sees("Minor service · VW Golf: ¥499")
    ann.says("how much is a major service?").sees("VW Golf: ¥")


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "front", "rear"),
    [
        (
            "en",
            "how much for front and rear brake pads on an a4",
            "Front brake pads · Audi A4: ¥",
            "Rear brake pads · Audi A4: ¥",
        ),
        ("zh-CN", "前后刹车片多少钱 奥迪A4", "更换前刹车片 · 奥迪A4：¥", "更换后刹车片 · 奥迪A4：¥"),
        ("zh-TW", "前後煞車皮多少錢 A4", "更換前煞車皮 · 奧迪A4：¥", "更換後煞車皮 · 奧迪A4：¥"),
    ],
)
def test_front_and_rear_are_both_priced(world: World, language: str, words: str, front: str, rear: str) -> None:
    ann = world.customer(language=language).says(words).sees(front, rear)
    assert ann.last.text.count("¥") == 2


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_full_detail_is_chosen_from_what_there_is(world: World) -> None:
    ann = world.customer().says("how much is a full detail for an suv").sees("the price of")
    assert {"Waxing", "Interior deep cleaning"} <= set(ann.labels)


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_booking_waits_while_a_price_is_asked(world: World) -> None:
    """A question with questions of its own: which of two, then another one, left in the middle; the booking goes on each time."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").sees("On which number")
    ann.says("how much are brake pads for a Golf?").sees("the price of").presses("Front")
    ann.sees("Front brake pads · VW Golf: ¥", "Tue 24 Nov, 10:00", "On which number")
    ann.says("how much are brake pads for a Golf?").says("/prices").sees("the price of").says("cancel").sees(
        "Nothing was changed", "Tue 24 Nov"
    )
    ann.says("how much are brake pads for a Golf?").says("back").sees("On which number")
    ann.says("how much are brake pads for a Golf?").says("menu")
    assert "Tue 24 Nov" not in ann.last.text


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "first", "then", "seen"),
    [
        ("en", "my front brake pads squeal, what could it be?", "how much?", "Front brake pads: for which car?"),
        ("zh-CN", "前刹车片一般能用多久", "多少钱", "更换前刹车片：您的车是哪一款？"),
        ("zh-TW", "前煞車片通常可以用多久", "多少錢", "更換前煞車皮"),
    ],
)
def test_a_bare_how_much_is_about_what_was_spoken_of(world: World, language: str, first: str, then: str, seen: str) -> None:
    world.customer(language=language).says(first).says(then).sees(seen)


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_what_was_spoken_of_long_ago_is_forgotten(world: World) -> None:
    ann = world.customer().says("my front brake pads squeal, what could it be?")
    world.passes(minutes=31)
    ann.says("how much?").sees("the price of")


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "seen"),
    [
        ("en", "do you guys do ceramic coating?", "Yes, we do that."),
        ("zh-CN", "你们能做镀晶吗", "可以做的。"),
        ("zh-TW", "有做鍍膜嗎", "有做的。"),
    ],
)
def test_whether_it_is_done_here_is_a_yes_and_the_price(world: World, language: str, words: str, seen: str) -> None:
    ann = world.customer(language=language).says(words).sees(seen)
    ann.says("cancel").says("do you do haircuts?")
    assert seen not in ann.last.text


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_one_service_more_below_a_price(world: World) -> None:
    ann = world.customer().says("how much is ceramic coating for my golf").sees("VW Golf: ¥2,680")
    ann.says("and a hand wash?").sees("Hand wash: ¥").says("what about paint protection film").sees(
        "Paint protection film, front · VW Golf"
    )
    world.customer(language="zh-CN").says("A4换机油多少钱").sees("¥699").says("那做个小保养呢").sees("小保养 · 奥迪A4：¥899")


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_question_that_led_nowhere_is_not_asked_again(world: World) -> None:
    """The catalogue has none such, and the same list a third time would be no answer."""
    ann = world.customer().says("do you do tyres").sees("the price of").says("something by kumho").sees("don't know that service")
    ann.says("how much for 4")
    assert "like to know the price of" not in ann.last.text


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "seen"),
    [("en", "oil change", "¥369 to ¥909"), ("zh-CN", "换机油", "¥369 至 ¥909"), ("zh-HK", "換偈油", "¥369 至 ¥909")],
)
def test_who_only_names_the_work_gets_its_price_and_books_it(world: World, language: str, words: str, seen: str) -> None:
    ann = world.customer(language=language).says(words).sees(seen)
    ann.presses(ann.labels[0])
    assert ann.last.text.startswith(("Which car", "请问是什么车", "請問是什麼車"))


@SHOP_ON_SQLITE
def test_a_bare_drive_is_booked(world: World) -> None:
    world.customer().says("test drive").sees("Which model would you like to drive?")


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "seen"),
    [
        ("zh-CN", "做镀晶要多久", "大约1天"),
        ("zh-CN", "镀晶能管多久", "一到三年"),
        ("en", "how long does ceramic coating take", "about 1 day"),
        ("en", "how long does ceramic coating last", "one to three years"),
        ("zh-HK", "整鍍膜要幾耐", "大約1天"),
        ("zh-TW", "鍍膜要放幾天", "大約1天"),
        ("en", "how many days do you need the car for ceramic coating", "about 1 day"),
        ("zh-CN", "多久换一次机油", "先到为准"),
        ("zh-CN", "换机油要多长时间", "45分钟"),
    ],
)
def test_how_long_the_work_takes_is_not_how_long_it_lasts(world: World, language: str, words: str, seen: str) -> None:
    world.customer(language=language).says(words).sees(seen)


@SHOP_ON_SQLITE
def test_several_services_in_one_question_are_priced_together(world: World) -> None:
    ann = world.customer().says("how much is an oil change and an alignment")
    ann.sees("Oil and filter change: ¥369 to ¥909", "Four-wheel alignment: ¥298")
    assert ann.labels == ["Book a visit"]


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("language", "words", "told"),
    [
        ("en", "how much is the 60,000 km service for an A4", "Major service · Audi A4: ¥2,299"),
        ("zh-CN", "A4 5万公里保养多少钱", "小保养 · 奥迪A4：¥899"),
        ("zh-TW", "A4 6萬公里保養幾錢", "大保養 · 奧迪A4：¥2,299"),
        ("en", "how much is a service, the last one was at 50,000 km", "What would you like to know the price of?"),
    ],
)
def test_a_service_by_its_mileage_has_the_price_of_what_is_done_then(world: World, language: str, words: str, told: str) -> None:
    world.customer(language=language).says(words).sees(told)


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("words", "language", "said"),
    [
        ("interior", "en", "Interior deep cleaning"), ("内饰", "zh-Hans", "内饰深度清洗"), ("內裝", "zh-Hant", "內裝深層清潔"),
        ("條軚漏風", "zh-Hant", "通常可以補"), ("爆軚", "zh-Hant", "補胎"),
        ("爆胎了", "zh-Hans", "一般能补"),
    ],
)  # fmt: skip
def test_a_part_of_the_car_or_a_leaking_tyre_is_answered_straight(world: World, words: str, language: str, said: str) -> None:
    ann = world.customer(language=language)
    ann.says(words)
    assert said in ann.received[-1]


@SHOP_ON_SQLITE
@pytest.mark.parametrize(
    ("language", "words", "first", "button"),
    [
        ("zh-CN", "首保免费吗", "不少厂家的新车首保是免费的", "价格查询"),
        ("zh-HK", "洗車免費嗎", "手工洗車：¥48", "預約到店"),
        ("zh-HK", "洗車幾錢呀", "手工洗車：¥48", "預約到店"),
        ("zh-CN", "电动车要保养吗", "需要，只是项目少", "预约到店"),
        ("en", "洗车要多久吗", "手工洗车大约40分钟", "预约到店"),
    ],
)
def test_what_asks_for_a_price_or_a_need_is_not_told_that_we_do_it(
    world: World, language: str, words: str, first: str, button: str
) -> None:
    ann = world.customer(language=language).says("start").says(words)
    assert ann.last.text.startswith(first)
    assert button in ann.labels
