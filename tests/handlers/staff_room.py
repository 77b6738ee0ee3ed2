"""A room of staff without Telegram: what they write and press is handed in, and what leaves for them has arrived at once."""

import itertools

from sqlalchemy import select, update

from handlers.staff import actions as staff_actions
from handlers.tickets import asking, relaying, telling
from handlers.tickets.word import Heard, Word
from storage import chats, messages, staff_links
from storage.messages import MESSAGES, Message
from storage.staff import Staff
from storage.tickets import Ticket, TicketNote
from tests.world import World

ROOM = "-100777"
_REFS = itertools.count(9000)


class Room:
    """`group` "": there is none."""

    def __init__(self, world: World, group: str = ROOM) -> None:
        self.world, self.group = world, group
        self._refs = _REFS

    def hires(self, name: str, role: str = "advisor", address: str = "", store_id: int | None = None) -> int:
        with self.world.database.transaction() as session:
            member = Staff(
                login=name.lower(),
                name=name,
                role=role,
                store_id=store_id,
                language="en",
                theme="auto",
                created_at=self.world.now,
            )
            session.add(member)
            session.flush()
            if address:
                staff_links.link(session, member.id, address, self.world.now)
            return member.id

    def of(self, address: str) -> "Room":
        """Somebody's private chat."""
        return Room(self.world, address)

    def dismisses(self, staff_id: int) -> None:
        with self.world.database.transaction() as session:
            staff_actions.dismiss(session, session.get_one(Staff, staff_id), self.world.now, by=None)

    def tells(self) -> None:
        """Staff are told all that is new, and everything that was to be sent arrives."""
        with self.world.database.transaction() as session:
            for ticket_id in telling.due(session, self.group):
                telling.tell(session, ticket_id, self.world.engine.texts, self.world.now, self.group)
        self.arrives()

    def arrives(self) -> None:
        with self.world.database.transaction() as session:
            waiting = MESSAGES.c.status == "queued"
            for row in session.execute(select(MESSAGES.c.id, MESSAGES.c.edits).where(waiting)).all():
                known = select(MESSAGES.c.channel_ref).where(MESSAGES.c.id == (row.edits or 0))
                ref = session.scalar(known) or str(next(self._refs))
                session.execute(update(MESSAGES).where(MESSAGES.c.id == row.id).values(status="sent", channel_ref=ref))

    @property
    def rows(self) -> list[Message]:
        """Everything in the room, of the bot and of staff."""
        with self.world.database.reading() as session:
            chat = chats.find(session, "telegram", self.group)
            return messages.after(session, chat.id, 0, limit=10_000) if chat else []

    @property
    def topic(self) -> str:
        """The number of the newest topic."""
        return next(row.channel_ref or "" for row in reversed(self.rows) if row.kind == "topic" and row.channel_ref)

    def writes(self, person: str, text: str = "", **more: object) -> Word:
        """Somebody writes in the newest topic; what they wrote, for an edit of it."""
        if "thread" not in more:
            more["thread"] = self.topic
        about = {"key": self.world.key(), "address": self.group, "ref": str(next(self._refs)), **more}
        word = Word(person=person, text=text, **about)  # type: ignore[arg-type]
        self.hears(word)
        return word

    def hears(self, word: Word) -> Heard:
        with self.world.database.transaction() as session:
            return relaying.take(session, word, self.world.engine.texts, self.world.now)

    def presses(self, person: str, data: str, address: str = "") -> str:
        """Somebody presses, or says that they have; the toast."""
        word = Word(
            key=self.world.key(), address=address or self.group, person=person, ref="1", kind="press", text=data, language="en"
        )
        with self.world.database.transaction() as session:
            return asking.press(session, word, self.world.engine.texts, self.world.now).toast

    def button(self, do: str, value: object = None) -> str:
        """What the newest button that does this carries."""
        for row in reversed(self.rows):
            buttons = [button for line in row.data.get("buttons", []) for button in line]
            for index, button in enumerate(buttons):
                if button["do"] == do and value in (None, button.get("value")):
                    return f"{row.token}.{index}"
        raise AssertionError(f"nobody showed a button for {do}")

    @property
    def notes(self) -> list[str]:
        with self.world.database.reading() as session:
            return list(session.scalars(select(TicketNote.text).order_by(TicketNote.id)))

    def ticket(self, number: int = 1) -> Ticket:
        with self.world.database.reading() as session:
            return session.get_one(Ticket, number)
