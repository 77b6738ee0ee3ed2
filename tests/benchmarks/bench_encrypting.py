"""What encryption at rest costs: the same work on a file with a key and on one without, taking turns in the same minutes."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from handlers.booking import actions, availability
from handlers.booking.history import Person
from handlers.booking.plan import planned
from storage import encryption, media, sqlite_file
from storage.database import Database
from storage.migrating import migrate
from storage.slots import moment_of
from tests.benchmarks import bench_turns
from tests.benchmarks.bench_booking import BAYS, DAYS, DESK, FIRST, NOW, WISH, fill, shop_with_bays

ROUNDS, EACH = 7, 100
KEY = encryption.Key("5a" * 32)


def run() -> list[tuple[str, str]]:
    return list(_figures())


def _figures() -> Iterator[tuple[str, str]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        servers = [("bayline", f"sqlite:///{folder}/plain.db"), ("sealed", f"sqlite:///{folder}/sealed.db")]
        plain, sealed = bench_turns._compare(0, servers, (1000, 1000))
        yield (
            "turns through the webhook: the menu",
            f"{sealed.rate:.0f}/s with a key, {plain.rate:.0f}/s without ({sealed.rate / plain.rate:.2f} ×); "
            f"CPU {sealed.cpu:.2f} and {plain.cpu:.2f} ms ({sealed.cpu / plain.cpu:.2f} ×)",
        )
        shops = [_Shop(folder / f"{key is not None}.db", key) for key in (None, KEY)]
        for what in ("book", "look", "photo", "cold"):
            figures = [[shop.timed(getattr(shop, what)) for shop in shops] for _ in range(ROUNDS)]
            ratio = statistics.median(sealed / plain for plain, sealed in figures)
            plain_ms, sealed_ms = (min(round_[which] for round_ in figures) for which in (0, 1))
            yield f"{_Shop.WHAT[what]}, one after the other", f"{sealed_ms:.2f} and {plain_ms:.2f} ms of CPU ({ratio:.2f} ×)"
        encryption.use(KEY)
        file = folder / "False.db"
        for shop in shops:
            shop.database.close()
        began, size = time.perf_counter(), file.stat().st_size / 2**20
        with sqlite_file.alone(file, None) as before:
            target = folder / "target"
            target.touch()
            sqlite_file.recode(before, target, KEY, lambda _done: None)
        yield "bringing a file under a key, and comparing it", f"{size:.0f} MB in {time.perf_counter() - began:.1f} s"
        encryption.use(None)


class _Shop:
    """The shop of the bench of booking, on a file of its own."""

    WHAT = {  # noqa: RUF012 - never changed
        "book": "a booking kept and confirmed", "look": "the free times of a year", "photo": "a photo of 300 kB kept",
        "cold": "a new line that reads all appointments",
    }  # fmt: skip

    def __init__(self, file: Path, key: encryption.Key | None) -> None:
        encryption.use(key)
        self.url, self.key = f"sqlite:///{file}", key
        self.database = Database(self.url)
        migrate(self.database)
        with self.database.transaction() as session:
            self.shop = shop_with_bays(session, BAYS)
            fill(session, planned(self.shop, WISH))
            made = planned(self.shop, WISH)
            self.free = iter([moment_of(at) for at, _ in availability.free_starts(session, made, FIRST, DAYS, NOW, staff=True)])
        self.photos = 0

    def timed(self, work: Callable[[], None]) -> float:
        """Milliseconds of processor time for one."""
        began = time.process_time()
        for _ in range(EACH):
            work()
        return (time.process_time() - began) / EACH * 1000

    def book(self) -> None:
        with self.database.transaction() as session:
            row = actions.hold(session, self.shop, WISH, next(self.free), Person(name="x"), NOW, by=DESK)
            actions.confirm(session, self.shop, row, NOW, by=DESK)

    def look(self) -> None:
        with self.database.reading() as session:
            availability.free_starts(session, planned(self.shop, WISH), FIRST, DAYS, NOW, staff=True)

    def photo(self) -> None:
        self.photos += 1
        content = self.photos.to_bytes(4, "big") * 75_000
        with self.database.transaction() as session:
            media.keep(
                session, chat_id=None, sha256=f"{self.photos:064x}", mime="image/jpeg", width=1, height=1, content=content,
                now=NOW + timedelta(seconds=self.photos),
            )  # fmt: skip

    def cold(self) -> None:
        encryption.use(self.key)
        database = Database(self.url)
        with database.reading() as session:
            session.connection().exec_driver_sql("SELECT sum(length(note)) FROM appointments").fetchone()
        database.close()


if __name__ == "__main__":
    for what, figure in _figures():
        print(f"{what}: {figure}", flush=True)
