"""What an entry of the knowledge base must look like, in TOML (an entry with its languages) and JSONL (a line for each)."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.transfer import values
from handlers.transfer.fields import LANGUAGES
from handlers.transfer.report import Wrong

BUTTONS = ("book", "prices", "person", "hours", "menu", "appointments", "cars", "offers", "messages")
AUDIENCES = ("customer", "staff")
COMMON = ("id", "category", "buttons", "audience", "stores", "valid_from", "valid_until")
OWN = ("question", "aliases", "answer")
_STORE_FACTS = ("store.name", "store.phone", "store.address", "store.parking", "store.hours", "store.holidays")
_BRACES = re.compile(r"\{([^{}]*)\}")
_MARKUP = re.compile(r"<[a-zA-Z/!?]|javascript:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads entries of a shop with these services and stores (codes) as rows of the table. Each method raises Wrong."""

    services: Collection[str]
    stores: Collection[str]

    def read(self, cells: Mapping[str, Any]) -> list[dict[str, Any]]:
        """A row for each language that is there."""
        if "entry" in cells:
            return self._languages(cells["entry"])
        if unknown := cells.keys() - {*COMMON, *OWN, "language"}:
            raise Wrong(f"There is no such key. The keys are {', '.join((*COMMON, 'language', *OWN))}.", min(unknown))
        return [self._row(cells, cells, _one_of(cells, "language", LANGUAGES), "")]

    def _languages(self, entry: Mapping[str, Any]) -> list[dict[str, Any]]:
        name = _text(entry, "id", "")
        if unknown := entry.keys() - {*COMMON, *LANGUAGES}:
            keys = ", ".join((*COMMON, *LANGUAGES))
            raise Wrong(f"There is no such key in an entry. The keys are {keys}.", f"{name}.{min(unknown)}")
        for language in LANGUAGES:
            own = entry.get(language)
            if not isinstance(own, dict):
                raise Wrong(f'The language is missing. Write it below a heading "[entry.{language}]".', f"{name}.{language}")
            if unknown := own.keys() - set(OWN):
                raise Wrong(f"There is no such key. The keys are {', '.join(OWN)}.", f"{name}.{language}.{min(unknown)}")
        return [self._row(entry, entry[language], language, f"{name}.{language}.") for language in LANGUAGES]

    def _row(self, common: Mapping[str, Any], own: Mapping[str, Any], language: str, place: str) -> dict[str, Any]:
        return {
            "entry_id": _at("id", values.a_code, _text(common, "id", ""), 80),
            "language": language,
            "category": _at("category", values.a_code, _text(common, "category", ""), 40),
            "question": _at(f"{place}question", values.a_text, _text(own, "question", place), 300),
            "aliases": _at(f"{place}aliases", values.a_list, _texts(own, "aliases", place), 300),
            "answer": _at(f"{place}answer", self._answer, _text(own, "answer", place)),
            "buttons": [_one_of({"buttons": button}, "buttons", BUTTONS) for button in _texts(common, "buttons", "")],
            "audience": _one_of(common, "audience", AUDIENCES) if common.get("audience") else "customer",
            "valid_from": _day(common, "valid_from"),
            "valid_until": _day(common, "valid_until"),
            "stores": _at("stores", self._scope, _texts(common, "stores", "")),
        }

    def _answer(self, text: str) -> str:
        answer = values.a_text(text, 3500)
        if _MARKUP.search(answer):
            raise Wrong("Answers are plain text. Leave out tags and scripts.")
        for inside in _BRACES.findall(answer):
            kind, _, code = inside.partition(":")
            if kind in ("price", "duration") and code:
                if code not in self.services:
                    raise Wrong(f'{{{inside}}} names no service. Import the services first, or correct "{code}".')
            elif inside not in _STORE_FACTS:
                facts = ", ".join(f"{{{fact}}}" for fact in _STORE_FACTS)
                raise Wrong(f"{{{inside[:60]}}} means nothing. Write {facts}, {{price:code}} or {{duration:code}}.")
        if re.search(r"[{}]", _BRACES.sub("", answer)):
            raise Wrong("A brace has no partner. Write placeholders such as {store.name}, and no other braces.")
        return answer

    def _scope(self, codes: Sequence[str]) -> list[str]:
        if unknown := set(codes) - set(self.stores):
            raise Wrong(f'There is no store "{min(unknown)}". Import it first, or correct the code.')
        return list(codes)


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
