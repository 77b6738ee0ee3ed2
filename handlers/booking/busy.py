""" "Is Saturday busy?", 周六人多吗: told by the times that are still free then, of the work that is spoken of."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from handlers.booking import hearing, naming, opening, phrases, times, words
from handlers.booking.plan import Wish
from handlers.booking.slots_what import stores_doing
from handlers.dialogue import Answers, Reply, Turn
from handlers.faq.hours import by_day, spans_on
from handlers.prices import spoken
from storage import terms
from storage.stores import Store

# More days than a weekend make a list; whoever books sees them all.
MOST_DAYS = 3
# Whether there is much of a crowd. Who is busy themselves, and "too busy to answer", say something else.
# "A full service", "a full refund" and "full day" are no crowd: what is full ends there, or a time follows.
_CROWDED = (
    r"(?:busy|busier|crowded|packed|rammed|quiet"
    r"|full(?:y booked)?(?=\W*$| (?:up|on|at|in|this|next|today|tonight|tomorrow|now|right|already|yet|then|for|all|during|over"
    r"|mon|tue|wed|thu|fri|sat|sun|(?:mon|tues|wednes|thurs|fri|satur|sun)day|morning|afternoon|evening)))"
)
_HAN = (
    r"(?:人|客人)(?:会不会|会唔会|会|系咪|是不是)?(?:很|好|特别|比较)?(?:多不多|多唔多|多吗|多么|多嘛|少吗|多呀|多啊)"
    r"|多[唔不]多(?:人|客|车)|好多人(?:吗|嘛|呀|啊)|(?:会不会|会唔会|会|系咪|是不是|系唔系)(?:很|好|特别)(?:多人|忙|挤|逼)"
    r"|(?<!帮)忙(?:吗|嘛|么|不忙|唔忙)|挤(?:吗|不挤)|逼唔逼|爆满|(?<![充加灌])(?:约)?满(?:了|咗)?(?:吗|没|未)"
    r"|(?:要不要|使唔使|需不需要|用不用|要|使|需要|会)排队(?:吗|嘛|么|呀|不)?"
)
# Who or what may be: we, the place, a day. The brakes, the phone line and the car park are something else.
_WE = (
    r"(?:it|you|u|ya|we|they|there|guys|all|the|your|at|in|on|this|next|coming|a|workshop|shop|store|garage|place|studio|branch|centre|center"
    r"|diary|schedule|today|tomorrow|tmr|tonight|weekend|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sun|sat)(?:day)?s?|day|week"
    r"|morning|afternoon|evening|now|right|currently|still|going|to|usually|always|normally|\d{1,2}(?:st|nd|rd|th)?"
    r"|january|february|march|april|may|june|july|august|september|october|november|december|east|harbour|pine|hill)"
)
_BUSY = re.compile(
    rf"\b(?:is|are|r|will|does|do|would)\b(?: {_WE}){{1,6}} (?:get |be |look )?"
    rf"(?:(?:very|really|that|usually|always|normally|so) )?(?<!too ){_CROWDED}\b(?! to\b)"
    rf"|^\W*(?:you|u|ya|it)(?: guys| lot| all| s)? (?:very |really |usually )?{_CROWDED}\b"
    rf"|\bhow {_CROWDED}\b|\bis there (?:usually |always )?(?:a|much of a|any) (?:queue|crowd|wait|line)\b|{_HAN}"
)
# What asks, and would make "Friday" of "is it busy on Friday" doubtful.
_ASKED = re.compile(
    rf"\b(?:how|is|are|r|will|does|do|would|it|you|u|there|get|be|look|very|really|that|usually|always|normally|so|{_CROWDED}"
    rf"|a|much|of|any|queue|crowd|wait|line|people)\b|{_HAN}"
)
_OWN = re.compile(
    r"\b(?:i am|im|i m|i will be|we are|my|roads?|traffic|tank|car|battery|phone|line|parking|tow|truck|patrol|refund|charged?)\b"
    r"|我(?:很|好)?忙|我们忙|路上|塞车|油箱|电池|电瓶|停车|车位|充电|代步|客服|电话|水箱|人工|拖车|救援"
)
# "Book me on Friday if it's not busy" books.
_IF = re.compile(r"\b(?:if|unless|when|as long as)\b|如果|要是|的话|嘅话")
_NOW = re.compile(r"\b(?:now|at the moment|right now|currently|this minute)\b|现在|而家|目前|此刻|宜家")


def asked(turn: Turn) -> Reply | None:
    """The free times of the day, or days, that the words ask about; None where they ask something else, or of no day."""
    text = phrases.spaced(turn.words)
    if turn.chat.form is not None or not _BUSY.search(text) or _OWN.search(text) or _IF.search(text):
        return None
    store = hearing.store(turn, turn.words) or turn.store
    heard = naming.services(turn, turn.words)
    named = ([*heard.sure, *heard.one_of] or spoken.services(turn))[:1]
    code = _work(turn, store, named) if store else None
    if store is None or code is None or not (when := _when(turn, store, text)):
        return None
    days, window = when
    name, open_days = store.names[turn.language], [day for day in days if spans_on(store, day)]
    if not open_days:
        closed = map(turn.plain, by_day(turn, store, days))
        return Reply("\n".join([turn.text("booking.opening.days", store=name), *closed]))
    lines = [turn.text("booking.busy.there", store=name, service=turn.shop.services[code].names[turn.language])]
    lines += [_line(turn, Wish(store.code, (code,)), store, day, window) for day in open_days]
    visit: Answers = {"store": store.code}
    if code in named:
        visit["service"] = [code]
    if len(open_days) == 1:
        visit["day"] = open_days[0].isoformat()
    return Reply("\n".join(lines), [turn.button("faq.button.book", "booking.book", visit)])


def _work(turn: Turn, store: Store, named: Sequence[str]) -> str | None:
    """What the free times are counted for: the work that is spoken of, else the first of the catalogue that is done here."""
    return next((code for code in [*named, *turn.shop.services] if store in stores_doing(turn.shop, [code])), None)


def _when(turn: Turn, store: Store, text: str) -> tuple[list[date], dict[str, str]] | None:
    """The days that are meant and the hours in them, if they are few and their times are made; today for "now"."""
    today = turn.today(store)
    reading = hearing.when(turn, _ASKED.sub(" ", text), store).reading
    days = opening.days_of(reading) if reading else [today] if _NOW.search(text) else []
    last = today + timedelta(days=terms.read(store.booking).horizon_days)
    found = [day for day in days if today <= day <= last] if len(days) <= MOST_DAYS else []
    hours = hearing.wanted(reading).window if reading else {}
    return (found, {name: hours[name] for name in ("early", "late") if name in hours}) if found else None


def _line(turn: Turn, wish: Wish, store: Store, day: date, hours: dict[str, str]) -> str:
    found = times.free_times(turn.session, turn.shop, wish, turn.now, first=day)
    free = [there for one in found if hearing.fits(there := one.starts_at.astimezone(words.zone_of(store)), hours)]
    return turn.text("booking.busy.day", day=day, n=len(free), first=free[0] if free else None)
