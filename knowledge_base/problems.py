"""Looks over entries before they go live and says in plain sentences what is wrong with them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from knowledge_base.entry import Entry
from knowledge_base.folding import fold, without_filler

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with an entry; language is None where the entry as a whole is meant."""

    entry_id: str
    language: str | None
    kind: str
    sentence: str


def check(entries: Sequence[Entry], placeholders: Collection[str] = (), buttons: Collection[str] | None = None) -> list[Problem]:
    """All problems of a base.

    A placeholder is allowed as a whole ("store.phone") or by what is before its colon ("price" for "{price:minor_service}").
    Buttons are not looked at where None is given.
    """
    return [
        *_unfinished(entries),
        *_twice(entries),
        *_languages(entries),
        *_shared_phrasings(entries),
        *_placeholders(entries, placeholders),
        *_buttons(entries, buttons),
    ]


def _unfinished(entries: Sequence[Entry]) -> Iterator[Problem]:
    for entry in entries:
        if not entry.question.strip():
            yield Problem(
                entry.id, entry.language, "no question", f"{_name(entry)} has no question. Write what a customer would ask."
            )
        if not entry.answer.strip():
            yield Problem(entry.id, entry.language, "no answer", f"{_name(entry)} has no answer. Write one, or remove the entry.")


def _twice(entries: Sequence[Entry]) -> Iterator[Problem]:
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if (entry.id, entry.language) in seen:
            yield Problem(
                entry.id, entry.language, "twice", f"{_name(entry)} comes twice. Keep one of the two, or give one another id."
            )
        seen.add((entry.id, entry.language))


def _languages(entries: Sequence[Entry]) -> Iterator[Problem]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in entries:
        found[entry.id] |= {"zh-Hans", "zh-Hant"} if entry.language == "zh" else {entry.language}
    for entry_id, languages in found.items():
        for language in LANGUAGES:
            if language not in languages:
                sentence = f'"{entry_id}" has no text in {language}. Customers of that language would get another one.'
                yield Problem(entry_id, language, "language missing", sentence)


def _shared_phrasings(entries: Sequence[Entry]) -> Iterator[Problem]:
    owners: dict[str, Entry] = {}
    told: set[tuple[str, str, str]] = set()
    for entry in entries:
        for phrasing in entry.phrasings:
            text = without_filler(fold(phrasing))
            owner = owners.setdefault(text, entry) if text else entry
            if owner.id != entry.id and (owner.id, entry.id, text) not in told:
                told.add((owner.id, entry.id, text))
                sentence = (
                    f'"{phrasing}" is a phrasing of both "{owner.id}" and "{entry.id}". Keep it in the one that should answer.'
                )
                yield Problem(entry.id, entry.language, "shared phrasing", sentence)


def _placeholders(entries: Sequence[Entry], allowed: Collection[str]) -> Iterator[Problem]:
    for entry in entries:
        for name in dict.fromkeys(_PLACEHOLDER.findall(entry.answer)):
            if name not in allowed and name.partition(":")[0] not in allowed:
                known = ", ".join(sorted(allowed)) or "none"
                sentence = f"{_name(entry)} uses {{{name}}}, which does not exist. Known placeholders: {known}."
                yield Problem(entry.id, entry.language, "unknown placeholder", sentence)


def _buttons(entries: Sequence[Entry], allowed: Collection[str] | None) -> Iterator[Problem]:
    for entry in entries:
        for button in entry.buttons:
            if allowed is not None and button not in allowed:
                known = ", ".join(sorted(allowed)) or "none"
                sentence = f'{_name(entry)} has the button "{button}", which does not exist. Known buttons: {known}.'
                yield Problem(entry.id, entry.language, "unknown button", sentence)


def _name(entry: Entry) -> str:
    return f'"{entry.id}" ({entry.language})'
