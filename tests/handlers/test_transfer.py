"""Import and export of flat files: what is kept, what is refused, and that both directions agree (IE1, IE3, IE6, DB16)."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

from handlers import transfer
from handlers.transfer.naming import kind_of
from storage import bulk, catalogue, odometer, revisions, stores
from storage.catalogue import CarModel, Price, Service
from storage.customers import Customer
from storage.database import Database
from storage.migrating import migrate
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests import forked
from tests.conftest import Templates
from tests.marks import EMPTY_ON_SQLITE

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)

STORES = """
[[store]]
code = "north"
kind = "dealership"
phone = "+8653200000101"
timezone = "Asia/Shanghai"
region = "CN"
currency = "CNY"
margin = 35
names = { en = "North", zh-Hans = "北店", zh-Hant = "北店" }
addresses = { en = "1 North Road" }
hours = { mon = ["08:30-12:00"] }
"""
FILES = {
    "stores.toml": STORES,
    "models.csv": "code,make,name_en,aliases,energy\naudi_a4,Audi,Audi A4,A4L|奥迪A4,petrol\nbmw_3,BMW,BMW 3,,petrol\n",
    "services.csv": "code,category,name_en,name_zh_hans,minutes\nminor,service,Minor,小保养,60\nwash,wash,Wash,洗车,40\n",
    "prices.csv": "store,service,model,amount,valid_from,valid_until,cost\n"
    "north,minor,audi_a4,899.5,2026-01-01,,410\nnorth,wash,,48,2026/1/1,20261231,\n",
    "customers.csv": "code,name,phone,language,store,birthday\nC-1,陈静雯,138 0013 8000,zh-hans,north,1988-02-29\nC-2,Ann,,,,\n",
    "vehicles.csv": "code,customer,model,plate,vin,year\nV-1,C-1,audi_a4,鲁B·1I113,1E10,2023\n",
    "visits.csv": "code,vehicle,store,visited_on,services,amount,odometer_km\nW-1,V-1,north,2026-10-01,minor|wash,947.50,30120\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    where = tmp_path / "shop"
    where.mkdir()
    for name, content in FILES.items():
        (where / name).write_text(content, "utf-8")
    return where


@pytest.fixture
def shop(database: Database, folder: Path) -> Database:
    """A database with one row or two of everything."""
    for _, report in transfer.import_folder(database, folder, now=NOW):
        assert report.ok, report.errors
    return database


@pytest.fixture(scope="module")
def untouched(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The same shop for all who only bring what is refused: nothing of it is kept."""
    where = tmp_path_factory.mktemp("untouched")
    for name, content in FILES.items():
        (where / name).write_text(content, "utf-8")
    database = Database(templates.copy("sqlite", False, where))
    assert all(report.ok for _, report in transfer.import_folder(database, where, now=NOW))
    yield database
    database.close()


def bring(database: Database, folder: Path, name: str, content: str, **more: object) -> transfer.Report:
    path = folder / name
    path.write_text(content, "utf-8")
    return transfer.import_file(database, path, now=NOW, **more)  # type: ignore[arg-type]


