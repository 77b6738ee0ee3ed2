"""Turns are taken whole, also when whoever has brought the message does not wait for its end."""

import asyncio

from sqlalchemy import select

from bot.clock import system_clock
from bot.turns import Turns
from handlers import FEATURES
from handlers.dialogue import Incoming
from handlers.dialogue.engine import Engine
from storage.database import Database
from storage.messages import MESSAGES
from tests.marks import EMPTY_ON_SQLITE


@EMPTY_ON_SQLITE
def test_pr6_a_turn_is_whole_though_whoever_asked_has_gone(database: Database) -> None:
    """PR6: its task is cancelled a step later each time; each message is taken once, and the chat goes on."""

    async def go() -> None:
        turns = Turns(Engine(database, FEATURES), system_clock)
        turns.start()
        for number in range(1, 6):
            incoming = Incoming("web", f"p{number % 2}", f"k{number}", "text", text="help", pulls=True)
            asking = asyncio.create_task(turns.take(incoming))
            for _ in range(number):
                await asyncio.sleep(0)
            asking.cancel()
        last = await turns.take(Incoming("web", "p0", "last", "text", text="menu", pulls=True))
        assert last.message_id
        await turns.stop()

    asyncio.run(go())
    with database.reading() as session:
        heard = session.scalars(select(MESSAGES.c.key).where(MESSAGES.c.status == "received").order_by(MESSAGES.c.key)).all()
    assert heard == ["k1", "k2", "k3", "k4", "k5", "last"]
