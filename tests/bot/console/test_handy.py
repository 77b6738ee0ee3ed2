"""What makes the inbox handy: saved answers and macros, answers for later, many at once with a way back, views, photos."""

import asyncio
import io
import re
from datetime import timedelta

import aiohttp
import pytest
from PIL import Image

from bot.console.gate import mac
from handlers.dialogue import Feature
from handlers.dialogue.texts import LANGUAGES
from handlers.inbox import FEATURE
from handlers.tickets import actions, answers
from handlers.tickets.work import By, Work
from storage import drafts, handiness, marks, media, messages, tickets
from storage.tickets import Ticket
from tests.bot.console.site import Browser, Site, customer_of, texts, ticket_in
from tests.bot.console.test_inbox import now_of, path_of
from tests.handlers.test_rewards import offered

on_both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


async def last_of(person: Browser, path: str) -> str:
    found = re.search(r'name="last" value="(\d+)"', (await person.get(path)).text)
    assert found
    return found[1]


def said(site: Site, ticket: Ticket) -> list[str]:
    """What staff have said to the customer."""
    with site.database.reading() as session:
        return [row.text for row in messages.after(session, ticket.chat_id, 0) if row.data.get("by")]


def sweeps(site: Site, feature: Feature = FEATURE) -> None:
    """The clockwork ticks."""
    for sweep in feature.sweeps:
        with site.database.reading() as session:
            due = sweep.find(session, site.now)
        for number in due:
            with site.database.transaction() as session:
                sweep.do(session, number, texts(), site.now)


def test_every_shipped_answer_can_be_sent_to_everybody() -> None:
    for answer in answers.shipped().values():
        answers.check(answer)
        assert set(answer.texts) == set(answer.names) == set(LANGUAGES)


def test_a_macro_is_answer_state_and_tag_in_one_click(url: str) -> None:
    """In the customer's language, with their own car; and only if nothing new was said."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            customer = customer_of(site.database, "east")
            ticket = ticket_in(site.database, "east", customer=customer.id)
            path = path_of(site, ticket)
            last = await last_of(ann, path)
            await ann.post(f"{path}/macro", answer="ready", last=last)
            [words] = said(site, ticket)
            assert words.startswith(customer.name)
            assert "{" not in words
            assert "Lanwan Auto East Harbour" in words
            assert now_of(site, ticket).status == "waiting_customer"
            late = await ann.post(f"{path}/macro", answer="ready", last=last)
            assert late.status == 422
            assert "something new" in late.text
            assert len(said(site, ticket)) == 1
            await ann.post(f"{path}/macro", answer="thanks", last=await last_of(ann, path))
            assert now_of(site, ticket).status == "closed"
            assert "#ready" in (await ann.get("/tickets?queue=ended")).text
            assert "Bo" not in (await ann.get("/tickets?queue=ended&tag=nothing")).text.split('id="rows"')[1]
            with site.database.reading() as session:
                history = [(event.what, event.place) for event in tickets.history(session, ticket.id) if event.what == "tagged"]
            assert history == [("tagged", "console")] * 2

    asyncio.run(go())


def test_managers_write_answers_and_nothing_is_ever_executed(url: str) -> None:
    """Only the places that somebody fills in; another's text stays as it is, whatever it looks like."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            whole = {f"{part}_{language}": "Hi {customer} <b>%(x)s $y" for part in ("name", "text") for language in LANGUAGES}
            assert (await ann.get("/answers")).status == 403
            assert (await ann.post("/answers", code="mine", **whole)).status == 403
            for wrong in (
                {"text_en": "{password}"},
                {"text_en": "{{7*7}}"},
                {"text_zh-Hans": ""},
                {"code": "Not good"},
                {"tag": "x" * 90},
            ):
                refused = await max_.post("/answers", **{"code": "mine", **whole, **wrong})
                assert refused.status == 422, wrong
            assert (await max_.post("/answers", code="mine", **whole)).status == 303
            await max_.post("/answers", code="hello", do="hide")
            ticket = ticket_in(site.database, "east", name="{advisor}")
            page = (await ann.get(path_of(site, ticket))).text
            assert "Hi {advisor} &lt;b&gt;%(x)s $y" in page
            assert 'data-code="hello"' not in page
            chosen = (await ann.get(f"{path_of(site, ticket)}?answer=sorry_wait")).text
            assert "I&#39;m sorry that you had to wait, {advisor}" in chosen.split("<textarea")[4]

    asyncio.run(go())