def number_of(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@EMPTY_ON_SQLITE
def test_a_folder_is_imported_in_the_order_of_its_needs(shop: Database) -> None:
    with shop.reading() as session:
        [price] = [
            p for p in catalogue.prices(session) if (p.store_id, p.service_id) == (1, 1) and p.holds_on(date(2026, 11, 21))
        ]
        assert (price.amount, price.valid_until, session.get_one(CarModel, price.model_id).code) == (89950, None, "audi_a4")
        car = session.scalars(select(Vehicle)).one()
        assert (car.vin, session.get_one(Customer, car.customer_id).phone) == ("1E10", "+8613800138000")
        visit = session.scalars(select(Visit)).one()
        assert (visit.services, visit.amount, visit.odometer_km) == (["minor", "wash"], 94750, 30120)
        customer = session.scalars(select(Customer).where(Customer.code == "C-1")).one()
        assert (customer.language, customer.birthday, customer.created_at) == ("zh-Hans", date(1988, 2, 29), NOW)
        service = session.scalars(select(Service).where(Service.code == "wash")).one()
        assert (service.names["zh-Hant"], service.bay_kind, service.active, service.position) == ("Wash", "general", True, 2)


def test_a_second_import_changes_nothing_ie3(shop: Database, folder: Path) -> None:
    before = read_revisions(shop)
    for _, report in transfer.import_folder(shop, folder, now=NOW):
        assert (report.ok, report.added, report.changed, report.unchanged > 0) == (True, 0, 0, True)
    assert read_revisions(shop) == before


def read_revisions(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return revisions.all_numbers(session)


def test_a_change_is_told_to_the_workers(shop: Database, folder: Path) -> None:
    before = read_revisions(shop)["catalogue"]
    report = bring(shop, folder, "prices.csv", FILES["prices.csv"].replace("899.5", "919"))
    assert (report.added, report.changed, report.unchanged) == (0, 1, 1)
    assert read_revisions(shop)["catalogue"] == before + 1


def test_a_dry_run_counts_and_keeps_nothing(database: Database, folder: Path) -> None:
    reports = transfer.import_folder(database, folder, now=NOW, dry_run=True)
    assert all(report.ok and report.added and report.dry_run for _, report in reports)
    assert (number_of(database, stores.Store), read_revisions(database)) == (0, {})


def test_one_wrong_row_keeps_the_whole_file_out_ie3(shop: Database, folder: Path) -> None:
    rows = "".join(f"M-{number},Make,Model {number},,petrol\n" for number in range(2500))
    header = "code,make,name_en,aliases,energy\n"
    report = bring(shop, folder, "models.csv", f"{header}{rows}M-9999,Make,,,wood\n")
    assert [(error.row, error.column) for error in report.errors] == [(2502, "name_en"), (2502, "energy")]
    assert str(report.errors[1]) == 'row 2502: energy: Write one of petrol, diesel, hybrid, electric, not "wood".'
    assert number_of(shop, CarModel) == 2


def test_a_wrong_file_keeps_the_whole_folder_out(database: Database, folder: Path) -> None:
    (folder / "vehicles.csv").write_text("code,customer\nV-1,C-99\n", "utf-8")
    *good, (path, bad) = transfer.import_folder(database, folder, now=NOW)
    assert (path.name, len(good)) == ("vehicles.csv", 5)
    assert bad.errors[0] == (2, "customer", 'There is no "C-99" among the customers. Import it first, or correct the code.')
    assert number_of(database, Customer) == 0


def test_no_file_of_a_folder_is_passed_over_in_silence(untouched: Database, tmp_path: Path) -> None:
    [(path, report)] = transfer.import_folder(untouched, tmp_path, now=NOW)
    assert (path, "nothing to import" in report.errors[0].reason) == (tmp_path, True)
    for name in ("models.csv", "Preisliste.csv", ".prices.csv", "~$prices.xlsx", "readme.md"):
        (tmp_path / name).write_text(FILES["models.csv"], "utf-8")
    [(path, report)] = transfer.import_folder(untouched, tmp_path, now=NOW)
    assert (path.name, "does not say" in report.errors[0].reason) == ("Preisliste.csv", True)


@pytest.mark.parametrize(
    ("name", "content", "row", "column", "words"),
    [
        ("models.csv", "code,make,name_en,energy,wheels\n", 1, "wheels", "no column"),
        ("models.csv", "code,name_en,energy\n", 1, "make", "missing"),
        ("models.csv", "code,make,name_en,energy\n,Audi,A,petrol\n", 2, "code", "empty"),
        ("models.csv", "code,make,name_en,energy\na b,Audi,A,petrol\n", 2, "code", "Write a code"),
        (
            "models.csv",
            "code,make,name_en,energy\nx,A,A,petrol\ny,A,A,petrol\nx,A,A,petrol\n",
            4,
            "code",
            "Row 2 is about the same",
        ),
        ("models.csv", f"code,make,name_en,energy\nx,{'A' * 61},A,petrol\n", 2, "make", "at most 60"),
        ("models.csv", "code,make,name_en,energy\nx,A\0,A,petrol\n", 2, "make", "control character"),
        ("services.csv", "code,category,name_en,minutes\nx,a,A,1.5\n", 2, "minutes", "whole number"),
        ("prices.csv", "store,service,amount,valid_from\nsouth,minor,1,2026-01-01\n", 2, "store", 'no "south" among the stores'),
        ("prices.csv", 'store,service,amount,valid_from\nnorth,minor,"1,5",2026-01-01\n', 2, "amount", "399.50"),
        ("prices.csv", "store,service,amount,valid_from\nnorth,minor,1,03/04/2026\n", 2, "valid_from", "2026-04-03"),
        (
            "prices.csv",
            "store,service,amount,valid_from,valid_until\nnorth,minor,1,2026-01-02,2026-01-01\n",
            2,
            "valid_until",
            "before",
        ),
        ("prices.csv", "store,service,amount,valid_from\n" + "north,minor,1,2026-01-01\n" * 2, 3, "store", "same one"),
        ("customers.csv", "code,name,phone\nC,Ann,12345\n", 2, "phone", "+86"),
        ("customers.csv", "code,name,language\nC,Ann,fr\n", 2, "language", "zh-Hans"),
        (
            "visits.csv",
            "code,vehicle,store,visited_on,services\nW,V-1,north,2026-01-01,minor|polish\n",
            2,
            "services",
            '"polish"',
        ),
        ("customers.jsonl", '{"code": "C", "name": ["Ann"]}\n', 1, "name", "not a list"),
        ("customers.jsonl", '{"code": "C", "name": "Ann", "nick": "A"}\n', 1, "nick", "no such column"),
        ("customers.jsonl", '{"code": "C"}\n', 1, "name", "empty"),
        ("shop.csv", "code\n", 0, "", "does not say what"),
    ],
)
def test_each_mistake_is_named_with_its_place(
    untouched: Database, tmp_path: Path, name: str, content: str, row: int, column: str, words: str
) -> None:
    [error] = bring(untouched, tmp_path, name, content).errors
    assert (error.row, error.column) == (row, column), error
    assert words in error.reason
    assert error.reason.endswith(".")


def test_no_more_than_a_hundred_mistakes_are_told(untouched: Database, tmp_path: Path) -> None:
    report = bring(untouched, tmp_path, "models.csv", "code,make,name_en,energy\n" + "?,?,?,?\n" * 5000)
    assert len(report.errors) == 100


@EMPTY_ON_SQLITE
def test_a_column_that_is_not_in_the_file_leaves_its_values_alone(shop: Database, folder: Path) -> None:
    report = bring(shop, folder, "customers.csv", "code,name\nC-1,陈静\nC-3,New\n")
    assert (report.added, report.changed) == (1, 1)
    report = bring(
        shop, folder, "customers.jsonl", '{"code": "C-3", "name": "New", "phone": null}\n{"code": "C-1", "name": "陈静"}\n'
    )
    assert report.unchanged == 2
    with shop.reading() as session:
        customer = session.scalars(select(Customer).where(Customer.code == "C-1")).one()
        assert (customer.name, customer.phone, customer.birthday) == ("陈静", "+8613800138000", date(1988, 2, 29))


@EMPTY_ON_SQLITE
def test_a_new_number_is_not_verified(shop: Database, folder: Path) -> None:
    with shop.transaction() as session:
        for customer in session.scalars(select(Customer)):
            customer.phone_verified_at = NOW
    bring(shop, folder, "customers.csv", "code,name,phone\nC-1,Ann,13800138000\nC-2,Bob,13800138001\n")
    with shop.reading() as session:
        verified = session.execute(select(Customer.code, Customer.phone_verified_at).order_by(Customer.code)).all()
    assert [(code, bool(at)) for code, at in verified] == [("C-1", True), ("C-2", False)]


@EMPTY_ON_SQLITE
def test_the_number_of_a_customer_is_read_in_the_country_of_their_store(shop: Database, folder: Path) -> None:
    hongkong = STORES.replace('"north"', '"harbour"').replace('"CN"', '"HK"').replace("+8653200000101", "+85225550101")
    bring(shop, folder, "stores.toml", hongkong)
    assert bring(shop, folder, "customers.csv", "code,name,phone,store\nC-5,Wong,5123 4567,harbour\n").ok
    with shop.reading() as session:
        assert session.scalars(select(Customer.phone).where(Customer.code == "C-5")).one() == "+85251234567"


@EMPTY_ON_SQLITE
def test_progress_is_reported_to_the_end(shop: Database, folder: Path) -> None:
    steps: list[tuple[int, int]] = []
    rows = "".join(f"C{number},Name\n" for number in range(2500))
    bring(shop, folder, "customers.csv", f"code,name\n{rows}", progress=lambda done, total: steps.append((done, total)))
    assert steps == [
        (1000, 5002), (2000, 5002), (2500, 5002), (2500, 5000), (3500, 5000), (4500, 5000), (5000, 5000),
    ], "read, then written"  # fmt: skip
    steps.clear()
    report = transfer.export_file(shop, folder / "out.csv", "customers", progress=lambda done, total: steps.append((done, total)))
    assert (report.written, steps[0], steps[-1]) == (2502, (1000, 2502), (2502, 2502))


def _dies(url: str, path: Path) -> None:
    """Imports, until it is killed in the middle of writing."""

    def die(done: int, _total: int) -> None:
        if done >= 5000:
            os.kill(os.getpid(), signal.SIGKILL)

    transfer.import_file(Database(url), path, now=NOW, progress=die)


def test_an_import_that_is_killed_leaves_nothing_ie3(database: Database, database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "customers.csv"
    path.write_text("code,name\n" + "".join(f"C{number},Name\n" for number in range(3000)), "utf-8")
    child = forked.start(_dies, database_url, path, out=tmp_path / "out")
    assert forked.ended(child, 60) == -signal.SIGKILL
    assert number_of(database, Customer) == 0
    assert transfer.import_file(database, path, now=NOW).added == 3000


def test_others_write_while_a_file_is_read(database: Database, database_url: str, tmp_path: Path) -> None:
    """A customer's message waits for what is written at the end, and not for what is read and checked before."""
    path, other = tmp_path / "customers.csv", Database(database_url, patience=0.05)
    path.write_text("code,name\n" + "".join(f"C{number},Name\n" for number in range(1100)), "utf-8")
    written = []

    def meanwhile(done: int, _total: int) -> None:
        if done <= 1000:
            with other.transaction() as session:
                session.add(Customer(code="new", name="New", created_at=NOW))
            written.append(done)

    assert transfer.import_file(database, path, now=NOW, progress=meanwhile).added == 1100
    assert written == [1000]
    assert number_of(database, Customer) == 1101
    other.close()


def test_others_write_while_a_folder_is_read_whose_files_need_each_other(shop: Database, database_url: str, folder: Path) -> None:
    """A car of a customer whom the same folder brings; what no file brings is refused as ever, and nothing is kept."""
    for path in folder.iterdir():
        path.unlink()
    (folder / "customers.csv").write_text("code,name\nC-20,Twenty\nC-21,Twentyone\n", "utf-8")
    (folder / "vehicles.csv").write_text("code,customer,plate\nV-20,C-20,ABC\nV-21,C-1,DEF\n", "utf-8")
    visits = "code,vehicle,store,visited_on\nW-20,V-20,north,2026-01-02\n"
    (folder / "visits.csv").write_text(visits + "W-21,V-99,north,2026-01-02\n", "utf-8")
    reports = transfer.import_folder(shop, folder, now=NOW)
    assert ["V-99" in str(problem) for _, report in reports for problem in report.errors] == [True]
    before = number_of(shop, Customer)
    (folder / "visits.csv").write_text(visits, "utf-8")
    other, written = Database(database_url, patience=0.05), []

    def meanwhile(done: int, total: int) -> None:
        if 0 < done <= total // 2:
            with other.transaction() as session:
                session.execute(update(Customer).where(Customer.code == "C-1").values(name=f"Name {len(written)}"))
            written.append(done)

    reports = transfer.import_folder(shop, folder, now=NOW, progress=meanwhile)
    assert [(report.kind, report.added) for _, report in reports] == [("customers", 2), ("vehicles", 2), ("visits", 1)]
    assert len(written) >= 3, "while each of them was read"
    other.close()
    with shop.reading() as session:
        cars = select(Vehicle.code, Customer.code).join(Customer, Vehicle.customer_id == Customer.id)
        assert {("V-20", "C-20"), ("V-21", "C-1")} <= {(car, owner) for car, owner in session.execute(cars)}
    assert number_of(shop, Customer) == before + 2


def test_what_rows_point_at_may_go_while_they_are_read(shop: Database, folder: Path) -> None:
    """Then nothing is kept, and it is said."""
    path = folder / "vehicles.csv"
    path.write_text("code,customer\nV-10,C-1\nV-11,C-9\n", "utf-8")
    with shop.transaction() as session:
        session.add(Customer(code="C-9", name="Nine", created_at=NOW))
    before = number_of(shop, Vehicle)

    def meanwhile(done: int, total: int) -> None:
        if done == total // 2:
            with shop.transaction() as session:
                session.execute(delete(Customer).where(Customer.code == "C-9"))
                session.flush()
                # On SQLite they get the number that has become free; the car is not theirs.
                session.add(Customer(code="C-10", name="Ten", created_at=NOW))

    [problem] = transfer.import_file(shop, path, now=NOW, progress=meanwhile).errors
    assert "taken out while the rows were read" in problem.reason
    assert number_of(shop, Vehicle) == before


@EMPTY_ON_SQLITE
def test_a_sheet_that_the_memory_does_not_hold_is_a_sentence_ie4(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    path = tmp_path / "customers.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["code", "name"])
    monkeypatch.setattr("openpyxl.load_workbook", full)
    [problem] = transfer.import_file(database, path, now=NOW).errors
    assert "not enough memory" in problem.reason


def test_two_imports_do_not_meet(database: Database, folder: Path) -> None:
    with database.transaction() as session:
        assert bulk.claim(session)
        if not database.is_sqlite:  # there the second one waits: it has one writer
            report = transfer.import_file(database, folder / "models.csv", now=NOW)
            assert "Another import is running" in report.errors[0].reason
    assert transfer.import_file(database, folder / "models.csv", now=NOW).ok


@EMPTY_ON_SQLITE
@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl"])
def test_what_is_exported_can_be_imported_unchanged_ie1(shop: Database, tmp_path: Path, suffix: str) -> None:
    for kind in ("models", "services", "prices", "customers", "vehicles", "visits"):
        path = tmp_path / f"{kind}{suffix}"
        written = transfer.export_file(shop, path, kind).written
        report = transfer.import_file(shop, path, now=NOW)
        assert (report.errors, report.added, report.changed, report.unchanged) == ([], 0, 0, written), kind
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_exported_folder_makes_the_same_shop(shop: Database, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for path, report in transfer.export_folder(shop, out):
        assert (report.ok, path.exists()) == (True, True)
    copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
    migrate(copy)
    reports = transfer.import_folder(copy, out, now=NOW)
    again = tmp_path / "again"
    again.mkdir()
    transfer.export_folder(copy, again)
    copy.close()
    assert [report.errors for _, report in reports] == [[]] * 8
    assert [path.read_bytes() for path in sorted(again.iterdir())] == [path.read_bytes() for path in sorted(out.iterdir())]


_NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).map(str.strip).filter(bool)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(st.lists(_NAMES, min_size=1, max_size=20), st.sampled_from([".csv", ".xlsx", ".jsonl"]))
def test_any_name_survives_the_round_trip_ie1_db16(database: Database, tmp_path: Path, names: list[str], suffix: str) -> None:
    with database.transaction() as session:
        rows = [
            {"code": f"C{n}", "name": name, "phone": "+8613800138000", "phone_verified_at": None, "language": None,
             "store_id": None, "birthday": None, "created_at": NOW}
            for n, name in enumerate(names)
        ]  # fmt: skip
        bulk.put(session, Customer.__table__, ["code"], rows)  # type: ignore[arg-type]
    path = tmp_path / f"customers{suffix}"
    written = transfer.export_file(database, path, "customers").written
    report = transfer.import_file(database, path, now=NOW)
    assert (report.errors, report.unchanged) == ([], written)


@EMPTY_ON_SQLITE
def test_prices_without_a_model_are_known_again(shop: Database, folder: Path) -> None:
    """Two rows without a model differ for the database's unique key, so that the import has to know them."""
    bring(shop, folder, "prices.csv", "store,service,amount,valid_from\nnorth,wash,50,2026-01-01\n")
    with shop.reading() as session:
        prices = session.scalars(select(Price).where(Price.model_id.is_(None))).all()
    assert [(price.amount, price.valid_until) for price in prices] == [(5000, date(2026, 12, 31))]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("prices.csv", "prices"), ("2026_Price list.xlsx", "prices"), ("Visits 2026.jsonl", "visits"),
     ("our-entries.jsonl", "kb"), ("knowledge_base.jsonl", "kb"), ("notes.csv", None), ("customers.pdf", None)],
)  # fmt: skip
def test_the_name_of_a_file_says_what_it_holds(name: str, kind: str | None) -> None:
    assert kind_of(Path(name)) == kind


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("a.csv", "stores", ".toml"),
        ("a.csv", "tyres", "not a kind"),
        ("nowhere/a.csv", "models", "no folder"),
        ("a.pdf", "models", ".xlsx"),
    ],
)
def test_an_export_that_cannot_be_written_says_why(untouched: Database, tmp_path: Path, name: str, kind: str, words: str) -> None:
    [error] = transfer.export_file(untouched, tmp_path / name, kind).errors
    assert words in error.reason
    assert list(tmp_path.glob("a.*")) == []


