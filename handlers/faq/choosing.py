"""Typed answers to "did you mean": a yes takes the first, "the second" or a word of one of them that one."""

from handlers.dialogue import Reply, Turn, assent, lately
from handlers.dialogue.slots import picked
from handlers.faq import flow
from knowledge_base.names import tokens


def typed(turn: Turn) -> Reply | None:
    """The answer that the words choose among those offered just now; None when they say something else."""
    said = lately.answer(turn)
    offered = [button for button in lately.buttons(said) if button["do"] == "faq.show"] if said else []
    if said is None or not any(button["do"] == "faq.none" for button in lately.buttons(said)):
        return None
    if assent.said(turn) == "yes":
        which: int | None = 0
    elif set(tokens(turn.words)) <= {word for text in lately.heard(turn) for word in tokens(text)}:
        return None  # the same question once more
    else:
        which = picked(turn.words, [button["label"] for button in offered])
    if which is None or which >= len(offered):
        return None
    value = offered[which]["value"]
    return flow.show(turn, value if isinstance(value, str) else value["entry"])
