"""Numbers in the shape they stand in: 10:30, 10.30, 12/5, 2026-12-05, 5th, 10am, 1430hrs, 2hours."""

import re

from handlers.dialogue.when import days, lexicon, spelling
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.meanings import meaning_of
from handlers.dialogue.when.tokens import Clock, Context, Token

_ORDINAL = re.compile(r"(\d{1,2})\s?(?:st|nd|rd|th)(?![a-z])")


_FIRST_THING = re.compile(r"1st thing(?: in the (?:morning|am))?\b")


_MERIDIEM = re.compile(
    r"(\d{1,2})(?:[:.](\d{2})|(\d{2}))?(?:\s?([ap])(?:\.\s?m\b\.?|\s?m)(?![a-z])|([ap])\.?(?=\s?(?:[^\w.]|$)))"
)


# A day or a year, and the half of that day.
_DAY_AND_HALF = re.compile(r"(?:[1-9]|[12]\d|3[01]|202\d)\s[ap]")
_DATE_BEFORE = re.compile(
    r"(?<!\d\s)(?<!\d(?:st|nd|rd|th)\s)(?<!of\s)(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
    r"(?:\s\d{1,2}(?:st|nd|rd|th)?,?)?\s$",
    re.ASCII,
)


_MONTH_BEFORE = re.compile(
    r"\d(?:st|nd|rd|th)?\s(?:of\s)?(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?,?\s$", re.ASCII
)


# The minutes of "2 30 pm", and the hour before them.
_MINUTES = re.compile(r"(?:15|30|45)\s?[ap]")
_HOUR_BEFORE = re.compile(r"(?<!\d)(?:1[0-2]|[1-9])\s$")


_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})[号日]?(?:t(?=\d\d:)|(?![\d/]))")


_REPUBLIC = re.compile(r"(1[0-4]\d)[-/.](\d{1,2})[-/.](\d{1,2})(?![\d/])")


_TRIPLE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?![\d/:]|\.\d)")


_COMPACT = re.compile(r"20[23]\d[01]\d[0-3]\d(?!\d)")


_COLON = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(?!\d)")


_CUT = re.compile(r"(?:1\d|[1-9]):\d(?![\d:])")


_H_CLOCK = re.compile(r"(\d{1,2})\s?h\s?([0-5]\d)?(?![a-z0-9])")


_HOURS = re.compile(r"([01]\d|2[0-3])([0-5]\d)\s?(?:hrs?|hours|h)(?![a-z])")


_PAIR = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?![\d/]|[.-]\d)")


_ISH = re.compile(r"-?ish(?![a-z])")


_AFTER_NUMBER = re.compile(r"[a-z]+")


_NUMBER = re.compile(r"\d+(?:,\d{3}(?!\d))*(?:\.\d+)?")


# "2day" is today, but for "2day hire".
_LENGTH = re.compile(r"\s?(?:hire|service|loan|course|job|rental|old|trip|valet|detail|wait|turn)")


_AFTER_DIGITS = "twmDp|&lGO"


# Short forms that are units only right after a number; the lexicon has the others.
_UNITS = {"m": "minute", "h": "hour", "d": "day", "w": "week"}


def number(text: str, place: int, context: Context) -> list[Token]:
    """A number in whatever shape it stands here; every branch takes at least one character."""
    for shape in (_dates, _clocks, _pairs, _counted):
        if found := shape(text, place, context):
            return found
    match = _NUMBER.match(text, place)
    assert match
    whole, end = match[0], match.end()
    if (
        len(whole) == 4
        and whole.isdigit()
        and int(whole) - context.today.year in (0, 1, 2)
        and _MONTH_BEFORE.search(text[:place])
    ):
        # "About 19 March 2026": a year, and no second day beside the month.
        return [Token("y", place, end, int(whole))]
    if whole.isdigit() and len(whole) <= 4:
        tokens = [Token("n", place, end, int(whole))]
        if ish := _ISH.match(text, end):
            tokens.append(Token("i", end, ish.end()))
        return tokens
    if re.fullmatch(r"\d{1,2}\.\d", whole):
        return [Token("k", place, end, float(whole))]
    return [Token("x", place, end, "number")]


