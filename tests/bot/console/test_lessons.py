"""Lessons: five times "why?" when a matter is settled, a library for everybody, and an entry that is drafted from one."""

import asyncio
from pathlib import Path

import pytest

from handlers import transfer
from handlers.dialogue.texts import LANGUAGES
from handlers.lessons import actions
from storage import entries, lessons, tickets
from tests.bot.console.site import Site, hire, lesson_in, ticket_in
from tests.bot.console.test_inbox import now_of, path_of
from tests.conftest import Templates
from tests.world import START


@pytest.fixture
def url(templates: Templates, tmp_path: Path) -> str:
    return templates.copy("sqlite", True, tmp_path, hire)


def test_a_lesson_is_written_when_a_matter_is_settled_and_found_by_all(url: str) -> None:
    """Without a title nothing is settled and what was typed stays; the other store reads it, and nothing about the customer."""

    async def go() -> None:
        async with Site(url) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            ticket = ticket_in(site.database, "east", "My wheel came off", "Private Person")
            path = path_of(site, ticket)
            told = {"cause": "A loose nut", "remedy": "Tightened it", "why1": "The nut was loose", "why2": "Nobody checked"}
            refused = await ann.post(f"{path}/resolve", **told)
            assert refused.status == 422
            assert "Nobody checked" in refused.text
            assert now_of(site, ticket).status == "open"
            await ann.post(f"{path}/resolve", lesson="Wheel nuts are checked twice", **told)
            assert now_of(site, ticket).status == "resolved"
            page = (await wes.get("/lessons?find=CHECKED twice")).text
            assert "Wheel nuts are checked twice" in page
            assert "Private Person" not in page
            assert "My wheel" not in page
            assert "Wheel nuts" not in (await wes.get("/lessons?find=windows")).text
            # Of a matter that was settled before, too.
            await ann.post(f"{path}/lesson", lesson="And a second one", why1="Because")
            with site.database.reading() as session:
                assert [one.root for one in lessons.find(session, (), 9)] == ["Because", "Nobody checked"]
                assert [event.what for event in tickets.history(session, ticket.id)].count("lesson") == 2

    asyncio.run(go())


def test_an_entry_is_drafted_from_a_lesson_as_the_import_takes_it(url: str, tmp_path: Path) -> None:
    """It answers nobody before; what the import would refuse is refused at once, with what was typed."""

    async def go() -> None:
        async with Site(url) as site:
            max_ = site.staff("max")
            lesson = lesson_in(site.database, "east")
            path = f"/lessons/{site.token('lesson', lesson.id)}/entry"
            words = {f"{part}_{language}": f"{part} in {language}" for part in ("question", "answer") for language in LANGUAGES}
            wrong = await max_.post(path, id="nuts", category="brakes", **{**words, "answer_en": "Ask {nobody}"})
            assert wrong.status == 422
            assert "means nothing" in wrong.text
            assert "Ask {nobody}</textarea>" in wrong.text
            assert (
                await max_.post(path, id="nuts", category="brakes", aliases_en="are nuts checked\nloose nut", **words)
            ).status == 303
            assert "are nuts checked" in (await max_.get(path)).text
            with site.database.reading() as session:
                assert not [row for row in entries.all_rows(session) if row.entry_id == "nuts"]
                file = tmp_path / "entries.toml"
                file.write_text(actions.drafted(session), "utf-8")
            [(_, report)] = transfer.import_files(site.database, [file], now=START)
            assert not report.errors
            with site.database.reading() as session:
                [row] = [row for row in entries.all_rows(session) if row.entry_id == "nuts" and row.language == "en"]
            assert (row.question, row.aliases) == ("question in en", ["are nuts checked", "loose nut"])

    asyncio.run(go())
