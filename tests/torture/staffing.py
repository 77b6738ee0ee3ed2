"""kill -9 between any two steps of staff: taken, answered in the topic and at the desk, sent later, settled, closed."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from sqlalchemy import select
from sqlalchemy.orm import Session
from yarl import URL

from bot.console.gate import mac
from handlers import FEATURES
from handlers.dialogue.texts import Texts
from handlers.staff import actions as hiring
from handlers.tickets import later
from handlers.tickets.work import By, Work
from storage import staff_links, tickets
from storage.boards import Board
from storage.database import Database
from storage.handiness import Bulk, Later
from storage.messages import DEAD, MESSAGES, SENDING, UNCERTAIN
from storage.relays import Relay
from storage.staff import REGION
from storage.tickets import CLOSED, RESOLVED, Ticket, TicketEvent, TicketNote
from tests.fake_telegram import FakeTelegram, Received
from tests.postgres import free_port
from tests.torture.process import BotProcess

GROUP, LI, FIRST = -1001234567890, 71, 1000
WITHIN = 180.0
T = TypeVar("T")


@dataclass
class Verdict:
    """What a run came to; `doubled` arrived more than once and were in flight at a kill, `uncertain` are listed as such."""

    cases: int
    kills: int
    replies: int
    doubled: int
    uncertain: int

    def __str__(self) -> str:
        return (
            f"{self.cases} cases, {self.kills} kills: {self.replies} answers of staff, each there once; "
            f"{self.doubled} arrived twice, {self.uncertain} uncertain; no ticket without its history"
        )


class Desk:
    """Li, in the staff's group and at a browser, who does one thing after the other while the bot dies now and then."""

    def __init__(self, database: Database, fake: FakeTelegram, bot: BotProcess, port: int, order: random.Random) -> None:
        self.database, self.fake, self.bot, self.order = database, fake, bot, order
        self.group, self.texts = fake.group(GROUP, forum=True), Texts(["dialogue", "desk", *(one.name for one in FEATURES)])
        self.person, self.url = fake.user(LI, first_name="Li"), f"http://127.0.0.1:{port}"
        self.kills_at: set[int] = set()
        self.steps, self.in_flight = 0, set[int]()
        now = datetime.now(UTC)
        with database.transaction() as session:
            self.member = hiring.add(session, "li", "Li", REGION, None, "en", now)
            self.staff_id = self.member.id
            staff_links.link(session, self.staff_id, str(LI), now)
            self.secret = hiring.begin_session(session, self.member, "torture", now)

    def read(self, work: Callable[[Session], T]) -> T:
        with self.database.reading() as session:
            return work(session)

    async def step(self, true: Callable[[Session], Any]) -> None:
        """Waits until a thing has had its effect; in between the bot may die, a moment sooner or later."""
        self.steps += 1
        if self.steps in self.kills_at:
            await asyncio.sleep(self.order.random() * 0.2)
            await self.bot.kill()
            sending = select(MESSAGES.c.id).where(MESSAGES.c.status == SENDING)
            self.in_flight |= self.read(lambda session: set(session.scalars(sending)))
            await self.bot.start()
        await self.fake.until(lambda: self.read(true), WITHIN, lambda: f"step {self.steps}; {self.bot.said()}")

    # -- Telegram ------------------------------------------------------------------------------------------------------

    def thread(self, number: int) -> int:
        """The topic of a ticket, 0 while there is none."""
        topic = select(MESSAGES.c.channel_ref).join(Board, Board.topic_id == MESSAGES.c.id).where(Board.ticket_id == number)
        return int(self.read(lambda session: session.scalar(topic)) or 0)

    async def sees(self, number: int, fits: Callable[[Received], bool]) -> Received:
        """The newest message in the ticket's topic that fits."""

        def found() -> list[Received]:
            return [one for one in self.group.received if one.thread == self.thread(number) and fits(one)]

        await self.fake.until(
            lambda: self.thread(number) and found(), WITHIN, lambda: f"the topic of {number}; {self.bot.said()}"
        )
        return found()[-1]

    async def press(self, number: int, do: str) -> None:
        label = self.texts.label(f"tickets.group.button.{do}", "en", {})
        card = await self.sees(number, lambda one: label in one.buttons)
        buttons = [button for row in card.markup["inline_keyboard"] for button in row]
        data = next(button["callback_data"] for button in buttons if button["text"] == label)
        self.group.presses_data(self.person, data, card.message_id)

    # -- the console ---------------------------------------------------------------------------------------------------

    async def answers_at_the_desk(self, number: int, words: str) -> None:
        """As a person would: if nothing came back, looks whether it is there, and sends it again if it is not."""
        token = self.read(lambda session: session.get_one(Ticket, number).token)
        cookie: SimpleCookie = SimpleCookie({"bayline-session": self.secret})
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            http.cookie_jar.update_cookies(cookie, URL(self.url))
            while not self.read(lambda session: _rows(session, words)):
                with suppress(aiohttp.ClientError, TimeoutError):
                    await self._send(http, token, words)
                await asyncio.sleep(0.1)

    async def _send(self, http: aiohttp.ClientSession, token: str, words: str) -> None:
        within = aiohttp.ClientTimeout(5)
        async with http.get(f"{self.url}/console/tickets?find={token}", timeout=within) as page:
            found = re.search(r'href="(/console/tickets/[^"?]+)[^"]*" id="o-', await page.text())
        if not found:
            return
        async with http.get(f"{self.url}{found[1]}", timeout=within) as page:
            last = re.search(r'name="last" value="(\d+)"', await page.text())
        if not last:
            return
        form = {"csrf": mac(self.secret, "csrf"), "words": words, "last": last[1]}
        async with http.post(
            f"{self.url}{found[1]}", data=form, headers={"Origin": self.url}, allow_redirects=False, timeout=within
        ) as answer:
            await answer.read()

    # -- one case ------------------------------------------------------------------------------------------------------

    async def case(self, number: int) -> None:
        """From the complaint to its end; what is written carries the case's number."""
        self.fake.user(FIRST + number).says("you scratched my door")
        await self.step(lambda session: session.get(Ticket, number) is not None)
        await self.press(number, "claim")
        await self.step(lambda session: session.get_one(Ticket, number).staff_id == self.staff_id)
        thread = self.thread(number)
        self.group.says(self.person, f"from the topic, {number}.", thread)
        await self.step(lambda session: _rows(session, f"from the topic, {number}."))
        self.group.says(self.person, f"// a secret of {number}.", thread)
        await self.step(lambda session: session.scalar(select(TicketNote.id).where(TicketNote.ticket_id == number)))
        desk = asyncio.create_task(self.answers_at_the_desk(number, f"from the desk, {number}."))
        await self.step(lambda session: _rows(session, f"from the desk, {number}."))
        await desk
        self._later(number, f"sent later, {number}.")
        await self.step(lambda session: _rows(session, f"sent later, {number}."))
        await (self._settle(number) if number % 2 else self._close_many(number))
        await self.step(lambda session: session.get_one(Ticket, number).status in (RESOLVED, CLOSED))

    def _later(self, number: int, words: str) -> None:
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            work = Work(session, self.texts, now, By("Li", "console", self.staff_id))
            later.schedule(work, session.get_one(Ticket, number), words, now + timedelta(milliseconds=200), waits=False)

    async def _settle(self, number: int) -> None:
        await self.press(number, "resolve")
        asked = await self.sees(number, lambda one: bool(one.markup.get("force_reply")))
        self.group.says(self.person, "a careless hand\npainted anew\nmore light", self.thread(number), reply_to=asked.message_id)

    async def _close_many(self, number: int) -> None:
        now = datetime.now(UTC)
        with self.database.transaction() as session:
            items = [[number, self.staff_id]]
            session.add(Bulk(staff_id=self.staff_id, do="close", to_id=None, items=items, at=now, due_at=now, ended_at=None))


