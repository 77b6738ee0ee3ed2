"""The base's phrasings, folded and told apart: the rows that everything else counts in."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.entry import Entry
from knowledge_base.folding import fold, without_filler
from knowledge_base.senses import senses

# Where a name is written without spaces: at any sign, and before a capital that follows a small letter.
_BETWEEN_WORDS = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class Phrasings:
    """Row by row the folded text and the number of its entry; the rows of an entry stand together.

    Entry number n has the rows from starts[n] to starts[n + 1]. Names: the rows that nobody has asked, see `gather`.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    labels: NDArray[np.int64]
    starts: NDArray[np.int64]
    names: frozenset[int] = frozenset()

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many phrasings each entry has."""
        return np.diff(self.starts)

    def rows(self, entry: int) -> range:
        return range(int(self.starts[entry]), int(self.starts[entry + 1]))


def gather(entries: Sequence[Entry]) -> Phrasings:
    """Traditional and Simplified fold to the same words, so that many phrasings of an entry become one row.

    What an entry is called (``minor_service_price``) says in a few words what all its phrasings are about, and is the last of its
    rows: who has written five phrasings has often left out just the word that the name has.
    """
    texts: dict[str, dict[str, None]] = {}
    for entry in entries:
        for phrasing in entry.phrasings:
            text = without_filler(fold(phrasing))
            if text:
                texts.setdefault(entry.id, {})[text] = None
    names = _names(texts)
    for entry_id, name in names.items():
        texts[entry_id].setdefault(name)
    counts = [len(of_entry) for of_entry in texts.values()]
    rows = tuple(text for of_entry in texts.values() for text in of_entry)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Phrasings(
        ids=tuple(texts),
        texts=rows,
        labels=np.repeat(np.arange(len(counts)), counts),
        starts=starts,
        names=frozenset(int(end) - 1 for entry_id, end in zip(texts, starts[1:], strict=True) if entry_id in names),
    )


def _names(texts: dict[str, dict[str, None]]) -> dict[str, str]:
    """The words of each entry's id, where they are words, tell it from the others, and are no phrasing already.

    "faq-0012" and "q12" say nothing, nor does what somebody has typed blindly.
    """
    said = {entry_id: _said(_BETWEEN_WORDS.split(entry_id)) for entry_id in texts}
    of_several = Counter(said.values())
    return {
        entry_id: name
        for entry_id, name in said.items()
        if name and of_several[name] == 1 < len(texts) and name not in texts[entry_id]
    }


def _said(words: Iterable[str]) -> str:
    """Empty where not most of the words are known."""
    letters = [word for word in map(fold, words) if word.isalpha() and (len(word) > 1 or not word.isascii())]
    known = sum(all(map(senses().knows, senses().cut(word) if not word.isascii() else (word,))) for word in letters)
    return " ".join(letters) if 2 * known > len(letters) else ""
