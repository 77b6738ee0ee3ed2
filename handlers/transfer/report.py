"""What an import or export has to say: how many rows, and what is wrong with which."""

from dataclasses import dataclass, field
from typing import NamedTuple

# Whoever has a hundred sentences to work through does not want more of them.
MOST_PROBLEMS = 100


class Problem(NamedTuple):
    """`row`: as a person counts in the spreadsheet (the line in TOML and JSONL), 0 = the file as a whole."""

    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else ""
        return ": ".join(part for part in (place, self.column, self.reason) if part)


class Wrong(ValueError):  # noqa: N818 - it says what it is where it is raised
    """A cell, row or file cannot be taken; the message is the sentence for the operator."""

    def __init__(self, reason: str, column: str = "", row: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.column = column
        self.row = row


@dataclass(slots=True)
class Report:
    """`written`: rows of an export. After an import with `errors`, or with `dry_run`, nothing has been kept."""

    kind: str
    dry_run: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    written: int = 0
    errors: list[Problem] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.errors

    @property
    def full(self) -> bool:
        """Whether reading on would only bring more sentences than anybody reads."""
        return len(self.errors) >= MOST_PROBLEMS

    def wrong(self, row: int, error: Wrong) -> None:
        if not self.full:
            self.errors.append(Problem(error.row or row, error.column, error.reason))
