"""Pages that follow along: what is said on an open line, to whom, and until when."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bot.console import live
from handlers.desk.desk import ROOT
from handlers.staff import actions as staff_actions
from handlers.tickets import actions
from handlers.tickets.work import By, Work
from storage import presence, staff
from storage.tickets import Ticket
from tests.bot.console.site import Browser, Site, hire, texts, ticket_in
from tests.conftest import Templates

PATIENCE = 20.0


@pytest.fixture
def url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(live, "LOOK_EVERY", 0.05)
    return templates.copy(getattr(request, "param", "sqlite"), True, tmp_path, hire)


class Ear:
    """One open line."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.answer = answer

    async def hears(self) -> bool:
        """Whether something is said; False when the line has ended."""
        async with asyncio.timeout(PATIENCE):
            async for raw in self.answer.content:
                if raw.startswith(b"data:"):
                    return True
        return False


@asynccontextmanager
async def listens(person: Browser, **asked: str) -> AsyncIterator[Ear]:
    async with person.http.get(f"{ROOT}/live", params=asked) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/event-stream"
        await answer.content.readline()
        ear = Ear(answer)
        # Until somebody listens, nothing is looked at; the first look is what later ones are compared with.
        async with asyncio.timeout(PATIENCE):
            while person.site.console._live._seen is None:
                await asyncio.sleep(0.01)
        yield ear


def reply(site: Site, ticket: Ticket, words: str = "We look into it.") -> None:
    """Somebody answers elsewhere: by another worker, or from Telegram."""
    with site.database.transaction() as session:
        work = Work(session, texts(), site.now, By("Max", "telegram", site.member("max").id))
        actions.reply(work, session.get_one(Ticket, ticket.id), words)


@pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)
def test_what_another_worker_does_is_heard(url: str) -> None:
    """List and thread hear of a reply, a note and a message; the west hears nothing of the east."""

    async def go() -> None:
        async with Site(url) as site, Site(url) as other:
            ticket = ticket_in(site.database, "east")
            token = site.token("ticket", ticket.id)
            async with listens(site.staff("ann")) as queue, listens(site.staff("max"), ticket=token) as thread:
                reply(other, ticket)
                assert await queue.hears()
                assert await thread.hears()
                await other.staff("ann").post(f"/tickets/{token}/note", note="Careful.")
                assert await queue.hears()
                assert await thread.hears()
            async with listens(site.staff("wes")) as west:
                reply(other, ticket)
                theirs = ticket_in(site.database, "west")
                assert await west.hears()
                page = (await site.staff("wes").get("/tickets")).text
                assert site.token("ticket", theirs.id) in page
                assert token not in page

    asyncio.run(go())


def test_what_came_between_page_and_line_is_said_at_once(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            page = (await ann.get("/tickets")).text
            mark = re.search(r'data-mark="([^"]+)"', page)
            assert mark
            reply(site, ticket)
            async with listens(ann, at=mark[1]) as line:
                assert await line.hears()

    asyncio.run(go())


def test_au1_no_line_for_strangers_or_behind_the_wall(url: str) -> None:
    """AU1, AU3: foreign and absent are the same."""

    async def go() -> None:
        async with Site(url) as site:
            east = ticket_in(site.database, "east")
            wes = site.staff("wes")
            foreign = await wes.get(f"/live?ticket={site.token('ticket', east.id)}")
            absent = await wes.get(f"/live?ticket={site.token('ticket', 987_654)}")
            nonsense = await wes.get("/live?ticket=x")
            assert (foreign.status, foreign.text) == (absent.status, absent.text) == (nonsense.status, nonsense.text) == (404, "")
            assert (await site.somebody().get("/live")).status == 404

    asyncio.run(go())


def test_au8_a_dismissal_ends_the_line(url: str) -> None:
    """AU8: with the next look, which is one second at the most; logging out does the same."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            async with listens(ann) as line, listens(max_) as other:
                with site.database.transaction() as session:
                    member = staff.by_login(session, "ann")
                    assert member
                    staff_actions.dismiss(session, member, site.now, by=None)
                assert not await line.hears()
                await max_.post("/logout")
                assert not await other.hears()
            assert live.LOOK_EVERY <= 1

    asyncio.run(go())


def test_two_at_one_ticket_see_each_other(url: str) -> None:
    """UX 1.3: that a colleague is there, and that they write; no longer when they have gone."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            ticket = ticket_in(site.database, "east")
            token = site.token("ticket", ticket.id)
            path = f"/tickets/{token}"
            async with listens(ann, ticket=token) as mine:
                async with listens(max_, ticket=token):
                    assert await mine.hears()
                    assert "Max is here too" in (await ann.get(path)).text
                    await max_.post(f"{path}/draft", words="I think")
                    assert await mine.hears()
                    page = (await ann.get(path)).text
                    assert "Max is writing" in page
                    assert "Ann is" not in page
                    assert "I think" not in page
                assert await mine.hears()
                assert "Max is" not in (await ann.get(path)).text
            assert presence.GONE_AFTER > presence.EVERY * 2

    asyncio.run(go())


def test_following_along_keeps_nobody_logged_in(url: str) -> None:
    """A desk that only refreshes itself is idle, and logs itself out."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            site.now += timedelta(minutes=90)
            assert (await ann.get("/tickets", headers={"X-Bayline-Live": "1"})).status == 200
            assert (await max_.get("/tickets")).status == 200
            site.now += timedelta(minutes=40)
            assert (await ann.get("/tickets")).status == 303
            assert (await max_.get("/tickets")).status == 200

    asyncio.run(go())


def test_pr_lines_do_not_hold_up_a_stop(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site, listens(site.staff("ann")):
            began = asyncio.get_running_loop().time()
            site.console.hang_up()
            await site.server.stop()
            assert asyncio.get_running_loop().time() - began < 5  # a line that holds it up does so for a minute

    asyncio.run(go())
