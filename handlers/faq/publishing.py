"""Publishing entries: measured on known questions before anything is kept, and kept only if nothing gets worse."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session

from handlers.faq import base, regression
from handlers.faq.aliases import folded
from handlers.faq.regression import Case, Comparison
from handlers.transfer import Report, import_files
from knowledge_base import Entry, KnowledgeBase
from storage.database import Database

# What is being done, how much of it is done, of how much.
Progress = Callable[[str, int, int], None]


class ChangedMeanwhile(Exception):  # noqa: N818 - said to a person as it is
    """The knowledge base was changed by somebody else just now, so that nothing was kept. Try again."""


@dataclass(frozen=True, slots=True)
class Published:
    """`comparison`: None if the files are wrong or change nothing that customers read. `kept`: the database has it now."""

    reports: list[tuple[Path, Report]]
    comparison: Comparison | None
    kept: bool

    @property
    def ok(self) -> bool:
        return all(report.ok for _, report in self.reports)


def publish(
    database: Database,
    paths: Sequence[Path],
    cases: Sequence[Case],
    *,
    now: datetime,
    dry_run: bool = False,
    force: bool = False,
    progress: Progress = lambda _what, _done, _total: None,
) -> Published:
    """Imports files of entries, all or nothing. A question that would be answered wrongly stops it, unless `force`.

    Raises ChangedMeanwhile. The database is locked while files are read, not while questions are asked.
    """
    planned: list[Entry] = []

    def look(session: Session) -> None:
        planned.extend(base.customer_entries(session))

    def same(session: Session) -> None:
        if base.customer_entries(session) != planned:
            raise ChangedMeanwhile(ChangedMeanwhile.__doc__)

    reading = partial(progress, "Reading")
    with database.reading() as session:
        before = base.customer_entries(session)
    tried = import_files(database, paths, "kb", now=now, dry_run=True, progress=reading, look=look)
    if not all(report.ok for _, report in tried):
        return Published(tried, None, kept=False)
    comparison = measure(before, planned, cases, progress) if before != planned else None
    if dry_run or (comparison and comparison.newly_wrong and not force):
        return Published(tried, comparison, kept=False)
    kept = import_files(database, paths, "kb", now=now, progress=reading, look=same)
    return Published(kept, comparison, kept=all(report.ok for _, report in kept))


def measure(before: Sequence[Entry], after: Sequence[Entry], cases: Sequence[Case], progress: Progress) -> Comparison:
    """What becomes of the questions that are about these entries, without sentence vectors: they take minutes to learn."""
    known = regression.about(cases, {entry.id for entry in (*before, *after)})
    # What staff have written down as a phrasing is meant to be answered, even where silence was right before.
    written = {folded(phrasing) for entry in after for phrasing in entry.phrasings}
    judged = [case for case in known if case.expected is not None or folded(case.query) not in written]
    old = regression.ask(KnowledgeBase(before, semantic=False), judged, partial(progress, "Asking as it is"))
    new = regression.ask(KnowledgeBase(after, semantic=False), judged, partial(progress, "Asking as it will be"))
    return regression.compare(judged, old, new)
