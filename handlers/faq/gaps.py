"""Unanswered questions, those that are alike put together: what customers want to know and the shop has not written yet."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import nlargest
from math import log, sqrt
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from handlers.dialogue.folding import fold
from handlers.transfer import writing
from handlers.transfer.fields import Cell
from handlers.transfer.report import Wrong
from knowledge_base.folding import without_filler
from storage.entries import Gap

# Two questions are one from this cosine on; a wrong pair hides a gap, a pair that is missed costs a line of the list.
ALIKE = 0.6
# A slip of the fingers in a rare word costs most of the cosine; so many percent of the letters in their order make up for it.
SLIP = 90
EXAMPLES = 3
COLUMNS = ("kind", "count", "last", "languages", "examples", "nearest", "confidence")
# Ten thousand questions of any kind take seconds: so many heads are known by a feature, looked at, and compared in full.
MOST_LED, MOST_LOOKED_AT, MOST_COMPARED = 40, 200, 4
# What is behind this says nothing more about what somebody wants.
_BEGINNING = 160
_WORD = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
# Words that are in every second question bring no two together. Matched on folded words: lower case, Simplified characters.
_COMMON = re.compile(
    r"\b(?:a|an|the|is|are|am|was|be|do|does|did|can|could|will|would|may|i|my|me|you|your|u|ur|we|it|this|that|there|of|to|for|in|on"
    r"|at|and|or|with|have|has|get|got|how|what|which|when|where|who|why|much|many|any|some|if|not|no|yes)\b"
    r"|多少钱|多少|怎么样|怎么|什么|哪里|哪个|有没有|可不可以|能不能|可以|你们|我们|我的|吗|呢|了|的|是|有|要|能|在|我|你|您"
)

Vector = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that mean the same. `examples`, `languages`: the most frequent first. `nearest`: the entry that came closest.

    `numbers`: the ids of its gaps. The group is known by any of them; the first is shown, since it stays when more come.
    `wordings`: all of them by language, the most frequent first.
    """

    kind: str
    count: int
    last_at: datetime
    languages: tuple[str, ...]
    examples: tuple[str, ...]
    nearest: str | None
    confidence: float | None
    numbers: tuple[int, ...] = field(default=(), compare=False)
    wordings: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False)


def group(gaps: Iterable[Gap]) -> list[Group]:
    """The largest first; what has no words at all is together. The order in which gaps come does not matter."""
    wordings: dict[str, dict[str, list[Gap]]] = {}
    for gap in sorted(gaps, key=lambda gap: (gap.at, gap.text), reverse=True):
        wordings.setdefault(gap.kind, {}).setdefault(without_filler(fold(gap.text)), []).append(gap)
    groups = [_group([gap for text in alike for gap in same[text]]) for same in wordings.values() for alike in _alike(same)]
    return sorted(groups, key=lambda group: (-group.count, -group.last_at.timestamp(), group.examples))


def _group(gaps: Sequence[Gap]) -> Group:
    near = Counter(gap.nearest for gap in gaps if gap.nearest)
    nearest = near.most_common(1)[0][0] if near else None
    confidences = [gap.confidence for gap in gaps if gap.nearest == nearest and gap.confidence is not None]
    return Group(
        kind=gaps[0].kind,
        count=len(gaps),
        last_at=max(gap.at for gap in gaps),
        languages=_most(Counter(gap.language for gap in gaps)),
        examples=_most(Counter(" ".join(gap.text.split()) for gap in gaps))[:EXAMPLES],
        nearest=nearest,
        confidence=max(confidences, default=None),
        numbers=tuple(sorted(gap.id for gap in gaps if gap.id)),
        wordings={
            language: _most(Counter(" ".join(gap.text.split()) for gap in gaps if gap.language == language))
            for language in _most(Counter(gap.language for gap in gaps))
        },
    )


def _most(counted: Counter[str]) -> tuple[str, ...]:
    return tuple(name for name, _ in counted.most_common())


