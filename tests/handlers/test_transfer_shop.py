"""Stores and entries of the knowledge base: TOML in, TOML out, and what each mistake is told (IE3, IE5)."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import select

from handlers import transfer
from storage import entries, stores
from storage.database import Database
from tests.conftest import Templates
from tests.marks import EMPTY_ON_SQLITE

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)

STORE = """
[[store]]
code = "north"
kind = "dealership"
phone = "0532 0000 0101"
timezone = "Asia/Shanghai"
region = "cn"
currency = "cny"
names = { en = "North" , zh-Hans = "北店" }
addresses = { en = "1 North Road" }

[store.hours]
mon = ["13:30-18:00", "08:30-12:00"]

[store.bays]
L1 = "lift"
W1 = "wash"

[[store.special_days]]
day = 2027-01-01
hours = []
names = { en = "New Year" }
"""

SERVICES = "code,category,name_en,minutes\nminor_service,maintenance,Minor service,60\n"

ENTRY = """
[[entry]]
id = "service_price"
category = "maintenance"
buttons = ["prices", "book"]
audience = "customer"
[entry.en]
question = "How much is a service?"
aliases = ["service cost"]
answer = "It is {price:minor_service} at {store.name}, call {store.phone}."
[entry.zh-Hans]
question = "保养多少钱？"
aliases = ["保养价格"]
answer = "{price:minor_service}，用时{duration:minor_service}。"
[entry.zh-Hant]
question = "保養要多少錢？"
aliases = []
answer = "{price:minor_service}。"
"""
SECOND = (
    ENTRY.replace("service_price", "parking").replace("service", "parking", 2).replace("保养", "停车").replace("保養", "停車")
)


def bring(database: Database, folder: Path, name: str, content: str, now: datetime = NOW) -> transfer.Report:
    path = folder / name
    path.write_text(content, "utf-8")
    return transfer.import_file(database, path, now=now)


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Database:
    return furnished(database, tmp_path)


@pytest.fixture(scope="module")
def untouched(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same shop for all who only bring what is refused: nothing of it is kept."""
    folder = tmp_path_factory.mktemp("untouched")
    database = Database(templates.copy("sqlite", False, folder))
    yield furnished(database, folder)
    database.close()


def furnished(database: Database, folder: Path) -> Database:
    assert bring(database, folder, "stores.toml", STORE).ok
    assert bring(database, folder, "services.csv", SERVICES).ok
    return database


def test_a_store_comes_with_hours_special_days_and_bays(shop: Database) -> None:
    with shop.reading() as session:
        [store] = stores.all_stores(session)
        assert store.names == {"en": "North", "zh-Hans": "北店", "zh-Hant": "North"}
        assert (store.phone, store.region, store.currency) == ("+8653200000101", "CN", "CNY")
        spans = [(span.weekday, span.opens, span.closes) for span in store.hours]
        assert spans == [(0, time(8, 30), time(12)), (0, time(13, 30), time(18))]
        assert [(day.day, day.spans) for day in store.special_days] == [(date(2027, 1, 1), [])]
        assert [(bay.code, bay.kind) for bay in store.bays] == [("L1", "lift"), ("W1", "wash")]


def test_a_store_is_known_again_and_changed_whole_ie3(shop: Database, tmp_path: Path) -> None:
    assert bring(shop, tmp_path, "stores.toml", STORE).unchanged == 1
    other = STORE.replace('W1 = "wash"', 'W2 = "wash"').replace("2027-01-01", "2027-02-06").replace('"13:30-18:00", ', "")
    assert bring(shop, tmp_path, "stores.toml", other).changed == 1
    with shop.reading() as session:
        [store] = stores.all_stores(session)
        # A bay that stays keeps its row, because bookings point at it.
        assert [(bay.id, bay.code) for bay in store.bays] == [(1, "L1"), (3, "W2")]
        assert ([day.day for day in store.special_days], len(store.hours)) == ([date(2027, 2, 6)], 1)


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ('"13:30-18:00"', '"10-4"', "hours.mon", '"08:30-12:00", not "10-4"'),
        ('"13:30-18:00"', '"11:30-18:00"', "hours.mon", "overlap"),
        ("mon =", "monday =", "hours.monday", "no such weekday"),
        ('["13:30-18:00", "08:30-12:00"]', '"08:30-12:00"', "hours.mon", "Write a list"),
        ("Asia/Shanghai", "Asia/Nowhere", "timezone", "not a time zone"),
        ('"cny"', '"RMB!"', "currency", "not a currency"),
        ('"cn"', '"China"', "region", "not a country"),
        ("0532 0000 0101", "12345", "phone", "+86"),
        ('code = "north"\n', "", "code", "missing"),
        ("kind =", "kinds =", "kinds", "no such key"),
        ('"dealership"', '"bakery"', "kind", "dealership, detailing"),
        ("en = ", "fr = ", "names.fr", "no such language"),
        ('en = "North"', "en = 5", "names.en", "not a text"),
        ("2027-01-01", '"01/02/2027"', "special_days 1.day", "2026-04-03"),
        ("hours = []", "closed = true", "special_days 1.closed", "no such key"),
        ('"lift"', "5", "bays.L1", "kind of the bay"),
    ],
)
def test_each_mistake_in_a_store_is_named_with_its_place(
    untouched: Database, tmp_path: Path, old: str, new: str, column: str, words: str
) -> None:
    [error] = bring(untouched, tmp_path, "stores.toml", STORE.replace(old, new, 1)).errors
    assert (error.row, error.column) == (2, column), error
    assert words in error.reason


