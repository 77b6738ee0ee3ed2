"""How far a car has come, in people's words: "5.2万公里", "三万二", "52,000 km", "8w", "62k miles". Always in kilometres."""

import re
import unicodedata
from dataclasses import dataclass

from knowledge_base.folding import fold

MOST_KM = 2_000_000
_KM_PER_MILE = 1.609344
# A person drives at most so far, day after day; more is a slip of the finger.
MOST_A_DAY = 400

# What is a number of kilometres and yet not how far the car has come.
_NOT_ODOMETER = re.compile(
    r"每|间隔|续航|油耗|(?<![一二三四五六七八九两几\d千])百公里|时速|公里/|km/h|kmh|mph|mpg|kpl|/100|距离|距|还有|还剩|路程|公里外|公里远|来回|以内|范围"
    r"|\bevery\b|\binterval|\brange\b|\bper\b|\baway\b|\bconsumption\b|\bleft\b|\bradius\b|\bwithin\b"
    r"|\ba (?:day|week|month|year)\b|保养一次"
)
_HAN_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "幺": 1}
_HAN_OF_DIGITS = str.maketrans("0123456789", "零一二三四五六七八九")
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN = "零〇一二两三四五六七八九十百千"
_KM, _MILES = r"公里|千米|km|kms|kilomet(?:er|re)s?|k(?=\s*公里)|迈(?!克)", r"英里|哩|miles?|mi\b"
_NUMBER = re.compile(
    rf"(?P<number>\d{{1,3}}(?:[, ']\d{{3}}){{1,6}}(?!\d)|(?<!\d)\d{{1,20}}(?!\d)(?:[.,]\d{{1,20}})?"
    rf"|(?<![{_HAN}])[{_HAN}]{{1,20}}(?:点[{_HAN}]{{1,9}})?)"
    rf"\s{{0,9}}(?:(?P<scale>万|萬|w(?![a-z])|千|k(?![a-z])|thousand\b|grand\b)\s{{0,9}}(?P<more>[\d{_HAN}]{{1,20}})?)?(?:多|来|几)?"
    rf"\s{{0,9}}(?P<unit>{_KM}|{_MILES})?(?![a-z])"
)
_AROUND = re.compile(
    r"公里数|里程数?|表显|行驶了?|跑了?|开了?|已经|大概|大约|大致|差不多|左右|上下|现在|目前|一共|总共|快要?|将近|接近|不到|多一点|吧|了|是|有|的|我|车|就|约|出头"
    r"|\b(?:about|around|roughly|approx(?:imately)?|nearly|almost|some|it|its|is|has|have|i|my|the|car|mileage|odometer|now|just|over"
    r"|under|at|reads?|shows?|on|clock|currently|a bit|bit|more|than|or|so|got|s|did|done|driven|ran)\b|[\s~～:,.!?+≈。，、]"
)
_CALLED = re.compile(
    r"里程|公里数|表显|行驶了|跑了|开了|odometer|mileage|on the clock|已跑|行驶"
    r"|(?<=\dk) on (?:it|her|him|the car)\b"
)
# A bare number that may as well be the year of the car: "3 series 2018, 60k on the clock".
_A_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")


@dataclass(frozen=True, slots=True)
class Mileage:
    """`km`; `others`: further readings that a bare number may have, in km, when it is too short to be sure."""

    km: int
    others: tuple[int, ...] = ()


def read(text: str) -> Mileage | None:
    """The mileage that an answer to "how far has it come?" gives: a bare number counts. None if it is none."""
    words = _fold(text)
    if words is None or _NOT_ODOMETER.search(words):
        return None
    found = [m for m in _NUMBER.finditer(words) if m["number"]]
    if len(found) != 1:
        return None
    match = found[0]
    if _AROUND.sub("", words[: match.start()] + words[match.end() :]):
        return None
    km = _km(match)
    if km is None or not 0 <= km <= MOST_KM:
        return None
    bare = not match["scale"] and not match["unit"] and match["number"][0].isdigit()
    if bare and float(match["number"].replace(",", ".").replace(" ", "")) < 100 and re.fullmatch(r"[\d.,]+", match["number"]):
        number = float(match["number"].replace(",", "."))
        if number != int(number):
            return Mileage(round(number * 10_000), (round(number * 1_000),))
        if number > 0:
            return Mileage(round(number * 10_000), (round(number * 1_000), round(number)))
    return Mileage(km)


