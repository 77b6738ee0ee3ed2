"""What people do on Telegram reaches the bot once, in order, and in both modes."""

import asyncio
import random
import shutil
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from sqlalchemy import func, select

from bot import album
from bot.channels import telegram_intake
from bot.channels import telegram_updates as updates
from bot.channels.telegram import Telegram
from bot.clock import system_clock
from bot.photos import clean_photo
from bot.turns import Turns
from handlers import FEATURES
from handlers.dialogue.engine import Engine
from storage.database import Database
from storage.media import Media
from storage.messages import MESSAGES
from storage.quarantine import Quarantined
from tests import postgres
from tests.bot.house import House, hasty_clock, house
from tests.fake_telegram import FakeTelegram
from tests.marks import EMPTY_ON_SQLITE

Story = Callable[[FakeTelegram, House], Awaitable[None]]
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
BOTH = pytest.mark.parametrize("webhook", [False, True], ids=["polling", "webhook"])


def tell(database: Database, story: Story, fake: FakeTelegram | None = None, **more: Any) -> None:
    async def run() -> None:
        async with fake or FakeTelegram() as api, house(api, database, **more) as running:
            await story(api, running)

    asyncio.run(run())


def heard(database: Database, kind: str | None = None) -> list[str]:
    """What was written down of what people said, in its order."""
    with database.reading() as session:
        query = select(MESSAGES.c.text).where(MESSAGES.c.status == "received").order_by(MESSAGES.c.id)
        return list(session.scalars(query.where(MESSAGES.c.kind == kind) if kind else query))


def quarantined(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Quarantined.reason)))


def png(color: str = "red") -> bytes:
    import io

    Image.new("RGB", (40, 30), color).save(buffer := io.BytesIO(), "PNG")
    return buffer.getvalue()


@BOTH
def test_a_greeting_is_answered(database: Database, webhook: bool) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        ann.says("/start")
        first = (await ann.sees_messages(1))[0]
        assert first.buttons
        ann.presses(first.buttons[-1])
        await fake.until(lambda: all(words is not None for words in fake.queries.values()))
        await fake.until(lambda: fake.undelivered == 0)
        assert fake.queries

    tell(database, story, webhook=webhook)


@EMPTY_ON_SQLITE
def test_ch16_after_an_outage_people_get_one_apology_and_their_answers(database: Database) -> None:
    """CH16: hours of updates come at once; each is kept, in order, and nobody gets a row of stale menus."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        ann, bob, new = fake.user(7), fake.user(8), fake.user(9)
        hours_ago = int(time.time()) - 6 * 3600
        for number in range(30):
            ann.message(text="/start", date=hours_ago + number)
        bob.message(text="help", date=hours_ago)
        new.says("help")
        await fake.until(lambda: fake.undelivered == 0)
        await bob.sees("Sorry for the wait")
        await bob.sees("These words always work")
        assert len(bob.received) == 1
        await ann.sees("Sorry for the wait")
        await new.sees("These words always work")
        assert sum("Sorry for the wait" in text for text in ann.texts) == 1
        assert len(ann.received) <= 3
        assert not any("Sorry" in text for text in new.texts)
        assert len(heard(database)) == 32

    tell(database, story)


@BOTH
def test_ch13_what_is_delivered_again_has_no_second_effect(database: Database, webhook: bool) -> None:
    """CH13: the same updates five times, out of order and with gaps."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        order = random.Random(13)
        updates = [_message(500 + 3 * number, 40 + number % 4, f"word {number}") for number in range(10)]
        shuffled = updates * 5
        order.shuffle(shuffled)
        for update in shuffled:
            fake.push_raw(update)
        await fake.until(lambda: fake.undelivered == 0)
        assert sorted(heard(database)) == sorted(f"word {number}" for number in range(10))

    tell(database, story, webhook=webhook)


