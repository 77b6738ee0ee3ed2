"""`bayline init`: the questions, wrong answers, and the shop that comes of it (PR10)."""

import stat
from collections.abc import Callable
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot import setup
from bot.app import open_database
from bot.settings import Settings
from storage import stores
from storage.catalogue import Price, Service
from storage.database import Database
from storage.entries import EntryRow

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


class Owner:
    """Somebody who answers what they are asked, and reads what they are told."""

    def __init__(self, answers: dict[str, list[str]]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.told: list[str] = []

    def ask(self, question: str) -> str:
        self.asked.append(question)
        waiting = next((answers for words, answers in self.answers.items() if words in question), [])
        return waiting.pop(0) if waiting else ""


def interview(**more: list[str]) -> tuple[Owner, setup.Answers]:
    owner = Owner({"Name of": ["海角汽车"], "Phone": ["0532 0000 0909"], "Address": ["海角路1号"]} | more)
    return owner, setup.ask_for_shop(owner.ask, owner.told.append)


def test_return_takes_what_stands_in_brackets() -> None:
    owner, answers = interview()
    assert owner.told == []
    assert "Time zone [Asia/Shanghai]" in owner.asked
    assert (answers.kind, answers.region, answers.currency, answers.language) == ("dealership", "CN", "CNY", "zh-Hans")
    assert (answers.weekday, answers.sunday) == (["08:30-12:00", "13:30-18:00"], [])


def test_the_country_decides_what_is_likely() -> None:
    _, answers = interview(Country=["gb"], Phone=["020 7946 0018"])
    assert (answers.timezone, answers.currency, answers.phone, answers.language) == (
        "Europe/London",
        "GBP",
        "+442079460018",
        "en",
    )


@pytest.mark.parametrize(
    ("question", "wrong", "right", "words"),
    [
        ("Name of", "", "A", "needed"),
        ("Kind", "bakery", "detailing", "dealership, detailing"),
        ("Country", "Atlantis", "CN", "two letters"),
        ("Time zone", "Mars", "Asia/Shanghai", "Europe/London"),
        ("Currency", "gold", "CNY", "three letters"),
        ("Phone", "12", "0532 0000 0909", "+86"),
        ("Monday", "8-12", "08:00-12:00", "08:30-12:00"),
        ("Sunday", "never", "closed", "08:30-12:00"),
        ("Language", "Latin", "en", "zh-Hant"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(question: str, wrong: str, right: str, words: str) -> None:
    owner, _ = interview(**{question: [wrong, right]})
    [sentence] = owner.told
    assert words in sentence
    assert sum(question in asked for asked in owner.asked) == 2


def test_the_shop_is_empty_but_ready(database: Database) -> None:
    _, answers = interview(Sunday=["10:00-16:00"])
    assert setup.create_shop(database, answers, NOW).loaded
    count: Callable[[type], object] = lambda table: session.scalar(select(func.count()).select_from(table))  # noqa: E731
    with database.reading() as session:
        [store] = stores.all_stores(session)
        assert store.names == {"en": "海角汽车", "zh-Hans": "海角汽车", "zh-Hant": "海角汽車"}
        assert (store.hours[-1].weekday, store.hours[-1].opens) == (6, time(10))
        assert (count(Price), count(Service), count(EntryRow) != 0) == (0, 38, True)
    with pytest.raises(ValueError, match="a shop in this database already"):
        setup.create_shop(database, answers, NOW)


def test_settings_are_written_once_and_for_the_owner_only_pr10(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert setup.write_env(path, "sqlite:///data/bayline.db")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "DATABASE_URL=sqlite:///data/bayline.db\n" in path.read_text("utf-8")
    path.write_text("TELEGRAM_BOT_TOKEN=secret\n", "utf-8")
    assert not setup.write_env(path, "sqlite:///other.db")
    assert path.read_text("utf-8") == "TELEGRAM_BOT_TOKEN=secret\n"


def test_a_new_database_is_read_by_its_owner_only(tmp_path: Path) -> None:
    database = open_database(Settings(BAYLINE_DATA_DIR=tmp_path / "data"))
    try:
        with database.transaction() as session:
            assert stores.all_stores(session) == []
        files = {file.name: stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "data").iterdir()}
        assert files == dict.fromkeys(("bayline.db", "bayline.db-wal", "bayline.db-shm"), 0o600)
    finally:
        database.close()
