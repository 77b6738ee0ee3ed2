"""Complaints as customers make them: a ticket at once, then little is asked; what belongs together stays together."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.booking import actions as booking
from handlers.booking.actions import By, Person, Wish
from handlers.dialogue import shop as shops
from handlers.tickets import actions, board
from storage import marks, tickets
from storage.tickets import Ticket
from tests.world import Customer, World

# One story that touches every table runs on both databases (test_ticket_story.py); a conversation is the same on either.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

PHONE = "8610055500101"


def _tickets(world: World) -> list[Ticket]:
    with world.database.reading() as session:
        return list(session.query(Ticket).order_by(Ticket.id))


def _thread(world: World, ticket: Ticket) -> list[str]:
    with world.database.reading() as session:
        return [message.text for message in tickets.thread(session, ticket.id)]


def _card(ann: Customer) -> str:
    return next(text for text in reversed(ann.received) if text.startswith(("Case ", "受理")))


@pytest.mark.parametrize(
    ("language", "words", "sorry", "card", "tier"),
    [
        ("en", "You scratched my door during the wash", "very sorry", "Answer by 10:00 · solution by tomorrow 09:00", "serious"),
        ("zh-CN", "等了两个小时，没人理我", "非常抱歉", "10:00前回复 · 明天09:00前解决", "minor"),
        ("zh-HK", "講好三點攞車，而家五點都未搞掂", "非常抱歉", "10:00前回覆 · 明天09:00前解決", "minor"),
        ("en", "promised for friday and now its monday", "very sorry", "Answer by 10:00 · solution by tomorrow 09:00", "minor"),
        ("zh-TW", "你們把我的車門刮花了", "非常抱歉", "10:00前回覆 · 明天09:00前解決", "serious"),
    ],
)
def test_words_that_complain_open_a_ticket_at_once_with_its_promise(
    world: World, language: str, words: str, sorry: str, card: str, tier: str
) -> None:
    ann = world.customer(language=language)
    ann.says(words).sees(sorry)
    [ticket] = _tickets(world)
    assert (ticket.kind, ticket.tier, ticket.status, ticket.summary) == ("complaint", tier, "open", words)
    assert card in _card(ann)
    assert ticket.token in _card(ann)
    assert _thread(world, ticket) == [words]


@pytest.mark.parametrize(
    ("language", "complaint", "asked"),
    [
        ("en", "You scratched my door during the wash", [
            "any news?", "when will I hear back?", "who is looking after it", "what's happening with my complaint",
            "still waiting...", "has anyone looked at it yet", "any update on my case",
        ]),
        ("zh-CN", "你们把我的车门刮花了", [
            "有进展吗", "处理得怎么样了？", "什么时候给我答复", "谁负责啊", "有人处理吗", "请问有消息了吗",
        ]),
        ("zh-HK", "你哋刮花咗我架車門", ["處理到邊度呀", "有消息嗎", "幾時答覆我呀", "邊個跟進緊", "有冇進展"]),
    ],
)  # fmt: skip
def test_how_the_case_stands_is_said_by_whom_and_when(world: World, language: str, complaint: str, asked: list[str]) -> None:
    ann = world.customer(language=language).says(complaint)
    for words in asked:
        ann.says(words).sees("10:00")
        world.passes(minutes=3)
    assert len(_tickets(world)) == 1
    world.customer(language=language).says(asked[0])
    assert len(_tickets(world)) == 1, "without a case it is a question like any other"


def test_the_whole_way_by_the_menu_with_everything_that_is_asked(world: World) -> None:
    ann = world.customer("telegram").shares_phone(PHONE)
    ann.says("menu").presses("Complaint").sees("What happened?")
    ann.says("The noise is there again, I was here last week for it").sees("Which visit was it?", "with the")
    assert len(_tickets(world)) == 1
    visit = ann.labels[0]
    assert " · " in visit
    ann.presses(visit).sees("How bad is it?")
    ann.presses("Bad").sees("What would you like us to do?")
    ann.says("I want a new part for free").sees("you will hear from us")
    [ticket] = _tickets(world)
    assert (ticket.tier, ticket.severity, ticket.wish) == ("serious", "bad", "I want a new part for free")
    assert ticket.visit_id is not None
    assert "now with: the store manager" in _card(ann).casefold()


def test_how_it_stands_is_told_in_the_middle_of_the_questions_too(world: World) -> None:
    ann = world.customer().says("complaint").says("you scratched my door last week").sees("How bad is it?")
    [ticket] = _tickets(world)
    ann.says("what's the status of my complaint").sees(ticket.token, "Answer by", "How bad is it?")
    assert _thread(world, ticket) == ["you scratched my door last week"]


def test_an_angry_message_is_not_answered_with_a_quiz(world: World) -> None:
    ann = world.customer().says("This is ridiculous, I've been waiting for three hours!")
    ann.sees("should not have happened")
    assert ann.labels == []
    ann.says("how much is a minor service").says("My brakes failed after your repair, I will sue you").sees(
        "should not have happened"
    )
    assert ann.labels == []
    tiers = [ticket.tier for ticket in _tickets(world)]
    assert "critical" in tiers


def test_an_angry_message_in_the_middle_of_another_form_leaves_it(world: World) -> None:
    ann = world.customer().says("how much is a minor service").sees("which car")
    ann.says("Your staff was rude and this is unacceptable").sees("should not have happened")
    assert "which car" not in ann.last.text
    ann.says("how much is a major service").sees("which car")


def test_several_messages_and_photos_are_one_complaint(world: World) -> None:
    ann = world.customer().says("you dented my bumper").sees("How bad is it?")
    ann.says("It is on the left side, below the light").sees("added", "How bad is it?")
    ann.does("photo", media=("abc",)).sees("photo is with your case", "How bad is it?")
    ann.presses("That's all").sees("hear from us")
    world.passes(minutes=3)
    ann.says("And the man at the desk only laughed").sees("passed that on too")
    [ticket] = _tickets(world)
    assert len(_thread(world, ticket)) == 4
    assert "left side" in ticket.summary


def test_an_album_is_one_complaint_and_answered_once(world: World) -> None:
    """CH20: ten photos over three seconds, the words under the first."""
    ann = world.customer("telegram")
    ann.does("photo", text="You scratched my door", media=("p0",), extra={"album": "a1"}).sees("How bad is it?")
    said = len(ann.received)
    for number in range(1, 10):
        world.passes(milliseconds=300)
        ann.does("photo", media=(f"p{number}",), extra={"album": "a1"}, at_once=True)
    assert len(ann.received) == said
    [ticket] = _tickets(world)
    assert len(_thread(world, ticket)) == 10
    ann.presses("Annoying").sees("What would you like")


def test_an_album_whose_words_come_late_is_still_one(world: World) -> None:
    """CH20."""
    ann = world.customer("telegram")
    ann.does("photo", media=("p0",), extra={"album": "a1"}).sees("kept the photo")
    ann.does("photo", media=("p1",), extra={"album": "a1"}, at_once=True)
    ann.does("photo", text="你们把我车门划伤了", media=("p2",), extra={"album": "a1"}, at_once=True).sees("情况有多严重")
    [ticket] = _tickets(world)
    assert len(_thread(world, ticket)) == 3
    assert [text for text in ann.received if "kept the photo" in text] == [ann.received[0]]


def test_a_question_in_between_is_answered_and_belongs_to_no_ticket(world: World) -> None:
    ann = world.customer().says("you dented my bumper")
    ann.says("when are you open on saturday?").sees("Sat 28 Nov", "How bad is it?")
    [ticket] = _tickets(world)
    assert _thread(world, ticket) == ["you dented my bumper"]
    ann.presses("That's all").says("how much is a minor service for my A4?").sees("¥")


def test_leaving_the_questions_leaves_the_ticket(world: World) -> None:
    ann = world.customer().says("you dented my bumper").presses("Cancel").sees("Your case stays open")
    [ticket] = _tickets(world)
    assert ticket.status == "open"
    ann.says("cancel").sees("nothing to cancel")


def test_a_new_matter_is_a_new_ticket_and_a_tap_makes_them_one(world: World) -> None:
    ann = world.customer().says("you dented my bumper").presses("That's all")
    world.passes(hours=2)
    ann.says("I was charged twice for the oil change").sees("a case of its own")
    first, second = _tickets(world)
    assert (first.category, second.category) == ("damage", "price")
    ann.presses("It's the same matter").sees(f"case {first.token}")
    first, second = _tickets(world)
    assert (second.status, second.merged_into, first.status) == ("merged", first.id, "open")
    assert _thread(world, first) == ["you dented my bumper", "I was charged twice for the oil change"]


def test_the_same_matter_stays_one_ticket_and_a_tap_makes_it_two(world: World) -> None:
    ann = world.customer().says("you dented my bumper").presses("That's all")
    world.passes(hours=2)
    ann.says("There's a new scratch on the roof after your service").sees("added")
    ann.presses("That's another matter").sees("a case of its own")
    first, second = _tickets(world)
    assert _thread(world, first) == ["you dented my bumper"]
    assert _thread(world, second) == ["There's a new scratch on the roof after your service"]


def test_a_question_ticket_becomes_a_complaint_when_they_complain(world: World) -> None:
    ann = world.customer().says("advisor").sees("called a colleague", "by 10:00")
    ann.says("your mechanic scratched my wheel")
    [ticket] = _tickets(world)
    assert (ticket.kind, ticket.tier) == ("complaint", "serious")


@pytest.mark.parametrize("words", ["I want to make a complaint", "投诉", "我要投诉", "我要客訴", "/complaint"])
def test_whoever_only_says_that_they_complain_is_asked_what_happened(world: World, words: str) -> None:
    ann = world.customer(language="en" if words.isascii() else "zh-CN").says(words)
    assert "ask" in ann.last.data
    assert _tickets(world) == []
    ann.does("photo", media=("abc",))
    assert [ticket.kind for ticket in _tickets(world)] == ["complaint"]


def test_what_no_rule_knows_but_the_knowledge_base_takes_for_a_complaint(world: World) -> None:
    ann = world.customer().says("I am angry about how I was treated")
    ann.sees("sorry")
    assert [ticket.kind for ticket in _tickets(world)] == ["complaint"]


def test_a_question_about_complaints_is_a_question(world: World) -> None:
    world.customer().says("how do you handle complaints")
    assert _tickets(world) == []


def test_customers_see_where_their_own_case_stands(world: World) -> None:
    ann, bob = world.customer(), world.customer()
    ann.says("you dented my bumper").presses("That's all")
    world.passes(minutes=30)
    ann.says("status of my complaint").sees(_tickets(world)[0].token, "Answer by 10:00")
    bob.says("status of my complaint")
    assert _tickets(world)[0].token not in bob.last.text


def test_a_button_of_another_customers_ticket_does_nothing(world: World) -> None:
    """AU3: foreign and absent look the same."""
    ann, bob = world.customer(), world.customer()
    ann.says("you dented my bumper")
    with world.database.transaction() as session:
        actions.resolve(world.work(session), _tickets(world)[0], "a slip", "a new bumper", "a cushion")
    bob.starts().does("press", press=ann.button("It's not solved"))
    assert "no longer in use" in bob.toast
    assert _tickets(world)[0].status == "resolved"


# -- a person, and out of hours ---------------------------------------------------------------------------------------------


def test_out_of_hours_it_is_said_when_somebody_answers_and_a_number_is_taken(world: World) -> None:
    world.passes(hours=13)  # ten in the evening
    ann = world.customer().says("advisor").sees("closed just now", "tomorrow 10:00")
    ann.presses("Call me").sees("Which number")
    ann.says("banana banana").sees("can't read that as a phone number")
    ann.says("0532 8888 0199").sees("will call you")
    [ticket] = _tickets(world)
    assert ticket.phone == "+8653288880199"


# -- early warnings ---------------------------------------------------------------------------------------------------------


def _marks(world: World) -> list[str]:
    with world.database.reading() as session:
        return sorted(mark.kind for mark in marks.standing(session))


def test_marks_before_there_is_a_complaint(world: World) -> None:
    ann, bob, eve = world.customer(), world.customer(language="zh-CN"), world.customer()
    ann.says("is my car ready?")
    assert _marks(world) == []
    world.passes(minutes=40)
    ann.says("is my car ready yet?")
    bob.says("真是无语")
    assert _marks(world) == ["hot_words", "ready_again"]
    eve.says("advisor")
    world.passes(minutes=10)
    eve.says("advisor")
    assert _marks(world) == ["hot_words", "ready_again", "unanswered_twice"]
    with world.database.transaction() as session:
        actions.reply(world.work(session), tickets.of_chat(session, eve.last.chat_id)[0], "Here I am.")
    assert _marks(world) == ["hot_words", "ready_again"]


# -- reopening --------------------------------------------------------------------------------------------------------------


def _settled(world: World, ann: Customer) -> Ticket:
    with world.database.transaction() as session:
        ticket = tickets.of_chat(session, ann.last.chat_id)[0]
        actions.resolve(world.work(session, "Li", 7), ticket, "a loose bolt", "tightened", "a second look")
        return ticket


@pytest.mark.parametrize("words", ["it is still not fixed", "还没解决", "問題還在"])
def test_writing_that_it_is_not_solved_opens_it_again(world: World, words: str) -> None:
    ann = world.customer().says("you dented my bumper")
    _settled(world, ann)
    ann.sees("a loose bolt", "tightened", "a second look", "seven days")
    world.passes(days=3)
    ann.says(words)
    [ticket] = _tickets(world)
    assert (ticket.status, ticket.reopened, ticket.answered_at) == ("reopened", 1, None)
    assert ticket.first_response_due == ticket.response_from + timedelta(hours=1)
    with world.database.reading() as session:
        event = tickets.last_event(session, ticket.id, "reopened")
        assert event is not None
        assert (event.who, event.detail) == ("customer", {"closed_by": 7})


def test_after_seven_days_it_is_a_new_matter(world: World) -> None:
    ann = world.customer().says("you dented my bumper")
    _settled(world, ann)
    button = ann.button("It's not solved")
    world.passes(days=8)
    world.sweeps()
    assert _tickets(world)[0].status == "closed"
    ann.says("it is still not fixed")
    assert _tickets(world)[0].status == "closed"
    ann.does("press", press=button).sees("more than seven days")


def test_a_button_opens_it_again(world: World) -> None:
    ann = world.customer().says("you dented my bumper")
    _settled(world, ann)
    ann.presses("It's not solved").sees("open again")
    assert _tickets(world)[0].status == "reopened"
    ann.presses("It's not solved").sees("still open")


CHEN = By("Chen Wei", "console", staff=True)
TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def _booked(world: World, ann: Customer, at: datetime, *, done: bool = True) -> int:
    """An appointment of this chat, which nobody has on file as a visit."""
    assert ann.outcome
    with world.database.transaction() as session:
        shop = shops.load(session)
        row = booking.hold(
            session, shop, Wish("east", ("hand_wash",), "audi_a4"), at, Person(chat_id=ann.outcome.chat_id), world.now
        )
        booking.confirm(session, shop, row, world.now)
        if done:
            booking.arrive(session, row, at, by=CHEN)
            booking.finish(session, row, at + timedelta(hours=1), by=CHEN)
        return row.id


def test_what_it_is_about_may_be_the_appointment_of_yesterday(world: World) -> None:
    """It is not on file as a visit yet; the one that is to come is on the card of staff."""
    ann = world.customer("telegram").starts()
    yesterday = _booked(world, ann, TUESDAY)
    _booked(world, ann, TUESDAY + timedelta(days=3), done=False)
    world.now = TUESDAY + timedelta(days=1)
    ann.says("my mirror is broken since you had it").sees("Which visit was it?")
    assert [label.split(" · ")[-1] for label in ann.labels[:2]] == ["Hand wash", "Hand wash"]
    assert "24 Nov" in ann.labels[0]
    ann.presses(ann.labels[0]).sees("How bad is it?")
    [ticket] = _tickets(world)
    assert (ticket.appointment_id, ticket.visit_id, ticket.store_id) == (yesterday, None, 1)
    with world.database.reading() as session:
        card = board.card(board.view(world.work(session), ticket, "en"))
        assert "Visit: 2026-11-24 · Hand wash" in card
        assert "Next appointment: Fri 27 Nov 10:00 · Hand wash" in card


@pytest.mark.parametrize(
    ("language", "complaint", "wish", "asked"),
    [
        (
            "en",
            "I want to complain, your mechanic scratched my door",
            "oil change on Tuesday at ten for my A4",
            "Or did you want to book",
        ),
        ("zh-CN", "我要投诉，你们把我车门刮花了", "周二上午十点A4换机油", "如果您是想预约"),
        ("zh-TW", "我要客訴，你們把我車門刮花了", "週二早上十點A4換機油", "如果您是想預約"),
        (
            "en",
            "I want to complain, your mechanic scratched my door",
            "book me in for Tuesday with my A4",
            "Or did you want to book",
        ),
    ],
)
def test_a_visit_wished_for_among_the_details_of_a_case_is_noticed(
    world: World, language: str, complaint: str, wish: str, asked: str
) -> None:
    ann = world.customer(language=language).says(complaint).says(wish).sees(asked)
    next_question = {"en": "At which store", "zh-CN": "哪家店", "zh-TW": "哪一家店"}[language]
    ann.presses(ann.labels[0]).sees("What shall we do" if "book me in" in wish else next_question)


@pytest.mark.parametrize("words", ["我的是Vios 八年了", "我的是2018年的A4 跑了8万公里了", "我的是Corolla 五年了"])
def test_whoever_tells_which_car_it_is_complains_of_nothing(world: World, words: str) -> None:
    ann = world.customer(language="zh-CN").says(words)
    assert not _tickets(world)
    assert "投诉" not in ann.last.text


def test_what_was_done_on_a_day_is_a_part_of_the_case(world: World) -> None:
    ann = world.customer(language="zh-CN").says("我要投诉，你们把我车门刮花了").says("周二上午来换机油的时候刮的")
    ann.sees("谢谢，已经补充到您的")