async def staff(folder: Path, url: str, cases: int, kills: int, seed: int = 7) -> Verdict:
    """Raises AssertionError when an answer is lost or there twice, a note leaks, or a ticket's history lacks something."""
    database, port = Database(url), free_port()
    try:
        async with FakeTelegram() as fake:
            bot = BotProcess(folder, fake.token, fake.url, url, port, webhook=False, TELEGRAM_STAFF_CHAT=str(GROUP))
            desk = Desk(database, fake, bot, port, random.Random(seed))
            desk.kills_at = set(desk.order.sample(range(1, cases * 7 + 1), kills))
            await bot.start()
            try:
                for number in range(1, cases + 1):
                    await desk.case(number)
                await fake.until(lambda: desk.read(_quiet), WITHIN, lambda: "something is still to be sent")
            finally:
                code = await bot.stop()
            assert code == 0
            return desk.read(lambda session: _judge(session, fake, desk, cases))
    finally:
        database.close()


def _rows(session: Session, words: str) -> list[Any]:
    return list(session.execute(select(MESSAGES.c.id, MESSAGES.c.status).where(MESSAGES.c.text == words)))


def _quiet(session: Session) -> bool:
    waiting = select(MESSAGES.c.id).where(MESSAGES.c.status.in_(("queued", SENDING))).limit(1)
    return session.execute(waiting).first() is None


def _judge(session: Session, fake: FakeTelegram, desk: Desk, cases: int) -> Verdict:
    doubled = uncertain = 0
    for number in range(1, cases + 1):
        arrived = Counter(fake.user(FIRST + number).texts)
        assert not any("secret" in text for text in arrived), f"a note of {number} has left"
        for where in ("from the topic", "from the desk", "sent later"):
            words = f"{where}, {number}."
            ((row_id, status),) = _rows(session, words)  # written down once, whatever died in between
            listed = status in (UNCERTAIN, DEAD)
            assert arrived[words] or listed, f"{words!r} is lost, and nobody is told"
            assert arrived[words] <= 1 or row_id in desk.in_flight, f"{words!r} arrived twice without having been in flight"
            doubled, uncertain = doubled + (arrived[words] > 1), uncertain + listed
        ticket = session.get_one(Ticket, number)
        history = Counter(event.what for event in tickets.history(session, number))
        end = "resolved" if number % 2 else "closed"
        wanted = {"opened": 1, "claimed": 1, "replied": 3, "noted": 1, "handed_over": 1, end: 1}
        assert {what: history[what] for what in wanted} == wanted, f"the history of {number}: {history}"
        assert (ticket.status, ticket.staff_id) == (RESOLVED if number % 2 else CLOSED, desk.staff_id)
    assert session.scalars(select(Ticket.id).where(Ticket.id.not_in(select(TicketEvent.ticket_id)))).all() == []
    assert session.scalars(select(Ticket.id).order_by(Ticket.id)).all() == list(range(1, cases + 1))
    refs = [ref for (ref,) in session.execute(select(Relay.ref))]
    assert len(refs) == len(set(refs)), "one thing that staff wrote is kept once"
    assert session.scalars(select(Later.id).where(Later.ended_at.is_(None))).all() == []
    return Verdict(cases, desk.bot.kills, 3 * cases, doubled, uncertain)
