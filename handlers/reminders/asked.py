"""When their next service is due, for whoever asks: by the same rules and reckoning that would remind them."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.dialogue import Reply, Turn
from handlers.dialogue.folding import fold
from handlers.reminders import audience, loading, rulebook, saying
from handlers.reminders.triggers import BACK, Interval, next_due
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from storage.vehicles import Vehicle

_LONGEST = 60
_CARS, _WORKS = 3, 3
# What comes later than that is no news.
_SOON = timedelta(days=365)
_SERVICE = r"(?:service|servicing|maintenance|oil change|check ?up)"
_A = r"(?:an? |it is |its |my |the )?"
# Matched on folded words, without punctuation.
_ASKED = re.compile(
    r"(?:(?:hi|hey|hello|please|can you tell me|could you tell me|do you know|so|and) ){0,3}(?:"
    rf"when (?:is|s|will)(?: my| the| our)?(?: \w+){{0,3}} {_SERVICE} (?:be )?(?:due|needed)"
    rf"|when (?:is|s|will)(?: my| the| our)?(?: \w+){{0,3}} (?:be )?due for {_A}(?:next )?{_SERVICE}"
    r"|when (?:is|s|will) (?:my car|the car|it) (?:be )?due"
    rf"|when (?:is|s) my(?: car s| \w+ s)? next {_SERVICE}"
    r"|when (?:do|should|must|shall) (?:i|we) (?:need to |have to )?"
    r"(?:come(?: back)?|bring (?:it|my car|the car)|service (?:it|my car)|get (?:it|my car) serviced)"
    r"(?: in| back){0,2} (?:next|again)"
    rf"|(?:is|am) (?:my car|my service|it|i) (?:due|overdue)(?: for {_A}{_SERVICE})?"
    rf"|what (?:service|maintenance|work) is (?:due|next)|(?:my )?next {_SERVICE}(?: due)?(?: date)?"
    r")(?: (?:please|pls|next|again|yet|already|now|thanks)){0,3}"
    r"|(?:你好|您好|请问|请|帮我|麻烦|想问下?|问下|我想知道|查一?下){0,3}"
    r"(?:我|我们)?(?:的|嘅)?(?:车子|车|爱车|部车|架车|台车)?(?:的|嘅)?(?:"
    r"(?:下一?次|下回)(?:的)?(?:保养|做保养|换机油)(?:时间)?(?:是|系|在|应该|该|要|什么){0,2}"
    r"(?:什么时候|几时|哪天|几月|何时|啥时候|多久(?:之?后)?)(?:做|来|到|嚟)?"
    r"|(?:下一?次|下回)?(?:什么时候|几时|啥时候|何时)(?:应该|该|要|需要|先要){0,2}(?:再)?(?:来|去|过来|嚟)?(?:做)?(?:下一?次)?保养"
    r"|(?:是不是|系咪|是否)(?:该|要|需要)(?:做)?保养了?"
    r"|(?:该|要|需要|到时间)(?:做)?保养了?(?:吗|没|没有|未|嘛)"
    r"|(?:要不要|使唔使)(?:做)?保养了?"
    r"|到?保养(?:的)?时间(?:到了吗|到未|到了没有?|到了没)"
    r")(?:呢|啊|呀|吖|了|的){0,2}"
)


@dataclass(frozen=True, slots=True)
class Due:
    """Work that is due on a day of the store's calendar; `past`: that day is gone by."""

    services: tuple[str, ...]
    work: str
    day: date
    past: bool


def asked(turn: Turn) -> Reply | None:
    """What is due next on their own cars; None for whoever asks something else, or of whose cars nothing is known."""
    said = fold(turn.words)
    if len(said) > _LONGEST or not _ASKED.fullmatch(said):
        return None
    found = [(car, due) for car in vehicles.own(turn)[:_CARS] if (due := _due(turn, car))]
    if not found:
        return None
    car, soonest = min(found, key=lambda one: one[1][0].day)
    value = {"car": car.id, "services": list(soonest[0].services)}
    named = [(cars.title(turn, car), due) for car, due in found]
    return Reply(turn.text("reminders.next", cars=named), [turn.button("reminders.button.book", "reminders.book", value)])


def _due(turn: Turn, car: Vehicle) -> list[Due]:
    """The soonest first. What fell due long ago and was never done here has been done elsewhere, or is not wanted."""
    turn.session.flush()
    known = loading.car_of(turn.session, turn.shop, car)
    store = loading.home(turn.shop, turn.chat.store_id)
    today = turn.today(store)
    found: dict[tuple[str, ...], date] = {}
    for rule in turn.memoised(rulebook.load).on:
        if not isinstance(rule.trigger, Interval) or not set(rule.services) & turn.shop.services.keys():
            continue
        day = next_due(rule.trigger, known) if audience.has_car(rule.audience, known, today) else None
        if day is not None and (day >= today - timedelta(days=BACK) or known.last(rule.trigger.since)):
            found[rule.services] = min(day, found.get(rule.services, day))
    soonest = sorted(found.items(), key=lambda one: one[1])[:_WORKS]
    soonest = [one for one in soonest if one is soonest[0] or one[1] < today + _SOON]
    return [Due(codes, saying.services(turn.shop, codes, turn.language), day, day < today) for codes, day in soonest]
