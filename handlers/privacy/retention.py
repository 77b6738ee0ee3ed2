"""How long what is kept: the shop's figures, and what follows from them today."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

# Twelve of them are 366 days: nothing goes too early.
_MONTH = timedelta(days=30, hours=12)


@dataclass(frozen=True, slots=True)
class Policy:
    """Months; 0 keeps for ever. `messages`: what was said, with what nobody could answer and words of feedback, never of a
    matter that is still open. `photos`. `tickets`: words of matters that are over, and notes on them. `decisions`: why somebody
    was written to or not. `proof`: a yes or no to offers that a newer one has replaced. `odds`: codes, updates put aside.
    """

    messages: int = 24
    photos: int = 12
    tickets: int = 36
    decisions: int = 36
    proof: int = 36
    odds: int = 1

    def since(self, now: datetime) -> Iterator[tuple[str, datetime]]:
        """(kind, what is older than this goes)."""
        for field in fields(self):
            if months := getattr(self, field.name):
                yield field.name, now - months * _MONTH


def read(text: str) -> Policy:
    """ "messages=12, photos=6". Raises ValueError with a sentence."""
    values: dict[str, int] = {}
    names = [field.name for field in fields(Policy)]
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, months = (piece.strip() for piece in part.partition("="))
        if name not in names or not (months.isdecimal() and months.isascii() and len(months) < 4):
            raise ValueError(f'"{part}" must look like messages=24: one of {", ".join(names)}, and months (0: for ever)')
        values[name] = int(months)
    return Policy(**values)
