"""The courier: each fault of the way to Telegram has its own consequence, and none of them stops the others."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.channels.channel import Rates
from bot.clock import system_clock
from bot.courier import Courier
from storage import chats, messages, outbox
from storage.customers import Customer
from storage.database import Database
from tests.bot.house import QUICK, House, house
from tests.bot.outgoing import post, row, statuses
from tests.fake_telegram import DEADLINE, FakeTelegram
from tests.marks import EMPTY_ON_SQLITE

Story = Callable[[FakeTelegram, House], Awaitable[None]]


def tell(database: Database, story: Story, fake: FakeTelegram | None = None, **more: Any) -> None:
    async def run() -> None:
        async with fake or FakeTelegram() as api, house(api, database, **more) as running:
            await story(api, running)

    asyncio.run(run())


async def ends(fake: FakeTelegram, database: Database, *wanted: str, within: float = DEADLINE) -> None:
    """Waits until the outgoing rows are in these states."""
    await fake.until(lambda: statuses(database) == list(wanted), within, lambda: f"{statuses(database)} is not {list(wanted)}")


@EMPTY_ON_SQLITE
def test_a_message_is_sent_with_its_formatting_and_buttons(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        data = {
            "entities": [["bold", 2, 5], ["link", 6, 8, "https://example.com/"]],
            "buttons": [[{"label": "Yes", "do": "answer", "value": 1}, {"label": "No", "do": "answer"}]],
        }
        number = post(database, 7, "👨‍👩‍👧‍👦 ab cd"[-7:], data=data, token="abcdefgh1234")
        await ends(fake, database, "sent")
        (seen,) = fake.user(7).received
        assert seen.buttons == ["Yes", "No"]
        assert [button["callback_data"] for button in seen.markup["inline_keyboard"][0]] == ["abcdefgh1234.0", "abcdefgh1234.1"]
        assert row(database, number).channel_ref == str(seen.message_id)
        assert {entity["type"] for entity in seen.entities} == {"bold", "text_link"}

    tell(database, story)


@EMPTY_ON_SQLITE
@pytest.mark.parametrize(("purpose", "copies", "end"), [("reply", 2, "uncertain"), ("marketing", 1, "uncertain")])
@pytest.mark.parametrize("fault", ["reset", "truncated"])
def test_ch3_unknown_outcome(database: Database, fault: str, purpose: str, copies: int, end: str) -> None:
    """CH3, CH12: the answer breaks off, twice. A reply is sent once more and then left open; marketing never again."""

    async def story(fake: FakeTelegram, running: House) -> None:
        fake.fault(fault, times=2)
        number = post(database, 7, "Your car is ready", purpose=purpose)
        running.courier.wake()
        await ends(fake, database, end)
        assert len(fake.user(7).received) == copies
        assert row(database, number).error.startswith("unknown: ")

    tell(database, story)


def test_ch1_a_message_that_nobody_answers_for_is_sent_once_more(database: Database) -> None:
    """CH1: delivered, and never answered; the second time all is well. An offer has no second time."""

    async def story(fake: FakeTelegram, running: House) -> None:
        running.telegram.api.answer = 0.3
        fake.fault("silence", chat=7)
        fake.fault("silence", chat=8)
        post(database, 7, "Your car is ready")
        post(database, 8, "An offer", purpose="marketing")
        await ends(fake, database, "sent", "uncertain")
        assert (fake.user(7).texts, fake.user(8).texts) == (["Your car is ready"] * 2, ["An offer"])

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch2_a_dropped_connection_brings_one_copy(database: Database) -> None:
    """CH2: the connection is gone before anybody read the message."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.fault("drop")
        post(database, 7, "Your car is ready")
        await ends(fake, database, "sent")
        assert fake.user(7).texts == ["Your car is ready"]

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch4_a_pause_of_one_chat_is_nobody_elses(database: Database) -> None:
    """CH4: 429 for one chat; the others are served meanwhile, and it is not tried before its time."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        slow = fake.fault("error", chat=7, code=429, description="Too Many Requests", parameters={"retry_after": 2})
        post(database, 7, "for the slow one")
        await fake.until(lambda: slow.seen == 1)
        refused = asyncio.get_running_loop().time()
        for chat in range(100, 150):
            post(database, chat, "for the others")
        late = await fake.user(7).sees("for the slow one")
        assert late.at - refused >= 1.9
        assert sum(message.at < late.at for message in fake.received) >= 45

    tell(database, story)


@EMPTY_ON_SQLITE
@pytest.mark.parametrize("retry_after", [None, 0, -1, "0.05", 0.05, "soon", [], float("1e6")])
def test_ch5_a_pause_of_any_shape_is_bounded(database: Database, retry_after: object) -> None:
    """CH5: 429 with no or a strange retry_after: no crash, no busy loop, at most an hour."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        parameters = {} if retry_after is None else {"retry_after": retry_after}
        fault = fake.fault("error", code=429, description="Too Many Requests", parameters=parameters, times=2)
        post(database, 7, "patience")
        if retry_after == 1e6:
            await fake.until(lambda: fault.seen == 1)
            await ends(fake, database, "queued")
            with database.reading() as session:
                chat = chats.find(session, "telegram", "7")
            assert chat is not None
            assert chat.send_after is not None
            assert timedelta(minutes=59) < chat.send_after - system_clock() <= timedelta(hours=1)
        else:
            await ends(fake, database, "sent")
            assert fault.seen == 2

    tell(database, story)


