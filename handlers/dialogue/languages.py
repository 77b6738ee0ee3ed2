"""Which of our three languages somebody speaks: from the channel's hint, and from the words they type."""

import re
from functools import cache
from typing import Any

_HAN = re.compile(r"[㐀-鿿豈-﫿]")
_WORD = re.compile(r"[A-Za-z][a-z']+")
# The province on a mainland plate is typed by everybody who has one.
_PLATE = re.compile(
    r"[京津沪滬渝冀豫云雲辽遼黑湘皖鲁魯新苏蘇浙赣贛鄂桂甘晋晉蒙陕陝吉闽閩贵貴粤粵青藏川宁寧琼瓊]\s?[A-Za-z](?:\W?[A-Za-z0-9]){4,6}"
    r"(?![A-Za-z0-9])[警学學挂掛领領港澳]?"
)
# Words that stand in sentences and in no name: "Honda Jazz" in a Chinese chat is a car, "oil change please" is English.
_ORDINARY = frozenset([
    "a", "an", "the", "is", "are", "am", "be", "it", "its", "this", "that", "my", "your", "our", "me", "you", "we", "to",
    "for", "of", "in", "on", "at", "by", "with", "from", "and", "or", "but", "not", "no", "yes", "ok", "okay", "can",
    "could", "may", "would", "will", "do", "does", "did", "has", "have", "had", "get", "got", "want", "need", "like",
    "book", "cancel", "change", "move", "oil", "wash", "service", "car", "how", "what", "when", "where", "which", "who",
    "why", "please", "thanks", "thank", "hello", "hi", "hey", "sorry", "today", "tomorrow", "morning", "afternoon",
    "evening", "time", "day", "week", "next", "english", "speak", "price", "much", "open", "help", "there", "here", "now",
])  # fmt: skip
# So many words are a sentence, whatever they are.
_SENTENCE = 4
# Simplified characters that Traditional Chinese writes too, with a meaning of their own: 公里, 台北, 只要.
_BOTH = set(
    "里后台面干只松谷云斗丑姜余准采注才了于游升范征折系向周占布托杯泛胡卷杰家志吊症岳曲板峰床出冬几丰制划合吁回夸尽朴术晒"
)
# Characters of Cantonese that both scripts share; who writes them, and nothing else that tells, is taken to be from Hong Kong.
_CANTONESE = frozenset("冇嘅唔咗佢哋喺嚟啲咁乜嗰攞揸畀")
_TRADITIONAL_PLACES = {"tw", "hk", "mo", "hant"}


def from_hint(hint: str) -> str | None:
    """Our language for a tag such as "zh-TW", "zh-Hans-CN", "en_GB"; None for one that we do not speak."""
    parts = hint.lower().replace("_", "-").split("-")
    if parts[0] in ("zh", "yue", "cmn"):
        return "zh-Hant" if parts[0] == "yue" or _TRADITIONAL_PLACES & set(parts) else "zh-Hans"
    return "en" if parts[0] == "en" else None


@cache
def _scripts() -> tuple[Any, Any]:
    import opencc  # late: it costs time and memory, and English chats never need it

    return opencc.OpenCC("t2s"), opencc.OpenCC("s2t")


@cache
def _script_of(character: str) -> str | None:
    """Which script alone has this character, None if both do."""
    if character in _BOTH:
        return None
    to_simplified, to_traditional = _scripts()
    if to_simplified.convert(character) != character:
        return "zh-Hant"
    if to_traditional.convert(character) != character:
        return "zh-Hans"
    return None


def of_words(text: str, current: str | None = None) -> str | None:
    """The language that the words are clearly in, or None when they may be in the current one as well.

    A model, a number, a name, one short word or one Chinese character proves nothing. Characters that both scripts share leave a
    Chinese chat as it is.
    """
    text = _PLATE.sub("", text[:400])
    han = _HAN.findall(text)
    if len(han) == 1 and current:
        han = []  # the province of a plate that is written in a way of its own
    if han:
        scripts = [script for script in map(_script_of, han) if script]
        if scripts:
            simplified, traditional = scripts.count("zh-Hans"), scripts.count("zh-Hant")
            if simplified == traditional:
                return None if current in ("zh-Hans", "zh-Hant") else "zh-Hant"
            return "zh-Hans" if simplified > traditional else "zh-Hant"
        if (current and current.startswith("zh")) or len(han) < 2:
            return None
        return "zh-Hans" if _CANTONESE.isdisjoint(han) else "zh-Hant"
    words = _WORD.findall(text.lower())
    if current and current.startswith("zh") and len(words) < _SENTENCE and _ORDINARY.isdisjoint(words):
        return None
    return "en" if len(words) >= 2 else None
