"""One complaint from its first words to its end, on both databases: every table and every query of tickets on the way."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from handlers.dialogue import Refusal
from handlers.tickets import actions, merging, promises, rulebook, sweep
from handlers.tickets.promises import Policy
from storage import marks, tickets, tier_rules
from storage.staff import Staff
from storage.tickets import Ticket
from tests.world import World


def test_a_complaint_from_its_first_words_to_its_end(world: World) -> None:
    """CC9, TM11, AB9."""
    ann = world.customer("telegram").shares_phone("8610055500101")
    with world.database.transaction() as session:
        people = [
            Staff(login=name, name=name, role=role, language="en", theme="auto", created_at=world.now)
            for name, role in (("li", "advisor"), ("wang", "manager"), ("zhao", "region"))
        ]
        session.add_all(people)
        session.flush()
        li, wang, zhao = (person.id for person in people)
    ann.says("I waited two hours")
    ann.presses(ann.labels[0]).presses("Annoying").presses("An apology")
    world.passes(hours=1)
    ann.says("I was charged twice for the oil change").sees("a case of its own")

    def look(number: int) -> None:
        with world.database.transaction() as session:
            sweep.look(session, number, world.engine.texts, world.now)

    world.passes(minutes=1)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(look, [1, 1, 1, 1]))
    with world.database.transaction() as session:
        first, second = session.get_one(Ticket, 1), session.get_one(Ticket, 2)
        assert (first.tier, first.staff_id, second.staff_id) == ("serious", wang, li)
        assert [event.what for event in tickets.history(session, 1)].count("broken") == 1
        manager = world.work(session, "wang", wang)
        merging.merge(manager, second, first)
        actions.note(manager, first, "a friend of the owner")
        actions.reply(manager, first, "This is Wang.", waits=True)
        assert tickets.load_of(session, [li, wang, zhao]) == {wang: 1}
    ann.sees("This is Wang.").says("thank you").sees("Answered", "the store manager")  # the card, and not a word of the bot
    with world.database.transaction() as session:
        manager, first = world.work(session, "wang", wang), session.get_one(Ticket, 1)
        assert [message.text for message in tickets.thread(session, 1)][-2:] == ["This is Wang.", "thank you"]
        with pytest.raises(Refusal, match="somebody_answered"):
            actions.reply(manager, first, "Hello?", seen=1)
        merging.unmerge(manager, session.get_one(Ticket, 2))
        actions.set_tier(manager, first, "critical")
        actions.resolve(manager, first, "a crowd", "a second desk", "a plan")
        assert [(row.rule, row.became) for row in tier_rules.corrections(session)] == [("waiting", "critical")]
    ann.presses("It's not solved").sees("open again")
    with world.database.transaction() as session:
        promises.put(session, "critical", "", Policy(5, True, 10, True))
        assert rulebook.take(session, rulebook.written(session)) > 20
        for member in session.query(Staff).filter_by(login="wang"):
            member.dismissed_at = world.now
    world.sweeps()
    with world.database.transaction() as session:
        first = session.get_one(Ticket, 1)
        assert (first.status, first.staff_id) == ("reopened", zhao)
        assert {notice.kind for notice in marks.untold(session)} >= {"opened", "broken", "raised", "reopened", "given", "wrote"}
        actions.close(world.work(session, "zhao", zhao), first)
        assert [ticket.id for ticket in tickets.waiting(session)] == [2]
