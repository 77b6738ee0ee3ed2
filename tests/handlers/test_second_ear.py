"""The second ear: complaints that no rule knows, asked about where it is not sure, and silent where something else holds."""

import pytest

from handlers.tickets import actions, ear
from storage import revisions, tickets, tier_rules
from storage.tickets import Ticket
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)

SURE = "your guy at the desk rolled his eyes when I asked about the bill"
PERHAPS = "Not impressed. Quoted 200, charged 340."


def _tickets(world: World) -> list[Ticket]:
    with world.database.reading() as session:
        return list(session.query(Ticket).order_by(Ticket.id))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", SURE),
        ("zh-CN", "开回家才发现后备箱里我的雨伞不见了"),
        ("zh-TW", "洗完車內裝還是黏黏的，根本沒擦"),
        ("zh-HK", "你哋整完之後個冷氣仲衰過之前"),
    ],
)
def test_a_complaint_that_no_rule_knows_is_a_minor_case_that_says_why(world: World, language: str, words: str) -> None:
    world.customer(language=language).says(words)
    [ticket] = _tickets(world)
    [(code, found)] = ticket.reasons
    assert (ticket.kind, ticket.tier, code) == ("complaint", "minor", ear.CODE)
    assert found
    assert found in words


def test_where_it_is_not_sure_it_asks_and_the_questions_stand_below(world: World) -> None:
    ann = world.customer().says(PERHAPS).sees("It sounds as if something went wrong", "Did you mean")
    assert _tickets(world) == []
    ann.presses("Yes, pass it on").sees("very sorry")
    ann.presses("Yes, pass it on")
    [ticket] = _tickets(world)
    assert (ticket.kind, ticket.tier, ticket.summary) == ("complaint", "minor", PERHAPS)
    assert [code for code, _ in ticket.reasons] == [ear.CONFIRMED]


def test_a_typed_yes_is_the_button(world: World) -> None:
    world.customer().says(PERHAPS).says("yes").sees("very sorry")
    [ticket] = _tickets(world)
    assert (ticket.kind, ticket.summary) == ("complaint", PERHAPS)


def test_in_the_middle_of_a_booking_it_only_offers_a_button(world: World) -> None:
    ann = world.customer().says("I want to book an oil change")
    asked = ann.last.text
    ann.says(SURE).sees("It sounds as if something went wrong", asked.splitlines()[-1])
    assert "Yes, pass it on" in ann.labels
    assert "Cancel" in ann.labels
    assert _tickets(world) == []
    ann.presses("Yes, pass it on").sees("very sorry")
    assert [ticket.summary for ticket in _tickets(world)] == [SURE]


@pytest.mark.parametrize(
    "words",
    [
        "how long does a full valet usually take",
        "my neighbour scratched my door, what would a touch-up cost",
        "my brakes do not work",
        "What happens if the noise comes back after a repair?",
        "thank you, great job",
        "ok",
        "🙂",
    ],
)
def test_it_is_silent_where_something_else_holds(world: World, words: str) -> None:
    ann = world.customer().says(words)
    assert not [ticket for ticket in _tickets(world) if ticket.kind == "complaint"]
    assert "It sounds as if something went wrong" not in ann.last.text


def test_a_manager_switches_it_off(world: World) -> None:
    alone = World(world.database)  # with a memo of its own it notices
    with world.database.transaction() as session:
        tier_rules.set_ear(session, False)
        revisions.raise_(session, "tickets")
    ann = alone.customer()
    for words in (SURE, PERHAPS):
        ann.says(words)
        assert "It sounds as if something went wrong" not in ann.last.text
    assert _tickets(world) == []


def test_what_staff_correct_is_counted(world: World) -> None:
    world.customer().says(SURE)
    Customer(world, "web", "another", "en").says("开回家才发现后备箱里我的雨伞不见了")
    with world.database.transaction() as session:
        work = world.work(session)
        actions.set_tier(work, session.query(Ticket).order_by(Ticket.id).first(), tickets.QUESTION)
    with world.database.reading() as session:
        assert tier_rules.opened_by(session, ear.CODE, world.now.replace(year=2025)) == (2, 1)
        assert tier_rules.opened_by(session, ear.CONFIRMED, world.now.replace(year=2025)) == (0, 0)
        [row] = tier_rules.corrections(session)
        assert (row.rule, row.was, row.became) == (ear.CODE, "minor", "question")


@pytest.mark.parametrize(
    ("language", "words", "asks"),
    [
        ("en", "do you guys even know how to fix cars", "Shall I pass it on"),
        ("zh-CN", "你们到底会不会修车", "作为投诉"),
        ("zh-HK", "究竟識唔識整車㗎你哋", "當作客訴"),
    ],
)
def test_angry_words_that_nobody_understands_are_asked_about(world: World, language: str, words: str, asks: str) -> None:
    world.customer(language=language).says(words).sees(asks)
    assert _tickets(world) == []


def test_who_brings_the_car_and_where_it_was_bought_is_no_complaint(sample_url: str) -> None:
    harmless = ("我個仔揸過嚟", "it's a 2021 golf bought from you", "暫停一個月", "why did you send me that", "我表哥揸過嚟")
    assert [words for words in harmless if ear.likely(words) >= ear.PERHAPS] == []
