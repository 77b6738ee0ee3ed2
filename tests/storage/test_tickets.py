"""What the database itself holds about tickets: a history that cannot be changed, claims that only one wins, old tickets."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

import storage
from storage import chats, messages, queues, tickets
from storage.database import Database
from storage.staff import Staff
from storage.tickets import Ticket, TicketEvent
from tests.world import START


def _ticket(session: Session, address: str = "ann") -> Ticket:
    chat = chats.arrive(session, "web", address, pulls=True, now=START)
    ticket = Ticket(
        token=tickets.new_token(), chat_id=chat.id, kind="question", tier="question", reasons=[], status="open", summary="hello",
        opened_at=START, response_from=START, solution_from=START,
    )  # fmt: skip
    session.add(ticket)
    session.flush()
    return ticket


@pytest.mark.parametrize("change", ["UPDATE ticket_events SET who = 'somebody else'", "DELETE FROM ticket_events"])
def test_history_is_append_only(database: Database, change: str) -> None:
    """AB9: nobody edits in silence what happened to a complaint."""
    with database.transaction() as session:
        ticket = _ticket(session)
        session.add(TicketEvent(ticket_id=ticket.id, at=START, who="Li", place="console", what="claimed", detail={}))
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(sa.text(change))
    with database.reading() as session:
        assert [event.who for event in tickets.history(session, ticket.id)] == ["Li"]


def test_only_one_claim_wins(database: Database) -> None:
    """CC9."""
    with database.transaction() as session:
        ticket = _ticket(session)
        people = [
            Staff(login=name, name=name, role="advisor", language="en", theme="auto", created_at=START) for name in ("li", "wang")
        ]
        session.add_all(people)
        session.flush()
        li, wang = (person.id for person in people)
    with database.transaction() as session:
        assert tickets.claim(session, ticket.id, li)
    with database.transaction() as session:
        assert not tickets.claim(session, ticket.id, wang)
        assert tickets.lock(session, ticket.id).staff_id == li


def test_a_pause_is_one_however_often_it_begins(database: Database) -> None:
    with database.transaction() as session:
        ticket = _ticket(session)
        tickets.pause(session, ticket.id, START)
        tickets.pause(session, ticket.id, START + timedelta(hours=1))
        assert tickets.pauses(session, ticket.id) == [(START, None)]
        tickets.go_on(session, ticket.id, START + timedelta(hours=2))
        assert tickets.pauses(session, ticket.id) == [(START, START + timedelta(hours=2))]


def test_tickets_from_before_get_a_token_and_a_clock(database: Database) -> None:
    """PR11: an upgrade of a database that is in use."""
    config = Config()
    config.set_main_option("script_location", str(storage.__path__[0] + "/migrations"))

    def move(to: str) -> None:
        with database.engine.connect() as connection, connection.begin():
            config.attributes["connection"] = connection
            (command.upgrade if to == "head" else command.downgrade)(config, to)

    with database.transaction() as session:
        chat = chats.arrive(session, "web", "ann", pulls=True, now=START)
    move("0002")
    with database.transaction() as session:
        for status in ("open", "closed"):
            values = {"chat": chat.id, "status": status, "at": START.replace(tzinfo=None) if database.is_sqlite else START}
            session.execute(
                sa.text(
                    "INSERT INTO tickets (chat_id, kind, status, summary, opened_at) VALUES (:chat, 'question', :status, '', :at)"
                ),
                values,
            )
    move("head")
    with database.reading() as session:
        first, second = session.scalars(sa.select(Ticket).order_by(Ticket.id))
        assert (first.tier, first.response_from, first.reckoned_with) == ("question", START, "")
        assert len({first.token, second.token, ""}) == 3
        assert tickets.to_look_at(session, START, "1.1") == [first.id]


@pytest.mark.parametrize("word", ["torque", "TORQUE", "扳手", "100%", r"a\b"])
def test_what_was_said_is_found_page_by_page_newest_first(database: Database, word: str) -> None:
    """Each ticket once, whether the words stand in its summary, in what was said, or in both; none of other stores or tickets."""
    with database.transaction() as session:
        said: list[Ticket] = []
        for number, words in enumerate((r"the Torque 扳手 100% a\b", "something else", r"Torque 扳手 100% a\b, again")):
            for place in range(3):
                ticket = _ticket(session, f"{number}.{place}")
                ticket.summary = words if place == 2 and number == 2 else "hello"
                message = messages.receive(
                    session, ticket.chat_id, "web", key=ticket.token, kind="text", text=words, data={}, now=START
                )
                tickets.link(session, ticket.id, [message or 0])
                said += [ticket] if number != 1 else []
        said[0].merged_into = said[1].id
        session.flush()
        wish = queues.Wish(queues.ALL, 1, None, START, words=[word], deep=True)
        pages = [queues.rows(session, wish, 2, skip) for skip in (0, 2, 4, 6)]
        assert [row.id for page in pages for row in page] == [ticket.id for ticket in said[:0:-1]]
        assert queues.rows(session, queues.Wish(queues.ALL, 1, None, START, words=["1000", "a_b"], deep=True), 9) == []


def test_conversations_of_older_tickets_are_looked_through_when_asked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queues, "RECENT", 2)
    with database.transaction() as session:
        wish = queues.Wish(queues.ALL, 1, None, START, words=["torque"], deep=True)
        assert not queues.goes_further(session, wish)
        for number in range(4):
            ticket = _ticket(session, f"t{number}")
            ticket.summary = "hello"
            message = messages.receive(
                session, ticket.chat_id, "web", key=f"k{number}", kind="text", text="Torque", data={}, now=START
            )
            tickets.link(session, ticket.id, [message or 0])
        session.flush()
        assert len(queues.rows(session, wish, 9)) == 2
        assert queues.goes_further(session, wish)
        far = replace(wish, far=True)
        assert len(queues.rows(session, far, 9)) == 4
        assert not queues.goes_further(session, far)


def test_an_alarm_comes_before_times_that_are_to_be_reckoned_anew(database: Database) -> None:
    with database.transaction() as session:
        stale, late, both, fine = (_ticket(session, name) for name in ("stale", "late", "both", "fine"))
        for ticket in (late, both):
            ticket.look_at = START
        for ticket in (late, fine):
            ticket.reckoned_with = "2"
        session.flush()
        assert tickets.to_look_at(session, START, "2") == [late.id, both.id, stale.id]
        assert tickets.to_look_at(session, START, "2", limit=2) == [late.id, both.id]
