"""Staff answer on Telegram beside the customer: what they write arrives, what is theirs stays, and buttons do what they say."""

import pytest
from PIL import Image

from bot.photos import clean_photo
from tests.bot.floor import Floor, as_it_is, tell
from tests.bot.test_photos import encoded
from tests.world import World

LAMP = encoded(Image.new("RGB", (8, 8), "white"), "JPEG")
SQLITE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


@SQLITE
def test_a_case_from_the_first_word_to_its_end(world: World) -> None:
    """Ann, her advisor and the manager side by side: claim, answers both ways with replies, an edit, a note, files, the end."""

    async def story(floor: Floor) -> None:
        fake, group = floor.fake, floor.group
        li, mei = fake.user(71, first_name="Li"), fake.user(72, first_name="Mei")
        ann = fake.user(7)
        thread = await floor.complains(ann, "you scratched my door")
        floor.hires("Li", "advisor", address=71)
        floor.hires("Mei", "region", address=72)
        query = floor.presses(li, "claim")
        await floor.until(lambda: fake.queries[query] == "It is with you now." and "Li" in floor.card.text)
        assert floor.label("claim") not in floor.card.buttons
        first = group.says(li, "I am so sorry, Ann.", thread)
        answer = await ann.sees("I am so sorry, Ann.")
        assert any("A colleague is with you now" in text for text in ann.texts)
        await floor.handled()
        heard = len(ann.received)
        words = ann.replies(answer.message_id, "it is the left door")
        voice = ann.sends_voice()
        await floor.sees("it is the left door")
        await floor.until(lambda: any(message.copied for message in floor.said))
        told = next(message for message in floor.said if "left door" in message.text)
        assert (told.thread, told.reply_to) == (thread, first)
        assert next(message for message in floor.said if message.copied).copied["voice"] == fake.written[7, voice]["voice"]
        assert len(ann.received) == heard  # not a word of the bot
        await floor.arrived()
        second = group.says(li, "Come by at 3.", thread, reply_to=told.message_id)
        shown = await ann.sees("Come by at 3.")
        assert shown.reply_to == words
        group.says(li, "// she is a friend of the owner", thread)
        group.edits(second, text="Come by at 4.")
        await floor.until(lambda: shown.text == "Come by at 4.")
        group.sends_photo(li, LAMP, thread, caption="our new lamp")
        group.message(li, thread, voice=fake.voice())
        group.message(li, thread, document={"file_id": "d", "file_name": "offer.pdf", "file_size": 9}, caption="the offer")
        await floor.until(lambda: [m.method for m in ann.received[-3:]] == ["sendPhoto", "copyMessage", "copyMessage"])
        assert ann.texts[-3:] == ["our new lamp", "", "the offer"]
        assert floor.notes() == ["she is a friend of the owner"]
        await floor.handled()
        floor.presses(mei, "resolve")
        await floor.until(lambda: any("in three lines" in message.text for message in group.received))
        asked = next(message for message in group.received if "in three lines" in message.text)
        await floor.arrived()
        assert asked.markup == {"force_reply": True, "selective": True}
        group.says(mei, "a careless colleague", thread, reply_to=asked.message_id)
        await floor.sees("cause and what was done")  # one line is not enough
        group.says(mei, "a careless colleague\nwe painted the door\na wider bay", thread, reply_to=asked.message_id)
        end = await ann.sees("a wider bay")
        assert "I'm answering here again" in end.text
        await floor.until(lambda: group.topics[thread].closed and floor.card.buttons == [floor.label("reopen")])
        group.says(li, "one more thing", thread)
        await floor.sees("closed already")
        await floor.handled()
        ann.says("menu")
        await floor.until(lambda: len(ann.received) > heard and ann.received[-1].buttons)
        floor.presses(li, "reopen")
        await floor.until(lambda: not group.topics[thread].closed and floor.label("resolve") in floor.card.buttons)
        assert not any("friend of the owner" in text or "one more thing" in text for text in ann.texts)
        done = [(event.who, event.what) for event in floor.history() if event.place == "telegram" and event.staff_id]
        assert done == [
            ("Li", "claimed"), ("Li", "replied"), ("Li", "handed_over"), ("Li", "replied"), ("Li", "noted"), ("Li", "corrected"),
            ("Li", "replied"), ("Li", "replied"), ("Li", "replied"), ("Mei", "resolved"), ("Li", "reopened"),
        ]  # fmt: skip

    tell(world, story, photos=clean_photo)


