"""What the rules about a visit would say to one person, before it and after it; nothing written."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.booking import telling, words
from handlers.contact import actions as gate
from handlers.contact.rules import Policy, Wish
from handlers.dialogue.voice import Voice
from handlers.reminders import audience, before, visits
from handlers.reminders.due import Due
from handlers.reminders.facts import Person
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Before, Occasion, Rating
from storage.appointments import DONE, OPEN, Appointment

# At, what, why not ("" for what is said), and its words.
Foreseen = tuple[datetime, Due, str, str]
# So long after the work was done nobody is asked any more; see `handlers.feedback.rules`.
_ASKED = timedelta(days=3)


def of_visits(
    session: Session, voice: Voice, rules: Sequence[Rule], person: Person, rows: Sequence[tuple[Appointment, datetime]],
    span: tuple[datetime, datetime], decided: Collection[str],
) -> Iterator[Foreseen]:  # fmt: skip
    """`rows`: theirs, each with the moment since which they know its time; `span`: from when until when it is looked, UTC; days
    that have been, too. `decided`: keys of what has been said, or not, and is left out. Nobody answers the question for stars.
    """
    for row, since in rows:
        store = words.store_of(voice, row)
        here = {rule.code: rule for rule in rules if audience.has_store(rule.audience, store)}
        looked = _Looked(session, voice, person, row, words.zone_of(store), span, decided)
        if row.status in (*OPEN, DONE):
            yield from looked.reminders({code: rule for code, rule in here.items() if isinstance(rule.trigger, Before)}, since)
        yield from looked.questions([rule for rule in here.values() if isinstance(rule.trigger, Rating)])


class _Looked:
    """One visit, looked at in advance or in retrospect."""

    def __init__(
        self, session: Session, voice: Voice, person: Person, row: Appointment, zone: ZoneInfo,
        span: tuple[datetime, datetime], decided: Collection[str],
    ) -> None:  # fmt: skip
        self.session, self.voice, self.person, self.row, self.zone = session, voice, person, row, zone
        self.span, self.decided = span, decided

    def reminders(self, rules: visits.Rules, since: datetime) -> Iterator[Foreseen]:
        for one in before.of(self.row.starts_at, self.zone, visits.triggers(rules)):
            rule, key = rules[one.rule], before.key(self.row, one.rule)
            if self._is_looked_at(one.due, key) and since < one.due < one.until:
                wish, policy = visits.wish(rule, one)
                at, no = self._judged(wish, policy)
                words_ = "" if no else visits.text(self.session, self.voice, self.row, rule, at)
                yield at, self._due(rule, one.due, key), no, words_

    def questions(self, rules: Sequence[Rule]) -> Iterator[Foreseen]:
        ended = self.row.changed_at if self.row.status == DONE else self.row.ends_at
        key = f"feedback:customer:{self.person.id}:{self.row.starts_at.astimezone(self.zone).date()}"
        due = ended
        for rule in sorted(rules, key=lambda rule: isinstance(rule.trigger, Rating) and rule.trigger.of == "question"):
            assert isinstance(rule.trigger, Rating), "only those ask"
            if rule.trigger.of == "question":
                if due == ended:
                    return  # nobody asks a first time
                key += ":again"
            due += timedelta(minutes=rule.trigger.minutes)
            if self._is_looked_at(due, key):
                due, no = self._judged(Wish(rule.purpose, rule.kind, due, rule.priority, ended + _ASKED), None)
                asked = visits.question(self.session, self.voice, self._visit(), rule, due)
                yield due, self._due(rule, due, key), no, "" if no else asked

    def _visit(self) -> visits.Visit:
        row = self.row
        day = row.starts_at.astimezone(self.zone).date()
        return visits.Visit(words.store_of(self.voice, row), row.customer_id, row.vehicle_id, row.services, day)

    def _is_looked_at(self, due: datetime, key: str) -> bool:
        return self.span[0] <= due < self.span[1] and key not in self.decided

    def _judged(self, wish: Wish, policy: Policy | None) -> tuple[datetime, str]:
        chat = telling.chat_of(self.session, self.row)
        if chat is None:
            return wish.due_at, "no_chat"
        decision = gate.judge(self.session, self.voice.shop, chat, wish, wish.due_at, policy=policy).decision
        return decision.send_at or wish.due_at, "" if decision.send_at else decision.reason

    def _due(self, rule: Rule, due: datetime, key: str) -> Due:
        day = due.astimezone(self.zone).date()
        car = self.person.car(self.row.vehicle_id) if self.row.vehicle_id is not None else None
        return Due(rule, self.person, Occasion(day, str(self.row.id), car, at=due), key, day)
