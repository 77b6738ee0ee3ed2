"""A crowd of strangers at once: everybody is greeted at the limit, once, and reminders go out among them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from bot.channels.channel import Rates
from bot.pacing import PUSH_EVERY
from handlers import FEATURES
from handlers.dialogue import Incoming
from handlers.dialogue.engine import Engine
from storage import chats, messages
from storage.database import Database
from tests.bot.house import house
from tests.fake_telegram import FakeTelegram

OVERALL = 28.0
_FIRST = 500_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """`last_reminder`: how many messages had gone out when the last of the reminders did. `rate`: messages a second in all."""

    greeted: int
    reminders: int
    last_reminder: int
    rate: float

    def __str__(self) -> str:
        return (
            f"{self.greeted} greeted once each at {self.rate:.1f} a second, "
            f"{self.reminders} reminders among the first {self.last_reminder} messages"
        )


async def crowd(database: Database, people: int, reminders: int) -> Verdict:
    """Strangers press Start, and reminders are due while their greetings wait. Raises AssertionError for whatever is not so."""
    now = datetime.now(UTC)
    # Thinking is faster than sending: all have pressed before the first has his answer.
    Engine(database, FEATURES).take(
        [
            Incoming("telegram", str(_FIRST + who), f"telegram:1:{who}", "start", text="/start", language="en")
            for who in range(people)
        ],
        now,
    )
    _remind(database, reminders, now)
    async with (
        FakeTelegram(strict_rates=True) as fake,
        house(fake, database, rates=Rates(overall=OVERALL, chat_gap=1, group_gap=3)),
    ):
        await fake.until(lambda: len(fake.received) >= people + reminders, 60 + 2 * people / OVERALL)
        assert fake.violations == [], fake.violations[:3]
        assert all(len(fake.user(_FIRST + number).received) == 1 for number in range(people)), "each is greeted once"
        places = [place for place, message in enumerate(fake.received, 1) if message.text.startswith("reminder")]
        assert len(places) == reminders
        # Each waits for so many replies at most, and for what was in the courier's hand before.
        assert places[-1] <= PUSH_EVERY * reminders + 2 * OVERALL, places
        times = [message.at for message in fake.received]
        return Verdict(people, reminders, places[-1], (len(times) - 1) / (times[-1] - times[0]))


def _remind(database: Database, number: int, now: datetime) -> None:
    with database.transaction() as session:
        rows = []
        for who in range(number):
            chat = chats.arrive(session, "telegram", str(1000 + who), pulls=False, now=now)
            rows.append(
                messages.outgoing(
                    chat.id, "telegram", pulls=False, text=f"reminder {who}", data={}, now=now, purpose="service", priority=1
                )
            )
        messages.post(session, rows)
