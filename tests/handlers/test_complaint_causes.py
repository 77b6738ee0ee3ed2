"""Who has spilt, lost or scratched it, and what made them ill: theirs is no complaint, ours is one."""

import pytest

from handlers.tickets.rules import PERHAPS, VETO, Rules, shipped
from tests.world import World

RULES = Rules(shipped())


def test_what_they_lost_or_spilt_holds_back_and_what_we_did_does_not() -> None:
    for words in (
        "I lost my car key", "车钥匙丢了怎么办", "鎖匙唔見咗", "my dog threw up on the back seat", "娃把酸奶洒在后座了",
        "我不小心洒了咖啡",
    ):  # fmt: skip
        assert VETO in RULES.judge(words).kinds, words
    for words in (
        "you have lost my keys", "they have lost my key", "你们把我车钥匙弄丢了", "交给师傅的钥匙找不到了",
        "鑰匙交給你們之後不見了",
        "條匙喺你哋度唔見咗", "the dog peed in the car while you had it",
        "I paid for a deep clean because the dog threw up and it still stinks", "老婆坐你们刚做完内饰的车吐了一路",
        "I spilled coffee because your seat repair came loose",
    ):  # fmt: skip
        assert VETO not in RULES.judge(words).kinds, words


def test_who_became_ill_from_our_work_is_heard_at_once() -> None:
    for words in (
        "my son got sick from the fumes in my car after your cleaning",
        "we threw up from the chemical smell after your detailing",
        "the AC you repaired makes my kids sick", "孩子闻了你们洗车的味道吐了", "儿子女儿都吐了，空调有毒吧，你们刚换的",
    ):  # fmt: skip
        verdict = RULES.judge(words)
        assert (verdict.complaint, verdict.tier) == (True, "critical"), words
    for words in (
        "my dog was sick in the car, can you get rid of the smell", "can your cleaning products make my kid ill",
        "my baby was sick, could your cleaner get the smell out?", "车里味道大，头晕，你们能除味吗",
        "你们除甲醛多少钱，孩子闻着头疼",
        "孩子吐车上了，味道很大，你们能洗吗",
    ):  # fmt: skip
        assert not RULES.judge(words).complaint, words


def test_what_is_feared_or_was_done_elsewhere_is_no_damage_of_ours() -> None:
    for words in (
        "别把我车刮花了", "会不会把我车刮花", "千万别把我的车弄坏了", "洗车机会把我车漆刮花吗", "之前一家店把我车刮花了",
        "租车还车的时候说有划痕要我赔", "借车的人还车的时候有凹坑",
    ):  # fmt: skip
        assert not RULES.judge(words).complaint, words
    for words in (
        "把我轮毂刮花了",
        "怎么会把我车刮花了",
        "还车的时候后保险杠有个坑，没人说一声",
        "別把我當傻子，你們把我車刮花了",
    ):
        assert RULES.judge(words).complaint, words


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_what_we_lost_or_left_is_taken_or_asked_about(world: World) -> None:
    for language, words, labels in (
        ("en", "you have lost my keys", {"Yes, pass it on", "Annoying"}),
        ("zh-CN", "你们把我车钥匙弄丢了", {"是的，转给同事", "有些不愉快"}),
        ("zh-HK", "條匙喺你哋度唔見咗", {"是的，轉給同事", "有點不愉快"}),
    ):
        assert labels & set(world.customer(language=language).says(words).labels), words


def test_who_asks_what_we_did_to_their_car_may_complain() -> None:
    for words in (
        "what did you do to my car?",
        "what have you done to my paint",
        "who did this to my car?",
        "你们怎么搞的？",
        "你哋搞咩呀？",
    ):
        assert PERHAPS in RULES.judge(words).kinds, words
    verdict = RULES.judge("give me my money back or I sue")
    assert (verdict.complaint, verdict.tier) == (True, "critical")
