"""Rules about lengths of time ("two and a half hours"), what has been, and what comes again and again."""

from handlers.dialogue.when import days
from handlers.dialogue.when.days import DAY
from handlers.dialogue.when.tokens import Context, Length, Made, Token, joined, parts


def _number(value: object) -> float:
    if isinstance(value, tuple):
        return float(f"{value[0]}.{value[1]:0{value[2]}d}")
    return float(str(value))


def length(context: Context, tokens: list[Token]) -> Made:
    if tokens[0].value == "hour":
        return None  # "an hour" has its unit already: "an hour days"
    amount, unit = _number(tokens[0].value), tokens[-1].value
    return joined("T", tokens, Length(amount, str(unit)))


def hour(context: Context, tokens: list[Token]) -> Made:
    """ "An hour" is scanned as one word."""
    return joined("T", tokens, Length(1, "hour")) if tokens[0].value == "hour" else None


def half(context: Context, tokens: list[Token]) -> Made:
    return joined("T", tokens, Length(0.5, str(tokens[-1].value)))


def and_a_half(context: Context, tokens: list[Token]) -> Made:
    if tokens[1].value != "and a half":
        return None
    if tokens[0].kind == "n":
        return joined("T", tokens, Length(tokens[0].value + 0.5, str(tokens[-1].value)))
    return joined("T", tokens, Length(tokens[0].value.amount + 0.5, tokens[0].value.unit))


def vague(context: Context, tokens: list[Token]) -> Made:
    return joined("V", tokens, None)


def past(context: Context, tokens: list[Token]) -> Made:
    return joined("Q", tokens, None)


def ago(context: Context, tokens: list[Token]) -> Made:
    return joined("Q", tokens, None) if tokens[1].value == "ago" else None


def since(context: Context, tokens: list[Token]) -> Made:
    """ "Since 2 days the engine light is on"."""
    return joined("Q", tokens, None) if tokens[0].value == "since" else None


def weekdays_from_now(context: Context, tokens: list[Token]) -> Made:
    """ "2 Sundays from now"."""
    count, weekday = tokens[0].value, tokens[1].value
    if not isinstance(weekday, int) or tokens[-1].value != "from now":
        return None
    return joined("D", tokens, days.on(days.next_weekday(context, weekday) + 7 * (int(count) - 1) * DAY))


def again(context: Context, tokens: list[Token]) -> Made:
    """What comes every week is no appointment, and the times said with it are none."""
    return joined("Q", tokens, "every")


def in_time(context: Context, tokens: list[Token]) -> Made:
    """ "Half an hour's time" is from now, without "in" too."""
    return None if tokens[1].value else [tokens[0], tokens[1]._replace(kind="G")]


def without_time(context: Context, tokens: list[Token]) -> Made:
    """ "In two weeks' time" is "in two weeks"."""
    return [tokens[0]] if not tokens[1].value else None


def day_of_month(context: Context, tokens: list[Token]) -> Made:
    """ "The 15th day"."""
    return [Token("o", tokens[0].start, tokens[-1].end, parts(tokens, "of")[0])] if tokens[-1].value == "day" else None


RULES = [
    ("zh?u(?=[^Q])|zu", lambda c, t: half(c, t) if len(t) == 3 else length(c, t)),
    ("z", hour),
    ("nE[G]", weekdays_from_now),
    ("nhu", and_a_half),
    ("[nk][-|t/]+[nk]u", vague),
    ("[of]u", day_of_month),
    ("[nk]u", length),
    ("hu", half),
    ("Th", and_a_half),
    ("T&h(?!a|[nc])", lambda c, t: and_a_half(c, [t[0], t[2]._replace(value="and a half")])),
    ("(?<!I)(?<!I@)T_", in_time),
    ("T_", without_time),
    ("TQl?w", ago),
    ("TQ", ago),
    ("AT", since),
    ("HP[w]", past),
    ("[LV]T(?!je?[DmuNHC])|L[u](?![jI])", lambda c, t: past(c, t) if t[0].kind == "L" else vague(c, t)),
    ("[NCH]T", vague),
    ("UT|TU|TV", vague),
    ("TZ(?!D)", past),
    ("Eu?j?m[nodf]?", again),
    ("[wDWp1I]*E[uewDWpcnadRlI@&|,1ot-]*[uewDWpcnadR1o]|[wDWp1]*E", again),
]
