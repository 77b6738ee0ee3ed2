"""The console's pages on pushes: switched, edited with a preview, copied, said by a button, explained; by whoever may."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers.contact.rules import MARKETING
from handlers.dialogue.texts import LANGUAGES
from handlers.reminders import figures, rulebook
from handlers.reminders.figures import Figures
from handlers.reminders.triggers import Before, Rating
from storage import chats, consents, contact, pushes
from storage.appointments import CONFIRMED, Appointment
from storage.customers import Customer
from storage.database import Database
from storage.pushes import PushAlarm, PushSignal
from tests.bot.console.site import Site, customer_of, hire
from tests.conftest import Templates
from tests.world import START


def _filled(code: str, **changes: Any) -> dict[str, Any]:
    """The form of a rule as it stands, with changes."""
    rule = rulebook.shipped()[code]
    fields: dict[str, Any] = {f"name_{language}": rule.names[language] for language in LANGUAGES}
    fields |= {f"text_{language}": rule.texts[language] for language in LANGUAGES}
    fields |= {"at": "10:00", "late": "1", "purpose": rule.purpose, "kind": rule.kind, "priority": "1", "gift": rule.gift}
    return {**fields, "button": "stop", "trigger_field": "birthday", "trigger_days": "-3", "services": "", **changes}


def test_rules_are_looked_at_edited_and_explained(templates: Templates, tmp_path: Path) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    person = customer_of(database, "east")
    with database.transaction() as session:
        ann = session.scalars(select(Customer).where(Customer.id == person.id)).one()
        ann.birthday = (START + timedelta(days=20)).date().replace(year=1990)
        chat = chats.arrive(session, "web", "ann", pulls=True, now=START)
        chat.customer_id, chat.language = ann.id, "en"
        chats.save(session, chat)
        contact.say(session, chat, MARKETING, given=True, version="1", now=START)
        contact.write_down(
            session, key=f"push:birthday:{ann.id}:0:2025:-3", chat_id=chat.id, customer_id=ann.id, kind="offers",
            purpose="marketing", priority=1, verdict="held_back", reason="cap_week", due_at=None, at=START,
        )  # fmt: skip
        pushes.alarm(session, "insurance", START.date(), 500, START)
    database.close()

    async def go() -> None:
        async with Site(url) as site:
            eva, max_ = site.staff("eva"), site.staff("max")
            page = (await eva.get("/pushes")).text
            for part in (
                "Regular service",
                "10,000 km or 12 months",
                "insurance wanted to write to more than 500 people",
                "The rain is over",
            ):
                assert part in page, part
            assert "/pushes/birthday/switch" not in (await max_.get("/pushes")).text
            assert (await max_.get("/pushes/birthday")).status == 403
            assert (await site.staff("ann").get("/pushes")).status == 403
            assert (await eva.get("/pushes/nothing")).status == 404
            settings = {name: str(value) for name, value in figures.written(Figures()).items()}
            assert (await max_.get("/push-settings")).status == 403
            assert 'name="quiet_from" value="21:00"' in (await eva.get("/push-settings")).text
            assert "per_week" in (await eva.post("/push-settings", **{**settings, "per_week": "99"})).text
            await eva.post("/push-settings", **{**settings, "quiet_from": "20:30:00", "per_month": "2"})
            page = (await eva.get("/push-settings")).text
            assert 'name="quiet_from" value="20:30"' in page
            assert 'name="per_month" value="2"' in page
            shown = await eva.post("/pushes/birthday", **_filled("birthday", text_en="Dear {name}, soon!", do="preview"))
            assert "soon!" in shown.text
            assert "Dear " in shown.text
            assert f"<strong>{person.name}</strong>" in shown.text
            wrong = await eva.post("/pushes/birthday", **_filled("birthday", text_en="Dear {nmae} &lt;b", do="keep"))
            assert "there is no placeholder {nmae} here" in wrong.text.replace("&#39;", "'")
            assert "Dear {nmae}" in wrong.text  # what was typed is still there
            for name, value, sentence in (
                ("text_zh-Hant", " ", "“Birthday”: Text: the text in 繁體中文 is missing"),
                ("trigger_days", "-999", "from -180 to 180"),
                ("trigger_days", "soon", "whole numbers"),
                ("button", "book", "add the button"),
                ("gift", "birthdya", "Gift (codes of offers): there is no birthdya"),
                ("audience_stores", "east, wset", "Stores (codes): there is no wset"),
                ("purpose", "service", "switched off as Offers"),
            ):  # fmt: skip
                refused = await eva.post("/pushes/birthday", **_filled("birthday", **{name: value, "do": "keep"}))
                assert sentence in refused.text, sentence
            kept = await eva.post("/pushes/birthday", **_filled("birthday", text_en="Dear {name}, soon!", do="keep"))
            assert kept.status == 303
            hours = {"trigger_event": "visit", "trigger_hours": "3", "trigger_services": "wax", "do": "keep"}
            both = await eva.post("/pushes/coating_care", **_filled("coating_care", trigger_days="7", **hours))
            assert "hours or days, not both" in both.text
            assert (await eva.post("/pushes/coating_care", **_filled("coating_care", trigger_days="", **hours))).status == 303
            assert "3 hours after a visit (Waxing)" in (await eva.get("/pushes")).text
            await eva.post("/pushes/birthday/copy")
            two = await eva.post("/pushes/birthday_2/switch")
            assert two.status == 303
            await eva.post("/pushes/safety_recall/switch")
            assert (await eva.get("/pushes")).status == 200  # and not an error: it names no cars yet, and stays off
            await eva.post("/pushes/mid_autumn/switch")
            with site.database.reading() as session:
                book = rulebook.load(session)
                assert book.rules["birthday"].texts["en"] == "Dear {name}, soon!"
                assert (book.rules["birthday_2"].on, book.rules["mid_autumn"].on) == (False, False)
            assert (await eva.post("/pushes/birthday/remove")).status == 303
            assert (await max_.post("/signals", signal="rain_over")).status == 303
            again = await max_.post("/signals", signal="rain_over")
            assert again.status == 303
            with site.database.reading() as session:
                [signal] = session.scalars(select(PushSignal)).all()
                assert (signal.signal, signal.store_id) == ("rain_over", site.member("max").store_id)
                [alarm] = session.scalars(select(PushAlarm)).all()
            assert (await eva.post("/alarms", alarm=str(alarm.id))).status == 303
            assert "wanted to write" not in (await eva.get("/pushes")).text
            card = (await site.staff("ann").get(f"/customers/{site.token('customer', person.id)}")).text
            assert "You had one that week." in card
            assert "Birthday" in card

    asyncio.run(go())


def test_reminders_of_visits_are_rules_like_the_others(templates: Templates, tmp_path: Path) -> None:
    """Switched, edited and previewed; what they have no use for is not asked for."""
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    with database.transaction() as session:
        ahead = select(Appointment).where(Appointment.status == CONFIRMED, Appointment.customer_id.is_not(None))
        row = session.scalars(ahead.where(Appointment.starts_at > START + timedelta(days=2)).limit(1)).one()
        chat = chats.arrive(session, "web", "ann", pulls=True, now=START)
        chat.customer_id, chat.language = row.customer_id, "en"
        chats.save(session, chat)
    database.close()

    def filled(code: str, buttons: str, **changes: str) -> dict[str, Any]:
        rule = rulebook.shipped()[code]
        fields: dict[str, Any] = {f"name_{language}": rule.names[language] for language in LANGUAGES}
        fields |= {f"text_{language}": rule.texts[language] for language in LANGUAGES}
        return {**fields, "purpose": rule.purpose, "kind": rule.kind, "priority": "1", "button": buttons, **changes}

    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            page = (await eva.get("/pushes")).text
            assert "1 day before an appointment, at its time of day" in page
            assert "90 minutes after the car is ready" in page
            assert "24 hours after that question" in page
            assert "10,000 km or 12 months" in page
            page = (await eva.get("/pushes/day_before")).text
            for part, there in (("{ahead}", True), ("Move it", True), ('name="gift"', False), ('name="at"', False)):
                assert (part in page) == there, part
            assert "Stars 1 to 5" in (await eva.get("/pushes/feedback")).text
            own = filled("day_before", "move", text_en="We meet {ahead}, {when}", trigger_days="2", trigger_hours="")
            shown = (await eva.post("/pushes/day_before", **own, do="preview")).text
            assert "We meet in 2 days, " in shown
            both = filled("day_before", "move", trigger_days="2", trigger_hours="3", do="keep")
            assert "one of the two" in (await eva.post("/pushes/day_before", **both)).text
            assert (await eva.post("/pushes/day_before", **own, do="keep")).status == 303
            assert "without the button" in (await eva.post("/pushes/feedback", **filled("feedback", "stop", do="keep"))).text
            asks = filled("feedback", "stars", trigger_minutes="30", audience_not_stores="east, west", do="keep")
            assert (await eva.post("/pushes/feedback", **asks)).status == 303
            await eva.post("/pushes/two_hours/switch")
            with site.database.reading() as session:
                rules = rulebook.load(session).rules
            assert (rules["day_before"].trigger, rules["day_before"].buttons) == (Before(days=2), ("move",))
            assert (rules["feedback"].trigger, rules["two_hours"].on) == (Rating("visit", 30), False)
            assert rules["feedback"].audience.not_stores == ("east", "west")

    asyncio.run(go())


def test_whoever_changes_what_people_agree_to_says_what_has_changed(templates: Templates, tmp_path: Path) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    database = Database(url)
    hire(database)
    database.close()

    async def go() -> None:
        async with Site(url) as site:
            eva = site.staff("eva")
            assert (await site.staff("max").get("/consents")).status == 403
            assert "“stop” ends them" in (await eva.get("/consents")).text
            words = {f"words_{language}": f"Offers, {language}" for language in LANGUAGES}
            assert "Say which of the two" in (await eva.post("/consents", **words)).text
            assert "from 0 to 180" in (await eva.post("/consents", **words, change="anew", days="soon")).text
            assert (await eva.post("/consents", **words, change="words")).status == 303
            assert (await eva.post("/consents", **words, change="anew", days="14")).status == 303
            page = (await eva.get("/consents")).text
            assert "asked anew" in page
            assert "Offers, zh-Hant" in page
            with site.database.reading() as session:
                found = [(one.anew, one.ends_at is not None, one.staff_id) for one in consents.texts(session)]
            assert found == [(True, True, site.member("eva").id), (False, False, site.member("eva").id)]

    asyncio.run(go())
