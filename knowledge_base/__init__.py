"""What the bot knows and how it finds it: ``from knowledge_base import Entry, KnowledgeBase``."""

import os
from typing import TYPE_CHECKING, Any

from knowledge_base.entry import Decision, Entry, Match
from knowledge_base.names import Found, Names
from knowledge_base.problems import Problem, check

if TYPE_CHECKING:
    from knowledge_base.base import KnowledgeBase

__all__ = ["Decision", "Entry", "Found", "KnowledgeBase", "Match", "Names", "Problem", "check"]

# The matrices are small: several threads wait for each other longer than one needs. Read when numpy is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def __getattr__(name: str) -> Any:
    """The matcher needs numpy, a fifth of a second of imports: whoever only reads entries or folds words does not wait for it."""
    if name == "KnowledgeBase":
        from knowledge_base.base import KnowledgeBase

        return KnowledgeBase
    raise AttributeError(name)
