"""Feedback after a visit: asked once, answered with taps and words, and a person for whoever is unhappy."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from handlers.booking import actions as booking
from handlers.booking.actions import By, Person, Wish
from handlers.dialogue import shop as shops
from handlers.dialogue.memo import Memo
from handlers.reminders import rulebook, rules
from storage import chats, contact, tickets
from storage.appointments import Appointment
from storage.chats import CHATS
from storage.feedback import Feedback
from storage.media import Media
from storage.stores import Store
from storage.tickets import Ticket
from storage.vehicles import Vehicle
from storage.visits import Visit
from tests.world import Customer, World

# What the tables do is the same in every conversation; two tests below run on both databases.
sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
TUESDAY = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # ten o'clock in the store
CHEN = By("Chen Wei", "console", staff=True)


def comes(world: World, who: Customer, services: tuple[str, ...] = ("minor_service",), at: datetime = TUESDAY) -> int:
    """Their car is booked, worked on for an hour and handed back; the id of the appointment."""
    if who.outcome is None:
        who.starts()
    assert who.outcome
    with world.database.transaction() as session:
        shop = world.engine.memo.get(session, shops.load)
        person = Person(chat_id=who.outcome.chat_id)
        row = booking.hold(session, shop, Wish("east", services, "audi_a4"), at, person, world.now, by=CHEN)
        booking.confirm(session, shop, row, world.now, by=CHEN)
        booking.arrive(session, row, at, by=CHEN)
        booking.finish(session, row, at + timedelta(hours=1), by=CHEN)
    world.now = at + timedelta(hours=1)
    return row.id


def later(world: World, **time: float) -> None:
    """Time goes by, and a round of pushes and sweeps at the end of it."""
    world.passes(**time)
    world.engine.push(world.now)
    world.sweeps()


def asked(world: World, who: Customer) -> int:
    """How often they were asked for stars."""
    return sum(
        any(button["do"] == "feedback.stars" for row in m.data.get("buttons", []) for button in row) for m in who.transcript
    )


def only(world: World) -> Feedback:
    with world.database.reading() as session:
        return session.scalars(select(Feedback)).one()


def the_ticket(world: World) -> Ticket:
    with world.database.reading() as session:
        return session.scalars(select(Ticket)).one()


def wants(world: World, **terms: object) -> None:
    """What the store says of feedback; the world reads it anew."""
    with world.database.transaction() as session:
        session.execute(update(Store).where(Store.code == "east").values(feedback=terms))
    world.engine.memo = Memo()


def asks(world: World, code: str, **parts: object) -> None:
    """One of the two rules as the console leaves it."""
    with world.database.transaction() as session:
        rule = rulebook.load(session).rules[code]
        rulebook.put(session, rules.read({**rules.written(rule), **parts}), world.now)
    world.engine.memo = Memo()


@sqlite
@pytest.mark.parametrize(
    ("language", "ask", "people", "skip", "thanks"),
    [
        ("en", "How was the work?", "the people who looked after you", "Skip", "Thank you, that helps us."),
        ("zh-CN", "这次活儿做得怎么样？", "接待您的同事", "跳过", "谢谢您的评价"),
        ("zh-TW", "這次的施工還滿意嗎？", "接待您的同仁", "略過", "謝謝您的評價"),
    ],
)
def test_two_taps_are_enough(world: World, language: str, ask: str, people: str, skip: str, thanks: str) -> None:
    ann = world.customer("telegram", language)
    comes(world, ann)
    later(world, minutes=89)
    assert asked(world, ann) == 0
    later(world, minutes=2)
    ann.sees(ask)
    assert [len(row) for row in ann.last.data["buttons"]] == [5]
    ann.presses("5 ★").sees(people).presses("4 ★")
    ann.presses(skip).sees(thanks)
    row = only(world)
    assert (row.work, row.people, row.words, row.advisor, row.outcome) == (5, 4, "", "Chen Wei", "sent")
    assert row.technician_id is not None
    assert row.services == ["minor_service"]
    with world.database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []


@sqlite
@pytest.mark.parametrize(
    ("language", "words", "sorry"),
    [
        ("en", "waited over an hour and nobody told me anything", "I'm sorry that we let you down"),
        ("en", "I had to reschedule twice and waited two hours", "I'm sorry that we let you down"),
        ("zh-CN", "等了一个多小时都没人理", "很抱歉这次没让您满意"),
        ("zh-TW", "等了一個多小時都沒人理", "很抱歉這次沒能讓您滿意"),
    ],
)
def test_what_was_wrong_is_about_the_visit_that_was_asked_about(world: World, language: str, words: str, sorry: str) -> None:
    """Words instead of the second stars; nobody asks which visit it was."""
    ann = world.customer("telegram", language)
    number = comes(world, ann)
    later(world, minutes=91)
    ann.presses("2 ★").says(words).sees(sorry)
    row, ticket = only(world), the_ticket(world)
    assert (row.words, row.ticket_id, row.people) == (words, ticket.id, None)
    assert ticket.appointment_id == number
    later(world, minutes=11)
    assert the_ticket(world).id == ticket.id


@sqlite
def test_a_danger_below_the_stars_is_met_first(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("1 ★").says("now the brakes don't work at all")
    assert any("don't drive it" in text for text in ann.received)


@sqlite
@pytest.mark.parametrize(
    ("language", "words", "sees"),
    [
        ("en", "stop messaging me, the car is still dirty", "you will get no offers"),
        ("zh-CN", "别再给我发消息了，车还是脏的", "不会再给您发优惠信息"),
        ("en", "it took too long, cancel my appointment on friday", ""),
        ("zh-CN", "等太久了，帮我把周五的预约取消", ""),
        ("zh-TW", "等太久了，幫我把週五的預約取消", ""),
    ],
)
def test_what_else_is_wanted_below_the_stars_is_no_comment(world: World, language: str, words: str, sees: str) -> None:
    ann = world.customer("telegram", language)
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("1 ★").says(words)
    assert any(sees in text for text in ann.received)
    assert only(world).words != words


@sqlite
@pytest.mark.parametrize(
    "words", ["thanks", "when do you open on saturday?", "how much is an oil change?", "I want to book a car wash"]
)
def test_other_words_below_the_stars_are_what_they_are(world: World, words: str) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("2 ★").says(words)
    row = only(world)
    assert (row.finished_at, row.ticket_id) == (None, None)
    with world.database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []


@sqlite
@pytest.mark.parametrize(
    ("language", "words", "causes", "sorry"),
    [
        ("en", "I waited two hours and the mechanic was rude", ["long_wait", "attitude"], "I'm sorry that we let you down"),
        ("zh-CN", "等了两个小时，师傅还不耐烦", ["long_wait", "attitude"], "很抱歉这次没让您满意"),
        ("zh-TW", "等了兩個鐘頭，地毯也沒吸塵", ["long_wait", "unfinished"], "很抱歉這次沒能讓您滿意"),
    ],
)
def test_few_stars_open_a_ticket_with_everything_in_it(
    world: World, language: str, words: str, causes: list[str], sorry: str
) -> None:
    ann = world.customer("telegram", language)
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("2 ★").presses("1 ★").says(words).sees(sorry)
    row, ticket = only(world), the_ticket(world)
    assert row.causes == causes
    assert row.ticket_id == ticket.id
    assert (ticket.kind, ticket.tier, ticket.store_id) == ("complaint", tickets.MINOR, row.store_id)
    for part in ("2/5", "1/5", "Chen Wei", words):
        assert part in ticket.summary


@sqlite
def test_grave_words_reach_a_person_whatever_the_stars(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("4 ★").presses("4 ★").says("nice people, but you scratched my door").sees("colleague")
    assert the_ticket(world).tier == tickets.SERIOUS


@sqlite
def test_who_taps_one_star_and_falls_silent_gets_a_person(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("1 ★")
    later(world, minutes=5)
    with world.database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []
    later(world, minutes=6)
    later(world, minutes=1)
    assert "work 1/5" in the_ticket(world).summary
    ann.presses("1 ★").says("The seats are full of grease")
    assert the_ticket(world).summary.endswith("The seats are full of grease")
    assert asked(world, ann) == 2, "work and people, and no reminder"


@sqlite
def test_a_slip_of_the_finger_is_put_right(world: World) -> None:
    """CC7: whatever is tapped how often, there is one rating, and every tap is answered."""
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    one, five = ann.button("1 ★"), ann.button("5 ★")
    for _ in range(4):
        ann.does("press", press=one, at_once=True)
    ann.does("press", press=five).sees("looked after you")
    ann.presses("5 ★")
    ann.presses("Skip").sees("Thank you")
    for _ in range(3):
        ann.does("press", press=one).sees("already told us")
    assert (only(world).work, only(world).people) == (5, 5)
    later(world, minutes=30)
    with world.database.reading() as session:
        assert session.scalars(select(Ticket)).all() == []


@sqlite
@pytest.mark.parametrize("typed", ["4", "四星"])
def test_a_rating_may_be_typed(world: World, typed: str) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.says(typed).says("5").says("no")
    assert (only(world).work, only(world).people) == (4, 5)


@sqlite
def test_a_number_without_a_question_is_no_rating(world: World) -> None:
    ann = world.customer("telegram").says("5")
    assert "Thank you" not in ann.last.text


@sqlite
def test_a_photo_with_words_and_a_question_in_between(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("5 ★").presses("3 ★").says("how much is a minor service for an A4?").sees("¥", "A few words or a photo")
    with world.database.transaction() as session:
        picture = {"sha256": "0" * 64, "mime": "image/png", "width": 1, "height": 1, "content": b"x", "created_at": world.now}
        session.add(Media(id="picture", chat_id=None, **picture))
    ann.does("photo", text="Why is it still dirty?", media=("picture",)).sees("Thank you")
    assert (only(world).media, only(world).causes) == (["picture"], ["unfinished"])


@sqlite
def test_in_the_middle_of_something_else_nothing_is_lost(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.says("add a car").says("golf").sees("number plate")
    ann.presses("5 ★").sees("looked after you", "number plate")
    ann.presses("4 ★").sees("Thank you, that helps us.", "number plate")
    ann.says("粤B12345").sees("Which year")


@sqlite
def test_one_reminder_and_no_more(world: World) -> None:
    ann, bob = world.customer("telegram"), world.customer("telegram")
    comes(world, ann)
    comes(world, bob, at=TUESDAY + timedelta(hours=5))
    later(world, hours=2)
    bob.presses("3 ★")
    for _ in range(6):
        later(world, hours=11)
    assert asked(world, ann) == 2
    assert "still open" in ann.last.text
    assert "still open" not in " ".join(bob.received)


@sqlite
def test_who_never_answers_is_asked_once_a_visit_from_then_on(world: World) -> None:
    ann = world.customer("telegram")
    for day in (0, 14, 28):
        comes(world, ann, at=TUESDAY + timedelta(days=day))
        for _ in range(6):
            later(world, hours=11)
    assert asked(world, ann) == 2 + 1 + 1
    before = asked(world, ann.presses("4 ★"))
    comes(world, ann, at=TUESDAY + timedelta(days=42))
    for _ in range(6):
        later(world, hours=11)
    assert asked(world, ann) == before + 2


@sqlite
@pytest.mark.parametrize(("down", "questions"), [(timedelta(minutes=10), 1), (timedelta(hours=8), 1), (timedelta(days=5), 0)])
def test_tm4_after_an_outage(world: World, down: timedelta, questions: int) -> None:
    """TM4: a little late is asked; long over is noted and not asked; never two at once."""
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=90 + down.total_seconds() / 60)
    world.engine.push(world.now)
    assert asked(world, ann) == questions
    assert only(world).outcome == ("sent" if questions else "too_late")
    later(world, hours=1)
    assert asked(world, ann) == questions


@sqlite
def test_nobody_is_asked_for_stars_while_a_complaint_is_open(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    ann.says("human")
    with world.database.transaction() as session:
        session.execute(update(Ticket).values(kind="complaint"))
    later(world, minutes=91)
    assert asked(world, ann) == 0
    with world.database.transaction() as session:
        session.execute(update(Ticket).values(status="closed"))
    later(world, hours=1)
    assert asked(world, ann) == 1


@sqlite
def test_who_wants_no_questions_is_not_asked(world: World) -> None:
    ann = world.customer("telegram").starts().says("/settings")
    ann.presses(next(label for label in ann.labels if "✓" in label))
    comes(world, ann)
    later(world, minutes=91)
    assert asked(world, ann) == 0
    assert only(world).outcome == "no_consent"
    later(world, days=1)
    assert asked(world, ann) == 0


@sqlite
def test_a_store_may_ask_sooner_in_its_own_words_or_not_at_all_and_invite_its_friends(world: World) -> None:
    """The question is a rule like the others."""
    wants(world, review="https://reviews.example/east")
    words = {"en": "{name}, how is {car}?\n{plate}", "zh-Hans": "好吗？", "zh-Hant": "好嗎？"}
    asks(world, "feedback", trigger={"kind": "rating", "of": "visit", "minutes": 10}, texts=words, buttons=["stars", "stop"])
    ann, bob = world.customer("telegram"), world.customer("telegram")
    comes(world, ann)
    later(world, minutes=11)
    ann.sees("Dear customer, how is your car?").presses("5 ★").presses("5 ★").presses("Skip").sees(
        "Would you tell others about it?"
    )
    assert [part for part in ann.last.data["entities"][0] if isinstance(part, str)] == ["link", "https://reviews.example/east"]
    asks(world, "feedback", audience={"not_stores": ["east"]})
    comes(world, bob, at=TUESDAY + timedelta(hours=5))
    later(world, hours=4)
    assert asked(world, bob) == 0


@sqlite
def test_who_wants_no_such_questions_says_so_below_one(world: World) -> None:
    asks(world, "feedback", buttons=["stars", "stop"])
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    ann.presses("No more of these").sees("won't ask you about your visits")
    later(world, hours=26)
    comes(world, ann, at=TUESDAY + timedelta(days=3))
    later(world, hours=4)
    assert asked(world, ann) == 1
    ann.presses("I do want them")
    assert ann.button("✓ Questions after a visit")


@sqlite
def test_a_question_that_waits_is_not_asked_when_its_rule_is_switched_off(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, hours=12)  # eleven in the evening; we were away
    assert only(world).asked_at == TUESDAY + timedelta(hours=23)
    asks(world, "feedback", on=False)
    later(world, hours=13)
    later(world, hours=24)
    assert asked(world, ann) == 0
    assert (only(world).asked_at, only(world).outcome) == (None, "moved")


@sqlite
def test_ab6_low_ratings_are_one_matter(world: World) -> None:
    """AB6: a rating needs a visit, and what a chat is unhappy about waits in the queue once."""
    ann = world.customer("telegram")
    comes(world, ann)
    later(world, minutes=91)
    buttons = [ann.button(f"{number} ★") for number in (1, 2)]
    ann.presses("1 ★").presses("1 ★").says("bad")
    for _ in range(3):
        ann.does("press", press=buttons[0]).does("press", press=buttons[1])
    later(world, hours=1)
    assert the_ticket(world).summary.count("bad") == 1


@sqlite
def test_late_in_the_evening_it_waits_for_the_morning(world: World) -> None:
    ann = world.customer("telegram")
    comes(world, ann)
    with world.database.transaction() as session:
        session.execute(update(Appointment).where(Appointment.status == "done").values(changed_at=TUESDAY.replace(hour=12)))
    world.now = TUESDAY.replace(hour=12)  # eight in the evening
    later(world, minutes=91)
    row = only(world)
    assert row.asked_at == TUESDAY.replace(day=25, hour=1)
    later(world, hours=23)
    assert only(world).reminded_at is None
    later(world, hours=13)
    assert only(world).reminded_at is not None


def _visits(world: World, who: Customer, *, day: date, services: tuple[str, ...] = ("hand_wash",)) -> None:
    """The shop's own system tells of a visit of this customer's car."""
    assert who.outcome
    with world.database.transaction() as session:
        car = session.scalars(select(Vehicle).order_by(Vehicle.id)).first()
        assert car
        session.execute(update(CHATS).where(CHATS.c.id == who.outcome.chat_id).values(customer_id=car.customer_id))
        east = session.scalars(select(Store.id).where(Store.code == "east")).one()
        session.add(
            Visit(code=f"W-{day}-{services[0]}", vehicle_id=car.id, store_id=east, visited_on=day, services=list(services))
        )


def test_a_visit_from_the_books_is_asked_about_once(world: World) -> None:
    """On both databases: two workers at once, and the same visit in the diary too."""
    ann = world.customer("telegram").starts()
    today = date(2026, 11, 24)
    world.now = TUESDAY
    for day in (today, today - timedelta(days=1), today - timedelta(days=2)):
        _visits(world, ann, day=day)
    world.passes(hours=1)
    with ThreadPoolExecutor(2) as workers:
        list(workers.map(world.engine.push, [world.now] * 4))
    assert asked(world, ann) == 1, "one question at a time"
    with world.database.transaction() as session:
        chat = chats.lock(session, ann.outcome.chat_id if ann.outcome else 0)
        shop = shops.load(session)
        person = Person(customer_id=chat.customer_id, chat_id=chat.id)
        row = booking.walk_in(session, shop, Wish("east", ("minor_service",), "audi_a4"), person, world.now, by=CHEN)
        booking.finish(session, row, world.now, by=CHEN)
    later(world, hours=2)
    later(world, hours=2)
    assert asked(world, ann) == 1
    with world.database.reading() as session:
        rows = {row.day: row for row in session.scalars(select(Feedback))}
        assert rows.keys() == {today}
        assert rows[today].appointment_id == row.id, "the books and the diary speak of the same visit"
        assert rows[today].advisor == "Chen Wei"
        assert contact.latest(session, contact.Person.of(chat), 9)[0].purpose == "feedback"


def test_the_tables_keep_what_was_said(world: World) -> None:
    """On both databases."""
    ann = world.customer("telegram")
    number = comes(world, ann)
    later(world, minutes=91)
    ann.presses("1 ★").presses("Skip").says("Nobody explained the bill")
    row = only(world)
    assert (row.appointment_id, row.work, row.people, row.words) == (number, 1, 0, "Nobody explained the bill")
    later(world, days=2)
    assert asked(world, ann) == 2
