"""kill -9 in the middle of a campaign, with pauses, people who say stop and people who have blocked the bot: nobody lost, nobody
written to twice, and nobody tried twice who wants nothing."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from handlers.contact import actions as contact
from handlers.recall import actions
from handlers.recall.actions import Wish
from handlers.segments import actions as audience
from storage import campaigns, chats
from storage.campaigns import HOLD_OUT, PLANNED, POSTED, Campaign, Recipient
from storage.catalogue import Service
from storage.chats import CHATS
from storage.contact import Consent
from storage.customers import Customer
from storage.database import Database
from storage.messages import CANCELLED, DEAD, MESSAGES, QUEUED, SENDING, SENT, UNCERTAIN
from storage.vehicles import Vehicle
from tests.fake_telegram import FakeTelegram
from tests.postgres import free_port
from tests.small_shop import small_shop
from tests.torture.killing import _token_of
from tests.torture.process import BotProcess

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
FIRST = 5000  # the first chat at the fake Telegram


@dataclass
class Verdict:
    """What a run came to. `uncertain` letters may have arrived or not; none of them arrived twice."""

    people: int
    kills: int
    pauses: int
    sent: int
    withheld: int
    stopped: int
    uncertain: int
    blocked: int

    def __str__(self) -> str:
        return (
            f"{self.people} people, {self.kills} kills, {self.pauses} pauses: {self.sent} sent, {self.withheld} withheld, "
            f"{self.stopped} said stop, {self.blocked} had blocked the bot, {self.uncertain} uncertain; "
            "0 lost, 0 twice, 0 after a stop, 0 blocked and tried again"
        )


async def campaign(folder: Path, url: str, people: int, kills: int, pauses: int = 1, seed: int = 5) -> Verdict:
    database, order = Database(url), random.Random(seed)
    number = _plan(database, people)
    async with FakeTelegram() as fake:
        blocked = {FIRST + place for place in range(0, people, 10)}
        for address in blocked:
            fake.user(address).blocked = True
        bot = BotProcess(folder, fake.token, fake.url, url, free_port(), webhook=False)
        await bot.start()
        moments = sorted(order.sample(range(people // 10, people * 7 // 10), kills + pauses))
        to_pause = set(order.sample(moments, pauses))
        quiet: dict[int, int] = {}
        for moment in moments:
            # Where nothing holds the pace back, all that is left may be under way when it dies: listed then, and not sent again.
            await fake.until(lambda: len(fake.received) >= moment or _over(database, number), 120 + people / 5, bot.said)  # noqa: B023
            if moment in to_pause:
                await _pause_for_a_while(database, fake, number)
            else:
                await bot.kill()
                await bot.start()
            await asyncio.to_thread(_say_stop, database, fake, FIRST + order.randrange(people), quiet)
        await fake.until(lambda: _over(database, number), 120 + people / 5, bot.said)
        assert await bot.stop() == 0
        verdict = _judge(database, fake, number, quiet, blocked)
    database.close()
    return Verdict(people, bot.kills, pauses, *verdict)


def _plan(database: Database, people: int) -> int:
    """A shop where it is about noon, so many customers who agree to offers, and a campaign for them that runs."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        shop = small_shop(session, [[(time(0), time(23, 45))]] * 7, {"L": "lift"}, [("oil", 30, "lift", "")])
        place = session.get_one(type(shop.stores[0]), shop.stores[0].id)
        # A zone whose sign is the other way round, as POSIX has it: nobody is written to at night.
        place.timezone = f"Etc/GMT{(now.hour - 12):+d}"
        session.flush()
        rows = range(1, people + 1)
        store = {"store_id": place.id, "created_at": now}
        session.execute(insert(Customer), [{"code": f"C{n}", "name": f"N{n}", "provisional": False, **store} for n in rows])
        session.execute(insert(Vehicle), [{"code": f"V{n}", "customer_id": n, "name": "Wagon"} for n in rows])
        session.execute(insert(Customer), [{"code": "nobody", "name": "Nobody", "provisional": False, **store}])
        for n in rows:
            chat = chats.arrive(session, "telegram", str(FIRST + n - 1), pulls=False, now=now)
            chat.customer_id, chat.language = n, "en"
            chats.save(session, chat)
            session.add(
                Consent(chat_id=chat.id, customer_id=n, channel="telegram", purpose="marketing", given=True, version="v", at=now)
            )
        session.flush()
        assert session.scalar(select(func.count()).select_from(Service)) == 1
        audience.rebuild(session, now)
        names = dict.fromkeys(LANGUAGES, "x")
        rule = {"any": [[{"fact": "cars", "least": 1}]]}
        audience.save(session, shop, code="all_with_cars", names=names, rule=rule, now=now)
        wish = Wish(
            "torture",
            "all_with_cars",
            dict.fromkeys(LANGUAGES, "Hello {name}, {car}"),
            now - timedelta(minutes=1),
            now + timedelta(days=2),
        )
        row = actions.draft(session, shop, wish, now)
        assert actions.approve(session, shop, row, now) == people
        return row.id


