"""AB9, the insider: what was done stands in a chain, exports wait for a second person, and administrators hear of it."""

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from typer.testing import CliRunner

from bot.cli import app
from handlers.dialogue import Refusal
from handlers.oversight import files
from handlers.profile import actions as profile
from handlers.rewards import actions as rewards
from handlers.rewards.actions import Bill
from handlers.staff import actions
from handlers.tickets import gifts
from storage import audit, chats, exports, seals, staff, staff_links, stores
from storage.database import Database
from storage.messages import MESSAGES
from storage.staff import Staff
from storage.tickets import Ticket
from tests.bot.console.site import Site, hashed, hire, ticket_in
from tests.handlers.test_rewards import offered
from tests.world import START, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def deed(database: Database, action: str = "staff.login", hours: float = 0) -> None:
    with database.transaction() as session:
        audit.write(session, action, staff_id=None, now=START + timedelta(hours=hours), about="staff:1", role="advisor")


def sealed(database: Database, hours: float = 0, most: int = 100) -> None:
    with database.transaction() as session:
        seals.seal(session, START + timedelta(hours=hours), most)


def flaws(database: Database) -> list[tuple[str, str, int]]:
    with database.reading() as session:
        return [(flaw.what, flaw.source, flaw.row_id) for flaw in seals.verify(session).flaws]


@contextmanager
def unguarded(database: Database) -> Iterator[None]:
    """Somebody with the database at hand takes the triggers away, and puts them back."""
    guards: list[str] = []
    if database.is_sqlite:
        with database.transaction() as session:
            found = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
            for name, sql in found:
                session.execute(text(f"DROP TRIGGER {name}"))
                guards.append(sql)
    else:
        with database.transaction() as session:
            for table in ("audit", "ticket_events", "seals"):
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    yield
    with database.transaction() as session:
        for guard in guards or [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in ("audit", "ticket_events", "seals")]:
            session.execute(text(guard))


def test_a_line_that_is_changed_or_taken_out_is_named(database: Database) -> None:
    """AB9: the first is named, and those after it are still what they were."""
    for hour in range(4):
        deed(database, hours=hour / 60)
        sealed(database, hours=hour / 60)
    assert flaws(database) == []
    with unguarded(database), database.transaction() as session:
        session.execute(text("UPDATE audit SET staff_id = NULL, action = 'staff.logout' WHERE id = 2"))
        session.execute(text("DELETE FROM audit WHERE id = 3"))
    assert flaws(database) == [("changed", "log", 2), ("gone", "log", 3)]


def test_a_line_that_is_put_in_afterwards_is_named(database: Database) -> None:
    """AB9: before the next sealing and after it; what truly is new is not taken for it."""
    deed(database)
    sealed(database)
    sealed(database, hours=4)
    deed(database, hours=5)
    sealed(database, hours=5)
    deed(database, "staff.forged", hours=1)
    assert flaws(database) == [("added", "log", 3)]
    sealed(database, hours=6)
    assert flaws(database) == [("added", "log", 3)]


def test_a_chain_that_is_made_anew_is_not_the_one_that_was_written_down(database: Database) -> None:
    """AB9: who has the database can make another chain; a seal that was noted elsewhere tells."""
    deed(database), deed(database)
    sealed(database)
    with database.reading() as session:
        noted = seals.newest(session)
        assert noted
        assert seals.holds(session, noted.id, noted.digest[:16].upper())
    with unguarded(database), database.transaction() as session:
        session.execute(text("UPDATE audit SET action = 'staff.other' WHERE id = 1"))
        session.execute(text("DELETE FROM seals"))
    sealed(database)
    assert flaws(database) == []
    with database.reading() as session:
        assert not seals.holds(session, noted.id, noted.digest[:16])
    with unguarded(database), database.transaction() as session:
        session.execute(text("DELETE FROM seals WHERE id = 1"))
    assert flaws(database)[0][0] == "seal"


def test_what_commits_late_and_what_lay_there_before_is_sealed_without_a_flaw(database: Database) -> None:
    """AB9: numbers are given when a transaction begins to write; a long history is sealed bit by bit."""
    for hours in (-9000, -5000, -1, 0):
        deed(database, hours=hours)
    for _ in range(3):
        sealed(database, most=2)
    with database.transaction() as session:
        session.add(audit.Audit(id=90, at=START, staff_id=None, place="cli", action="a", about="", details={}))
    sealed(database, hours=0.1)
    with database.transaction() as session:
        session.add(audit.Audit(id=70, at=START, staff_id=None, place="cli", action="b", about="", details={"n": 1.5, "ä": "好"}))
    sealed(database, hours=0.1)
    with database.reading() as session:
        assert not seals.waits(session)
        chain = seals.verify(session)
    assert (chain.flaws, chain.waiting) == ([], 0)
    assert chain.newest
    assert chain.newest.id == 6


