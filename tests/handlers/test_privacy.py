"""What people may know, have and undo: in any state, in three languages, of all that is held of them and of nobody else."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from typer.testing import CliRunner

from bot import backup
from bot.cli import app
from bot.keeper import Keeper
from handlers.privacy import actions, export, retention
from handlers.privacy.retention import Policy
from handlers.tickets import actions as tickets
from storage import (
    appointments,
    chats,
    contact,
    erasing,
    erasures,
    media,
    messages,
    privacy,
    proposals,
    quarantine,
)
from storage.appointments import Appointment
from storage.coupons import Coupon, Offer
from storage.customers import Customer
from storage.database import Base
from storage.entries import Gap
from storage.feedback import Feedback
from storage.media import Media
from storage.messages import CANCELLED, MESSAGES
from storage.phone_codes import PhoneCode
from storage.tickets import Ticket, TicketNote
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.handlers.test_booking_flow import books
from tests.world import START, World
from tests.world import Customer as Person

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
# Each a word that stands nowhere else.
NAME, PHONE, PLATE, VIN = "Zyqwanda Canarini", "+8613912349876", "沪Q7Q7Q9", "LZYQW12349876QQ7Q"
WORDS = ("quixotropic", "florbalicious", "zanzigrommet", "kwyjibollo", "snargleplex", "brobdinagle", "mxyzptlkian")
CANARIES = (NAME, "Canarini", "13912349876", PLATE, VIN, *WORDS)


def canary(world: World) -> Person:
    """Somebody of whom everything is known that can be, and with something in every place that holds words."""
    world.passes(minutes=1)
    person = world.customer("telegram", address="990011223344")
    person.says("hello", name=NAME).shares_phone(PHONE.removeprefix("+"))
    person.says(f"what about {WORDS[0]}?")  # a gap, perhaps
    person.says(f"I want to complain: {WORDS[1]} scratched my door").presses("")
    assert person.outcome
    with world.database.transaction() as session:
        chat = chats.lock(session, person.outcome.chat_id)
        assert chat.customer_id
        customer = session.get_one(Customer, chat.customer_id)
        customer.name, customer.birthday, customer.provisional = NAME, date(1987, 3, 14), False
        car = Vehicle(
            code=f"V-{WORDS[2]}", customer_id=customer.id, plate=PLATE, plate_key=PLATE, vin=VIN, name=WORDS[2], year=2020
        )
        session.add(car)
        session.flush()
        session.add(Visit(code="W-canary", vehicle_id=car.id, store_id=1, visited_on=date(2026, 1, 2), services=[], amount=500))
        session.add(Gap(kind="question", chat_id=chat.id, text=WORDS[0], language="en", at=world.now))
        media.keep(
            session, chat_id=chat.id, sha256="a" * 64, mime="image/png", width=1, height=1, content=WORDS[3].encode() * 2000,
            now=world.now,
        )  # fmt: skip
        quarantine.put(
            session, key="telegram:1", channel="telegram", reason="odd", now=world.now,
            raw=json.dumps({"message": {"chat": {"id": 990011223344}, "text": WORDS[4]}}),
        )  # fmt: skip
        proposals.propose(session, "opening_hours", "en", f"what about {WORDS[0]}?", WORDS[0], world.now)
        session.add(PhoneCode(chat_id=chat.id, phone=PHONE, code="123456", made_at=world.now, expires_at=world.now))
        offer = session.scalars(select(Offer).limit(1)).first()
        assert offer
        session.add(Coupon(
            code="CANARY234567", offer_id=offer.id, customer_id=customer.id, state="issued", uses=1, reason=WORDS[5],
            valid_until=date(2027, 1, 1), issued_at=world.now,
        ))  # fmt: skip
        contact.say(session, chat, "marketing", given=True, version="v", now=world.now)
        session.add(Feedback(
            key="canary", chat_id=chat.id, customer_id=customer.id, store_id=1, services=[], day=date(2026, 1, 2),
            ended_at=world.now, outcome="answered", words=WORDS[6], media=[], causes=[], work=2,
        ))  # fmt: skip
        row = messages.outgoing(
            chat.id, "telegram", pulls=False, text=f"Dear {NAME}", data={}, now=world.now, key="offer-to-canary",
            purpose="marketing", priority=1, due_at=world.now + timedelta(days=1),
        )  # fmt: skip
        messages.post(session, [row])
        staff = chats.arrive(session, "telegram", "-100200300", pulls=False, now=world.now)
        told = messages.outgoing(
            staff.id,
            "telegram",
            pulls=False,
            text=f"{NAME} wrote: {WORDS[1]}",
            data={"by": PLATE},
            now=world.now,
            purpose="staff",
        )
        messages.post(session, [told])
        work = world.work(session)
        [ticket, *_] = session.scalars(select(Ticket).where(Ticket.chat_id == chat.id))
        tickets.note(work, ticket, f"{NAME} called from {PHONE}: {WORDS[1]}")
    return person


def _bytes_of(world: World) -> bytes:
    """What lies in the file and its log; a server's files are not ours to read."""
    url = world.database.url.removeprefix("sqlite:///")
    return b"".join(Path(f"{url}{suffix}").read_bytes() for suffix in ("", "-wal") if Path(f"{url}{suffix}").exists())


