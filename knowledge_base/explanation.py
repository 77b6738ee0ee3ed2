"""Why the matcher decided as it did, in plain values for ``bayline kb ask``."""

from dataclasses import dataclass

from knowledge_base.entry import Kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that was considered: its nearest phrasing (folded), what both have in common, and the signals by name.

    Confidence as in a match; right is the probability that it is the right one, which decides.
    """

    entry_id: str
    confidence: float
    right: float
    nearest_phrasing: str
    in_common: tuple[str, ...]
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The text as it was compared (folded, filler gone, repaired), the candidates, the thresholds, the decision and why."""

    text: str
    compared: str
    unknown_share: float
    candidates: tuple[Candidate, ...]
    answer_from: float
    suggest_from: float
    kind: Kind
    reason: str
