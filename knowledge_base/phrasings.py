"""The base's phrasings, folded and told apart: the rows that everything else counts in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.entry import Entry
from knowledge_base.folding import fold, without_filler


@dataclass(frozen=True, slots=True)
class Phrasings:
    """Row by row the folded text and the number of its entry; the rows of an entry stand together.

    Entry number n has the rows from starts[n] to starts[n + 1].
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    starts: NDArray[np.int64]

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many phrasings each entry has."""
        return np.diff(self.starts)

    def rows(self, entry: int) -> range:
        return range(int(self.starts[entry]), int(self.starts[entry + 1]))


def gather(entries: Sequence[Entry]) -> Phrasings:
    """Traditional and Simplified fold to the same words, so that many phrasings of an entry become one row."""
    texts: dict[str, dict[str, None]] = {}
    for entry in entries:
        for phrasing in entry.phrasings:
            text = without_filler(fold(phrasing))
            if text:
                texts.setdefault(entry.id, {})[text] = None
    counts = [len(of_entry) for of_entry in texts.values()]
    rows = tuple(text for of_entry in texts.values() for text in of_entry)
    return Phrasings(
        ids=tuple(texts),
        texts=rows,
        labels=np.repeat(np.arange(len(counts)), counts),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
    )