@on_both
def test_an_answer_for_later_leaves_unless_something_new_was_said(url: str) -> None:
    """Once, whatever worker looks; held up, it is a draft of its writer again, and never sent unread."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            one, other = ticket_in(site.database, "east"), ticket_in(site.database, "east")
            for ticket in (one, other):
                path = path_of(site, ticket)
                gone = await ann.post(
                    f"{path}/later", last=await last_of(ann, path), words="Good morning!", at="2026-11-20T08:00"
                )
                assert gone.status == 422
                # Nine in the morning in the store is one o'clock in UTC.
                await ann.post(f"{path}/later", last=await last_of(ann, path), words="Good morning!", at="2026-11-22T09:00")
            assert "leaves 11-22 09:00" in (await ann.get(path_of(site, one))).text
            sweeps(site)
            assert said(site, one) == []
            with site.database.transaction() as session:
                messages.receive(session, other.chat_id, "web", key="new", kind="text", text="Never mind", data={}, now=site.now)
            site.now += timedelta(days=1)
            sweeps(site)
            sweeps(site)
            assert (said(site, one), said(site, other)) == (["Good morning!"], [])
            with site.database.reading() as session:
                kept = drafts.find(session, other.id, site.member("ann").id)
                assert kept
                assert kept.words == "Good morning!"
                assert tickets.last_event(session, other.id, "held_up")
                assert tickets.last_event(session, one.id, "replied")

    asyncio.run(go())


def test_an_answer_for_later_is_taken_back(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            await ann.post(f"{path}/later", last=await last_of(ann, path), words="Tomorrow", at="2026-11-22T09:00")
            with site.database.reading() as session:
                [later] = handiness.pending(session, ticket.id)
            await ann.post(f"{path}/not-later", later=site.token("later", later.id))
            site.now += timedelta(days=2)
            sweeps(site)
            assert said(site, ticket) == []
            assert "Tomorrow</textarea>" in (await site.staff("ann").get(path)).text

    asyncio.run(go())


def tags(site: Site, those: list[Ticket]) -> list[list[str]]:
    with site.database.reading() as session:
        found = handiness.tags_of(session, [one.id for one in those])
    return [found.get(one.id, []) for one in those]


@on_both
def test_many_are_assigned_tagged_or_closed_at_once_and_it_is_undone(url: str) -> None:
    """Closing begins when the ten seconds are over, so that no customer is told what is then taken back."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            three = [ticket_in(site.database, "east", name=f"P{number}") for number in range(3)]
            foreign = ticket_in(site.database, "west")
            before = [now_of(site, ticket).staff_id for ticket in three]
            ids = [site.token("ticket", ticket.id) for ticket in three]
            to = site.token("member", site.member("max").id)

            async def many(tokens: list[str], **more: str) -> int:
                fields = [("csrf", mac(ann.secret, "csrf")), *(("ticket", token) for token in tokens), *more.items()]
                seen = await ann._ask("POST", "/tickets/bulk", data=aiohttp.FormData(fields), headers={"Origin": site.url})
                return seen.status

            async def undo() -> str:
                page = (await ann.get("/tickets")).text
                token = re.search(r'name="bulk" value="([^"]+)"', page)
                assert token
                return token[1]

            assert await many([*ids, site.token("ticket", foreign.id)], do="assign", to=to) == 404
            assert await many([*ids, site.token("ticket", 987_654)], do="assign", to=to) == 404
            assert [now_of(site, ticket).staff_id for ticket in three] == before
            assert await many(ids, do="assign", to=to) == 303
            assert {now_of(site, ticket).staff_id for ticket in three} == {site.member("max").id}
            assert "already" not in (await max_.post("/tickets/undo", bulk=await undo())).text
            assert {now_of(site, ticket).staff_id for ticket in three} == {site.member("max").id}
            await ann.post("/tickets/undo", bulk=await undo())
            assert [now_of(site, ticket).staff_id for ticket in three] == before

            await ann.post(f"/tickets/{ids[0]}/tag", tag="Paint")
            assert await many(ids, do="tag", tag="") == 303
            assert await many(ids, do="tag", tag="  PAINT shop ") == 303
            assert await many(ids, do="tag", tag="paint") == 303
            assert tags(site, three) == [["paint", "paint shop"]] * 3
            await ann.post("/tickets/undo", bulk=await undo())
            assert tags(site, three) == [["paint", "paint shop"], ["paint shop"], ["paint shop"]], "only what it had put there"

            await many(ids, do="close")
            sweeps(site)
            assert "about to be closed" in (await max_.get("/tickets")).text
            await ann.post("/tickets/undo", bulk=await undo())
            site.now += timedelta(seconds=11)
            sweeps(site)
            assert {now_of(site, ticket).status for ticket in three} == {"open"}
            await many(ids, do="close")
            kept = await undo()
            site.now += timedelta(seconds=11)
            assert 'name="bulk" value' not in (await ann.get("/tickets")).text
            await ann.post("/tickets/undo", bulk=kept)
            sweeps(site)
            assert {now_of(site, ticket).status for ticket in three} == {"closed"}

    asyncio.run(go())