def _forgets(world: World) -> None:
    Keeper(world.engine, lambda: world.now, Policy()).forget()


def _found(world: World) -> list[str]:
    """Where one of the canary's words stands, in any column of any table."""
    found = []
    with world.database.reading() as session:
        for table in Base.metadata.tables.values():
            for row in session.execute(select(table)).mappings():
                found += [f"{table.name}.{name}" for name, value in row.items() if any(word in str(value) for word in CANARIES)]
    return found


def test_pv3_every_column_says_whether_it_is_personal() -> None:
    """PV3: who adds a table or a column says in `storage.privacy` what it is."""
    assert set(privacy.TABLES) == set(Base.metadata.tables)
    for name, declared in privacy.TABLES.items():
        named = [*declared.plain.split(), *declared.personal, *declared.staff.split()]
        columns = Base.metadata.tables[name].columns
        assert sorted(named) == sorted(columns.keys()), name
        assert {*declared.of, *declared.untold.split()} <= set(named), name
        if declared.fate == "blank":
            assert declared.personal, name
            for column, blank in declared.personal.items():
                assert blank is not None or columns[column].nullable, f"{name}.{column} cannot be empty"


@sqlite
def test_pv1_nothing_of_somebody_forgotten_is_left(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """PV1, CC12: in no column, not in the bytes of the file or its log; nothing is sent; what others have stays."""
    ann = world.customer("telegram", address="ann").says("hello, I am Ann")
    person = canary(world)
    assert any(word.encode() in _bytes_of(world) for word in CANARIES) == world.database.is_sqlite
    person.says("/delete").presses("Yes")
    person.sees("within a few minutes")
    assert person.outcome
    with world.database.reading() as session:
        assert messages.by_key(session, "offer-to-canary").status == CANCELLED  # type: ignore[union-attr]
        assert actions.due(session, world.now) == [], "the good-bye has to arrive first"
    with world.database.transaction() as session:
        session.execute(update(MESSAGES).where(MESSAGES.c.chat_id == person.outcome.chat_id).values(status="sent"))
    world.passes(seconds=30)
    _forgets(world)
    assert _found(world) == []
    left = _bytes_of(world)
    assert [word for word in CANARIES if word.encode() in left] == []
    assert b"990011223344" not in left
    assert not any(word in caplog.text for word in CANARIES)
    with world.database.reading() as session:
        assert erasures.waiting(session) == []
        assert session.scalar(select(Visit.amount).where(Visit.code == "W-canary")) == 500
        assert session.scalar(select(Feedback.work).where(Feedback.key == "canary")) == 2
        assert chats.get(session, person.outcome.chat_id).reachable is False  # type: ignore[union-attr]
        assert session.scalars(select(Ticket.status).where(Ticket.chat_id == person.outcome.chat_id)).all() == ["closed"]
        if world.database.is_sqlite:
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []
    assert ann.transcript[0].text == "hello, I am Ann"
    again = world.customer("telegram", address="990011223344").says("hello")
    assert again.outcome
    assert again.outcome.chat_id != person.outcome.chat_id, "they are a stranger"


def test_pv1_on_both_databases_every_table_forgets(world: World) -> None:
    """PV1: asked for by the shop; twice changes nothing."""
    person = canary(world)
    assert person.outcome
    for _ in range(2):
        with world.database.transaction() as session:
            actions.ask(session, erasing.scope_of(session, chat_id=person.outcome.chat_id), "console", world.now)
        _forgets(world)
    assert _found(world) == []


@pytest.mark.about_sqlite
@sqlite
def test_pv1_a_restored_backup_forgets_again(world: World, tmp_path: Path) -> None:
    """PV1: the tombstone is carried into it, and names nobody; whoever got the same number later is somebody else."""
    person = canary(world)
    assert person.outcome
    backup.make(world.database.url, tmp_path / "old.bak", lambda *_: None)
    with world.database.transaction() as session:
        actions.ask(session, erasing.scope_of(session, chat_id=person.outcome.chat_id), "cli", world.now)
    _forgets(world)
    with world.database.reading() as session:
        [who] = erasures.done(session)
        assert not any(word in json.dumps(who) for word in (*CANARIES, "990011223344"))
        assert actions.find(session, [["chat", 1, "1999-01-01T00:00:00+00:00"]]) is None
    world.database.close()
    backup.bring_back(world.database.url, tmp_path / "old.bak", world.now, lambda *_: None)
    assert _found(world) == []
    left = _bytes_of(world)
    assert [word for word in CANARIES if word.encode() in left] == []


@sqlite
def test_pv2_the_file_has_everything_of_theirs_and_nothing_of_others(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PV2: every column that is declared personal, machine-readable; no code, nobody else."""
    other = world.customer("telegram", address="555000111").says("hello from somebody else")
    person = canary(world)
    person.says("/export")
    document = person.last.data["document"]
    told = json.loads(document["content"])["data"]
    for table, declared in privacy.TABLES.items():
        if table in told:
            wanted = set(declared.personal) - set(declared.untold.split())
            assert wanted <= set(told[table][0]), table
    everything = json.dumps(told, ensure_ascii=False)
    assert all(word in everything for word in (NAME, PHONE, PLATE, VIN, WORDS[1], WORDS[6]))
    assert "123456" not in {row.get("code") for row in told["phone_codes"]}
    assert "somebody else" not in everything
    assert other.outcome
    assert {row["id"] for row in told["chats"]} == {person.outcome.chat_id}  # type: ignore[union-attr]
    assert len(told["visits"]) == 1
    person.says("/export")
    assert len(person.last.data["document"]["content"]) < 2 * len(document["content"]), "an older file is not in the newer one"

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    done = CliRunner().invoke(app, ["export-person", PHONE, "person.json"])
    assert done.exit_code == 0, done.output
    assert json.loads(Path("person.json").read_text())["data"]["media"][0]["content"]
    assert Path("person.json").stat().st_mode & 0o777 == 0o600
    assert CliRunner().invoke(app, ["erase-person", PHONE], input="n\n").exit_code == 1
    assert CliRunner().invoke(app, ["erase-person", "nobody", "--yes"]).exit_code == 1
    assert CliRunner().invoke(app, ["erase-person", PHONE, "--yes"]).exit_code == 0
    assert [where for where in _found(world) if where != "messages.text"] == []


@sqlite
def test_pv2_a_page_fetches_the_file_by_an_address_that_nobody_can_make(world: World) -> None:
    ann = world.customer("web").says("export my data")
    path = ann.last.data["document"]["path"]
    assert "content" not in ann.last.data["document"] or ann.last.data["document"]["content"] == ""
    address = path.split("/")[3]
    shop, texts = None, world.engine.texts
    with world.database.reading() as session:
        found = export.fetched(session, shop, texts, address, world.now)  # type: ignore[arg-type]
        assert found
        assert "export my data" in found.content
        chat, until, mark = address.split(".")
        for wrong in (
            f"{int(chat) + 1}.{until}.{mark}",
            f"{chat}.{int(until) + 1}.{mark}",
            f"{chat}.{until}.",
            "x",
            f"{chat}.².",
        ):
            assert export.fetched(session, shop, texts, wrong, world.now) is None  # type: ignore[arg-type]
        assert export.fetched(session, shop, texts, address, world.now + timedelta(hours=2)) is None  # type: ignore[arg-type]


@sqlite
def test_a_copy_first_and_the_question_stays(world: World) -> None:
    for language, asks, copy, given in (
        ("en", "please delete all my data", "can I get a copy first?", "everything we hold of you"),
        ("zh-CN", "我要删除我的所有数据", "先给我一份副本", "全部信息"),
        ("zh-TW", "刪除我的資料", "先把資料傳給我", "全部資料"),
    ):
        world.customer(language=language).says(asks).says(copy).sees(given)


@sqlite
def test_a_typed_yes_or_no_right_below_the_question_counts(world: World) -> None:
    for language, asks, yes, no, gone, kept in (
        ("en", "please delete all my data", "yes", "no", "the last you hear", "stays as it is"),
        ("zh-CN", "我要删除我的所有数据", "是的", "不要", "最后一条", "一切照旧"),
        ("zh-TW", "刪除我的資料", "好", "不要", "最後一則", "一切照舊"),
    ):
        world.customer(language=language).says(asks).says(no).sees(kept)
        world.customer(language=language).says(asks).says(yes).sees(gone)
        ann = world.customer(language=language).says(asks).says("When are you open on Saturday?").says(yes)
        assert gone not in ann.last.text, "it is no answer any more to what was asked before"


def test_pv4_in_any_state_of_any_dialogue(world: World) -> None:
    """PV4: in a form, in an advisor's hands, in three languages; one question, and a way back."""
    ann = world.customer("web")
    ann.says("book a visit").says("/privacy")
    assert "we keep what this service needs" in ann.last.text.lower()
    ann.says("/delete").sees("Shall I delete your data?")
    ann.presses("No").sees("stays as it is")
    assert ann.outcome
    with world.database.reading() as session:
        assert erasures.waiting(session) == []
        assert chats.get(session, ann.outcome.chat_id).form, "the form is still open"  # type: ignore[union-attr]
    ann.says("advisor")
    with world.database.transaction() as session:
        [ticket] = session.scalars(select(Ticket).where(Ticket.chat_id == ann.outcome.chat_id))
        work = world.work(session)
        tickets.reply(work, ticket, "Hello, this is Li")
    ann.says("hello?")
    before = len(ann.received)
    ann.says("/delete").sees("We still owe you an answer")
    assert len(ann.received) == before + 1
    for words, language, seen in (("删除我的个人信息", "zh-Hans", "确定要删除"), ("刪除我的資料", "zh-Hant", "確定要刪除")):
        world.customer("web", language).says(words).sees(seen)
    world.customer("web").says("delete my data please").sees("Shall I delete")
    world.customer("web").says("how do I delete a scratch from my data plate")
    assert "Shall I delete" not in ann.world.customer("web").says("what happens to my data?").last.text


@sqlite
def test_pv1_a_visit_to_come_is_given_back(world: World) -> None:
    ann = books(world.customer())
    ann.says("/delete").sees("would be cancelled")
    ann.presses("Yes")
    world.passes(minutes=1)
    _forgets(world)
    with world.database.reading() as session:
        assert ann.outcome
        rows = session.scalars(select(Appointment).where(Appointment.chat_id == ann.outcome.chat_id)).all()
        assert {(row.status in appointments.OPEN, row.name, row.phone) for row in rows} == {(False, None, None)}
        [row] = [row for row in rows if row.status == appointments.CANCELLED]
        assert session.execute(text("SELECT count(*) FROM quanta WHERE appointment_id = :id"), {"id": row.id}).scalar() == 0


def test_pv7_three_years_later_nothing_is_older_than_it_is_kept(world: World) -> None:
    """PV7: words, photos and codes go; open matters, what waits to be sent, and the newest yes or no stay."""
    ann = canary(world)
    bob = world.customer("telegram", address="bob").says("hello")
    bob.says("advisor")
    assert ann.outcome
    assert bob.outcome
    with world.database.transaction() as session:
        work = world.work(session)
        for ticket in session.scalars(select(Ticket).where(Ticket.chat_id == ann.outcome.chat_id)):
            tickets.close(work, ticket)
        for chat_id in (ann.outcome.chat_id, bob.outcome.chat_id):
            chat = chats.lock(session, chat_id)
            contact.say(session, chat, "marketing", given=False, version="v2", now=world.now + timedelta(days=1))
        session.execute(update(MESSAGES).where(MESSAGES.c.chat_id == ann.outcome.chat_id).values(status="sent"))
    policy = retention.read("messages=6, tickets=12")
    for month in range(1, 37):
        world.now = START + timedelta(days=31 * month)
        if month % 6 == 0:
            Keeper(world.engine, lambda: world.now, policy).tidy()
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MESSAGES).where(MESSAGES.c.chat_id == ann.outcome.chat_id)) == 0
        for mapped in (Gap, Media, PhoneCode):
            assert session.scalar(select(func.count()).select_from(mapped)) == 0
        theirs = select(Ticket.summary).where(Ticket.chat_id == ann.outcome.chat_id)
        assert set(session.scalars(theirs)) == {""}
        assert set(session.scalars(select(TicketNote.text))) == {""}
        assert set(session.scalars(select(Feedback.words).where(Feedback.key == "canary"))) == {""}
        assert session.scalar(select(func.count()).select_from(Visit).where(Visit.code == "W-canary")) == 1
        kept = session.scalars(select(Ticket).where(Ticket.chat_id == bob.outcome.chat_id)).one()
        assert kept.alive
        agreed = contact.agreed(session, contact.Person(ann.outcome.chat_id, None))
        assert agreed == {"marketing": False}
