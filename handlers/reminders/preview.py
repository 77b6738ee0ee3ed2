"""What the rules would say, to whom and when, and what would be held back and why: the same rules and gate, nothing written.

Days to come are looked at one after the other, and what was said on one counts on the next. Nobody reacts to it, unless
`comes_after` says that whoever is reminded of work brings the car so many days later.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking.rules import instant
from handlers.contact import actions as gate
from handlers.contact.actions import Offer
from handlers.contact.rules import MARKETING
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts
from handlers.dialogue.voice import Voice
from handlers.reminders import due as looking
from handlers.reminders import foreseen, gifts, loading, mileage, saying
from handlers.reminders import visits as about_visits
from handlers.reminders.due import Due
from handlers.reminders.facts import Person, Work
from handlers.reminders.figures import Figures
from handlers.reminders.mileage import Point
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Entered, Signal
from handlers.segments import actions as audience
from storage import appointments, chats, pushes, segments
from storage.appointments import Appointment

BATCH = 500
SENT, HELD = "sent", "held"
NO_CHAT = "no_chat"
# Reminders come so many days before a visit at the most, and questions about it so many after.
AHEAD_OF_VISITS, VISITS_LAST = timedelta(days=8), timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Line:
    """`at`: when it would be sent, or was decided not to be. `verdict`: sent | held; `reason`: as the gate gives it, or booked,
    just_here, no_chat. `text`: "" for what is held back."""

    at: datetime
    due: Due
    verdict: str
    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be looked at. `back`: it is about days that have been, with what is known of consents today."""

    rules: Sequence[Rule]
    figures: Figures
    days: int
    back: bool = False
    comes_after: int | None = None


def lines(
    session: Session, shop: Shop, texts: Texts, plan: Plan, now: datetime, *, customers: Sequence[int] | None = None,
    progress: Callable[[int], None] = lambda _done: None,
) -> Iterator[Line]:  # fmt: skip
    """Person by person, each in the order of the days. `customers`: their ids; else everybody."""
    looked = 0
    for ids in [list(customers)] if customers is not None else _everybody(session):
        people = loading.persons(session, shop, ids, now, everybody=True)
        said = pushes.keys_of(session, ids) if not plan.back else {}
        visits = _visits(session, plan, now, ids)
        member = _foreseen(session, plan, now, people)
        for person in people:
            own = {day: {code for number, code in found if number == person.id} for day, found in member.items()}
            life = _Life(session, shop, texts, plan, person, set(said.get(person.id, ())), own)
            yield from life.visited(visits.get(person.id, ()), now)
            yield from life.lived(now)
        looked += len(ids)
        progress(looked)


def _visits(session: Session, plan: Plan, now: datetime, ids: Sequence[int]) -> Mapping[int, list[tuple[Appointment, datetime]]]:
    """By customer their appointments of these days, if a rule is about them, with the moment since which they know the time."""
    if not any(rule.of_visit for rule in plan.rules):
        return {}
    start, end = _span(plan, now)
    found: dict[int, list[tuple[Appointment, datetime]]] = {}
    rows = appointments.of_customers_between(session, ids, start - VISITS_LAST, end + AHEAD_OF_VISITS)
    for row, since in about_visits.told(session, rows):
        found.setdefault(row.customer_id or 0, []).append((row, since))
    return found


def _span(plan: Plan, now: datetime) -> tuple[datetime, datetime]:
    length = timedelta(days=plan.days)
    return (now - length, now) if plan.back else (now, now + length)


def _foreseen(session: Session, plan: Plan, now: datetime, people: Sequence[Person]) -> Mapping[date, set[tuple[int, str]]]:
    """By day to come (customer, code) of who will be in which segment of our rules, as long as they do nothing."""
    which = [one for one in segments.all_segments(session) if one.code in _watched(plan)]
    if not which or plan.back:
        return {}
    today, ids = audience.today_of(session, now), [person.id for person in people]
    days = [today + timedelta(days=number) for number in range(1, plan.days + 1)]
    return {day: segments.foreseen(session, which, day, ids) for day in days}


def _watched(plan: Plan) -> set[str]:
    """The segments that somebody may come into, or must be in, for one of the rules to speak."""
    triggers = {rule.trigger.segment for rule in plan.rules if isinstance(rule.trigger, Entered)}
    return triggers.union(*(rule.audience.segments for rule in plan.rules))


def unsaid(session: Session, shop: Shop, texts: Texts, line: Line) -> str:
    """What somebody who is held back would read if they were not, as HTML: in a shop without chats nobody else shows the words.

    "" of visits.
    """
    if line.due.rule.of_visit:
        return ""
    voice = Voice(line.due.person.language, texts, shop)
    gift = gifts.promised(session, line.due, voice.language) if line.due.rule.gift else None
    return saying.text(voice, line.due, line.at, gift)


def counted(found: Sequence[Line]) -> dict[str, tuple[int, Counter[str]]]:
    """By rule: how many would be sent, and how many held back for which reason."""
    made: dict[str, tuple[int, Counter[str]]] = {}
    for line in found:
        sent, held = made.setdefault(line.due.rule.code, (0, Counter()))
        if line.verdict == HELD:
            held[line.reason] += 1
        made[line.due.rule.code] = (sent + (line.verdict == SENT), held)
    return made


def _everybody(session: Session) -> Iterator[list[int]]:
    after = 0
    while ids := pushes.customer_ids(session, after, BATCH):
        yield ids
        after = ids[-1]


