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
    "words", ["how much for an oil change for my golf", "minor service A4", "what would a minor service for my A4 cost"]
)
def test_the_price_of_work_is_still_told(world: World, words: str) -> None:
    world.customer().says(words).sees("¥")
