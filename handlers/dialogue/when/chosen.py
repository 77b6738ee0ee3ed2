"""Which of several days and times counts: the one that is liked or settled on, and not when the car is fetched."""

import re
from itertools import pairwise

from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item, alive, clause
from handlers.dialogue.when.tokens import Between, Token

_OR = re.compile(r"(?:\bor(?: on)?(?: the)? ?|或者?|还是|定系?)$")
_APART = re.compile(r"[.,;!?\n]")


def drop_less_liked(items: list[Item], text: str) -> None:
    """6号7号都行，7号更好; 9月1开学，2号先有空; "25th or 26th, 25th preferable": one day of several is the wish."""
    found = [item for item in alive(items) if item.slot == "day"]
    liked = [item for item in found if clause("liked_after", text).match(text, item.token.end)]
    if len(found) < 2 or len({item.value for item in liked}) != 1 or any(_kind(item) == "span" for item in found):
        return
    if len(found) == 2 and _OR.search(text, 0, liked[0].token.start):
        # 听日定后日好啲: which of the two is asked.
        return
    if len(found) == 2 and one_day(found[0].value, found[1].value):
        # 11月27号，周五先有空: one day said twice.
        return
    if _kind(liked[0]) == "number" and any(_kind(item) != "number" for item in found):
        # "5th Feb. 6th is better": of that month?
        return
    for item in found:
        if item not in liked:
            item.dropped = "less liked"


def one_day(one: object, two: object) -> bool:
    """A date, and the weekday that it is."""
    dated, weekday = (one, two) if isinstance(two, Day) and two.kind == "weekday" else (two, one)
    return (
        isinstance(dated, Day)
        and isinstance(weekday, Day)
        and dated.first is not None
        and weekday.kind == "weekday"
        and dated.first.isoweekday() == weekday.number
    )


def drop_told(items: list[Item], tokens: list[Token], text: str) -> None:
    """今日做冬，听日啦: what is on a day is told, and another day is settled on."""
    settled = clause("settled_after", text)
    for item, later in pairwise([item for item in alive(items) if item.slot == "day"]):
        between = [t.kind for t in tokens[item.place + 1 : later.place]]
        busy = clause("busy_after", text).match(text, item.token.end) or clause("busy_before", text).search(
            text, 0, item.token.start
        )
        if busy and not set(between) & set("|&/"):
            item.dropped = "told"
            continue
        told = between[:1] == ["x"] and between[-1:] == [","] and set(between) <= set("x,^{")
        if not told or clause("visits", text).search(text, 0, later.token.start):
            continue
        if settled.match(text, later.token.end) and not settled.match(text, item.token.end):
            item.dropped = "told"


def drop_collected(items: list[Item], tokens: list[Token], text: str) -> None:
    """ "Drop it off Friday. I'll collect at 5", 周五洗车，五点来取: an hour of its own clause at which it is fetched."""
    _fetched_days_later(items, text)
    for item in [item for item in alive(items) if item.slot == "time"]:
        days = [one for one in alive(items) if one.slot == "day" and one.place < item.place]
        # The dot of "Sat." belongs to the word.
        if not days or not _APART.search(text[days[-1].token.end - 1 : item.token.start]):
            continue
        if any(one.slot == "day" and one.place > item.place for one in alive(items)):
            continue
        before, after = clause("fetched_before", text), clause("fetched_after", text)
        if before.search(text[days[-1].token.end : item.token.start]) or after.match(text, item.token.end):
            brought = clause("brings", text).search(text, 0, item.token.start)
            asked = isinstance(item.value, Between) and item.value.start is None
            if not brought and not asked and all(t.kind in ",.p" for t in tokens[days[-1].place + 1 : item.place]):
                # 周五，下午五点来拿车: with nothing between, the hour is that of the day.
                continue
            for one in alive(items):
                if one is item or (one.slot == "part" and one.place == item.place - 1):
                    one.dropped = "fetched" if brought or asked else "unclear"


def _fetched_days_later(items: list[Item], text: str) -> None:
    """周二送来，三天后取车: a length counted from the visit."""
    found = [item for item in alive(items) if item.slot == "day"]
    if len(found) != 2 or not isinstance(found[1].value, Day):
        return
    between = text[found[0].token.end : found[1].token.start]
    if clause("fetched_before", between).search(between) and clause("brings", text).search(text, 0, found[0].token.start):
        # "Drop off Tues 9am, collect Wed at 5".
        for item in alive(items):
            if item.place >= found[1].place:
                item.dropped = "fetched"
        return
    if found[1].value.unit != "later":
        return
    visit, fetched = (bool(clause("fetched_after", text).match(text, item.token.end)) for item in found)
    if fetched and not visit:
        found[1].dropped = "fetched"


