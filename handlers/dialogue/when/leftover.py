"""What else was said about time and was not read: where it may change the answer, we ask."""

from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item
from handlers.dialogue.when.result import Reason
from handlers.dialogue.when.rules.bare import counted
from handlers.dialogue.when.tokens import Between, Clock, Token

# Kinds of small words between two expressions that belong together.
_NEAR = "@lejI4,iFb-&|/"


def left_over(kept: list[Item], items: list[Item], tokens: list[Token]) -> Reason:
    """Why we cannot be sure: something else was said about time, and we did not understand it."""
    taken = {item.place for item in kept}
    for place, token in enumerate(tokens):
        if token.kind == "X" and not _set_right(place, kept, tokens):
            return "no_such_time" if token.value == "no_such_time" else "no_such_date"
        if _of_two_days(token, place, items, taken, tokens):
            return "unsure"
        if token.kind in "sK" or (token.kind in "kqO" and _beside(tokens, place, taken)):
            return "unsure"
        if (
            token.kind == "T"
            and token.value.unit not in ("minute", "hour", "quarter")
            and any(t.kind == "M" for t in tokens[:place])
        ):
            # "Push Friday back a week".
            return "unsure"
        if token.kind == "x" and token.value == "odd":
            return "unsure"
        if token.kind in "hq" and tokens[place + 1 : place + 2] and tokens[place + 1].kind in "Pt":
            # "I finish at 3, so half past".
            return "unsure"
        if token.kind == "b" and any(t.kind == "n" for t in tokens[place : place + 5]):
            return "unsure"
        if token.kind in "nk" and _offered(tokens, place):
            return "unsure"
        if token.kind == "V" and any(t.kind == "|" for t in tokens[max(0, place - 1) : place + 2]):
            # 周末或国定假日: what it is or else, we did not read.
            return "unsure"
        if token.kind in "VZY" and _fills_the_rest(place, kept, tokens):
            continue
        if token.kind in "VnhGJYZABU{}fyLNuo" and _beside(tokens, place, taken, token.kind in "VYZ" and token.value != "soft"):
            if token.kind in "nu" and (not _may_be_time(token) or (token.kind == "n" and _counts(place, tokens))):
                continue
            if token.value in ("early", "late") and any(isinstance(i.value, Clock) for i in kept):
                # "Super early tomorrow, like 8am".
                continue
            if token.kind == "V" and token.value == "event" and tokens[place - 1 : place] and tokens[place - 1].kind == "p":
                # "Tuesday afternoon after the gym": some time in it.
                continue
            if token.kind == "V" and token.value == "holiday" and _is_that_day(place, kept, tokens):
                continue
            if token.kind == "V" and token.value == "first workday" and any(i.slot == "day" for i in kept):
                # 初八，开工第一天
                continue
            if token.kind == "V" and token.value == "closing" and any(i.slot in ("part", "time") for i in kept):
                # "Tonight before you close" is tonight.
                continue
            if token.kind == "V" and (
                (token.value == "soft" and any(i.slot == "day" for i in kept)) or _said_better(place, kept, tokens)
            ):
                continue
            return "unsure"
        if _from_hour_to_hour(tokens, place) and all(i.slot not in ("time", "part") for i in kept):
            return "unsure"
        if token.kind == "V" and token.value == "shift" and not any(i.slot == "day" and i.place > place for i in kept):
            return "unsure"
        if token.kind == "t" and token.value == "lasting" and place + 1 in taken:
            return "unsure"
        if token.kind in "t-" and place - 1 in taken and place + 1 in taken:
            return "unsure"
        if token.kind == "M" and any(
            isinstance(i.value, Day) and i.value.unit == "later" and not any(t.kind == ">" for t in tokens[place : i.place])
            for i in kept
        ):
            # "Push it back by two weeks"; "move it to in two weeks" says when.
            return "unsure"
    return ""


def _of_two_days(token: Token, place: int, items: list[Item], taken: set[int], tokens: list[Token]) -> bool:
    """说好的7月18，周日: a day that was told of stands right beside one that counts; they may be one, and may disagree."""
    told = next((i for i in items if i.place == place and i.dropped in ("aside", "about") and i.slot == "day"), None)
    if told is None:
        return False
    at = place + 1
    while at < len(tokens) and tokens[at].kind in ",jle":
        at += 1
    if at not in taken or tokens[at].kind != "D":
        return False
    return len({isinstance(d, Day) and d.kind == "weekday" for d in (told.value, tokens[at].value)}) == 2


