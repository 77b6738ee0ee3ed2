"""From what counts to one reading, several to choose from, or none and why."""

from dataclasses import replace
from datetime import time
from itertools import pairwise

from handlers.dialogue.when import clock as clocks
from handlers.dialogue.when import days
from handlers.dialogue.when.days import DAY, Day
from handlers.dialogue.when.items import Item
from handlers.dialogue.when.result import PartOfDay, Range, Reading, Reason
from handlers.dialogue.when.tokens import Between, Clock, Context, Otherwise, Token

_ENDS = {"morning": time(12), "noon": time(14), "afternoon": time(18), "evening": time(23, 59)}
_MOST_OPTIONS = 4
# So many letters of other words may stand between two expressions of one day.
_MOST_APART = 3
# The same for a day and the week that it may be of: "Friday for my car next week".
_FAR_APART = 14


class Unsure(Exception):  # noqa: N818 - a way out, not an error
    """There is no reading; `reason` says why. `instead`: what may be meant, to be asked."""

    def __init__(self, reason: Reason, instead: tuple[Reading, ...] = ()) -> None:
        super().__init__(reason)
        self.reason: Reason = reason
        self.instead = instead


class Wish:
    """What one alternative says: a day, times, a part of day."""

    def __init__(self) -> None:
        self.day: Day | None = None
        self.times: Clock | Between | None = None
        self.part = ""
        self.now = False

    def takes(self, item: Item, context: Context, apart: int = 0) -> bool:
        """Puts an item in if it can be about the same appointment."""
        if item.slot == "now":
            self.now = True
            return True
        if item.slot == "day":
            assert isinstance(item.value, Day)
            return self._takes_day(item.value, context, apart)
        if item.slot == "part":
            if self.part and self.part != item.value:
                return False
            self.part = str(item.value)
            return True
        return self._takes_times(item.value)

    def _takes_day(self, day: Day, context: Context, apart: int) -> bool:
        if self.day is None:
            self.day = day
            return True
        if apart > _FAR_APART and "span" in (self.day.kind, day.kind):
            # "Friday would be perfect but anything next week is fine".
            return False
        if apart > _MOST_APART and "span" not in (self.day.kind, day.kind):
            # "Drop off Sat 28 Nov, collect Saturday": far apart they must be one day by themselves.
            one, two = (days.settle(context, d, None, still_ahead=False) for d in (self.day, day))
            return (one.kind, one.first) == (two.kind, two.first)
        both = days.merge(context, self.day, day)
        if both is None:
            return False
        self.day = both
        return True

    def _takes_times(self, times: object) -> bool:
        assert isinstance(times, Clock | Between)
        if self.times is None or self.times == times:
            self.times = times
            return True
        one, two = self.times, times
        if isinstance(one, Between) and isinstance(two, Between):
            if one.end is None and two.start is None:
                self.times = Between(one.start, two.end)
                return True
            if one.start is None and two.end is None:
                self.times = Between(two.start, one.end)
                return True
        if isinstance(one, Otherwise) != isinstance(two, Otherwise):
            window, wished = (one, two) if isinstance(one, Otherwise) else (two, one)
            if isinstance(window, Otherwise) and isinstance(wished, Clock) and _inside(wished, window):
                self.times = wished
                return True
        if isinstance(one, Clock) and isinstance(two, Clock) and two.sure and not one.sure and _same_face(one, two):
            self.times = two
            return True
        return False


def _inside(wished: Clock, window: Otherwise) -> bool:
    """ "I can't before 5, is 6 ok?": whether the hour is surely on the side that is left."""
    edges = clocks.hours(window.start or window.end or Clock(0))
    found = clocks.hours(wished)
    return bool(found and edges) and all(
        (at > edge if window.start else at < edge) for at, days in found for edge, more in edges if not days and not more
    )


def _same_face(one: Clock, two: Clock) -> bool:
    """ "3pm (15:00)", "3 in the afternoon, 3pm"."""
    return (two.hour % 12, two.minute) == (one.hour % 12, one.minute)


def alternatives(items: list[Item], tokens: list[Token], context: Context) -> list[Wish]:
    """The items grouped: one wish, or several where "or" stands between them or two of them cannot be one."""
    wishes = [Wish()]
    slots: set[str] = set()
    for before, item in pairwise([None, *items]):
        assert item
        between = {t.kind for t in tokens[before.place + 1 : item.place]} if before else set()
        listed = bool(between & set("&/")) and item.slot in slots and not _closes(before, items, item)
        apart = _text_between(tokens, before.place, item.place) if before else 0
        if before and (("|" in between) or listed or not wishes[-1].takes(item, context, apart)):
            wishes.append(Wish())
            slots = set()
            wishes[-1].takes(item, context)
        elif before is None:
            wishes[-1].takes(item, context)
        slots.add(item.slot)
    _share(wishes)
    if len(wishes) == 1:
        _check_part(wishes[0], items, tokens)
    return wishes


def _closes(before: Item | None, items: list[Item], item: Item) -> bool:
    """ "After two this afternoon and before five": two ends of one window."""
    opened = [i.value for i in items if before and i.place <= before.place and isinstance(i.value, Between)]
    if not opened or not isinstance(item.value, Between):
        return False
    return opened[-1].end is None and item.value.start is None