def test_several_workers_make_one_chain(database: Database) -> None:
    for _ in range(20):
        deed(database)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: sealed(database, most=3), range(12)))
    sealed(database)
    with database.reading() as session:
        chain = seals.verify(session)
    assert (chain.flaws, chain.waiting, chain.newest and chain.newest.id) == ([], 0, 20)


@sqlite
def test_a_ticket_whose_history_was_edited_is_found_by_the_doctor(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """AB9, silent edit of a complaint: the worker seals by itself, the doctor tells which line, and compares a noted seal."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "clock").write_text(START.isoformat())
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", str(tmp_path / "clock"))
    world.customer("telegram").says("you scratched my door")
    world.sweeps()

    def doctor(*more: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["doctor", "--json", *more])
        return result.exit_code, " ".join(one["text"] for one in json.loads(result.stdout) if "eal" in one["text"])

    code, said = doctor()
    assert code == 0
    head = said.split("newest seal is ")[1].split(".")[0]
    assert doctor("--seal", head)[0] == 0
    assert doctor("--seal", head[:-1] + "z")[0] == 1
    assert "is no seal" in doctor("--seal", "hello")[1]
    with unguarded(world.database), world.database.transaction() as session:
        session.execute(text("UPDATE ticket_events SET who = 'somebody else' WHERE id = 1"))
    code, said = doctor()
    assert code == 1
    assert "Line of a ticket's history 1 was changed after it was sealed (seal 1)." in said


NIGHT = datetime(2026, 11, 24, 19, 0, tzinfo=UTC)  # three at night in the stores
DAY = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
PASSWORD = "four words nobody guesses"


class Shell:
    """Somebody at the machine of the sample shop, whose 40 customers are many here: more than ten."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
        self.world, self.folder = world, folder
        world.now = DAY
        monkeypatch.chdir(folder)
        for name, value in {
            "DATABASE_URL": world.database.url, "BAYLINE_DATA_DIR": str(folder / "data"), "BAYLINE_ALONE_ROWS": "10",
            "BAYLINE_CLOCK_FILE": str(folder / "clock"),
        }.items():  # fmt: skip
            monkeypatch.setenv(name, value)

    def hires(self, login: str, role: str, address: str = "") -> Staff:
        with self.world.database.transaction() as session:
            store = 1 if role in (staff.ADVISOR, staff.MANAGER) else None
            member = actions.add(session, login, login.title(), role, store, "en", self.world.now)
            member.password = hashed()
            if address:
                staff_links.link(session, member.id, address, self.world.now)
            return member

    def types(self, *words: str, password: str = PASSWORD) -> tuple[int, str]:
        (self.folder / "clock").write_text(self.world.now.isoformat())
        result = CliRunner().invoke(app, [*words], input=f"{password}\n")
        return result.exit_code, result.output

    def exports(self, kind: str = "customers", *more: str, **typed: str) -> tuple[int, str]:
        (self.folder / "out").mkdir(exist_ok=True)
        where = "out" if kind == "all" else f"out/{kind}.csv"
        return self.types("export", kind, where, *more, **typed)

    @property
    def alarms(self) -> list[str]:
        """What administrators were told by now on Telegram."""
        self.world.sweeps()
        with self.world.database.reading() as session:
            sent = select(MESSAGES.c.text).where(MESSAGES.c.feature == "oversight").order_by(MESSAGES.c.id)
            return list(session.scalars(sent))


@pytest.fixture
def shell(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    return Shell(world, monkeypatch, tmp_path)


@sqlite
def test_an_export_of_many_waits_for_a_second_person(shell: Shell) -> None:
    """AB9, dual control: named, asked for, agreed to by somebody else, done once; nobody agrees to their own wish."""
    eva, max_ = shell.hires("eva", staff.ADMINISTRATOR, "81"), shell.hires("max", staff.MANAGER)
    code, said = shell.exports()
    assert code == 3
    assert "--as LOGIN" in said
    assert shell.exports("customers", "--as", "max", password="wrong")[0] == 2
    code, said = shell.exports("customers", "--as", "max")
    assert code == 3
    assert "has to agree in the console" in said
    assert shell.exports("customers", "--as", "max")[0] == 3  # asked once, not twice
    assert shell.alarms == [
        "🚨 Max wishes to export customers (40 rows). A second person decides in the console, under Oversight."
    ]
    assert not list((shell.folder / "out").iterdir())
    with shell.world.database.transaction() as session:
        with pytest.raises(Refusal, match="your_own"):
            files.decide(session, 1, max_, True, shell.world.now)
        files.decide(session, 1, eva, True, shell.world.now)
        with pytest.raises(Refusal, match="too_late"):
            files.decide(session, 1, eva, False, shell.world.now)
    assert shell.exports("vehicles", "--as", "max")[0] == 3  # a yes is for what was asked
    assert shell.types("export", "customers", "out/customers.pdf", "--as", "max")[0] == 1  # and is not lost by a slip
    assert shell.exports("customers", "--as", "max") == (0, "customers.csv: 40 written\n")
    assert shell.exports("customers", "--as", "max")[0] == 3  # and is used once
    assert "🚨 Max has exported customers: 40 rows. A second person had agreed." in shell.alarms
    with shell.world.database.reading() as session:
        done = [row.action for row in reversed(audit.newest(session, 99)) if row.action.startswith(("export", "staff.pass"))]
    assert done == ["staff.password_failed", "export.ask", "export.grant", "export.ask", "export.file", "export.ask"]


@sqlite
def test_a_yes_does_not_last_and_a_no_is_none(shell: Shell) -> None:
    eva = shell.hires("eva", staff.ADMINISTRATOR)
    shell.hires("max", staff.MANAGER)
    for granted, minutes in ((True, 31), (False, 1)):
        assert shell.exports("all", "--as", "max")[0] == 3
        with shell.world.database.transaction() as session:
            wish = exports.newest(session, 1)[0]
            files.decide(session, wish.id, eva, granted, shell.world.now)
        shell.world.passes(minutes=minutes)
        assert shell.exports("all", "--as", "max")[0] == 3
    shell.world.passes(minutes=61)
    with shell.world.database.transaction() as session, pytest.raises(Refusal, match="too_late"):
        files.decide(session, exports.newest(session, 1)[0].id, eva, True, shell.world.now)


@sqlite
def test_where_nobody_else_could_agree_it_is_told(shell: Shell) -> None:
    """AB9: a shop with one administrator works as before, and hears of it, at any hour; the shop's own content is no alarm."""
    shell.hires("eva", staff.ADMINISTRATOR, "81")
    shell.hires("ann", staff.ADVISOR)
    assert shell.exports()[0] == 0
    assert shell.types("export", "services", "out/services.csv")[0] == 0
    assert shell.alarms == ["🚨 Somebody at the machine has exported customers: 40 rows."]
    shell.world.now = NIGHT
    assert shell.exports("all")[0] == 0
    assert shell.alarms[1:] == ["🚨 Somebody at the machine has exported everything: 187 rows. No store is open now."]


@sqlite
def test_few_by_day_are_nobodys_business_and_at_night_they_are(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAYLINE_ALONE_ROWS", "1000")
    for login in ("eva", "eve"):
        shell.hires(login, staff.ADMINISTRATOR, f"8{login}")
    assert shell.exports()[0] == 0
    assert shell.alarms == []
    shell.world.now = NIGHT
    assert shell.exports()[0] == 0
    assert shell.alarms == ["🚨 Somebody at the machine has exported customers: 40 rows. No store is open now."] * 2


@sqlite
def test_an_import_that_changes_many_customers_is_told(shell: Shell) -> None:
    """AB9: every name made another one is an alarm; the same file again is none."""
    shell.hires("eva", staff.ADMINISTRATOR, "81")
    assert shell.exports()[0] == 0
    path = shell.folder / "out/customers.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    at = lines[0].split(",").index("name")
    changed = [",".join("X" if number == at else cell for number, cell in enumerate(line.split(","))) for line in lines[1:]]
    path.write_text("\n".join([lines[0], *changed]), "utf-8")
    before = len(shell.alarms)
    assert shell.types("import", "out/customers.csv", "--dry-run")[0] == 0
    for _ in range(2):
        assert shell.types("import", "out/customers.csv")[0] == 0
    assert shell.alarms[before:] == ["🚨 Somebody at the machine has imported customers: 40 that were there before were changed."]


@sqlite
def test_nobody_gives_or_redeems_a_coupon_for_themselves(shell: Shell) -> None:
    """AB9, "grant self points": by hand, from their own ticket, at the desk; a colleague can, and administrators hear of it."""
    li, wang = shell.hires("li", staff.ADVISOR, "71"), shell.hires("wang", staff.ADVISOR, "72")
    shell.hires("eva", staff.ADMINISTRATOR, "81")
    own = shell.world.customer("telegram", address="71")
    own.says("you broke my mirror")
    with shell.world.database.transaction() as session:
        offered(session, code="wash")
        chat = chats.find(session, "telegram", "71")
        assert chat
        customer = profile.customer_of(session, chat, shell.world.now)
        chats.save(session, chat)
        with pytest.raises(Refusal, match="yourself"):
            rewards.issue(session, "wash", customer, "by hand", shell.world.now, by=li)
        ticket = session.get_one(Ticket, 1)
        with pytest.raises(Refusal, match="yourself"):
            gifts.give(shell.world.work(session, "Li", li.id), ticket, "wash")
        coupon = gifts.give(shell.world.work(session, "Wang", wang.id), ticket, "wash")
        assert coupon
        bill = Bill(stores.all_stores(session)[0], 50000)
        with pytest.raises(Refusal, match="yourself"):
            rewards.redeem(session, coupon, bill, shell.world.now, by=li)
        rewards.redeem(session, coupon, bill, shell.world.now, by=wang)
        with pytest.raises(Refusal, match="yourself"):
            rewards.reverse(session, coupon, shell.world.now, by=li)
        other = profile.customer_of(session, chats.arrive(session, "web", "x", pulls=True, now=DAY), shell.world.now)
        rewards.issue(session, "wash", other, "by hand", shell.world.now, by=li)
    assert shell.alarms == [f"🚨 Wang has given a coupon (“Ten off”, number {coupon.id}) to a colleague: Li."]


@sqlite
def test_administrators_see_alarms_on_every_page_until_somebody_else_has_looked(shell: Shell) -> None:
    """AB9: the wish is agreed to in the console; who rang an alarm does not put it away, and a manager sees none."""
    hire(shell.world.database, DAY)
    eve = shell.hires("eve", staff.ADMINISTRATOR)
    assert shell.exports("customers", "--as", "eve")[0] == 3

    async def go() -> None:
        async with Site(shell.world.database.url) as site:
            site.now = DAY
            eva, max_ = site.staff("eva"), site.staff("max")
            assert "An alarm has not been looked after" in (await eva.get("/tickets")).text
            assert "looked after" not in (await max_.get("/tickets")).text
            page = (await max_.get("/oversight")).text
            assert "Eve wishes to export customers: 40 rows" in page
            export = site.token("export", 1)
            assert (await site.staff("ann").get("/oversight")).status == 403
            await max_.post("/oversight/export", export=site.token("alarm", 1), do="grant")
            assert "agreed" not in (await max_.get("/oversight")).text
            await max_.post("/oversight/export", export=export, do="grant")
            assert "agreed by Max" in (await max_.get("/oversight")).text
            own = await site.staff("eve").post("/oversight/seen", alarm=site.token("alarm", 1), back="/console/oversight")
            assert own.status == 303
            assert "An alarm has not been" in (await eva.get("/tickets")).text
            await eva.post("/oversight/seen", alarm=site.token("alarm", 1))
            assert "looked after by Eva" in (await eva.get("/oversight")).text
            assert "has not been" not in (await eva.get("/tickets")).text

    asyncio.run(go())
    assert eve.role == staff.ADMINISTRATOR
    assert shell.exports("customers", "--as", "eve")[0] == 0


@sqlite
def test_many_tickets_closed_at_night_are_told(shell: Shell) -> None:
    """AB9: by day it is work, and so are a few."""
    hire(shell.world.database, DAY)
    shell.hires("boss", staff.ADMINISTRATOR, "81")
    tickets = [ticket_in(shell.world.database, "east") for _ in range(11)]

    async def go() -> None:
        async with Site(shell.world.database.url) as site:
            tokens = [site.token("ticket", ticket.id) for ticket in tickets]
            for now, some in ((DAY, tokens), (NIGHT, tokens[:3]), (NIGHT, tokens)):
                site.now = now
                await site.staff("ann").post("/tickets/bulk", ticket=some, do="tag", tag=f"t{now.hour}{len(some)}")

    asyncio.run(go())
    assert shell.alarms == ["🚨 Ann has changed 11 tickets at once (tagged). No store is open now."]
