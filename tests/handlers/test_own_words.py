"""Questions in people's own words that were answered with something near: which answer they get, alone and in a talk."""

import pytest

from handlers.faq.topic import unambiguous
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def test_questions_are_answered_by_what_they_ask(world: World) -> None:
    for language, words, seen in (
        ("en", "where is the locking wheel nut key", "small metal socket"),
        ("zh-CN", "防盗螺丝套筒找不到了", "金属小套筒"),
        ("en", "do I need to warm up the engine in winter", "half a minute is enough"),
        ("en", "where on the dipstick should the oil be", "between the two marks"),
        ("en", "when do I pay, before or after", "before you take it"),
        ("en", "can I book without an account", "no account"),
        ("en", "do electric cars need servicing", "no engine oil"),
        ("zh-CN", "讲个笑话", "漏气的轮胎"),
        ("en", "is it safe to jet wash an ev", "sealed"),
        ("en", "how do I check the oil level", "between the two marks"),
        ("en", "oil level warning", "Red oil lamp"),
        ("zh-CN", "我车里进耗子了", "打开机盖拍照"),
        ("en", "my van wont start been sat for six weeks", "12 V battery"),
    ):
        world.customer(language=language).says(words).sees(seen)


def test_the_battery_of_an_electric_car_is_the_one_it_drives_by(world: World) -> None:
    for language, words in (
        ("en", "how long does the battery of my Model Y last?"), ("en", "how long will my tesla battery last"),
        ("en", "nissan leaf battery life expectancy"), ("zh-CN", "蔚来的电池能用几年"),
        ("en", "how long does the battery in an id.4 last"), ("zh-CN", "特斯拉电池能用多久"),
        ("zh-TW", "我的Model 3電池可以用幾年"),
    ):  # fmt: skip
        ann = world.customer(language=language).says(words)
        assert "200,000" in ann.last.text or "二十" in ann.last.text, (words, ann.last.text)
    for words in ("how long does my battery last", "how long does the 12v battery of my Model Y last"):
        world.customer().says(words).sees("three to five years")


def test_when_the_car_may_be_washed_again_is_not_how_long_a_wash_takes(world: World) -> None:
    ann = world.customer(language="zh-CN").says("贴个车衣多少钱").says("贴完多久能洗车")
    assert "40分钟" not in ann.last.text
    world.customer(language="zh-CN").says("洗车多久能好").sees("40分钟")


def test_how_often_it_is_done_anew_is_not_how_long_it_takes(world: World) -> None:
    ann = world.customer(language="zh-CN").says("镀晶怎么保养").says("多久要重新做")
    assert "大约1天" not in ann.last.text


def test_what_else_is_to_stop_is_no_message(world: World) -> None:
    for words in ("how do I stop the squeaking", "stop the alarm", "can you stop the leak"):
        assert "advertising ends" not in world.customer().says(words).last.text, words


def test_a_charge_for_it_is_a_fee_and_no_socket(world: World) -> None:
    ann = world.customer().says("can you pick up my car from work").says("is there a charge for that")
    assert "charging points" not in ann.last.text
    for words in ("no charge in my ev", "my ev has no charge", "the charge drops overnight in my ev"):
        assert unambiguous(words) == words
    world.customer().says("can i charge at yours while i wait").sees("charging points")


def test_the_best_oil_for_a_car_is_no_price(world: World) -> None:
    for words in ("whats the best oil for a 2015 golf", "which oil is right for my Golf"):
        assert "price of" not in world.customer().says(words).last.text, words


def test_a_lost_key_and_a_joke_are_no_complaint(world: World) -> None:
    for language, words in (
        ("zh-HK", "鎖匙唔見咗"), ("en", "tell me a joke"), ("zh-CN", "讲个段子听听"), ("zh-TW", "倒車雷達一直叫"),
        ("zh-TW", "雨刷一直跳"), ("en", "my kid was sick all over the seats"),
    ):  # fmt: skip
        labels = world.customer(language=language).says(words).labels
        assert not {"Yes, pass it on", "是的，转给同事", "是的，轉給同事", "Annoying", "有些不愉快"} & set(labels), words
