"""What people are unhappy about: causes with the phrases that say so, which a manager edits, and which of them some words name.

Phrases are those of the tier rules ("wait * hours/ages", "等 * 小时"), found in the same way: case, width, script, a slip in a
long word and Chinese homophones do not count.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.memo import changes_with
from handlers.dialogue.texts import LANGUAGES
from handlers.tickets import phrases
from handlers.tickets.rules import Rule, Rules
from storage import feedback, revisions
from storage.tickets import MINOR

# So far back words are read once more when the causes have changed.
READ_AGAIN = timedelta(days=120)
_KEYS = ("code", "names", "words", "unless")
_HEAD = """What customers are unhappy about after a visit. Take these back with `bayline feedback causes import FILE`.

"wait * hours/ages": "/" is "or", "*" stands for a few words (never for a "not"), "?" after a word says that it may be missing,
"_" keeps words together inside an "or". One of `words` must be there, and in the same sentence none of `unless`."""


@dataclass(frozen=True, slots=True)
class Cause:
    """`names`: one text a language."""

    code: str
    names: Mapping[str, str]
    words: tuple[str, ...]
    unless: tuple[str, ...] = ()


class Causes:
    """All causes together. Read-only, so that any thread may use it."""

    def __init__(self, causes: Sequence[Cause]) -> None:
        self.causes = {cause.code: cause for cause in causes}
        # As rules of one tier: that makes each of them count that holds.
        self._rules = Rules([Rule(one.code, MINOR, one.code, one.names, one.words, (), one.unless) for one in causes])

    def of(self, words: str) -> list[str]:
        """The codes of the causes that these words name, in the order of the causes."""
        found = {code for code, _ in self._rules.judge(words).reasons}
        return [code for code in self.causes if code in found]

    def name(self, code: str, language: str) -> str:
        """A cause that was taken out since is shown by its code."""
        known = self.causes.get(code)
        return known.names.get(language, code) if known else code


@changes_with("feedback")
def load(session: Session) -> Causes:
    """The manager's causes, or ours as long as nobody has changed any."""
    rows = feedback.all_causes(session)
    return Causes([Cause(row.code, row.names, tuple(row.words), tuple(row.unless)) for row in rows] or shipped())


def shipped() -> list[Cause]:
    return read((resources.files(__package__) / "causes.toml").read_text("utf-8"))


def read(text: str) -> list[Cause]:
    """Causes as TOML. Raises ValueError with one sentence that says where and what to write."""
    try:
        tables = tomllib.loads(text).get("cause", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"This is no TOML: {error}") from None
    if not isinstance(tables, list) or not tables:
        raise ValueError('There are no causes. Write each below a heading "[[cause]]".')
    causes = [_cause(number, table) for number, table in enumerate(tables, 1)]
    if len({cause.code for cause in causes}) < len(causes):
        raise ValueError("A code is there twice. Give each cause its own.")
    return causes


def written(session: Session) -> str:
    """The causes that hold now, as TOML."""
    import tomlkit  # a part of each start otherwise

    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line) if line else tomlkit.nl())
    tables = tomlkit.aot()
    for cause in load(session).causes.values():
        table = tomlkit.table()
        table["code"] = cause.code
        names = tomlkit.inline_table()
        names.update(dict(cause.names))
        table["names"] = names
        for name, texts in (("words", cause.words), ("unless", cause.unless)):
            if texts:
                array = tomlkit.array()
                array.extend(texts)
                table[name] = array.multiline(True)
        tables.append(table)
    document["cause"] = tables
    return tomlkit.dumps(document)


def take(session: Session, text: str, now: datetime) -> int:
    """These causes and no others, as TOML. How many; raises ValueError and changes nothing then."""
    found = read(text)
    put(session, found, now)
    return len(found)


def put(session: Session, found: Sequence[Cause], now: datetime) -> None:
    """These causes and no others; what was said lately is read anew."""
    feedback.replace_causes(
        session,
        [
            {"code": one.code, "names": dict(one.names), "words": list(one.words), "unless": list(one.unless)} for one in found
        ],
    )  # fmt: skip
    causes = Causes(found)
    for row in feedback.with_words_since(session, now - READ_AGAIN):
        row.causes = causes.of(row.words)
    revisions.raise_(session, "feedback")


def _cause(number: int, table: Any) -> Cause:
    place = f"cause {number}" + (f" ({table['code']})" if isinstance(table, dict) and isinstance(table.get("code"), str) else "")
    if not isinstance(table, dict) or (unknown := table.keys() - set(_KEYS)):
        raise ValueError(f"{place}: the keys are {', '.join(_KEYS)}" + (f", not {min(unknown)}." if unknown else "."))
    if not isinstance(table.get("code"), str) or not 0 < len(table["code"]) <= 40:
        raise ValueError(f'{place}: give it a code of at most 40 characters, such as "long_wait".')
    names = table.get("names", {})
    if not isinstance(names, dict) or not all(isinstance(names.get(language), str) for language in LANGUAGES):
        raise ValueError(f"{place}: give a name in {', '.join(LANGUAGES)}.")
    words, unless = (_phrases(place, name, table.get(name, [])) for name in ("words", "unless"))
    if not words:
        raise ValueError(f"{place}: without words it would never be found.")
    return Cause(table["code"], names, words, unless)


def _phrases(place: str, name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f'{place}: {name} is a list such as ["too slow", "等太久"].')
    for text in value:
        if not phrases.check(text):
            raise ValueError(f'{place}: {name}: "{text}" can never be found. Begin and end with a word.')
    return tuple(value)
