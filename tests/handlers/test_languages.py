"""Which language somebody speaks."""

import pytest

from handlers.dialogue.languages import from_hint, of_words


@pytest.mark.parametrize(
    ("hint", "language"),
    [
        ("en", "en"), ("en-GB", "en"), ("zh", "zh-Hans"), ("zh-CN", "zh-Hans"), ("zh-hans", "zh-Hans"), ("zh-TW", "zh-Hant"),
        ("zh_HK", "zh-Hant"), ("zh-Hant", "zh-Hant"), ("zh-MO", "zh-Hant"), ("yue", "zh-Hant"), ("fr", None), ("", None),
        ("🙂", None),
    ],
)  # fmt: skip
def test_the_hint_of_a_channel(hint: str, language: str | None) -> None:
    assert from_hint(hint) == language


@pytest.mark.parametrize(
    ("words", "current", "language"),
    [
        ("小保养多少钱", "en", "zh-Hans"), ("輪胎多少錢", "zh-Hans", "zh-Hant"), ("how much is it", "zh-Hant", "en"),
        ("A4", "zh-Hans", None), ("ok", "zh-Hant", None), ("你好", "zh-Hant", None), ("你好", "en", "zh-Hans"),
        ("京A12345", "en", None), ("我的A4 service 多少钱", "en", "zh-Hans"), ("🙂🙂", "en", None), ("粤 B 12345", "en", None),
        ("有冇得分期", "en", "zh-Hant"), ("有冇得分期", "zh-Hans", None),
        ("52000公里", "zh-Hant", None), ("五萬二公里", "zh-Hans", "zh-Hant"),
        ("换A4轮胎", "en", "zh-Hans"), ("鲁B·D12345", "zh-Hant", None), ("", "en", None),
        ("鲁B🚗123", "en", None), ("A4 粤", "zh-Hant", None), ("鲁B🚗123", None, "zh-Hans"),
        ("plate no. 粤 B 1 2 3", "zh-Hans", "en"), ("Honda jazz", "zh-Hant", None), ("Tesla Model 3", "zh-Hans", None),
        ("oil change please", "zh-Hans", "en"), ("Honda jazz", "en", "en"), ("what about tomorrow", "zh-Hant", "en"),
    ],
)  # fmt: skip
def test_words_decide_when_they_are_clearly_in_another(words: str, current: str | None, language: str | None) -> None:
    assert of_words(words, current) == language
