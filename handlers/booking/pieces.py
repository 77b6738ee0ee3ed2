"""A wish in pieces: what is wrong or to be done, the car, and when, each in a clause of its own and no word of a visit."""

import re

from handlers.booking import hearing, phrases
from handlers.dialogue import Turn
from handlers.prices import finding, known
from knowledge_base.names import tokens

# A dash stands for a comma where people type fast.
CLAUSES = re.compile(r"[,.;!?，。；！？、\n]+|\s[-–—]+\s")
# What is left of a clause that says only when is a slip or a sound.
_STRAY = 2


def only_when(turn: Turn, clause: str) -> bool:
    """Whether a day or a time to come at is all that a clause says, but for small words."""
    rest = phrases.without("beside_when", phrases.spaced(hearing.without_times(turn, clause, turn.store)))
    left = tokens(rest)
    # A Chinese character is a word of its own here, and three of them say something.
    return all(len(word) <= _STRAY for word in left) and sum(not word.isascii() for word in left) <= _STRAY


def says_when(turn: Turn) -> bool:
    """One of several clauses is a time to come at, the car beside it perhaps: "rear brakes squeak. wednesday next week".

    Of today it takes a clock time, or the words for whether it can be: "this morning" may be when it began.
    """
    clauses = [clause for clause in CLAUSES.split(turn.words) if clause.strip()]
    if len(clauses) < 2:
        return False
    return any(_to_come(turn, clause) for clause in clauses)


def _to_come(turn: Turn, clause: str) -> bool:
    said = hearing.when(turn, clause, turn.store)
    if said.nothing or not only_when(turn, known.without(turn.memoised(finding.load).without_models(clause))):
        return False
    there = said.reading
    if there is None or there.time or there.times or phrases.has("free", phrases.spaced(clause)):
        return True
    return turn.store is None or there.date != turn.today(turn.store)
