"""Typed answers to "did you mean": a yes takes the first, "the second" that one."""

import re

from handlers.dialogue import Reply, Turn, assent, lately
from handlers.dialogue.folding import fold
from handlers.dialogue.slots import picked
from handlers.faq import flow

# Matched on folded words.
_WHICH = re.compile(
    r"(?:the )?(?:first|second|1st|2nd|former|latter)(?: one)?(?: please)?"
    r"|是?(?:第[一二](?:个|条|项)?|上面|下面)(?:那个)?(?:吧|啦)?"
)


def typed(turn: Turn) -> Reply | None:
    """The answer that the words choose among those offered just now; None when they say something else."""
    said = lately.answer(turn)
    offered = [button for button in lately.buttons(said) if button["do"] == "faq.show"] if said else []
    if said is None or not any(button["do"] == "faq.none" for button in lately.buttons(said)):
        return None
    if assent.said(turn) == "yes":
        which: int | None = 0
    elif _WHICH.fullmatch(fold(turn.words)):
        which = picked(turn.words, [button["label"] for button in offered])
    else:
        return None  # a word that a question shares with them chooses none
    if which is None or which >= len(offered):
        return None
    value = offered[which]["value"]
    return flow.show(turn, value if isinstance(value, str) else value["entry"])
