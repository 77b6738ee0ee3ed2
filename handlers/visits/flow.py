"""The last visits of somebody's own cars, from the file; nothing is said of cars that are not theirs."""

import re
from dataclasses import dataclass
from datetime import date

from handlers.dialogue import Reply, Turn
from handlers.dialogue.folding import fold
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from storage import appointments, visits
from storage.vehicles import Vehicle

SHOWN = 3
# Whoever writes more than that has something else to say as well.
_LONGEST = 70
_BEEN = r"(?:service|servicing|visit|appointment|maintenance|oil change|check ?up|inspection|repair|wash|detail(?:ing)?)"
_LAST = r"(?:上一?次|上回|最近一次|前一次)"
_OURS = r"(?:我|我们)?(?:的|嘅)?(?:车|爱车|部车|架车|台车)?(?:的|嘅)?"
_CAME = (
    r"(?:我|来|到店|做保养|保养|做的?保养|维修|修车|换机油|换的?机油|洗车|进厂|入厂|过来|去|嚟|去你们那"
    r"|在你们?(?:这|这里|那|那里|店里?)?)"
)
# Matched on folded words, without punctuation.
_ASKED = re.compile(
    r"(?:(?:hi|hey|hello|please|pls|can you tell me|could you tell me|tell me|do you know|remind me|so|and) ){0,3}(?:"
    rf"when (?:was|is|were) (?:my|the|our)(?: car s?)? ?(?:last|latest|previous|most recent) {_BEEN}"
    r"|when (?:was|were|did|have|has) (?:i|we|my car|the car|it|you) last (?:\w+ ?){0,4}"
    r"|when was (?:my|the) (?:\w+ ){0,3}last (?:serviced|checked|inspected|washed|repaired|in|here|seen)"
    r"|when was the last time (?:i|we|my car|the car|it) (?:was|were|came|come|visited|had) ?(?:\w+ ?){0,3}"
    r"|what (?:was|is|has|did|have|had|were|work was)(?: been)?(?: you| i| we| u)?(?: guys)?"
    r" (?:do|done|change|changed|replace|replaced|fix|fixed|get done|have done)(?: to my car| on my car| with my car| for me)?"
    rf"(?: at| in| on| during)?(?: my| the)? (?:last|previous) (?:time|{_BEEN})"
    r"|how much (?:did|was|were|have)(?: i| we| my| the| it)? (?:pay|paid|spend|spent|cost|be|bill)?"
    rf"(?: for| on| at)?(?: my| the)? ?(?:last|previous) (?:time|bill|invoice|{_BEEN})(?: cost)?"
    rf"|what did (?:i|we) pay (?:last time|for my last {_BEEN})|what did my last {_BEEN} cost"
    rf"|(?:date of )?(?:my )?last {_BEEN} date|date of my last {_BEEN}"
    r"|(?:show|see|view|list|give|send)?(?: me)? ?my (?:car s? )?(?:service|maintenance|repair|visit) (?:history|records?|log)"
    r"|(?:show|see|view|list)?(?: me)? ?my (?:past|previous|last|earlier) (?:visits?|services?|repairs?|jobs?)"
    r")(?: (?:please|pls|again|here|with you|thanks?|thank you|there)){0,3}"
    r"|(?:你好|您好|请问|请|帮我|麻烦|麻烦你|我想知道|想问下?|问下|想问问|查一?下|帮我查一?下| ){0,4}(?:"
    rf"{_OURS}{_LAST}{_CAME}{{0,2}}的?(?:是|系)?(?:在)?(?:什么时候|几时|哪天|哪一天|几号|几月|几月几号|啥时候|何时|多久(?:之|以)?前)"
    r"(?:来|做|保养|嚟|去|修|换机油|洗车|维修)?(?:的|嘅|啊|呀|呢|了|过)?"
    rf"|{_OURS}{_LAST}{_CAME}{{0,2}}(?:的?时候)?(?:都|我的车|帮我|给我|你们|你哋|您们|同我){{0,2}}"
    r"(?:做|换|修|弄|整|搞|保养)(?:过|了|咗|的|的是)?(?:什么|啥|哪些|咩|乜|乜嘢)(?:项目|东西|配件|嘢)?(?:啊|呀|呢|了)?"
    rf"|{_OURS}{_LAST}{_CAME}{{0,2}}(?:的|总共|一共|都){{0,2}}(?:花|付|收|俾|畀|给|用|是|系)?(?:了|咗|过)?我?(?:多少钱|几多钱|几钱|多少)"
    r"(?:啊|呀|呢|的|了)?"
    r"|(?:(?:查|看|查看|查询|查一下|看看|看一下|调出|想看)(?:一下)?(?:我(?:的|嘅)?)?|我(?:的|嘅)?)(?:部车|架车|台车|车|爱车)?(?:的)?"
    r"(?:历史|以前的?|过去的?)?(?:保养|维修|到店|进厂|服务|消费)(?:记录|纪录|历史|明细|档案)"
    r")"
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit as it is told; `km` and `price` are "" where nobody wrote them down."""

    day: date
    car: str
    store: str
    work: str
    km: str
    price: str


def asked(turn: Turn) -> Reply | None:
    """Their visits, for whoever asks after them and has some; the question in general is the knowledge base's."""
    said = fold(turn.words)
    if len(said) > _LONGEST or not _ASKED.fullmatch(said) or not (told := _told(turn, vehicles.own(turn))):
        return None
    several = len({one.car for one in told}) > 1
    text = turn.text("visits.mine", visits=told, car=told[0].car, several=several)
    rows = [[turn.button("welcome.button.book", "booking.book"), turn.button("dialogue.button.person", "person")]]
    return Reply(text, rows)


def _told(turn: Turn, own: list[Vehicle]) -> list[Visit]:
    """The newest first. What the diary knows as worked off and the work orders say too is one visit."""
    named = {car.id: car for car in own}
    found: dict[tuple[date, int], Visit] = {}
    for row in visits.latest(turn.session, list(named), SHOWN):
        km = f"{row.odometer_km:,}" if row.odometer_km else ""
        # Whoever only drives the car has not paid.
        paid = row.amount if named[row.vehicle_id].customer_id == turn.chat.customer_id else None
        found[row.visited_on, row.vehicle_id] = _visit(
            turn, row.visited_on, named[row.vehicle_id], row.store_id, row.services, km, paid
        )
    for day, done in appointments.done_with(turn.session, list(named))[-SHOWN:]:
        car = named[done.vehicle_id or 0]
        found.setdefault((day, car.id), _visit(turn, day, car, done.store_id, done.services, "", None))
    return [found[key] for key in sorted(found, reverse=True)[:SHOWN]]


def _visit(turn: Turn, day: date, car: Vehicle, store_id: int, codes: list[str], km: str, paid: int | None) -> Visit:
    store = next((store for store in turn.shop.stores if store.id == store_id), None)
    work = [turn.shop.services[code].names[turn.language] for code in codes if code in turn.shop.services]
    return Visit(
        day, cars.title(turn, car), store.names[turn.language] if store else "",
        (", " if turn.language == "en" else "、").join(work), km,
        turn.money(paid, store.currency) if paid and store else "",
    )  # fmt: skip
