"""Words that customers use for an entry: noted when they choose it from "did you mean", taken by nobody but staff."""

from collections.abc import Mapping
from typing import Any

from handlers.dialogue import Turn
from handlers.dialogue.folding import fold
from handlers.faq import topic
from handlers.faq.verdicts import first_press
from knowledge_base import Entry
from knowledge_base.folding import without_filler
from storage import proposals
from storage.proposals import MOST_CHARACTERS


def carried(turn: Turn, entry: Entry) -> Any:
    """What a button of "did you mean" carries: the entry, and the words if they could become an alias.

    Words that lean on what was said before ("how long does it last?") are nobody's alias.
    """
    words = " ".join(turn.words.split())
    if not words or len(words) > MOST_CHARACTERS or (topic.leans(words) and topic.before(turn)):
        return entry.id
    return {"entry": entry.id, "words": words, "language": turn.language}


def note(turn: Turn, entry: Entry, value: Mapping[str, str]) -> None:
    """These words, then this entry: a proposal, once for each press."""
    words = value["words"]
    known = {folded(phrasing) for phrasing in entry.phrasings}
    if folded(words) not in ("", *known) and first_press(turn):
        proposals.propose(turn.session, entry.id, value["language"], words, folded(words), turn.now)


def folded(words: str) -> str:
    """What makes two texts the same alias."""
    return without_filler(fold(words))[:MOST_CHARACTERS]
