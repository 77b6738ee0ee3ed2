"""Closing gaps: what customers asked in vain becomes aliases of an entry, or an entry of its own, and leaves the list."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.faq.aliases import folded
from handlers.faq.gaps import Group
from handlers.transfer import values
from handlers.transfer.entries import AUDIENCES, Reader
from handlers.transfer.report import Wrong
from storage import bulk, catalogue, entries, stores, versions
from storage.entries import EntryRow
from storage.proposals import MOST_CHARACTERS

# More wordings than these teach an entry nothing new.
MOST_WORDINGS = 20
_CATEGORY = "general"


@dataclass(frozen=True, slots=True)
class Closed:
    """`taken`: the wordings that lead to the entry now. `left`: those that lead to another entry already, with its id."""

    entry_id: str
    taken: tuple[str, ...]
    left: tuple[tuple[str, str], ...]


def into(session: Session, group: Group, entry_id: str, now: datetime) -> Closed:
    """The wordings become aliases of an entry, each in its language (where the entry lacks it, in English). Raises Wrong."""
    _claim(session)
    with versions.publication(session, "gap", entry_id, now):
        rows = {row.language: row for row in entries.all_rows(session) if row.entry_id == entry_id}
        if not rows:
            raise Wrong(f'There is no entry "{entry_id}". `--answer` makes a new one.')
        owners = _owners(session)
        taken, left = [], []
        for language, wordings in group.wordings.items():
            row = rows.get(language) or rows.get("en") or next(iter(rows.values()))
            for words in wordings[:MOST_WORDINGS]:
                owner = owners.setdefault(folded(words), entry_id)
                if owner != entry_id:
                    left.append((words, owner))
                elif folded(words) not in {folded(known) for known in (row.question, *row.aliases)}:
                    row.aliases = values.a_list([*row.aliases, _alias(words)], MOST_CHARACTERS)
                    row.changed_at = now
                    taken.append(words)
        return _close(session, group, Closed(entry_id, tuple(taken), tuple(left)))


def anew(session: Session, group: Group, entry_id: str, answers: Mapping[str, str], now: datetime) -> Closed:
    """A new entry, in the languages that have an answer, asked as customers asked. Raises Wrong."""
    _claim(session)
    with versions.publication(session, "gap", entry_id, now):
        if any(row.entry_id == entry_id for row in entries.all_rows(session)):
            raise Wrong(f'There is an entry "{entry_id}" already. Without an answer, the words become its aliases.')
        reader = Reader(catalogue.service_codes(session), {s.code for s in stores.all_stores(session)})
        owners = _owners(session)
        left = [(words, owners[folded(words)]) for words in _all(group) if folded(words) in owners]
        free = {
            language: [_alias(words) for words in wordings if folded(words) not in owners]
            for language, wordings in group.wordings.items()
        }
        everything = [words for wordings in free.values() for words in wordings]
        if not everything:
            raise Wrong(f'"{left[0][0]}" leads to "{left[0][1]}" already.')
        for language, answer in answers.items():
            question, *aliases = (free.get(language) or everything)[:MOST_WORDINGS]
            cells = {"id": entry_id, "category": _CATEGORY, "audience": AUDIENCES[0], "language": language}
            [row] = reader.read({**cells, "question": question, "aliases": aliases, "answer": answer})
            session.add(EntryRow(**row, changed_at=now))
        return _close(session, group, Closed(entry_id, tuple(everything), tuple(left)))


def _claim(session: Session) -> None:
    if not bulk.claim(session):
        raise Wrong("An import is running. Wait until it has finished and try again.")


def _owners(session: Session) -> dict[str, str]:
    return {
        folded(words): row.entry_id
        for row in entries.all_rows(session)
        if row.audience == "customer"
        for words in (row.question, *row.aliases)
    }


def _all(group: Group) -> Sequence[str]:
    return [words for wordings in group.wordings.values() for words in wordings]


def _alias(words: str) -> str:
    """A list of aliases is written with "|" between them, and an alias has an end."""
    return words.replace("|", " ")[:MOST_CHARACTERS]


def _close(session: Session, group: Group, closed: Closed) -> Closed:
    entries.forget_gaps(session, group.numbers)
    return closed


def find(groups: Collection[Group], number: int) -> Group:
    """The group with this number in it. Raises Wrong."""
    for group in groups:
        if number in group.numbers:
            if group.kind != "question":
                raise Wrong("A price that is missing is brought in with the prices (`bayline import`), not as an entry.")
            return group
    raise Wrong(f"There is no gap {number}. `bayline kb gaps` lists them.")
