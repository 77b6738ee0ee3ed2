"""Entries of the knowledge base on their way into the table and out of it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from handlers.dialogue.folding import fold
from handlers.transfer.entries import Reader
from handlers.transfer.fields import LANGUAGES
from handlers.transfer.files import Row
from handlers.transfer.report import Report, Wrong
from knowledge_base.folding import without_filler
from storage import bulk, catalogue, stores
from storage.entries import EntryRow, all_rows

_ENTRIES = EntryRow.__table__


class EntryImport:
    """The import of one file of entries."""

    def __init__(self, session: Session, now: datetime, report: Report) -> None:
        self.session = session
        self.now = now
        self.report = report
        self._reader = Reader(catalogue.service_codes(session), {store.code for store in stores.all_stores(session)})
        self._rows: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}

    def check_columns(self, columns: Sequence[str]) -> None:
        raise Wrong("Entries are written in TOML or JSONL. Export them once to see the form.")

    def take(self, rows: Sequence[Row]) -> None:
        """Entries are checked against each other, so that they are kept until the file ends."""
        for row in rows:
            try:
                for entry in self._reader.read(row.cells):
                    self._add(row.number, entry)
            except Wrong as error:
                self.report.wrong(row.number, error)

    def finish(self) -> None:
        known = {(row.entry_id, row.language): row for row in all_rows(self.session)}
        if self.report.ok:
            self._check_languages({*known})
        self._check_phrasings([row for key, row in known.items() if key not in self._rows])
        if self.report.ok and self._rows:
            assert isinstance(_ENTRIES, Table)
            rows = [{**entry, "changed_at": self._changed_at(entry, known)} for _, entry in self._rows.values()]
            counts = bulk.put(self.session, _ENTRIES, ("entry_id", "language"), rows)
            self.report.added, self.report.changed, self.report.unchanged = counts.added, counts.changed, counts.unchanged

    def _add(self, number: int, entry: dict[str, Any]) -> None:
        line, first = self._rows.setdefault((entry["entry_id"], entry["language"]), (number, entry))
        if first is not entry:
            raise Wrong(f'"{entry["entry_id"]}" is already there in line {line}. Give each entry its own id.', "id")

    def _changed_at(self, entry: Mapping[str, Any], known: Mapping[tuple[str, str], EntryRow]) -> datetime:
        old = known.get((entry["entry_id"], entry["language"]))
        same = old is not None and all(getattr(old, name) == value for name, value in entry.items())
        return old.changed_at if old is not None and same else self.now

    def _check_languages(self, known: set[tuple[str, str]]) -> None:
        for (entry_id, _), (number, _) in list(self._rows.items()):
            for language in LANGUAGES:
                if (entry_id, language) not in self._rows and (entry_id, language) not in known:
                    self.report.wrong(
                        number, Wrong(f'"{entry_id}" has no {language}. Write every entry in all languages.', "language")
                    )

    def _check_phrasings(self, others: Sequence[EntryRow]) -> None:
        """Words that lead to two entries at once could never be answered."""
        owners: dict[str, list[dict[str, Any]]] = {}
        for row in others:
            rival = {"entry_id": row.entry_id, "audience": row.audience, "stores": row.stores}
            for words in {_folded(words) for words in (row.question, *row.aliases)}:
                owners.setdefault(words, []).append(rival)
        for (entry_id, language), (number, entry) in self._rows.items():
            for words in (entry["question"], *entry["aliases"]):
                same = owners.setdefault(_folded(words), [])
                if found := next((one for one in same if _meet(one, entry)), None):
                    reason = f'"{words}" leads to "{found["entry_id"]}" as well. Keep it in one of the two.'
                    self.report.wrong(number, Wrong(reason, f"{entry_id}.{language}"))
                same.append(entry)


def rows_out(session: Session) -> Iterator[dict[str, Any]]:
    """A dict for each entry and language, in the form of JSONL."""
    for row in all_rows(session):
        yield {
            "id": row.entry_id, "language": row.language, "category": row.category, "buttons": row.buttons,
            "audience": row.audience, "stores": row.stores, "valid_from": row.valid_from, "valid_until": row.valid_until,
            "question": row.question, "aliases": row.aliases, "answer": row.answer,
        }  # fmt: skip


@lru_cache(50_000)  # a folder has many files of entries, and each is compared with all that are there
def _folded(words: str) -> str:
    folded = fold(words)
    return without_filler(folded) or folded


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether some customer of some store could reach both."""
    if one["entry_id"] == other["entry_id"] or one["audience"] != other["audience"]:
        return False
    return not one["stores"] or not other["stores"] or bool(set(one["stores"]) & set(other["stores"]))
