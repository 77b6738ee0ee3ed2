"""From folded text to tokens: words and phrases of the lexicons, numbers, shapes; unknown words become `x`."""

import re

from handlers.dialogue.when import lexicon, spelling
from handlers.dialogue.when.meanings import meaning_of
from handlers.dialogue.when.numerals import CARDINALS, ORDINALS, TENS
from handlers.dialogue.when.scanning_numbers import number
from handlers.dialogue.when.shapes import composite
from handlers.dialogue.when.tokens import Context, Token
from handlers.dialogue.when.vetoes import BLANK

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*")


_TIMED = re.compile(r"(?:\d|\d\s?[ap]m|noon|midday|morning|afternoon|evening|o'?clock)\s$")
_AFT = re.compile(r"\s?\d")
# "I am off Thursday so Friday at 10": what was weighed before is over. Nothing else may be told of that day.
_SO = re.compile(
    r",?\s(?:(?:on|this|next|maybe|perhaps|probably|lets do|lets say|how about|what about|"
    r"i guess|i think|can we do|could we do|the) ){0,2}"
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}|tomorrow|tmrw?|today)"
    r"(?:\s(?:at|around|about|before|after|between|and|morning|afternoon|arvo|evening|lunchtime|please|pls|then|instead|works?|"
    r"lah|lor|la|leh|can|"
    r"works better|is (?:good|fine|best|better|ok)|half|quarter|past|to|one|two|three|four|five|six|seven|eight|nine|ten|"
    r"eleven|twelve|thirty|fifteen|o'?clock|noon|midday|[ap]m|\d[\d:.]{0,4}(?:[ap]m)?)){0,8}\s*(?=$|[.,!?])",
    re.ASCII,
)
_COMES = re.compile(r"\b(?:com(?:e|ing)|book(?:ed|ing)?|bring(?:ing)?|drop(?:ping)?|appointment|appt)\b", re.ASCII)
_DAYED = re.compile(r"(?:day|today|tdy|tomorrow|tmrw?|tmw|2moro|mon|tues?|wed|thur?s?|fri|sat|sun)\s$")


# Tokens of no meaning that keep to themselves: what a veto covered, and characters that look like time.
_ALONE = {"veto", "odd"}
_B4_CLOSING = re.compile(
    r"b4 (?:(?:you|u|ya|y'?all|they|the shop)\s)?(?:guys |all )?(?:clos(?:e|es|ing)|shuts?|shutting|lock up)(?: time| shop)?\b"
)
# "Can't tomorrow, can't Sat": what follows does not suit.
_CANT_ON = re.compile(r"\s(?:on |this |next )?(?:mon|tue|wed|thu|fri|sat|sun|tom|tmr|tmw|today|tdy)")
_CLAUSE_BEGINS = re.compile(r"(?:^|[,.;!?]|\bi|\band)\s*$")
# "Next Monday is a holiday so Tuesday": of which week?
_NEXT = re.compile(r"\b(?:next|nxt) (?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b")
_WHOLE = frozenset(["march", "april", "june", "july", "may"])
_DATED = re.compile(r"\d(?:st|nd|rd|th)\s$")
_APART = re.compile(r"'?[\s-]{1,3}")


# Kinds of words that people write without a space before or after a number: "at10", "10tomorrow".
_BEFORE_DIGITS = "@BAFtlwmDpN|&"


_PUNCTUATION = {
    "|": "/",
    ",": ",",
    ";": ".",
    ".": ".",
    "!": ".",
    "?": "?",
    "、": "&",
    "/": "/",
    "\n": ".",
    "-": "-",
    "~": "-",
    "&": "&",
    "@": "@",
    "(": "(",
    ")": ")",
    "→": ">",
    "+": "&",
    ":": "x",
}


