"""Rules about the clock: "half past ten", "ten thirty", "9–11 in the morning", and which bare numbers are hours."""

from handlers.dialogue.when.clock import hours
from handlers.dialogue.when.tokens import Between, Clock, Context, Token, joined, parts

_Made = list[Token] | None

# Nouns that a number counts ("tomorrow 2 cars"); other plurals are taken for nouns, too, unless they are here.
_NO_NOUNS = frozenset(
    [
        "works",
        "suits",
        "is",
        "was",
        "pls",
        "plz",
        "thanks",
        "thx",
        "does",
        "yes",
        "has",
        "us",
        "this",
        "as",
        "cheers",
        "its",
        "it's",
        "sounds",
        "looks",
        "fits",
        "always",
        "gets",
    ]
)
_NOUNS = frozenset(
    [
        "people",
        "car",
        "vehicle",
        "key",
        "person",
        "adults",
        "litre",
        "tyre",
        "tire",
        "new",
        "used",
        "pieces",
        "photos",
        "more",
        "front",
        "rear",
        "of",
        "other",
        "different",
        "issues",
        "problems",
        "questions",
        "extra",
        "additional",
        "spare",
        "winter",
        "summer",
        "point",
        "tyres",
        "tires",
        "services",
        "brakes",
    ]
)


_FINE = {
    "ok", "okay", "works", "work", "good", "fine", "please", "pls", "plz", "free", "available", "possible", "suits", "then",
    "thanks", "thx", "great",
}  # fmt: skip


def _counted(token: Token) -> bool:
    """Whether this word makes a count of the number before it."""
    word = token.value
    if not isinstance(word, str) or token.kind != "x":
        return False
    return word in _NOUNS or (word.endswith("s") and len(word) > 3 and word not in _NO_NOUNS)


def _face(value: object, minute: int = 0) -> Clock | None:
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


def _clock(token: Token) -> Clock | None:
    return token.value if token.kind == "c" else _face(token.value)


def meridiem(context: Context, tokens: list[Token]) -> _Made:
    """ "10 am", "10.30 am", "ten thirty pm"."""
    numbers = [t for t in tokens if t.kind in "nkc"]
    half = tokens[-1].value
    clock = _clock(numbers[0])
    if clock is None:
        return None
    if len(numbers) == 2:
        if not isinstance(numbers[1].value, int) or not 0 <= numbers[1].value < 60:
            return None
        clock = Clock(clock.hour, numbers[1].value)
    if clock.hour > 12:
        return joined("c", tokens, Clock(clock.hour, clock.minute, True)) if half == "pm" else joined("X", tokens, "no_such_time")
    return joined("c", tokens, Clock(clock.hour % 12 + (12 if half == "pm" else 0), clock.minute, True))


def meridiem_first(context: Context, tokens: list[Token]) -> _Made:
    """上 AM 10:00: the half of the day before the time, as some phones write it."""
    if not context.chinese:
        return None
    return meridiem(context, [tokens[1], tokens[0]])


def twelve_noon(context: Context, tokens: list[Token]) -> _Made:
    """ "12 noon"."""
    noon = tokens[1].value
    return joined("c", tokens, noon) if tokens[0].value == 12 and noon.hour in (12, 24) and noon.sure else None


def spoken_with_dash(context: Context, tokens: list[Token]) -> _Made:
    """ "Five-thirty"."""
    if tokens[2].end - tokens[2].start <= 2:
        return None
    return spoken(context, [tokens[0], tokens[2]])


def two_readings(context: Context, tokens: list[Token]) -> _Made:
    """ "10 Dec 3" is the 10th at three or the 3rd at ten."""
    one, two = tokens[0].value, tokens[2].value
    both = all(isinstance(n, int) and 1 <= n <= 12 for n in (one, two)) and not context.chinese
    return joined("V", tokens, None) if both else None


def oclock(context: Context, tokens: list[Token]) -> _Made:
    clock = _face(tokens[0].value)
    return joined("c", tokens, clock) if clock and tokens[0].value <= 24 else joined("X", tokens, "no_such_time")


