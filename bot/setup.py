"""The questions of `bayline init`, and the empty shop that comes of the answers."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from babel.core import get_global
from babel.numbers import get_territory_currencies

from bot import demo
from handlers.transfer import spans, values, writing
from handlers.transfer import stores as shop
from handlers.transfer.fields import LANGUAGES
from handlers.transfer.report import Wrong
from storage import stores
from storage.database import Database

T = TypeVar("T")
Ask = Callable[[str], str]
Tell = Callable[[str], None]

_DAYS = "08:30-12:00, 13:30-18:00"
_ENV = """\
# Settings of Bayline. Keep this file to yourself: it will hold secrets.
DATABASE_URL={url}
# From @BotFather in Telegram; leave it empty for the web chat alone.
TELEGRAM_BOT_TOKEN=
BAYLINE_HOST=127.0.0.1
BAYLINE_PORT=8080
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a new shop is made of. `weekday`, `saturday`, `sunday`: spans such as "08:30-12:00", none for a closed day."""

    name: str
    kind: str
    region: str
    timezone: str
    currency: str
    phone: str
    address: str
    weekday: list[str]
    saturday: list[str]
    sunday: list[str]
    language: str


def ask_for_shop(ask: Ask, tell: Tell) -> Answers:
    """Asks one thing after the other. `ask` shows a question and returns what was typed; `tell` says what was wrong with it."""

    def about(question: str, read: Callable[[str], T], default: str = "") -> T:
        prompt = f"{question} [{default}]" if default else question
        while True:
            try:
                if answer := ask(prompt).strip() or default:
                    return read(answer)
                tell("This is needed. Please write an answer.")
            except Wrong as error:
                tell(error.reason)

    name = about("Name of the shop", lambda text: values.a_text(text, 120))
    kind = about(f"Kind ({' or '.join(shop.KINDS)})", lambda text: values.a_choice(text, shop.KINDS), "dealership")
    region = about("Country, two letters", shop.a_region, "CN")
    timezone = about("Time zone", shop.a_timezone, _likely_timezone(region))
    currency = about("Currency, three letters", shop.a_currency, _likely_currency(region))
    phone = about("Phone number for customers", lambda text: values.a_phone(text, region))
    address = about("Address, as customers look for it", lambda text: values.a_text(text, 500))
    weekday = about("Opening hours Monday to Friday", _spans, _DAYS)
    saturday = about('Opening hours on Saturday, or "closed"', _spans, ", ".join(weekday) or "closed")
    sunday = about('Opening hours on Sunday, or "closed"', _spans, "closed")
    language = about(
        f"Language of the name and the address ({', '.join(LANGUAGES)})",
        lambda text: values.a_choice(text, LANGUAGES),
        {"CN": "zh-Hans", "SG": "zh-Hans", "TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant"}.get(region, "en"),
    )
    return Answers(name, kind, region, timezone, currency, phone, address, weekday, saturday, sunday, language)


def create_shop(database: Database, answers: Answers, now: datetime) -> demo.Summary:
    """One store with its hours, the services and car models to start from, and the starter knowledge base; no prices.

    Raises ValueError with a sentence if the database holds a shop already.
    """
    with database.reading() as session:
        if stores.all_stores(session):
            raise ValueError("There is a shop in this database already. Change it with `bayline import`, or use another one.")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "stores.toml"
        writing.write_stores(file, [_store(answers)])
        return demo.bring_in(database, [file, demo.file("models.csv"), demo.file("services.csv"), *demo.starter()], now)


def write_env(path: Path, database_url: str) -> bool:
    """Writes the settings to start from, readable by the owner only. False if there is such a file: it stays as it is."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(_ENV.format(url=database_url))
    return True


def _store(answers: Answers) -> dict[str, object]:
    days = [answers.weekday] * 5 + [answers.saturday, answers.sunday]
    return {
        "code": "main",
        "kind": answers.kind,
        "phone": answers.phone,
        "timezone": answers.timezone,
        "region": answers.region,
        "currency": answers.currency,
        "names": _in_scripts(answers.name, answers.language),
        "addresses": _in_scripts(answers.address, answers.language),
        "hours": dict(zip(spans.WEEKDAYS, days, strict=True)),
        "special_days": [],
    }


def _in_scripts(text: str, language: str) -> dict[str, str]:
    """A Chinese text in both scripts; the import gives a language without words of its own the others'."""
    if not language.startswith("zh"):
        return {language: text}
    from opencc import OpenCC

    other, way = ("zh-Hant", "s2t") if language == "zh-Hans" else ("zh-Hans", "t2s")
    return {language: text, other: OpenCC(way).convert(text)}


def _spans(text: str) -> list[str]:
    if text.strip().lower() == "closed":
        return []
    found = spans.read_spans([span.strip() for span in text.replace("，", ",").replace("、", ",").split(",")])
    return [spans.write_span(opens, closes) for opens, closes in found]


def _likely_timezone(region: str) -> str:
    """The country's time zone, or nothing for one so wide that it must be said."""
    zones = sorted(zone for zone, country in get_global("zone_territories").items() if country == region)
    return zones[0] if 1 <= len(zones) <= 2 else ""


def _likely_currency(region: str) -> str:
    return next(iter(get_territory_currencies(region)), "")
