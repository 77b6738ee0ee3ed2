"""Drafts for staff: from the knowledge base and the saved answers, for the customer's last words; taken, never sent."""

import asyncio
import html
import re

from handlers.desk.desk import ROOT
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import LANGUAGES, escape
from handlers.tickets.work import BOT, Work
from storage import chats, drafts, messages, suggestions
from storage.tickets import Ticket
from tests.bot.console.site import Browser, Site, texts, ticket_in
from tests.bot.console.test_handy import last_of, said
from tests.bot.console.test_inbox import path_of


async def suggested(person: Browser, path: str) -> dict[str, str]:
    """Code and words of each, as the page has them."""
    page = (await person.get(f"{path}/suggestions")).text
    return {code: html.unescape(text) for code, text in re.findall(r'name="code" value="([^"]+)" data-text="([^"]*)"', page)}


def speaks(site: Site, ticket: Ticket, words: str, language: str = "en") -> None:
    """The customer says something new, in their language."""
    with site.database.transaction() as session:
        chat = chats.lock(session, ticket.chat_id)
        chat.language = language
        chats.save(session, chat)
        key = f"n{messages.last_id(session, chat.id)}"
        messages.receive(session, chat.id, "web", key=key, kind="text", text=words, data={}, now=site.now)


def test_a_draft_is_taken_and_counted_and_never_sent_by_itself(url: str, sample_memo: Memo) -> None:
    """Without a script: asked for by a link, put into the draft by a form, below what was begun."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            ticket = ticket_in(site.database, "east", "What are your opening hours?")
            path = path_of(site, ticket)
            page = (await ann.get(path)).text
            assert "suggest=1" in page
            assert "data-text" not in page.split('id="suggested"')[1].split("</div>")[0], "nobody waits for it"
            found = await suggested(ann, path)
            assert "09:00" in found["kb:opening_hours"]
            assert "data-text" in (await ann.get(f"{path}?suggest=1")).text.split('id="suggested"')[1].split("</div>")[0]
            await ann.post(f"{path}/draft", words="Good morning!")
            took = await ann.post(f"{path}/suggestion", code="kb:opening_hours", back=f"{ROOT}{path}?queue=mine&suggest=1")
            assert took.location.endswith("?queue=mine&suggest=1&taken=kb:opening_hours")
            with site.database.reading() as session:
                draft = drafts.find(session, ticket.id, site.member("ann").id)
                assert draft
                assert draft.words == f"Good morning!\n\n{found['kb:opening_hours']}"
            assert said(site, ticket) == []
            assert 'name="taken" value="kb:opening_hours"' in (await ann.get(took.location)).text
            for code in ("kb:nothing", "saved:nothing", "../x"):
                assert (
                    "no longer there"
                    in (await ann.get((await ann.post(f"{path}/suggestion", code=code, back=ROOT + path)).location)).text
                )
            sent = {"words": "We open at nine.", "last": await last_of(ann, path)}
            codes = ["kb:opening_hours", "saved:come_by", "<b>"]
            await ann.post(path, **sent, offered=codes[0], taken=codes[0])
            await max_.post(path, words="See you!", last=await last_of(max_, path), offered=codes[1])
            await max_.post(path, words="Bye!", last=await last_of(max_, path), offered=codes[2])
            with site.database.reading() as session:
                counted = [(one.code, one.offered, one.taken) for one in suggestions.counts(session)]
            assert counted == [("kb:opening_hours", 1, 1), ("saved:come_by", 1, 0)]
            assert "used 1 of 1" in (await max_.get("/answers")).text
            assert await suggested(ann, path) == {}, "staff have had the last word"

    asyncio.run(go())


def test_only_the_customers_words_are_looked_at_in_their_language_and_store(url: str, sample_memo: Memo) -> None:
    """A price is the catalogue's or is not said; what points at the bot's buttons, and notes, are left out."""

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            east, west = ticket_in(site.database, "east", "Hm."), ticket_in(site.database, "west", "Hm.")
            path = path_of(site, east)
            assert await suggested(ann, path) == {}
            await ann.post(f"{path}/note", note="What are your opening hours? Is my car ready?")
            assert await suggested(ann, path) == {}
            assert (await wes.get(f"{path}/suggestions")).status == 404
            for ticket in (east, west):
                speaks(site, ticket, "怎么去你们店", "zh-Hant")
            [one], [other] = [
                [text for text in (await suggested(who, path_of(site, ticket))).values() if "號" in text]
                for who, ticket in ((ann, east), (wes, west))
            ]
            assert one != other
            speaks(site, east, "Is my car ready yet?", "zh-Hans")
            found = await suggested(ann, path)
            assert len(found) <= 3
            assert "您今天随时可以到" in found["saved:ready"]
            for language in LANGUAGES:
                speaks(site, east, "can I get a loan car while mine is in the workshop?", language)
                told = [text for code, text in (await suggested(ann, path)).items() if code.startswith("kb:")]
                assert told
                assert not re.search(r"\b[Tt]ap\b|[点點]「|[点點]“|\{", "".join(told))

    asyncio.run(go())


def test_what_the_bot_has_said_already_is_not_suggested(url: str, sample_memo: Memo) -> None:
    async def go() -> None:
        async with Site(url, sample_memo) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east", "What are your opening hours?")
            path = path_of(site, ticket)
            told = (await suggested(ann, path))["kb:opening_hours"]
            with site.database.transaction() as session:
                chat = chats.lock(session, ticket.chat_id)
                Work(session, texts(), site.now, BOT).say(chat, escape(told), feature="faq")
            assert "kb:opening_hours" not in await suggested(ann, path)

    asyncio.run(go())