def o_clock(context: Context, tokens: list[Token]) -> _Made:
    """ "10 o clock", "ten oh five"."""
    words = [t.value for t in tokens if t.kind == "_"]
    if words == ["o", "clock"]:
        return oclock(context, tokens)
    if words == ["oh"] and isinstance(tokens[-1].value, int) and tokens[-1].value < 10 and tokens[0].value <= 12:
        return joined("c", tokens, Clock(tokens[0].value, tokens[-1].value))
    return None


def _hour(token: Token) -> Clock | None:
    """An hour that minutes are added to or taken from."""
    clock = _clock(token)
    return clock if clock and clock.minute == 0 and (token.kind == "c" or clock.hour <= 24) else None


def _minutes_off(tokens: list[Token], hour: Clock | None, minutes: int, past: bool) -> _Made:
    if hour is None or not 0 < minutes < 60:
        return None
    if past:
        return joined("c", tokens, Clock(hour.hour, minutes, hour.sure))
    before = hour.hour - 1 if hour.hour > 1 or hour.sure else 12
    return joined("c", tokens, Clock(before % 24, 60 - minutes, hour.sure)) if before >= 0 else None


def half_past(context: Context, tokens: list[Token]) -> _Made:
    """ "Half past ten" and "half ten" are both 10:30."""
    if tokens[0].value is not None:
        return None
    return _minutes_off(tokens, _hour(tokens[-1]), 30, past=True)


def quarter(context: Context, tokens: list[Token]) -> _Made:
    return _minutes_off(tokens, _hour(tokens[-1]), 15, past=tokens[1].kind in "PA")


def minutes(context: Context, tokens: list[Token]) -> _Made:
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


def minutes_to(context: Context, tokens: list[Token]) -> _Made:
    """ "Ten to two" is 1:50; "9 to 11" is a range; "10 to 2" may be either."""
    first, last = tokens[0], tokens[-1]
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
        # "5 to 9" as a range would begin at 17:00: it is 8:55. "5 to 6" may be a range.
        if first.value == 5 and later.hour % 12 not in (6, 7, 8):
            return minutes(context, tokens)
        return joined("V", tokens, None)
    return None


def hours_word(context: Context, tokens: list[Token]) -> _Made:
    """ "11:00 hours"."""
    return joined("c", tokens, tokens[0].value) if tokens[1].value == "hour" else None


def minutes_of(context: Context, tokens: list[Token]) -> _Made:
    """ "Ten of four" is 3:50 in America."""
    return minutes(context, tokens) if tokens[0].value in (5, 10, 20, 25) and not context.chinese else None


def spoken(context: Context, tokens: list[Token]) -> _Made:
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


# -- spans of time ----------------------------------------------------------------------------------------------------------


def both_bound(context: Context, tokens: list[Token]) -> _Made:
    """下午2点到晚上8点, "8 in the morning to 5 in the evening": each end has its part of day."""
    clocks = [_clock(t) for t in tokens if t.kind in "cn"]
    sides = parts(tokens, "p")
    ends = []
    for clock, part in zip(clocks, sides, strict=True):
        found = hours(clock, part) if clock else []
        if not found or (len(found) > 1 and found[0][1] == 0):
            return joined("V", tokens, None)
        at, _ = found[0]
        ends.append(Clock(at.hour or 24 * (part == "evening"), at.minute, True))
    if ends[1] <= ends[0] or ends[1].hour == 24:
        return joined("V", tokens, None)
    return joined("R", tokens, Between(*ends))


def same_day_range(context: Context, tokens: list[Token]) -> _Made:
    """ "Tomorrow 10 to tomorrow 11"."""
    named = parts(tokens, "D")
    if named[0] != named[1]:
        return None
    times = both_bound(context, [t for t in tokens if t.kind in "cpt-"]) if len(parts(tokens, "p")) == 2 else None
    return [tokens[0], *times] if times else None


