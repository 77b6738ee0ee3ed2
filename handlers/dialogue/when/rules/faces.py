"""Rules about times with their half of the day: "10 am", "12 noon", "ten oh five", "11:00 hours"."""

from handlers.dialogue.when.tokens import Clock, Context, Made, Token, joined


def face(value: object, minute: int = 0) -> Clock | None:
    """A bare number as a time: 10, 730, 1430."""
    if isinstance(value, tuple) and len(value) == 3:
        hour, minute, width = value
        return Clock(hour, minute, hour > 12 or hour == 0) if hour <= 24 and minute < 60 and width == 2 else None
    if not isinstance(value, int):
        return None
    if value <= 24:
        return Clock(value, minute, value > 12 or value == 0)
    if 100 <= value <= 2400 and value % 100 < 60:
        return Clock(value // 100, value % 100, value // 100 > 12)
    return None


def clock_of(token: Token) -> Clock | None:
    return token.value if token.kind == "c" else face(token.value)


def meridiem(context: Context, tokens: list[Token]) -> Made:
    """ "10 am", "10.30 am", "ten thirty pm"."""
    numbers = [t for t in tokens if t.kind in "nkc"]
    half = tokens[-1].value
    clock = clock_of(numbers[0])
    if clock is None or (numbers[0].kind == "n" and (12 < numbers[0].value < 100 or 2020 <= numbers[0].value < 2030)):
        # "Aug 22 PM": the day before its half.
        return None
    if len(numbers) == 2:
        if not isinstance(numbers[1].value, int) or not 0 <= numbers[1].value < 60:
            return None
        clock = Clock(clock.hour, numbers[1].value)
    if clock.hour > 12:
        return joined("c", tokens, Clock(clock.hour, clock.minute, True)) if half == "pm" else joined("X", tokens, "no_such_time")
    return joined("c", tokens, Clock(clock.hour % 12 + (12 if half == "pm" else 0), clock.minute, True))


def meridiem_first(context: Context, tokens: list[Token]) -> Made:
    """上 AM 10:00: the half of the day before the time, as some phones write it."""
    if not context.chinese:
        return None
    return meridiem(context, [tokens[1], tokens[0]])


def twelve_noon(context: Context, tokens: list[Token]) -> Made:
    """ "12 noon"."""
    noon = tokens[1].value
    return joined("c", tokens, noon) if tokens[0].value == 12 and noon.hour in (12, 24) and noon.sure else None


def two_readings(context: Context, tokens: list[Token]) -> Made:
    """ "10 Dec 3" is the 10th at three or the 3rd at ten."""
    one, two = tokens[0].value, tokens[2].value
    both = all(isinstance(n, int) and 1 <= n <= 12 for n in (one, two)) and not context.chinese
    return joined("V", tokens, None) if both else None


def oclock(context: Context, tokens: list[Token]) -> Made:
    clock = face(tokens[0].value)
    return joined("c", tokens, clock) if clock and tokens[0].value <= 24 else joined("X", tokens, "no_such_time")


def o_clock(context: Context, tokens: list[Token]) -> Made:
    """ "10 o clock", "ten oh five"."""
    words = [t.value for t in tokens if t.kind == "_"]
    if words == ["o", "clock"]:
        return oclock(context, tokens)
    if words == ["oh"] and isinstance(tokens[-1].value, int) and tokens[-1].value < 10 and tokens[0].value <= 12:
        return joined("c", tokens, Clock(tokens[0].value, tokens[-1].value))
    return None


def hours_word(context: Context, tokens: list[Token]) -> Made:
    """ "11:00 hours"."""
    return joined("c", tokens, tokens[0].value) if tokens[1].value == "hour" else None


def hours_said(context: Context, tokens: list[Token]) -> Made:
    """ "At 10 hrs" is a time in India; "about 2 hours" is none."""
    amount, at = tokens[1].value.amount, tokens[0]
    if (
        tokens[1].value.unit != "hour"
        or at.end - at.start > 2
        or context.chinese
        or amount != int(amount)
        or not 8 <= amount <= 20
    ):
        return None
    return [at, Token("c", tokens[1].start, tokens[1].end, Clock(int(amount), 0, amount > 12))]
