"""What is told about something else than a visit: opening hours, a job, a call, when the car is ready, bookings they have."""

import re
from functools import cache
from itertools import pairwise

from handlers.dialogue.when import clock as clocks
from handlers.dialogue.when.chosen import one_day
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.items import Item, alive, clause
from handlers.dialogue.when.past import was_said_before
from handlers.dialogue.when.tokens import Clock, Context, Token

# So much text before an expression is looked at; patterns are tried within its clause.
_BEFORE = 70
_FAR = 60
# Small words between two expressions that belong together: "at 10 on Friday".
_SMALL = "@lejIi4"


def drop_engaged(items: list[Item], text: str) -> None:
    """ "My shift ends at 2 tomorrow so 2:30", 加班到8点，8点半行不: what keeps them until another time is none that they want."""
    times = [item for item in alive(items) if item.slot == "time"]
    for item, later in pairwise(times):
        before = _clause_before(text, item.token.start)
        between = text[item.token.end : later.token.start]
        if " or " in between or "或" in between:
            continue
        if clause("engaged_before", before).search(before) or clause("engaged_after", text).match(text, item.token.end):
            item.dropped = "engaged"
    _drop_engaged_before_a_day(times, items, text)


def _drop_engaged_before_a_day(times: list[Item], items: list[Item], text: str) -> None:
    """我上班到六点，周五下午来: the hour is none of the part of day that follows with its own day."""
    days, sides = ([item for item in alive(items) if item.slot == slot] for slot in ("day", "part"))
    if len(times) != 1 or times[0].dropped or not days or len(sides) != 1 or days[0].place < times[0].place:
        return
    at = times[0].token
    before = _clause_before(text, at.start)
    if text[at.end : days[0].token.start].strip()[:1] in (",", ".") and clause("engaged_before", before).search(before):
        times[0].dropped = "engaged"


def drop_asked(items: list[Item], text: str) -> None:
    """ "Republic Day open? 27th at 10 then": a day that is only asked about gives way to the day that follows."""
    found = [item for item in alive(items) if item.slot == "day"]
    for item, later in pairwise(found):
        if isinstance(later.value, Day) and later.value.kind == "number":
            # "26th Jan, are you open? 27th then": of the same month.
            if isinstance(item.value, Day) and item.value.unit and clause("open_after", text).match(text, item.token.end):
                item.dropped = "told"
            continue
        if clause("open_after", text).match(text, item.token.end):
            item.dropped = "asked"


def keep_asked(items: list[Item], text: str) -> None:
    """ "Do you open at 8 tomorrow? I'd come at 8.15": the hours are told, but the day is that of the visit."""
    kept = alive(items)
    days = [item for item in items if item.slot == "day" and item.dropped == "aside"]
    if kept and len(days) == 1 and all(item.slot in ("time", "part") and item.place > days[0].place for item in kept):
        told = text[max(0, days[0].token.start - _BEFORE) : kept[0].token.start]
        if ("?" in told or "几" in told) and _open().search(told):
            days[0].dropped = ""


def mind_that_day(items: list[Item], tokens: list[Token], text: str) -> None:
    """5月20号有活动，我那天来: what is told of a day is why they come on it, or (我那天来不了) that they do not."""
    named = [item for item in items if item.slot == "day" and (item.dropped in ("", "aside", "about") or _opens(item, text))]
    meant = [token for token in tokens if token.kind == "Q" and token.value == "that"]
    if not named or len(meant) != 1 or meant[0].start < named[-1].token.start:
        return
    if len(named) > 1:
        # 元旦放假，4号上班，那天行吗
        for item in named[:-1]:
            if not one_day(item.value, named[-1].value):
                item.dropped = item.dropped or "told"
        named = named[-1:]
    if clause("comes_not", text).match(text, meant[0].end):
        named[0].dropped = "refused"
    elif clause("comes", text).match(text, meant[0].end):
        named[0].dropped = ""


def _opens(item: Item, text: str) -> bool:
    """4号上班: refused as a day at work, if it is not the shop's."""
    return item.dropped == "refused" and bool(clause("opens", text).match(text, item.token.end))