def span(context: Context, tokens: list[Token]) -> _Made:
    """ "9 to 11", "between 9:30 and 11", "10–12"."""
    ends = [t for t in tokens if t.kind in "cnk"]
    one, two = _clock(ends[0]), _clock(ends[1])
    if one is None or two is None:
        return None
    if any(t.kind == "n" and t.value > 24 and t.value < 100 for t in ends):
        return None
    made = Token("R", ends[0].start, ends[1].end, Between(one, two))
    return [
        *(t for t in tokens if t.end <= ends[0].start and t.kind not in "Fb"),
        made,
        *(t for t in tokens if t.start >= ends[1].end and t.kind not in "}"),
    ]


# -- which bare numbers are hours ---------------------------------------------------------------------------------------------


def promoted(context: Context, tokens: list[Token]) -> _Made:
    """A bare number that stands where a time stands: after "at", beside a day or a part of day."""
    index = next(i for i, t in enumerate(tokens) if t.kind in "nk")
    token = tokens[index]
    if index + 1 < len(tokens) and _counted(tokens[index + 1]):
        return None
    if (
        isinstance(token.value, int)
        and (12 < token.value < 100 or 2000 <= token.value < 2100)
        and not any(t.kind == "@" for t in tokens[:index])
    ):
        return None
    clock = _face(token.value)
    if clock is None:
        return None
    if isinstance(token.value, int) and token.value >= 100:
        # "My budget is 500, Friday".
        firm = any(t.kind in "@ABF" for t in tokens[:index])
        if not firm and (any(t.kind == "," for t in tokens) or (token.value < 1000 and token.value % 100 == 0)):
            return None
    # Four digits are written by people who count to 24: 0830, 1430.
    if token.end - token.start == 4 and isinstance(token.value, int):
        clock = Clock(clock.hour, clock.minute, True)
    return [*tokens[:index], Token("c", token.start, token.end, clock), *tokens[index + 1 :]]


def alone(context: Context, tokens: list[Token]) -> _Made:
    """Nothing but a number, or "is 3 ok?"."""
    number = next(t for t in tokens if t.kind == "n")
    if number.value >= 100 and number.end - number.start < 4:
        return None
    last = next((t.value for t in tokens[1:] if t.kind == "x" and t.start > tokens[0].end), None)
    return promoted(context, tokens) if last is None or last in _FINE else None


def alone_or(context: Context, tokens: list[Token]) -> _Made:
    """Nothing but "10 or 11"."""
    first, *rest = (i for i, t in enumerate(tokens) if t.kind == "n")
    if not all(isinstance(tokens[i].value, int) and 1 <= tokens[i].value <= 12 for i in (first, *rest)):
        return None
    return [t._replace(kind="c", value=Clock(t.value)) if t.kind == "n" else t for t in tokens]


def another(context: Context, tokens: list[Token]) -> _Made:
    """ "At 10 or 11": the second is an hour like the first."""
    index = 0 if tokens[0].kind == "n" else len(tokens) - 1
    token = tokens[index]
    clock = _face(token.value)
    if clock is None or not isinstance(token.value, int) or token.value > 24:
        return None
    made = Token("c", token.start, token.end, clock)
    return [made, *tokens[1:]] if index == 0 else [*tokens[:-1], made]


def another_with_meridiem(context: Context, tokens: list[Token]) -> _Made:
    """ "10 or 11am", "9/10am": the am or pm is said of both when the first has none."""
    last = tokens[-1].value
    numbers = [tokens[0].value] if tokens[0].kind == "n" else []
    if not numbers or not isinstance(numbers[0], int) or not 1 <= numbers[0] <= 12 or not last.sure:
        return None
    half = 12 if last.hour >= 12 else 0
    clock = Clock(numbers[0] % 12 + half, 0, True)
    if (clock.hour, clock.minute) > (last.hour, last.minute):
        clock = Clock(numbers[0] % 12, 0, True)
    return [Token("c", tokens[0].start, tokens[0].end, clock), *tokens[1:]]


