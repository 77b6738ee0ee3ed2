"""Rules about minutes before and after an hour: "half past ten", "quarter to four", "ten thirty"."""

from handlers.dialogue.when.rules.bare import counted
from handlers.dialogue.when.rules.faces import clock_of
from handlers.dialogue.when.tokens import Clock, Context, Made, Token, joined


def _hour(token: Token) -> Clock | None:
    """An hour that minutes are added to or taken from."""
    clock = clock_of(token)
    return clock if clock and clock.minute == 0 and (token.kind == "c" or clock.hour <= 24) else None


def _minutes_off(tokens: list[Token], hour: Clock | None, minutes: int, past: bool) -> Made:
    if hour is None or not 0 < minutes < 60:
        return None
    if past:
        return joined("c", tokens, Clock(hour.hour, minutes, hour.sure))
    before = hour.hour - 1 if hour.hour > 1 or hour.sure else 12
    return joined("c", tokens, Clock(before % 24, 60 - minutes, hour.sure)) if before >= 0 else None


def half_past(context: Context, tokens: list[Token]) -> Made:
    """ "Half past ten" and "half ten" are both 10:30."""
    if tokens[0].value is not None:
        return None
    return _minutes_off(tokens, _hour(next(t for t in tokens if t.kind in "nc")), 30, past=True)


def quarter(context: Context, tokens: list[Token]) -> Made:
    return _minutes_off(tokens, _hour(next(t for t in tokens if t.kind in "nc")), 15, past=tokens[1].kind in "PA")


def minutes(context: Context, tokens: list[Token]) -> Made:
    """ "20 past eight", "five minutes to nine"."""
    first = tokens[0]
    if first.kind == "T":
        if first.value.unit not in ("minute", "quarter"):
            return None
        amount = first.value.amount
    else:
        amount = first.value
    if not isinstance(amount, int | float) or amount != int(amount):
        return None
    if tokens[-1].kind == "n" and isinstance(tokens[-1].value, int) and tokens[-1].value > 12:
        return None
    return _minutes_off(tokens, _hour(tokens[-1]), int(amount), past=tokens[1].kind in "PA")


def minutes_to(context: Context, tokens: list[Token]) -> Made:
    """ "Ten to two" is 1:50; "9 to 11" is a range; "10 to 2" may be either."""
    first, last = tokens[0], tokens[-1]
    if tokens[0].kind == "@":
        made = minutes_to(context, tokens[1:]) if tokens[1].end - tokens[1].start > 2 or tokens[1].value in (5, 20, 25) else None
        # "At 10 to 4" is rather 3:50 than from ten to four; who can say?
        return made or (
            joined("V", tokens, None)
            if tokens[1].value == 10 and tokens[2].value == "to" and not context.chinese and not _before_noon(last)
            else None
        )
    if first.value in (20, 25) and tokens[1].value == "to":
        return minutes(context, tokens)
    written_out = first.end - first.start > 2
    if first.value in (5, 10) and tokens[1].value == "to" and last.kind in "nc" and _hour(last):
        later = _hour(last)
        assert later
        if written_out:
            return minutes(context, tokens)
        if last.kind == "c" and later.sure and first.value < (later.hour % 12 or 12):
            # "5 to 6pm" says pm of both.
            return None
        if first.value == 10 and later.hour in (11, 12):
            # Before noon in a shop: rather two hours of it than 11:50.
            return None
        # "5 to 9" as a range would begin at 17:00: it is 8:55. "5 to 6" may be a range.
        if first.value == 5 and later.hour % 12 not in (6, 7, 8):
            return minutes(context, tokens)
        return joined("V", tokens, "hours")
    return None


def _before_noon(token: Token) -> bool:
    """ "Say 10 to 12pm": rather two hours than 11:50."""
    hour = _hour(token)
    return token.kind == "c" and hour is not None and hour.hour in (11, 12)


def no_minutes(context: Context, tokens: list[Token]) -> Made:
    """ "Five to ten cars" is no time, "free ten to two" rather a range: who can say?"""
    first = next(i for i, t in enumerate(tokens) if t.kind == "n")
    before, numbers, after = tokens[:first], tokens[first : first + 3], tokens[first + 3 :]
    if after and counted(after[0]):
        return [*before, *joined("x", numbers, None), *after]
    word = before[0].value if before else None
    word = word[-1] if isinstance(word, tuple) else word
    if numbers[0].value not in (5, 10, 20, 25) or word not in ("free", "anywhere", "available", "open"):
        return None
    return [*before, *joined("V", numbers, "hours"), *after]


def minutes_of(context: Context, tokens: list[Token]) -> Made:
    """ "Ten of four" is 3:50 in America."""
    return minutes(context, tokens) if tokens[0].value in (5, 10, 20, 25) and not context.chinese else None


def spoken(context: Context, tokens: list[Token]) -> Made:
    """ "Ten thirty", "7 15": an hour and its minutes."""
    *before, first, second = tokens
    if not (
        isinstance(first.value, int) and isinstance(second.value, int) and 1 <= first.value <= 12 and 10 <= second.value < 60
    ):
        return None
    written_out = second.end - second.start > 2
    if not written_out and not before:
        return None
    return [*before, Token("c", first.start, second.end, Clock(first.value, second.value))]


def quarters(context: Context, tokens: list[Token]) -> Made:
    """ "12 30 Friday"."""
    first, second = tokens
    if second.value not in (15, 30, 45) or not isinstance(first.value, int) or not 1 <= first.value <= 12 or context.chinese:
        return None
    return joined("c", tokens, Clock(first.value, second.value))


def spoken_with_dash(context: Context, tokens: list[Token]) -> Made:
    """ "Five-thirty"."""
    if tokens[2].end - tokens[2].start <= 2:
        return None
    return spoken(context, [tokens[0], tokens[2]])
