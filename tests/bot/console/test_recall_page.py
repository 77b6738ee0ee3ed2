"""The console's segments and campaigns: built by choosing, counted, drafted, approved, paused; what is wrong is said."""

import asyncio
import re
from pathlib import Path

from sqlalchemy import select, update

from handlers.contact import actions as contact
from handlers.dialogue.memo import Memo
from handlers.segments import actions as audience
from storage import chats
from storage.campaigns import Recipient
from storage.customers import Customer
from storage.database import Database
from storage.segments import Segment
from tests.bot.console.site import Site, customer_of, hire
from tests.conftest import Templates
from tests.world import START

NAMES = {"name_en": "Long away", "name_zh-Hans": "久未到店", "name_zh-Hant": "久未到店"}


def _reachable(database: Database) -> None:
    """Everybody has a chat and agrees to offers."""
    with database.transaction() as session:
        for who in session.scalars(select(Customer)).all():
            chat = chats.arrive(session, "telegram", f"c{who.id}", pulls=False, now=START)
            chat.customer_id, chat.language = who.id, who.language
            chats.save(session, chat)
            contact.agree(session, chat, "v", START)
        audience.rebuild(session, START)


def test_from_the_segment_to_the_letter(templates: Templates, tmp_path: Path, sample_memo: Memo) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    _reachable(database)
    owner = customer_of(database, "east")

    async def go() -> None:
        async with Site(url, sample_memo) as site:
            eva, ann, max_ = site.staff("eva"), site.staff("ann"), site.staff("max")
            assert "Dormant: no visit for a year" in (await eva.get("/segments")).text
            rule = {"0.days_since_visit.least": "200", "0.store_kind": "dealership", "1.spent_365.least": "1,000"}
            seen = await eva.post("/segments/new", do="count", **rule)
            counted = re.search(r"(\d+) of (\d+) customers; (\d+) of them", seen.text)
            assert counted
            assert 0 < int(counted[1]) < int(counted[2])
            assert counted[1] == counted[3]
            assert 'value="200"' in seen.text
            for wrong, said in (({}, "at least one condition"), ({"0.visits.least": "many"}, "whole number for “Visits in all”")):
                assert said in (await eva.post("/segments/new", do="save", code="away", **NAMES, **wrong)).text
            assert (await eva.post("/segments/new", do="save", code="away", **NAMES, **rule)).status == 303
            with database.reading() as session:
                away = session.scalars(select(Segment).where(Segment.code == "away")).one()
            assert away.rule["any"][1] == [{"fact": "spent_365", "least": 100_000}]
            page = (await eva.get(f"/segments/{site.token('segment', away.id)}")).text
            assert 'name="1.spent_365.least" value="1000"' in page
            assert (await max_.post(f"/segments/{site.token('segment', away.id)}", do="save", **NAMES, **rule)).status == 422

            card = f"/customers/{site.token('customer', owner.id)}"
            assert (await ann.post(f"{card}/tags", tag="bee")).status == 303
            assert 'value="bee" checked' in (await ann.get(card)).text

            letter = "Hello {name}, your {car} was long away.[ About {km} km?] {offer} until {until}"
            fields = {
                "name": "Autumn", "segment": "away", "offer": "birthday", "starts": "2026-11-21", "ends": "2026-11-30",
                "letter_en": letter, "letter_zh-Hans": letter, "letter_zh-Hant": letter, "hold_out": "0",
            }  # fmt: skip
            for wrong2, said in (
                ({"letter_en": "Dear {nmae}"}, "means nothing"),
                ({"ends": "2026-11-01"}, "is over"),
                ({"hold_out": "99"}, "out of bounds"),
                ({"ends": "soon"}, "2026-12-31"),
            ):
                assert said in (await eva.post("/campaigns/new", **{**fields, **wrong2})).text
            made = await eva.post("/campaigns/new", **fields)
            assert made.status == 303
            where = made.location.split("?")[0]
            page = (await eva.get(where)).text
            for part in (f"{counted[1]} people in the segment", "was long away", "Birthday", "Approve and begin"):
                assert part in page, part
            assert "{car}" not in page.split("<textarea")[0].replace("<code>{car}</code>", "")
            dry = (await eva.post(where, do="dry", moved="7")).text
            for part in ("Dry run for", "of them would be the hold-out", "Leave on"):
                assert part in dry, part
            assert "30 days ahead" in (await eva.post(where, do="dry", moved="31")).text
            assert (await eva.post(where, do="approve")).status == 303
            word = re.search(r"/\?start=(s_[0-9A-Z]{8}-poster)", (await eva.get(where)).text)
            assert word
            assert "t.me" not in (await eva.get(where)).text
            site.console.house.telegram = lambda: "lanwan_bot"
            assert f"https://t.me/lanwan_bot?start={word[1]}" in (await eva.get(where)).text
            for place, status in (
                ("poster-page", 200),
                ("sms-telegram", 200),
                ("wall-page", 404),
                ("poster-x", 404),
                ("poster", 404),
            ):
                seen = await eva.get(f"{where}/qr/{place}")
                assert (seen.status, seen.text.startswith("<?xml")) == (status, status == 200), place
            assert (await ann.get(f"{where}/qr/poster-page")).status == 403
            assert "Pause" in (await eva.get(where)).text
            assert (await eva.post(where, do="pause")).status == 303
            with database.transaction() as session:
                session.execute(
                    update(Recipient).values(taken_at=START, taken_on=START.date(), until_at=START, until_on=START.date())
                )
            page = (await eva.get(where)).text
            assert "Too few to say" in page
            assert "Too few to say how much money" in page
            assert f"of {counted[1]}" in page
            assert (await eva.post(where, do="cancel")).status == 303
            assert (await eva.post(where, do="resume")).status == 422
            assert "cancelled" in (await eva.get("/campaigns")).text
            # Behind a store's wall nothing of the group's campaigns is seen.
            assert "Autumn" not in (await max_.get("/campaigns")).text
            assert (await ann.get("/campaigns")).status == 403

    asyncio.run(go())
    database.close()
