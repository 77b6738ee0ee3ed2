"""The rules of complaints in the console: a manager reads and tries them, whoever answers for all stores edits them."""

import asyncio

import pytest

from handlers.tickets import rules
from tests.bot.console.site import Site


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_rules_are_read_tried_and_edited(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            max_, eva = site.staff("max"), site.staff("eva")
            page = (await max_.get("/tiers?words=You+scratched+my+door")).text
            assert "A complaint: serious" in page
            assert "damage" in page
            assert (await max_.get("/tiers/damage")).status == 403
            assert (await eva.get("/tiers/no_such")).status == 404
            assert "No complaint" in (await eva.get("/tiers?words=The+coffee+was+purple")).text
            with site.database.reading() as session:
                was = rules.load(session).rules["waiting"]
            known = {"name_en": "Waiting", "name_zh-Hans": "等待", "name_zh-Hant": "等待", "tier": was.tier, "opens": "1"}
            words = "\n".join([*was.words, "coffee was purple"])
            back = await eva.post("/tiers/waiting", **known, words="", back="/console/tiers/waiting")
            assert "Nothing was changed" in back.text
            lists = {"near": "\n".join(was.near), "unless": "\n".join(was.unless)}
            await eva.post("/tiers/waiting", **known, **lists, words=words)
            assert "A complaint: minor" in (await eva.get("/tiers?words=The+coffee+was+purple")).text
            with site.database.reading() as session:
                now = rules.load(session).rules
            assert now["waiting"].words == (*was.words, "coffee was purple")
            assert now["waiting"].unless == was.unless

    asyncio.run(go())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_the_second_ear_is_tried_and_switched_off_by_whoever_answers_for_all_stores(url: str) -> None:
    words = "/tiers?words=Your+guy+at+the+desk+rolled+his+eyes+when+I+asked+about+the+bill"

    async def go() -> None:
        async with Site(url) as site:
            max_, eva = site.staff("max"), site.staff("eva")
            page = (await max_.get(words)).text
            assert "The second ear: surely a complaint" in page
            assert "The second ear is listening" in page
            assert "0 in 30 days" in page
            assert "Switch it off" not in page
            assert (await max_.post("/tiers-ear", back="/console/tiers")).status == 403
            await eva.post("/tiers-ear", back="/console/tiers")
            page = (await eva.get(words)).text
            assert "The second ear is switched off" in page
            assert "The second ear: surely" not in page
            await eva.post("/tiers-ear", on="1", back="/console/tiers")
            assert "The second ear is listening" in (await eva.get("/tiers")).text

    asyncio.run(go())
