"""Staff are told on Telegram: a topic a ticket, or plain messages, or private chats; whatever fails, somebody hears of it."""

import asyncio

import pytest
from sqlalchemy import select

from handlers.tickets import actions
from storage import tickets
from storage.boards import Post
from tests.bot.floor import GROUP, Floor, tell
from tests.marks import SHOP_ON_SQLITE
from tests.world import World


def test_each_ticket_has_a_topic_with_its_card(world: World) -> None:
    """Title with tier and number, a pinned card, and what the customer goes on to say; the card is edited in its place."""

    async def story(floor: Floor) -> None:
        ann = floor.world.customer()
        await floor.says(ann, "you scratched my door")
        await floor.sees("you scratched my door")
        await floor.until(lambda: floor.untold() == 0)
        ((thread, topic),) = floor.group.topics.items()
        assert topic.name.startswith(("🟠 ", "🟡 "))
        card = next(message for message in floor.group.received if message.message_id in floor.group.pinned)
        assert card.thread == thread
        await floor.says(ann, "it is the left door")
        await floor.sees("it is the left door")
        assert {message.thread for message in floor.group.received} == {thread}
        li = floor.hires("Li")
        with floor.world.database.transaction() as session:
            ticket = tickets.get(session, 1)
            assert ticket
            actions.set_tier(floor.world.work(session, "Li", li), ticket, "critical")
        await floor.until(lambda: topic.name.startswith("🔴") and card.edits and card.text.startswith("🔴"))

    tell(world, story)


@SHOP_ON_SQLITE
def test_a_group_without_topics_gets_plain_messages(world: World) -> None:
    async def story(floor: Floor) -> None:
        await floor.says(floor.world.customer(), "you scratched my door")
        await floor.until(lambda: len(floor.group.received) >= 2 and floor.untold() == 0)
        card, said = floor.group.received[:2]
        assert (card.thread, said.thread, said.reply_to) == (0, 0, card.message_id)
        assert "you scratched my door" in said.text

    tell(world, story, forum=False)


@SHOP_ON_SQLITE
def test_without_a_group_linked_staff_are_told_in_private(world: World) -> None:
    async def story(floor: Floor) -> None:
        await floor.says(floor.world.customer(), "you scratched my door")
        await floor.beats()
        assert (floor.fake.received, floor.untold()) == ([], 1)
        floor.hires("Mei", address=71, language="zh-Hant")
        await floor.until(lambda: floor.untold() == 0)
        assert "新工單" in floor.fake.user(71).texts[0]
        assert "you scratched my door" in floor.fake.user(71).texts[0]
        assert floor.group.received == []

    tell(world, story, group=False)


@SHOP_ON_SQLITE
def test_ch13_what_waits_for_a_busy_group_is_bundled(world: World) -> None:
    """CH13: the group answers 429; what people write meanwhile comes in few messages, and nothing of it is missing."""

    async def story(floor: Floor) -> None:
        ann = floor.world.customer()
        await floor.says(ann, "you scratched my door")
        await floor.until(lambda: floor.untold() == 0)
        before = len(floor.said)
        slow = {"code": 429, "description": "Too Many Requests: retry after 1", "parameters": {"retry_after": 1}}
        busy = floor.fake.fault("error", chat=GROUP, times=None, **slow)
        for number in range(10):
            await floor.says(ann, f"word number {number}.")
            await floor.beats()
            floor.world.passes(seconds=20)
        floor.fake.faults.remove(busy)
        await floor.sees("word number 9.")
        said = [message.text for message in floor.said[before:]]
        assert [sum(f"word number {number}." in text for text in said) for number in range(10)] == [1] * 10
        assert len(said) < 8

    tell(world, story)


def test_a_critical_ticket_reaches_managers_while_the_group_is_busy(world: World) -> None:
    async def story(floor: Floor) -> None:
        floor.hires("Mei", "region", address=71)
        floor.hires("Li", "advisor", address=72)
        floor.fake.fault(
            "error", "*", chat=GROUP, times=None, code=429, description="Too Many Requests", parameters={"retry_after": 30}
        )  # fmt: skip
        await floor.says(floor.world.customer(), "the brakes failed and my wife was injured")
        await floor.until(lambda: floor.fake.user(71).texts)
        assert "🔴" in floor.fake.user(71).texts[0]
        assert (floor.fake.user(72).texts, floor.group.received) == ([], [])
        assert floor.untold() > 0

    tell(world, story)


def test_a_topic_that_vanished_is_made_anew(world: World) -> None:
    """Somebody deletes the topic: the next word makes another one, with the card and the last ten messages."""

    async def story(floor: Floor) -> None:
        ann = floor.world.customer()
        await floor.says(ann, "you scratched my door")
        for number in range(12):
            await floor.says(ann, f"word number {number}.")
            floor.world.passes(seconds=20)
        await floor.sees("word number 11.")
        (old,) = floor.group.topics
        floor.group.vanish(old)
        await floor.says(ann, "are you still there?")
        await floor.sees("are you still there?")
        (new,) = floor.group.topics
        assert new != old
        shown = "\n".join(message.text for message in floor.said if message.thread == new)
        assert [number for number in range(12) if f"word number {number}." in shown] == list(range(3, 12))
        await floor.until(lambda: floor.untold() == 0)
        assert any(message.message_id in floor.group.pinned for message in floor.group.received)

    tell(world, story)


@SHOP_ON_SQLITE
@pytest.mark.parametrize("silently", [False, True])
def test_the_bot_is_removed_from_the_group(world: World, silently: bool) -> None:
    """Managers hear of it in private; when the bot is back, the group hears of what comes next."""

    async def story(floor: Floor) -> None:
        floor.hires("Mei", "region", address=71)
        floor.hires("Li", "advisor", address=72)
        ann = floor.world.customer()
        await floor.says(ann, "you scratched my door")
        await floor.until(lambda: floor.untold() == 0)
        floor.group.removes_bot(silently)
        floor.world.passes(seconds=400)
        await floor.says(ann, "and now the window is broken too, the same matter")
        await floor.until(lambda: any("window is broken" in text for text in floor.fake.user(71).texts))
        assert floor.fake.user(72).texts == []
        await floor.until(lambda: floor.untold() == 0)
        floor.group.adds_bot()
        await floor.fake.until(lambda: floor.fake.undelivered == 0)
        floor.world.passes(seconds=400)
        await floor.says(ann, "the mirror is gone as well, the same matter")
        await floor.until(lambda: any("mirror is gone" in text for text in [m.text for m in floor.group.received]))

    tell(world, story)


def test_nothing_is_told_twice_by_two_workers(world: World) -> None:
    async def story(floor: Floor) -> None:
        await floor.says(floor.world.customer(), "you scratched my door")
        await asyncio.gather(*(floor.beats(2) for _ in range(3)))
        await floor.until(lambda: floor.untold() == 0)
        with floor.world.database.reading() as session:
            kinds = list(session.scalars(select(Post.kind).order_by(Post.message_id)))
        assert sorted(kinds) == ["card", "said", "topic"]
        assert len(floor.group.topics) == 1

    tell(world, story)
