"""What the base would answer, as words that a person of staff may send: filled in for the customer, and without buttons."""

import re
from dataclasses import dataclass

from handlers.dialogue import Turn
from handlers.faq import base
from handlers.faq.filling import Missing, fill
from handlers.faq.flow import entry_for, where
from knowledge_base import Entry

# Below this the entry is more likely wrong than right, and whoever reads it has lost time.
LEAST = 0.5
# Small talk, and what the bot says of itself or of how to reach a person: whoever answers is one.
_TALK = (
    "greeting", "thanks", "acknowledged", "goodbye", "are_you_bot", "what_can_you_do", "languages", "complaint",
    "complaint_status", "my_advisor", "staff_claim_ticket",
)  # fmt: skip
# Buttons stand under what the bot says, and not under what a person writes: sentences that point at them are left out.
_SENTENCE = re.compile(r".+?(?:[.!?](?=\s|$)|[。！？]|$)\s*")
_PRESSING = re.compile(r"\b[Tt]ap\b|[点點選选][「“\"]|勾[选選]")
_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Draft:
    """`confidence`: 0 to 1, that the entry is the right one. `title`: its question, in the language of the reply."""

    entry_id: str
    title: str
    text: str
    confidence: float


def drafts(turn: Turn, words: str) -> list[Draft]:
    """What the bot would say to these words if it were asked them here and now, the likeliest first; often nothing."""
    decision = turn.memoised(base.load).decide(words, turn.language, *where(turn))
    if decision.kind == "unknown":
        return []
    likely = [match for match in decision.matches if match.confidence >= LEAST]
    found = [(match, entry) for match in likely if (entry := entry_for(turn, match.entry_id))]
    texts = [(match, entry, worded(turn, entry)) for match, entry in found]
    return [Draft(entry.id, entry.question, text, match.confidence) for match, entry, text in texts if text]


def draft(turn: Turn, entry_id: str) -> str:
    """The words of one entry; empty if it does not hold here and now."""
    entry = entry_for(turn, entry_id)
    return worded(turn, entry) if entry else ""


def worded(turn: Turn, entry: Entry) -> str:
    """The answer with the shop's own figures in it; empty for one that lacks a figure, or that only the bot can give."""
    if entry.id in _TALK:
        return ""
    try:
        text = fill(turn, entry.answer)
    except Missing:
        return ""
    # Line by line, so that opening hours stay a list.
    lines = [
        "".join(part for part in _SENTENCE.findall(line) if not _PRESSING.search(part)).rstrip() for line in text.split("\n")
    ]
    kept = "\n".join(lines).strip()
    return kept if len(kept) >= _ENOUGH else ""
