"""Working the queue: who has what, what the customer is told, notes that never reach them, and what can be undone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from handlers.dialogue import Refusal
from handlers.tickets import actions, assignment, merging, rulebook
from handlers.tickets.assignment import Person
from handlers.tickets.work import Work
from storage import marks, tickets, tier_rules
from storage.staff import Staff
from storage.tickets import Ticket
from tests.world import Customer, World

# One story that touches every table runs on both databases (test_ticket_story.py); a conversation is the same on either.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def _staff(world: World, *names: str, role: str = "advisor", store_id: int | None = None) -> list[int]:
    with world.database.transaction() as session:
        people = [
            Staff(login=name.lower(), name=name, role=role, store_id=store_id, language="en", theme="auto", created_at=world.now)
            for name in names
        ]
        session.add_all(people)
        session.flush()
        return [person.id for person in people]


def _do(
    world: World, action: Callable[[Work, Ticket], Any], ticket_id: int = 1, who: str = "Li", staff_id: int | None = None
) -> Any:
    with world.database.transaction() as session:
        ticket = tickets.get(session, ticket_id)
        assert ticket is not None
        return action(world.work(session, who, staff_id), ticket)


def _ticket(world: World, ticket_id: int = 1) -> Ticket:
    with world.database.reading() as session:
        ticket = tickets.get(session, ticket_id)
        assert ticket is not None
        return ticket


def _history(world: World, ticket_id: int = 1) -> list[str]:
    with world.database.reading() as session:
        return [event.what for event in tickets.history(session, ticket_id)]


@pytest.fixture
def ann(world: World) -> Customer:
    return world.customer().says("you dented my bumper")


def test_of_two_who_claim_one_gets_it(world: World, ann: Customer) -> None:
    """CC9: the last one is told; both are in the history."""
    li, wang = _staff(world, "Li", "Wang")
    _do(world, actions.claim, staff_id=li)
    _do(world, actions.claim, staff_id=li)
    with pytest.raises(Refusal, match="taken"):
        _do(world, actions.claim, who="Wang", staff_id=wang)
    assert _ticket(world).staff_id == li
    assert _history(world).count("claimed") == 1


def test_the_second_sender_reads_the_first_reply_before_their_own_goes(world: World, ann: Customer) -> None:
    """CC9."""
    _do(world, lambda work, ticket: actions.reply(work, ticket, "I look at it.", seen=0))
    with pytest.raises(Refusal, match="somebody_answered"):
        _do(world, lambda work, ticket: actions.reply(work, ticket, "Who are you?", seen=0), who="Wang")
    ann.sees("I look at it.")


def test_handing_over_is_said_once_and_so_is_coming_back(world: World, ann: Customer) -> None:
    _do(world, lambda work, ticket: actions.reply(work, ticket, "Hello, this is Li."))
    _do(world, lambda work, ticket: actions.reply(work, ticket, "<b>What</b> colour is it?"))
    assert sum("A colleague is with you now" in text for text in ann.received) == 1
    ann.says("how much is a minor service").sees("<b>What</b> colour")
    ann.says("menu").sees("What can I do")
    _do(world, actions.close)
    ann.sees("answering again").says("how much is a minor service").sees("which car")
    assert [event for event in _history(world) if event in ("handed_over", "closed")] == ["handed_over", "closed"]


def test_what_is_said_while_a_person_holds_the_chat_is_in_the_ticket(world: World, ann: Customer) -> None:
    _do(world, lambda work, ticket: actions.reply(work, ticket, "Which door?", waits=True))
    assert (_ticket(world).status, _ticket(world).solution_due) == ("waiting_customer", None)
    world.passes(hours=5)
    ann.says("the left one").does("photo", media=("p1",))
    ticket = _ticket(world)
    assert (ticket.status, ticket.unanswered) == ("answered", 1)
    with world.database.reading() as session:
        said = [message.kind for message in tickets.thread(session, 1)]
    assert said == ["text", "text", "text", "photo"]
    # The day that is promised stood still for five hours and four seconds.
    assert ticket.solution_due == ticket.solution_from + timedelta(hours=29, seconds=4)


def test_the_card_is_one_message_that_changes_in_its_place(world: World, ann: Customer) -> None:
    first = next(message for message in ann.transcript if message.text.startswith("Case "))
    _do(world, lambda work, ticket: actions.set_tier(work, ticket, "critical"))
    _do(world, lambda work, ticket: actions.reply(work, ticket, "I look at it."))
    _do(world, lambda work, ticket: actions.resolve(work, ticket, "a slip", "a new bumper", "a cushion"))
    later = [message for message in ann.transcript if message.text.startswith("Case ") and message.id != first.id]
    assert [message.edits for message in later] == [first.id] * 3
    assert "the regional manager" in later[0].text
    assert "Answered" in later[1].text
    assert "Settled" in later[2].text
    before = len(ann.received)
    _do(world, actions.close)  # nothing new to say on it
    assert len(ann.received) == before


def test_resolving_needs_cause_and_remedy_and_from_serious_on_prevention(world: World, ann: Customer) -> None:
    for cause, remedy in (("", "x"), ("x", " ")):
        with pytest.raises(Refusal, match="cause_wanted"):
            _do(world, lambda work, ticket, c=cause, r=remedy: actions.resolve(work, ticket, c, r))
    with pytest.raises(Refusal, match="prevention_wanted"):
        _do(world, lambda work, ticket: actions.resolve(work, ticket, "a slip", "a new bumper"))
    assert _ticket(world).status == "open"
    _do(world, lambda work, ticket: actions.set_tier(work, ticket, "minor"))
    _do(world, lambda work, ticket: actions.resolve(work, ticket, "a slip", "a <new> bumper"))
    ann.sees("Why it happened: a slip", "What we did: a <new> bumper")
    with pytest.raises(Refusal, match="not_alive"):
        _do(world, lambda work, ticket: actions.reply(work, ticket, "too late"))


def test_corrections_of_a_tier_are_counted_for_the_rule(world: World, ann: Customer) -> None:
    bob = world.customer().says("you scratched my door")
    assert bob.outcome is not None
    for number in (1, 2):
        _do(world, lambda work, ticket: actions.set_tier(work, ticket, "minor"), number)
    with world.database.reading() as session:
        [row] = tier_rules.corrections(session)
    assert (row.rule, row.was, row.became, row.count) == ("damage", "serious", "minor", 2)


def test_whoever_leaves_has_nothing_left(world: World, ann: Customer) -> None:
    li, wang = _staff(world, "Li", "Wang", role="manager")
    _do(world, actions.claim, staff_id=li)
    _do(world, lambda work, _: actions.leave(work, li))
    assert _ticket(world).staff_id == wang
    with world.database.transaction() as session:
        for member in session.query(Staff):
            member.dismissed_at = world.now
    world.sweeps()
    assert _ticket(world).staff_id is None


def test_a_new_ticket_goes_to_whoever_of_its_role_has_the_least(world: World) -> None:
    li, wang = _staff(world, "Li", "Wang", role="manager")
    _staff(world, "Zhao")
    for words in ("you dented my bumper", "you scratched my roof", "you broke my mirror"):
        world.customer().says(words)
    assert [_ticket(world, number).staff_id for number in (1, 2, 3)] == [li, wang, li]


@pytest.mark.parametrize(
    ("people", "chosen"),
    [
        ([], None),
        ([Person(1, "advisor", 1, load=3), Person(2, "advisor", 1, load=1)], 2),
        ([Person(1, "advisor", 2), Person(2, "manager", 1)], None),
        ([Person(1, "advisor", None, load=0), Person(2, "advisor", 1, load=9)], 2),
        ([Person(1, "advisor", 1, load=9, own=(5,)), Person(2, "advisor", 1)], 1),
        ([Person(1, "advisor", 1, on_shift=False, own=(5,)), Person(2, "advisor", 1)], 2),
        ([Person(1, "advisor", 1, on_shift=False)], None),
    ],
)
def test_who_gets_it(people: list[Person], chosen: int | None, sample_url: str) -> None:
    assert assignment.choose(people, Ticket(tier="minor", store_id=1, customer_id=5)) == chosen


def test_merging_is_undone(world: World, ann: Customer) -> None:
    world.passes(hours=2)
    ann.says("I was charged twice for the oil change")
    _do(world, lambda work, ticket: actions.note(work, ticket, "on the second one"), 2)
    _do(world, lambda work, ticket: merging.merge(work, ticket, _ticket(world, 1)), 2)
    with world.database.reading() as session:
        assert len(tickets.thread(session, 1)) == 2
        assert [note.text for note in tickets.notes(session, 1)] == ["on the second one"]
        assert [ticket.id for ticket in tickets.waiting(session)] == [1]
    with pytest.raises(Refusal, match="same_ticket"):
        _do(world, lambda work, ticket: merging.merge(work, ticket, _ticket(world, 2)), 1)
    _do(world, merging.unmerge, 2)
    with world.database.reading() as session:
        assert [len(tickets.thread(session, number)) for number in (1, 2)] == [1, 1]
    assert (_ticket(world, 2).status, _ticket(world, 2).merged_into) == ("open", None)
    assert _history(world, 2)[-2:] == ["merged", "unmerged"]
    bob = world.customer().says("you scratched my door")
    assert bob.outcome is not None
    with pytest.raises(Refusal, match="another_customer"):
        _do(world, lambda work, ticket: merging.merge(work, ticket, _ticket(world, 1)), 3)


def test_everything_stands_in_the_history_with_who_and_from_where(world: World, ann: Customer) -> None:
    _do(world, lambda work, ticket: actions.note(work, ticket, "knows the owner"))
    _do(world, lambda work, ticket: actions.reply(work, ticket, "I look at it."))
    with world.database.reading() as session:
        lines = [(event.who, event.place, event.what) for event in tickets.history(session, 1)]
    assert lines == [
        ("customer", "web", "opened"), ("Li", "console", "noted"), ("Li", "console", "replied"), ("Li", "console", "handed_over"),
    ]  # fmt: skip


def test_staff_hear_of_each_thing_once(world: World, ann: Customer) -> None:
    ann.says("and the light too").says("and the other light")
    world.passes(minutes=10)
    ann.says("your people laughed at me")
    with world.database.transaction() as session:
        notices = marks.untold(session)
        assert [(notice.kind, notice.role) for notice in notices] == [("opened", "manager"), ("wrote", "manager")]
        marks.told(session, [notice.id for notice in notices], world.now)
        assert marks.untold(session) == []


# -- notes ------------------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(st.sampled_from(["note", "reply", "says", "tier", "resolve", "reopen", "sweep"]), st.integers(0, 10**9)),
        max_size=8,
    )
)
def test_a_note_never_reaches_the_customer(world: World, steps: list[tuple[str, int]]) -> None:
    """Whatever is done in whatever order: no row that a courier or a page reads holds a word of a note."""
    ann = world.customer().says("you dented my bumper")
    assert ann.outcome is not None
    with world.database.reading() as session:
        ticket_id = tickets.of_chat(session, ann.outcome.chat_id)[0].id
    for number, (step, seed) in enumerate([*steps, ("note", 1)]):
        act = {
            "note": lambda work, ticket, n=number, s=seed: actions.note(work, ticket, f"secret {n} {s} \U0001f92b"),
            "reply": lambda work, ticket: actions.reply(work, ticket, "Hello."),
            "tier": lambda work, ticket, s=seed: actions.set_tier(work, ticket, tickets.TIERS[s % 4]),
            "resolve": lambda work, ticket: actions.resolve(work, ticket, "a", "b", "c"),
            "reopen": actions.reopen,
        }.get(step)
        try:
            if act:
                _do(world, act, ticket_id)
            elif step == "says":
                ann.says("and more of it")
            else:
                world.passes(hours=3)
                world.sweeps()
        except Refusal:
            pass
    with world.database.reading() as session:
        said = [f"{row.text} {row.data}" for row in session.execute(text("SELECT text, data FROM messages"))]
        assert len(tickets.notes(session, ticket_id)) >= 1
    assert not [line for line in said if "secret" in line or "\U0001f92b" in line]


# -- the rules as a file ----------------------------------------------------------------------------------------------------


def test_rules_written_out_and_taken_back_are_the_same(world: World) -> None:
    with world.database.transaction() as session:
        ours = rulebook.written(session)
        assert rulebook.take(session, ours) > 20
        assert rulebook.written(session) == ours


def test_a_managers_rule_holds_at_once(world: World) -> None:
    from handlers.dialogue.engine import Engine

    world.engine = Engine(world.database, list(world.engine.features.values()))
    ann = world.customer().says("the coffee was cold")
    assert "case" not in ann.last.text.casefold()
    with world.database.transaction() as session:
        rule = (
            '[[rule]]\ncode = "coffee"\ntier = "minor"\nnames = { en = "coffee", zh-Hans = "咖啡", zh-Hant = "咖啡" }\n'
            'words = ["coffee * cold"]\nopens = true\n'
        )
        rulebook.take(session, rule + rulebook.written(session))
    world.engine.keep_fresh()
    ann.says("the coffee was cold").sees("Your case is open")
    assert _ticket(world).reasons == [["coffee", "coffee was cold"]]
