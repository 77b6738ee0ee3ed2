"""What does not suit: "not Thursday", "Friday doesn't work", 周三没空; and offers for the case that it does not."""

from handlers.dialogue.when.items import Item, alive, clause
from handlers.dialogue.when.tokens import Token

# Kinds of tokens in which a day is named.
_DAYS = "Dwodfm"


def with_refusals(tokens: list[Token], text: str) -> list[Token]:
    """English refusals that stand after a day ("doesn't work") as tokens, in the place of their words."""
    if not text or max(text) < "a":
        return tokens
    for match in clause("all_but", text).finditer(text):
        tokens = [t._replace(kind="!") if t.kind == "," and t.end == match.end(1) else t for t in tokens]
    asks = [m.span() for m in clause("asks", text).finditer(text)]
    for match in clause("does_not", text).finditer(text):
        start, end = match.span()
        if any(a <= start < b for a, b in asks):
            continue
        if text[start] == "'":
            # "Friday's no good": the short "is" belongs to the token of the day.
            start = next((t.end for t in tokens if t.start < start < t.end), start)
        inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
        if not inside or any(tokens[i].kind in "Dwcnpd" for i in inside):
            continue
        tokens = [*tokens[: inside[0]], Token("^", start, end), *tokens[inside[-1] + 1 :]]
    return tokens


def with_remarks(tokens: list[Token], text: str) -> list[Token]:
    """ "The 1st, oh that's a Sunday. Monday 2nd": what a day turns out to be is no second wish, and the next day corrects it."""
    for match in clause("remark", text).finditer(text):
        start, end = match.span()
        inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
        before, after = tokens[: inside[0]], tokens[inside[-1] + 1 :]
        ends = next((i for i, t in enumerate(after) if t.kind in _DAYS), None)
        if not any(t.kind in _DAYS for t in before) or ends is None or any(t.kind in "|&=" for t in after[:ends]):
            continue
        tokens = [*before, Token("*", start, end), *after]
    return tokens


def drop_refused(items: list[Item], tokens: list[Token]) -> None:
    for place, token in enumerate(tokens):
        if token.kind == "!" or (token.kind == "^" and _tells_what_follows(tokens, place)):
            found = _group_after(items, tokens, place) or _group_before(items, tokens, place)
        elif token.kind == "^":
            found = _group_before(items, tokens, place) or (
                [] if _of_working_days(tokens, place) else _group_after(items, tokens, place)
            )
        else:
            continue
        if _only_if(tokens, place):
            # "If Friday doesn't work, Saturday": both are offered.
            tokens[place] = token._replace(kind="|")
            continue
        others = {i.slot for i in alive(items) if i not in found}
        # 周五上午没空，下午三点可以: another time of the same day.
        same_day = len({i.slot for i in found}) > 1 and "day" not in others and others & {"time", "part"}
        for item in found:
            if not (same_day and item.slot == "day"):
                item.dropped = item.dropped or "refused"


def _tells_what_follows(tokens: list[Token], place: int) -> bool:
    """ "Free at 2 but busy at 3"."""
    before = [t.kind for t in tokens[:place] if t.kind != "x"][-1:]
    return before == [","] and place + 1 < len(tokens) and tokens[place + 1].kind in "@l"


def _of_working_days(tokens: list[Token], place: int) -> bool:
    """平日都要上班 下周六早上: what does not suit is said, though it is no day of ours."""
    for token in reversed(tokens[:place]):
        if token.kind in ".?,;^!":
            return False
        if token.kind in "VE":
            return True
    return False


def _only_if(tokens: list[Token], place: int) -> bool:
    for token in reversed(tokens[:place]):
        if token.kind in ".?":
            return False
        if token.kind == "=":
            return True
    return False


def _group_after(items: list[Item], tokens: list[Token], place: int) -> list[Item]:
    return _group(items, tokens, range(place + 1, len(tokens)), ",.?;!^*>")


def _group_before(items: list[Item], tokens: list[Token], place: int) -> list[Item]:
    group = _group(items, tokens, range(place - 1, -1, -1), ".?;!^*>,")
    if not group and place and tokens[place - 1].kind == ",":
        group = _group(items, tokens, range(place - 2, -1, -1), ".?;!^*>,")
    return group


def _group(items: list[Item], tokens: list[Token], places: range, ends: str) -> list[Item]:
    """The items on one side of a refusal up to the end of the clause; a second day or time only if "and" or "or" joins it."""
    by_place = {item.place: item for item in items}
    group: list[Item] = []
    joined, apart = False, 0
    for place in places:
        kind = tokens[place].kind
        if kind in ends and not (kind == "!" and not group):
            break
        if kind in "&|/":
            joined = True
            continue
        item = by_place.get(place)
        if item is None:
            apart += kind == "x"
            if group and kind == "x" and tokens[place].end - tokens[place].start > 3 and places.step > 0:
                break
            if group and apart > 1 and places.step < 0 and group[-1].slot == "day":
                break
            continue
        if any(other.slot == item.slot for other in group) and not joined:
            break
        if group and places.step < 0 and group[-1].slot == "day" and apart > 0 and not joined:
            break
        group.append(item)
        joined = False
        apart = 0
    return group
