"""The knowledge base: finds the entries a question is about, and says whether it is sure enough to answer."""

from collections.abc import Sequence

from knowledge_base import following
from knowledge_base.calibration import CLOSE, WORTH_SUGGESTING
from knowledge_base.entry import Decision, Entry, Kind, Match
from knowledge_base.evidence import SIGNALS
from knowledge_base.explanation import Candidate, Explanation
from knowledge_base.folding import fold, without_filler
from knowledge_base.matcher import Finding, Matcher, order
from knowledge_base.phrasings import gather
from knowledge_base.reading import in_common
from knowledge_base.semantic import installed

_DECIDED_ON = 3
# Where to look for a text in a language, best first.
_NEAREST = {
    "en": ("en",),
    "zh": ("zh", "zh-Hans", "zh-Hant"),
    "zh-Hans": ("zh-Hans", "zh", "zh-Hant"),
    "zh-Hant": ("zh-Hant", "zh", "zh-Hans"),
}


class KnowledgeBase:
    """Built once from all entries and only read afterwards, so that any number of threads may ask it at once.

    Semantic: whether sentence vectors (the extra `bayline[semantic]`) take part; None means where the extra is installed.
    The language of a question is a hint that nothing depends on today: people write mixed, and all languages are in one index.
    """

    def __init__(self, entries: Sequence[Entry], semantic: bool | None = None) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        for entry in entries:
            self._entries.setdefault((entry.id, entry.language), entry)
        phrasings = gather(entries)
        wanted = installed() if semantic is None else semantic
        self._matcher = Matcher(phrasings, wanted) if phrasings.texts else None

    @property
    def semantic(self) -> bool:
        """Whether sentence vectors take part. They make a question take some twenty milliseconds, and the first build minutes."""
        return self._matcher is not None and self._matcher.semantic

    def search(self, text: str, language: str | None = None, limit: int = 3) -> list[Match]:
        """The entries that may answer, best first; five at most."""
        finding = self._find(text)
        return self._matches(finding, limit) if finding else []

    def decide(self, text: str, language: str | None = None) -> Decision:
        """Answer only when sure, ask "did you mean" when it may be one of a few, else say that we do not know."""
        finding = self._find(text)
        return Decision(self._judge(finding)[0], tuple(self._matches(finding, _DECIDED_ON) if finding else ()))

    def follow(self, before: str, text: str) -> Decision | None:
        """What a text asks that leans on the one before it, as "how long does it last?" does; None where it says so by itself."""
        return following.decide(self._matcher, before, text) if self._matcher else None

    def explain(self, text: str, language: str | None = None) -> Explanation:
        """The same decision with all that led to it."""
        finding = self._find(text)
        kind, reason = self._judge(finding)
        answer_from = self._matcher.calibration.answer_from if self._matcher else 1.0
        if finding is None:
            return Explanation(text, without_filler(fold(text)), 1.0, (), answer_from, WORTH_SUGGESTING, kind, reason)
        candidates = tuple(self._candidate(finding, place) for place in order(finding))
        return Explanation(text, finding.text, finding.unseen, candidates, answer_from, WORTH_SUGGESTING, kind, reason)

    def entry(self, entry_id: str, language: str) -> Entry:
        """The entry in the language, or in the nearest one there is; raises KeyError for an unknown id."""
        for choice in (*_NEAREST.get(language, (language,)), "en", "zh-Hans", "zh", "zh-Hant"):
            if (entry_id, choice) in self._entries:
                return self._entries[entry_id, choice]
        raise KeyError(entry_id)

    def _find(self, text: str) -> Finding | None:
        return self._matcher.find(text) if self._matcher else None

    def _matches(self, finding: Finding, limit: int) -> list[Match]:
        assert self._matcher
        ids = self._matcher.phrasings.ids
        return [Match(ids[finding.evidence.candidates[place]], finding.confidence(place)) for place in order(finding)[:limit]]

    def _judge(self, finding: Finding | None) -> tuple[Kind, str]:
        if finding is None or self._matcher is None:
            return "unknown", "The text has nothing in common with any entry."
        best, second, *others = (*sorted(finding.right, reverse=True), 0.0, 0.0)
        answer_from, together = self._matcher.calibration.answer_from, sum((best, second, *others[: _DECIDED_ON - 2]))
        if best >= answer_from and second < CLOSE * best:
            return "answer", f"The best entry is right at {best:.2f}; from {answer_from:.2f} on this base answers."
        if together < WORTH_SUGGESTING:
            return (
                "unknown",
                f"The best entries are right at {together:.2f} together; from {WORTH_SUGGESTING:.2f} on they are suggested.",
            )
        if best >= answer_from:
            return "suggest", f"Two entries are close: {best:.2f} and {second:.2f}."
        return "suggest", f"The best entry is right at {best:.2f}, less than the {answer_from:.2f} from which this base answers."

    def _candidate(self, finding: Finding, place: int) -> Candidate:
        assert self._matcher
        phrasings, evidence = self._matcher.phrasings, finding.evidence
        nearest = phrasings.texts[evidence.nearest[place]]
        return Candidate(
            entry_id=phrasings.ids[evidence.candidates[place]],
            confidence=finding.confidence(place),
            right=finding.right[place],
            nearest_phrasing=nearest,
            in_common=in_common(finding.text, nearest),
            signals={name: round(float(value), 4) for name, value in zip(SIGNALS, evidence.signals[place], strict=True)},
        )
