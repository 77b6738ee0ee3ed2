"""The knowledge base: finds the entries a question is about, and says whether it is sure enough to answer."""

from collections.abc import Sequence

import numpy as np

from knowledge_base.calibration import FAR, INSIDE, NEAR, Calibration, Example, calibrate, elsewhere
from knowledge_base.entry import Decision, Entry, Match
from knowledge_base.evidence import Evidence, weigh
from knowledge_base.folding import fold, without_filler
from knowledge_base.index import Floats, Index, Vector
from knowledge_base.phrasings import gather
from knowledge_base.reading import read
from knowledge_base.ridge import Ridge

# Where to look for a text in a language, best first.
_NEAREST = {
    "en": ("en",),
    "zh": ("zh", "zh-Hans", "zh-Hant"),
    "zh-Hans": ("zh-Hans", "zh", "zh-Hant"),
    "zh-Hant": ("zh-Hant", "zh", "zh-Hans"),
}
_NOTHING: frozenset[int] = frozenset()


class KnowledgeBase:
    """Built once from all entries and only read afterwards, so that any number of threads may ask it at once."""

    def __init__(self, entries: Sequence[Entry], semantic: bool | None = None) -> None:
        self._entries = {(entry.id, entry.language): entry for entry in reversed(list(entries))}
        self._phrasings = gather(entries)
        if self._phrasings.texts:
            self._index = Index(self._phrasings.readings)
            nearness = np.stack([self._index.nearness(self._index.row(row)) for row in range(self._index.size)])
            self._ridge = Ridge(nearness, self._phrasings.labels, len(self._phrasings.ids))
            self._calibration = self._calibrate(nearness)

    @property
    def semantic(self) -> bool:
        return False

    def search(self, text: str, language: str | None = None, limit: int = 3) -> list[Match]:
        """The entries that may answer, best first; the language is a hint only, since people write mixed."""
        return self._matches(text)[:limit]

    def decide(self, text: str, language: str | None = None) -> Decision:
        """Answer only when sure, ask "did you mean" when it may be one of a few, else say that we do not know."""
        matches = self._matches(text)[:3]
        if not matches:
            return Decision("unknown", ())
        best = matches[0].confidence
        if best >= self._calibration.answer_from:
            return Decision("answer", tuple(matches))
        if sum(match.confidence for match in matches) >= self._calibration.suggest_from:
            return Decision("suggest", tuple(matches))
        return Decision("unknown", tuple(matches))

    def entry(self, entry_id: str, language: str) -> Entry:
        """The entry in the language, or in the nearest one there is; raises KeyError for an unknown id."""
        for choice in (*_NEAREST.get(language, (language,)), "en", "zh-Hans", "zh", "zh-Hant"):
            if (entry_id, choice) in self._entries:
                return self._entries[entry_id, choice]
        raise KeyError(entry_id)

    def _matches(self, text: str) -> list[Match]:
        if not self._phrasings.texts:
            return []
        folded = without_filler(fold(text))
        reading = read(folded)
        vector = self._index.vector(reading)
        if not len(vector.features):
            return []
        nearness = self._index.nearness(vector)
        evidence = weigh(self._phrasings, folded, reading, vector, nearness, self._ridge.scores(nearness), _NOTHING)
        confidences = self._calibration.confidences(evidence)
        best = np.argsort(-confidences, kind="stable")
        return [Match(self._phrasings.ids[evidence.candidates[place]], float(confidences[place])) for place in best]

    def _calibrate(self, nearness: Floats) -> Calibration:
        phrasings, examples = self._phrasings, []
        size, m = len(phrasings.texts), len(phrasings.ids)

        def held_out(row: int, scores: Floats, hidden: frozenset[int]) -> Evidence:
            near = nearness[row]
            return weigh(
                phrasings, phrasings.texts[row], phrasings.readings[row], self._held_out(row, hidden), near, scores, hidden
            )

        loo = self._ridge.without_one()
        for row in range(size):
            label = int(phrasings.labels[row])
            if len(phrasings.rows[label]) > 1:
                examples.append(Example(held_out(row, loo[row], frozenset([row])), label, INSIDE / size))
        for entry in range(m):
            rows, scores = self._ridge.without_entry(entry)
            for row, score in zip(rows, scores, strict=True):
                examples.append(Example(held_out(int(row), score, frozenset(int(r) for r in rows)), None, NEAR / size))
        outside = elsewhere()
        for text in outside:
            folded = without_filler(fold(text))
            reading = read(folded)
            vector = self._index.vector(reading)
            near = self._index.nearness(vector)
            examples.append(
                Example(
                    weigh(phrasings, folded, reading, vector, near, self._ridge.scores(near), _NOTHING), None, FAR / len(outside)
                )
            )
        return calibrate(examples)

    def _held_out(self, row: int, hidden: frozenset[int]) -> Vector:
        return self._index.vector_without(self._phrasings.readings[row], hidden)