def _dates(text: str, place: int, context: Context) -> list[Token]:
    if republic := _REPUBLIC.match(text, place):
        if context.region != "TW":
            return [Token("x", place, republic.end(), "number")]
        return [
            Token(
                "D",
                place,
                republic.end(),
                _kept(context, *(int(part) + 1911 * (not n) for n, part in enumerate(republic.groups()))),
            )
        ]
    if full := _FULL.match(text, place):
        return _dated(context, place, full.end(), _kept(context, int(full[1]), int(full[2]), int(full[3])))
    if compact := _COMPACT.match(text, place):
        digits = compact[0]
        return _dated(context, place, compact.end(), _kept(context, int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    if triple := _TRIPLE.match(text, place):
        one, two, three = int(triple[1]), int(triple[3]), int(triple[4])
        if context.chinese and one > 12 and len(triple[4]) == 2:
            return [Token("D", place, triple.end(), _kept(context, 2000 + one, two, three))]
        return [Token("D", place, triple.end(), days.slash(context, one, two, three + (2000 if three < 100 else 0)))]
    return []


def _dated(context: Context, place: int, end: int, found: Day) -> list[Token]:
    """A date with its year; one that has been is when something happened."""
    return [Token("Q", place, end, "whole") if found.problem == "past" else Token("D", place, end, found)]


def _kept(context: Context, year: int, month: int, day: int) -> Day:
    return days.month_day(context, month, day, year + (2000 if year < 100 else 0))


def _clocks(text: str, place: int, context: Context) -> list[Token]:
    if first_thing := _FIRST_THING.match(text, place):
        return [Token("p", place, first_thing.end(), "morning")]
    if ordinal := _ORDINAL.match(text, place):
        return [Token("o", place, ordinal.end(), int(ordinal[1]))]
    if said := _MERIDIEM.match(text, place):
        if _MINUTES.match(said[0]) and _HOUR_BEFORE.search(text[max(0, place - 4) : place]):
            # "2 30 pm"
            return [Token("n", place, place + 2, int(said[1]))]
        if _DAY_AND_HALF.match(said[0]) and _DATE_BEFORE.search(text[max(0, place - 14) : place]):
            # "Aug 22 PM", "Aug 22, 2026 AM"
            end = said.end(1) if said[3] is None else said.end(3)
            return [Token("n", place, end, int(text[place:end]))]
        return _with_meridiem(said, place)
    if colon := _COLON.match(text, place):
        hour, minute = int(colon[1]), int(colon[2])
        tokens = [_face(hour, minute, place, colon.end(), sure=len(colon[1]) == 2 and hour < 10)]
        if ish := _ISH.match(text, colon.end()):
            tokens.append(Token("i", colon.end(), ish.end()))
        return tokens
    if cut := _CUT.match(text, place):
        # "10:3": half past ten, or three minutes past?
        return [Token("V", place, cut.end())]
    if hours := _HOURS.match(text, place):
        return [_face(int(hours[1]), int(hours[2]), place, hours.end(), sure=True)]
    if (h := _H_CLOCK.match(text, place)) and (h[2] or int(h[1]) > 9):
        return [_face(int(h[1]), int(h[2] or 0), place, h.end(), sure=True)]
    return []


def _face(hour: int, minute: int, start: int, end: int, sure: bool = False) -> Token:
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return Token("X", start, end, "no_such_time")
    return Token("c", start, end, Clock(hour, minute, sure or hour > 12 or hour == 0))


def _with_meridiem(said: re.Match[str], place: int) -> list[Token]:
    hour, minute, half = int(said[1]), int(said[2] or said[3] or 0), said[4] or said[5]
    end = said.end()
    if hour > 12:
        # "14:30pm" says the same twice; "14:30am" contradicts itself.
        return [_face(hour, minute, place, end) if half == "p" and said[2] else Token("X", place, end, "no_such_time")]
    if hour == 0 and half == "p":
        return [Token("X", place, end, "no_such_time")]
    return [_face(hour % 12 + (12 if half == "p" else 0), minute, place, end, sure=True)]


def _pairs(text: str, place: int, context: Context) -> list[Token]:
    pair = _PAIR.match(text, place)
    if pair is None:
        return []
    one, sign, two, end = int(pair[1]), pair[2], int(pair[3]), pair.end()
    if sign == "/":
        return [Token("s", place, end, (one, two))]
    if sign == "." and (len(pair[3]) == 2 or context.chinese):
        found = [Token("k", place, end, (one, two, len(pair[3])))]
        ish = _ISH.match(text, end)
        return [*found, Token("i", end, ish.end())] if ish else found
    if sign == "-" and len(pair[3]) == 2 and "0" in (pair[1][0], pair[3][0]):
        return [Token("D", place, end, days.month_day(context, one, two) if context.chinese else days.slash(context, one, two))]
    return []


def _counted(text: str, place: int, context: Context) -> list[Token]:
    """ "2hours" is two words, "4x4" and "5w30" say nothing about time."""
    match = re.compile(r"\d+").match(text, place)
    assert match
    letters = _AFTER_NUMBER.match(text, match.end())
    if letters is None or len(match[0]) > 4:
        return []
    word = letters[0]
    if match[0] + word == "2day" and not _LENGTH.match(text, letters.end()):
        return meaning_of("D", 0, place, letters.end(), context)
    unit = _UNITS.get(word) or _unit(word)
    if unit:
        return [Token("n", place, match.end(), int(match[0])), Token("u", match.end(), letters.end(), unit)]
    if word == "ish":
        return []
    known = spelling.meant(text[place : letters.end()])
    if known in lexicon.english_words():
        return meaning_of(*lexicon.english_words()[known], place, letters.end(), context)
    meaning = lexicon.english_words().get(word) or lexicon.english_words().get(spelling.meant(word))
    if meaning and (meaning[0] in _AFTER_DIGITS or word in ("oclock", "th")):
        return [Token("n", place, match.end(), int(match[0]))]
    stop = re.compile(r"[a-z0-9]+").match(text, place)
    return [Token("x", place, stop.end() if stop else letters.end(), "mixed")]


def _unit(word: str) -> str | None:
    kind, value = lexicon.english_words().get(spelling.meant(word), ("", None))
    return str(value) if kind == "u" else None