@EMPTY_ON_SQLITE
def test_visits_bring_readings_of_the_odometer(shop: Database, folder: Path) -> None:
    with shop.reading() as session:
        car = session.scalars(select(Vehicle)).one()
        assert car.plate_key == "鲁B1I113"
        assert [(r.km, r.read_on, r.source) for r in odometer.of_vehicle(session, car.id)] == [
            (30120, date(2026, 10, 1), "visit")
        ]
    bring(
        shop,
        folder,
        "visits.csv",
        "code,vehicle,store,visited_on,odometer_km\nW-1,V-1,north,2026-10-02,30200\nW-2,V-1,north,2026-11-01,\n",
    )
    bring(shop, folder, "visits.csv", "code,vehicle,store,visited_on\nW-1,V-1,north,2026-10-03\n")
    with shop.reading() as session:
        assert [(r.km, r.read_on) for r in odometer.of_vehicle(session, car.id)] == [(30200, date(2026, 10, 3))]


@EMPTY_ON_SQLITE
def test_a_removed_car_is_offered_to_its_next_owner_only(shop: Database, folder: Path) -> None:
    with shop.transaction() as session:
        car = session.scalars(select(Vehicle)).one()
        car.removed_at = NOW
    bring(shop, folder, "vehicles.csv", "code,customer\nV-1,C-1\n")
    with shop.reading() as session:
        car = session.scalars(select(Vehicle)).one()
        assert (car.removed_at, car.plate_key) == (NOW, "鲁B1I113")
    bring(shop, folder, "vehicles.csv", "code,customer\nV-1,C-2\n")
    with shop.reading() as session:
        assert session.scalars(select(Vehicle)).one().removed_at is None


@EMPTY_ON_SQLITE
def test_somebody_known_from_a_chat_is_recognised_by_a_proved_number_only(shop: Database, folder: Path) -> None:
    with shop.transaction() as session:
        for code, phone, proved in (("chat-1", "+8613900000001", NOW), ("chat-2", "+8613900000002", None)):
            session.add(Customer(code=code, name="Ann", phone=phone, phone_verified_at=proved, provisional=True, created_at=NOW))
    bring(shop, folder, "customers.csv", "code,name,phone\nC-8,Ann,13900000001\nC-9,Ann,13900000002\n")
    with shop.reading() as session:
        rows = session.execute(
            select(Customer.code, Customer.phone_verified_at).where(Customer.name == "Ann").order_by(Customer.code)
        )
        assert [(code, at) for code, at in rows if code != "C-2"] == [("C-8", NOW), ("C-9", None), ("chat-2", None)]
