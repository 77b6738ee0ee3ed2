"""`make torture`: 10,000 of everything, on SQLite and on PostgreSQL. Prints what each run came to."""

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.database import Database
from storage.migrating import migrate
from tests import postgres, standby
from tests.torture import booking, campaigning, failing, feeding, killing, promoting, restarting, staffing, strangers, year

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
    with postgres.server() as server:
        for kind, where in (("SQLite", None), ("PostgreSQL", server)):
            for webhook in (False, True):
                with _fresh(where) as (folder, url):
                    verdict = asyncio.run(killing.inbound(folder, url, number, kills, webhook))
                    print(f"{kind}, updates by {'webhook' if webhook else 'polling'}: {verdict}", flush=True)
            with _fresh(where) as (folder, url):
                print(f"{kind}, outgoing: {asyncio.run(killing.outgoing(folder, url, number, kills))}", flush=True)
            with _fresh(where) as (folder, url):
                print(
                    f"{kind}, a campaign: {asyncio.run(campaigning.campaign(folder, url, number, kills, pauses=5))}", flush=True
                )
            with _fresh(where) as (folder, url):
                cases = max(2, number // 100)
                print(
                    f"{kind}, staff at work: {asyncio.run(staffing.staff(folder, url, cases, min(kills, cases * 7)))}", flush=True
                )
            with _fresh(where) as (_, url):
                said, aside = asyncio.run(feeding.feed(Database(url), number))
                print(
                    f"{kind}, updates of every shape: {number} fed, {said} written down, {aside} put aside, 0 errors", flush=True
                )
            with _fresh(where) as (_, url):
                database = Database(url)
                print(
                    f"{kind}, a fifth of all calls fails: {asyncio.run(failing.failing(database, number * FAILING))}", flush=True
                )
                database.close()
            with _fresh(where) as (_, url):
                database = Database(url)
                print(f"{kind}, strangers: {asyncio.run(strangers.crowd(database, number // 2, 50))}", flush=True)
                database.close()
            with _fresh(where) as (_, url):
                database = Database(url, connections=booking.AT_ONCE)
                print(f"{kind}, the last place of a day: {booking.race(database, number // 10)}", flush=True)
                database.close()
            with _fresh(where) as (_, url):
                database = Database(url, connections=booking.AT_ONCE)
                heard = booking.quarrel(database, number // 20)
                print(f"{kind}, cancelled, moved and booked at once: {dict(heard)}, no place held by nobody or two", flush=True)
                database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER, int(sys.argv[2]) if len(sys.argv) > 2 else KILLS)
