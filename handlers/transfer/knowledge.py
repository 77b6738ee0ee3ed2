"""Entries of the knowledge base: what a good one looks like, and their way into the table."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from handlers.dialogue.folding import fold
from handlers.transfer import values
from handlers.transfer.fields import LANGUAGES
from handlers.transfer.files import Row
from handlers.transfer.report import Report, Wrong
from storage import bulk, catalogue, stores
from storage.entries import EntryRow, all_rows

BUTTONS = ("book", "prices", "person", "hours", "menu")
AUDIENCES = ("customer", "staff")
COMMON = ("id", "category", "buttons", "audience", "stores", "valid_from", "valid_until")
OWN = ("question", "aliases", "answer")
_STORE_FACTS = ("store.name", "store.phone", "store.address", "store.parking", "store.hours")
_BRACES = re.compile(r"\{([^{}]*)\}")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|javascript:", re.IGNORECASE)
_ENTRIES = EntryRow.__table__


class EntryImport:
    """The import of one file of entries, TOML (an entry with its languages) or JSONL (a line for each language)."""

    def __init__(self, session: Session, now: datetime, report: Report) -> None:
        self.session = session
        self.now = now
        self.report = report
        self._services = catalogue.service_codes(session)
        self._stores = {store.code for store in stores.all_stores(session)}
        self._rows: dict[tuple[str, str], tuple[int, dict[str, Any]]] = {}

    def check_columns(self, columns: Sequence[str]) -> None:
        raise Wrong("Entries are written in TOML or JSONL. Export them once to see the form.")

    def take(self, rows: Sequence[Row]) -> None:
        """Entries are checked against each other, so that they are kept until the file ends."""
        for row in rows:
            try:
                self._read(row)
            except Wrong as error:
                self.report.wrong(row.number, error)

    def finish(self) -> None:
        known = {(row.entry_id, row.language): row for row in all_rows(self.session)}
        self._check_languages({*known})
        self._check_phrasings([row for key, row in known.items() if key not in self._rows])
        if self.report.ok and self._rows:
            assert isinstance(_ENTRIES, Table)
            rows = [{**values, "changed_at": self.now} for _, values in self._rows.values()]
            self._keep_time_of_unchanged(rows, known)
            counts = bulk.put(self.session, _ENTRIES, ("entry_id", "language"), rows)
            self.report.added, self.report.changed, self.report.unchanged = counts.added, counts.changed, counts.unchanged

    def _keep_time_of_unchanged(self, rows: list[dict[str, Any]], known: Mapping[tuple[str, str], EntryRow]) -> None:
        for row in rows:
            old = known.get((row["entry_id"], row["language"]))
            if old and all(getattr(old, name) == value for name, value in row.items() if name != "changed_at"):
                row["changed_at"] = old.changed_at

    def _read(self, row: Row) -> None:
        if "entry" not in row.cells:
            self._add(row.number, row.cells, row.cells, _one_of(row.cells, "language", LANGUAGES), "")
            return
        entry = row.cells["entry"]
        name = _text(entry, "id", "")
        if unknown := entry.keys() - {*COMMON, *LANGUAGES}:
            raise Wrong(
                f"There is no such key in an entry. The keys are {', '.join((*COMMON, *LANGUAGES))}.", f"{name}.{min(unknown)}"
            )
        for language in LANGUAGES:
            own = entry.get(language)
            if not isinstance(own, dict):
                raise Wrong(f'The language is missing. Write it below a heading "[entry.{language}]".', f"{name}.{language}")
            if unknown := own.keys() - set(OWN):
                raise Wrong(f"There is no such key. The keys are {', '.join(OWN)}.", f"{name}.{language}.{min(unknown)}")
            self._add(row.number, entry, own, language, f"{name}.{language}.")

    def _add(self, number: int, common: Mapping[str, Any], own: Mapping[str, Any], language: str, place: str) -> None:
        if not place and (unknown := own.keys() - {*COMMON, *OWN, "language"}):
            raise Wrong(f"There is no such key. The keys are {', '.join((*COMMON, 'language', *OWN))}.", min(unknown))
        values_ = {
            "entry_id": _at("id", values.a_code, _text(common, "id", ""), 80),
            "language": language,
            "category": _at("category", values.a_code, _text(common, "category", ""), 40),
            "question": _at(f"{place}question", values.a_text, _text(own, "question", place), 300),
            "aliases": _at(f"{place}aliases", values.a_list, _texts(own, "aliases", place), 300),
            "answer": self._answer(own, place),
            "buttons": [_one_of({"buttons": button}, "buttons", BUTTONS) for button in _texts(common, "buttons", "")],
            "audience": _one_of(common, "audience", AUDIENCES) if common.get("audience") else "customer",
            "valid_from": _day(common, "valid_from"),
            "valid_until": _day(common, "valid_until"),
            "stores": self._scope(common),
        }
        first = self._rows.setdefault((values_["entry_id"], language), (number, values_))
        if first[1] is not values_:
            raise Wrong(f'"{values_["entry_id"]}" is already there in line {first[0]}. Give each entry its own id.', "id")

    def _answer(self, own: Mapping[str, Any], place: str) -> str:
        answer: str = _at(f"{place}answer", values.a_text, _text(own, "answer", place), 3500)
        if _MARKUP.search(answer):
            raise Wrong("Answers are plain text. Leave out tags and scripts.", f"{place}answer")
        for inside in _BRACES.findall(answer):
            kind, _, code = inside.partition(":")
            if kind in ("price", "duration") and code:
                if code not in self._services:
                    raise Wrong(
                        f'{{{inside}}} names no service. Import the services first, or correct "{code}".', f"{place}answer"
                    )
            elif inside not in _STORE_FACTS:
                facts = ", ".join(f"{{{fact}}}" for fact in _STORE_FACTS)
                raise Wrong(
                    f"{{{inside[:60]}}} means nothing. Write {facts}, {{price:code}} or {{duration:code}}.", f"{place}answer"
                )
        if re.search(r"[{}]", _BRACES.sub("", answer)):
            raise Wrong("A brace has no partner. Write placeholders such as {store.name}, and no other braces.", f"{place}answer")
        return answer

    def _scope(self, common: Mapping[str, Any]) -> list[str]:
        codes = _texts(common, "stores", "")
        if unknown := set(codes) - self._stores:
            raise Wrong(f'There is no store "{min(unknown)}". Import it first, or correct the code.', "stores")
        return codes

    def _check_languages(self, known: set[tuple[str, str]]) -> None:
        for (entry_id, _), (number, _) in list(self._rows.items()):
            for language in LANGUAGES:
                if (entry_id, language) not in self._rows and (entry_id, language) not in known:
                    self.report.wrong(
                        number, Wrong(f'"{entry_id}" has no {language}. Write every entry in all languages.', "language")
                    )

    def _check_phrasings(self, others: Sequence[EntryRow]) -> None:
        """Words that lead to two entries at once could never be answered."""
        owners: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in others:
            values_ = {name: getattr(row, name) for name in ("entry_id", "audience", "stores", "question", "aliases", "language")}
            for words in {fold(words) for words in (row.question, *row.aliases)}:
                owners.setdefault((row.language, words), []).append(values_)
        for (_, language), (number, entry) in self._rows.items():
            for words in dict.fromkeys((entry["question"], *entry["aliases"])):
                same = owners.setdefault((language, fold(words)), [])
                if rival := next((one for one in same if _meet(one, entry)), None):
                    reason = f'"{words}" leads to {rival["entry_id"]} as well. Keep it in one of the two.'
                    self.report.wrong(number, Wrong(reason, f"{entry['entry_id']}.{language}"))
                same.append(entry)


def rows_out(session: Session) -> Iterator[dict[str, Any]]:
    """A dict for each entry and language, in the form of JSONL."""
    for row in all_rows(session):
        yield {
            "id": row.entry_id, "language": row.language, "category": row.category, "buttons": row.buttons,
            "audience": row.audience, "stores": row.stores, "valid_from": row.valid_from, "valid_until": row.valid_until,
            "question": row.question, "aliases": row.aliases, "answer": row.answer,
        }  # fmt: skip


def _meet(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether some customer of some store could reach both."""
    if one["entry_id"] == other["entry_id"] or one["audience"] != other["audience"]:
        return False
    return not one["stores"] or not other["stores"] or bool(set(one["stores"]) & set(other["stores"]))


def _text(table: Mapping[str, Any], key: str, place: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or not value.strip():
        raise Wrong("This is missing or empty. Write a text.", f"{place}{key}")
    return value.strip()


def _texts(table: Mapping[str, Any], key: str, place: str) -> list[str]:
    value = table.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong('Write a list of texts such as ["one", "two"].', f"{place}{key}")
    return value


def _one_of(table: Mapping[str, Any], key: str, choices: Sequence[str]) -> str:
    return str(_at(key, values.a_choice, str(table.get(key, "")), choices))


def _day(table: Mapping[str, Any], key: str) -> date | None:
    value = table.get(key)
    return _at(key, values.a_day, str(value)) if value else None


def _at(place: str, parse: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return parse(*arguments)
    except Wrong as error:
        error.column = place
        raise
