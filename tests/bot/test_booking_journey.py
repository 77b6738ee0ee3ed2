"""A visit from the first words to the reminder on Telegram, and its calendar file from the web server."""

import asyncio
import time
from datetime import datetime, timedelta

import pytest

from bot.downloads import Downloads
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from handlers.dialogue.memo import Memo
from storage.appointments import Appointment
from storage.database import Database
from tests.bot.house import house
from tests.bot.webchat_site import Site
from tests.fake_telegram import FakeTelegram
from tests.world import START, World

# The conversation itself is held on both databases in tests/handlers.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def test_a_visit_on_telegram(sample_url: str, sample_memo: Memo) -> None:
    began = time.monotonic()
    later = timedelta()

    def clock() -> datetime:
        return START + later + 20 * timedelta(seconds=time.monotonic() - began)

    async def story() -> None:
        nonlocal later
        database = Database(sample_url)
        engine = Engine(database, FEATURES, sample_memo)
        async with FakeTelegram() as fake, house(fake, database, engine=engine, clock=clock) as running:
            ann = fake.user(7)
            ann.says("oil change on Tuesday at ten for my A4")
            await ann.sees("At which store?")
            ann.presses("Lanwan Auto East Harbour")
            await ann.sees("number can we reach")
            ann.shares_contact("8613800138000")
            booked = await ann.sees("You're booked!")
            assert booked.method == "sendDocument"
            assert b"BEGIN:VEVENT" in booked.document
            ann.presses("Code for the desk")
            code = await ann.sees("Show this at the desk")
            assert code.photo.startswith(b"\x89PNG")
            later = timedelta(days=2, hours=1, minutes=5)
            assert await asyncio.to_thread(engine.push, clock())
            running.courier.wake()
            reminder = await ann.sees("See you tomorrow!")
            assert reminder.buttons[0] == "✓ I'll be there"
            ann.presses("Cancel it")
            await ann.sees("Shall I cancel")
            ann.presses("Yes, cancel it")
            gone = await ann.sees("Cancelled:")
            assert b"METHOD:CANCEL" in gone.document
        database.close()

    asyncio.run(story())


def test_the_file_is_for_whoever_has_its_address(world: World, sample_url: str) -> None:
    """IE7: a guessed address gives nothing, and what is given is the appointment as it is now."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000")
    path = ann.last.data["document"]["path"]

    async def story() -> None:
        site = Site(sample_url)
        site.app.add_routes(Downloads(world.engine).routes())
        async with site:
            for guess in (
                path.replace("en.", "en.x"),
                "/files/booking/en.AAAAAAAAAAAAAAAAAAAAAA/visit.ics",
                path + "x",
                "/files/faq/en.aaaaaaaa/x",
            ):
                assert (await site.http.get(guess)).status == 404
            answer = await site.http.get(path)
            assert (answer.status, answer.headers["Content-Disposition"]) == (200, 'attachment; filename="visit.ics"')
            assert "SEQUENCE:0" in await answer.text()
            ann.says("move my appointment to Thursday at eleven").says("yes").sees("Moved.")
            assert "SEQUENCE:1" in await (await site.http.get(path)).text()

    asyncio.run(story())
    with world.database.reading() as session:
        assert session.query(Appointment).filter_by(source="chat", status="confirmed").one().token in path
