"""Tickets that wait for parts, and tickets of people who come today: queues of their own, and what the promise makes of it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from handlers.tickets import FEATURE
from storage import chats, marks, messages, parts
from storage.tickets import Ticket
from tests.bot.console.site import TUESDAY, Site, appointment_in, customer_of, ticket_in
from tests.bot.console.test_handy import said, sweeps
from tests.bot.console.test_inbox import now_of, path_of
from tests.world import START

# The end of the day in the store, where it is eight hours later than in UTC.
MIDNIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
DAY = "2026-11-24"


def heard(site: Site, ticket: Ticket) -> Sequence[str]:
    """What staff must be told of it."""
    with site.database.reading() as session:
        return [notice.kind for notice in session.query(marks.Notice).filter_by(ticket_id=ticket.id)]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_the_promise_waits_for_a_part_only_if_the_customer_knows(url: str) -> None:
    """From when they were told to the end of the day they were told; words in between change nothing about it."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            silent, told, known = (ticket_in(site.database, "east", name=name) for name in ("Silent", "Told", "Known"))
            before = now_of(site, silent).solution_due
            assert before == START + timedelta(days=1)
            assert "queue=parts" not in (await ann.get("/tickets")).text
            for ticket, how in ((silent, ""), (told, "tell"), (known, "known")):
                await ann.post(f"{path_of(site, ticket)}/parts", what="Brake disc", day=DAY, told=how)
            assert now_of(site, silent).solution_due == before
            assert now_of(site, told).solution_due == now_of(site, known).solution_due == MIDNIGHT + timedelta(days=1)
            [words] = said(site, told)
            assert words.startswith("We are waiting for a part for your car. It is expected on Tue 24 Nov")
            assert said(site, silent) == said(site, known) == []
            queue = (await ann.get("/tickets?queue=parts")).text
            assert queue.count("parts until 11-24") == 3
            assert "Brake disc" not in queue
            page = (await ann.get(path_of(site, told))).text
            assert "Brake disc" in page
            assert "the clock stands still until then" in page
            # Neither side's words end it, and the part ends it early.
            with site.database.transaction() as session:
                chat = chats.lock(session, told.chat_id)
                messages.receive(session, chat.id, "web", key="ok", kind="text", text="ok", data={}, now=site.now)
                last = messages.last_id(session, chat.id)
            await ann.post(path_of(site, told), words="Thank you.", last=str(last))
            assert now_of(site, told).solution_due == MIDNIGHT + timedelta(days=1)
            site.now = START + timedelta(hours=1)
            await ann.post(f"{path_of(site, told)}/parts", do="here")
            assert now_of(site, told).solution_due == START + timedelta(days=1, hours=1)
            assert (await ann.get("/tickets?queue=parts")).text.count("parts until") == 2
            assert "the parts are here" in (await ann.get(path_of(site, told))).text

    asyncio.run(go())


def test_a_part_that_does_not_come_is_heard_of_once(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            await ann.post(f"{path}/parts", day="2026-11-23", told="known")
            # Another day takes the place of the first one.
            await ann.post(f"{path}/parts", day=DAY, told="known")
            site.now = MIDNIGHT - timedelta(minutes=1)
            sweeps(site, FEATURE)
            assert "parts" not in heard(site, ticket)
            site.now = MIDNIGHT
            sweeps(site, FEATURE)
            sweeps(site, FEATURE)
            assert list(heard(site, ticket)).count("parts") == 1
            ann = site.staff("ann")
            assert "parts overdue since 11-24" in (await ann.get("/tickets?queue=parts")).text
            await ann.post(f"{path}/close")
            with site.database.reading() as session:
                assert parts.standing(session, ticket.id) is None

    asyncio.run(go())


def test_a_day_that_cannot_be_is_refused_with_what_was_typed(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            path = path_of(site, ticket_in(site.database, "east"))
            for day in ("2026-11-20", "2027-09-01", "soon", ""):
                refused = await ann.post(f"{path}/parts", what="Wing mirror", day=day, told="tell")
                assert refused.status == 422, day
                assert 'value="Wing mirror"' in refused.text
            assert "No part is waited for" in (await ann.post(f"{path}/parts", do="here")).text
            assert (await wes.post(f"{path}/parts", day=DAY)).status == 404
            assert "queue=parts" not in (await ann.get("/tickets")).text

    asyncio.run(go())


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_who_comes_today_is_in_a_queue_with_the_time(url: str) -> None:
    """By their own appointment or that of their chat, in a store that the reader sees, on the store's day."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            customer = customer_of(site.database, "east")
            mine = ticket_in(site.database, "east", name="Comer", customer=customer.id)
            other, chatter = ticket_in(site.database, "east", name="Other"), ticket_in(site.database, "east", name="Chatter")
            appointment_in(site.database, "east", TUESDAY, customer_id=customer.id)
            appointment_in(site.database, "west", TUESDAY + timedelta(hours=1), chat_id=chatter.chat_id)
            assert "queue=today" not in (await ann.get("/tickets")).text
            # Twenty past midnight in the store is the day before in UTC.
            site.now = datetime(2026, 11, 23, 16, 20, tzinfo=UTC)
            ann, rui = site.staff("ann"), site.staff("rui")
            queue = (await ann.get("/tickets?queue=today")).text.split('id="rows"')[1]
            assert path_of(site, mine) in queue
            assert "comes 10:00" in queue
            assert path_of(site, other) not in queue
            assert path_of(site, chatter) not in queue, "another store's plan is not theirs to see"
            assert path_of(site, chatter) in (await rui.get("/tickets?queue=today")).text

    asyncio.run(go())