def slashed_hours(context: Context, tokens: list[Token]) -> _Made:
    """ "9/10am"."""
    one, two = tokens[0].value
    if not (1 <= one <= 12 and 1 <= two <= 12):
        return None
    half = 12 if tokens[1].value == "pm" else 0
    first, second = tokens[0].start, tokens[1].end
    ends = (Clock(one % 12 + half, 0, True), Clock(two % 12 + half, 0, True))
    return [Token("c", first, first + 1, ends[0]), Token("|", first + 1, first + 2), Token("c", first + 2, second, ends[1])]


def loose(context: Context, tokens: list[Token]) -> _Made:
    """The word "o'clock" or "am" without a number: something was said that we did not read."""
    return joined("V", tokens, None)


# Before the rules about days: in "half past two Dec 3" the two is no day of December.
EARLY = [
    ("nna|[nkc]i?a|nOa", meridiem),
    ("n__|n_n", o_clock),
    ("hP?[nc]", half_past),
    ("q[PtBAj][nc]", quarter),
    ("n[P][nc]", minutes),
    ("[@AB]n(?=me?[nod])", promoted),
    ("Fntn(?=me?[nod])|bn&n(?=me?[nod])", span),
    ("nmn(?![mau:O])", two_readings),
]
RULES = [
    ("nna|[nkc]i?a|nOa", meridiem),
    ("ac", meridiem_first),
    ("nc", twelve_noon),
    ("n-n", spoken_with_dash),
    ("sa", slashed_hours),
    ("nO", oclock),
    ("hP?[nc]", half_past),
    ("q[PtBAj][nc]", quarter),
    ("TP[nc]|T[AtB][nc]|n[P][nc]|nA(?=.)[c]", minutes),
    ("cu", hours_word),
    ("nj[nc]", minutes_of),
    ("(?<![Fb@c])n(?<!-)t[nc](?!a)", minutes_to),
    ("(?:^|[@wDp,lBAFb4&|*>])nn", spoken),
    ("nn", spoken),
    # hours by their neighbours
    ("@[nk]", promoted),
    ("ni", lambda c, t: promoted(c, t[:1]) if isinstance(t[0].value, int) and t[0].value <= 12 else None),
    ("[cn](?:Ie)?p[-t][cn](?:Ie)?p|pcj?[-t]pc", both_bound),
    ("p[cn][-t]p[cn]", both_bound),
    ("Dp?c[-t]Dp?c", same_day_range),
    ("[Fb][cn][-t&]l?@?[cn](?!u)}?", span),
    ("c[-t]@?[cn](?![u])}?|n[-t]@?c}?|c&c}", span),
    ("[Dwp][,l@I4b]*n[-t&]n}?(?![um])", lambda c, t: span(c, t) if t[-2].kind != "&" else None),
    ("n[-t]n(?=[lI4,@e]*[Dwp])", span),
    ("(?<=[DwpFb@,l])k[-t][knc]|k[-t][knc](?=[lI,]*[Dwp])", span),
    ("[BAF]k|[Dwp][,l@]*k|k[lI,e]*[wDp]", promoted),
    ("[Dwp](?:[,l@4]|Ie)*n(?:x|(?=[^x])|$)", promoted),
    ("n(?:[,l@]|Ie|je)*[Dwp]", promoted),
    ("[BA]n(?=[^xu]|$)|[BA]nx", promoted),
    ("Fn(?=G|Y)|n[GJYZ]", promoted),
    ("[*>],?@?n(?:x|$|(?=[.?,]))", promoted),
    ("4n(?=[.?,]|$)", promoted),
    ("^x?[,.]?n(?:x?[.?]?)?$", alone),
    ("^x?,?n[|]n(?=x?[.?]?$)", alone_or),
    ("n[|/]@?c", another_with_meridiem),
    ("c[|&/]@?n(?!u)|n[|&/]@?c", another),
    ("n[-t]c|c[-t]n", span),
    ("(?<=[Dwp])-(?=[cRp])", lambda c, t: []),
    ("O|a", loose),
]
