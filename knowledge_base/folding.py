"""Makes texts that mean the same look the same: width, case, script, contractions and polite filler."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

# A question of any length costs the same: the beginning and the end say what it is about.
HEAD, TAIL = 320, 160

_UNPRINTABLE = re.compile("[\ud800-\udfff\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]")
_HAN = re.compile("[\u3400-\u9fff]")
_ACCENTED = re.compile("[\u00c0-\u024f]")
_MARK = re.compile("[\u0300-\u036f]")

_NOT = "is|are|was|were|do|does|did|has|have|had|should|would|could"
_WITH_IS = "what|where|when|how|who|that|it|there|here|he|she"
_WISHED = "like|love|prefer|rather|appreciate|need|want"
# Few texts have any of these, and looking for all of them at once is cheap.
_CONTRACTED = re.compile(rf"'|\b(?:can(?:t|not)|im|id (?={_WISHED})|(?:{_NOT})nt|(?:{_WITH_IS})s)\b")
_CONTRACTIONS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in [
        (r"\bcan'?t\b|\bcannot\b", "can not"),
        (r"\bwon't\b", "will not"),
        (rf"\b({_NOT})n'?t\b", r"\1 not"),
        (r"\bi'?m\b", "i am"),
        (rf"\b({_WITH_IS})'?s\b", r"\1 is"),
        (rf"\b(i|we|he|she|they|you)'d (?=(?:\w{{1,12}}ly |just |also )?(?:{_WISHED})\b)", r"\1 would "),
        (rf"\bid (?=(?:{_WISHED})\b)", "i would "),
        (r"'(re|ve|ll|d|m|s)\b", ""),
    ]
]

# Only at the edges: in the middle the same words may carry the question.
_OPENINGS = (
    r"hi|hello|hey|dear|ok|okay|so|well|um+|please|pls|plz|kindly|sorry|thanks|thank you|excuse me|there|sir|madam|guys|team",
    r"good (?:morning|afternoon|evening|day)",
    r"(?:i have |just )?(?:a )?(?:quick )?question",
    r"(?:can|could|would|will) (?:you|u|someone|anyone|anybody) (?:please |kindly |possibly )?"
    r"(?:tell|advise|inform|let) (?:me |us )?(?:know )?(?:please )?",
    r"i (?:would|am|was) (?:like|wondering|just wondering|looking)(?: to (?:know|ask|find out))?(?: if| whether| about)?",
    r"i (?:want|need|wanna) to (?:know|ask)(?: if| whether| about)?",
    r"(?:do|does) (?:you|anyone|anybody) (?:happen to )?know",
    r"may i (?:please )?ask|can i (?:please )?ask|let me ask|tell me|any idea",
)
_CHINESE_OPENINGS = (
    "请问一下|请问下|请问|您好|你好|哈[喽啰]|嗨|喂|唔该|早上好|下午好|晚上好|在吗|在不在|有人吗|麻烦问一下|麻烦问下|麻烦|劳驾",
    "打扰一下|打扰了|不好意思|请教一下|请教下|请教|咨询一下|咨询下|问一下|问下|问问",
    "(?:我)?(?:想要|想|要)(?:请问|问一下|问下|问问|咨询一下|咨询下|咨询|请教|了解一下|了解下|知道一下|知道)",
    "亲爱的|亲们|亲|各位|大家好|老板|师傅|客服|小姐姐|那个|谁知道|有谁知道|有没有人知道|帮我查一下|帮我看看|帮忙看看|帮忙看一下",
)
_CLOSINGS = (
    r"please|pls|plz|thanks(?: a lot| in advance| so much)?|thank you(?: very much| so much)?|thx|ty|cheers|many thanks",
    r"sir|madam|guys|anyone|appreciate it",
)
_CHINESE_CLOSINGS = (
    "谢谢(?:您|你|啦|了|大家)?|多谢(?:了)?|感谢(?:您)?|拜托了?|麻烦(?:您|你)?了|急急急|急|在线等|求助|求解|求大神",
    "啊|呀|呢|哦|喔|嘛|吧|哈|啦|㗎",
)
# Bounded, and never twice in a row: else a long row of dots would keep the pattern busy.
_MARKS = ",.!?;:，。！？~、-"
_PAUSE = rf"[\s{_MARKS}]{{0,20}}"
_POLITE_START = re.compile(rf"^(?:(?:(?:{'|'.join(_OPENINGS)})\b|{'|'.join(_CHINESE_OPENINGS)}){_PAUSE})+")
_POLITE_END = re.compile(rf"(?:{_PAUSE}(?:\b(?:{'|'.join(_CLOSINGS)})|{'|'.join(_CHINESE_CLOSINGS)})){{1,8}}{_PAUSE}$")
# How a text may end that the pattern above shortens: looked at first, because that costs nothing.
_LAST_WORDS = (
    *(
        "please",
        "pls",
        "plz",
        "thanks",
        "a lot",
        "in advance",
        "much",
        "thank you",
        "thx",
        "ty",
        "cheers",
        "sir",
        "madam",
        "guys",
    ),
    *(
        "anyone",
        "it",
        "谢",
        "您",
        "你",
        "啦",
        "㗎",
        "了",
        "大家",
        "托",
        "急",
        "等",
        "助",
        "解",
        "神",
        "啊",
        "呀",
        "呢",
        "哦",
        "喔",
        "嘛",
        "吧",
        "哈",
    ),
)


# What somebody has just typed is folded anew by each feature that looks at it.
@lru_cache(maxsize=64)
def fold(text: str) -> str:
    """One spelling for every way to type the same; never raises, whatever the text holds."""
    if len(text) > HEAD + TAIL:
        text = f"{text[:HEAD]} {text[-TAIL:]}"
    if text.isascii():
        text = (text if text.isprintable() else _UNPRINTABLE.sub("", text)).casefold()
    else:
        # Twice: casefolding may leave something that NFKC can still fold (and the other way round).
        text = unicodedata.normalize("NFKC", _UNPRINTABLE.sub("", text)).casefold()
        text = _UNPRINTABLE.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'").replace("‘", "'")
        if _HAN.search(text):
            # The Cantonese "that" becomes a letter so rare that no pattern and no token has it.
            text = _simplify()(text).replace("𠮶", "嗰")
        if _ACCENTED.search(text):
            text = unicodedata.normalize("NFC", _MARK.sub("", unicodedata.normalize("NFD", text)))
    if _CONTRACTED.search(text):
        for pattern, replacement in _CONTRACTIONS:
            text = pattern.sub(replacement, text)
    return " ".join(text.split())


def without_filler(folded: str) -> str:
    """The question itself; a text that is nothing but politeness stays as it is."""
    polite = _POLITE_START.match(folded)
    bare = folded[polite.end() :] if polite else folded
    if bare.rstrip(_MARKS + " ").endswith(_LAST_WORDS):
        bare = _POLITE_END.sub("", bare)
    return bare.strip() or folded


@cache
def _simplify() -> Callable[[str], str]:
    # Loaded with the first Chinese text: an English shop never pays for it.
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
