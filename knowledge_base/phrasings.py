"""The base's phrasings, folded and told apart: the rows that everything else counts in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.entry import Entry
from knowledge_base.folding import fold, without_filler
from knowledge_base.reading import Reading, read


@dataclass(frozen=True, slots=True)
class Phrasings:
    """Row by row: the folded text, its reading, and the number of its entry. Ids are numbered in the order they come."""

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    readings: tuple[Reading, ...]
    labels: NDArray[np.int64]
    rows: tuple[tuple[int, ...], ...]


def gather(entries: Sequence[Entry]) -> Phrasings:
    """Traditional and Simplified fold to the same words, so that many phrasings of an entry are one row."""
    numbers: dict[str, int] = {}
    seen: dict[tuple[int, str], None] = {}
    for entry in entries:
        number = numbers.setdefault(entry.id, len(numbers))
        for phrasing in entry.phrasings:
            text = without_filler(fold(phrasing))
            if text:
                seen[number, text] = None
    rows: list[list[int]] = [[] for _ in numbers]
    for row, (number, _) in enumerate(seen):
        rows[number].append(row)
    texts = tuple(text for _, text in seen)
    return Phrasings(
        tuple(numbers),
        texts,
        tuple(map(read, texts)),
        np.array([number for number, _ in seen], dtype=np.int64),
        tuple(map(tuple, rows)),
    )