def _check_part(wish: Wish, items: list[Item], tokens: list[Token]) -> None:
    """A part of day settles the hour beside it: "first thing on Friday, and I fetch it by 5" are two things."""
    sides = [i for i in items if i.slot == "part"]
    times = [i for i in items if i.slot == "time"]
    if not sides or not times:
        return
    low, high = min(sides[0].place, times[0].place), max(sides[0].place, times[0].place)
    at, early = wish.times, sides[0].value == "morning" and high - low > 1
    if early and isinstance(at, Clock) and not at.sure and 1 <= at.hour <= 5:
        # "Friday morning I bring it, 4 o'clock I fetch it": nobody comes at four in the morning.
        raise Unsure("unsure")
    apart = sum(t.end - t.start for t in tokens[low:high] if t.kind == "x")
    if apart > 6 and _hours(wish, "") != _hours(wish, wish.part):
        raise Unsure("unsure")


def _hours(wish: Wish, part: str) -> object:
    if isinstance(wish.times, Clock):
        return clocks.hours(wish.times, part)
    return clocks.between(wish.times, part) if wish.times else None


def _text_between(tokens: list[Token], start: int, end: int) -> int:
    return sum(t.end - t.start for t in tokens[start + 1 : end] if t.kind == "x")


def _share(wishes: list[Wish]) -> None:
    """ "Monday or Tuesday at 10", "10 or 11 on Friday", "Friday at 10 or 11": what is said once is meant for both."""
    dayed = [w for w in wishes if w.day]
    for index, wish in enumerate(wishes):
        if wish.day is None and dayed:
            nearest = min(dayed, key=lambda w: abs(wishes.index(w) - index))
            wish.day = nearest.day
            if wish.times and not wish.part and nearest.part:
                wish.part = nearest.part
    for earlier, later in reversed(list(pairwise(wishes))):
        if earlier.times is None and not earlier.part:
            earlier.times, earlier.part = later.times, later.part
        elif earlier.times is not None and not earlier.part and later.part and later.times is not None:
            earlier.part = later.part


def readings(wish: Wish, context: Context) -> list[Reading]:
    """All readings of one wish; the first is the one by our convention if `contested` readings follow it."""
    if wish.now and not (wish.day or wish.times or wish.part):
        return [Reading(date=context.today, time=context.now.time().replace(second=0, microsecond=0))]
    if wish.day and wish.day.kind == "bad":
        problem, wish.day = wish.day.problem, replace(wish.day, kind="date", first=next(iter(wish.day.others), None), others=())
        raise Unsure(problem, distinct(_all(wish, context)) if wish.day.first else ())
    return _all(wish, context)


def _all(wish: Wish, context: Context) -> list[Reading]:
    found = []
    for at, window, shift in _times(wish):
        if at and wish.part == "dawn" and wish.day is None:
            shift = 0
        found += _on_day(wish, context, at, window, shift)
    return found


def _times(wish: Wish) -> list[tuple[time | None, Range | None, int]]:
    if wish.times is None:
        if wish.part == "dawn":
            raise Unsure("unsure")
        return [(None, None, 0)]
    if isinstance(wish.times, Clock):
        hours = clocks.hours(wish.times, wish.part)
        if not hours:
            raise Unsure("unsure")
        return [(at, None, shift) for at, shift in hours]
    windows = clocks.between(wish.times, wish.part)
    if not windows:
        raise Unsure("unsure")
    return [(None, Range(start, end), 0) for start, end in windows]


def _on_day(wish: Wish, context: Context, at: time | None, window: Range | None, shift: int) -> list[Reading]:
    part: PartOfDay | None = None
    if at is None and window is None and wish.part:
        part = wish.part  # type: ignore[assignment]
    ahead = _still_ahead(context, at, window, part)
    if wish.day is None:
        implied = context.today + (0 if ahead else 1) * DAY
        return [Reading(time=at, part_of_day=part, range=window, implied_date=implied)]
    said = at or (window.start or window.end if window else None) or (_ENDS[part] if part else None)
    day = days.settle(context, wish.day, said if isinstance(said, time) else None, ahead)
    if day.kind == "bad":
        raise Unsure(day.problem)
    if day.kind == "either":
        return [Reading(date=d, time=at, part_of_day=part, range=window) for d in day.others]
    if day.kind == "span":
        if window is not None:
            # A range of days and one of times cannot both be said in one answer.
            raise Unsure("unsure")
        if day.first is None and part:
            # "By Friday lunchtime" does not fit one answer either.
            raise Unsure("unsure")
        if day.first == day.last and day.first and day.unit != "week":
            return [Reading(date=day.first, time=at, part_of_day=part)]
        return [Reading(time=at, part_of_day=part, range=Range(day.first, day.last))]
    assert day.first
    choices = (day.first, *day.others)
    return [Reading(date=d + shift * DAY, time=at, part_of_day=part, range=window) for d in choices]


def _still_ahead(context: Context, at: time | None, window: Range | None, part: PartOfDay | None) -> bool:
    now = context.now.time()
    if at:
        return at > now
    if window:
        edge = window.start or window.end
        return isinstance(edge, time) and edge > now
    return part is not None and now < _ENDS[part]


def is_contested(wish: Wish) -> bool:
    return bool(wish.day and wish.day.kind == "date" and wish.day.others)


def is_open(wishes: list[Wish]) -> bool:
    """Whether a slash date has two orders; that one of them has been makes the other likely, not sure."""
    return any(wish.day and wish.day.kind == "either" for wish in wishes)


def distinct(found: list[Reading]) -> tuple[Reading, ...]:
    return tuple(dict.fromkeys(found))[:_MOST_OPTIONS]
