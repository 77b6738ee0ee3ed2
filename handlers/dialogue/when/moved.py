"""What was moved or corrected: "from Tuesday to Thursday", 周三改周四, "at 3, no wait, 4"."""

from handlers.dialogue.when import days
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item, alive
from handlers.dialogue.when.tokens import Context, Token


def with_moves(tokens: list[Token], context: Context) -> list[Token]:
    """In "move Tuesday to Thursday" the "to" (改到) parts the old from the new; it is no range then."""
    tokens = [t if t.kind != "M" or _moves(tokens, i) else t._replace(kind="x") for i, t in enumerate(tokens)]
    moves = [i for i, t in enumerate(tokens) if t.kind == "M"]
    if not moves:
        return tokens
    for move in moves:
        # 周三改周四: the verb itself stands between the old and the new.
        sides = {*_timed(tokens), *(i for i, t in enumerate(tokens) if t.kind == "^")} & {move - 1, move + 1}
        if tokens[move].end - tokens[move].start == 1 and len(sides) == 2:
            return [t._replace(kind=">") if i == move else t for i, t in enumerate(tokens)]
    said = set("qhuDwcnpWmodskHNCkR1ed")
    found = []
    tokens = [_for_as_to(tokens, i, moves) for i in range(len(tokens))]
    for i, t in enumerate(tokens):
        if t.kind != "t" or t.value != "to" or i < moves[0]:
            continue
        after = next((u for u in tokens[i + 1 :] if u.kind not in "el@4xIFbz"), None)
        if context.chinese and tokens[i - 1].kind == "c" and set(_timed(tokens)) & set(range(moves[0])) and _to_hour(tokens, i):
            # 周一去不了，改周三1点到3点: from one hour to another of the new day.
            continue
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


def _to_hour(tokens: list[Token], place: int) -> bool:
    after = [t.kind for t in tokens[place + 1 : place + 3]]
    return after[:1] == ["c"] or after == ["p", "c"]


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


def _after(items: list[Item], tokens: list[Token], place: int, here: bool = False) -> list[Item]:
    """What comes after: of the same sentence if something does, for the next may tell something else (`here`: only of it)."""
    later = [i for i in alive(items) if i.place > place]
    ends = next((i for i in range(place, len(tokens)) if tokens[i].kind in (".?," if here else ".?")), len(tokens))
    same = [i for i in later if i.place < ends]
    return same if here else same or later


def drop_moved(items: list[Item], tokens: list[Token]) -> None:
    for place, token in enumerate(tokens):
        if token.kind != ">":
            continue
        old, new = [i for i in alive(items) if i.place < place], _after(items, tokens, place)
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


def drop_corrected(items: list[Item], tokens: list[Token], context: Context) -> None:
    for place, token in enumerate(tokens):
        if token.kind != "*":
            continue
        if token.value == "so" and any(t.kind in "|=?/" for t in tokens[:place]):
            # "If Friday is full, so Saturday": both are offered.
            continue
        before, after = [i for i in alive(items) if i.place < place], _after(items, tokens, place, token.value == "instead")
        if token.value == "that is" and _one_day(before, after, context):
            # 周三也就是25号: one day said twice; it must agree.
            continue
        if not after and token.value in ("instead", "preferred") and before:
            last = before[-1]
            same = [i for i in before if i.slot == last.slot]
            after, before = [last], [i for i in same if i is not last]
        if token.value == "preferred" and _said_behind(before, tokens, place):
            # "Tuesday ideally, Wednesday at a push": what stands before it is preferred.
            after, before = before[-1:], [i for i in after if i.slot == before[-1].slot]
        slots = {i.slot for i in after}
        for item in before:
            if token.value == "so" and getattr(item.value, "problem", "") == "disagree":
                # "The 5th is a Sunday, so the 6th", and it is none: who errs about one may err about both.
                continue
            if token.value == "preferred" and isinstance(item.value, Day) and item.value.kind == "span":
                # "Next week, ideally Tuesday": the day lies in it.
                continue
            if _only_the_month(item, after):
                # "The 31st of February, no, January": the 31st stands, but we read no more of it.
                item.dropped = "unclear"
            elif item.slot in slots or (item.slot == "time" and "part" in slots):
                item.dropped = "corrected"


def _said_behind(before: list[Item], tokens: list[Token], place: int) -> bool:
    """Whether the word of preference ends the clause of the day or time right before it."""
    ends = place + 1 < len(tokens) and (tokens[place + 1].kind in ",.|" or _gives_a_reason(tokens[place + 1]))
    wide = bool(before) and isinstance(before[-1].value, Day) and before[-1].value.kind == "span"
    return ends and bool(before) and before[-1].place == place - 1 and not wide


def _gives_a_reason(token: Token) -> bool:
    """ "After 2pm ideally as I'm in Leeds in the morning"."""
    words = token.value if isinstance(token.value, tuple) else (token.value,)
    return token.kind == "x" and words[0] in ("as", "because", "since", "cos", "coz", "cause")


def _only_the_month(item: Item, after: list[Item]) -> bool:
    months = [i.value for i in after if isinstance(i.value, Day)]
    dated = isinstance(item.value, Day) and item.value.kind in ("date", "bad", "number") and not item.value.unit
    return dated and bool(months) and all(m.kind == "span" and m.unit == "month" for m in months)


def _one_day(before: list[Item], after: list[Item], context: Context) -> bool:
    one = next((i.value for i in reversed(before) if i.slot == "day"), None)
    two = next((i.value for i in after if i.slot == "day"), None)
    return isinstance(one, Day) and isinstance(two, Day) and days.merge(context, one, two) is not None
