"""From a text to the entries it may be about, each with its probability; put together from the parts beside it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from knowledge_base.calibration import FAR, INSIDE, NEAR, Calibration, Example, calibrate, elsewhere
from knowledge_base.evidence import Evidence, Question, weigh
from knowledge_base.folding import fold, without_filler
from knowledge_base.index import Floats
from knowledge_base.phrasings import Phrasings
from knowledge_base.reading import Reading, read
from knowledge_base.scorers import LARGEST_WHOLE, Neighbourhood, Whole
from knowledge_base.semantic import keep
from knowledge_base.space import Space
from knowledge_base.spelling import Spelling

# Beyond this, building would take too long with letter n-grams; repaired spelling and the sense table have to do.
LARGEST_WITH_LETTERS = 20_000


class Finding(NamedTuple):
    """What the matcher made of a text: the text as it was compared, the evidence, and what follows from it.

    Right: for each candidate the probability that it is the right one. Covered: that the base has the right one at all.
    """

    text: str
    unseen: float
    evidence: Evidence
    right: tuple[float, ...]
    covered: float

    def confidence(self, place: int) -> float:
        """Of a candidate: the best has the whole of what is covered, another as much less as it is less probable."""
        return self.covered * self.right[place] / max(self.right)


class Matcher:
    """Needs at least one phrasing. Everything is built here and only read afterwards."""

    def __init__(self, phrasings: Phrasings, semantic: bool) -> None:
        whole = len(phrasings.texts) <= LARGEST_WHOLE
        self._spelling = Spelling(phrasings.texts)
        phrasings = replace(phrasings, texts=tuple(map(self._spelling.repair, phrasings.texts)))
        self.phrasings = phrasings
        self._letters_too = len(phrasings.texts) <= LARGEST_WITH_LETTERS
        if semantic:
            # They are asked below, after every edit again; what is kept is embedded once.
            keep([self._spelling.repair(without_filler(fold(text))) for text in elsewhere()])
        self._space = Space(phrasings, map(self._read, phrasings.texts), semantic)
        self.semantic = self._space.shares.sentences > 0
        self._scorer = Whole(phrasings, self._space) if whole else Neighbourhood(phrasings, self._space)
        self.calibration: Calibration = calibrate(list(self._examples()), self.semantic)

    def find(self, text: str) -> Finding | None:
        """None where the text has nothing in common with the base."""
        asked = self._ask(text)
        if not asked.view.nearness.any():
            return None
        evidence = weigh(self.phrasings, asked)
        return Finding(asked.text, asked.unseen, evidence, self.calibration.right(evidence), self.calibration.covered(evidence))

    def scores(self, text: str) -> Floats:
        """One for every entry, in the order of `phrasings.ids`: about 1 for what is surely meant, about 0 for what is not."""
        return self._ask(text).view.scores

    def _read(self, folded: str) -> Reading:
        return read(folded, self._letters_too)

    def _ask(self, text: str) -> Question:
        folded = self._spelling.repair(without_filler(fold(text)))
        place = self._space.place(folded, self._read(folded))
        return Question(folded, place.vector.unseen, self._scorer.view(place))

    def _examples(self) -> Iterator[Example]:
        """Questions of which we know the right entry, as the base would see them had it not been built with them."""
        phrasings = self.phrasings
        held_out = list(self._scorer.held_out())
        for example in held_out:
            text, label = phrasings.texts[example.row], int(phrasings.labels[example.row])
            unseen = self._space.index.unseen_without(example.row, example.hidden)
            evidence = weigh(phrasings, Question(text, unseen, example.view), example.hidden)
            if len(example.hidden) < len(phrasings.rows(label)):
                yield Example(evidence, label, 2 * INSIDE / len(held_out), label)
            elif len(phrasings.ids) > 1:
                yield Example(evidence, None, 2 * NEAR / len(held_out), label)
        # Each costs as much as a question; a large base needs no more of them than of its own.
        outside = elsewhere() if isinstance(self._scorer, Whole) else elsewhere()[::2]
        for text in outside:
            yield Example(weigh(phrasings, self._ask(text)), None, FAR / len(outside))


def order(finding: Finding) -> list[int]:
    """The places of the candidates, most probable first."""
    return sorted(range(len(finding.right)), key=lambda place: -finding.right[place])