def _is_that_day(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "On the bank holiday tomorrow", "Monday bank holiday": what the day is, said right beside it."""
    sides = [i.value for i in kept if abs(i.place - place) == 1]
    return any(isinstance(day, Day) and day.kind in ("date", "weekday", "number") for day in sides)


def _set_right(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "12月32号，逗你的，1月5号": an impossible day that is taken back before a whole one is said."""
    days = [i.place for i in kept if i.slot == "day" and isinstance(i.value, Day) and i.value.kind in ("date", "weekday")]
    return bool(days) and days[0] > place and any(t.kind == "*" for t in tokens[place : days[0]])


def _said_better(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "After the school run, say 9.15", 月底28号: a day or a time that follows says what the vague words mean."""
    slot = {"event": "time", "rough": "day", "month_end": "day", "year_end": "day", "after that": "time"}.get(
        "rough" if str(tokens[place].value).startswith("tens") else str(tokens[place].value)
    )
    found = [i for i in kept if i.place > place and i.slot == slot and not (isinstance(i.value, Day) and i.value.kind == "span")]
    return bool(found) and not any(t.kind in "|/^!" for t in tokens[place : found[0].place])


def _fills_the_rest(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "After 3 tomorrow, school run before that": what the window leaves open is told, and changes nothing."""
    token = tokens[place]
    windows = [i.value for i in kept if i.slot == "time" and isinstance(i.value, Between) and i.place < place]
    if len(windows) != 1 or any(i.place > place for i in kept):
        return False
    commas = [at for at in range(place) if tokens[at].kind == ","]
    if not commas or any(at > commas[-1] for at in (i.place for i in kept)):
        return False
    clause_kinds = {t.kind: t.value for t in tokens[commas[-1] + 1 :] if t.kind not in "x^.,e4"}
    said = {"Z": "before that", "Y": "after that"}.get(token.kind, token.value)
    said = next((value for value in (said, clause_kinds.get("V")) if value in ("before that", "after that")), "")
    edge = windows[0].end if said == "before that" else windows[0].start
    return bool(said) and set(clause_kinds) <= {"V", "Z", "Y"} and edge is None


def _offered(tokens: list[Token], place: int) -> bool:
    """Whether a bare number stands where a time may stand: "at 10", "10 or 11", "no, 4"."""
    value = tokens[place].value
    before, after = (tokens[at].kind if 0 <= at < len(tokens) else "" for at in (place - 1, place + 1))
    if before == "-" and place > 1 and tokens[place - 2].kind == "*":
        # "At 3 - sorry - 4".
        return True
    if isinstance(value, tuple):
        return bool(value[2] == 2 and value[0] <= 31 and value[1] < 60)
    if not isinstance(value, int) or value > 31:
        return False
    said = tokens[place - 1].value if place else None
    if after in ("", "?", ".") and (said[-1] if isinstance(said, tuple) else said) == "then":
        return True
    if value > 24:
        return False
    if before == after == "" or (
        after == "&" and tokens[place + 2 : place + 3] and tokens[place + 2].kind == "n" and value <= 12
    ):
        return True
    on_a_day = after == "l" and any(t.kind in "Dwe" for t in tokens[place + 2 : place + 3])
    return before in tuple("@|*>") or after in tuple("|GJ") or on_a_day


def _from_hour_to_hour(tokens: list[Token], place: int) -> bool:
    """ "I have 10 to 2 free on Friday": bare hours that no rule took, or that may be minutes."""
    if tokens[place].kind != "t" or tokens[place].value != "to":
        return tokens[place].kind == "V" and tokens[place].value == "hours"
    sides = tokens[max(0, place - 1) : place] + tokens[place + 1 : place + 2]
    return len(sides) == 2 and all(t.kind == "n" and isinstance(t.value, int) and 1 <= t.value <= 12 for t in sides)


def _counts(place: int, tokens: list[Token]) -> bool:
    """ "Friday, 2 tyres"."""
    return place + 1 < len(tokens) and counted(tokens[place + 1])


def _may_be_time(token: Token) -> bool:
    """A bare number that can be an hour, a day, or an hour with its minutes."""
    value = token.value
    return token.kind != "n" or (isinstance(value, int | float) and (value <= 31 or (100 <= value <= 2400 and value % 100 < 60)))


def _beside(tokens: list[Token], place: int, taken: set[int], far: bool = False) -> bool:
    """Whether something that counts stands right beside, small words between; `far`: or a word of two letters."""
    for step in (1, -1):
        at = place + step
        while 0 <= at < len(tokens) and (
            tokens[at].kind in _NEAR or (far and tokens[at].kind == "x" and tokens[at].end - tokens[at].start <= 2)
        ):
            at += step
        if at in taken:
            return True
    return False
