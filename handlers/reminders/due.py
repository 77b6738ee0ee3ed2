"""Who is to be told what today: the rules against one person, work on a car bundled, each occasion under a key of its own."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from handlers.contact.rules import MARKETING
from handlers.reminders import audience
from handlers.reminders.facts import Answer, Car, Person
from handlers.reminders.figures import Figures
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import After, Entered, Interval, Occasion, OnDate, Signal, Silence, occasions
from storage.care import LATER

PREFIX = "push"
# What keeps a push from being said today, beside the reasons of the contact gate; looked at anew every day.
BOOKED, JUST_HERE, JUST_SAID, OUTRANKED = "booked", "just_here", "just_said", "outranked"
IN_CAMPAIGN = "in_campaign"
WEEK = 7
# What is due so shortly after something else is spoken of in the same message.
TOGETHER = 5
# An offer of a higher number is not worth a second message on one day.
MATTERS = 5
MOST_BUNDLED = 4
# So long after the day that somebody has put it off to it may still be said.
AGAIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Due:
    """`car`: the one it is about, if any. `key`: under which it is said once. `until`: the last day on which it may be said.

    `also`: further work on the same car that is named in the same message. `blocked`: why it is not said today.
    """

    rule: Rule
    person: Person
    occasion: Occasion
    key: str
    until: date
    also: tuple["Due", ...] = ()
    blocked: str = ""

    @property
    def car(self) -> Car | None:
        return self.occasion.car

    @property
    def services(self) -> list[str]:
        """What Book asks for, its own first."""
        return list(dict.fromkeys([*self.rule.services, *(code for other in self.also for code in other.rule.services)]))


def candidates(rules: Iterable[Rule], person: Person, today: date, figures: Figures) -> list[Due]:
    """Whatever may be said today if nobody has decided about its key, and work and offers whose day comes soon after."""
    found: list[Due] = []
    for rule in rules:
        if isinstance(rule.trigger, Signal) or not audience.has_person(rule.audience, person, today, figures):
            continue
        for occasion in occasions(rule.trigger, person, today, figures):
            aimed = _aimed(rule, person, occasion, today)
            if aimed is not None:
                found += _today(rule, person, aimed, today, figures)
    return found


def of_signal(rule: Rule, person: Person, today: date, signal_id: int, figures: Figures) -> Due | None:
    """What this person is told because somebody pressed the button."""
    if not audience.has_person(rule.audience, person, today, figures):
        return None
    occasion = _aimed(rule, person, Occasion(today, str(signal_id)), today)
    if occasion is None:
        return None
    blocked = BOOKED if _comes_anyway(rule, person, today) else ""
    return Due(rule, person, occasion, _key(rule, person, occasion), today + timedelta(days=rule.late), blocked=blocked)


def chosen(found: Sequence[Due], decided: Collection[str], today: date) -> list[Due]:
    """Of these the ones to be said, what matters most first: the newest of each rule and car, work of one car together."""
    newest: dict[tuple[str, int], Due] = {}
    for due in sorted(found, key=lambda due: (due.occasion.day, due.key)):
        place = due.rule.code, due.car.id if due.car else 0
        # What lies ahead is there to be named along with something else; it does not take the place of what is due. And what an
        # older occasion had to say is over when a newer one has come, said or not.
        if due.occasion.day <= today or place not in newest:
            newest[place] = due
    newest = {place: due for place, due in newest.items() if due.key not in decided}
    single = [
        _unless_better(due, newest.values()) for due in newest.values() if not due.rule.of_work and due.occasion.day <= today
    ]
    of_work = [due for due in newest.values() if due.rule.of_work]
    soon = today
    if any(due.rule.purpose != MARKETING and not due.blocked and due.occasion.day <= today for due in [*single, *of_work]):
        soon += timedelta(days=TOGETHER)
        single += [due for due in newest.values() if _of_papers(due) and today < due.occasion.day <= soon]
    work = list(_bundled(of_work, soon))
    # What is of use comes first; an offer that can wait does not come on the same day.
    busy = any(due.rule.purpose != MARKETING and not due.blocked for due in [*work, *single])
    return sorted([*work, *(_not_today(due, today) if busy else due for due in single)], key=_first)


def still_due(key: str, rule: Rule, person: Person, today: date, figures: Figures) -> bool:
    """Whether what waits under this key still holds, with what is known now."""
    if isinstance(rule.trigger, Signal):
        return True
    # What was last spoken of is this very push.
    person = replace(person, spoken={})
    return any(due.key == key and not due.blocked for due in candidates([rule], person, today, figures))


def _of_papers(due: Due) -> bool:
    return isinstance(due.rule.trigger, OnDate) and due.rule.purpose != MARKETING and not due.blocked


def _not_today(due: Due, today: date) -> Due:
    waits = due.rule.purpose == MARKETING and not due.blocked and (due.until > today or due.rule.priority > MATTERS)
    return replace(due, blocked=OUTRANKED) if waits else due


def _unless_better(due: Due, others: Iterable[Due]) -> Due:
    """An offer keeps quiet when one that matters more comes within the week, for which there would be no room then."""
    if due.rule.purpose != MARKETING or due.blocked:
        return due
    ahead = (other for other in others if other.rule.purpose == MARKETING and other.occasion.day > due.occasion.day)
    better = any(other.rule.priority < due.rule.priority and not other.blocked for other in ahead)
    return replace(due, blocked=OUTRANKED) if better else due


def _first(due: Due) -> tuple[int, date, str]:
    return due.rule.priority, due.occasion.day, due.key


def _bundled(works: Sequence[Due], soon: date) -> Iterator[Due]:
    """The work on each car of which some is due by then, as one."""
    by_car: dict[int, list[Due]] = {}
    for due in sorted(works, key=_first):
        by_car.setdefault(due.car.id if due.car else 0, []).append(due)
    for group in by_car.values():
        if any(due.occasion.day <= soon for due in group):
            # The service is what people know; what is measured or changed along with it comes behind.
            leader, seen = group[0], set(group[0].rule.services)
            also: list[Due] = []
            for due in group:
                # A word about the same work in other terms ("overdue") is no further work.
                if due is not leader and not seen & set(due.rule.services) and len(also) < MOST_BUNDLED:
                    also.append(due)
                    seen |= set(due.rule.services)
            yield replace(leader, also=tuple(also))


def _aimed(rule: Rule, person: Person, occasion: Occasion, today: date) -> Occasion | None:
    """The occasion with its car, if the audience has it; what concerns the person names the first car that fits."""
    if occasion.car is not None:
        return occasion if audience.has_car(rule.audience, occasion.car, today) else None
    fitting = next((car for car in person.cars if audience.has_car(rule.audience, car, today)), None)
    if fitting is None and rule.audience.asks_for_a_car:
        return None
    return replace(occasion, car=fitting)


def _today(rule: Rule, person: Person, occasion: Occasion, today: date, figures: Figures) -> Iterator[Due]:
    key = _key(rule, person, occasion)
    until = min(occasion.day + timedelta(days=rule.late), occasion.last or date.max)
    answer = person.answers.get(key)
    if answer is not None:
        again = _again(answer, occasion.last)
        if again is not None and answer.until is not None and answer.until <= today <= again:
            # They have asked for it, however lately it was said.
            blocked = _blocked(rule, replace(person, spoken={}), occasion, today, figures)
            yield Due(rule, person, occasion, f"{key}:again{answer.times}", again, blocked=blocked)
        return
    ahead = today + timedelta(days=WEEK if rule.purpose == MARKETING else _ahead(rule, figures))
    if occasion.day <= ahead and today <= until:
        yield Due(rule, person, occasion, key, until, blocked=_blocked(rule, person, occasion, today, figures))


def _again(answer: Answer, last: date | None) -> date | None:
    """Until when somebody who has put it off is reminded once more; None for who has answered otherwise."""
    if answer.answer != LATER or answer.until is None:
        return None
    return min(answer.until + AGAIN, last or date.max)


def _wins_back(rule: Rule) -> bool:
    """What a campaign does, too; and whom it deliberately does not write to must not be written to by us instead."""
    return isinstance(rule.trigger, Entered) or (isinstance(rule.trigger, Silence) and rule.trigger.of == "visit")


def _comes_anyway(rule: Rule, person: Person, today: date) -> bool:
    """Whether it asks somebody to come who has booked a visit of these days: at another price, they would think."""
    invites = rule.purpose == MARKETING and rule.priority >= MATTERS and "book" in rule.buttons
    return invites and any(0 <= (day - today).days < WEEK for day in person.booked.values())


def _ahead(rule: Rule, figures: Figures) -> int:
    if isinstance(rule.trigger, Interval):
        # "You are late" is said when they are, and not along with something else.
        return figures.bundle_days if rule.trigger.ahead >= 0 else 0
    return TOGETHER if isinstance(rule.trigger, OnDate) else 0


def _blocked(rule: Rule, person: Person, occasion: Occasion, today: date, figures: Figures) -> str:
    """Work is not spoken of when the car is about to come, or has just been here."""
    car = occasion.car
    if person.in_campaign and rule.purpose == MARKETING and _wins_back(rule):
        return IN_CAMPAIGN
    if _wins_back(rule) and any(today <= day for day in person.booked.values()):
        return BOOKED  # whoever is about to come is not missed
    if _comes_anyway(rule, person, today):
        return BOOKED
    if _wins_back(rule) and person.visits and 0 <= (today - person.visits[-1]).days < figures.rest_days:
        return JUST_HERE  # nor is "we see less of you" said to whoever was here yesterday
    if _wins_back(rule) and any(0 <= (today - day).days < figures.apart_days for day in person.spoken.values()):
        return JUST_SAID  # nor does "we miss you" come right behind "a service is due"
    if car is None or not rule.services or rule.purpose == MARKETING:
        return ""
    booked = person.booked.get(car.id)
    if booked is not None and today <= booked:
        return BOOKED
    if isinstance(rule.trigger, OnDate) and (day := occasion.values.get("date")):
        # Whoever came for it after the first word is not told a second time, though the day on file has not been moved yet.
        last = car.last(frozenset(rule.services))
        first = day + timedelta(days=min(rule.trigger.days) - TOGETHER)  # along with other papers it was said so much earlier
        return JUST_HERE if last is not None and last.day >= first else ""
    if not rule.of_work:
        return ""
    # A visit of yesterday that nobody has ticked off yet was a visit all the same, as far as the customer is concerned.
    if booked is not None and (today - booked).days < figures.rest_days:
        return JUST_HERE
    here, spoken = [work.day for work in car.works if work.here], person.spoken.get(car.id)
    if here and 0 <= (today - here[-1]).days < figures.rest_days:
        return JUST_HERE
    return JUST_SAID if spoken is not None and 0 <= (today - spoken).days < figures.apart_days else ""


def _key(rule: Rule, person: Person, occasion: Occasion) -> str:
    # What concerns the person is one occasion, whichever of their cars the text names.
    of_car = occasion.car.id if occasion.car and not _personal(rule) else 0
    return f"{PREFIX}:{rule.code}:{person.id}:{of_car}:{occasion.of}"


def of_visit(rule: Rule, customer_id: int | None, car_id: int | None, day: date) -> str:
    """The key of what a rule says after a visit."""
    return f"{PREFIX}:{rule.code}:{customer_id}:{car_id}:{day.isoformat()}"


def _personal(rule: Rule) -> bool:
    return not (
        isinstance(rule.trigger, (Interval, After)) or (isinstance(rule.trigger, OnDate) and rule.trigger.field != "birthday")
    )
