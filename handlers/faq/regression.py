"""What a change of the knowledge base does to questions whose right entry is known: a comparison of before and after."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum
from importlib import resources
from pathlib import Path

from handlers.transfer.files import Row, open_rows
from handlers.transfer.report import Wrong
from knowledge_base import Decision, KnowledgeBase

_KEYS = ("query", "lang", "expected")


@dataclass(frozen=True, slots=True)
class Case:
    """A question and the entry that should answer it; `expected` None: nobody should."""

    query: str
    language: str
    expected: str | None


class Standing(IntEnum):
    """How well a customer is served, worst first. Where nobody should answer, silence is right and a choice is OFFERED."""

    WRONG = 0
    SILENT = 1
    OFFERED = 2
    RIGHT = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """`first`: the entry that is answered with or offered first."""

    standing: Standing
    first: str | None

    def __str__(self) -> str:
        if self.first is None:
            return "no answer"
        return self.first if self.standing in (Standing.WRONG, Standing.RIGHT) else f"choice from {self.first} on"


@dataclass(frozen=True, slots=True)
class Change:
    case: Case
    before: Outcome
    after: Outcome


@dataclass(frozen=True, slots=True)
class Theft:
    """Questions that found `owner` first and now find `thief` first."""

    thief: str
    owner: str
    queries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """`newly_wrong`: a wrong entry is said where none was, or what was said is offered behind another one, or not at all.

    `less_sure`: what was said is only offered now, or what was offered is not. `right_…`: how many of `cases` are answered right.
    """

    cases: int
    right_before: int
    right_after: int
    newly_right: tuple[Change, ...]
    newly_wrong: tuple[Change, ...]
    less_sure: tuple[Change, ...]
    thefts: tuple[Theft, ...]


def starter_cases() -> Path:
    """The questions that we ship, about the entries of the starter base."""
    return Path(str(resources.files("knowledge_base") / "starter" / "regression.jsonl"))


def read_cases(path: Path) -> list[Case]:
    """Lines of {"query", "lang", "expected"}; null means that nobody should answer. Raises Wrong with the line."""
    if path.suffix.lower() != ".jsonl":
        raise Wrong(f'Questions are written in .jsonl, not "{path.suffix}": one {{"query", "lang", "expected"}} a line.')
    return [_case(row) for row in open_rows(path).rows]


def _case(row: Row) -> Case:
    if missing := [key for key in _KEYS if key not in row.cells]:
        raise Wrong(
            "This key is missing. Write query, lang and expected (null where nobody should answer).", missing[0], row.number
        )
    query, language, expected = (row.cells[key] for key in _KEYS)
    for key, value in zip(_KEYS, (query, language, expected), strict=True):
        if not isinstance(value, str) or (not value.strip() and key != "expected"):
            raise Wrong("Write a text.", key, row.number)
    return Case(query, language, expected or None)


def about(cases: Sequence[Case], entry_ids: Collection[str]) -> list[Case]:
    """The cases that can be judged in a base of these entries."""
    return [case for case in cases if case.expected is None or case.expected in entry_ids]


def ask(knowledge: KnowledgeBase, cases: Sequence[Case], progress: Callable[[int, int], None]) -> list[Outcome]:
    outcomes = []
    for number, case in enumerate(cases, 1):
        outcomes.append(judge(case, knowledge.decide(case.query, case.language)))
        progress(number, len(cases))
    return outcomes


def judge(case: Case, decision: Decision) -> Outcome:
    found = [match.entry_id for match in decision.matches]
    if decision.kind == "unknown":
        return Outcome(Standing.RIGHT if case.expected is None else Standing.SILENT, None)
    if decision.kind == "answer":
        return Outcome(Standing.RIGHT if found[0] == case.expected else Standing.WRONG, found[0])
    return Outcome(Standing.OFFERED if case.expected is None or case.expected in found else Standing.SILENT, found[0])


def compare(cases: Sequence[Case], before: Sequence[Outcome], after: Sequence[Outcome]) -> Comparison:
    changes = [Change(*change) for change in zip(cases, before, after, strict=True) if change[1] != change[2]]
    return Comparison(
        cases=len(cases),
        right_before=sum(outcome.standing == Standing.RIGHT for outcome in before),
        right_after=sum(outcome.standing == Standing.RIGHT for outcome in after),
        newly_right=tuple(c for c in changes if c.after.standing == Standing.RIGHT and c.before.standing != Standing.RIGHT),
        newly_wrong=tuple(c for c in changes if _worse(c) and _wrong(c)),
        less_sure=tuple(c for c in changes if _worse(c) and not _wrong(c)),
        thefts=_thefts(changes),
    )


def _worse(change: Change) -> bool:
    return change.after.standing < change.before.standing


def _wrong(change: Change) -> bool:
    expected, before, after = change.case.expected, change.before, change.after
    lost = expected is not None and before.standing == Standing.RIGHT and after.first != expected
    return lost or after.standing == Standing.WRONG


def _thefts(changes: Sequence[Change]) -> tuple[Theft, ...]:
    stolen: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for change in changes:
        owner, thief = change.case.expected, change.after.first
        if owner is not None and change.before.first == owner and thief not in (owner, None):
            stolen[str(thief), owner].append(change.case.query)
    most = Counter({pair: len(queries) for pair, queries in stolen.items()}).most_common()
    return tuple(Theft(thief, owner, tuple(stolen[thief, owner])) for (thief, owner), _ in most)