def test_ch6_somebody_who_blocked_the_bot_is_left_in_peace(database: Database) -> None:
    """CH6: 403 ends it for this chat alone; what waited is cancelled, and the next /start lifts it."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        bob = fake.user(7)
        bob.blocked = True
        post(database, 7, "first")
        post(database, 7, "second")
        post(database, 8, "for somebody else")
        await fake.user(8).sees("for somebody else")
        await ends(fake, database, "dead", "cancelled", "sent")
        bob.blocked = False
        bob.says("/start")
        await bob.sees_messages(1)
        assert "first" not in bob.texts

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch6_what_was_to_be_said_unasked_goes_to_the_next_chat_of_the_person(database: Database) -> None:
    """CH6: the reminder that shows it, and what waits for later; a plain answer stays where it was asked for."""
    now = system_clock()
    with database.transaction() as session:
        ann = Customer(code="ann", name="Ann", provisional=False, created_at=now)
        session.add(ann)
        session.flush()
        numbers = []
        for channel, address, pulls in (("telegram", "7", False), ("telegram", "8", False), ("web", "page", True)):
            chat = chats.arrive(session, channel, address, pulls=pulls, now=now - timedelta(days=len(numbers)))
            chat.customer_id = ann.id
            chats.save(session, chat)
            numbers.append(chat.id)
    push: dict[str, Any] = {"data": {"push": True}, "purpose": "service", "priority": 1}
    post(database, 7, "See you tomorrow.", key="push:a", **push)
    post(database, 7, "In two hours.", key="push:b", **push, due_at=now + timedelta(hours=3))
    post(database, 7, "An answer.")

    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.user(7).blocked = True
        await fake.user(8).sees("See you tomorrow.")

    tell(database, story)
    with database.reading() as session:
        found = {message.key: message for message in (messages.by_key(session, key) for key in ("push:a", "push:b")) if message}
    assert [(found[key].chat_id, found[key].status) for key in ("push:a", "push:b")] == [
        (numbers[1], "sent"),
        (numbers[1], "queued"),
    ]
    assert sorted(statuses(database)) == ["cancelled", "cancelled", "dead", "queued", "sent"]


@EMPTY_ON_SQLITE
def test_ch7_a_group_that_became_a_supergroup_gets_its_message(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.migrated[-5] = -1005
        number = post(database, -5, "a notice for the staff")
        await ends(fake, database, "sent")
        assert [message.chat_id for message in fake.received] == [-1005]
        with database.reading() as session:
            chat = chats.get(session, row(database, number).chat_id)
        assert chat is not None
        assert chat.address == "-1005"

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch8_formatting_that_telegram_refuses_is_left_out(database: Database) -> None:
    """CH8: the plain words once more, and the queue goes on."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.fault("error", chat=7, code=400, description="Bad Request: can't parse entities: unsupported")
        post(database, 7, "a <b> c", data={"entities": [["bold", 0, 1]]})
        await fake.user(7).sees("a <b> c")
        fake.fault("error", chat=8, code=400, description="Bad Request: can't parse entities", times=2)
        post(database, 8, "x", data={"entities": [["bold", 0, 1]]})
        post(database, 8, "the next one")
        await fake.user(8).sees("the next one")
        await ends(fake, database, "sent", "dead", "sent")
        assert fake.user(7).received[0].entities == []

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch9_other_refusals_end_the_message_with_a_reason(database: Database) -> None:
    """CH9: chat not found and the like are never tried again."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        fault = fake.fault("error", chat=7, code=400, description="Bad Request: chat not found")
        number = post(database, 7, "hello")
        await ends(fake, database, "dead")
        assert row(database, number).error == "400 Bad Request: chat not found"
        assert fault.seen == 1

    tell(database, story)


@EMPTY_ON_SQLITE
def test_ch10_a_revoked_token_keeps_every_message(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    """CH10: nothing is sent, one alarm is raised, and all of it leaves when the token is right again."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        right, fake.token = fake.token, "1:other"
        for chat in range(100, 120):
            post(database, chat, "kept")
        await fake.until(lambda: "refuses our token; messages are kept" in caplog.text)
        fake.token = right
        await ends(fake, database, *["sent"] * 20)
        assert caplog.text.count("refuses our token; messages are kept") == 1

    tell(database, story)


