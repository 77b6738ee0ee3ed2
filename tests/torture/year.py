"""A year of the sample shop by the clock file: customers who react as people do, and what reached each of them.

`python -m tests.torture.year FILE` writes the calendar of everybody, to be read as if one were that customer; what can be told
without reading (caps, quiet hours, consent, one question a visit, nothing twice) is looked at with every message.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot import demo
from bot.clock import clock_of
from bot.demo import diary
from handlers.booking import actions as booking
from handlers.booking.actions import By
from handlers.contact import actions as contact
from handlers.contact.rules import FEEDBACK, MARKETING
from handlers.reminders import rulebook
from handlers.tickets import actions as tickets
from storage.appointments import CONFIRMED, Appointment
from storage.chats import lock, save
from storage.customers import Customer as Person
from storage.database import Database
from storage.messages import MESSAGES, QUEUED, SENDING
from storage.migrating import migrate
from storage.tickets import CLOSED, RESOLVED, Ticket
from tests.bot.house import House, house
from tests.fake_telegram import FakeTelegram, Received
from tests.world import Customer, World

ZONE = ZoneInfo("Asia/Shanghai")
BEGIN = datetime(2026, 11, 23, tzinfo=ZONE)
CLOCKS = (time(9, 5), time(14), time(18))
# On every tenth day also when nobody wants to hear of us.
ALL_CLOCKS = (time(7), *CLOCKS, time(22))
DESK = By("Lin", "console", staff=True)
# The weather of Qingdao, by days of the year.
SIGNALS = {40: "cold_snap", 130: "rain_over", 240: "heat_wave", 262: "rain_over"}


@dataclass
class Life:
    """Somebody's year. `reacts`: books | later | done | nothing | stop (on `stops`, a day); `stars`: what they give after
    a visit; `visits`: every so many days they come without having been asked."""

    code: str
    phone: str
    language: str
    agrees: bool = True
    reacts: str = "nothing"
    stars: int | None = None
    visits: int | None = None
    service: str = "premium_wash"
    stops: int | None = None
    got: list["Heard"] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    chat_id: int = 0


@dataclass(frozen=True)
class Heard:
    """`key`: of what nobody asked for, "" for an answer."""

    at: datetime
    text: str
    buttons: tuple[str, ...]
    key: str
    purpose: str


def people() -> list[Life]:
    def one(number: int, language: str, **more: Any) -> Life:
        return Life(f"C-{number:04}", f"8610055500{100 + number}", language, **more)

    return [
        one(1, "zh-hans", reacts="books", stars=5), one(4, "en", reacts="later"), one(5, "zh-hant"),
        one(3, "zh-hans", visits=24, stars=5), one(12, "zh-hans", reacts="done"), one(15, "zh-hans"),
        one(13, "en", agrees=False, reacts="books", stars=4), one(16, "zh-hant", reacts="books", stops=110),
        one(25, "en", reacts="books", stars=2), one(21, "zh-hant", visits=40, service="hand_wash"),
        one(31, "en", reacts="nothing", stops=200), one(10, "zh-hant", reacts="later", stars=5), one(8, "en", reacts="books"),
        one(9, "zh-hans", agrees=False, visits=30), one(2, "zh-hans", reacts="done", stars=3),
    ]  # fmt: skip


Tell = Callable[[list[Life]], object]


class Year:
    def __init__(self, database: Database, fake: FakeTelegram, rooms: House, world: World, clock: Path, told: Tell) -> None:
        self.database, self.fake, self.rooms, self.world, self.clock = database, fake, rooms, world, clock
        self.lives, self.told = people(), told
        self.who: dict[int, Customer] = {}
        self.seen = 0

    async def live(self, days: int) -> None:
        await self._arrive()
        for number in range(days):
            for at in CLOCKS if number % 10 else ALL_CLOCKS:
                await self._comes(datetime.combine(BEGIN.date() + timedelta(days=number), at, ZONE))
                if at == time(9, 5) and (name := SIGNALS.get(number)):
                    with self.database.transaction() as session:
                        rulebook.press(session, name, None, None, self.world.now)
                await asyncio.to_thread(self._ticks)
                await self._drain()
                await asyncio.to_thread(self._day, number, at)
                await self._comes(self.world.now)
                await self._drain()
            if number % 30 == 29:
                self.told(self.lives)

    async def _comes(self, moment: datetime) -> None:
        new = self.clock.with_suffix(".new")
        new.write_text(moment.isoformat())
        new.replace(self.clock)
        self.world.now = self.rooms.clock()
        assert self.world.now == moment

    def _ticks(self) -> None:
        """What the clockwork of `bayline run` calls, until nothing more is to be said."""
        self.world.engine.keep_fresh()
        self.world.engine.sweep(self.world.now)
        while self.world.engine.push(self.world.now):
            self.world.engine.sweep(self.world.now)

    async def _drain(self) -> None:
        self.rooms.courier.wake()

        def all_left() -> bool:
            return not queued()

        def queued() -> list[Any]:
            waiting = MESSAGES.c.status.in_((QUEUED, SENDING)) & (MESSAGES.c.due_at <= self.world.now)
            with self.database.reading() as session:
                return list(session.execute(select(MESSAGES).where(waiting).limit(2)))

        await self.fake.until(all_left, 60, lambda: str([dict(row._mapping) for row in queued()]))
        for message in self.fake.received[self.seen :]:
            self._heard(message)
        self.seen = len(self.fake.received)

    def _heard(self, message: Received) -> None:
        life = self.lives[message.chat_id - 7000]
        with self.database.reading() as session:
            here = (MESSAGES.c.chat_id == life.chat_id, MESSAGES.c.channel_ref == str(message.message_id))
            # An answer that took its place has the same number.
            row = session.execute(select(MESSAGES.c.key, MESSAGES.c.purpose).where(*here).order_by(MESSAGES.c.id)).first()
            assert row, message
        heard = Heard(self.world.now.astimezone(ZONE), message.text, tuple(message.buttons), row.key or "", row.purpose)
        life.wrong += [f"{what}: {life.code} {heard.at:%d %b %H:%M} {heard.key}: {heard.text!r}" for what in wrong(life, heard)]
        life.got.append(heard)

    async def _arrive(self) -> None:
        await self._comes(BEGIN + timedelta(hours=8))
        for number, life in enumerate(self.lives):
            guest = self.world.customer("telegram", life.language, str(7000 + number)).starts().shares_phone(life.phone)
            assert guest.outcome
            life.chat_id = guest.outcome.chat_id
            self.who[life.chat_id] = guest
            with self.database.transaction() as session:
                chat = lock(session, life.chat_id)
                person = session.scalars(select(Person).where(Person.code == life.code)).one()
                assert chat.customer_id in (None, person.id)
                chat.customer_id, chat.language = person.id, Language[life.language]
                if life.agrees:
                    contact.agree(session, chat, "1", self.world.now)
                save(session, chat)
        await self._comes(self.world.now)
        await self._drain()

    # -- what people do ------------------------------------------------------------------------------------------------------

    def _day(self, number: int, at: time) -> None:
        if at == time(9, 5):
            self._come_by(number)
        if at == time(14):
            self._react(number)
        if at == time(18):
            self._work_off()
            self._settle()

    def _come_by(self, number: int) -> None:
        for place, life in enumerate(self.lives):
            if life.visits and number % life.visits == place and number:
                with self.database.transaction() as session:
                    car = "V-" + life.code[2:]
                    diary.write(session, self.world.now, [(life.code, car, "studio", (life.service,), 2, time(11), "wait")])

    def _react(self, number: int) -> None:
        for life in self.lives:
            guest = self.who[life.chat_id]
            if life.stops == number:
                guest.says({"en": "stop", "zh-hant": "退訂"}.get(life.language, "退订"))
            new = [one for one in life.got if one.at > self.world.now - timedelta(hours=23) and one.key]
            for one in new:
                self._answer(life, guest, one)

    def _answer(self, life: Life, guest: Customer, one: Heard) -> None:
        rows = [row for row in guest.transcript if row.key == one.key]
        does = {button["do"]: f"{row.token}.{place}" for row in rows for place, button in enumerate(_buttons(row.data))}
        if one.key.startswith("feedback:") and life.stars and "feedback.stars" in does:
            stars = [place for place, button in enumerate(_buttons(rows[0].data)) if button["do"] == "feedback.stars"]
            guest.does("press", press=f"{rows[0].token}.{stars[life.stars - 1]}")
            if life.stars < 4:
                guest.does("text", text="I waited for an hour" if life.language == "en" else "等了一个小时")
        elif one.key.startswith("push:"):
            kind = {"books": "reminders.book", "later": "reminders.later", "done": "reminders.done"}.get(life.reacts, "")
            if kind in does and ":maintenance" not in one.key:
                guest.does("press", press=does[kind])
                self._goes_on(life, guest)

    def _goes_on(self, life: Life, guest: Customer) -> None:
        """Whatever is asked next: the first button, until nothing is asked."""
        for _ in range(8):
            buttons = _buttons(guest.last.data)
            if not guest.last.data.get("ask") or not buttons:
                return
            guest.does("press", press=f"{guest.last.token}.0")

    def _work_off(self) -> None:
        with self.database.transaction() as session:
            due = (Appointment.status == CONFIRMED, Appointment.starts_at <= self.world.now)
            for row in session.scalars(select(Appointment).where(*due)).all():
                for step in (booking.arrive, booking.start, booking.finish):
                    step(session, row, self.world.now, by=DESK)

    def _settle(self) -> None:
        """Tickets are answered on the third day."""
        with self.database.reading() as session:
            open_ = session.scalars(
                select(Ticket.id).where(
                    Ticket.status.not_in((RESOLVED, CLOSED)), Ticket.opened_at < self.world.now - timedelta(days=3)
                )
            ).all()
        for number in open_:
            with self.database.transaction() as session:
                settle(self.world, session, number)


Language = {"en": "en", "zh-hans": "zh-Hans", "zh-hant": "zh-Hant"}


def _buttons(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [button for row in data.get("buttons", []) for button in row]


def settle(world: World, session: Any, number: int) -> None:
    work, ticket = world.work(session), session.get_one(Ticket, number)
    tickets.resolve(work, ticket, "too few people that day", "one more at the desk", "a plan for busy days")
    tickets.close(work, ticket)


def wrong(life: Life, heard: Heard) -> Iterator[str]:
    """What no customer should ever meet, in what they just heard."""
    if not heard.key:
        return
    before = [one for one in life.got if one.key]
    if not time(9) <= heard.at.time() < time(21):
        yield "in the night"
    if heard.key in {one.key for one in before}:
        yield "twice"
    # Each visit is asked about in the same words.
    lately = [one for one in before if heard.at - one.at < timedelta(days=20) and heard.purpose != FEEDBACK]
    if heard.text in {one.text for one in lately}:
        yield "the same words"
    if heard.purpose == MARKETING:
        if not life.agrees:
            yield "without consent"
        if life.stops is not None and heard.at > BEGIN + timedelta(days=life.stops, hours=15):
            yield "after a stop"
        offers = [one.at for one in before if one.purpose == MARKETING]
        for days, most in ((7, 1), (30, 3)):
            if sum(heard.at - at < timedelta(days=days) for at in offers) >= most:
                yield f"over the cap of {days} days"


def written(lives: list[Life]) -> Iterator[str]:
    for life in lives:
        unasked = Counter(one.purpose for one in life.got if one.key)
        yield f"\n=== {life.code} {life.language}, reacts: {life.reacts}, agrees: {life.agrees}: {dict(unasked)}"
        for one in life.got:
            mark = one.key or "(answer)"
            yield f"\n{one.at:%a %d %b %Y %H:%M}  {mark}\n{one.text}\n{' | '.join(one.buttons)}".rstrip()


async def year(folder: Path, url: str, days: int, told: Tell = lambda _lives: None) -> list[Life]:
    """The sample shop in a fresh database; what each customer received. `told`: hears of it each month."""
    database, clock = Database(url), folder / "clock"
    clock.write_text((BEGIN + timedelta(hours=8)).isoformat())
    read = clock_of(clock)
    demo.load(database, read())
    world = World(database, read())
    try:
        async with FakeTelegram() as fake, house(fake, database, clock=read, engine=world.engine) as rooms:
            lived = Year(database, fake, rooms, world, clock, told)
            await lived.live(days)
            return lived.lives
    finally:
        database.close()


def told(lives: list[Life]) -> str:
    counts = Counter(one.purpose for life in lives for one in life.got if one.key)
    return f"{len(lives)} customers, unasked: {dict(counts)}"


def _write(file: Path, lives: list[Life]) -> None:
    file.write_text("\n".join(written(lives)) + "\n", "utf-8")


def main(file: Path, days: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bayline.db"
        migrate(database := Database(url))
        database.close()
        lives = asyncio.run(year(Path(folder), url, days, lambda lives: _write(file, lives)))
    _write(file, lives)
    print("\n".join(line for life in lives for line in life.wrong))
    print(told(lives))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 365)
