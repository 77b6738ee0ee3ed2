"""What was said about when, in order, and which of it counts: refused, moved-from, past and corrected items fall away."""

import re
from dataclasses import dataclass
from functools import cache

from handlers.dialogue.when import days, lexicon
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.tokens import Context, Token

# Slots: a day, a time (clock or range of times), a part of day.
_SLOTS = {"D": "day", "w": "day", "W": "day", "c": "time", "R": "time", "p": "part", "$": "now"}


@dataclass(slots=True)
class Item:
    """A token that says when. `dropped` tells why it does not count."""

    token: Token
    place: int
    slot: str
    dropped: str = ""

    @property
    def kind(self) -> str:
        return self.token.kind

    @property
    def value(self) -> object:
        return self.token.value


def with_days_joined(tokens: list[Token], context: Context) -> list[Token]:
    """Two expressions of one day side by side as one token: 11月27号 周五, "Tuesday" "next week", 下个月 5号."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == "w":
            token = token._replace(kind="D", value=Day("weekday", number=token.value))
        at = len(found) - 1
        while at >= 0 and found[at].kind in "elj":
            at -= 1
        if (
            token.kind == "D"
            and at >= 0
            and found[at].kind == "D"
            and (both := days.merge(context, found[at].value, token.value))
        ):
            found[at:] = [Token("D", found[at].start, token.end, both)]
        else:
            found.append(token)
    return found


def items_of(tokens: list[Token]) -> list[Item]:
    found = []
    for place, token in enumerate(tokens):
        if slot := _SLOTS.get(token.kind):
            found.append(Item(token, place, slot))
    return found


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    sources = lexicon.clauses()
    return {name: re.compile(source, re.ASCII) for name, source in sources.items()}


def with_refusals(tokens: list[Token], text: str) -> list[Token]:
    """English refusals that stand after a day ("doesn't work") as tokens, in the place of their words."""
    if not text or max(text) < "a":
        return tokens
    asks = [m.span() for m in _patterns()["asks"].finditer(text)]
    for match in _patterns()["does_not"].finditer(text):
        start, end = match.span()
        if any(a <= start < b for a, b in asks):
            continue
        inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
        if not inside or any(tokens[i].kind in "Dwcnpd" for i in inside):
            continue
        tokens = [*tokens[: inside[0]], Token("^", start, end), *tokens[inside[-1] + 1 :]]
    return tokens


def drop(items: list[Item], tokens: list[Token], text: str, context: Context) -> None:
    """Marks the items that do not count."""
    _drop_past(items, tokens, text)
    _drop_refused(items, tokens)
    _drop_moved(items, tokens)
    _drop_corrected(items, tokens)


def alive(items: list[Item]) -> list[Item]:
    return [item for item in items if not item.dropped]


# -- past -------------------------------------------------------------------------------------------------------------------


def _drop_past(items: list[Item], tokens: list[Token], text: str) -> None:
    for place, token in enumerate(tokens):
        if token.kind == "Q":
            for item in _touching(items, tokens, place, whole=token.value == "whole"):
                item.dropped = "past" if token.value != "every" else "again"
    for item in items:
        if item.slot != "day" or item.dropped or not isinstance(item.value, Day):
            continue
        if item.value.kind == "date" and item.value.unit == "later":
            continue
        why = "past" if _has_been(item, tokens, text) else "about" if _is_an_end(item, text) else ""
        if why:
            item.dropped = why
            for other in _touching(items, tokens, item.place):
                other.dropped = why


def _touching(items: list[Item], tokens: list[Token], place: int, whole: bool = False) -> list[Item]:
    """Times and parts of day that belong to the token here: right beside it, small words between.

    With `whole` (last year, last month) a day right after it belongs to it, too.
    """
    found = []
    after = place + 1
    while whole and after < len(tokens) and tokens[after].kind in "j,":
        after += 1
    if whole and after < len(tokens) and tokens[after].kind == "D":
        found += [item for item in items if item.place == after]
        found += _touching(items, tokens, after)
    if whole and place and tokens[place - 1].kind in "Dw":
        found += [item for item in items if item.place == place - 1]
        found += _touching(items, tokens, place - 1)
    for step in (1, -1):
        at = place + step
        while 0 <= at < len(tokens) and tokens[at].kind in "cRp@lejIi4":
            if tokens[at].kind in "cRp":
                found += [item for item in items if item.place == at]
            at += step
    return found


def _has_been(item: Item, tokens: list[Token], text: str) -> bool:
    start, end = item.token.start, item.token.end
    following = [t for t in tokens if t.start >= end]
    for token in following:
        if token.kind in "cRp":
            end = max(end, token.end)
        elif token.kind != "j":
            break
    if _patterns()["was_chinese"].match(text, end) and any("\u4e00" <= c <= "\u9fff" for c in text[end : end + 12]):
        return True
    clause = re.split(r"[.!?,;]|\b(?:but|so|and|can|could|please|need|want|like)\b", text[:start])[-1]
    found = list(_patterns()["was"].finditer(clause))
    return bool(found) and len(clause) - found[-1].end() <= 24


def _is_an_end(item: Item, text: str) -> bool:
    """ "My MOT expires on 3 December", 保险12月5日到期: a day that nobody wants to come on."""
    start, end = item.token.start, item.token.end
    before = text[max(0, start - 40) : start]
    return bool(_patterns()["expires_chinese"].match(text, end) or _patterns()["expires"].search(before))


# -- refused ----------------------------------------------------------------------------------------------------------------


def _drop_refused(items: list[Item], tokens: list[Token]) -> None:
    for place, token in enumerate(tokens):
        if token.kind == "!":
            found = _group_after(items, tokens, place) or _group_before(items, tokens, place)
        elif token.kind == "^":
            found = _group_before(items, tokens, place) or _group_after(items, tokens, place)
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


# -- moved and corrected ----------------------------------------------------------------------------------------------------


def with_moves(tokens: list[Token], context: Context) -> list[Token]:
    """In "move Tuesday to Thursday" the "to" (改到) parts the old from the new; it is no range then."""
    tokens = [t if t.kind != "M" or _moves(tokens, i) else t._replace(kind="x") for i, t in enumerate(tokens)]
    moves = [i for i, t in enumerate(tokens) if t.kind == "M"]
    if not moves:
        return tokens
    for move in moves:
        # 周三改周四: the verb itself stands between the old and the new.
        sides = {*_timed(tokens)} & {move - 1, move + 1}
        if tokens[move].end - tokens[move].start == 1 and len(sides) == 2:
            return [t._replace(kind=">") if i == move else t for i, t in enumerate(tokens)]
    said = set("qhuDwcnpWmodskHNCkR1ed")
    found = []
    tokens = [_for_as_to(tokens, i, moves) for i in range(len(tokens))]
    for i, t in enumerate(tokens):
        if t.kind != "t" or t.value != "to" or i < moves[0]:
            continue
        after = next((u for u in tokens[i + 1 :] if u.kind not in "el@4xIFbz"), None)
        if after and after.kind in said | {"S"}:
            found.append(i)
    timed = [i for i in range(moves[0], len(tokens)) if tokens[i].kind in "DwcnpWmodskHNC"]
    tokens = list(tokens)
    if len(found) == 1 or (found and timed and timed[0] > found[0]):
        tokens[found[0]] = tokens[found[0]]._replace(kind=">")
    elif len(between := [i for i in found if _between_days(tokens, moves[0], i)]) == 1:
        tokens[between[0]] = tokens[between[0]]._replace(kind=">")
    elif len(found) > 1:
        tokens[found[0]] = tokens[found[0]]._replace(kind="V")
    elif any(t.kind == ">" for t in tokens):
        pass
    elif moves:
        # 周三改周四: the verb itself stands between the old and the new.
        for move in moves:
            if (
                tokens[move].end - tokens[move].start <= 2
                and any(i < move for i in _timed(tokens))
                and any(i > move for i in _timed(tokens))
            ):
                tokens[move] = tokens[move]._replace(kind=">")
                break
    return tokens


def _between_days(tokens: list[Token], move: int, place: int) -> bool:
    """Whether a "to" parts two days, and not two times of one: "from Tuesday to Friday from 1 to 3"."""
    after = [t for t in tokens[place + 1 :] if t.kind not in "el@4xIFbz"][:2]
    dated = bool(after) and (after[0].kind in "DwWmsNHCo" or (len(after) == 2 and after[0].kind == "n" and after[1].kind == "m"))
    return dated and any(t.kind in "DwWmsNHCo" for t in tokens[move:place])


def _moves(tokens: list[Token], place: int) -> bool:
    """Verbs of one character are also 换 (a tyre) and 推 (a car): they move a date only when they stand beside one."""
    token = tokens[place]
    if token.end - token.start > 1 or token.value == "sure":
        return True
    after = tokens[place + 1].kind if place + 1 < len(tokens) else ""
    return after in tuple("tDwcnpWmdHNRy")


def _for_as_to(tokens: list[Token], place: int, moves: list[int]) -> Token:
    """ "Swap Friday for Monday"."""
    token = tokens[place]
    swaps = [i for i in moves if tokens[i].value == "swap" and i < place]
    if token.kind == "4" and swaps and any(i in range(swaps[0], place) for i in _timed(tokens)):
        return token._replace(kind="t", value="to")
    return token


def _timed(tokens: list[Token]) -> list[int]:
    return [i for i, t in enumerate(tokens) if t.kind in "DwcnpWmodskHNCR"]


def _drop_moved(items: list[Item], tokens: list[Token]) -> None:
    for place, token in enumerate(tokens):
        if token.kind != ">":
            continue
        old, new = [i for i in alive(items) if i.place < place], [i for i in alive(items) if i.place > place]
        same_time = any(t.kind == "S" for t in tokens)
        new_slots = {i.slot for i in new}
        for item in old:
            if not new:
                item.dropped = "moved"
            elif item.slot == "day":
                item.dropped = "moved" if "day" in new_slots else ""
            elif (
                "time" in new_slots
                or ("part" in new_slots and item.slot == "part")
                or ("day" in new_slots and not same_time)
                or "part" in new_slots
            ):
                # A bare new hour is read in the old part of day: 下午三点改到四点.
                keeps = item.slot == "part" and "part" not in new_slots and "time" in new_slots and "day" not in new_slots
                item.dropped = "" if keeps else "moved"


def _drop_corrected(items: list[Item], tokens: list[Token]) -> None:
    for place, token in enumerate(tokens):
        if token.kind != "*":
            continue
        before, after = [i for i in alive(items) if i.place < place], [i for i in alive(items) if i.place > place]
        if not after and token.value == "instead" and before:
            last = before[-1]
            same = [i for i in before if i.slot == last.slot]
            after, before = [last], [i for i in same if i is not last]
        slots = {i.slot for i in after}
        for item in before:
            if item.slot in slots or (item.slot == "time" and "part" in slots):
                item.dropped = "corrected"