@SQLITE
def test_a_group_without_topics_works_by_replies(world: World) -> None:
    """Albums both ways, an edited caption, a photo that is taken back, and what does not arrive is said."""

    async def story(floor: Floor) -> None:
        group, ann, li = floor.group, floor.fake.user(7), floor.fake.user(71)
        number = floor.hires("Li", "advisor", address=71)
        await floor.complains(ann, "you scratched my door")
        first = group.says(li, "I am so sorry, Ann.", reply_to=floor.card.message_id)
        await ann.sees("I am so sorry, Ann.")
        group.says(li, "Who has the keys to bay 2?")
        second = group.says(li, "Come by at 3.", reply_to=first)
        group.sends_album(li, [b"one", b"two"], reply_to=second, captions={0: "our new lamp"})
        await floor.handled()
        await floor.until(lambda: len(ann.received) > 2 and ann.received[-1].method == "sendMediaGroup")
        lamps = ann.received[-2:]
        assert [(lamp.photo, lamp.text, lamp.album == lamps[0].album) for lamp in lamps] == [
            (b"one", "our new lamp", True), (b"two", "", True)]  # fmt: skip
        assert ann.texts[-3] == "Come by at 3."
        for content in (b"three", b"four"):
            ann.sends_photo(content, media_group_id="77")
        await floor.handled()
        await floor.until(lambda: [m.photo for m in group.received[-2:]] == [b"three", b"four"])
        assert {message.album for message in group.received[-2:]} != {""}
        photo = group.sends_photo(li, b"five", caption="the dor", reply_to=first)
        shown = await ann.sees("the dor")
        group.edits(photo, caption="the door")
        await floor.until(lambda: shown.text == "the door")
        group.edits(photo, caption="// the door")
        await floor.until(lambda: shown not in ann.received)
        await floor.sees("may have read it")
        ann.blocked = True
        group.says(li, "Are you there?", reply_to=first)
        await floor.sees("did not reach the customer")
        assert not any("bay 2" in text for text in ann.texts)
        floor.dismisses(number)
        await floor.until(lambda: group.out == [71])

    tell(world, story, forum=False, photos=as_it_is)


@SQLITE
def test_a_topic_that_is_closed_by_hand_is_made_anew_and_nothing_is_lost(world: World) -> None:
    async def story(floor: Floor) -> None:
        group, ann, li = floor.group, floor.fake.user(7), floor.fake.user(71)
        floor.hires("Li", "advisor", address=71)
        old = await floor.complains(ann, "you scratched my door")
        group.says(li, "I am so sorry, Ann.", old)
        await ann.sees("I am so sorry, Ann.")
        await floor.handled()
        group.closes(old)
        ann.says("are you still there?")
        await floor.until(lambda: any(m.thread != old and "still there" in m.text for m in floor.said))
        new = max(group.topics)
        shown = "\n".join(message.text for message in floor.said if message.thread == new)
        assert "you scratched my door" in shown
        assert "I am so sorry, Ann." in shown
        group.says(li, "Yes, I am.", new)
        await ann.sees("Yes, I am.")
        await floor.handled()
        words = ann.says("I come at 3")
        await floor.sees("I come at 3")
        ann.edits(words, "I come at 4")
        await floor.sees("I come at 4")

    tell(world, story)


@SQLITE
def test_a_manager_answers_a_critical_case_while_the_group_is_busy(world: World) -> None:
    """CH13: the group answers 429 to everything; the manager has the case in private, answers there, and the customer has it."""

    async def story(floor: Floor) -> None:
        fake, ann, mei = floor.fake, floor.fake.user(7), floor.fake.user(72)
        floor.hires("Mei", "region", address=72)
        slow = {"code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 30}}
        fake.fault("error", "*", chat=floor.group.id, times=None, **slow)
        ann.says("the brakes failed and my wife was injured")
        await floor.until(lambda: mei.texts)
        notice = mei.received[0]
        await floor.arrived(72)
        assert notice.buttons
        mei.replies(notice.message_id, "We are on our way to you.")
        await ann.sees("We are on our way to you.")
        mei.replies(notice.message_id, "// send the flatbed")
        mei.says("menu")  # no reply: an ordinary word to the bot
        await floor.until(lambda: floor.notes() == ["send the flatbed"] and len(mei.received) > 1)
        assert floor.group.received == []
        assert [event.who for event in floor.history() if event.what == "replied"] == ["Mei"]

    tell(world, story)
