"""`make torture`: 10,000 of everything, on SQLite and on PostgreSQL. Prints what each run came to, and the seconds it took.

One court alone, in another size: `python -m tests.torture 60000 1000 "a campaign"`.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from storage.database import Database
from storage.migrating import migrate
from tests import postgres, standby
from tests.torture import (
    booking,
    campaigning,
    failing,
    feeding,
    killing,
    pausing,
    promoting,
    restarting,
    staffing,
    strangers,
    year,
)

NUMBER = 10_000
KILLS = 40
# Seconds of restarts, for each of the number: ten minutes of them.
RESTARTING = 0.06
# Seconds of a server that fails: three minutes.
FAILING = 0.018
PROMOTED_ONCE_IN = 500


@contextmanager
def _fresh(server: str | None) -> Iterator[tuple[Path, str]]:
    with tempfile.TemporaryDirectory() as folder:
        url = postgres.create(server) if server else f"sqlite:///{folder}/bayline.db"
        migrate(database := Database(url))
        database.close()
        yield Path(folder), url


def _restarts(seconds: float) -> None:
    try:
        with postgres.restartable() as (server, restart):
            url = postgres.create(server)
            migrate(database := Database(url))
            database.close()
            print(f"PostgreSQL, killed and started anew: {asyncio.run(restarting.restarts(url, restart, seconds))}", flush=True)
    except LookupError as lacking:
        print(f"PostgreSQL, killed and started anew: not tried, {lacking}", flush=True)


def _promotions(rounds: int) -> None:
    try:
        with standby.pair() as pair:
            verdict = asyncio.run(promoting.promotions(pair, rounds, people=20, seconds=2))
            print(f"PostgreSQL, failed over to a standby that lacks two seconds: {verdict}", flush=True)
    except LookupError as lacking:
        print(f"PostgreSQL, failed over to a standby: not tried, {lacking}", flush=True)


def _year(days: int) -> None:
    with _fresh(None) as (folder, url):
        lives = asyncio.run(year.year(folder, url, days))
        assert (wrong := [line for life in lives for line in life.wrong]) == [], wrong[:5]
        print(f"{days} days of the sample shop: {year.told(lives)}", flush=True)


def main(number: int, kills: int) -> None:
    _restarts(number * RESTARTING)
    _year(min(365, number))
    _promotions(max(1, number // PROMOTED_ONCE_IN))
    for_each(number, kills, COURTS)


def for_each(number: int, kills: int, courts: Iterable[str]) -> None:
    """These courts on SQLite, and then on PostgreSQL."""
    with postgres.server() as server:
        for kind, where in (("SQLite", None), ("PostgreSQL", server)):
            for name in courts:
                with _fresh(where) as (folder, url):
                    began = time.monotonic()
                    said = COURTS[name](folder, url, number, kills)
                    print(f"{kind}, {name}: {said} ({time.monotonic() - began:.0f} s)", flush=True)


def _inbound(folder: Path, url: str, number: int, kills: int) -> object:
    return asyncio.run(killing.inbound(folder, url, number, kills, webhook=False))


def _webhook(folder: Path, url: str, number: int, kills: int) -> object:
    return asyncio.run(killing.inbound(folder, url, number, kills, webhook=True))


def _outgoing(folder: Path, url: str, number: int, kills: int) -> object:
    return asyncio.run(killing.outgoing(folder, url, number, kills))


def _campaign(folder: Path, url: str, number: int, kills: int) -> object:
    return asyncio.run(campaigning.campaign(folder, url, number, kills, pauses=5))


def _staff(folder: Path, url: str, number: int, kills: int) -> object:
    cases = max(2, number // 100)
    return asyncio.run(staffing.staff(folder, url, cases, min(kills, cases * 7)))


def _shapes(_folder: Path, url: str, number: int, _kills: int) -> object:
    said, aside = asyncio.run(feeding.feed(Database(url), number))
    return f"{number} fed, {said} written down, {aside} put aside, 0 errors"


def _failing(_folder: Path, url: str, number: int, _kills: int) -> object:
    with closing(Database(url)) as database:
        return asyncio.run(failing.failing(database, number * FAILING))


def _pausing(_folder: Path, url: str, _number: int, _kills: int) -> object:
    with closing(Database(url)) as database:
        return asyncio.run(pausing.pausing(database))


def _strangers(_folder: Path, url: str, number: int, _kills: int) -> object:
    with closing(Database(url)) as database:
        return asyncio.run(strangers.crowd(database, number // 2, 50))


def _last_place(_folder: Path, url: str, number: int, _kills: int) -> object:
    with closing(Database(url, connections=booking.AT_ONCE)) as database:
        return booking.race(database, number // 10)


def _quarrel(_folder: Path, url: str, number: int, _kills: int) -> object:
    with closing(Database(url, connections=booking.AT_ONCE)) as database:
        return f"{dict(booking.quarrel(database, number // 20))}, no place held by nobody or two"


COURTS = {
    "updates by polling": _inbound, "updates by webhook": _webhook, "outgoing": _outgoing, "a campaign": _campaign,
    "staff at work": _staff, "updates of every shape": _shapes, "a fifth of all calls fails": _failing,
    "one chat has to wait": _pausing, "strangers": _strangers, "the last place of a day": _last_place,
    "cancelled, moved and booked at once": _quarrel,
}  # fmt: skip

if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    wanted = (given + [NUMBER, KILLS][len(given) :])[:2]
    if named := sys.argv[3:]:
        for_each(*wanted, named)
    else:
        main(*wanted)