def test_ch14_numbers_that_begin_again_are_heard(database: Database) -> None:
    """CH14: after an idle week the next number may be lower than any before."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.push_raw(_message(900_000, 7, "before"))
        await fake.until(lambda: heard(database) == ["before"] and fake.undelivered == 0)
        fake.push_raw(_message(41, 7, "after"))
        await fake.until(lambda: heard(database) == ["before", "after"] and fake.undelivered == 0)

    tell(database, story)


@pytest.mark.parametrize(
    ("webhook", "poison"),
    [
        (False, {"message": {"chat": []}}),
        (False, {"brand_new_kind": {}}),
        (False, {"callback_query": {"id": 5}}),
        (False, {}),
        (True, {"message": None}),
    ],
)
@SQLITE
def test_ch15_one_bad_update_is_put_aside_and_the_others_are_heard(database: Database, webhook: bool, poison: Any) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        for number in range(30):
            if number == 15:
                fake.push_raw({"update_id": 600 + number, **poison})
            else:
                fake.push_raw(_message(600 + number, 1000 + number, "menu"))
        await fake.until(lambda: fake.undelivered == 0)
        assert heard(database) == ["menu"] * 29
        assert len(quarantined(database)) == 1

    tell(database, story, webhook=webhook)


# On SQLite a second process does not start at all (test_cli).
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_ch11_two_workers_one_poller(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """CH11: the lease in the database decides who polls; the other takes over when it is given back."""

    async def story(fake: FakeTelegram, running: House) -> None:
        await fake.until(lambda: fake.counts["getUpdates"] >= 1)
        turns = Turns(running.turns.engine, system_clock)
        second = Telegram(fake.token, turns=turns, database=database, clock=system_clock, api_url=fake.url)
        turns.start()
        await second.start()
        fake.user(7).says("one")
        await fake.until(lambda: heard(database) == ["one"])
        assert "somebody else polls" not in caplog.text
        await running.telegram.stop_receiving()
        fake.user(7).says("two")
        await fake.until(lambda: heard(database) == ["one", "two"])
        await second.stop()
        await turns.stop()

    tell(database, story)


@SQLITE
def test_ch11_a_foreign_poller_is_waited_out(database: Database) -> None:
    """CH11: 409 because somebody polls from elsewhere, or because a webhook was left: stand by, remove it, go on."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        conflict = "Conflict: terminated by other getUpdates request"
        fault = fake.fault("error", "getUpdates", code=409, description=conflict, times=3)
        fake.user(7).says("hello")
        await fake.until(lambda: heard(database) == ["hello"])
        assert fault.seen == 3

    fake = FakeTelegram()
    fake.webhook = {"url": "http://127.0.0.1:9/left-over", "secret": ""}
    tell(database, story, fake)


@SQLITE
@pytest.mark.parametrize("kind", ["html", "truncated", "not_ok", "drop", "reset"])
def test_ch12_polling_never_gives_up(database: Database, kind: str) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        fault = fake.fault(kind, "getUpdates", times=4)
        fake.user(7).says("hello")
        await fake.until(lambda: heard(database) == ["hello"] and fault.seen == 4 and fake.undelivered == 0)

    tell(database, story)


