"""What does not suit: "not Thursday", "Friday doesn't work", 周三没空; and offers for the case that it does not."""

import re
from dataclasses import replace
from datetime import datetime, time
from itertools import pairwise

from handlers.dialogue.when.days import Day, make, next_number, on
from handlers.dialogue.when.items import Item, alive, clause
from handlers.dialogue.when.tokens import Between, Context, Token

# Kinds of tokens in which a day is named.
_DAYS = "Dwodfm"
# "I'd prefer the 26th to the 27th".
_PREFERS = re.compile(r"\bprefer(?:red)?\b[^.,!?]{0,20}$")
# So many days after a feast that does not suit a number of its month may be meant; later it may be one before the feast.
_LONG_AFTER = 14
# "I said", 我觉得 before a refusal.
_SHORT = 7
# What is not to be done on a day, with nothing else that it may be about: 别安排了, and not 别安排张师傅.
_TO_COME = re.compile(
    r"(?:再|给我|帮我|同我)?(?:安排|排|约|订|预约|留位?|来|嚟|去|过来|过嚟|弄|做|搞)?(?:我)?(?:了|啦|喇|住|吧)?$"
)


def with_refusals(tokens: list[Token], text: str) -> list[Token]:
    """English refusals that stand after a day ("doesn't work") as tokens, in the place of their words."""
    if not text or max(text) < "a":
        return tokens
    for match in clause("all_but", text).finditer(text):
        tokens = [t._replace(kind="!") if t.kind == "," and t.end == match.end(1) else t for t in tokens]
    tokens = [
        t._replace(kind="!") if t.kind == "t" and _PREFERS.search(text, 0, t.start) and not _parts_hours(tokens, i) else t
        for i, t in enumerate(tokens)
    ]
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


def _parts_hours(tokens: list[Token], place: int) -> bool:
    """ "I'd prefer 9 to 11am"."""
    sides = tokens[max(0, place - 1) : place] + tokens[place + 1 : place + 2]
    return len(sides) == 2 and (all(t.kind in "nc" for t in sides) or all(t.kind == "w" for t in sides))


def with_remarks(tokens: list[Token], text: str) -> list[Token]:
    """ "The 1st, oh that's a Sunday. Monday 2nd": what a day turns out to be is no second wish, and the next day corrects it."""
    tokens = _with_feasts_that_fall(tokens, text)
    for match in clause("remark", text).finditer(text):
        start, end = match.span()
        inside = [i for i, t in enumerate(tokens) if t.start < end and t.end > start]
        before, after = tokens[: inside[0]], tokens[inside[-1] + 1 :]
        ends = next((i for i, t in enumerate(after) if t.kind in _DAYS), None)
        if not any(t.kind in _DAYS for t in before) or ends is None or any(t.kind in "|&=" for t in after[:ends]):
            continue
        tokens = [*before, Token("*", start, end), *after]
    return tokens


def _with_feasts_that_fall(tokens: list[Token], text: str) -> list[Token]:
    """礼拜五中秋了，礼拜四: what falls on a day is why it does not suit, if another is named."""
    for i, (one, two) in enumerate(pairwise(tokens)):
        falls = one.kind == "D" and bool(getattr(one.value, "unit", "")) and two.kind == "x" and text[two.start] in "了啦喇耶嘛喔"
        if falls and i + 2 < len(tokens) and tokens[i + 2].kind in ",." and any(t.kind in _DAYS for t in tokens[i + 2 :]):
            tokens = [*tokens[: i + 1], two._replace(kind="^"), *tokens[i + 2 :]]
    return tokens


