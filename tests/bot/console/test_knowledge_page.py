"""The console's versions of the knowledge base: who sees all stores looks at what would change, and goes back."""

import asyncio
import re
from pathlib import Path

import pytest
from sqlalchemy import event, select

from handlers.faq import going_back, pages, regression
from storage import entries, versions
from storage.audit import Audit
from storage.database import Database
from tests.bot.console.site import Site
from tests.handlers.test_learning import CASES, entry_rows
from tests.world import START


@pytest.fixture
def knowledge(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    """A small base of three versions, the last of which is bad; and small questions to ask it, which take no seconds."""
    monkeypatch.setattr(regression, "starter_cases", lambda: tmp_path / "none.jsonl")
    monkeypatch.setattr(regression, "read_cases", lambda _path: CASES)
    database = Database(url)
    with database.transaction() as session:
        for row in entries.all_rows(session):
            session.delete(row)
        session.execute(versions.Replaced.__table__.delete())
        session.execute(versions.Version.__table__.delete())
        session.flush()
        with versions.publication(session, "import", "good.toml", START):
            session.add_all([*entry_rows("dogs"), *entry_rows("wifi")])
        with versions.publication(session, "aliases", "7", START):
            session.add_all(entry_rows("keys"))
        with versions.publication(session, "import", "<bad>.toml", START):
            for row in entries.all_rows(session):
                if row.entry_id == "dogs":
                    row.answer = "<b>No dogs</b>"
                elif row.entry_id == "wifi":
                    session.delete(row)
    return database


def test_ie5_what_would_change_is_looked_at_before_the_base_goes_back(url: str, knowledge: Database) -> None:
    async def go() -> None:
        async with Site(url) as site:
            rui, max_, ann = site.staff("rui"), site.staff("max"), site.staff("ann")
            assert {(await one.get(path)).status for one in (max_, ann) for path in ("/knowledge", "/knowledge/2")} == {403}
            assert (await max_.post("/knowledge/2", latest="3")).status == 403
            page = (await rui.get("/knowledge")).text
            assert "Import: &lt;bad&gt;.toml" in page
            assert "0 new, 1 changed, 1 gone" in page
            assert len(re.findall(r'href="/console/knowledge/\d"', page)) == 3, "not the latest, but what was before the first"
            page = (await rui.get("/knowledge/2")).text
            assert "&lt;b&gt;No dogs" in page
            assert "Dogs are welcome." in page
            assert "It is on the wall." in page
            assert '<button class="first">Go back' not in page, "it is asked first"
            page = (await rui.get("/knowledge/2?ask=1")).text
            assert "known questions" in page
            assert "wifi password please" in page, "right again"
            assert (await rui.post("/knowledge/2", latest="2")).status == 422, "what was looked at is not what is there"
            assert (await rui.post("/knowledge/2", latest="3")).status == 303
            assert "The base is as it was at version 2." in (await rui.get("/knowledge")).text
            assert "nothing would change" in (await rui.get("/knowledge/4")).text
            assert {(await rui.get(f"/knowledge/{wrong}")).status for wrong in ("5", "x", "9" * 30)} == {404}

    asyncio.run(go())
    with knowledge.reading() as session:
        assert going_back.differences(session, 2) == []
        latest = versions.newest(session)[0]
        assert (latest.what, latest.about, latest.staff_id is not None) == ("restore", "2", True)
        entry = session.scalars(select(Audit).where(Audit.action == "kb.restore")).one()
        assert (entry.about, entry.details) == ("kb:2", {"entries": 2})


def test_one_person_at_a_time_asks_and_what_is_wrong_wants_a_tick(url: str, knowledge: Database) -> None:
    async def go() -> None:
        async with Site(url) as site:
            rui = site.staff("rui")
            with pages._ASKING:
                page = (await rui.get("/knowledge/2?ask=1")).text
            assert "Somebody is asking" in page
            assert '<button class="first">Go back' not in page
            assert "Would be answered wrongly" in (page := (await rui.get("/knowledge/0?ask=1")).text)
            assert 'name="sure" value="1" required' in page

    asyncio.run(go())


def test_what_is_published_at_the_last_moment_is_looked_at_first(url: str, knowledge: Database) -> None:
    """On SQLite nobody else can; where there are several writers, whoever goes back is alone before they look."""
    meanwhile: list[str] = []

    def publishes(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "advisory_xact_lock" in statement and not meanwhile:
            meanwhile.append(statement)
            with knowledge.transaction() as session, versions.publication(session, "import", "late.toml", START):
                session.add_all(entry_rows("lounge"))

    async def go() -> None:
        async with Site(url) as site:
            rui = site.staff("rui")
            event.listen(site.database.engine, "before_cursor_execute", publishes)
            assert (await rui.post("/knowledge/2", latest="3")).status == (303 if knowledge.is_sqlite else 422)

    asyncio.run(go())
    with knowledge.reading() as session:
        assert versions.latest(session) == 4