def scan(text: str, context: Context) -> list[Token]:
    """The tokens of a folded text whose vetoed parts are blanked."""
    tokens: list[Token] = []
    place, end = 0, len(text)
    while place < end:
        c = text[place]
        if c in " \t\r" or (c == "'" and not text[place + 1 : place + 2].isdigit()):
            # An apostrophe that ends a word says nothing ("in two days' time PM"); before a number it begins a year.
            place += 1
            continue
        if c == BLANK:
            stop = place
            while stop < end and text[stop] == BLANK:
                stop += 1
            found = [Token("x", place, stop, "veto")]
        elif "a" <= c <= "z":
            found = _word(text, place, context)
        elif "0" <= c <= "9":
            found = composite(text, place, context) or number(text, place, context)
        elif c == "(" and (bracketed := composite(text, place, context)):
            found = bracketed
        elif text.startswith(("->", "=>"), place):
            found = [Token(">", place, place + 2)]
        elif c in _PUNCTUATION:
            found = [Token(_PUNCTUATION[c], place, place + 1)]
        else:
            found = composite(text, place, context) or _chinese(text, place, context)
        if found[0].kind == "x" and tokens and tokens[-1].kind == "x" and not {tokens[-1].value, found[0].value} & _ALONE:
            tokens[-1] = Token("x", tokens[-1].start, found[-1].end, _words(tokens[-1].value, found[-1].value))
            found = found[1:]
        tokens += found
        place = tokens[-1].end
    return tokens


