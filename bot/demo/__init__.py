"""The sample shop: Lanwan Auto, an invented group of two dealerships and a detailing studio, as files of the import."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from pathlib import Path

from bot.demo import diary, gifts, morning, weeks
from handlers import transfer
from storage import keys, stores
from storage.database import Database

_FILES = ("stores.toml", "models.csv", "services.csv", "prices.csv", "customers.csv", "vehicles.csv", "visits.csv")
_MARK = "sample"


@dataclass(frozen=True, slots=True)
class Summary:
    """`rows`: how many of each kind were brought in; empty if the database had a shop already."""

    rows: dict[str, int]

    @property
    def loaded(self) -> bool:
        return bool(self.rows)


def load(
    database: Database, now: datetime, progress: Callable[[int, int], None] | None = None, desk: bool = False
) -> Summary:  # fmt: skip
    """Brings the sample shop and the starter knowledge base into an empty database; a shop that is there stays as it is.

    `desk`: a full diary, people who wait for an answer and the last weeks, too; without it there is room to try things.
    """
    with database.reading() as session:
        if stores.all_stores(session):
            return Summary({})
    summary = bring_in(database, [*map(file, _FILES), *starter()], now, progress)
    with database.transaction() as session:
        keys.ensure(session, _MARK)
        booked = diary.write(session, now)
        gifts.write(session, now)
    if desk:
        morning.write(database, now)
        weeks.write(database, now)
    return Summary({**summary.rows, "appointments": booked})


def is_in(database: Database) -> bool:
    """Whether the shop in this database once came from here."""
    with database.reading() as session:
        return keys.find(session, _MARK) is not None


def bring_in(database: Database, paths: list[Path], now: datetime, progress: Callable[[int, int], None] | None = None) -> Summary:
    """Imports files that we ship. Raises RuntimeError if one of them is wrong: that is a fault of this release."""
    rows: dict[str, int] = {}
    for path, report in transfer.import_files(database, paths, now=now, progress=progress):
        if report.errors:
            raise RuntimeError(f"{path.name}: {report.errors[0]}")
        rows[report.kind] = rows.get(report.kind, 0) + report.added
    return Summary(rows)


def file(name: str) -> Path:
    return Path(str(resources.files(__name__) / name))


def starter() -> list[Path]:
    """The files of the starter knowledge base."""
    return sorted(Path(str(resources.files("knowledge_base") / "starter")).glob("*.toml"))
