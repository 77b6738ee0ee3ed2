"""Numbers in words: 二十五, 廿三, twenty-five."""

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "俩": 2, "○": 0}
_TENS = {"十": 10, "廿": 20, "卅": 30}

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]  # fmt: skip
TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50}
_ORDINALS = ["", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
             "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
             "twentieth"]  # fmt: skip
CARDINALS = {word: number for number, word in enumerate(ONES)} | TENS
ORDINALS = {word: number for number, word in enumerate(_ORDINALS) if word} | {
    "thirtieth": 30,
    "twelveth": 12,
    "fourtieth": 40,
    "nineth": 9,
}


def chinese(text: str) -> int | None:
    """The number, or None: 三四 is none, it is "three or four"; 二零 is a row of digits."""
    if text.isascii():
        return int(text) if text.isdigit() else None
    if not any(c in _TENS for c in text):
        if len(text) == 1:
            return _DIGITS.get(text)
        if "零" in text or "〇" in text or "○" in text or len(text) == 4:
            digits = [_DIGITS.get(c) for c in text]
            return None if None in digits else int("".join(str(d) for d in digits))
        return None
    total, ones = 0, None
    for c in text:
        if c in _TENS:
            if c == "十":
                total = (ones if ones is not None else 1) * 10 if total == 0 else -1
            else:
                total = _TENS[c] if total == 0 and ones is None else -1
            ones = None
            if total < 0:
                return None
        elif c in _DIGITS:
            if ones is not None:
                return None
            ones = _DIGITS[c]
        else:
            return None
    return total + (ones or 0)


def neighbours(text: str) -> tuple[int, int] | None:
    """ "三四" is 3 and 4, "十一二" 11 and 12, "十一十二" too."""
    for cut in range(1, len(text)):
        one, two = chinese(text[:cut]), chinese(text[cut:])
        if one is None or two is None:
            continue
        if two == one + 1:
            return one, two
        if one > 10 and one % 10 + 1 == two:
            return one, one + 1
    return None