def _words(one: str | tuple[str, ...] | None, two: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The words of two tokens that become one; None if they are no English."""
    if one is None or two is None:
        return None
    return (*(one if isinstance(one, tuple) else (one,)), *(two if isinstance(two, tuple) else (two,)))


def _word(text: str, place: int, context: Context) -> list[Token]:
    match = _WORD.match(text, place)
    assert match
    end = match.end()
    if end < len(text) and "0" <= text[end] <= "9":
        return _word_with_digits(text, place, end, context)
    if end - place > 20:
        return [Token("x", place, end)]
    if (
        text[place:end] in ("a", "p")
        and text[end : end + 1] == "."
        and (dotted := re.compile(r"([ap])\.\s?m\b\.?").match(text, place))
    ):
        return [Token("a", place, dotted.end(), dotted[1] + "m")]
    if text.startswith("w/", place) and (with_slash := re.compile(r"w/(?:c|b|e|end)\b").match(text, place)):
        kind, value = ("K", None) if with_slash[0] in ("w/c", "w/b") else ("W", None)
        return [Token(kind, place, with_slash.end(), value)]
    word = match[0]
    if word == "aft" and _AFT.match(text, end):
        # "Aft 5" is after five; "tmr aft 5pm" may be that or the afternoon at five.
        return [Token("V" if _DAYED.search(text[:place]) else "A", place, end)]
    if word == "so" and _SO.match(text, end) and not _COMES.search(text[:place]) and not _NEXT.search(text[:place]):
        return [Token("*", place, end, "so")]
    if word in ("cant", "can't") and _CANT_ON.match(text, end) and _CLAUSE_BEGINS.search(text[:place]):
        return [Token("!", place, end)]
    if word == "tom" and _TIMED.search(text[:place]):
        # "3pm tom" is tomorrow in India and Singapore; elsewhere it may be somebody's name.
        soon = context.region in ("IN", "SG", "MY")
        return meaning_of("D", 1, place, end, context) if soon else [Token("V", place, end)]
    if phrase := _phrase(text, place, word):
        stop, kind, value = phrase
        return meaning_of(kind, value, place, stop, context)
    plain = word.removesuffix("'s").removesuffix("'")
    if word.endswith("'s") and word not in lexicon.english_words():
        if _is_a_name(plain, text, end):
            return [Token("x", place, end, word)]
        word = plain if plain in lexicon.english_words() or plain in lexicon.slips() else word
    if number := _tens_and_ones(text, place, word, end):
        return [number]
    if word.endswith("ish") and word[:-3] in lexicon.english_words():
        kind, value = lexicon.english_words()[word[:-3]]
        return [*meaning_of(kind, value, place, end, context), Token("i", end, end)]
    meaning = lexicon.english_words().get(word) or lexicon.english_words().get(spelling.meant(word))
    if meaning is None:
        # A day that is spelt beyond repair makes us ask.
        return [Token("V" if spelling.looks_like_a_day(word) else "x", place, end, word)]
    if (
        meaning[0] in "mw"
        and end - place <= 5
        and word not in _WHOLE
        and text[end : end + 1] == "."
        and not _DATED.search(text[:place])
    ):
        # "Dec. 21": the dot belongs to the short form.
        end += 1
    return meaning_of(*meaning, place, end, context)


_SUITS_FINE = re.compile(r"\s(?:fine|good|ok(?:ay)?|best|great|better|full|out|no)\b|\s?(?:$|[.,!?])")


def _is_a_name(plain: str, text: str, end: int) -> bool:
    """ "August's car": somebody's; "August's fine" is the month."""
    return lexicon.english_words().get(plain, ("", 0))[0] == "m" and not _SUITS_FINE.match(text, end)


def _phrase(text: str, place: int, word: str) -> tuple[int, str, object] | None:
    entries = lexicon.english_phrases().get(word.replace("'", ""))
    for words, kind, value in entries or ():
        stop = place
        for index, wanted in enumerate(words):
            if index:
                gap = _APART.match(text, stop)
                stop = gap.end() if gap else -1
            match = _WORD.match(text, stop) if stop >= 0 else None
            if match is None or (match[0].replace("'", "") != wanted and (match[0] != wanted + "'s" or index + 1 < len(words))):
                break
            stop = match.end()
        else:
            return stop, kind, value
    return None


def _tens_and_ones(text: str, place: int, word: str, end: int) -> Token | None:
    """Twenty five, thirty-first."""
    if word not in TENS or not (gap := _APART.match(text, end)):
        return None
    ones = _WORD.match(text, gap.end())
    if ones and 0 < (number := CARDINALS.get(ones[0], 0)) < 10:
        return Token("n", place, ones.end(), TENS[word] + number)
    if ones and 0 < (number := ORDINALS.get(ones[0], 0)) < 10:
        return Token("o", place, ones.end(), TENS[word] + number)
    return None


_DATED_CHINESE = re.compile(r"\d{1,2}(?:[月号日点:]|/\d)|\d{4}[/年-]")


def _word_with_digits(text: str, place: int, end: int, context: Context) -> list[Token]:
    """ "at10" is two words; "a4", "ev6" and plates are one that says nothing."""
    word = text[place:end]
    meaning = lexicon.english_words().get(word) or lexicon.english_words().get(spelling.meant(word))
    if word in ("am", "pm") and not text.isascii():
        # 明天pm3点.
        return [Token("a", place, end, word)]
    if word in ("book", "ok") and _DATED_CHINESE.match(text, end):
        # 帮我book25号.
        return [Token("x", place, end, word)]
    if meaning and meaning[0] in _BEFORE_DIGITS and word not in ("may", "in", "march"):
        return meaning_of(*meaning, place, end, context)
    if word == "b" and (closing := _B4_CLOSING.match(text, place)):
        return [Token("V", place, closing.end(), "closing")]
    if word == "b" and re.compile(r"b4(?![a-z0-9])").match(text, place):
        return [Token("B", place, place + 2, "before")]
    stop = re.compile(r"[a-z0-9]+").match(text, place)
    return [Token("x", place, stop.end() if stop else end, "mixed")]


def _chinese(text: str, place: int, context: Context) -> list[Token]:
    for word, (kind, value) in lexicon.chinese_words().get(text[place], ()):
        if text.startswith(word, place):
            if kind == "x" and _NEXT_BEGINS.match(text, place + len(word) - 1) and word not in _BELOW:
                # 等下周三再来: of next week, and no 等下.
                continue
            return meaning_of(kind, value, place, place + len(word), context)
    # A character of time that belongs to no word we know makes us ask.
    return [Token("x", place, place + 1, "odd" if _is_odd(text, place) else None)]


# The last character of a word may be the first one of a day; 看一下周三 and 楼下周三 are no days of next week.
_NEXT_BEGINS = re.compile(r"下(?:下|一?个)?(?:周|星期|礼拜|个月)|后[天日]")
_BELOW = frozenset(["一下", "楼下", "乡下", "底下", "天下", "地下", "私下"])
_ODD = frozenset("周月号日点天早晚午明今初半刻旬季假夜朝昼晏除第星礼")
_NTH = re.compile(r"第[一二三四五六七八九十\d]{1,2}个?(?:天|日|周|星期|礼拜|月|工作|上班)")


def _is_odd(text: str, place: int) -> bool:
    if text[place] == "第":
        return bool(_NTH.match(text, place))
    return text[place] in _ODD and text[place - 1 : place] != BLANK
