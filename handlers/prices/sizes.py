"""The size of a tyre, which our answers ask for: what it costs is for an advisor to say, who gets the numbers with one press."""

import re

from handlers.dialogue import Reply, Turn
from handlers.faq import topic
from knowledge_base.folding import fold

_SIZE = re.compile(r"(?<!\d)([1-3]\d5) ?/ ?(\d[05]) ?/? ?z?r? ?(1[3-9]|2[0-4])(?!\d)(?: ?\d{2,3}[a-z]\b)?")
_TYRES = re.compile(r"\bt[iy]res?\b|胎|\bwheels?\b|尺寸|规格|\bsize\b")
_WORDS, _FEW = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]{1,2}"), 3


def given(turn: Turn) -> Reply | None:
    """Takes a size that hardly anything stands beside; None for all else, and in the middle of a booking."""
    said = fold(turn.words)
    found = _SIZE.search(said)
    if found is None or topic.in_booking(turn):
        return None
    beside = _SIZE.sub(" ", said)
    if len(_WORDS.findall(beside)) > _FEW and not _TYRES.search(beside):
        return None
    size = f"{found[1]}/{found[2]} R{found[3]}"
    wish = turn.texts.label("prices.size.wish", turn.language, {"size": size})
    return Reply(
        turn.text("prices.size.said", size=size), [turn.button("prices.button.pass_on", "tickets.ask", wish)], leaves=True
    )
