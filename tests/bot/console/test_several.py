"""A saved answer for several tickets: a preview of who reads what, ten seconds to take it back, and nobody written to unread."""

import asyncio
import re
from datetime import timedelta

import aiohttp
import pytest

from bot.console.gate import mac
from handlers.dialogue.texts import LANGUAGES
from storage import chats, handiness, messages, tickets
from storage.tickets import Ticket
from tests.bot.console.site import Browser, Seen, Site, ticket_in
from tests.bot.console.test_handy import said, sweeps
from tests.bot.console.test_inbox import now_of
from tests.handlers.test_rewards import offered


async def fills(person: Browser, path: str, fields: list[tuple[str, str]]) -> Seen:
    given = aiohttp.FormData([("csrf", mac(person.secret, "csrf")), ("back", "/console/tickets"), *fields])
    return await person._ask("POST", path, data=given, headers={"Origin": person.site.url})


def fields_of(page: str) -> list[tuple[str, str]]:
    """What the form of the preview sends."""
    form = page.split('action="/console/tickets/several/send"')[1].split("</form>")[0]
    return [(name, value) for name, value in re.findall(r'name="([a-z]+)" value="([^"]*)"', form) if name not in ("csrf", "back")]


def picked(site: Site, those: list[Ticket]) -> list[tuple[str, str]]:
    return [("ticket", site.token("ticket", ticket.id)) for ticket in those]


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_several_are_written_to_after_a_preview_and_ten_seconds(url: str) -> None:
    """Each in their language, with all that goes with it, once a conversation; who says something new meanwhile is left out."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            those = [ticket_in(site.database, "east", name=f"P{number}") for number in range(12)]
            quick, ended, chinese = those[1], those[2], those[3]
            with site.database.transaction() as session:
                chat = chats.lock(session, chinese.chat_id)
                chat.language = "zh-Hant"
                chats.save(session, chat)
                tickets.lock(session, ended.id).status = "closed"
            asked = await fills(ann, "/tickets/several", picked(site, those))
            assert "12 picked" in asked.text
            seen = await fills(ann, "/tickets/several", [*picked(site, those), ("answer", "ready")])
            assert "Customers who will be written to: 11." in seen.text
            assert "P0, your car is ready." in seen.text
            assert "P3，您的愛車已經好了" in seen.text
            assert "has ended: not written to" in seen.text
            await fills(ann, "/tickets/several/send", fields_of(seen.text))
            page = (await ann.get("/tickets")).text
            assert "11 will be written to in a few seconds." in page
            assert "about to be written to" in page
            sweeps(site)
            assert said(site, those[0]) == []
            with site.database.transaction() as session:
                messages.receive(session, quick.chat_id, "web", key="q", kind="text", text="Wait!", data={}, now=site.now)
            site.now += timedelta(seconds=11)
            for _ in range(3):
                sweeps(site)
            assert [len(said(site, ticket)) for ticket in those] == [1, 0, 0, *[1] * 9]
            assert said(site, chinese)[0].startswith("P3，您的愛車已經好了")
            assert {now_of(site, ticket).status for ticket in those[3:]} == {"waiting_customer"}
            with site.database.reading() as session:
                assert handiness.tags_of(session, [those[0].id, quick.id]) == {those[0].id: ["ready"]}
                assert [event.what for event in tickets.history(session, quick.id)][-1] == "held_up"

    asyncio.run(go())


def test_it_is_taken_back_before_anybody_has_read_it(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            those = [ticket_in(site.database, "east") for _ in range(2)]
            seen = await fills(ann, "/tickets/several", [*picked(site, those), ("answer", "thanks")])
            await fills(ann, "/tickets/several/send", fields_of(seen.text))
            token = re.search(r'name="bulk" value="([^"]+)"', (await ann.get("/tickets")).text)
            assert token
            await ann.post("/tickets/undo", bulk=token[1])
            site.now += timedelta(seconds=11)
            sweeps(site)
            assert [said(site, ticket) for ticket in those] == [[], []]
            assert {now_of(site, ticket).status for ticket in those} == {"open"}

    asyncio.run(go())


def test_what_leaves_is_what_was_shown_and_what_may_be_given(url: str) -> None:
    """An answer that was changed meanwhile, another store's ticket, more than fifty, and a gift above one's role."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            those = [ticket_in(site.database, "east") for _ in range(2)]
            whole = {f"{part}_{language}": "Hello {customer}" for part in ("name", "text") for language in LANGUAGES}
            await max_.post("/answers", code="mine", **whole)
            seen = await fills(ann, "/tickets/several", [*picked(site, those), ("answer", "mine")])
            await fills(ann, "/tickets/several/send", fields_of(seen.text))
            await max_.post("/answers", code="mine", **{**whole, "text_en": "Bye {customer}"})
            late = await fills(ann, "/tickets/several/send", fields_of(seen.text))
            assert "changed meanwhile" in (await ann.get(late.location)).text
            site.now += timedelta(seconds=11)
            sweeps(site)
            assert said(site, those[0]) == []
            with site.database.transaction() as session:
                offered(session, code="big", issuer="manager")
            await max_.post("/answers", code="mine", **whole, offer="big")
            refused = await fills(ann, "/tickets/several", [*picked(site, those), ("answer", "mine")])
            assert 'name="seen"' not in refused.text
            foreign = ticket_in(site.database, "west")
            assert (await fills(ann, "/tickets/several", [*picked(site, [foreign]), ("answer", "hello")])).status == 404
            assert (await fills(ann, "/tickets/several", [("ticket", f"x{number}") for number in range(51)])).status == 303
            assert (await fills(ann, "/tickets/several/send", [*picked(site, [foreign]), ("answer", "hello")])).status == 303

    asyncio.run(go())