def test_views_are_one_s_own(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            await ann.post("/tickets/filters", name="Bad ones", query="?tier=serious")
            page = (await ann.get("/tickets")).text
            assert 'href="/console/tickets?tier=serious">Bad ones' in page
            assert "Bad ones" not in (await max_.get("/tickets")).text
            token = re.search(r'name="drop" value="([^"]+)"', page)
            assert token
            await max_.post("/tickets/filters", drop=token[1])
            assert "Bad ones" in (await ann.get("/tickets")).text
            await ann.post("/tickets/filters", drop=token[1])
            assert "Bad ones" not in (await ann.get("/tickets")).text
            assert "data-keys" in page
            await ann.post("/account/keys")
            assert "data-keys" not in (await ann.get("/tickets")).text

    asyncio.run(go())


def test_in9_photos_go_with_an_answer_and_come_out_clean(url: str) -> None:
    """IN9: made anew, without metadata; what is no photo is refused with the words kept."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            picture = io.BytesIO()
            exif = Image.Exif()
            exif[0x010E] = "SECRET PLACE"
            Image.new("RGB", (40, 30), "red").save(picture, "JPEG", exif=exif)

            async def sends(content: bytes) -> tuple[int, str]:
                form = aiohttp.FormData()
                for name, value in (
                    ("csrf", mac(ann.secret, "csrf")),
                    ("last", await last_of(ann, path)),
                    ("words", "Look here"),
                ):
                    form.add_field(name, value)
                form.add_field("photo", content, filename="a.jpg", content_type="image/jpeg")
                seen = await ann._ask("POST", path, data=form, headers={"Origin": site.url})
                return seen.status, seen.text

            status, page = await sends(b"<svg onload=alert(1)>")
            assert status == 422
            assert "Look here</textarea>" in page
            assert said(site, ticket) == []
            assert (await sends(picture.getvalue()))[0] == 303
            [row] = [row for row in messages_of(site, ticket) if row.data.get("picture")]
            assert (row.kind, row.text) == ("photo", "Look here")
            with site.database.reading() as session:
                kept = media.find(session, row.data["picture"], ticket.chat_id)
            assert kept
            assert b"SECRET" not in kept[1]
            shown = re.findall(rf'src="(/console{path}/photos/[^"]+)"', (await ann.get(path)).text)
            assert (await ann.get(shown[-1])).headers["Content-Type"] == "image/jpeg"
            # Only the page that takes photos takes such a form.
            form = aiohttp.FormData()
            form.add_field("photo", b"x", filename="a.jpg")
            assert (await ann._ask("POST", f"{path}/note", data=form, headers={"Origin": site.url})).status == 415

    asyncio.run(go())


def messages_of(site: Site, ticket: Ticket) -> list[messages.Message]:
    with site.database.reading() as session:
        return messages.after(session, ticket.chat_id, 0)


def test_shifts_are_written_by_managers_of_the_store(url: str) -> None:
    """Whoever goes away in the console keeps no ticket; a manager sees and plans their own store only."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            ticket = ticket_in(site.database, "east")
            assert now_of(site, ticket).staff_id == site.member("ann").id
            assert (await ann.get("/shifts")).status == 403
            assert (await max_.post(f"/shifts/{site.token('member', site.member('wes').id)}", day0="9:00-18:00")).status == 404
            path = f"/shifts/{site.token('member', site.member('ann').id)}"
            back = await max_.post(path, day0="whenever", back="/console/shifts")
            assert "I can&#39;t read" in (await max_.get(back.location)).text
            await max_.post(path, day0="9:00-12:00, 13:00-18:00", skill="damage", back="/console/shifts")
            assert (await max_.get("/shifts")).text.count('value="damage" checked') == 1
            assert 'value="09:00-12:00, 13:00-18:00"' in (await max_.get("/shifts")).text
            assert "Wes" not in (await max_.get("/shifts")).text
            await ann.post("/account/away", until="2026-11-01", back="/console/tickets")
            assert now_of(site, ticket).staff_id == site.member("ann").id
            await ann.post("/account/away", until="2026-11-23", back="/console/tickets")
            assert now_of(site, ticket).staff_id is None
            assert 'value="2026-11-23"' in (await ann.get("/tickets")).text
            customer = customer_of(site.database, "east")
            card = f"/customers/{site.token('customer', customer.id)}"
            to = site.token("member", site.member("max").id)
            assert (await ann.post(f"{card}/advisor", to=site.token("member", site.member("wes").id))).status == 404
            await ann.post(f"{card}/advisor", to=to)
            assert f'<option value="{to}" selected>Max' in (await ann.get(card)).text

    asyncio.run(go())


def test_a_gift_is_given_asked_for_and_agreed_to_at_the_ticket(url: str) -> None:
    """Within one's limits at once; above them the manager sees it in a queue of its own, and agrees. Forged yeses do nothing."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_ = site.staff("ann"), site.staff("max")
            ticket = ticket_in(site.database, "east", customer=customer_of(site.database, "east").id)
            path = path_of(site, ticket)
            with site.database.transaction() as session:
                offered(session, code="wash_gift")
                offered(session, code="rework_gift", issuer="manager")
            page = (await ann.get(path)).text
            assert ('value="wash_gift">Ten off' in page, 'value="rework_gift">🔑' in page) == (True, True)
            assert (await ann.post(f"{path}/gift", offer="wash_gift")).status == 303
            [words] = said(site, ticket)
            assert "Ten off" in words
            assert (await ann.post(f"{path}/gift", offer="rework_gift")).status == 303
            await ann.post(f"{path}/gift", offer="no_such")
            waiting = (await ann.get(path)).text
            assert "would like to give" in waiting
            assert 'value="grant"' not in waiting
            listed = (await max_.get("/tickets?queue=approval")).text.split('id="rows"')[1]
            assert listed.count('class="open"') == 1
            found = re.search(r'name="approval" value="([^"]+)"', (await max_.get(path)).text)
            assert found
            assert (await ann.post(f"{path}/approval", approval=found[1], do="grant")).status == 403
            await max_.post(f"{path}/approval", approval="1", do="grant")
            assert len(said(site, ticket)) == 1
            assert (await max_.post(f"{path}/approval", approval=found[1], do="grant")).status == 303
            assert len(said(site, ticket)) == 2
            await max_.post(f"{path}/approval", approval=found[1], do="grant")
            assert len(said(site, ticket)) == 2

    asyncio.run(go())


def test_a_file_goes_to_the_customer_and_is_kept_and_not_shown(url: str) -> None:
    """IN10, WB5: a PDF beside the photo, its name made harmless, given as an attachment."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east", customer=customer_of(site.database, "east").id)
            path = path_of(site, ticket)
            form = aiohttp.FormData()
            for name, value in (("csrf", mac(ann.secret, "csrf")), ("last", await last_of(ann, path)), ("words", "The offer")):
                form.add_field(name, value)
            form.add_field("photo", b"%PDF-1.7 x", filename="../../offer<b>.exe", content_type="text/html")
            assert (await ann._ask("POST", path, data=form, headers={"Origin": site.url})).status == 303
            [row] = [row for row in messages_of(site, ticket) if row.data.get("files")]
            assert (row.kind, row.text, row.data["files"][0]["name"]) == ("file", "The offer", "offer b.pdf")
            page = (await ann.get(path)).text
            found = re.search(rf'href="/console({path}/photos/[^"]+)" download', page)
            assert found
            given = await ann.get(found[1])
            assert (given.text, given.headers["Content-Type"]) == ("%PDF-1.7 x", "application/pdf")
            assert given.headers["Content-Disposition"].startswith("attachment;")
            assert (await site.staff("wes").get(found[1])).status == 404

    asyncio.run(go())