async def _pause_for_a_while(database: Database, fake: FakeTelegram, number: int) -> None:
    """After the pause commits nothing sets out any more; what had set out arrives."""

    def pause() -> None:
        from handlers.dialogue import shop as shops

        with database.transaction() as session:
            actions.pause(session, shops.load(session), session.get_one(Campaign, number), datetime.now(UTC))

    def in_flight() -> int:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(MESSAGES).where(MESSAGES.c.status.in_((QUEUED, SENDING)))) or 0

    await asyncio.to_thread(pause)
    await fake.until(lambda: in_flight() == 0, 60)
    arrived = len(fake.received)
    with database.transaction() as session:
        actions.resume(session, session.get_one(Campaign, number), datetime.now(UTC))
    assert len(fake.received) == arrived


def _say_stop(database: Database, fake: FakeTelegram, address: int, quiet: dict[int, int]) -> None:
    """Somebody says stop; what their chat has by the commit, and a letter that had set out already, is all it may ever have."""
    with database.transaction() as session:
        found = chats.find(session, "telegram", str(address))
        assert found
        chat = chats.lock(session, found.id)
        contact.stop(session, chat, "v", datetime.now(UTC))
        chats.save(session, chat)
        leaving = session.execute(
            select(MESSAGES.c.id).where(MESSAGES.c.chat_id == chat.id, MESSAGES.c.status == SENDING)
        ).all()  # fmt: skip
        arrived = sum(message.chat_id == address for message in fake.received)
        quiet.setdefault(address, arrived + len(leaving))


def _over(database: Database, number: int) -> bool:
    with database.reading() as session:
        waiting = session.execute(select(MESSAGES.c.id).where(MESSAGES.c.status.in_((QUEUED, SENDING))).limit(1)).first()
        return waiting is None and not campaigns.left(session, number, 1)


def _judge(
    database: Database, fake: FakeTelegram, number: int, quiet: dict[int, int], blocked: set[int]
) -> tuple[int, int, int, int, int]:
    arrived = Counter(_token_of(message.markup) for message in fake.received)
    by_chat = Counter(message.chat_id for message in fake.received)
    assert all(times == 1 for times in arrived.values()), "a letter arrived twice"
    assert all(times == 1 for times in by_chat.values()), "somebody was written to twice"
    with database.reading() as session:
        everybody = session.scalars(select(Recipient).where(Recipient.campaign_id == number)).all()
        of = dict(session.execute(select(CHATS.c.customer_id, CHATS.c.address)).all())
        reachable = {int(address) for address in session.scalars(select(CHATS.c.address).where(CHATS.c.reachable))}
        letters = {row.key: row for row in session.execute(select(MESSAGES).where(MESSAGES.c.key.startswith("campaign:")))}
        problems = campaigns.problems(session)
    assert problems == []
    assert not any(row.status == PLANNED for row in everybody)
    assert {row.status for row in letters.values()} <= {SENT, UNCERTAIN, CANCELLED, DEAD}
    assert max(fake.user(address).refused for address in blocked) == 1, "somebody who has blocked the bot was tried again"
    for row in everybody:
        address = int(of[row.customer_id])
        if row.arm == HOLD_OUT:
            assert by_chat[address] == 0, "a letter to the hold-out"
        elif row.status == POSTED:
            assert row.key is not None
            letter = letters[row.key]
            if letter.status == SENT:
                assert arrived[letter.token] == 1, "lost"
            elif letter.status == DEAD:
                assert address in blocked, "given up for somebody who can be reached"
                assert address not in reachable
            elif letter.status == CANCELLED:
                assert address in quiet, "taken back from somebody who never said stop"
        else:
            assert (row.reason, address in quiet) == ("no_consent", True)
    for address, most in quiet.items():
        assert by_chat[address] <= most, "a letter after a stop"
    counts = Counter(row.status for row in letters.values())
    return counts[SENT], sum(row.arm == HOLD_OUT for row in everybody), len(quiet), counts[UNCERTAIN], counts[DEAD]
