"""What sounds like the price of work and is another question: what a car is worth, whether it needs the work."""

import pytest

from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "how much would I get for my 2018 Golf"),
        ("en", "what's my A4 worth?"),
        ("en", "how much can you give me for my golf 2019"),
        ("en", "trade-in value of a 2018 golf?"),
        ("zh-CN", "我的高尔夫2018年的能卖多少钱"),
        ("zh-CN", "A4 置换能抵多少"),
        ("zh-TW", "高爾夫舊換新可以折多少"),
        ("zh-HK", "我架Golf賣俾你哋值幾錢"),
    ],
)
def test_what_a_car_is_worth_is_no_price_of_work(world: World, language: str, words: str) -> None:
    told = {"en": "rough figure", "zh-CN": "大概价格", "zh-TW": "大概價格", "zh-HK": "大概價格"}
    world.customer(language=language).says(words).sees(told[language])


@pytest.mark.parametrize(
    ("language", "words", "part"),
    [
        ("en", "does the model 3 need oil changes?", "no engine oil"),
        ("en", "do I need to change the oil in my Tesla", "no engine oil"),
        ("zh-CN", "特斯拉要换机油吗", "不换机油"),
        ("zh-TW", "Model 3要換機油嗎", "不換機油"),
        ("zh-HK", "Model 3使唔使換機油呀", "不換機油"),
    ],
)
def test_whether_an_electric_car_needs_it_is_told(world: World, language: str, words: str, part: str) -> None:
    world.customer(language=language).says(words).sees(part)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "I'm selling my golf next month and need it inspected before that"),
        ("en", "before I sell my golf I want it washed"),
        ("zh-CN", "你们卖轮胎多少钱"),
        ("zh-HK", "你哋賣唔賣機油 幾錢"),
    ],
)
def test_a_sale_that_is_none_of_their_car_to_us_is_no_valuation(world: World, language: str, words: str) -> None:
    ann = world.customer(language=language).says(words)
    assert not [told for told in ("rough figure", "大概价格", "大概價格") if told in ann.last.text]


@pytest.mark.parametrize(
    ("language", "work", "words"),
    [
        ("en", "how much is an oil change", "what would you give me for my old polo against a new one"),
        ("zh-CN", "贴膜多少钱", "我的A4卖给你们能卖多少"),
    ],
)
def test_what_a_car_is_worth_among_prices_is_no_choice_of_a_car(world: World, language: str, work: str, words: str) -> None:
    world.customer(language=language).says(work).says(words).sees({"en": "rough figure", "zh-CN": "大概价格"}[language])


@pytest.mark.parametrize("words", ["what was my car price", "when was my car done and what's the price"])
def test_was_my_car_is_no_wash(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert "Hand wash" not in ann.last.text


@pytest.mark.parametrize(
    "words", ["nvm my neighbour helped", "ok forget it, got it done elsewhere", "never mind I already did it", "nvm got it fixed"]
)
def test_why_nothing_is_wanted_any_more_may_be_said(world: World, words: str) -> None:
    world.customer().says("how much is an oil change").says(words).sees("Nothing was changed")


@pytest.mark.parametrize(
    "words", ["how much for an oil change for my golf", "minor service A4", "what would a minor service for my A4 cost"]
)
def test_the_price_of_work_is_still_told(world: World, words: str) -> None:
    world.customer().says(words).sees("¥")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-TW", "對方酒駕撞到我停在路邊的車，警察有做筆錄，接下來是要先叫你們估價還是先找保險公司？"),
        ("zh-HK", "俾人撞凹咗左邊門，想揸嚟你度估咗價先覆佢"),
        ("en", "someone hit my parked car, what can you give me as an estimate"),
    ],
)
def test_what_a_repair_is_estimated_at_is_no_sale_of_the_car(world: World, language: str, words: str) -> None:
    assert not any(part in world.customer(language=language).says(words).last.text for part in ("firm offer", "確定報價"))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "how much is a key fob battery"),
        ("en", "what battery is in the key"),
        ("zh-CN", "车钥匙电池多少钱一个"),
        ("zh-HK", "電芯幾錢換一粒，車匙嗰種"),
    ],
)
def test_the_battery_of_a_key_is_not_the_cars(world: World, language: str, words: str) -> None:
    said = world.customer(language=language).says(words).last.text
    assert any(part in said for part in ("mechanical key", "机械钥匙", "機械鑰匙")), said
