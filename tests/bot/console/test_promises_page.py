"""Promises in the console: whoever answers for all stores sets them for all, a manager for their own store."""

import asyncio
from datetime import timedelta

import pytest

from handlers.tickets import promises, sweep
from storage import audit
from storage.tickets import Ticket
from tests.bot.console.site import Site, texts, ticket_in
from tests.world import START

GOOD = {
    "response": "30", "response_unit": "m", "response_always": "1", "solution": "1.5", "solution_unit": "h",
    "warning": "50", "goodwill": "1", "budget": "120.50",
}  # fmt: skip


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_promises_are_set_for_a_store_and_for_all(url: str) -> None:
    """TM11: what stands is counted anew right after."""

    async def go() -> None:
        async with Site(url) as site:
            max_, eva = site.staff("max"), site.staff("eva")
            number = ticket_in(site.database, "east").id
            _sweep(site, number)
            before = _ticket(site, number)
            tier, opened = before.tier, before.response_from
            assert (await max_.get("")).location == "/console/tickets", "nobody begins the day with settings"
            page = (await max_.get("/promises")).text
            assert "60 min" in page or "1 h" in page
            assert "West" not in page
            kept = await max_.post(f"/promises/{tier}", **GOOD)
            assert kept.status == 303
            with site.database.reading() as session:
                policy = promises.policy_of(session, session.get_one(Ticket, number))
                assert audit.newest(session, 1)[0].action == "promises.change"
            assert policy == promises.Policy(30, True, 90, False, True, 12050, "east", 50)
            _sweep(site, number)
            after = _ticket(site, number)
            assert after.first_response_due == opened + timedelta(minutes=30)
            assert after.look_at == opened + timedelta(minutes=15)
            # The list turns amber when staff are warned: after 15 minutes of 30.
            assert 'class="clock ok"' in (await max_.get("/tickets")).text
            site.now = START + timedelta(minutes=16)
            assert 'class="clock soon"' in (await max_.get("/tickets")).text
            # What is typed for all stores does not touch a store that has its own; taken back, it follows again.
            assert (await max_.get(f"/promises/{tier}?store=west")).status == 404
            assert (await eva.get("/promises/no_such")).status == 404
            await eva.post(f"/promises/{tier}", **{**GOOD, "response": "2", "response_unit": "h", "solution_unit": "d"})
            assert _policy(site, number).response_minutes == 30
            await max_.post(f"/promises/{tier}", do="follow")
            assert (_policy(site, number).response_minutes, _policy(site, number).solution_minutes) == (120, 2160)

    asyncio.run(go())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_what_cannot_be_promised_is_said_and_kept_in_the_form(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            wrong = [
                ({"response": "soon"}, "such as 45 or 1.5"),
                ({"response": "0"}, "such as 45 or 1.5"),
                ({"response": "inf"}, "such as 45 or 1.5"),
                ({"solution": "100", "solution_unit": "d"}, "60 days"),
                ({"solution": "10", "solution_unit": "m"}, "before the answer"),
                ({"warning": "100"}, "between 10 and 95"),
                ({"budget": "a lot"}, "199.50"),
            ]
            for change, said in wrong:
                back = await eva.post("/promises/serious", **{**GOOD, "goodwill": "", **change})
                assert back.status == 422, change
                assert said in back.text, change
                for name, typed in change.items():
                    assert f'value="{typed}"' in back.text, (name, typed)
                # Neither is what was unticked ticked again.
                assert 'name="goodwill" value="1">' in back.text
                assert 'name="response_always" value="1" checked>' in back.text
            with site.database.reading() as session:
                assert promises.written(session) == []

    asyncio.run(go())


def _sweep(site: Site, number: int) -> None:
    with site.database.transaction() as session:
        sweep.look(session, number, texts(), START)


def _ticket(site: Site, number: int) -> Ticket:
    with site.database.reading() as session:
        return session.get_one(Ticket, number)


def _policy(site: Site, number: int) -> promises.Policy:
    with site.database.reading() as session:
        return promises.policy_of(session, session.get_one(Ticket, number))
