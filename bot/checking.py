"""What `bayline check` looks at: settings, database, content; each finding says what to do."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import encrypting
from bot.app import open_clock, open_database
from bot.cli_common import shop_settings
from bot.finding import Finding
from bot.settings import Settings, others_may_read, unknown
from handlers.dialogue.shop import load as load_shop
from handlers.faq import base
from handlers.faq.filling import ALLOWED, PLACEHOLDER
from knowledge_base import check
from storage import catalogue, entries, stores
from storage.customers import Customer
from storage.vehicles import Vehicle

# From then on the holidays of the coming year ought to be known.
LAST_MONTH = 12
LOW_DISK = 500 * 1024 * 1024
# Of a long list so many are named.
MOST_NAMED = 8
_IN_STORES = "`bayline export stores stores.toml`; add {} and `bayline import stores.toml`."


def findings() -> Iterator[Finding]:
    """Every finding in the order in which one would mend them. Raises Wrong for a setting that stops the start."""
    settings, sample = shop_settings()
    yield from _settings(settings, sample)
    database = open_database(settings)
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    yield Finding(True, f"Database: {name} answers and has the present shape.")
    yield from encrypting.findings(settings)
    if not database.serves():
        yield Finding(
            False, f"Database: {name} can be read and not written to, so nobody can be answered.",
            "Make room on the disk of the file, and let this process write to file and folder." if database.is_sqlite else
            "DATABASE_URL leads to a standby, or this user may only read: name the first server.",
        )  # fmt: skip
    with database.reading() as session:
        yield from _stores(session, open_clock(settings)())
        yield from _catalogue(session, settings)
        yield from _knowledge(session)
        people = session.scalar(select(func.count()).select_from(Customer)) or 0
        cars = session.scalar(select(func.count()).select_from(Vehicle)) or 0
        yield Finding(True, f"Customers: {people}, with {cars} vehicles.")
    database.close()


def _settings(settings: Settings, sample: bool) -> Iterator[Finding]:
    if sample:
        yield Finding(
            False, "There is no shop of your own here; this looks at the sample shop.",
            "`bayline init` makes yours. If there is one, run this in its folder, or with its DATABASE_URL or BAYLINE_DATA_DIR.",
        )  # fmt: skip
    yield from _file()
    if settings.telegram_bot_token.get_secret_value():
        way = "webhook" if settings.telegram_webhook_url else "polling"
        yield Finding(True, f"Telegram: token is set, updates by {way}.")
        from bot import checking_telegram  # late: it loads the client, and a shop without Telegram never pays

        yield from checking_telegram.findings(settings)
    else:
        yield Finding(False, "Telegram: off.", "Ask @BotFather for a bot and write its token into .env: TELEGRAM_BOT_TOKEN=…")
    if settings.telegram_webhook_url and not settings.telegram_webhook_url.startswith("https://"):
        yield Finding(False, "Telegram: the webhook address is not https.", "Telegram only posts to https: put a proxy in front.")
    yield Finding(True, f"Web: listens on {settings.host}:{settings.port}.")
    if settings.metrics_token.get_secret_value():
        yield Finding(True, "Metrics: GET /metrics answers whoever brings BAYLINE_METRICS_TOKEN, and nobody else.")
    else:
        yield Finding(True, "Metrics: off; BAYLINE_METRICS_TOKEN turns them on (docs/running.md).")
    free = shutil.disk_usage(settings.data_dir if settings.data_dir.exists() else ".").free
    if free < LOW_DISK:
        yield Finding(
            False, f"Disk: only {free // 2**20} MB free.",
            "Make room: below 200 MB no photos are taken, and without any nobody is answered.",
        )  # fmt: skip
    else:
        yield Finding(True, f"Disk: {free // 2**30} GB free.")
    if settings.clock_file:
        now = open_clock(settings)()
        yield Finding(False, f"Clock: a rehearsal, {now.isoformat()}.", "Remove BAYLINE_CLOCK_FILE for real use.")


def _file() -> Iterator[Finding]:
    """What a start passes over: a misspelt name, and secrets that everybody on this machine may read."""
    known = [str(field.alias) for field in Settings.model_fields.values()]
    for name in unknown():
        [meant] = get_close_matches(name, known, 1, 0.8) or [""]
        yield Finding(
            False, f"Settings: there is no {name}.",
            f"Write {meant} if that is meant." if meant else "README.md lists those that there are; remove it from .env.",
        )  # fmt: skip
    if others_may_read():
        yield Finding(False, "Settings: others on this machine may read .env, and it holds secrets.", "chmod 600 .env")


def _stores(session: Session, now: datetime) -> Iterator[Finding]:
    found = stores.all_stores(session)
    if not found:
        yield Finding(False, "Stores: none.", "`bayline init` asks for one; or `bayline import stores.toml` (docs/importing.md).")
    for store in found:
        if not store.hours:
            yield Finding(False, f"Store {store.code}: no opening hours.", _IN_STORES.format("hours"))
        elif not store.bays:
            yield Finding(False, f"Store {store.code}: no bays.", _IN_STORES.format("bays, or nobody can book,"))
        else:
            yield Finding(
                True, f"Store {store.code}: open {len({h.weekday for h in store.hours})} days a week, {len(store.bays)} bays."
            )
        today = now.astimezone(ZoneInfo(store.timezone)).date()
        if today.month == LAST_MONTH and not any(special.day.year == today.year + 1 for special in store.special_days):
            yield Finding(
                False, f"Store {store.code}: no holidays of {today.year + 1} are known; visits will be booked on them.",
                _IN_STORES.format("them to special_days"),
            )  # fmt: skip


def _catalogue(session: Session, settings: Settings) -> Iterator[Finding]:
    shop = load_shop(session)
    services = list(shop.services.values())
    if not services:
        yield Finding(False, "Catalogue: no services.", "`bayline import FOLDER` with services.csv, models.csv and prices.csv.")
        return
    day = open_clock(settings)().date()
    without = [s.code for s in services if not any(shop.prices_on(day, store, s) for store in shop.stores)]
    yield Finding(True, f"Catalogue: {len(services)} services, {len(shop.models)} car models.")
    if without:
        yield Finding(
            False, f"Prices: none that holds today for {_some(without)}; whoever asks is told so.",
            "`bayline export prices prices.csv`; add them and `bayline import prices.csv`.",
        )  # fmt: skip


def _knowledge(session: Session) -> Iterator[Finding]:
    rows = entries.all_rows(session)
    if not rows:
        yield Finding(
            False, "Knowledge base: empty.", "`bayline init` brings a starter base; your own: `bayline import kb.toml`."
        )
        return
    known = {service.code for service in catalogue.services(session)}
    everything = [base.entry_of(row) for row in rows]
    problems = list(check(everything, placeholders=list(ALLOWED)))
    for problem in problems[:20]:
        yield Finding(False, f"Knowledge base: {problem.sentence}", "`bayline export kb kb.toml`; mend it there and import it.")
    if not problems:
        yield Finding(True, f"Knowledge base: {len({row.entry_id for row in rows})} entries in three languages.")
    missing = {found[2] for row in rows for found in PLACEHOLDER.finditer(row.answer) if found[2] and found[2] not in known}
    if missing:
        yield Finding(False, f"Knowledge base: answers name services that the catalogue lacks: {_some(sorted(missing))}.",
                      "Import services with these codes, or change the answers: `bayline export kb kb.toml`.")  # fmt: skip


def _some(codes: list[str]) -> str:
    more = f" and {len(codes) - MOST_NAMED} more" if len(codes) > MOST_NAMED else ""
    return ", ".join(codes[:MOST_NAMED]) + more