class _Life:
    """One person's days."""

    def __init__(
        self, session: Session, shop: Shop, texts: Texts, plan: Plan, person: Person, said: set[str],
        member: Mapping[date, set[str]],
    ) -> None:  # fmt: skip
        self.session, self.shop, self.plan, self.said, self.member = session, shop, plan, said, member
        self.voice = Voice(person.language, texts, shop)
        self.person = person
        self.watched, self.been = _watched(plan), person.visits
        self.offers: list[Offer] = []
        self.visits: list[tuple[date, int, frozenset[str]]] = []

    def visited(self, rows: Sequence[tuple[Appointment, datetime]], now: datetime) -> Iterator[Line]:
        """What is said about visits that are on file."""
        found = foreseen.of_visits(
            self.session, self.voice, self.plan.rules, self.person, rows, _span(self.plan, now), self.said
        )  # fmt: skip
        for at, due, no, text in found:
            yield Line(at, due, HELD if no else SENT, no or "due", text)

    def lived(self, now: datetime) -> Iterator[Line]:
        zone = ZoneInfo(self.person.store.timezone)
        first = now.astimezone(zone).date() - timedelta(days=self.plan.days if self.plan.back else 0)
        whole = self.person
        for number in range(self.plan.days):
            today = first + timedelta(days=number)
            spoken = self.person.spoken if number else {}
            self.person = (
                replace(as_of(whole, today), spoken=spoken) if self.plan.back else self._in_segments(self._come(today), today)
            )
            moment = instant(today, self.plan.figures.look_at, zone).astimezone(UTC)
            yield from self._day(today, moment if self.plan.back else max(moment, now))

    def _day(self, today: date, now: datetime) -> Iterator[Line]:
        found = looking.candidates(self.plan.rules, self.person, today, self.plan.figures)
        if len(self.plan.rules) == 1 and isinstance(self.plan.rules[0].trigger, Signal):
            # As if the button was pressed on the first day; among other rules nobody presses any.
            one = looking.of_signal(self.plan.rules[0], self.person, today, 0, self.plan.figures)
            found += [one] if one else []
        for due in looking.chosen(found, self.said, today):
            if due.blocked:
                # Looked at anew every day: it is told once, and may still be said later.
                if f"{due.key}:{due.blocked}" not in self.said:
                    self.said.add(f"{due.key}:{due.blocked}")
                    yield Line(now, due, HELD, due.blocked)
                continue
            self.said |= {due.key, *(other.key for other in due.also)}
            yield self._decided(due, now)

    def _decided(self, due: Due, now: datetime) -> Line:
        chat = chats.get(self.session, self.person.chat_id) if self.person.chat_id else None
        if chat is None:
            return Line(now, due, HELD, NO_CHAT)
        judged = gate.judge(self.session, self.shop, chat, saying.wish_of(due, now), now, planned=self.offers)
        at = judged.decision.send_at
        if at is None:
            return Line(now, due, HELD, judged.decision.reason)
        if due.rule.purpose == MARKETING:
            self.offers = [offer for offer in self.offers if offer[2] not in judged.outranked] + [
                (at, due.rule.priority, due.key)
            ]
        if due.rule.of_work and due.car is not None:
            self.person = replace(self.person, spoken={**self.person.spoken, due.car.id: at.date()})
        if self.plan.comes_after is not None and due.rule.of_work and due.car is not None:
            self.visits.append((at.date() + timedelta(days=self.plan.comes_after), due.car.id, frozenset(due.services)))
        gift = gifts.promised(self.session, due, self.voice.language) if due.rule.gift else None
        return Line(at, due, SENT, judged.decision.reason, saying.text(self.voice, due, now, gift))

    def _come(self, today: date) -> Person:
        """The person with the visits that have been by today."""
        been, self.visits = [one for one in self.visits if one[0] <= today], [one for one in self.visits if one[0] > today]
        for day, car_id, services in been:
            self.person = visited(self.person, car_id, day, services)
        return self.person

    def _in_segments(self, person: Person, today: date) -> Person:
        """With the segments that they are in by then. What a visit that is only supposed would change is not reckoned."""
        if today not in self.member or person.visits != self.been:
            return person
        kept = {code: since for code, since in person.segments.items() if code not in self.watched}
        return replace(person, segments=kept | {code: person.segments.get(code, today) for code in self.member[today]})


def visited(person: Person, car_id: int, day: date, services: frozenset[str]) -> Person:
    """As if the car had been here that day, with the mileage that we expect."""
    cars = []
    for car in person.cars:
        if car.id == car_id:
            km = car.estimate.km_on(day) if car.estimate.trusted else None
            readings = (*car.readings, Point(day, km)) if km else car.readings
            works = tuple(sorted((*car.works, Work(day, services, km)), key=lambda work: work.day))
            car = replace(car, works=works, readings=readings, estimate=mileage.estimate(readings, car.delivered_on))
        cars.append(car)
    visits = tuple(sorted({*person.visits, day}))
    return replace(person, cars=tuple(cars), visits=visits, last_contact=max(person.last_contact or day, day))


def as_of(person: Person, today: date) -> Person:
    """What was known on a day that has been, as far as it can still be told."""
    cars = []
    for car in person.cars:
        readings = tuple(point for point in car.readings if point.day <= today)
        works = tuple(work for work in car.works if work.day <= today)
        cars.append(replace(car, readings=readings, works=works, estimate=mileage.estimate(readings, car.delivered_on)))
    visits = tuple(day for day in person.visits if day <= today)
    contact = person.last_contact if person.last_contact and person.last_contact <= today else visits[-1] if visits else None
    return replace(person, cars=tuple(cars), visits=visits, last_contact=contact, booked={}, answers={})
