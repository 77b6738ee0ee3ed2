"""Days and times that are understood alone are understood together, in any sentence."""

import random
from datetime import datetime

import pytest

from handlers.dialogue.when import understand
from tests.handlers.dialogue.when.table import said

NOW = datetime(2026, 11, 18, 10, 20)  # noqa: DTZ001 - the shop's wall clock, a Wednesday

ENGLISH_DAYS = {
    "tomorrow": "1119",
    "Friday": "1120",
    "next Tuesday": "1124",
    "Tuesday next week": "1124",
    "on the 27th": "1127",
    "27 Nov": "1127",
    "Nov 27th": "1127",
    "Sat 28 Nov": "1128",
    "a week from Monday": "1130",
    "Thurs 26th": "1126",
    "2026-11-30": "1130",
    "Christmas Eve": "1224",
}
ENGLISH_TIMES = {
    "": "",
    "at 10": "10:00",
    "10:30": "10:30",
    "at half past two": "14:30",
    "half 3": "15:30",
    "quarter to four": "15:45",
    "noon": "12:00",
    "at 9 in the morning": "09:00",
    "8.30am": "08:30",
    "4ish": "16:00",
    "after 2": "14:00..",
    "before 11": "..11:00",
    "between 9 and 11": "09:00..11:00",
    "2-4pm": "14:00..16:00",
    "in the morning": "morning",
    "first thing": "morning",
}
ENGLISH_SENTENCES = [
    "{x}",
    "Hi, can I book my Golf in for an oil change {x} please?",
    "need new brakes, {x} if possible",
    "my A4 needs a service, {x} works",
    "I was in last week about the brakes, can I come back {x}?",
    "my reg is AB12 CDE, 45,000 miles, {x}",
    "book 2 cars {x}",
    "Good morning! Is {x} ok for a 30,000 km service?",
    "could you fit me in, {x}? thanks, Tom",
    "Sorry I missed yesterday, {x}?",
    "I can't do Wednesday, how about {x}?",
    "please move it from Monday to {x}",
    "Wednesday - no wait, {x}",
    "{x} instead of Wednesday",
]
CHINESE_DAYS = {
    "明天": "1119",
    "周五": "1120",
    "下周二": "1124",
    "27号": "1127",
    "11月27号周五": "1127",
    "十二月一号": "1201",
    "礼拜六": "1121",
    "下下周一": "1130",
    "三天后": "1121",
    "下个月5号": "1205",
    "平安夜": "1224",
    "2026年11月30日": "1130",
}
CHINESE_TIMES = {
    "": "",
    "上午十点": "10:00",
    "十点半": "10:30",
    "下午3:30": "15:30",
    "三点三刻": "15:45",
    "11点左右": "11:00",
    "早8点半": "08:30",
    "下午两点以后": "14:00..",
    "11点前": "..11:00",
    "9点到11点": "09:00..11:00",
    "下午2-4点": "14:00..16:00",
    "三四点": "15:00..16:00",
    "上午": "morning",
    "晚上": "evening",
}
CHINESE_SENTENCES = [
    "{x}",
    "你好，我想{x}做个保养",
    "奥迪A4L，5万公里，{x}来换机油",
    "车牌粤B12345，{x}到店",
    "麻烦帮我约一下{x}",
    "上周三换的轮胎，{x}来复查行吗",
    "便宜一点的话我{x}来",
    "早上好，{x}还能约吗",
    "3系保养，{x}，要两个小时吗",
    "两台车{x}过来",
    "昨天没去成，{x}方便吗",
    "周三不行，{x}吧",
    "从周三改到{x}",
    "不是周三，是{x}",
    "周三要上班，{x}可以",
    "周三，不对，{x}",
]


@pytest.mark.parametrize(
    ("language", "days", "times", "sentences", "between"),
    [
        ("en", ENGLISH_DAYS, ENGLISH_TIMES, ENGLISH_SENTENCES, " "),
        ("zh-Hans", CHINESE_DAYS, CHINESE_TIMES, CHINESE_SENTENCES, ""),
        ("zh-Hant", CHINESE_DAYS, CHINESE_TIMES, CHINESE_SENTENCES, ""),
    ],
)
def test_day_and_time_in_a_sentence(language, days, times, sentences, between):
    convert = _traditional() if language == "zh-Hant" else str
    rng = random.Random(7)
    wrong = []
    for _ in range(400):
        day, time, sentence = rng.choice(list(days)), rng.choice(list(times)), rng.choice(sentences)
        text = convert(sentence.format(x=f"{day}{between}{time}".strip()))
        got = said(understand(text, NOW, "TW" if language == "zh-Hant" else "CN", language), with_reason=False)
        if got != f"{days[day]} {times[time]}".strip():
            wrong.append(f"{text!r}: {got}")
    assert not wrong, "\n".join(wrong)


def _traditional():
    from opencc import OpenCC

    return OpenCC("s2twp").convert