def rows_of(page: str) -> int:
    return page.split('id="rows"')[1].count('class="open"')


def test_a_ticket_is_put_aside_until_its_time_or_until_there_is_something_to_hear(url: str) -> None:
    """Out of the queues of work, with its clocks running; back at its time, by hand, and when the customer writes."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            before = rows_of((await ann.get("/tickets")).text)

            async def seen() -> tuple[int, int]:
                lists = [(await ann.get(f"/tickets?queue={queue}")).text for queue in ("all", "snoozed")]
                return rows_of(lists[0]) - before, rows_of(lists[1])

            later = (site.now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")  # one hour on the store's clock
            assert (await ann.post(f"{path}/snooze", until="2020-01-01T10:00")).status == 422
            assert (await ann.post(f"{path}/snooze", until=later)).status == 303
            assert await seen() == (-1, 1)
            assert now_of(site, ticket).solution_due == ticket.solution_due
            site.now += timedelta(minutes=90)
            assert await seen() == (0, 0)
            later = (site.now + timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M")
            await ann.post(f"{path}/snooze", until=later)
            await ann.post(f"{path}/snooze", until="")
            assert await seen() == (0, 0)
            await ann.post(f"{path}/snooze", until=later)
            assert await seen() == (-1, 1)
            with site.database.transaction() as session:
                work = Work(session, texts(), site.now, By("customer", "web"))
                with work.holding(session.get_one(Ticket, ticket.id)) as (chat, now):
                    actions.hear(work, chat, now, "Hello? Anybody?", [])
            assert await seen() == (0, 0)

    asyncio.run(go())


def test_colleagues_who_are_named_in_a_note_find_the_ticket(url: str) -> None:
    """AU10: by login; not whoever may not see it, and not oneself. It is done with when they have done something."""

    async def go() -> None:
        async with Site(url) as site:
            ann, max_, wes = site.staff("ann"), site.staff("max"), site.staff("wes")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            await ann.post(f"{path}/note", note="@max, @wes and @ann: who knows this car? mail@max.example")
            assert [rows_of((await one.get("/tickets?queue=mentioned")).text) for one in (ann, max_, wes)] == [0, 1, 0]
            with site.database.reading() as session:
                told = [notice.staff_id for notice in marks.untold(session) if notice.kind == "mentioned"]
            assert told == [site.member("max").id]
            await max_.post(f"{path}/note", note="I do.")
            assert rows_of((await max_.get("/tickets?queue=mentioned")).text) == 0

    asyncio.run(go())