def keep_engaged(items: list[Item], tokens: list[Token]) -> None:
    """我明天上午有会，下午可以: busy in one part of a day, they come in the other."""
    kept = alive(items)
    days = [item for item in items if item.slot == "day" and item.dropped == "aside"]
    sides = [item for item in items if item.slot == "part" and item.dropped in ("aside", "refused")]
    if len(days) != 1 or len(sides) != 1 or sides[0].place != days[0].place + 1 or len(kept) != 1:
        return
    busy = sides[0].value != kept[0].value and kept[0].slot == "part" and kept[0].place > sides[0].place
    if busy and any(t.kind in ",." for t in tokens[sides[0].place : kept[0].place]):
        days[0].dropped = ""


@cache
def _open() -> re.Pattern[str]:
    return re.compile(r"\b(?:open|clos|shut)|开门|营业|开店|开铺|关门|打烊|收工|收铺|上班")


def drop_asides(items: list[Item], tokens: list[Token], context: Context, text: str) -> None:
    """Marks as dropped what no visit hangs on; together with what stands right beside it."""
    groups = _groups(alive(items), tokens)
    around = [match.span() for match in clause("aside_around", text).finditer(text)] if groups else []
    for group in groups:
        if why := _why(group, context, text, around):
            # "Do you close at 5 or 6", "closed on the 24th and 25th": what is joined is told of the same.
            for item in [*group, *_joined(group, groups, tokens), *_trailing(group, items, text)]:
                item.dropped = why


def _joined(group: list[Item], groups: list[list[Item]], tokens: list[Token]) -> list[Item]:
    after = next((one for one in groups if one[0].place == group[-1].place + 2), None)
    return after if after and tokens[after[0].place - 1].kind in "|&" and after[0].slot == group[-1].slot else []


def _trailing(group: list[Item], items: list[Item], text: str) -> list[Item]:
    """五点之前能取车吗今天: the day that ends a question about a time, without a pause, is that of the question."""
    if any(item.slot == "day" for item in group):
        return []
    at = group[-1].token.end
    asked = clause("aside_after", text).match(text, at) or clause("collected_asked", text).match(text, at)
    rest = [item for item in alive(items) if item.place > group[-1].place]
    if asked and len(rest) == 1 and rest[0].slot == "day" and rest[0].token.start == asked.end():
        return rest if not text[rest[0].token.end :].strip(" ?!.") else []
    return []


def drop_booked(items: list[Item], tokens: list[Token], text: str) -> None:
    """An appointment that they have is not the one they want: it counts only as the day that a new time is for."""
    kept = alive(items)
    found = [item for group in _groups(kept, tokens) if _is_booked(group, text) for item in group]
    others = [item for item in kept if item not in found]
    if found and (not others or any(item.slot == "day" for item in others)):
        for item in found:
            item.dropped = "booked"
    elif (
        len(times := [item for item in others if item.slot == "time"]) == 1
        and any(item.slot == "day" for item in found)
        and {t.kind for t in tokens[found[-1].place : times[0].place]} & set(",.?*")
        and not any(t.kind in "|/&" for t in tokens[found[-1].place : times[0].place])
    ):
        # "I was down for 2 tomorrow, could we say 3:30": another time of that day.
        for item in found:
            item.dropped = "booked" if item.slot != "day" else ""


def drop_any_part(items: list[Item], text: str) -> None:
    """上午下午都行: any time of the day that is named."""
    kept = alive(items)
    sides = [item for item in kept if item.slot == "part"]
    if (
        len(sides) == 2
        and all(item.slot in ("day", "part") for item in kept)
        and len(kept) > 2
        and clause("any_part", text).search(text)
    ):
        for item in sides:
            item.dropped = "any"


def drop_end_of_work(items: list[Item], text: str) -> None:
    """明天下午四点半我下班过去: beside an hour the end of work is told, and no evening."""
    kept = alive(items)
    sides = [item for item in kept if item.slot == "part"]
    if len(sides) > 1 and any(isinstance(item.value, Clock) for item in kept):
        for item in sides[1:]:
            if text[item.token.start : item.token.end] in ("下班", "放工", "收工", "放学"):
                item.dropped = "told"


