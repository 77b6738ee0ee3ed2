"""What the bot knows and how it finds it: ``from knowledge_base import Entry, KnowledgeBase``."""

from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Decision, Entry, Match
from knowledge_base.names import Found, Names
from knowledge_base.problems import Problem, check

__all__ = ["Decision", "Entry", "Found", "KnowledgeBase", "Match", "Names", "Problem", "check"]
