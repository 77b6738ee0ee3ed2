"""What feedback adds up to: by technician, advisor, service and store, and what people were unhappy about."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue.shop import Shop
from handlers.feedback import rules
from storage import feedback, technicians
from storage.feedback import Feedback

HAPPY = 4


@dataclass(frozen=True, slots=True)
class Score:
    """Stars of one kind. `mean` and `happy` (share of 4 and 5, from 0 to 1) are None when nobody gave any."""

    number: int
    mean: float | None
    happy: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What some answers add up to. `low`: how many gave few stars for either; `causes`: codes, the most frequent first."""

    answers: int
    work: Score
    people: Score
    low: int
    causes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A group and its figures. `store_id`: of a technician or an advisor whose name there may be twice."""

    name: str
    figures: Figures
    store_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """`asked` and `all.answers` are of the same days, but not of the same visits: an answer may come a day later."""

    start: datetime
    end: datetime
    asked: int
    all: Figures
    stores: tuple[Line, ...]
    technicians: tuple[Line, ...]
    advisors: tuple[Line, ...]
    services: tuple[Line, ...]
    said: tuple[Feedback, ...]


def make(
    session: Session, shop: Shop, language: str, now: datetime, days: int, stores: Collection[int] | None = None
) -> Report:  # fmt: skip
    """The last `days` times 24 hours of these stores (None: all). The worst of each kind first, in `said` the newest words."""
    start = now - timedelta(days=days)
    rows = feedback.answered_between(session, start, now, stores)
    people = technicians.names(session, {row.technician_id for row in rows if row.technician_id is not None})
    places = {store.id: store.names.get(language, store.code) for store in shop.stores}

    def service(code: str) -> str:
        return shop.services[code].names.get(language, code) if code in shop.services else code

    return Report(
        start, now, feedback.asked_between(session, start, now, stores), figures(rows),
        _lines(rows, lambda row: [(places.get(row.store_id, ""), None)]),
        _lines(rows, lambda row: [(people[row.technician_id], row.store_id)] if row.technician_id is not None else []),
        _lines(rows, lambda row: [(row.advisor, row.store_id)] if row.advisor else []),
        _lines(rows, lambda row: [(service(code), None) for code in dict.fromkeys(row.services)]),
        tuple(row for row in reversed(rows) if row.words or row.media),
    )  # fmt: skip


def figures(rows: Sequence[Feedback]) -> Figures:
    causes = Counter(code for row in rows for code in row.causes)
    return Figures(
        len(rows),
        score(row.work for row in rows),
        score(row.people for row in rows),
        sum(rules.is_low(row.work, row.people) for row in rows),
        tuple(sorted(causes.items(), key=lambda one: (-one[1], one[0]))),
    )


def score(stars: Iterable[int | None]) -> Score:
    """What was left out does not count."""
    given = [one for one in stars if one]
    if not given:
        return Score(0, None, None)
    return Score(len(given), sum(given) / len(given), sum(one >= HAPPY for one in given) / len(given))


def _lines(rows: Sequence[Feedback], groups: Callable[[Feedback], list[tuple[str, int | None]]]) -> tuple[Line, ...]:
    sorted_out: dict[tuple[str, int | None], list[Feedback]] = {}
    for row in rows:
        for group in groups(row):
            sorted_out.setdefault(group, []).append(row)
    lines = [Line(name, figures(those), store) for (name, store), those in sorted_out.items()]
    return tuple(sorted(lines, key=lambda line: (line.figures.work.mean or 0, line.name)))
