"""A visit from the first words to the reminder on Telegram, and its calendar file from the web server."""

import asyncio
import time
from datetime import datetime, timedelta

import pytest

from bot.downloads import Downloads
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts
from storage.appointments import Appointment
from storage.database import Database
from tests.bot.house import hasty_clock, house
from tests.bot.webchat_site import Site
from tests.fake_telegram import FakeTelegram, User
from tests.handlers.journeys import ENGLISH, TONGUES, Tongue
from tests.world import START, World

# The conversation itself is held on both databases in tests/handlers.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def test_a_visit_on_telegram(sample_url: str, sample_memo: Memo) -> None:
    """From the wish to the reminder in each language; a question, a stale button and another language in between (CC7, IN16)."""
    began = time.monotonic()
    later, sample_texts = timedelta(), Texts(["dialogue", "booking"])

    def clock() -> datetime:
        return START + later + 20 * timedelta(seconds=time.monotonic() - began)

    def label(key: str, tongue: Tongue) -> str:
        return sample_texts.label(key, tongue.language, {})

    async def books(ann: User, tongue: Tongue, other: Tongue) -> None:
        nonlocal later
        ann.says(tongue.asks)
        await ann.sees(tongue.sees_store)
        ann.says(tongue.hours)
        asked = await ann.sees(tongue.sees_hours)
        store = next(b["callback_data"] for row in asked.markup["inline_keyboard"] for b in row if b["text"] == tongue.store)
        ann.presses_data(store)
        assert tongue.tuesday in (await ann.sees(tongue.sees_phone)).text
        stale = ann.presses_data(store)
        await ann.fake.until(lambda: ann.fake.queries[stale] is not None)
        assert ann.fake.queries[stale] == label("dialogue.stale", tongue)
        later += timedelta(seconds=2)  # to breathe: four things within a second are a flood, and a fast machine does them
        ann.says({"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}[other.language])
        assert other.tuesday in (await ann.sees(other.sees_phone)).text
        ann.shares_contact("8613800138000" if tongue is ENGLISH else f"861380013800{ann.id % 10}")
        booked = await ann.sees(other.sees_done)
        assert booked.method == "sendDocument"
        assert b"BEGIN:VEVENT" in booked.document
        ann.presses(label("booking.button.qr", other))
        await ann.fake.until(lambda: ann.received[-1].photo.startswith(b"\x89PNG"))

    async def changes(ann: User, tongue: Tongue) -> None:
        reminder = await ann.sees(tongue.sees_tomorrow)
        assert reminder.buttons[0] == label("booking.button.coming", tongue)
        ann.says(tongue.move)
        await ann.sees(tongue.friday)
        ann.says(tongue.yes)
        assert b"SEQUENCE:1" in (await ann.sees(tongue.sees_moved)).document
        ann.says(tongue.cancel)
        yes = label("booking.sure.yes", tongue)
        await ann.fake.until(lambda: yes in ann.received[-1].buttons)
        ann.presses(yes)
        assert b"METHOD:CANCEL" in (await ann.sees(tongue.sees_cancelled)).document

    async def story() -> None:
        nonlocal later
        database = Database(sample_url)
        engine = Engine(database, FEATURES, sample_memo)
        async with FakeTelegram() as fake, house(fake, database, engine=engine, clock=clock) as running:
            people = [(fake.user(7 + number, tongue.tag), tongue) for number, tongue in enumerate(TONGUES)]
            others = [tongue for _, tongue in [*people[1:], people[0]]]
            await asyncio.gather(*(books(ann, tongue, other) for (ann, tongue), other in zip(people, others, strict=True)))
            later = timedelta(days=2, hours=1, minutes=5)
            assert await asyncio.to_thread(engine.push, clock())
            running.courier.wake()
            for (ann, _), tongue in zip(people, others, strict=True):
                await changes(ann, tongue)
        database.close()

    asyncio.run(story())


def test_a_step_takes_the_place_of_the_one_before_and_an_answer_stays(sample_url: str, sample_memo: Memo) -> None:
    async def story() -> None:
        database = Database(sample_url)
        engine = Engine(database, FEATURES, sample_memo)
        async with FakeTelegram() as fake, house(fake, database, engine=engine, clock=hasty_clock(20)):
            ann = fake.user(7)
            ann.says("book an oil change on Tuesday at ten")
            (step,) = await ann.sees_messages(1)
            ann.presses("Audi A4")
            await fake.until(lambda: step.edits == 1)
            assert step.text == "At which store?"
            ann.says("what are your opening hours?")
            answer = await ann.sees("open as follows")
            ann.presses("Lanwan Auto East Harbour")
            await ann.sees("On which number")
            assert "open as follows" in answer.text
        database.close()

    asyncio.run(story())


def test_the_file_is_for_whoever_has_its_address(world: World, sample_url: str) -> None:
    """IE7: a guessed address gives nothing, and what is given is the appointment as it is now."""
    ann = world.customer().says("oil change on Tuesday at ten for my A4 at East Harbour, I'll wait").says("13800138000")
    path = ann.last.data["document"]["path"]

    async def story() -> None:
        site = Site(sample_url)
        site.app.add_routes(Downloads(world.engine, lambda: world.now).routes())
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
