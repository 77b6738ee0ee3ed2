"""The shop floor: customers, a house on Telegram with its staff's group, and the desk that tells staff."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sqlalchemy import select

from bot.photos import CleanPhoto
from bot.staff_desk import StaffDesk
from handlers.staff import actions as staff_actions
from handlers.tickets.board import SIGNS
from storage import marks, staff_links, tickets
from storage.chats import CHATS
from storage.messages import MESSAGES
from storage.staff import Staff
from storage.tickets import Ticket, TicketEvent, TicketNote
from tests.bot.house import House, house
from tests.fake_telegram import DEADLINE, FakeTelegram, Group, Received, User
from tests.world import World

GROUP = -1001234567890


async def as_it_is(data: bytes) -> CleanPhoto:
    """Photos of a floor that is not about photos."""
    return CleanPhoto("image/jpeg", 8, 8, data, hashlib.sha256(data).hexdigest())


class Floor:
    """The shop floor: a world of customers, a house on Telegram, and the desk that tells staff."""

    def __init__(self, fake: FakeTelegram, world: World, group: Group, desk: StaffDesk, house: House) -> None:
        self.fake, self.world, self.group, self.desk, self.house = fake, world, group, desk, house

    async def beats(self, times: int = 1) -> None:
        for _ in range(times):
            await asyncio.to_thread(self.desk.beat)

    async def until(self, true: Callable[[], Any], within: float = DEADLINE) -> None:
        """Beats until it is so."""
        end = asyncio.get_running_loop().time() + within
        while not true():
            assert asyncio.get_running_loop().time() < end, [(m.chat_id, m.text) for m in self.fake.received]
            await self.beats()
            await asyncio.sleep(0.02)

    @property
    def said(self) -> list[Received]:
        """What the group was told, without the cards, which sum it up: also not the one that is about to be pinned."""
        told = [message for message in self.group.received if message.message_id not in self.group.pinned and not message.edits]
        return [message for message in told if not message.text.startswith((*SIGNS.values(), "✅"))]

    async def sees(self, words: str) -> None:
        await self.until(lambda: any(words in message.text for message in self.said))

    async def says(self, customer: Any, words: str) -> None:
        await asyncio.to_thread(customer.says, words)

    def hires(self, name: str, role: str = "region", address: int = 0, language: str = "en", store_id: int | None = None) -> int:
        with self.world.database.transaction() as session:
            member = Staff(
                login=name.lower(), name=name, role=role, store_id=store_id, language=language, theme="auto",
                created_at=self.world.now,
            )  # fmt: skip
            session.add(member)
            session.flush()
            if address:
                staff_links.link(session, member.id, str(address), self.world.now)
            return member.id

    def dismisses(self, staff_id: int) -> None:
        with self.world.database.transaction() as session:
            staff_actions.dismiss(session, session.get_one(Staff, staff_id), self.world.now, by=None)

    async def complains(self, user: User, words: str) -> int:
        """Somebody on Telegram complains, and the staff's group has it all; the topic's number, 0 without topics."""
        user.says(words)
        await self.until(lambda: self.said and not self.untold() and not self.fake.undelivered)
        return max(self.group.topics, default=0)

    async def arrived(self, *others: int) -> None:
        """What was sent to staff (to these chats, else to the group) is known to have arrived: they can reply to it."""
        addresses = [str(chat) for chat in others or (GROUP,)]

        def nothing_left() -> bool:
            with self.world.database.reading() as session:
                query = select(MESSAGES.c.id).join(CHATS, CHATS.c.id == MESSAGES.c.chat_id)
                left = query.where(CHATS.c.address.in_(addresses), MESSAGES.c.status.in_(("queued", "sending")))
                return session.scalar(left.limit(1)) is None

        await self.fake.until(nothing_left)

    def label(self, button: str) -> str:
        """Of a button of the card, which speaks the shop's language."""
        return self.world.engine.texts.label(f"tickets.group.button.{button}", "zh-Hans", {})

    def presses(self, user: User, button: str) -> str:
        return self.group.presses(user, self.label(button))

    @property
    def card(self) -> Received:
        """The first one; without topics nothing is pinned."""
        return next(message for message in self.group.received if message.message_id in self.group.pinned or message.buttons)

    async def handled(self) -> None:
        """Everything that people have done is handled; some time goes by, and staff are told."""
        await self.fake.until(lambda: self.fake.undelivered == 0)
        self.world.passes(seconds=4)
        await self.beats()

    def ticket(self, number: int = 1) -> Ticket:
        with self.world.database.reading() as session:
            return session.get_one(Ticket, number)

    def history(self, number: int = 1) -> Sequence[TicketEvent]:
        with self.world.database.reading() as session:
            return tickets.history(session, number)

    def notes(self, number: int = 1) -> list[str]:
        with self.world.database.reading() as session:
            return [note.text for note in session.query(TicketNote).filter_by(ticket_id=number).order_by(TicketNote.id)]

    def untold(self) -> int:
        with self.world.database.reading() as session:
            return len(marks.untold(session))


Story = Callable[[Floor], Awaitable[None]]


def tell(world: World, story: Story, *, forum: bool = True, group: bool = True, **more: Any) -> None:
    async def run() -> None:
        database = world.database
        async with FakeTelegram() as fake:
            room = fake.group(GROUP, forum)
            address = str(GROUP) if group else ""
            async with house(
                fake, database, clock=lambda: world.now, engine=world.engine, staff_chat=address or None, **more
            ) as h:
                desk = StaffDesk(database, world.engine.texts, lambda: world.now, address, h.courier.wake)
                await story(Floor(fake, world, room, desk, h))

    asyncio.run(run())