def test_two_stores_need_two_codes(untouched: Database, tmp_path: Path) -> None:
    [error] = bring(untouched, tmp_path, "stores.toml", STORE + STORE).errors
    assert (error.row, error.column) == (24, "code")


def test_entries_are_kept_per_language_and_known_again_ie3(shop: Database, tmp_path: Path) -> None:
    assert bring(shop, tmp_path, "kb.toml", ENTRY).added == 3
    assert bring(shop, tmp_path, "kb.toml", ENTRY, LATER).unchanged == 3
    report = bring(shop, tmp_path, "kb.toml", ENTRY.replace("service cost", "what does it cost"), LATER)
    assert (report.changed, report.unchanged) == (1, 2)
    with shop.reading() as session:
        rows = {row.language: row for row in entries.all_rows(session)}
    assert rows["en"].aliases == ["what does it cost"]
    assert (rows["en"].changed_at, rows["zh-Hans"].changed_at) == (LATER, NOW)
    assert (rows["zh-Hans"].buttons, rows["zh-Hans"].audience) == (["prices", "book"], "customer")


@EMPTY_ON_SQLITE
@pytest.mark.parametrize("suffix", [".toml", ".jsonl"])
def test_entries_survive_the_round_trip(shop: Database, tmp_path: Path, suffix: str) -> None:
    scoped = SECOND.replace('audience = "customer"', 'audience = "staff"\nstores = ["north"]\nvalid_from = 2026-01-01')
    bring(shop, tmp_path, "entries.toml", ENTRY + scoped)
    path = tmp_path / f"out-kb{suffix}"
    assert transfer.export_file(shop, path, "kb").written == 6
    report = transfer.import_file(shop, path, now=LATER)
    assert (report.errors, report.unchanged) == ([], 6)


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("{price:minor_service} at", "{price:oil} at", "service_price.en.answer", "names no service"),
        ("{store.phone}", "{store.fax}", "service_price.en.answer", "{store.phone}"),
        ("{store.phone}", "{{ 7*7 }}", "service_price.en.answer", "means nothing"),
        ("{store.phone}", "{store.phone", "service_price.en.answer", "no partner"),
        ("{store.phone}", "<script>x</script>", "service_price.en.answer", "plain text"),
        ("{store.phone}", "<a href=x>x</a>", "service_price.en.answer", "plain text"),
        ("{store.phone}", "javascript:alert(1)", "service_price.en.answer", "plain text"),
        ('"book"]', '"boook"]', "buttons", "book, prices, person, hours, menu, appointments, cars, offers, messages"),
        ('audience = "customer"', 'audience = "everyone"', "audience", "customer, staff"),
        ('audience = "customer"', 'stores = ["south"]', "stores", 'no store "south"'),
        ('audience = "customer"', "colour = 1", "service_price.colour", "no such key"),
        ('id = "service_price"', "", "id", "missing"),
        ("[entry.zh-Hant]", "[entry.zh-TW]", "service_price.zh-TW", "no such key"),
        ('question = "保养多少钱？"', "", "service_price.zh-Hans.question", "missing"),
        ('["service cost"]', '"service cost"', "service_price.en.aliases", "list of texts"),
    ],
)
def test_each_mistake_in_an_entry_is_named_with_its_place_ie5(
    untouched: Database, tmp_path: Path, old: str, new: str, column: str, words: str
) -> None:
    [error] = bring(untouched, tmp_path, "kb.toml", ENTRY.replace(old, new, 1)).errors
    assert (error.row, error.column) == (2, column), error
    assert words in error.reason


def test_an_entry_needs_all_languages(untouched: Database, tmp_path: Path) -> None:
    [error] = bring(untouched, tmp_path, "kb.toml", ENTRY[: ENTRY.index("[entry.zh-Hant]")]).errors
    assert error.column == "service_price.zh-Hant"
    line = '{"id": "a", "language": "en", "category": "x", "question": "Q", "answer": "A"}\n'
    reasons = [error.reason for error in bring(untouched, tmp_path, "kb.jsonl", line).errors]
    assert [reason.split(".")[0] for reason in reasons] == ['"a" has no zh-Hans', '"a" has no zh-Hant']


@EMPTY_ON_SQLITE
def test_the_same_words_cannot_lead_to_two_entries(shop: Database, tmp_path: Path) -> None:
    assert bring(shop, tmp_path, "kb.toml", ENTRY).ok
    double = SECOND.replace('"parking cost"', '"SERVICE  cost"')
    [error] = bring(shop, tmp_path, "kb.toml", double).errors
    assert error.column == "parking.en"
    assert '"service_price" as well' in error.reason
    # Staff and customers do not meet.
    assert bring(shop, tmp_path, "kb.toml", double.replace('"customer"', '"staff"')).ok


def test_the_same_id_twice_is_refused(untouched: Database, tmp_path: Path) -> None:
    errors = bring(untouched, tmp_path, "kb.toml", ENTRY + ENTRY).errors
    assert (errors[0].row, errors[0].column) == (20, "id")


def test_nothing_of_a_wrong_file_is_kept_ie3(untouched: Database, tmp_path: Path) -> None:
    assert not bring(untouched, tmp_path, "kb.toml", ENTRY + SECOND.replace("{store.phone}", "{x}")).ok
    with untouched.reading() as session:
        assert session.scalars(select(entries.EntryRow)).all() == []


def test_spreadsheets_of_stores_and_entries_are_sent_to_toml(untouched: Database, tmp_path: Path) -> None:
    assert "TOML" in bring(untouched, tmp_path, "stores.csv", "code,name\n").errors[0].reason
    assert "TOML or JSONL" in bring(untouched, tmp_path, "kb.csv", "id,answer\n").errors[0].reason
