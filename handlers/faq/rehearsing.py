"""A look before a change of the knowledge base: made and taken back, measured on known questions, and only then made to stay."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from handlers.faq import base
from handlers.faq.publishing import ChangedMeanwhile, Progress, measure
from handlers.faq.regression import Case, Comparison
from storage.database import Database

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """`result`: what the change gave back. `comparison`: None where it changes nothing that customers read."""

    result: T
    comparison: Comparison | None
    kept: bool


class _TakenBack(Exception):  # noqa: N818 - the rehearsal is over
    pass


def change(
    database: Database,
    make: Callable[[Session], T],
    cases: Sequence[Case],
    *,
    force: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda _what, _done, _total: None,
) -> Outcome[T]:
    """Makes the change unless a known question would be answered wrongly (or if forced). Raises ChangedMeanwhile.

    `make` is called twice, for a dry run once. The database is not locked while questions are asked.
    """
    try:
        with database.transaction() as session:
            before = base.customer_entries(session)
            result = make(session)
            session.flush()
            after = base.customer_entries(session)
            raise _TakenBack
    except _TakenBack:
        pass
    comparison = measure(before, after, cases, progress) if before != after else None
    if dry_run or (comparison and comparison.newly_wrong and not force):
        return Outcome(result, comparison, kept=False)
    with database.transaction() as session:
        if base.customer_entries(session) != before:
            raise ChangedMeanwhile(ChangedMeanwhile.__doc__)
        result = make(session)
    return Outcome(result, comparison, kept=True)
