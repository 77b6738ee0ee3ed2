"""Whether a store is open on a day that somebody asks about: that day's hours, and a button to come then."""

import re
from collections.abc import Sequence
from datetime import date, time, timedelta

from handlers.booking import hearing, phrases, pieces
from handlers.dialogue import Reply, Turn, lately
from handlers.dialogue.questions import is_question
from handlers.dialogue.when import Reading
from handlers.faq import flow as faq
from handlers.faq.hours import by_day, said, spans_on
from storage import terms
from storage.stores import Store

# More days than these are a list that nobody reads; the usual answer has the whole week.
MOST_DAYS = 10
# What the knowledge base says of hours in general, where a day of its own says more.
_HOLIDAYS = "holiday_hours"
_GENERAL = ("opening_hours", _HOLIDAYS)
# What asks, and would make "Friday" of "what time do you close on Friday" doubtful.
_ASKED = re.compile(
    r"\b(?:what times?|(?:un)?till? (?:when|what time)|from when|when|how (?:late|early)|hours|open(?:s|ing)?|clos(?:e|es|ed|ing)"
    r"|shut|work(?:ing)?)\b|几点|(?:休(?:不|唔)?休?息|放(?:不放)?假|上班|营业|开门)(?:不|没有?)(?=\W*$)|营业|开[不唔]开门?|[开关]门|上班|下班|打烊|收工"
)
# Asks the same of another day.
_ALSO = re.compile(r"^\W*(?:(?:and|so|ok|okay) )?(?:(?:what|how) about|and)\b(?: on| the)?|^\W*(?:那|咁|那么)|[呢咧]\W*$")
_STILL = re.compile(
    r"(?:还|仲|都)(?:能|可以|可唔可以|可不可以|能不能|得|做).{0,12}(?:吗|么|嘛|呀|不)?\W*$"
    r"|\b(?:can|could|may) (?:i|we) still (?:come|bring|get|have|book|drop)\b"
)
# The New Year that is meant without a word for its month.
_NEW_YEAR = re.compile(r"过年(?:期间|时候?)?|(?<![正月\d])(?=初[一二三四五六七八](?!\w*月))")


def asks(words: str) -> bool:
    """Whether that is a question about when the shop is open."""
    text = phrases.spaced(words)
    return phrases.has("open", text) and (is_question(words) or phrases.has("open_asked", text))


def goes_on(turn: Turn) -> Reply | None:
    """ "And on Sunday?", 初一呢, below the hours of another day."""
    if not _again(turn, phrases.spaced(turn.words)):
        return None
    return asked(turn) or faq.show(turn, _HOLIDAYS)


def _again(turn: Turn, text: str) -> bool:
    if turn.chat.form is not None or not _ALSO.search(text):
        return False
    # "And Sunday? And Christmas Day?": of the question that began it.
    before = next((words for words in lately.heard(turn) if not _ALSO.search(phrases.spaced(words))), "")
    opens = asks(before) or _may_then(phrases.spaced(before))
    return opens and pieces.only_when(turn, _NEW_YEAR.sub(_spring, _ALSO.sub(" ", text)))


def _may_then(text: str) -> bool:
    """除夕还能洗车吗, "can I still come on New Year's Eve": whether it can be on a day that is like no other."""
    return _STILL.search(text) is not None


def asked(turn: Turn) -> Reply | None:
    """The hours of the day, or days, that the words ask about; None where they ask something else, or about no day."""
    text = phrases.spaced(turn.words)
    again = _again(turn, text)
    if not (asks(turn.words) or _may_then(text) or again):
        return None
    if any(phrases.has(name, text) for name in ("fault", "trouble", "over", "open_beside")):
        return None
    sure = faq.is_sure(turn)
    if sure is not None and sure.id not in _GENERAL and not again:
        return None  # "do you close for lunch on Friday?" has an answer of its own
    store = hearing.store(turn, turn.words) or turn.store
    if store is None:
        return None
    found = hearing.when(turn, _NEW_YEAR.sub(_spring, _ASKED.sub(" ", text)), store).reading
    if found is None:
        return None
    today = turn.today(store)
    days = [day for day in days_of(found) if day >= today]
    special = {one.day for one in store.special_days}
    if _may_then(text) and not asks(turn.words) and not special.issuperset(days):
        return None  # of any other day it is a wish to come
    if not days or len(days) > MOST_DAYS or not all(_settled(store, day, today) for day in days):
        return None
    open_days = [day for day in days if spans_on(store, day)]
    lines = [turn.text("booking.opening.days", store=store.names[turn.language]), *map(turn.plain, by_day(turn, store, days))]
    if len(days) == 1 and open_days and found.time:
        lines.insert(0, _then(turn, store, days[0], found.time))
    if not open_days:
        lines += _instead(turn, store, days)
    visit = {"store": store.code, **({"day": open_days[0].isoformat()} if len(days) == 1 and open_days else {})}
    return Reply("\n".join(lines), [turn.button("faq.button.book", "booking.book", visit)])


def days_of(found: Reading) -> list[date]:
    """The day, or all days of the range; a range may be one of hours, of that day."""
    first, last = (found.range.start, found.range.end) if found.range else (None, None)
    if isinstance(first, date) and isinstance(last, date):
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [found.date] if found.date else []


def _spring(found: re.Match[str]) -> str:
    return "春节期间" if found[0] else "正月"


def _settled(store: Store, day: date, today: date) -> bool:
    """Whether the calendar of that day is made: beyond what can be booked only where a special day is on file."""
    return (day - today).days <= terms.read(store.booking).horizon_days or any(one.day == day for one in store.special_days)


def _then(turn: Turn, store: Store, day: date, at: time) -> str:
    """Whether it is open at that time."""
    inside = any(opens <= at < closes for opens, closes in spans_on(store, day))
    return turn.text("booking.opening.then_open" if inside else "booking.opening.then_closed", at=f"{at:%H:%M}")


def _instead(turn: Turn, store: Store, days: Sequence[date]) -> list[str]:
    """When it is closed: who else is open on the day, and when it opens again."""
    lines = []
    if len(days) == 1:
        for other in turn.stores:
            if other.id != store.id and (spans := spans_on(other, days[0])):
                values = {"store": other.names[turn.language], "spans": said(turn, spans)}
                lines.append(turn.text("booking.opening.other", **values))
    for day in (days[-1] + timedelta(days=n) for n in range(1, MOST_DAYS + 1)):
        if spans := spans_on(store, day):
            lines.append(turn.text("booking.opening.again", day=day, spans=said(turn, spans)))
            break
    return lines
