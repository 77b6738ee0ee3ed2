"""What a ticket is promised, and when somebody must look at it again: policy and opening hours become times."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.tickets import sla
from handlers.tickets.sla import Hours, Pause
from handlers.tickets.work import store_of
from storage import promises, revisions, tickets
from storage.tickets import Ticket

WARNED, BROKEN = 1, 2
# A settled ticket may be opened again for so long; then it is closed.
REOPEN_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Policy:
    """Minutes to the first answer and to the solution; `…_always`: around the clock, else in opening hours. `goodwill_budget`:
    minor units that apologies of this tier may be worth in 30 days; `store`: code of the store that it is for, "" for all;
    `warning_percent`: of the time gone, when staff are warned."""

    response_minutes: int = 60
    response_always: bool = False
    solution_minutes: int = 24 * 60
    solution_always: bool = True
    goodwill: bool = True
    goodwill_budget: int | None = None
    store: str = ""
    warning_percent: int = 75

    @property
    def rings_at_night(self) -> bool:
        """Whoever promises answers around the clock is there around the clock; nobody else is woken."""
        return self.response_always


# Until a manager says otherwise. A critical case is not left for the morning.
DEFAULTS = {tier: Policy() for tier in tickets.TIERS} | {tickets.CRITICAL: Policy(response_always=True)}


def policy_of(session: Session, ticket: Ticket) -> Policy:
    """The row of the ticket's store, else that of every store, else the default."""
    store = store_of(session, ticket)
    return holding(session, ticket.tier, store.code if store else "")


def holding(session: Session, tier: str, store: str) -> Policy:
    """What is promised for a tier in the store of this code, "" for stores without a row of their own."""
    row = promises.holding(session, tier, store)
    if row is None:
        return DEFAULTS[tier]
    return Policy(
        row.response_minutes, row.response_always, row.solution_minutes, row.solution_always, row.goodwill, row.goodwill_budget,
        row.store, row.warning_percent,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Warnings:
    """When staff are warned, for many tickets at once; by tier and code of the store, "" for every store."""

    percents: Mapping[tuple[str, str], int]

    def of(self, tier: str, store: str) -> int:
        """Percent of the time gone; as `holding` says it."""
        return self.percents.get((tier, store)) or self.percents.get((tier, "")) or DEFAULTS[tier].warning_percent


def warnings(session: Session) -> Warnings:
    return Warnings({(row.tier, row.store): row.warning_percent for row in promises.all_promises(session)})


def written(session: Session) -> list[tuple[str, str]]:
    """Tier and store of every row that somebody has written."""
    return [(row.tier, row.store) for row in promises.all_promises(session)]


def put(session: Session, tier: str, store: str, policy: Policy) -> None:
    """A manager's change: every worker's sweep reckons all open tickets anew."""
    promises.put(
        session, tier=tier, store=store, response_minutes=policy.response_minutes, response_always=policy.response_always,
        solution_minutes=policy.solution_minutes, solution_always=policy.solution_always, goodwill=policy.goodwill,
        goodwill_budget=policy.goodwill_budget, warning_percent=policy.warning_percent,
    )  # fmt: skip
    revisions.raise_(session, "tickets")


def drop(session: Session, tier: str, store: str) -> None:
    """What is written for this tier and store is taken back; open tickets are reckoned anew as after `put`."""
    promises.drop(session, tier, store)
    revisions.raise_(session, "tickets")


def rules_now(session: Session) -> str:
    """Which opening hours and policies hold; another text means that times must be made anew."""
    numbers = revisions.all_numbers(session)
    return f"{numbers.get('stores', 0)}.{numbers.get('tickets', 0)}"


def hours_of(session: Session, ticket: Ticket) -> Hours | None:
    """None where there is no store to be open: every minute counts then."""
    store = store_of(session, ticket)
    return sla.of_store(store) if store else None


def reckon(session: Session, ticket: Ticket, now: datetime) -> None:
    """Sets the promised times and the next look from policy, hours, pauses and where the clocks began."""
    ticket.reckoned_with = rules_now(session)
    if not ticket.alive:
        ended = ticket.resolved_at if ticket.status == tickets.RESOLVED else None
        ticket.look_at = ended + REOPEN_WITHIN if ended else None
        return
    policy, hours = policy_of(session, ticket), hours_of(session, ticket)
    looks: list[datetime | None] = []
    answer, solve = (
        _Clock(hours, policy.response_always, policy.warning_percent),
        _Clock(hours, policy.solution_always, policy.warning_percent),
    )
    if ticket.answered_at is None:
        ticket.first_response_due = answer.due(ticket.response_from, policy.response_minutes)
        warning = answer.warning(ticket.response_from, policy.response_minutes)
        ticket.response_alarm = _still(ticket.response_alarm, warning, now)
        looks.append({0: warning, WARNED: ticket.first_response_due}.get(ticket.response_alarm))
    pauses = tickets.pauses(session, ticket.id)
    due, warning = (
        solve.due(ticket.solution_from, policy.solution_minutes, pauses),
        solve.warning(ticket.solution_from, policy.solution_minutes, pauses),
    )
    # Nobody solves what they have not answered: a weekend may lie between the two kinds of counting.
    if due and ticket.first_response_due and ticket.answered_at is None:
        due = max(due, ticket.first_response_due)
    ticket.solution_due = due
    ticket.solution_alarm = _still(ticket.solution_alarm, warning, now)
    looks.append({0: warning, WARNED: due}.get(ticket.solution_alarm))
    awake = None if policy.rings_at_night else hours
    ticket.look_at = min((sla.next_open(awake, look) for look in looks if look), default=None)


@dataclass(frozen=True, slots=True)
class _Clock:
    hours: Hours | None
    always: bool
    percent: int

    def due(self, start: datetime, minutes: int, pauses: list[Pause] | None = None) -> datetime | None:
        return sla.due(None if self.always else self.hours, start, minutes, pauses or [])

    def warning(self, start: datetime, minutes: int, pauses: list[Pause] | None = None) -> datetime | None:
        return sla.warn_at(None if self.always else self.hours, start, minutes, pauses or [], self.percent)


def _still(alarm: int, warning: datetime | None, now: datetime) -> int:
    """A warning that came too early, as we know now, will come again."""
    return 0 if alarm == WARNED and warning and warning > now else alarm