def drop_refused(items: list[Item], tokens: list[Token], text: str) -> None:
    for place, token in enumerate(tokens):
        if token.kind == "!" and _is_of_something_else(tokens, place, text):
            continue
        cancels = token.kind == "!" and not _stands_behind(tokens) and _cancels_before(items, tokens, place, text)
        if (
            cancels
            and tokens[place + 1].kind == "x"
            and not _TO_COME.match(text[tokens[place + 1].start : tokens[place + 1].end])
        ):
            # 周六别安排小陈 周日他休息.
            for item in (*_group_before(items, tokens, place), *_group_after(items, tokens, place)):
                item.dropped = "unclear"
            continue
        if token.kind == "!" and (_stands_behind(tokens) or cancels):
            found = _group_before(items, tokens, place)
        elif token.kind == "!" or (token.kind == "^" and _tells_what_follows(tokens, place)):
            found = _group_after(items, tokens, place) or _group_before(items, tokens, place)
            if not found and place == 0 and text.startswith("取消"):
                # 取消吧，明天的.
                found = _group_after(items, tokens, next((i for i, t in enumerate(tokens) if t.kind == ","), place))
        elif token.kind == "^" and (_says_again(tokens, place) or _waits_at_home(items, token, text)):
            continue
        elif token.kind == "^":
            found = _group_before(items, tokens, place, told=token.value == "told") or (
                [] if token.value == "told" or _of_working_days(tokens, place) else _group_after(items, tokens, place)
            )
        else:
            continue
        if token.kind == "^" and text.startswith("都", token.start):
            found = [*found, *_listed_before(items, tokens, found)]
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
                # "Tomorrow, oh tomorrow's no good": it goes wherever it stood before.
                for other in alive(items):
                    if item.slot == other.slot == "day" and other.value == item.value and other.place < item.place:
                        other.dropped = "refused"


def _listed_before(items: list[Item], tokens: list[Token], found: list[Item]) -> list[Item]:
    """周六，周日都不行: the days of the list, which commas part."""
    by_place = {item.place: item for item in alive(items) if item.slot == "day"}
    more = []
    place = min((item.place for item in found if item.slot == "day"), default=0)
    while place > 1 and tokens[place - 1].kind in ",&" and (item := by_place.get(place - 2)):
        more.append(item)
        place -= 2
    return more


def with_day_of_refusal(kept: list[Item], items: list[Item]) -> list[Item]:
    """周五我有会，4点以后可以: who is busy on a day and then says from when on speaks of that day."""
    days = [i for i in items if i.slot == "day" and i.dropped == "refused"]
    if len(kept) != 1 or len(days) != 1 or kept[0].slot != "time" or kept[0].place < days[0].place:
        return kept
    window = kept[0].value
    if not isinstance(window, Between) or window.start is None or window.end is not None:
        return kept
    days[0].dropped = ""
    return [days[0], kept[0]]


def with_month_of_refusal(kept: list[Item], items: list[Item], tokens: list[Token], context: Context) -> list[Item]:
    """12月26号不行，29号吧: after a day that does not suit, a number alone is of its month; a smaller one may be later."""
    refused = [i for i in items if i.slot == "day" and i.dropped in ("refused", "corrected", "told")]
    found = []
    for item in kept:
        before = [one.value.first for one in refused if one.place < item.place and isinstance(one.value, Day)]
        number = item.value.number if isinstance(item.value, Day) and item.value.kind == "number" else 0
        if any(t.kind in "ZB" for t in tokens[: item.place]):
            # 五一回老家之前，29号吧
            number = 0
        if number and before and before[-1] and before[-1] > context.today:
            day = make(before[-1].year, before[-1].month, number)
            feast = any(getattr(one.value, "unit", "") and one.place < item.place for one in refused)
            nearest = next_number(context, number)
            if feast and day and nearest and nearest < before[-1] and (day - before[-1]).days > _LONG_AFTER:
                # 国庆要跑长途，想25号来: before the feast, or of its month?
                found.append(replace(item, token=item.token._replace(value=Day("either", others=(nearest, day)))))
                continue
            later = next_number(replace(context, now=datetime.combine(before[-1], time())), number, after_today=True)
            if day and day > before[-1]:
                item = replace(item, token=item.token._replace(value=on(day)))
            elif day and later and day > context.today:
                item = replace(item, token=item.token._replace(value=on(day, (later,))))
        found.append(item)
    return found


