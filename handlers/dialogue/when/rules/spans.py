"""Rules about spans of clock times: "9 to 11", 下午2点到晚上8点."""

from handlers.dialogue.when.clock import hours
from handlers.dialogue.when.rules.bare import no_face_alone
from handlers.dialogue.when.rules.faces import clock_of
from handlers.dialogue.when.tokens import Between, Clock, Context, Made, Token, joined, parts


def both_bound(context: Context, tokens: list[Token]) -> Made:
    """下午2点到晚上8点, "8 in the morning to 5 in the evening": each end has its part of day."""
    clocks = [clock_of(t) for t in tokens if t.kind in "cn"]
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


def same_day_range(context: Context, tokens: list[Token]) -> Made:
    """ "Tomorrow 10 to tomorrow 11"."""
    named = parts(tokens, "D")
    if named[0] != named[1]:
        return None
    times = both_bound(context, [t for t in tokens if t.kind in "cpt-"]) if len(parts(tokens, "p")) == 2 else None
    return [tokens[0], *times] if times else None


def span(context: Context, tokens: list[Token]) -> Made:
    """ "9 to 11", "between 9:30 and 11", "10–12"."""
    ends = [t for t in tokens if t.kind in "cnk"]
    one, two = clock_of(ends[0]), clock_of(ends[1])
    if one is None or two is None:
        return None
    if any(t.kind == "n" and t.value > 24 and t.value < 100 for t in ends):
        return None
    if all(no_face_alone(t.value) for t in ends) and not any(t.kind in "Dwp" for t in tokens):
        return None
    made = Token("R", ends[0].start, ends[1].end, Between(one, two))
    return [
        *(t for t in tokens if t.end <= ends[0].start and t.kind not in "Fb"),
        made,
        *(t for t in tokens if t.start >= ends[1].end and t.kind not in "}"),
    ]
