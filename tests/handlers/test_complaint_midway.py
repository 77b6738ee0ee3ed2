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
