"""Complaints in the middle of a booking: they are heard, and the booking goes on."""

import pytest

from storage import tickets
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
WISH = "oil change for my A4 next Tuesday at ten"
SORRY, SOUNDS, WORK = "very sorry about that", "something went wrong", "Oil and filter change"


def half_way(world: World) -> Customer:
    return world.customer().says(WISH).presses("Lanwan Auto East Harbour").sees(WORK, "On which number")


def cases(world: World) -> list[str]:
    with world.database.reading() as session:
        return [one.summary for one in session.query(tickets.Ticket) if one.kind == "complaint"]


def test_the_booking_waits_for_the_case_and_goes_on(world: World) -> None:
    ann = half_way(world).says("your receptionist was rude to me last time").sees(SORRY, "How bad")
    ann.presses("Bad").presses("An apology").sees("Everything is with your case", WORK, "On which number")
    ann.says("+8613900001111").sees("You're booked!", WORK)
    assert len(cases(world)) == 1


def test_whoever_tells_no_more_of_it_goes_on_booking(world: World) -> None:
    ann = half_way(world).says("your receptionist was rude to me last time").says("never mind")
    ann.sees("Your case stays open", "On which number").says("+8613900001111").sees("You're booked!")


def test_what_was_done_to_the_car_is_no_work_that_is_wished(world: World) -> None:
    """It exchanged the oil change for the mending of a scratch."""
    ann = half_way(world).says("you scratched my door last time").sees(SORRY)
    ann.presses("That's all").sees(WORK, "On which number").says("+8613900001111").sees("You're booked!", WORK)
    assert cases(world) == ["you scratched my door last time"]


def test_impatience_with_the_form_opens_no_case(world: World) -> None:
    ann = world.customer().says(WISH).says("This is taking forever").sees("At which store?")
    assert not cases(world)
    ann.presses("Lanwan Auto East Harbour").sees(WORK, "On which number")


def test_who_is_angry_is_asked_nothing_more(world: World) -> None:
    half_way(world).says("you idiots scratched my door last time, you are useless thieves").sees("This should not have happened")
    assert len(cases(world)) == 1


def test_whoever_says_that_they_want_to_complain_is_asked_what_happened(world: World) -> None:
    ann = half_way(world).says("I want to complain").sees("What happened")
    ann.says("the coffee machine was broken and nobody cared").sees(SORRY).presses("That's all")
    ann.sees(WORK, "On which number").says("+8613900001111").sees("You're booked!", WORK)
    assert len(cases(world)) == 1


def test_a_question_between_and_one_question_after_the_other(world: World) -> None:
    ann = world.customer().says("book a visit on tuesday at ten").says("how much is a coating").sees("What shall we do")
    ann.says("your receptionist was rude to me last time").says("when are you open on sunday?").sees("09:00", "How bad")
    ann.presses("Annoying").presses("Call me").sees("your case", "What shall we do").says("oil change for my A4")
    ann.presses("Lanwan Auto East Harbour").sees(WORK, "Tue 24 Nov, 10:00")