def _groups(items: list[Item], tokens: list[Token]) -> list[list[Item]]:
    groups: list[list[Item]] = []
    for item in items:
        between = tokens[groups[-1][-1].place + 1 : item.place] if groups else []
        if groups and all(t.kind in _SMALL for t in between):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _why(group: list[Item], context: Context, text: str, around: list[tuple[int, int]]) -> str:
    start, end = group[0].token.start, group[-1].token.end
    before = _clause_before(text, start)
    if clause("aside_before", before).search(before) and not clause("books", before).search(before):
        return "aside"
    counted = any(isinstance(item.value, Day) and item.value.unit == "later" for item in group)
    if counted and clause("working_before", before).search(before):
        # "You do it in two hours, I hear."
        return "aside"
    for item in group:
        if item.token.end == item.token.start:
            continue
        if clause("aside_after", text).match(text, item.token.end) and not (
            clause("i_before", before).search(before) and clause("arrives_after", text).match(text, item.token.end)
        ):
            return "aside"
        if clause("collected_asked", text).match(text, item.token.end) and not _at_an_hour(group):
            return "aside"
        if item.slot == "time" and clause("aside_after_time", text).match(text, item.token.end):
            return "aside"
    if all(item.slot != "day" for item in group) and was_said_before(text, start):
        return "past"
    if clause("arrives_soon", text).match(text, end) and _is_ahead(group, context):
        return ""
    if _may_have_been(group, context) and clause("was_after", text).match(text, end):
        # Of a time alone we cannot be sure that it is not of the day said elsewhere.
        return "past" if any(item.slot in ("day", "now") for item in group) else "unclear"
    if _is_today(group, context) and clause("was_after_today", text).match(text, end):
        return "past"
    if _is_this_years(group, context) and clause("was_after_far", text).match(text, end):
        return "past"
    if any(one <= start < other for one, other in around):
        return "aside"
    return ""


def _at_an_hour(group: list[Item]) -> bool:
    """圣诞节早上十点可以取车吗: who names the hour asks for it."""
    return any(item.slot == "day" for item in group) and any(isinstance(item.value, Clock) for item in group)


def _may_have_been(group: list[Item], context: Context) -> bool:
    """A bare weekday, today, this week, a time alone: not "tomorrow" or "next Friday"."""
    days = [item.value for item in group if item.slot == "day"]
    return all(isinstance(day, Day) and _may_be_behind(day, context) for day in days)


def _is_ahead(group: list[Item], context: Context) -> bool:
    """今天十点就到了, said at nine."""
    times = [item.value for item in group if item.slot == "time" and isinstance(item.value, Clock)]
    if len(times) != 1 or not _is_today(group, context):
        return False
    hours = clocks.hours(times[0], next((str(item.value) for item in group if item.slot == "part"), ""))
    return bool(hours) and all(at > context.now.time() for at, _ in hours)


def _may_be_behind(day: Day, context: Context) -> bool:
    if day.kind == "span":
        return day.first is None or day.last is None or day.unit == "weekend" or bool(day.first and day.first <= context.today)
    if day.kind == "date" and day.unit != "later":
        return day.first == context.today
    return day.kind in ("weekday", "number")


def _is_today(group: list[Item], context: Context) -> bool:
    """Today, this morning, this week."""
    days = [item.value for item in group if item.slot == "day"]
    return any(isinstance(day, Day) and day.first and day.first <= context.today for day in days)


def _is_this_years(group: list[Item], context: Context) -> bool:
    """Nobody books so far ahead: 10月5日做的 has been."""
    days = [item.value for item in group if item.slot == "day"]
    return any(isinstance(day, Day) and day.first and (day.first - context.today).days > _FAR for day in days)


def _is_booked(group: list[Item], text: str) -> bool:
    before = _clause_before(text, group[0].token.start)
    if group[0].slot == "time" and clause("booked_time", before).search(before):
        # "I'm late for my 4pm."
        return True
    return bool(clause("booked", before).search(before) or clause("booked_after", text).match(text, group[-1].token.end))


def _clause_before(text: str, start: int) -> str:
    before = text[max(0, start - _BEFORE) : start]
    return _ends().split(before)[-1]


@cache
def _ends() -> re.Pattern[str]:
    return re.compile(r"[.!?;\n]\s|[,.!?;](?=[\u4e00-\u9fff])|,\s(?!when\b)|\bbut\b|\bso\b")
