"""Going back to an earlier version of the knowledge base: what would change, and the change, which is a version of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from handlers.faq import base, regression
from handlers.faq.publishing import measure
from handlers.faq.regression import Comparison
from handlers.transfer.report import Wrong
from storage import bulk, versions
from storage.versions import Content


@dataclass(frozen=True, slots=True)
class Difference:
    """What becomes of an entry. `before`, `after`: its columns in the languages in which it differs; {}: it is not there."""

    entry_id: str
    kind: Literal["added", "changed", "removed"]
    before: Mapping[str, Content]
    after: Mapping[str, Content]

    def columns(self, language: str) -> list[str]:
        """Those that become others."""
        before, after = self.before[language], self.after[language]
        return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def differences(session: Session, number: int) -> list[Difference]:
    """What going back to this version would change, by entry. Raises Wrong if it is not kept."""
    kept = versions.newest(session)
    if not kept:
        raise Wrong("The knowledge base has no versions yet: each change of it leaves one.")
    oldest, latest = kept[-1].id - 1, kept[0].id
    if not oldest <= number <= latest:
        raise Wrong(f"There is no version {number}: those from {oldest} to {latest} are kept.")
    now = versions.contents(session)
    then = {key: content for key, content in {**now, **versions.since(session, number)}.items() if content}
    there_now, there_then = {entry_id for entry_id, _ in now}, {entry_id for entry_id, _ in then}
    languages: dict[str, list[str]] = {}
    for entry_id, language in sorted({*now, *then}):
        if now.get((entry_id, language)) != then.get((entry_id, language)):
            languages.setdefault(entry_id, []).append(language)
    return [
        Difference(
            entry_id,
            "added" if entry_id not in there_now else "removed" if entry_id not in there_then else "changed",
            {language: now.get((entry_id, language), {}) for language in differing},
            {language: then.get((entry_id, language), {}) for language in differing},
        )
        for entry_id, differing in languages.items()
    ]


def known_questions(session: Session, number: int) -> Comparison | None:
    """What going back would do to the known questions of the starter base; None where customers would read the same. Takes
    seconds of computing."""
    before = base.customer_entries(session)
    after = [base.entry_of(row) for row in versions.rows(session, number) if row.audience == "customer"]
    if before == after:
        return None
    return measure(before, after, regression.read_cases(regression.starter_cases()), lambda _what, _done, _total: None)


def restore(session: Session, number: int, now: datetime, staff_id: int | None = None) -> list[Difference]:
    """The base becomes what it was; workers answer with it within two seconds. Raises Wrong, also while an import is running."""
    if not bulk.claim(session):
        raise Wrong("An import is running. Wait until it has finished and try again.")
    found = differences(session, number)
    wanted = {(one.entry_id, language): content for one in found for language, content in one.after.items()}
    with versions.publication(session, "restore", str(number), now, staff_id):
        versions.put(session, wanted, now)
    return found