@SQLITE
def test_ch10_polling_resumes_when_the_token_is_right(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        await fake.until(lambda: "Telegram refuses our token" in caplog.text)
        fake.token = right
        fake.user(7).says("hello")
        await fake.until(lambda: heard(database) == ["hello"])
        assert caplog.text.count("polling waits until it is right") == 1

    fake = FakeTelegram()
    right, fake.token = fake.token, "1:other"
    tell(database, story, fake, token=right)


@EMPTY_ON_SQLITE
def test_ch18_a_button_of_a_message_that_is_gone(database: Database) -> None:
    """CH18, IN16: an inaccessible message, made-up data, another person's chat: answered, and nothing happens."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        gone = {"message_id": 5, "date": 0, "chat": {"id": 7, "type": "private", "first_name": "Ann"}}
        theirs = {"message_id": 5, "date": 1, "chat": {"id": 8, "type": "private", "first_name": "Bob"}}
        ann.presses_data("abcdefgh1234.0", message=gone)
        ann.presses_data("abcdefgh1234.0'; DROP TABLE messages;--")
        ann.presses_data("\x00\ud83d" + "x" * 60)
        ann.presses_data("abcdefgh1234.99999999")
        ann.presses_data("abcdefgh1234.0", message=theirs)
        ann.presses_data("abcdefgh1234.0", message=None)
        await fake.until(lambda: fake.undelivered == 0 and all(words is not None for words in fake.queries.values()))
        stale = [words for words in fake.queries.values() if words]
        assert len(stale) == 4  # two were no business of ours
        assert ann.received == []

    tell(database, story)


@SQLITE
def test_ch9_a_press_that_is_too_old_to_be_answered(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        ann.says("/start")
        (first, *_) = await ann.sees_messages(1)
        late = "query is too old and response timeout expired or query ID is invalid"
        fault = fake.fault("error", "answerCallbackQuery", code=400, description=f"Bad Request: {late}")
        ann.presses(first.buttons[-1])
        await fake.until(lambda: fault.seen == 1 and fake.undelivered == 0)
        assert "" in heard(database) or len(heard(database)) == 2

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch20_an_edit_is_written_down_beside_the_words(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        number = ann.says("A4 or A6")
        await fake.until(lambda: heard(database) == ["A4 or A6"])
        ann.edits(number, "A6")
        await fake.until(lambda: edited() == "A6")
        assert heard(database) == ["A4 or A6"]

    def edited() -> str | None:
        with database.reading() as session:
            row = session.execute(select(MESSAGES.c.data).where(MESSAGES.c.status == "received")).scalar_one()
            return row.get("edited", {}).get("text")

    tell(database, story)


@EMPTY_ON_SQLITE
@BOTH
def test_cc8_a_photo_is_not_overtaken_by_the_words_after_it(database: Database, webhook: bool) -> None:
    """CC8: a message, a photo and /cancel within a moment; the photo takes longest and stays in its place."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.fault("wait", "getFile", seconds=0.3)
        ann = fake.user(7)
        ann.says("look at this")
        ann.sends_photo(png(), caption="my bumper")
        ann.says("/cancel")
        fake.user(8).says("somebody else")
        await fake.until(lambda: fake.undelivered == 0)
        words = heard(database)
        assert [text for text in words if text != "somebody else"] == ["look at this", "my bumper", "/cancel"]
        with database.reading() as session:
            assert session.execute(select(func.count()).select_from(Media)).scalar_one() == 1

    tell(database, story, webhook=webhook, photos=clean_photo)


@EMPTY_ON_SQLITE
def test_ab3_so_many_photos_an_hour(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """AB3: on Telegram as on the web; what is too much is not even fetched."""
    monkeypatch.setattr(album, "MOST_PER_HOUR", 2)

    async def story(fake: FakeTelegram, _house: House) -> None:
        ann, bob = fake.user(7), fake.user(8)
        ann.says("help")
        await ann.sees_messages(1)
        for color in ("red", "green", "blue"):
            ann.sends_photo(png(color))
        await ann.sees("as many photos as I can take in an hour")
        bob.sends_photo(png("red"))
        await bob.sees_messages(1)
        await fake.until(lambda: fake.undelivered == 0)
        assert fake.counts["getFile"] == 3

    tell(database, story, photos=clean_photo)


@EMPTY_ON_SQLITE
def test_in11_a_photo_that_telegram_does_not_give_us(database: Database) -> None:
    """IN11: an expired or invented file_id: said in words, once, and nothing is kept."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        lost = "Bad Request: wrong file_id or the file is temporarily unavailable"
        fault = fake.fault("error", "getFile", code=400, description=lost, times=5)
        ann = fake.user(7)
        ann.says("help")
        await ann.sees_messages(1)
        ann.sends_photo(png())
        await ann.sees("photo arrived empty")
        await fake.until(lambda: fake.undelivered == 0)
        assert fault.seen == 1
        with database.reading() as session:
            assert session.execute(select(func.count()).select_from(Media)).scalar_one() == 0

    tell(database, story, photos=clean_photo)


@SQLITE
@pytest.mark.parametrize("name", ["*_[`<b>&`` tg://user?id=1", "<a href='tg://user?id=1'>Bob</a>", "{{77*7}}", "\u202eBob\u200b"])
def test_in4_a_name_is_shown_as_it_is(database: Database, name: str) -> None:
    """IN4, IN3, WB7: whatever somebody calls themselves or types becomes no formatting, no link and no mention."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        for number, words in enumerate(("/start", name, f"how much is {name} for my {name}?", "person")):
            eve = fake.user(number, first_name=name)
            eve.says(words)
            await eve.sees_messages(1)
            assert {entity["type"] for message in eve.received for entity in message.entities} <= {"bold", "italic"}
            assert "539" not in eve.received[0].text

    tell(database, story)


@SQLITE
def test_photos_that_cannot_be_taken_are_refused_in_words(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        ann, bob, eve = fake.user(7), fake.user(8), fake.user(9)
        ann.sends_photo(b"not a photo at all")
        bob.message(photo=[{"file_id": "gone", "file_unique_id": "x", "width": 1, "height": 1}])
        eve.sends_photo(b"\x89PNG" + b"0" * (20 * 1024 * 1024 + 1))
        for person in (ann, bob, eve):
            await person.sees("photo")

    tell(database, story, photos=clean_photo)


@pytest.mark.parametrize(
    ("text", "payload"),
    [
        ("/start", ""),
        ("/start store-west", "store-west"),
        ("/start@bay_bot faq-opening_hours", "faq-opening_hours"),
        ("/start " + "x" * 64, "x" * 64),
        ("/start " + "x" * 65, ""),
        ("/start 店", ""),
        ("/start ../../etc/passwd", ""),
    ],
)
def test_au14_what_a_deep_link_carries(text: str, payload: str) -> None:
    """AU14: up to 64 of A–Z a–z 0–9 _ -, as Telegram allows; anything else was made by hand and is nothing."""
    heard = updates.read(_message(1, 7, text), bot_id=1)
    assert isinstance(heard, updates.Heard)
    assert (heard.incoming.kind, heard.incoming.payload) == ("start", payload)


@SQLITE
def test_in12_somebody_elses_card_is_not_taken_for_ones_own(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.user(7).shares_contact("+8613800138000", own=False)
        fake.user(8).shares_contact("+8613900139000", own=True)
        await fake.until(lambda: len(contacts()) == 2)
        assert contacts() == {"+8613800138000": False, "+8613900139000": True}

    def contacts() -> dict[str, bool]:
        with database.reading() as session:
            rows = session.scalars(select(MESSAGES.c.data).where(MESSAGES.c.kind == "contact"))
            return {row["contact"]["phone"]: row["contact"]["own"] for row in rows}

    tell(database, story)


@SQLITE
def test_in14_things_without_words_are_met_politely_and_notices_with_silence(database: Database) -> None:
    """IN13, IN14: nobody asks where somebody is, so a place is not kept, whatever is said of it."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        place = {"latitude": 31.22977, "longitude": 121.47711, "live_period": 900}
        for content in ({"sticker": {}}, {"voice": {}}, {"location": {"latitude": 400}}, {"location": place}, {"story": {}}):
            ann.message(**content)
        await ann.sees_messages(1)
        bob = fake.user(8)
        bob.message(pinned_message={})
        bob.message(message_auto_delete_timer_changed={"message_auto_delete_time": 5})
        for kind in ("inline_query", "poll", "message_reaction", "business_message", "chat_boost", "chat_join_request"):
            fake.push({kind: {"id": "1"}})
        await fake.until(lambda: fake.undelivered == 0)
        assert (len(heard(database, "other")), len(heard(database, "file"))) == (4, 1)
        with database.reading() as session:
            assert "31.22977" not in str(session.execute(select(MESSAGES)).all())
        assert bob.received == []
        assert quarantined(database) == []

    tell(database, story)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_ab8_another_bot_is_not_answered(database: Database) -> None:
    """AB8: two bots that answer each other would never end."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        echo = {"id": 77, "is_bot": True, "first_name": "Echo", "username": "echo_bot"}
        chat = {"id": 77, "type": "private", "first_name": "Echo"}
        fake.push({"message": {"message_id": 1, "date": 1, "chat": chat, "from": echo, "text": "menu"}})
        fake.user(7).says("menu")
        await fake.user(7).sees_messages(1)
        await fake.until(lambda: fake.undelivered == 0)
        assert fake.user(77).received == []
        assert heard(database) == ["menu"]

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ab7_groups_are_left_and_hear_nothing_personal(database: Database) -> None:
    """AB7, AU15: an anonymous administrator, a channel, being added: the bot leaves; the staff's own group it stays in."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        person = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
        group, staff = {"id": -100, "type": "supergroup", "title": "x"}, {"id": -200, "type": "supergroup", "title": "staff"}
        fake.push({"message": {"message_id": 1, "date": 1, "chat": group, "from": person, "text": "/menu"}})
        fake.push({"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -300, "type": "channel"}, "text": "x"}})
        member = {"user": person, "status": "member"}
        fake.push(
            {"my_chat_member": {"chat": {"id": -400, "type": "group"}, "date": 1, "from": person, "new_chat_member": member}}
        )
        fake.push({"message": {"message_id": 1, "date": 1, "chat": staff, "from": person, "text": "hello"}})
        await fake.until(lambda: fake.undelivered == 0 and len(fake.left) == 3)
        assert sorted(fake.left) == [-400, -300, -100]
        assert heard(database) == []

    tell(database, story, staff_chat="-200")


def test_ch6_a_block_is_noticed_and_a_start_lifts_it(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        ann.says("/start")
        await ann.sees_messages(1)
        member = {"user": {"id": 1, "is_bot": True, "first_name": "B"}, "status": "kicked"}
        chat = {"id": 7, "type": "private", "first_name": "Ann"}
        fake.push({"my_chat_member": {"chat": chat, "date": 1, "from": {"id": 7}, "new_chat_member": member}})
        await fake.until(lambda: not reachable())
        ann.says("/start")
        await fake.until(reachable)

    def reachable() -> bool:
        from storage import chats

        with database.reading() as session:
            chat = chats.find(session, "telegram", "7")
            assert chat is not None
            return chat.reachable

    tell(database, story)


def test_cc7_twenty_presses_in_a_second(database: Database) -> None:
    """CC7: one effect at most for each that was seen, and every press is answered."""

    now = system_clock()  # all at one moment, however slow the machine

    async def story(fake: FakeTelegram, _house: House) -> None:
        ann = fake.user(7)
        ann.says("/start")
        (first, *_) = await ann.sees_messages(1)
        for _ in range(20):
            ann.presses_data(first.markup["inline_keyboard"][0][0]["callback_data"], first.message_id)
        await fake.until(lambda: fake.undelivered == 0 and all(words is not None for words in fake.queries.values()))
        assert len(fake.queries) == 20
        assert len(ann.received) <= 8

    tell(database, story, clock=lambda: now)


@SQLITE
def test_menus_are_set_in_each_language_and_chat_by_chat_for_the_other_chinese(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        await fake.until(lambda: ("chat-1007", "zh") in fake.commands)
        assert len(fake.commands["default", ""]) == 9
        assert "价格" in str(fake.commands["default", "zh"])
        # What customers do is not offered where their words would go to a customer.
        assert [[one["command"] for one in fake.commands["chat-1007", code]] for code in ("", "zh")] == [["note"]] * 2
        fake.user(7, language="zh-TW").says("/start")
        await fake.until(lambda: ("chat7", "") in fake.commands)
        assert "價格" in str(fake.commands["chat7", ""])

    fake = FakeTelegram()
    fake.fault("html", "setMyCommands", times=2)
    tell(database, story, fake, staff_chat="-1007")


@SQLITE
def test_typing_is_shown_while_a_turn_takes_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Telegram forgets it after five seconds: it is said again."""
    monkeypatch.setattr(telegram_intake, "TYPING_AGAIN", 0.1)

    async def story(fake: FakeTelegram, running: House) -> None:
        take = running.turns.take

        async def slow(incoming: Any) -> Any:
            await fake.until(lambda: fake.counts["sendChatAction"] >= 3)
            return await take(incoming)

        monkeypatch.setattr(running.turns, "take", slow)
        fake.user(7).says("hello")
        await fake.user(7).sees_messages(1)

    tell(database, story)


@SQLITE
def test_au4_a_webhook_without_the_secret_is_refused(database: Database) -> None:
    async def story(fake: FakeTelegram, running: House) -> None:
        await fake.until(lambda: fake.webhook)
        assert fake.webhook["secret"] == "a-long-secret"
        async with aiohttp.ClientSession() as stranger:
            name = "X-Telegram-Bot-Api-Secret-Token"
            for headers in ({}, {name: ""}, {name: "wrong"}, {name: "a-long-secret2"}, {name: "ä"}):
                async with stranger.post(running.webhook_url, json=_message(1, 7, "forged"), headers=headers) as answer:
                    assert answer.status == 401
            for body in (b"", b"{", b"[1]", b"null", b'{"update_id":"x"}', b"[" * 100_000, b'{"update_id": 1e999}'):
                async with stranger.post(running.webhook_url, data=body, headers={name: "a-long-secret"}) as answer:
                    assert answer.status == 200
        assert heard(database) == []

    tell(database, story, webhook=True)


@SQLITE
def test_au4_no_secret_no_start(database: Database) -> None:
    turns = Turns(Engine(database, FEATURES), system_clock)
    with pytest.raises(ValueError, match="secret"):
        Telegram("1:x", turns=turns, database=database, clock=system_clock, webhook_url="https://example.com/hook")


def test_a_database_that_is_away_keeps_the_update_at_telegram(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that could not be committed is delivered again, by polling and by webhook."""
    from sqlalchemy.exc import OperationalError

    async def story(fake: FakeTelegram, running: House) -> None:
        take, failures = running.turns.take, iter([True, True, True])

        async def failing(incoming: Any) -> Any:
            if next(failures, False):
                raise OperationalError("select", {}, Exception("away"))
            return await take(incoming)

        monkeypatch.setattr(running.turns, "take", failing)
        fake.user(7).says("hello")
        await fake.until(lambda: fake.undelivered == 0)
        assert heard(database) == ["hello"]
        assert quarantined(database) == []

    tell(database, story)
    monkeypatch.undo()
    with database.transaction() as session:
        session.execute(MESSAGES.delete())
    tell(database, story, webhook=True)


def test_a_turn_that_cannot_even_apologise_is_put_aside(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(fake: FakeTelegram, running: House) -> None:
        take = running.turns.take

        async def failing(incoming: Any) -> Any:
            if incoming.text == "poison":
                raise ValueError("no way")
            return await take(incoming)

        monkeypatch.setattr(running.turns, "take", failing)
        fake.user(7).says("poison")
        fake.user(7).says("hello")
        await fake.until(lambda: fake.undelivered == 0)
        assert heard(database) == ["hello"]
        assert quarantined(database) == ["error: ValueError"]

    tell(database, story)


def _message(update_id: int, chat: int, text: str) -> dict[str, Any]:
    person = {"id": chat, "is_bot": False, "first_name": "Ann", "language_code": "en"}
    where = {"id": chat, "type": "private", "first_name": "Ann"}
    return {"update_id": update_id, "message": {"message_id": update_id, "date": 1, "chat": where, "from": person, "text": text}}


@EMPTY_ON_SQLITE
def test_ab1_one_who_floods_slows_nobody_else(database: Database) -> None:
    """AB1: every word is written down, a few replies at most go to whoever floods, the others get theirs."""

    now = system_clock()  # all at one moment, however slow the machine

    async def story(fake: FakeTelegram, _house: House) -> None:
        flood, ann = fake.user(7), fake.user(8)
        for number in range(120):
            flood.says(f"spam {number}")
        ann.says("/start")
        await ann.sees_messages(1)
        await fake.until(lambda: fake.undelivered == 0)
        assert len(heard(database)) == 121
        assert len(flood.received) <= 3

    tell(database, story, webhook=True, clock=lambda: now)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_db12_what_a_standby_cannot_take_is_brought_again(database: Database) -> None:
    """DB5, DB12: nothing is put aside and nobody is apologised to; when it may be written to, each message is answered once."""

    async def story(fake: FakeTelegram, running: House) -> None:
        ann = fake.user(7)
        ann.says("help")
        before = len(await ann.sees_messages(1))
        await asyncio.to_thread(postgres.only_read, database.url, True)
        ann.says("help")
        brought = running.telegram.updates
        await fake.until(lambda: running.telegram.updates >= brought + 5)
        await asyncio.to_thread(postgres.only_read, database.url, False)
        await ann.sees_messages(before + 1)
        assert ann.texts[0] == ann.texts[-1]
        assert len(ann.texts) == before + 1
        assert heard(database) == ["help", "help"]
        assert quarantined(database) == []

    tell(database, story, webhook=True)


@pytest.mark.about_sqlite
@SQLITE
def test_db12_telegram_remembers_more_than_the_database(database_url: str, tmp_path: Path) -> None:
    """DB12: what it was told to forget is lost with the last seconds; whatever points there is answered, and all else goes on."""
    older = f"sqlite:///{tmp_path}/older.db"

    clock = hasty_clock(300)

    async def work(url: str, fake: FakeTelegram, story: Story) -> None:
        database = Database(url)
        async with house(fake, database, clock=clock) as running:
            await story(fake, running)
        if url == older:
            assert quarantined(database) == []
            assert heard(database, "text") == ["help", "menu", "help"]
        database.close()

    async def first(fake: FakeTelegram, _running: House) -> None:
        fake.user(7).says("help")
        await fake.user(7).sees_messages(1)
        await fake.until(lambda: fake.undelivered == 0)

    async def lost(fake: FakeTelegram, _running: House) -> None:
        fake.user(7).says("menu")
        assert (await fake.user(7).sees_messages(2))[-1].buttons
        await fake.until(lambda: fake.undelivered == 0)

    async def after(fake: FakeTelegram, _running: House) -> None:
        ann = fake.user(7)
        menu = ann.received[-1]
        query = ann.presses(menu.buttons[0])
        await fake.until(lambda: fake.queries[query] is not None)
        ann.edits(menu.message_id, "something else")
        ann.replies(menu.message_id, "menu")
        await ann.sees_messages(3)
        ann.says("help")
        await ann.sees_messages(4)
        assert (ann.texts[-2], ann.texts[-1]) == (menu.text, ann.texts[0])

    async def go() -> None:
        async with FakeTelegram() as fake:
            await work(database_url, fake, first)
            shutil.copy(database_url.removeprefix("sqlite:///"), tmp_path / "older.db")
            await work(database_url, fake, lost)
            await work(older, fake, after)

    asyncio.run(go())
