"""Stars for how a matter was looked after: asked once, by whoever settled it, and never of somebody whom nobody answered."""

import pytest

from handlers.tickets import actions
from storage import staff, tickets
from storage.staff import Staff
from storage.tickets import Ticket
from tests.world import World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
ROW = ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]


def ends(world: World, number: int = 1, *, how: str = "close", answer: str = "We looked.") -> None:
    """Li answers, if there is something to say, and settles it."""
    with world.database.transaction() as session:
        li = staff.by_login(session, "li")
        if li is None:
            li = Staff(login="li", name="Li", role="advisor", language="en", theme="auto", created_at=world.now)
            session.add(li)
            session.flush()
        work, ticket = world.work(session, "Li", li.id), session.get_one(Ticket, number)
        if answer:
            actions.reply(work, ticket, answer)
        if how == "close":
            actions.close(work, ticket)
        else:
            actions.resolve(work, ticket, "a mistake", "put right")


def rating(world: World, number: int = 1) -> tuple[int | None, list[str]]:
    with world.database.reading() as session:
        known = [event.what for event in tickets.history(session, number)]
        return session.get_one(Ticket, number).rating, [what for what in known if what == "rated"]


def test_stars_are_given_once(world: World) -> None:
    ann = world.customer("telegram")
    ann.says("advisor")
    ends(world)
    ann.sees("settled", "stars")
    assert ann.labels == ROW
    ann.presses("5 ★").sees("Thank you")
    assert rating(world) == (5, ["rated"])
    ann.presses("1 ★").sees("already")
    assert rating(world) == (5, ["rated"])


@sqlite
@pytest.mark.parametrize(("language", "thanks"), [("en", "sorry"), ("zh-Hans", "抱歉"), ("zh-Hant", "抱歉")])
def test_few_stars_offer_the_way_back_to_a_person(world: World, language: str, thanks: str) -> None:
    ann = world.customer("web", language=language)
    ann.says("advisor")
    ends(world)
    ann.presses("2 ★").sees(thanks)
    ann.presses(ann.labels[0])
    with world.database.reading() as session:
        assert session.get_one(Ticket, 1).status == "reopened"
    ends(world)
    assert "★" not in str(ann.labels), "once a matter"


@sqlite
def test_a_settled_complaint_asks_beside_the_way_back(world: World) -> None:
    ann = world.customer("telegram")
    ann.says("I waited two hours")
    ends(world, how="resolve")
    ann.sees("Why it happened", "stars")
    assert ann.labels == [*ROW, "It's not solved"]
    ann.presses("4 ★").sees("Thank you")
    assert rating(world)[0] == 4


@sqlite
def test_nobody_is_asked_about_an_answer_that_they_did_not_get(world: World) -> None:
    ann = world.customer("telegram")
    ann.says("advisor")
    ends(world, answer="")
    assert "★" not in str(ann.labels)


@sqlite
def test_au2_stars_are_of_ones_own_matter(world: World) -> None:
    """AU2: pressed by somebody else, nothing happens."""
    ann, bob = world.customer("telegram"), world.customer("telegram")
    ann.says("advisor")
    ends(world)
    bob.says("hello")
    bob.does("press", press=ann.button("5 ★"))
    assert rating(world) == (None, [])