@EMPTY_ON_SQLITE
@pytest.mark.parametrize("kind", ["html", "not_ok"])
def test_ch12_server_errors_are_waited_out(database: Database, kind: str) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.fault(kind, times=4)
        post(database, 7, "one")
        post(database, 7, "two")
        post(database, 8, "three")
        await ends(fake, database, "sent", "sent", "sent")
        assert fake.user(7).texts == ["one", "two"]

    tell(database, story)


def test_ch16_nothing_is_lost_while_telegram_is_away(database: Database) -> None:
    """CH16: nobody listens at all; when somebody does again, everything arrives once and in order."""

    async def story() -> None:
        fake = FakeTelegram()
        await fake.start()
        port = fake.port
        await fake.stop()
        async with house(fake, database):
            for number in range(30):
                post(database, number % 3 + 1, f"{number:02}")
            deadline = time.monotonic() + 1
            while time.monotonic() < deadline:
                await asyncio.sleep(0.02)
                assert set(statuses(database)) <= {"queued", "sending"}
            back = FakeTelegram()
            await back.start(port)
            await ends(back, database, *["sent"] * 30)
            for chat in (1, 2, 3):
                assert back.user(chat).texts == sorted(back.user(chat).texts)
                assert len(back.user(chat).texts) == 10
            await back.stop()

    asyncio.run(story())


