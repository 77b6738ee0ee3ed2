"""The calendar: day and week by bay, an appointment that is made, moved, worked off, cancelled, and what its customer hears."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from handlers.booking import actions as booking
from handlers.booking import qr
from handlers.booking.actions import By
from handlers.dialogue.shop import load
from storage import appointments, audit, chats, messages, revisions, slots, stores
from storage.appointments import Appointment
from storage.database import Database
from storage.vehicles import of_customer
from tests.bot.console.site import TUESDAY, Browser, Site, appointment_in, customer_of

DAY = {"store": "east", "day": "2026-11-24"}


on_both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


def chat_in(database: Database, language: str = "en", customer: int | None = None) -> int:
    with database.transaction() as session:
        chat = chats.arrive(session, "telegram", f"{language}-{customer}", pulls=False, now=TUESDAY)
        chat.language, chat.customer_id = language, customer
        chats.save(session, chat)
        return chat.id


def said(site: Site, chat_id: int) -> list[str]:
    with site.database.reading() as session:
        return [message.text for message in messages.after(session, chat_id, 0)]


def read(site: Site, row: Appointment) -> Appointment:
    with site.database.reading() as session:
        found = appointments.get(session, row.id)
        assert found
        assert slots.differences(session, found.store_id) == []
        return found


def path_of(site: Site, row: Appointment) -> str:
    return f"/bookings/{site.token('appointment', row.id)}"


def bay_of(site: Site, row: Appointment) -> str:
    shop = site.console.house.memo
    with site.database.reading() as session:
        store = shop.get(session, load).store("east")
        assert store
        return next(bay.code for bay in store.bays if bay.id == row.bay_id)


@on_both
def test_the_day_shows_who_is_in_which_bay(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            first = appointment_in(site.database, "east", name="Ann Lee", phone=None)
            second = appointment_in(site.database, "east", name="Bo Ek", phone=None)
            appointment_in(site.database, "west", name="Far Away", phone=None)
            ann = site.staff("ann")
            page = (await ann.get("/bookings", params=DAY)).text
            assert "Far Away" not in page
            assert "Minor service" in page
            assert bay_of(site, first) != bay_of(site, second)
            rows = re.findall(r'<tr data-time="([\d:]+)"(.*?)</tr>', page, re.S)
            assert [clock for clock, _ in rows][:2] == ["08:00", "08:15"]
            at_ten = next(cells for clock, cells in rows if clock == "10:00")
            assert at_ten.count('rowspan="4" class="taken"') == 2
            assert page.count("Ann Lee") == 2, "once in its bay and once in the list"
            week = (await ann.get("/bookings/week", params=DAY)).text
            assert "Ann Lee" in week
            assert "Mon 23 Nov" in week
            assert "Closed on this day." in (await ann.get("/bookings", params={**DAY, "day": "2027-01-01"})).text
            for odd in ("2026-02-30", "x", "9999-12-31", "0001-01-01", ""):
                assert (await ann.get("/bookings", params={"day": odd})).status == 200
            assert (await ann.get("/bookings", params={"store": "west"})).status == 404

    asyncio.run(go())


def test_what_was_given_back_can_be_seen_as_free(url: str) -> None:
    """A visit that was done early keeps the quarter hours it used; the rest may belong to somebody else by now."""

    async def go() -> None:
        async with Site(url) as site:
            row = appointment_in(site.database, "east", name="Quick", phone=None)
            with site.database.transaction() as session:
                booking.arrive(session, row, TUESDAY, by=By("T", "console", staff=True))
                booking.finish(session, row, TUESDAY + timedelta(minutes=20), by=By("T", "console", staff=True))
            page = (await site.staff("ann").get("/bookings", params=DAY)).text
            at_ten = next(
                cells for clock, cells in re.findall(r'<tr data-time="([\d:]+)"(.*?)</tr>', page, re.S) if clock == "10:00"
            )
            assert 'rowspan="2" class="taken"' in at_ten

    asyncio.run(go())


def test_the_list_of_the_day_is_worked_off(url: str) -> None:
    """Who comes with which car, who is late, what they have told us; one press each for what happens next."""

    async def go() -> None:
        async with Site(url) as site:
            chat = chat_in(site.database)
            row = appointment_in(site.database, "east", chat_id=chat, name="Bo Ek")
            path, day = f"{path_of(site, row)}/step", "/console/bookings?store=east&day=2026-11-24"
            assert f'formaction="/console{path}"' not in (await site.staff("ann").get(day)).text, "not before the day"
            site.now = TUESDAY + timedelta(minutes=5)
            ann = site.staff("ann")
            page = (await ann.get(day)).text
            assert "1 appointment<" in page
            assert "waits for it" in page
            assert 'tag hot">late' not in page
            site.now += timedelta(minutes=10)
            assert 'tag hot">late' in (await ann.get(day)).text
            for step, said_, count in (("arrive", "1 arrived", 0), ("start", "1 in service", 1), ("finish", "1 appointment<", 1)):
                page = (await ann.get(day)).text
                assert f'name="do" value="{step}" formaction="/console{path}"' in page
                tell = {"tell": "1"} if step == "start" else {}
                assert (await ann.post(path, do=step, back=day, **tell)).location == day
                assert said_ in (await ann.get(day)).text
                assert len(said(site, chat)) == count
            assert "formaction" not in (await ann.get(day)).text

    asyncio.run(go())


def test_a_caller_is_looked_up_without_losing_the_form(url: str) -> None:
    """AU3, PV6: by name, number or plate, within the store wall and with masked numbers; then their car is to choose."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            customer, foreign = customer_of(site.database, "east"), customer_of(site.database, "west")
            form = {**DAY, "time": "10:30", "bay": "L2", "note": "keep me", "service": "minor_service"}
            page = (await ann.post("/bookings/new", look="1", phone=customer.phone, **form)).text
            token = re.search(r'name="pick" value="([^"]+)">' + customer.name, page)
            assert token
            assert customer.phone[3:] not in re.sub(r"\D", "", page.split('name="pick"')[1].split("</button>")[0])
            for kept in ('value="10:30"', "<option selected>L2</option>", "keep me</textarea>", "L2"):
                assert kept in page
            assert "Nobody found" in (await ann.post("/bookings/new", look="1", name=foreign.name, **form)).text
            picked = (await ann.post("/bookings/new", pick=token[1], **form)).text
            assert f'name="customer" value="{token[1]}"' in picked
            assert '<select name="car">' in picked
            assert 'value="minor_service" checked' in picked
            assert (await ann.post("/bookings/new", pick=site.token("customer", foreign.id), **form)).status == 404
            assert (await ann.post("/bookings/new", customer=token[1], car="0", **form)).status == 303

    asyncio.run(go())