def find_span(text: str, of_a_car: bool = False) -> tuple[int, str] | None:
    """A mileage in a sentence in km, with the folded words in which it stood; only with a unit, or when it is called mileage.

    `of_a_car`: the words describe a car, so that "5.2万" alone is one too.
    """
    words = _fold(text)
    if words is None or _NOT_ODOMETER.search(words):
        return None
    called = bool(_CALLED.search(words))
    years: list[tuple[int, str]] = []
    for match in _NUMBER.finditer(words):
        before = words[: match.start()]
        if before and (before[-1].isascii() and (before[-1].isalnum() or before[-1] in ".,-/:¥$")):
            continue
        distance = (
            match["unit"]
            or (match["scale"] in ("万", "w", "k") and (called or of_a_car))
            or (called and match["number"][0].isdigit())
        )
        km = _km(match) if distance else None
        if km is None or not 500 <= km <= MOST_KM:
            continue
        if match["unit"] or match["scale"] or not _A_YEAR.fullmatch(match["number"]):
            return km, match[0]
        years.append((km, match[0]))
    return years[0] if years else None


def plausible(km: int, days: int, last_km: int) -> str:
    """Whether `km` fits a reading of `last_km` `days` ago: "" if it does, else "lower" or "far"."""
    if km < last_km:
        return "lower"
    return "far" if km - last_km > MOST_A_DAY * max(days, 1) + 1000 else ""


def _fold(text: str) -> str | None:
    # "²" is a digit to some functions and to no person.
    if any(c.isdigit() and not c.isdecimal() for c in text[:200]) or len(text) > 400:
        return None
    ascii_digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    return fold(ascii_digits)


def _km(match: re.Match[str]) -> int | None:
    number, scale, more, unit = match["number"], match["scale"], match["more"], match["unit"] or ""
    if number[0].isdigit():
        value = _digits(number, bool(scale))
    else:
        value = _han(number)
    if value is None:
        return None
    if scale:
        step = 10_000 if scale in "万萬w" else 1000
        value *= step
        if more:
            rest = _rest(more, step)
            if rest is None:
                return None
            value += rest
    elif more:
        return None
    if unit and not re.fullmatch(_KM, unit):
        value *= _KM_PER_MILE
    return round(value) if value <= MOST_KM * 2 else None


def _rest(more: str, step: int) -> int | None:
    """What follows 万: "三万二" is 32,000, "3万5千" and "三万两千五" too, "3万500" is 30,500."""
    if more.isascii():
        return int(more) * step // 10 if len(more) == 1 else int(more)
    if len(more) == 1 and more in _HAN_DIGITS:
        return _HAN_DIGITS[more] * step // 10
    whole = _han(more.translate(_HAN_OF_DIGITS))
    return None if whole is None else round(whole)


def _digits(number: str, scaled: bool) -> float | None:
    if len(number) > 12:
        return None
    if re.fullmatch(r"\d{1,3}(?:[, ']\d{3})+", number):
        return float(re.sub(r"\D", "", number))
    if re.fullmatch(r"\d{1,3}\.\d{3}", number) and not scaled:
        return float(number.replace(".", ""))  # 52.000 as it is written on the Continent
    if "," in number and not scaled:
        return None
    return float(number.replace(",", "."))


def _han(words: str) -> float | None:
    """A number below 10,000 in characters: 三千二, 一百二十, 五点二."""
    whole, _, fraction = words.partition("点")
    if fraction:
        digits = [str(_HAN_DIGITS[c]) for c in fraction if c in _HAN_DIGITS]
        base = _han(whole)
        return None if base is None or len(digits) != len(fraction) else base + float("0." + "".join(digits))
    if not any(c in _HAN_UNITS for c in whole):
        return float("".join(str(_HAN_DIGITS[c]) for c in whole)) if len(whole) <= 7 else None
    total, digit, last = 0, 0, 1
    for c in whole:
        if c in _HAN_DIGITS:
            digit = _HAN_DIGITS[c]
            last = 1 if c in "零〇" else last
        else:
            last = _HAN_UNITS[c]
            total, digit = total + (digit or 1) * last, 0
    # "三千二" is 3,200, "三千零二" is 3,002.
    return float(total + digit * (last // 10 if last > 1 else 1))