def drop_given_up(items: list[Item], text: str) -> None:
    """ "I was going to say Friday but Monday's fine"."""
    for item, later in pairwise([item for item in alive(items) if item.slot == "day"]):
        between = text[item.token.end : later.token.start]
        if clause("given_up", text[: item.token.start]).search(text, 0, item.token.start) and clause("but", text).search(between):
            item.dropped = "given up"


def drop_reasons(items: list[Item], tokens: list[Token], text: str) -> None:
    """ "The weekend, cos I'm on site Monday to Friday": why a day suits, up to the end of the clause."""
    for item, later in pairwise(alive(items)):
        between = text[item.token.end : later.token.start]
        days = [one for one in alive(items) if one.slot == "day" and one.place <= item.place]
        if not days or later.slot != "day" or not clause("reason", text).search(between):
            continue
        ends = next((at for at in range(later.place, len(tokens)) if tokens[at].kind in ",.?|"), len(tokens))
        for one in alive(items):
            if later.place <= one.place < ends:
                one.dropped = "told"


def drop_fetched(items: list[Item], text: str) -> None:
    """ "Drop it at 8 and pick it up at 5", 早上8点送来下午5点取: they come at eight."""
    fetched = clause("fetched_before", text)
    for item, later in pairwise([item for item in alive(items) if item.slot == "time"]):
        fetches = fetched.search(text[item.token.end : later.token.start]) or clause("fetched_after", text).match(
            text, later.token.end
        )
        if not fetches or fetched.search(text[: item.token.start]):
            continue
        for one in alive(items):
            if one is later or (one.slot == "part" and one.place == later.place - 1):
                one.dropped = "fetched"


def _kind(item: Item) -> str:
    return item.value.kind if isinstance(item.value, Day) else ""


def drop_told_before(items: list[Item], tokens: list[Token], text: str) -> None:
    """周三赶场，周四来; "Payday is the 25th, 26th please": clauses that tell of a day and wish for nothing, before one that does.

    A time alone is told so before another time alone: 我到杭州东是3点，4点能到你们店.
    """
    only = [match.start() for match in clause("only_then", text).finditer(text)]
    ends = [-1, *(place for place, token in enumerate(tokens) if token.kind in ",.?" or _begins(token, only)), len(tokens)]
    said = [(start, end, here) for start, end in pairwise(ends) if (here := [i for i in alive(items) if start < i.place < end])]
    if len(said) < 2 or any(t.kind in "|&/>M*$" for t in tokens[said[0][0] + 1 : said[-1][1]]):
        return
    *earlier, (start, end, last) = said
    wished = _words(tokens, text, start, end)
    left = any(tokens[earlier[-1][1]].start <= at < last[0].token.start for at in only)
    comes = left or clause("comes_then", wished).search(wished)
    if clause("adds", wished).search(wished) or (not comes and len(wished) > _few(text)):
        return
    if not comes and len({_kind(item) for _, _, here in said for item in here if item.slot == "day"}) > 1:
        # "Day off on Tuesday, next week": the rest of that day.
        return
    wishes = clause("wished_before" if left else "may_be_wish", text)
    if all(
        _gives_way(here, last) and len(words := _words(tokens, text, begins, stops)) > _few(text) and not wishes.search(words)
        for begins, stops, here in earlier
    ) and all(tokens[stops].kind != "?" for _, stops, _ in earlier):
        for item in [item for _, _, here in earlier for item in here]:
            item.dropped = "told"


def _begins(token: Token, only: list[int]) -> bool:
    return token.kind == "x" and any(token.start <= at < token.end for at in only)


def _gives_way(here: list[Item], last: list[Item]) -> bool:
    """Whether the last clause has all of its own that the one here says."""
    slots, others = ({item.slot for item in clause_items} for clause_items in (here, last))
    return slots <= others or "day" in slots & others or (slots == {"part", "time"} and others == {"time"})


def _few(text: str) -> int:
    """So many letters beside a time say nothing yet."""
    return 1 if max(text) > "\u4e00" else 6


def _words(tokens: list[Token], text: str, start: int, end: int) -> str:
    """The words of a clause that say nothing about when."""
    apart = "" if max(text) > "\u4e00" else " "
    return apart.join(text[t.start : t.end] for t in tokens[start + 1 : end] if t.kind in "x4@Itz^lj")
