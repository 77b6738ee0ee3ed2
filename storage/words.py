"""Words in texts: whether a column has them, whatever their capitals, as fast as each database can tell."""

from typing import Any

from sqlalchemy import ColumnElement


def contains(column: Any, word: str, dialect: str) -> ColumnElement[bool]:
    """Whether the text has the word in it, letter by letter: nothing in it stands for anything else.

    SQLite's LIKE knows no capitals by itself, and lower() for each of a million rows takes more than half of the time. On
    PostgreSQL lower() hides from the planner how common a word is, and it reads everything where a few rows would do; for words
    that have no capitals, such as Chinese ones, its plain LIKE takes half as long.
    """
    if dialect == "sqlite" or word.lower() == word.upper():
        return column.contains(word, autoescape=True)  # type: ignore[no-any-return]
    escaped = word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return column.ilike(f"%{escaped}%", escape="\\")  # type: ignore[no-any-return]
