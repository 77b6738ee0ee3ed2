"""What people say before and after changes nothing about when they want to come, or it is asked: never another answer."""

from datetime import datetime

import pytest

from handlers.dialogue.when import understand
from tests.handlers.dialogue.when.table import said

NOW = datetime(2026, 11, 18, 10, 20)  # noqa: DTZ001 - the shop's wall clock

ENGLISH = [
    "Friday at 9",
    "next Tuesday morning",
    "tomorrow half past two",
    "the 27th after 3",
    "Sat 28 Nov 10-12",
    "in a fortnight",
    "at 11:15",
]
CHINESE = [
    "周五上午九点",
    "下周二下午",
    "明天两点半",
    "27号三点以后",
    "11月28号下午三点",
    "两周后",
    "十一点一刻",
]
BEFORE = [
    "Hi there, ",
    "The brakes squeal when I turn. ",
    "My car is a 2018 Golf with 62,000 miles, ",
    "I was in last week about the clutch. ",
    "The warning light came on today. ",
    "Sorry I missed your call, ",
    "It needs 4 tyres and an oil change. ",
    "Can I come ",
    "You are busy, I know, but ",
    "My wife works until 5. ",
    "He picks the kids up at 3:15. ",
    "3 of us, ",
    "My son is 18. ",
]  # fmt: skip
AFTER = [
    " thanks",
    " - call me on 07700 900123 if there is a problem",
    ". My plate is AB12 CDE",
    " please, it's making a noise",
    ". I paid £80 last time",
    " because it won't start",
    " since I work nearby",
    ", it takes about 2 hours, right?",
    " for an oil change",
    ", two cars",
    ", 5000 km service",
    ", not fussed",
    ". It's been 6 months since the last service",
]  # fmt: skip
CHINESE_BEFORE = [
    "你好，",
    "车子一直有异响，",
    "我的车是奥迪A4L，开了5万公里，",
    "上次在你们店做的保养，",
    "昨天打过电话，",
    "灯亮了，",
    "刹车响能不能",
    "麻烦帮我约",
    "麻烦问下，",
    "电话里说的是三点，",
    "报价340，",
    "祝周一愉快，",
]
CHINESE_AFTER = [
    "，谢谢",
    "把车送过来",
    "，大概要多久",
    "，有问题打我电话13800138000",
    "去补昨天刮的漆",
    "，上次是三百块",
    "，一点小刮痕",
    "可以吗",
    "去做5000公里保养",
    "，5W-30机油",
    "，500块的套餐",
    "，不用回电话",
    "，每天早上都响",
]


@pytest.mark.parametrize(
    ("wishes", "before", "after", "region"),
    [
        (ENGLISH, BEFORE, AFTER, "GB"),
        (CHINESE, CHINESE_BEFORE, CHINESE_AFTER, "CN"),
        (CHINESE, CHINESE_BEFORE, CHINESE_AFTER, "TW"),
    ],
)
def test_talk_around_a_wish(wishes, before, after, region):
    wrong, asked, tried = [], 0, 0
    for wish in wishes:
        alone = said(understand(wish, NOW, region), with_reason=False)
        assert "?" not in alone
        assert "-" not in alone
        for text in [
            *(b + wish for b in before),
            *(wish + a for a in after),
            *(b + wish + a for b, a in zip(before, after, strict=False)),
        ]:
            got = said(understand(text, NOW, region), with_reason=False)
            tried += 1
            asked += got in ("-", "?")
            if got not in (alone, "-", "?"):
                wrong.append(f"{text!r}: {got}, not {alone}")
    assert not wrong, "\n".join(wrong)
    assert asked <= tried / 20
