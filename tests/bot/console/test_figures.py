"""The figures of managers: what single tickets, visits and conversations add up to, behind the store wall."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest

from handlers.figures import report, rules
from handlers.tickets import actions
from handlers.tickets.work import By, Work
from storage import appointments, entries, staff, stores
from storage.database import Database
from storage.figures import TicketLine
from storage.tickets import Ticket
from tests.bot.console.site import TUESDAY, Site, appointment_in, texts, ticket_in
from tests.world import START

# Two weeks on, when nobody of the sample shop's diary comes.
LATER = TUESDAY + timedelta(days=14)


def lines(page: str, heading: str) -> dict[str, list[str]]:
    """The rows of one of the page's tables, by what stands first."""
    part = page.split(f'<h2 id="{heading}">')[1].split("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', part, re.S)
    return {name: re.findall(r"<td>(.*?)</td>", cells) for name, cells in rows}


def _work(database: Database) -> None:
    """Two tickets in the east, one of them answered after 40 minutes and settled after two hours, and one in the west."""
    first, second, _ = (ticket_in(database, store) for store in ("east", "east", "west"))
    for minutes, do in ((40, "reply"), (120, "close")):
        with database.transaction() as session:
            ann = staff.by_login(session, "ann")
            assert ann
            work = Work(session, texts(), START + timedelta(minutes=minutes), By("Ann", "console", ann.id))
            ticket = session.get_one(Ticket, first.id)
            if do == "reply":
                actions.claim(work, ticket)
                actions.reply(work, ticket, "We look.")
            else:
                actions.close(work, ticket)
                ticket.rating = 4
    with database.transaction() as session:
        session.add(entries.Gap(kind="question", chat_id=second.chat_id, text="?", language="en", at=START))


def test_how_people_are_answered(url: str) -> None:
    database = Database(url)
    _work(database)
    database.close()

    async def go() -> None:
        async with Site(url) as site:
            site.now = START + timedelta(hours=3)
            mine = (await site.staff("max").get("/figures")).text
            assert lines(mine, "answering") == {
                "Lanwan Auto East Harbour": ["2", "1", "40 minutes", "2 hours", "100%", "0%", "4.0 ★"],
                "Ann": ["2", "1", "40 minutes", "2 hours", "100%", "0%", "4.0 ★"],
            }
            assert lines(mine, "talking") == {"Lanwan Auto East Harbour": ["2", "0%", "50%"]}
            everything = lines((await site.staff("eva").get("/figures?days=7")).text, "answering")
            assert everything["All together"][:2] == ["3", "2"]
            assert set(everything) == {"Lanwan Auto East Harbour", "Lanwan Auto Pine Hill", "All together", "Ann", "Wes"}
            assert (await site.staff("ann").get("/figures")).status == 403
            assert (await site.staff("max").get("/figures?store=west")).status == 404
            site.now += timedelta(days=8)
            assert lines((await site.staff("eva").get("/figures?days=7")).text, "answering") == {
                "All together": ["0", "0", "–", "–", "–", "–", "–"]
            }

    asyncio.run(go())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_is_opened_again_counts_against_whoever_had_ended_it(url: str) -> None:
    """And not against the colleague who has it now."""
    database = Database(url)
    ticket = ticket_in(database, "east")
    with database.transaction() as session:
        ann, rui = staff.by_login(session, "ann"), staff.by_login(session, "rui")
        assert ann
        assert rui
        for minutes, do in ((40, "claim"), (60, "close"), (90, "reopen"), (100, "assign")):
            work = Work(session, texts(), START + timedelta(minutes=minutes), By("Ann", "console", ann.id))
            row = session.get_one(Ticket, ticket.id)
            if do == "assign":
                actions.assign(work, row, rui.id)
            else:
                {"claim": actions.claim, "close": actions.close, "reopen": actions.reopen}[do](work, row)
        shown = report.make(session, [], START + timedelta(hours=3), 7, only=False)
        found = {who: one.reopened for who, one in shown.by_staff}
        assert (found[ann.id], found[rui.id]) == (1.0, None)
    database.close()


def test_how_visits_go(url: str) -> None:
    database = Database(url)
    made = [appointment_in(database, "east", LATER + timedelta(hours=hours), name=f"G{hours}", phone=f"+861380000000{hours}")
            for hours in (0, 1, 4)]  # fmt: skip
    with database.transaction() as session:
        for row, status in zip(made, (appointments.DONE, appointments.NO_SHOW, appointments.CANCELLED), strict=True):
            session.get_one(appointments.Appointment, row.id).status = status
        session.get_one(appointments.Appointment, made[0].id).source = "advisor"
    database.close()

    async def go() -> None:
        async with Site(url) as site:
            site.now = LATER + timedelta(days=1)
            found = lines((await site.staff("max").get("/figures?days=7")).text, "visiting")
            assert found["Lanwan Auto East Harbour"][:4] == ["3", "50%", "33%", "67%"]
            ahead, bays = found["Lanwan Auto East Harbour"][4:]
            assert ahead == "2 weeks"
            assert re.fullmatch(r"[01]%", bays)

    asyncio.run(go())


def test_bays_are_counted_in_opening_hours_only(url: str) -> None:
    """An hour of work in a day in which one store's bays could have worked so many hours."""
    database = Database(url)
    made = appointment_in(database, "east", LATER)
    midnight = datetime(2026, 12, 7, 16, tzinfo=UTC)
    with database.reading() as session:
        east = next(one for one in stores.all_stores(session) if one.code == "east")
        bays = sum(bay.model is None for bay in east.bays)
        hours = sum((one.closes.hour - one.opens.hour) * 60 + one.closes.minute - one.opens.minute
                    for one in east.hours if one.weekday == 1)  # fmt: skip
        work = (made.ends_at - made.starts_at).total_seconds() / 60
        used = report.use_of_bays(session, east, midnight, midnight + timedelta(days=1))
        assert used == pytest.approx(work / (hours * bays))
        assert report.use_of_bays(session, east, midnight - timedelta(days=1), midnight) == 0
    database.close()


def test_a_median_is_what_half_of_them_had() -> None:
    quick = [TicketLine(1, 1, START, START + timedelta(minutes=m), None, False, m > 60) for m in (1, 2, 600)]
    found = rules.answering(quick)
    assert (found.first, found.settled, found.kept) == (timedelta(minutes=2), None, pytest.approx(2 / 3))
    assert rules.answering([]) == rules.Answering(0, 0, None, None, None, None)
