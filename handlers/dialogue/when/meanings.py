"""From an entry of a lexicon to its tokens."""

from handlers.dialogue.when import breaks, days, feasts
from handlers.dialogue.when.days import DAY, Day
from handlers.dialogue.when.tokens import Clock, Context, Token


def meaning_of(kind: str, value: object, start: int, end: int, context: Context) -> list[Token]:
    """Tokens of a lexicon's entry: "D" with a number is resolved here, and may bring a part of day."""
    if kind == "D":
        if isinstance(value, tuple):
            offset, part = value
            return [Token("D", start, end, days.on(context.today + offset * DAY)), Token("p", end, end, part)]
        if isinstance(value, str):
            day = _feast(value.removeprefix("feast:"), context)
            return [Token("D", start, end, day) if day else Token("V" if context.chinese else "x", start, end, "rough")]
        # "Day after tomorrow" without "the" may follow a number: "2 day after tomorrow".
        unit = "after tomorrow" if value == 2 and end - start > 12 else ""
        return [Token("D", start, end, Day("date", context.today + int(str(value)) * DAY, unit=unit))]
    if kind == "c":
        return [Token("c", start, end, Clock(int(str(value)), 0, True))]
    if kind == "Y4":
        return [Token("y", start, end, context.today.year + int(str(value)))]
    if kind == "!^":
        return [Token("!", start, end), Token("^", end, end)]
    return [Token(kind if len(kind) == 1 else {"w/c": "K", "M>": ">", "|n": "V", "}{": "}"}.get(kind, "x"), start, end, value)]


def _feast(name: str, context: Context) -> Day | None:
    """The next day of a feast; None where the name is none."""
    if name == "the_cup":
        if context.region != "AU":
            return None
        name = "melbourne_cup"
    if name in ("before_spring", "before_break", "after_break", "first_after_break"):
        return _beside_break(name, context)
    if name in ("bank_monday", "long_weekend"):
        off = feasts.next_monday_off(context.today, context.region)
        if off is None:
            return days.bad("unsure")
        feast, day = off
        if name == "bank_monday":
            return Day("date", day, unit=feast)
        first = day if day.isoweekday() == 5 else day - 2 * DAY
        return days.span(max(first, context.today), day + (2 * DAY if first == day else 0 * DAY), "weekend")
    found = feasts.next_day_of(name, context.today, context.region)
    return Day("date", found, unit=name) if found else days.bad("unsure")


# So near a break must be for "before the holiday" to mean it; the new year of the moon is looked forward to for longer.
_NEAR, _NEAR_SPRING = 12, 45


def _beside_break(name: str, context: Context) -> Day | None:
    """节前, 节后, 年前: beside the break that is on or near. None: none is."""
    if name == "before_spring":
        spring = feasts.next_day_of("spring", context.today, context.region)
        near = spring and 0 < (spring - context.today).days <= _NEAR_SPRING
        return Day("span", None, spring - DAY, unit="until") if spring and near else None
    found = breaks.near(context.today, context.region, _NEAR)
    if found is None:
        return None
    first, last = found
    if name == "before_break":
        return Day("span", None, first - DAY, unit="until") if first - DAY > context.today else None
    return days.on(last + DAY) if name == "first_after_break" else Day("span", last + DAY, None)
