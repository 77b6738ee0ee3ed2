"""What is asked twice a minute must not read whole tables: partial indexes are found by those queries that they were made for."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from storage import appointments, campaigns, contact, facts, messages, people, pushes, queues, segments, vehicles, watching
from storage.database import Database
from storage.segments import Segment
from tests.world import START

OFTEN = {"any": [[{"fact": "visits", "least": 3}]]}


@pytest.mark.about_sqlite
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("ask", "indexes"),
    [
        (lambda session: appointments.holds_gone(session, 1, START), ["ix_appointments_held"]),
        (lambda session: appointments.lock_holds_gone(session, 1, START), ["ix_appointments_held"]),
        (lambda session: appointments.lock_holds_gone(session, 1, START, START, START), ["ix_appointments_held"]),
        (
            lambda session: appointments.counts_of_person(session, customer_id=1, chat_id=1, phone="+86", now=START, since=START),
            ["MULTI-INDEX OR"],
        ),
        (lambda session: messages.queued_like(session, "booking:"), ["ix_messages_next", "ix_messages_waiting"]),
        (lambda session: messages.lost(session), ["COVERING INDEX ix_messages_lost"]),
        (lambda session: watching.outbox(session, START), ["ix_messages_outbox"]),
        (lambda session: appointments.by_status(session, [1, 2], START, START), ["ix_appointments_store"]),
        (lambda session: appointments.holds_alive(session, START), ["ix_appointments_held"]),
        (lambda session: queues.promises(session, START), ["ix_tickets_status"]),
        (lambda session: messages.release(session, START), ["ix_messages_waiting"]),
        (lambda session: pushes.leaving_soon(session, "push:", START, 9), ["ix_messages_next", "ix_messages_waiting"]),
        (lambda session: contact.merged_like(session, "push:", START), ["ix_contact_decisions_merged"]),
        (lambda session: campaigns.unsent(session, 1), ["ix_messages_next", "ix_messages_waiting"]),
        (lambda session: campaigns.withdraw(session, 1), ["ix_messages_next", "ix_messages_waiting"]),
        (
            lambda session: people.search(session, words=["wang"], digits=["1234"], plate="", stores={1}, limit=9),
            ["INDEX ix_customers_name"],
        ),
        (lambda session: facts.refresh(session, START.date(), [1]), ["COVERING INDEX ix_visits_of_vehicle"]),
        (lambda session: facts.refresh(session, START.date(), (1, 9)), ["COVERING INDEX ix_visits_of_vehicle"]),
        (
            lambda session: segments.follow(session, [Segment(id=1, rule=OFTEN)], START.date(), START, (1, 9)),
            ["COVERING INDEX ix_segment_members_customer"],
        ),
    ],
)
def test_an_index_is_used(database: Database, ask: Callable[[Session], Any], indexes: list[str]) -> None:
    asked: list[str] = []
    with database.transaction() as session:
        # The driver's own ear: it hears prepared statements too, and with their values.
        driver: Any = session.connection().connection.driver_connection
        driver.set_trace_callback(asked.append)
        ask(session)
        driver.set_trace_callback(None)
        plans = [driver.execute(f"EXPLAIN QUERY PLAN {one}").fetchall() for one in asked if not one.startswith("--")]
    used = [str(plan) for plan in plans if "ix_" in str(plan) or "SCAN" in str(plan)]
    assert [any(index in plan for plan in used) for index in indexes] == [True] * len(indexes), used


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_the_cars_of_one_customer_are_not_looked_for_among_all(database: Database) -> None:
    with database.transaction() as session:
        # Nothing is in these tables: without this it would read them whole, and be right.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        asked: list[str] = []
        event.listen(database.engine, "before_cursor_execute", lambda *called: asked.append(called[2]))
        vehicles.of_customer(session, 7)
        values = dict.fromkeys(("customer_id_1", "customer_id_2"), 7)
        plan = session.connection().exec_driver_sql(f"EXPLAIN {asked[0]}", values).all()
    assert any("ix_vehicles_customer_id" in str(line) for line in plan), plan