def _alike(wordings: Mapping[str, Sequence[Gap]]) -> list[list[str]]:
    """Each wording goes to the first one that it is most like, or stands at the head of a group of its own."""
    texts = sorted(wordings, key=lambda text: -len(wordings[text]))  # stable: among equals the latest leads
    features = [_features(text) for text in texts]
    frequency = Counter(feature for found in features for feature in found)
    groups: list[list[str]] = []
    heads: list[Vector] = []
    led_by: defaultdict[str, list[int]] = defaultdict(list)
    for text, found in zip(texts, features, strict=True):
        vector = _vector(found, frequency, len(texts))
        head = _most_alike(text, vector, groups, heads, led_by)
        if head is not None:
            groups[head].append(text)
            continue
        for feature in vector:
            if len(led_by[feature]) < MOST_LED:
                led_by[feature].append(len(groups))
        heads.append(vector)
        groups.append([text])
    return groups


def _features(folded: str) -> set[str]:
    """Pairs of Chinese characters and, for typing errors, three letters at a time; the text itself where it has neither."""
    found: set[str] = set()
    for word in _WORD.findall(_COMMON.sub(" ", folded[:_BEGINNING])):
        size, padded = (2, word) if "\u3400" <= word[0] <= "\u9fff" else (3, f" {word} ")
        found.update(padded[place : place + size] for place in range(max(1, len(padded) - size + 1)))
    return found or {folded}


def _vector(features: Collection[str], frequency: Mapping[str, int], texts: int) -> Vector:
    """Weights by rarity, of length one, the rarest first."""
    weights = {feature: log(1 + texts / frequency[feature]) for feature in sorted(features, key=lambda f: (frequency[f], f))}
    length = sqrt(sum(weight * weight for weight in weights.values()))
    return {feature: weight / length for feature, weight in weights.items()}


def _most_alike(
    text: str, vector: Vector, groups: Sequence[Sequence[str]], heads: Sequence[Vector], led_by: Mapping[str, Sequence[int]]
) -> int | None:
    """The number of the head that is most alike, if that is enough.

    Whoever shares none of the rarest features cannot come up to it with the others alone, so only those are looked up.
    """
    shared: dict[int, float] = {}
    left, looked = 1.0, 0
    for feature, weight in vector.items():
        if left < ALIKE * ALIKE or looked > MOST_LOOKED_AT:
            break
        having = led_by.get(feature, ())
        for number in having:
            shared[number] = shared.get(number, 0.0) + weight * heads[number][feature]
        left, looked = left - weight * weight, looked + len(having)
    promising = nlargest(MOST_COMPARED, ((cosine, -number) for number, cosine in shared.items()))
    likeness = [(max(_cosine(vector, heads[-n]), _same_but_for_a_slip(text, groups[-n][0])), n) for _, n in promising]
    best, number = max(likeness, default=(0.0, 0))
    return -number if best >= ALIKE else None


def _cosine(one: Vector, other: Vector) -> float:
    return sum(weight * other.get(feature, 0.0) for feature, weight in one.items())


def _same_but_for_a_slip(one: str, other: str) -> float:
    return fuzz.ratio(one, other, score_cutoff=SLIP) / 100


def write(path: Path, groups: Iterable[Group]) -> None:
    """A line for each group, for spreadsheets (.csv, .xlsx) or programs (.jsonl). Raises Wrong if it cannot be written."""
    suffix = path.suffix.lower()
    if suffix not in (".jsonl", ".csv", ".xlsx"):
        raise Wrong(f'Gaps are written as .jsonl, .csv or .xlsx, not "{suffix}". Give the file another ending.')
    if not path.parent.is_dir():
        raise Wrong(f'There is no folder "{path.parent}". Make it first.')
    with writing.new_file(path) as file:
        if suffix == ".jsonl":
            writing.write_json_lines(file, map(_values, groups))
        else:
            writing.write_flat(file, suffix, COLUMNS, ([_cell(value) for value in _values(group).values()] for group in groups))


def _values(group: Group) -> dict[str, Any]:
    values = (group.kind, group.count, group.last_at.date(), [*group.languages], [*group.examples], group.nearest)
    return dict(zip(COLUMNS, (*values, group.confidence), strict=True))


def _cell(value: Any) -> Cell:
    if isinstance(value, list):
        return value
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)