@EMPTY_ON_SQLITE
def test_ch17_one_slow_answer_holds_up_nobody_else(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.fault("wait", chat=7, seconds=3)
        post(database, 7, "slow")
        for chat in range(100, 140):
            post(database, chat, "quick")
        await fake.until(lambda: len(fake.received) >= 40, within=2.8)

    tell(database, story)


def test_order_within_a_chat_is_kept_through_failures(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        fake.fault("html", chat=7, times=3)
        for number in range(6):
            post(database, 7, str(number))
        await ends(fake, database, *["sent"] * 6)
        assert fake.user(7).texts == [str(number) for number in range(6)]

    tell(database, story)


def test_replies_overtake_pushes(database: Database) -> None:
    """Limits hold for the bot as a whole (no 429 from a strict server), and a reply waits behind no broadcast."""

    async def story(fake: FakeTelegram, running: House) -> None:
        for chat in range(1000, 1120):
            post(database, chat, "push", purpose="service", priority=1)
        running.courier.wake()
        await fake.until(lambda: len(fake.received) >= 20)
        post(database, 7, "reply")
        running.courier.wake()
        await fake.user(7).sees("reply")
        assert len(fake.received) < 120
        assert fake.violations == []

    tell(database, story, FakeTelegram(strict_rates=True), rates=Rates(overall=28, chat_gap=1, group_gap=3))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_ch13_the_limits_are_kept_over_all_workers(database: Database) -> None:
    """CH13: three couriers that know of each other send no more together than one may; a strict server never says 429."""

    async def story(fake: FakeTelegram, running: House) -> None:
        sender = running.telegram.sender
        couriers = [running.courier, *(Courier(database, system_clock, [sender], patience=QUICK) for _ in range(2))]
        for other in couriers[1:]:
            await other.start()
        await fake.until(lambda: all(lane.pace.share < 0.4 for courier in couriers for lane in courier._lanes))
        for chat in range(60):
            post(database, 1000 + chat % 30, f"{chat:02}", purpose="service", priority=1)
        running.courier.wake()
        await fake.until(lambda: len(fake.received) == 60, 2 * DEADLINE)
        for other in couriers[1:]:
            await other.stop()
        assert fake.violations == []

    tell(database, story, FakeTelegram(strict_rates=True), rates=Rates(overall=28, chat_gap=1, group_gap=3))


@EMPTY_ON_SQLITE
def test_the_pace_of_a_chat_is_kept(database: Database) -> None:
    async def story(fake: FakeTelegram, _house: House) -> None:
        for number in range(3):
            post(database, 7, str(number))
        await ends(fake, database, "sent", "sent", "sent")
        assert fake.violations == []

    tell(database, story, FakeTelegram(strict_rates=True), rates=Rates(overall=28, chat_gap=1, group_gap=3))


@EMPTY_ON_SQLITE
def test_a_long_text_goes_on_where_it_was_interrupted(database: Database) -> None:
    """IN5: two parts, the second fails at first; the first is not sent again, and the buttons come last."""

    async def story(fake: FakeTelegram, _house: House) -> None:
        text = "\n\n".join(f"{number} " + "字" * 1000 for number in range(6))
        buttons = [[{"label": "Fine", "do": "answer"}]]

        def after_the_first() -> bool:
            return len(fake.user(7).received) == 1

        post(database, 7, text, data={"buttons": buttons}, token="abcdefgh1234")
        await fake.until(after_the_first)
        fake.fault("html", chat=7)
        await ends(fake, database, "sent")
        assert "\n\n".join(fake.user(7).texts) == text
        assert [message.buttons for message in fake.user(7).received] == [[], ["Fine"]]

    tell(database, story, rates=Rates(chat_gap=0.3))


def test_a_message_takes_the_place_of_an_earlier_one(database: Database) -> None:
    """CH9: an edit that changes nothing is fine; one that cannot be made becomes a new message."""

    async def story(fake: FakeTelegram, running: House) -> None:
        first = post(database, 7, "one", token="abcdefgh1234", data={"buttons": [[{"label": "Go", "do": "menu"}]]})
        await ends(fake, database, "sent")
        post(database, 7, "two", edits=first)
        await ends(fake, database, "sent", "sent")
        assert [(message.text, message.buttons, message.edits) for message in fake.user(7).received] == [("two", [], 1)]
        post(database, 7, "two", edits=first)
        await ends(fake, database, "sent", "sent", "sent")
        assert fake.user(7).texts == ["two"]
        fake.received.clear()
        post(database, 7, "three", edits=first)
        await fake.user(7).sees("three")

    tell(database, story)


@EMPTY_ON_SQLITE
def test_the_keyboard_for_the_phone_number_is_taken_away_again(database: Database) -> None:
    async def story(fake: FakeTelegram, running: House) -> None:
        post(database, 7, "Your number?", data={"share": "Share it"})
        seen = await fake.user(7).sees("Your number?")
        assert seen.markup["keyboard"] == [[{"text": "Share it", "request_contact": True}]]
        post(database, 7, "Thank you")
        assert (await fake.user(7).sees("Thank you")).markup == {"remove_keyboard": True}
        post(database, 7, "More")
        assert (await fake.user(7).sees("More")).markup == {}

    tell(database, story)


def test_pr3_a_worker_that_lost_its_lease_is_fenced_off(database: Database) -> None:
    """PR3: stopped for minutes while another took over; its late mark is refused."""
    now = system_clock()
    number = post(database, 7, "hello", at=now)
    with database.transaction() as session:
        (old,) = outbox.claim(
            session, "telegram", "old", pushes=False, most=9, now=now, wall=now, until=now + timedelta(seconds=20)
        )
    later = now + timedelta(minutes=5)
    with database.transaction() as session:
        (new,) = outbox.take_over(session, "telegram", "new", now=later, wall=later, until=later + timedelta(seconds=20))
    with database.transaction() as session:
        assert outbox.mark_sent(session, "old", [(old, "111")], later) == 0
        assert not outbox.give_up(session, "old", old, "late")
        assert outbox.mark_sent(session, "new", [(new, "222")], later) == 1
    assert (row(database, number).status, row(database, number).channel_ref) == ("sent", "222")


@pytest.mark.parametrize(
    ("purpose", "begun", "end", "copies"),
    [("reply", True, "sent", 1), ("marketing", True, "uncertain", 0), ("marketing", False, "sent", 1)],
)
def test_pr4_what_a_dead_worker_left_is_taken_over(
    database: Database, purpose: str, begun: bool, end: str, copies: int
) -> None:  # fmt: skip
    """PR4: where nobody knows whether it left, a reply is sent and marketing is not; all within the lease's time."""
    now = system_clock()
    post(database, 7, "hello", at=now, purpose=purpose)
    with database.transaction() as session:
        until = now + timedelta(seconds=1)
        [letter] = outbox.claim(session, "telegram", "dead", pushes=False, most=9, now=now, wall=now, until=until)
        if begun and purpose == "marketing":
            assert outbox.set_off(session, "dead", letter)

    async def story(fake: FakeTelegram, _house: House) -> None:
        await ends(fake, database, end)
        assert len(fake.user(7).received) == copies

    tell(database, story)


def test_pr12_a_message_that_kills_its_worker_each_time_is_parked(database: Database) -> None:
    """PR12: after three workers have gone with it in hand, it is left for a person."""
    number = post(database, 7, "poison")

    async def one_more_death() -> None:
        now = system_clock() + timedelta(minutes=1)
        with database.transaction() as session:
            outbox.claim(session, "telegram", "x", pushes=False, most=9, now=now, wall=now, until=now - timedelta(hours=1))
        courier = Courier(database, system_clock, [Deaf()], patience=QUICK)
        await courier.start()
        deadline = time.monotonic() + 5
        while row(database, number).status == "sending" and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
        await courier.stop()

    for _ in range(3):
        asyncio.run(one_more_death())
    assert row(database, number).status == "uncertain"


class Deaf:
    """A channel that lets nothing in: what others left is taken up and put back, once, and nothing is sent."""

    channel = "telegram"
    rates = Rates()

    def is_group(self, _address: str) -> bool:
        return False

    async def let_in(self) -> bool:
        return False

    async def send(self, _letter: Any, _slot: Any) -> Any:
        from bot.channels.channel import Fate, Result

        return Result(Fate.DENIED)


def test_pr5_a_stop_under_load_is_quick_and_loses_nothing(database: Database) -> None:
    """PR5: messages are under way and waiting for their slot; each ends as sent, or is queued again."""

    async def story() -> None:
        async with FakeTelegram() as fake:
            async with house(fake, database, rates=Rates(overall=20)) as running:
                fake.fault("wait", times=None, seconds=0.3)
                for chat in range(100, 200):
                    post(database, chat, "hello")
                running.courier.wake()
                await fake.until(lambda: len(fake.received) >= 5)
                began = time.monotonic()
                await running.courier.stop()
                assert time.monotonic() - began < 6
            states = statuses(database)
            assert set(states) == {"sent", "queued"}
            assert states.count("sent") == len(fake.received)

    asyncio.run(story())


def test_pr8_the_courier_survives_a_database_that_goes_away(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """PR8: an exception in the loop is logged and the loop goes on."""
    real, failures = outbox.claim, iter([True, True, True])

    def failing(*args: Any, **more: Any) -> Any:
        if next(failures, False):
            raise RuntimeError("the database is away")
        return real(*args, **more)

    monkeypatch.setattr(outbox, "claim", failing)

    async def story(fake: FakeTelegram, running: House) -> None:
        before = running.courier.alive_at
        post(database, 7, "hello")
        await ends(fake, database, "sent")
        assert running.courier.alive_at > before

    tell(database, story)


@EMPTY_ON_SQLITE
def test_a_fifth_of_all_calls_fails_and_every_message_comes_to_its_end(database: Database) -> None:
    """502 for one call of five, for as long as it lasts; of what is sent nothing is sent twice, and each chat keeps its order."""

    async def story(fake: FakeTelegram, running: House) -> None:
        fault = fake.fault("error", code=502, times=None, every=5)
        for number in range(60):
            post(database, 1 + number % 6, f"{number:02}", purpose="marketing")
        running.courier.wake()
        await ends(fake, database, *["sent"] * 60)
        assert fault.seen >= 12
        for chat in range(1, 7):
            assert fake.user(chat).texts == [f"{number:02}" for number in range(60) if 1 + number % 6 == chat]

    tell(database, story)


def test_pr9_four_workers_send_each_message_once_and_in_order(database: Database) -> None:
    """PR9: several couriers on one database."""

    async def story(fake: FakeTelegram, running: House) -> None:
        others = [Courier(database, system_clock, [running.telegram.sender], patience=QUICK) for _ in range(3)]
        for number in range(90):
            post(database, 1 + number % 9, f"{number:02}")
        for other in others:
            await other.start()
        running.courier.wake()
        await ends(fake, database, *["sent"] * 90)
        for other in others:
            await other.stop()
        for chat in range(1, 10):
            assert fake.user(chat).texts == [f"{number:02}" for number in range(90) if 1 + number % 9 == chat]

    # On SQLite a second process is refused; two couriers in one process must still not disturb each other.
    tell(database, story, patience=replace(QUICK, lease=30))


@EMPTY_ON_SQLITE
def test_pv5_what_was_held_up_until_the_night_waits_for_the_morning_and_what_is_over_never_comes(database: Database) -> None:
    """PV5: the quiet hours and the end of a message hold when it leaves, and not only when it was decided."""
    night = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)  # half past ten in Shanghai
    due = night - timedelta(hours=2)
    quiet = {"push": True, "quiet": ["Asia/Shanghai", "21:00", "09:00"]}
    over = {"push": True, "until": (night - timedelta(minutes=1)).timestamp()}
    more: dict[str, Any] = {"at": due, "priority": 1}
    offer = post(database, 1, "An offer.", data=quiet, purpose="marketing", **more)
    tip = post(database, 2, "Your service is due.", data=quiet, purpose="service", **more)
    past = post(database, 3, "See you at six.", data=over, purpose="service", **more)
    post(database, 4, "Do not drive.", data={"push": True}, purpose="safety", **more)
    post(database, 5, "Your car is ready.", purpose="reply", at=due)

    async def story(fake: FakeTelegram, _house: House) -> None:
        await ends(fake, database, "queued", "queued", "cancelled", "sent", "sent")
        assert {message.text for message in fake.received} == {"Do not drive.", "Your car is ready."}

    tell(database, story, clock=lambda: night)
    assert [row(database, number).due_at for number in (offer, tip)] == [datetime(2026, 11, 22, 1, tzinfo=UTC)] * 2
    assert row(database, past).error == "too_late"

    async def next_day(fake: FakeTelegram, _house: House) -> None:
        await ends(fake, database, "sent", "sent", "cancelled", "sent", "sent")

    tell(database, next_day, clock=lambda: night + timedelta(hours=11))
