"""The console's review of feedback: managers see their own store's, and no figure of a group that is too small."""

import asyncio
from datetime import date
from pathlib import Path

from sqlalchemy import select

from storage import chats, feedback
from storage.database import Database
from storage.stores import Store
from storage.surveys import SurveyAnswer
from tests.bot.console.site import Site, customer_of, hire
from tests.conftest import Templates
from tests.world import START


def _rated(database: Database, store: str, work: int, words: str) -> None:
    with database.transaction() as session:
        place = session.scalars(select(Store).where(Store.code == store)).one()
        chat = chats.arrive(session, "web", store, pulls=True, now=START)
        row = feedback.begin(
            session,
            {
                "key": store, "chat_id": chat.id, "customer_id": customer_of(database, store).id, "store_id": place.id,
                "services": ["hand_wash"], "day": date(2026, 11, 20), "ended_at": START, "outcome": "sent", "asked_at": START,
                "advisor": "Chen",
            },
        )  # fmt: skip
        assert row
        row.work, row.people, row.words, row.causes, row.answered_at = work, 0, words, ["long_wait"], START
        session.add(SurveyAnswer(key=store, quarter="2026Q3", store_id=place.id, trust=5, effort=4, recommend=3))


def test_the_review(templates: Templates, tmp_path: Path) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    _rated(database, "east", 2, "<b>等了好久</b>")
    _rated(database, "west", 5, "wonderful")
    database.close()

    async def go() -> None:
        async with Site(url) as site:
            site.now = START.replace(hour=2)
            page = (await site.staff("max").get("/feedback")).text
            for part in ("Hand wash", "Chen", "long wait", "&lt;b&gt;等了好久&lt;/b&gt;", "2.0", "Fewer than 5 answers"):
                assert part in page, part
            assert "wonderful" not in page
            everything = (await site.staff("eva").get("/feedback", params={"days": "30"})).text
            assert "wonderful" in everything
            assert everything.count("Fewer than 5 answers") == 2
            assert "could be worked out" in everything
            assert "wonderful" not in (await site.staff("eva").get("/feedback", params={"store": "east"})).text
            assert (await site.staff("ann").get("/feedback")).status == 403
            assert (await site.staff("max").get("/feedback", params={"store": "west"})).status == 404
            assert (await site.staff("max").get("/feedback", params={"days": "９９"})).status == 200
            token = site.token("customer", customer_of(site.database, "east").id)
            assert "等了好久" in (await site.staff("ann").get(f"/customers/{token}")).text

    asyncio.run(go())


def test_causes_are_read_tried_and_edited(templates: Templates, tmp_path: Path) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    _rated(database, "east", 2, "The coffee was cold")
    database.close()

    async def go() -> None:
        async with Site(url) as site:
            max_, eva = site.staff("max"), site.staff("eva")
            assert "long wait" in (await max_.get("/feedback-causes?words=We+waited+for+hours")).text
            assert (await max_.get("/feedback-causes/long_wait")).status == 403
            assert (await eva.get("/feedback-causes/no_such")).status == 404
            names = {"name_en": "coffee", "name_zh-Hans": "咖啡", "name_zh-Hant": "咖啡"}
            made = {**names, "words_en": "coffee * cold/weak", "words_zh": "咖啡 * 冷/淡", "unless": "not * coffee"}
            for change, said in [
                ({"words_en": "* cold"}, "“* cold” can never be found"),
                ({"name_en": ""}, "in all three languages"),
                ({"words_en": "", "words_zh": " "}, "Without words"),
                ({"code": "The Coffee"}, "small letters, digits"),
                ({"code": "price"}, "already"),
            ]:
                back = await eva.post("/feedback-causes/new", do="keep", **{"code": "coffee", **made, **change})
                assert back.status == 422, change
                assert said in back.text, change
                assert "not * coffee" in back.text
                assert "price" not in change.values() or 'value="price"' in back.text
            tried = await eva.post("/feedback-causes/new", do="try", code="coffee", tried="咖啡有點冷", **made)
            assert '<p role="status"><strong>coffee</strong></p>' in tried.text
            assert "咖啡 * 冷/淡" in tried.text
            assert _causes(site.database) == ["long_wait"]
            assert (await eva.post("/feedback-causes/new", do="keep", code="coffee", **made)).status == 303
            assert _causes(site.database) == ["coffee"]
            await eva.post("/feedback-causes/coffee", do="remove")
            assert _causes(site.database) == []
            assert "No cause" in (await eva.get("/feedback-causes?words=cold+coffee")).text

    asyncio.run(go())


def _causes(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(feedback.Feedback)).one().causes)