@on_both
def test_an_appointment_is_made_for_a_customer_and_they_are_told(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            customer = customer_of(site.database, "east")
            chat = chat_in(site.database, "zh-Hant", customer.id)
            token = site.token("customer", customer.id)
            form = (await ann.get("/bookings/new", params={**DAY, "customer": token, "time": "10:00", "bay": "L2"})).text
            assert customer.name in form
            assert "<option selected>L2</option>" in form
            done = await ann.post(
                "/bookings/new",
                **DAY,
                time="10:00",
                bay="L2",
                customer=token,
                car="0",
                service="minor_service",
                tell="1",
                note="x",
            )
            assert done.location == "/console/bookings?store=east&day=2026-11-24"
            with site.database.reading() as session:
                [row] = [one for one in appointments.of_person(session, customer_id=customer.id) if one.starts_at == TUESDAY]
                cars = of_customer(session, customer.id)
                assert [(event.who, event.what) for event in appointments.events_of(session, row.id)] == [("Ann", "confirmed")]
                assert [one.action for one in audit.about(session, f"appointment:{row.id}")] == ["appointment.create"]
            assert (row.status, row.source, row.vehicle_id, row.starts_at) == ("confirmed", "advisor", cars[0].id, TUESDAY)
            assert bay_of(site, row) == "L2"
            [words] = said(site, chat)
            assert "已為您預約" in words
            assert "11月24日 週二 10:00" in words
            assert customer.name in (await ann.get(f"/customers/{token}")).text

    asyncio.run(go())


async def _new(ann: Browser, **fields: object) -> tuple[int, str]:
    given = {**DAY, "time": "10:00", "name": "Bo", "phone": "138 0000 0002", "service": "minor_service", **fields}
    seen = await ann.post("/bookings/new", **{name: value for name, value in given.items() if value is not None})
    return seen.status, seen.text


def test_what_cannot_be_is_refused_and_the_form_keeps_what_it_had(url: str) -> None:
    """TM13, IN7: a taken time comes back with the next free ones as buttons, and one press takes one of them."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            for wrong, words in (
                ({"service": None}, "at least one service"), ({"name": ""}, "Please write a name"),
                ({"phone": "12"}, "not a phone number"), ({"time": "25:00"}, "choose a day and a time"),
                ({"day": "2026-02-30"}, "choose a day and a time"), ({"day": "2026-11-20"}, "already over"),
                ({"time": "12:30"}, "closed at that time"), ({"day": "2027-01-01"}, "closed on"),
                ({"bay": "W1"}, "not for this work"), ({"bay": "X9"}, "not for this work"),
                ({"service": "nothing"}, "at least one service"),
                ({"day": "9999-12-31"}, "choose a day and a time"), ({"day": "0001-01-01"}, "choose a day and a time"),
                ({"at": "9999-12-31T23:59+00:00"}, "choose a day and a time"),
                ({"day": "２０２６-11-24"}, "choose a day and a time"),
                ({"phone": "13800000002 ext. 5"}, "not a phone number"), ({"phone": "1-800-FLOWERS"}, "not a phone number"),
            ):  # fmt: skip
                status, page = await _new(ann, **{"note": "keep me", **wrong})
                assert status == 422, wrong
                assert words in page, wrong
                assert "keep me</textarea>" in page
            row = appointment_in(site.database, "east", TUESDAY + timedelta(days=1))
            far = await ann.post(path_of(site, row), day="9999-12-31", time="10:00")
            assert (far.status, "choose a day and a time" in far.text) == (422, True)
            span = {"what": "store:", "from_day": "2026-11-24", "from_time": "08:00", "until_time": "09:00"}
            assert (await ann.post("/bookings/closures", until_day="9999-12-31", **span)).status == 422
            for _ in range(4):
                assert (await _new(ann, phone="１３８00000002"))[0] == 303
            status, page = await _new(ann)
            assert status == 422
            assert "That time is taken" in page
            free = re.findall(r'<button name="at" value="([^"]+)"', page)
            assert len(free) == 6
            assert (await _new(ann, at=free[0]))[0] == 303
            assert (await _new(ann, at="2026-11-24T10:00"))[0] == 422

    asyncio.run(go())


def test_somebody_walks_in(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            assert (await _new(site.staff("ann"), walk_in="1", day="", time=""))[0] == 303
            with site.database.reading() as session:
                [row] = appointments.between(session, 1, site.now - timedelta(hours=1), site.now + timedelta(hours=1))
            assert (row.status, row.source, row.starts_at) == ("arrived", "walk-in", datetime(2026, 11, 21, 1, 0, tzinfo=UTC))

    asyncio.run(go())


@on_both
def test_an_appointment_is_moved_and_its_customer_told_if_asked(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            chat = chat_in(site.database)
            row = appointment_in(site.database, "east", chat_id=chat, name="Bo")
            back = "/console/bookings?store=east&day=2026-11-24"
            moved = await ann.post(path_of(site, row), **DAY, time="14:00", bay="L3", back=back, tell="1")
            assert (moved.status, moved.location) == (303, back)
            assert (read(site, row).starts_at, bay_of(site, read(site, row))) == (TUESDAY + timedelta(hours=4), "L3")
            assert "the customer is told" in (await ann.get(back)).text
            assert "moved to Tue 24 Nov 14:00" in said(site, chat)[0]
            await ann.post(path_of(site, row), **DAY, time="14:00", bay="L3", back=back, tell="1")
            await ann.post(path_of(site, row), **DAY, time="14:00", bay="L2", back=back, tell="1")
            assert bay_of(site, read(site, row)) == "L2"
            assert len(said(site, chat)) == 1, "neither a second press nor another bay is news"
            with site.database.reading() as session:
                [told] = messages.after(session, chat, 0)
            assert "METHOD:PUBLISH" in (file := told.data["document"]["content"])
            assert ("SEQUENCE:1" in file, "T140000" in file) == (True, True)
            assert told.data["buttons"][0][0]["do"] == "booking.move"
            await ann.post(path_of(site, row), **DAY, time="15:00", bay="")
            assert len(said(site, chat)) == 1
            wrong = await ann.post(path_of(site, row), **DAY, time="15:00", bay="P1")
            assert wrong.status == 422
            assert read(site, row).starts_at == TUESDAY + timedelta(hours=5)
            for _ in range(3):
                appointment_in(site.database, "east", TUESDAY + timedelta(hours=6))
            other = appointment_in(site.database, "east", TUESDAY + timedelta(hours=6))
            full = await ann.post(path_of(site, row), **DAY, time="16:00")
            assert full.status == 422
            assert "That time is taken" in full.text
            free = re.findall(r'<button name="at" value="([^"]+)"', full.text)
            assert (await ann.post(path_of(site, row), at=free[0])).status == 303
            assert read(site, other).starts_at == TUESDAY + timedelta(hours=6)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("steps", "end", "told"),
    [
        (("arrive", "start", "finish"), "done", "Your car is ready"),
        (("no_show",), "no_show", "We missed you"),
        (("cancel",), "cancelled", "is cancelled"),
    ],
)
def test_an_appointment_is_worked_off(url: str, steps: tuple[str, ...], end: str, told: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            chat = chat_in(site.database)
            row = appointment_in(site.database, "east", chat_id=chat, name="Bo")
            early = site.staff("ann")
            assert 'value="no_show"' not in (await early.get(path_of(site, row))).text
            await early.post(f"{path_of(site, row)}/step", do="no_show")
            assert read(site, row).status == "confirmed", "nobody has missed what has not begun"
            site.now = TUESDAY + timedelta(minutes=20)
            ann = site.staff("ann")
            for step in steps:
                assert f'value="{step}"' in (await ann.get(path_of(site, row))).text
                for _ in range(2):
                    assert (await ann.post(f"{path_of(site, row)}/step", do=step, tell="1")).status == 303
            assert read(site, row).status == end
            assert told in said(site, chat)[-1]
            assert len(said(site, chat)) == len(steps), "what is pressed twice is told once"
            with site.database.reading() as session:
                file = messages.after(session, chat, 0)[-1].data.get("document", {}).get("content", "")
            assert ("METHOD:CANCEL" in file) == (end == "cancelled")
            page = (await ann.get(path_of(site, row))).text
            assert page.count('name="do"') == (end == "no_show"), "but that they came after all"
            await ann.post(f"{path_of(site, row)}/step", do="arrive")
            assert read(site, row).status == end
            await ann.post(f"{path_of(site, row)}/step", do="came", tell="1")
            assert read(site, row).status == ("arrived" if end == "no_show" else end)
            assert ("Welcome!" in said(site, chat)[-1]) == (end == "no_show")

    asyncio.run(go())


def test_cc4_what_the_customer_has_cancelled_is_not_cancelled_again(url: str) -> None:
    """Whoever has an old page before them hears that it is done, and the customer hears nothing."""

    async def go() -> None:
        async with Site(url) as site:
            chat = chat_in(site.database)
            row = appointment_in(site.database, "east", chat_id=chat, name="Bo")
            with site.database.transaction() as session:
                booking.cancel(session, load(session), row, site.now)
            ann = site.staff("ann")
            assert (await ann.post(f"{path_of(site, row)}/step", do="cancel", tell="1")).status == 303
            assert "had happened already" in (await ann.get(path_of(site, row))).text
            assert said(site, chat) == []
            with site.database.reading() as session:
                assert [one.what for one in appointments.events_of(session, row.id)][-1:] == ["cancelled"]

    asyncio.run(go())


def test_the_week_shows_a_car_on_every_day_that_it_stays(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            saturday = TUESDAY + timedelta(days=4)
            with site.database.transaction() as session:
                shop, by = load(session), By("Eva", "console", staff=True)
                wish = booking.Wish("studio", ("ppf_front",), "audi_a4")
                row = booking.book(session, shop, wish, saturday, booking.Person(name="Bo"), site.now, by=by)
                assert row.ends_at - saturday >= timedelta(days=2)
            eva = site.staff("eva")
            shown = []
            for day in ("2026-11-28", "2026-11-30"):
                page = (await eva.get(f"/bookings/week?store=studio&day={day}")).text
                cells = re.findall(r'<td data-day="([^"]+)"[^>]*>(.*?)</td>', page, re.DOTALL)
                shown += [(at, "…" in cell, "data-move" in cell) for at, cell in cells if "Bo<" in cell]
            assert shown[0] == ("2026-11-28", False, True)
            # The studio is closed on Mondays, so the car is there until Tuesday.
            assert shown[1:] == [(f"2026-{day}", True, False) for day in ("11-29", "11-30", "12-01")]

    asyncio.run(go())


def test_everything_that_happened_is_told(url: str) -> None:
    """Also what is no change of its state: they have said that they come, a car became known, nobody reminded them."""

    async def go() -> None:
        async with Site(url) as site:
            row = appointment_in(site.database, "east")
            with site.database.transaction() as session:
                for what in ("will_come", "car", "not_reminded", "moved"):
                    appointments.note(session, row.id, TUESDAY, "customer", "chat", what, {})
            page = await site.staff("ann").get(path_of(site, row))
            assert page.status == 200
            for words in ("said that they come", "the car is known", "not reminded", "moved", "confirmed"):
                assert words in page.text
            ann = site.staff("ann")
            await ann.post("/account/look", language="zh-Hant")
            assert '<span class="quiet">客戶</span>' in (await ann.get(path_of(site, row))).text
            customer = customer_of(site.database, "east")
            with site.database.transaction() as session:
                of_customer(session, customer.id)[0].colour = "green"
            card = (await ann.get(f"/customers/{site.token('customer', customer.id)}")).text
            assert "綠" in card
            assert "green" not in card

    asyncio.run(go())


def test_an_appointment_is_found_by_its_code_and_by_a_bare_name_and_number(url: str) -> None:
    """What the code at the desk says, scanned into the search box; behind the store wall (AU3)."""

    async def go() -> None:
        async with Site(url) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            row = appointment_in(site.database, "east", name="Nobody Known", phone="+8613900001234")
            for words in (qr.text_of(row), "nobody kn", "00001234"):
                assert path_of(site, row) in (await ann.get("/search", params={"q": words})).text, words
                assert path_of(site, row) not in (await wes.get("/search", params={"q": words})).text, words
            customer = customer_of(site.database, "east")
            theirs = appointment_in(site.database, "east", site.now + timedelta(hours=2), customer_id=customer.id)
            page = (await ann.get("/search", params={"q": qr.text_of(theirs)})).text
            assert customer.name in page.split("<main")[1]
            assert f'action="/console{path_of(site, theirs)}/step"' in page
            back = "/console/search?q=x"
            assert (await ann.post(f"{path_of(site, theirs)}/step", do="arrive", back=back)).location == back
            assert read(site, theirs).status == "arrived"
            assert f'action="/console{path_of(site, row)}/step"' not in (await ann.get("/search?q=nobody kn")).text, "not today"
            for words in ("bayline:", "bayline:x", "bayline:%", row.token):
                assert path_of(site, row) not in (await ann.get("/search", params={"q": words})).text, words

    asyncio.run(go())


def test_a_lift_breaks_and_is_mended(url: str) -> None:
    """Who has a visit there is shown, nothing new is booked there, and the store wall holds (AU10)."""

    async def go() -> None:
        async with Site(url) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            row = appointment_in(site.database, "east", name="Struck One")
            other = appointment_in(site.database, "east", name="Left Alone")
            span = {"from_day": DAY["day"], "from_time": "08:00", "until_day": DAY["day"], "until_time": "18:00"}
            what = f"bay:{bay_of(site, row)}"
            assert (await wes.post("/bookings/closures", store="east", what=what, **span)).status == 404
            wrong = await ann.post("/bookings/closures", store="east", what=what, **{**span, "until_time": "07:00"})
            assert wrong.status == 422
            done = await ann.post("/bookings/closures", store="east", what=what, reason="hydraulics", **span)
            assert done.status == 303
            page = (await ann.get("/bookings/closures?store=east")).text
            assert ("Struck One" in page, "Left Alone" in page, "hydraulics" in page) == (True, False, True)
        async with Site(url) as site:  # another worker; this one would look for news in a quarter of a second
            ann, back = site.staff("ann"), "/console/bookings?store=east"
            moved = await ann.post(path_of(site, other), **DAY, time="14:00", bay=bay_of(site, row), back=back)
            assert moved.status == 422
            [number] = re.findall(r'name="reopen" value="(\d+)"', page)
            assert (await ann.post("/bookings/closures", store="east", reopen=number)).status == 303
        async with Site(url) as site:
            ann = site.staff("ann")
            moved = await ann.post(path_of(site, other), **DAY, time="14:00", bay=bay_of(site, row), back=back)
            assert moved.status == 303

    asyncio.run(go())


def test_a_visit_outside_of_new_hours_is_shown_until_it_is_moved(url: str) -> None:
    """A special day that closes earlier than when the visit was booked."""

    async def go() -> None:
        async with Site(url) as site:
            row = appointment_in(site.database, "east", name="Struck One")
            with site.database.transaction() as session:
                session.add(
                    stores.SpecialDay(store_id=row.store_id, day=date(2026, 11, 24), names={}, spans=[["08:30", "10:30"]])
                )
                revisions.raise_(session, "stores")
        async with Site(url) as site:
            ann = site.staff("ann")
            assert "1 cannot take place" in (await ann.get("/bookings?store=east&day=2026-11-24")).text
            assert "Struck One" in (await ann.get("/bookings/closures?store=east")).text
            moved = await ann.post(path_of(site, row), day="2026-11-25", time="10:00", back="/console/bookings?store=east")
            assert moved.status == 303
            assert "Struck One" not in (await ann.get("/bookings/closures?store=east")).text

    asyncio.run(go())


def test_without_a_chat_staff_are_asked_to_call(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            row = appointment_in(site.database, "east")
            assert "has no chat with us" in (await ann.get(path_of(site, row))).text
            await ann.post(f"{path_of(site, row)}/step", do="cancel", tell="1")
            assert "please call" in (await ann.get("/bookings")).text

    asyncio.run(go())


def test_au10_a_car_or_customer_of_elsewhere_cannot_be_booked(url: str) -> None:
    """AU3, AU9, AU10: neither by a token of another store's customer, nor by a number out of range, nor into another store."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            foreign = site.token("customer", customer_of(site.database, "west").id)
            assert (await _new(ann, customer=foreign))[0] == 404
            assert (await ann.get("/bookings/new", params={"customer": foreign})).status == 404
            assert (await _new(ann, store="west"))[0] == 404
            own = site.token("customer", customer_of(site.database, "east").id)
            status, _ = await _new(ann, customer=own, car="99", status="done", customer_id="2", price="1")
            assert status == 303

    asyncio.run(go())