def _says_again(tokens: list[Token], place: int) -> bool:
    """6点太早你们没开门吧: two reasons of one refusal."""
    before = "".join(t.kind for t in tokens[:place]).rstrip("x")
    return before.endswith("^")


def _waits_at_home(items: list[Item], token: Token, text: str) -> bool:
    """五点后有人在家，上门取车: at home for them to come, and not because the day does not suit."""
    if token.value != "home":
        return False
    window = any(isinstance(item.value, Between) and item.place and item.token.start < token.start for item in alive(items))
    return window or bool(clause("waits_at_home", text).search(text))


def _is_of_something_else(tokens: list[Token], place: int, text: str) -> bool:
    """ "Friday, not fussed"; "not the studio - Friday"; 周五上午，不用回电话: a clause of its own without a time refuses none."""
    if (place and tokens[place - 1].kind not in ",.") or tokens[place + 1 : place + 2] == []:
        return False
    after = [t for t in tokens[place + 1 :] if t.kind != "e"]
    ends = next((t for t in after if t.kind != "x"), None)
    alone = bool(after) and after[0].kind == "x" and (ends is None or ends.kind in ",.?-")
    return alone and not clause("refuses", text).match(text, tokens[place].end)


def _stands_behind(tokens: list[Token]) -> bool:
    """周一不要周二不要就周三: each refusal stands behind its day, as the last of them shows."""
    kinds = "".join(t.kind for t in tokens)
    marks = [i for i, kind in enumerate(kinds) if kind == "!"]
    return (
        len(marks) > 1
        and all(i and kinds[i - 1] in "Dw" for i in marks)
        and kinds[marks[-1] + 1 : marks[-1] + 2] not in ("D", "w")
    )


def _cancels_before(items: list[Item], tokens: list[Token], place: int, text: str) -> bool:
    """明天别安排 后天早上八点; 明天的取消 后天来: behind one day, of which it says that it does not suit, and not of the next."""
    cancels = text.startswith("取消", tokens[place].start)
    before = "".join(t.kind for t in tokens[:place]).rstrip("jx" if cancels else "j")
    if before[-1:] not in ("D", "w") or place + 1 == len(tokens) or not (cancels or tokens[place + 1].kind in "xi"):
        return False
    return any(item.slot == "day" for item in _group_after(items, tokens, place))


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


def _group_before(items: list[Item], tokens: list[Token], place: int, told: bool = False) -> list[Item]:
    group = _group(items, tokens, range(place - 1, -1, -1), ".?;!^*>,")
    said = place - 1
    if told:
        # 周二六点以后才有空，孩子补课: of that day only if it stands in the same clause.
        return group
    if not group and said > 0 and tokens[said].kind == "x" and tokens[said].end - tokens[said].start <= _SHORT:
        # 老公说要10号，我说太赶: who says that it does not suit.
        said -= 1
    if not group and said >= 0 and tokens[said].kind == ",":
        group = _group(items, tokens, range(said - 1, -1, -1), ".?;!^*>,")
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
        beside = bool(group) and item.slot == group[-1].slot and tokens[place].end == group[-1].token.start
        if any(other.slot == item.slot for other in group) and not joined and not beside:
            # 周二周四上班: both.
            break
        if group and places.step < 0 and group[-1].slot == "day" and not joined and (apart > 0 or _of_day_before(tokens, place)):
            break
        group.append(item)
        joined = False
        apart = 0
    return group


def _of_day_before(tokens: list[Token], place: int) -> bool:
    """后天上午九点 明天不行: a time that stands behind another day is of that day."""
    at = place
    while place >= 0 and tokens[place].kind in "cRp":
        place -= 1
    return 0 <= place < at and tokens[place].kind in "Dw"
