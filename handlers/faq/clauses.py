"""Two sentences in one message: where the whole is no question that we know, the part of it that is one may be sure."""

import re
from collections.abc import Callable

from knowledge_base import Decision

_APART = re.compile(r"[.?!。？！;；\n,，]+|(?<=[㐀-鿿㗎])\s{1,9}|\s{1,9}(?=[㐀-鿿])")
_WORDS = re.compile(r"[a-z0-9']+|[㐀-鿿]", re.IGNORECASE)
# A part of fewer words is no question, and of so many parts none is the matter.
_FEWEST, _MOST = 3, 4


def sharper(decide: Callable[[str], Decision], text: str, decision: Decision) -> Decision:
    """The decision about the whole, or an answer if one part of it asks surely, and nothing else, what the whole is likely to be.

    A part that is sure of another entry would be a second question: then the customer chooses, as before.
    """
    if decision.kind == "answer" or not decision.matches:
        return decision
    parts = [part.strip() for part in _APART.split(text) if len(_WORDS.findall(part)) >= _FEWEST]
    if not 2 <= len(parts) <= _MOST:
        return decision
    sure = {found.matches[0].entry_id for found in map(decide, parts) if found.kind == "answer"}
    return Decision("answer", decision.matches) if sure == {decision.matches[0].entry_id} else decision
