"""Working tickets in the console: queues and search, claiming, notes, tiers, settling; the history says who and from where."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from handlers.tickets import actions
from handlers.tickets.work import By, Work
from storage import audit, chats, marks, messages, tickets
from storage.tickets import Ticket
from tests.bot.console.site import Browser, Site, customer_of, mark_in, texts, ticket_in

on_both = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


def path_of(site: Site, ticket: Ticket) -> str:
    return f"/tickets/{site.token('ticket', ticket.id)}"


def now_of(site: Site, ticket: Ticket) -> Ticket:
    with site.database.reading() as session:
        return session.get_one(Ticket, ticket.id)


def free(site: Site, ticket: Ticket) -> None:
    with site.database.transaction() as session:
        session.execute(update(Ticket).where(Ticket.id == ticket.id).values(staff_id=None))


async def rows(person: Browser, query: str = "") -> list[str]:
    """The names in the list, in their order."""
    page = (await person.get(f"/tickets{query}")).text
    return re.findall(r'<strong class="clip">(.*?)</strong>', page.split('id="rows"')[1])


@on_both
def test_cc9_of_two_who_claim_at_once_one_has_it(url: str) -> None:
    """CC9: the other is told; both are in the history of who, when and from where."""

    async def go() -> None:
        async with Site(url) as site:
            ticket = ticket_in(site.database, "east")
            free(site, ticket)
            people = [site.staff("ann"), site.staff("max"), site.staff("rui")]
            answers = await asyncio.gather(*(person.post(f"{path_of(site, ticket)}/claim") for person in people))
            said = [(await person.get(path_of(site, ticket))).text for person in people]
            assert sum("It is yours." in page for page in said) == 1
            assert sum("Somebody else has taken this case already." in page for page in said) == 2
            assert {answer.status for answer in answers} == {303}
            with site.database.reading() as session:
                claimed = [event for event in tickets.history(session, ticket.id) if event.what == "claimed"]
            assert [event.place for event in claimed] == ["console"]
            assert claimed[0].staff_id == now_of(site, ticket).staff_id

    asyncio.run(go())


def test_a_note_never_becomes_an_answer(url: str) -> None:
    """Not by its page, not by a draft, not by a refused form: the customer's chat does not grow."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            await ann.post(f"{path}/draft", note="SECRET one", words="")
            await ann.post(f"{path}/note", note="SECRET two", words="SECRET three", last="1")
            await ann.post(path, note="SECRET four", last="1", words=" ")
            await ann.post(f"{path}/resolve", cause="", remedy="", note="SECRET five")
            with site.database.reading() as session:
                said = [row.text for row in messages.after(session, ticket.chat_id, 0)]
                assert [note.text for note in tickets.notes(session, ticket.id)] == ["SECRET two"]
            assert not any("SECRET" in text for text in said)
            page = (await ann.get(path)).text
            assert re.search(
                r'<li class="note">\s*<strong class="label">Internal note</strong>\s*<p class="said">SECRET two', page
            )

    asyncio.run(go())


@on_both
def test_a_serious_matter_is_settled_with_cause_remedy_and_prevention(url: str) -> None:
    """What was typed is there again when something is missing; the customer is told; reopening needs one press."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = path_of(site, ticket)
            await ann.post(f"{path}/tier", tier="serious")
            assert now_of(site, ticket).tier == "serious"
            missing = await ann.post(f"{path}/resolve", cause="A loose bolt", remedy="Tightened")
            assert missing.status == 422
            assert "A loose bolt</textarea>" in missing.text
            assert "please also say how it will not happen again" in missing.text
            done = await ann.post(f"{path}/resolve", cause="A loose bolt", remedy="Tightened", prevention="Checked twice")
            assert done.status == 303
            assert now_of(site, ticket).status == "resolved"
            with site.database.reading() as session:
                assert "A loose bolt" in messages.latest(session, ticket.chat_id)[-1].text
            assert await rows(ann, "?queue=ended") == ["Bo"]
            await ann.post(f"{path}/reopen")
            assert now_of(site, ticket).status == "reopened"
            with site.database.reading() as session:
                places = {event.place for event in tickets.history(session, ticket.id) if event.staff_id}
            assert places == {"console"}

    asyncio.run(go())


def test_queues_and_their_order(url: str) -> None:
    """The worst tier first, then what is due first; each queue holds what it says, behind the store wall."""

    async def go() -> None:
        async with Site(url) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            plain, bad, later, away = [ticket_in(site.database, "east", name=name) for name in ("Plain", "Bad", "Later", "Away")]
            ticket_in(site.database, "west", name="Western")
            free(site, later)
            await ann.post(f"{path_of(site, bad)}/tier", tier="critical")
            await ann.post(path_of(site, away), last="0", words="x")
            last = re.search(r'name="last" value="(\d+)"', (await ann.get(path_of(site, away))).text)
            assert last
            await ann.post(path_of(site, away), last=last[1], words="Which car?", waits="1")
            assert (await rows(ann))[:1] == ["Bad"]
            assert sorted(await rows(ann)) == ["Away", "Bad", "Later", "Plain"]
            assert await rows(ann, "?queue=unassigned") == ["Later"]
            assert await rows(ann, "?queue=waiting") == ["Away"]
            assert await rows(ann, "?tier=critical") == ["Bad"]
            assert sorted(await rows(ann, "?queue=mine")) == ["Away", "Bad", "Plain"]
            assert await rows(ann, "?queue=breached") == []
            site.now += timedelta(hours=1, minutes=30)
            assert sorted(await rows(ann, "?queue=breached")) == ["Bad", "Later", "Plain"]
            assert await rows(wes) == ["Western"]
            assert await rows(wes, "?find=Plain") == []
            page = (await ann.get("/tickets?queue=breached")).text
            assert re.search(r"Promise broken <b>3</b>", page)
            assert 'class="clock late"' in page
            assert plain.id

    asyncio.run(go())


@on_both
def test_the_search_finds_words_people_cases_and_what_was_said(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            eva, wes = site.staff("eva"), site.staff("wes")
            customer = customer_of(site.database, "east")
            ticket = ticket_in(site.database, "east", "The wheel squeaks 100%", "Nick", customer=customer.id)
            with site.database.transaction() as session:
                work = Work(session, texts(), site.now, By("Max", "console", site.member("max").id))
                actions.reply(work, session.get_one(Ticket, ticket.id), "Bring the torque wrench.")
            name = customer.name
            for words in ("squeaks", "SQUEAKS", "100%25", ticket.token.lower(), name, "Nick", (customer.phone or "")[-4:]):
                assert await rows(eva, f"?find={words}") == [name], words
            for words in ("squeaked", "50%25", "__", "torque"):
                assert await rows(eva, f"?find={words}") == [], words
            assert await rows(eva, "?find=torque&deep=1") == [name]
            assert await rows(wes, "?find=squeaks&deep=1") == []

    asyncio.run(go())


def test_an_early_warning_becomes_a_ticket_before_it_is_a_complaint(url: str) -> None:
    async def go() -> None:
        async with Site(url) as site:
            ann, wes = site.staff("ann"), site.staff("wes")
            mark = mark_in(site.database, "east")
            assert "asked again if it is ready" in (await ann.get("/tickets")).text
            assert "asked again if it is ready" not in (await wes.get("/tickets")).text
            opened = await ann.post(f"/warnings/{site.token('mark', mark.id)}/open")
            page = (await ann.get(opened.location)).text
            assert "Ready?" in page
            with site.database.reading() as session:
                assert marks.standing(session) == []
                [ticket] = session.scalars(select(Ticket)).all()
            assert ticket.staff_id == site.member("ann").id
            # Pressed once more, it is the same ticket.
            assert (await ann.post(f"/warnings/{site.token('mark', mark.id)}/open")).location == opened.location

    asyncio.run(go())


def test_two_tickets_of_one_person_are_merged_and_it_is_undone(url: str) -> None:
    """The words of both are read in the one that goes on; somebody else's ticket cannot be merged in."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            customer = customer_of(site.database, "east")
            one, other = [
                ticket_in(site.database, "east", words, customer=customer.id) for words in ("First words", "Second words")
            ]
            stranger = ticket_in(site.database, "east", "Not theirs")
            refused = await ann.post(
                f"{path_of(site, one)}/merge", into=site.token("ticket", stranger.id), back="/console/tickets"
            )
            assert "different customers" in (await ann.get(refused.location)).text
            done = await ann.post(f"{path_of(site, one)}/merge", into=site.token("ticket", other.id))
            page = (await ann.get(done.location)).text
            assert "First words" in page
            assert "Second words" in page
            await ann.post(f"{path_of(site, one)}/unmerge")
            assert now_of(site, one).status == "open"

    asyncio.run(go())


def test_a_matter_that_is_two_is_split_and_merged_again(url: str) -> None:
    """What is ticked leaves with its words; some must stay, and what is another ticket's or nobody's is not taken."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east", "I waited two hours")
            with site.database.transaction() as session:
                chat = chats.lock(session, ticket.chat_id)
                for words in ("the coffee was cold", "and you scratched my door"):
                    number = messages.receive(
                        session, chat.id, chat.channel, key=words, kind="text", text=words, data={}, now=site.now
                    )
                    tickets.link(session, ticket.id, [number or 0])
            path = path_of(site, ticket)
            with site.database.reading() as session:
                mine = tickets.linked_since(session, ticket.id, ticket.opened_at)
            page = (await ann.get(path)).text
            assert page.count('name="message"') == len(mine) >= 2
            last = site.token("message", mine[-1])
            await ann.post(f"{path}/split", message=[site.token("message", one) for one in mine])
            await ann.post(f"{path}/split", message=site.token("ticket", mine[-1]))
            with site.database.reading() as session:
                assert len(tickets.of_chat(session, ticket.chat_id, limit=9)) == 1
            await ann.post(f"{path}/split", message=last)
            with site.database.reading() as session:
                other, first = tickets.of_chat(session, ticket.chat_id, limit=9)
                assert (other.summary, other.tier, first.tier) == ("and you scratched my door", "serious", first.tier)
                assert [row.text for row in tickets.thread(session, other.id) if row.incoming] == [other.summary]
                assert "split" in [event.what for event in tickets.history(session, ticket.id)]
            await ann.post(f"{path_of(site, other)}/merge", into=site.token("ticket", ticket.id))
            assert now_of(site, other).status == "merged"

    asyncio.run(go())


def test_nobody_is_given_a_ticket_they_could_not_see(url: str) -> None:
    """AU3, AU10: of another store, or not at work any more, is the same as absent."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket = ticket_in(site.database, "east")
            path = f"{path_of(site, ticket)}/assign"
            wes, max_, nobody = (site.token("member", site.member("wes").id), site.token("member", site.member("max").id),
                                 site.token("member", 987_654))  # fmt: skip
            foreign, absent = await ann.post(path, to=wes), await ann.post(path, to=nobody)
            assert (foreign.status, foreign.text) == (absent.status, absent.text)
            assert foreign.status == 404
            assert (await ann.post(path, to=max_)).status == 303
            assert now_of(site, ticket).staff_id == site.member("max").id
            assert (await ann.post(path, to="")).status == 303
            assert now_of(site, ticket).staff_id is None

    asyncio.run(go())


def test_where_to_names_only_what_somebody_may_see(url: str) -> None:
    """Pages of one's role, tickets and customers of one's store, and phone numbers masked."""

    async def go() -> None:
        async with Site(url) as site:
            ann, wes, eva = site.staff("ann"), site.staff("wes"), site.staff("eva")
            customer = customer_of(site.database, "east")
            ticket = ticket_in(site.database, "east", "The sunroof leaks", customer=customer.id)
            mine, theirs, all_ = [(await who.get("/go")).text.split('id="places"')[1] for who in (ann, wes, eva)]
            assert 'href="/console/tickets?queue=mine"' in mine
            assert "/console/shifts" not in mine
            assert "/console/shifts" in all_
            found = (await ann.get(f"/go?find={customer.name}")).text.split('id="places"')[1]
            assert path_of(site, ticket) in found
            assert site.token("customer", customer.id) in found
            assert "****" in found
            assert site.token("customer", customer.id) not in (await wes.get(f"/go?find={customer.name}")).text
            assert path_of(site, ticket) in (await ann.get("/go?find=sunroof")).text
            assert path_of(site, ticket) not in (await wes.get("/go?find=sunroof")).text
            assert path_of(site, ticket) not in theirs

    asyncio.run(go())


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_who_complains_on_the_phone_has_a_ticket_too(url: str) -> None:
    """From the customer's card, with or without a chat; the tier by the rules unless staff know better."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            customer = customer_of(site.database, "east")
            card = f"/customers/{site.token('customer', customer.id)}"
            assert "On the phone: open a ticket" in (await ann.get(card)).text
            answer = await ann.post(f"{card}/ticket", words="You scratched my door and nobody says sorry", kind="complaint")
            page = (await ann.get(answer.location.removeprefix("/console"))).text
            assert "You scratched my door" in page
            assert "reaches nobody. Call them" in page
            await ann.post(f"{card}/ticket", words="Waited two hours", kind="complaint", tier="critical")
            await ann.post(f"{card}/ticket", words="Is Li there today?", kind="question", tier="")
            await ann.post(f"{card}/ticket", words=" ")
            with site.database.reading() as session:
                found = tickets.of_customer(session, customer.id, 9)
                chats_of = chats.of_customer(session, customer.id)
                opened = tickets.history(session, found[0].id)[0]
            assert sorted((one.kind, one.tier) for one in found) == [
                ("complaint", "critical"), ("complaint", "serious"), ("question", "question")
            ]  # fmt: skip
            assert {one.first_response_due is not None for one in found} == {True}
            assert opened.place == "console"
            assert opened.staff_id == site.member("ann").id
            # The reminders and offers of the gate do not go where nobody reads.
            assert [(one.channel, one.reachable) for one in chats_of] == [("phone", False)]

    asyncio.run(go())


@on_both
def test_cc9_whatever_two_do_at_once_is_written_down_and_no_note_is_lost(url: str) -> None:
    """CC9: the last one to assign has it, the second to close is told."""

    async def go() -> None:
        async with Site(url) as site:
            ticket = ticket_in(site.database, "east")
            path, people = path_of(site, ticket), {"ann": site.staff("ann"), "max": site.staff("max")}
            members = {login: site.member(login).id for login in people}
            words = [(login, f"{login} {number}") for number in range(3) for login in people]
            await asyncio.gather(*(people[login].post(f"{path}/note", note=word) for login, word in words))
            with site.database.reading() as session:
                assert sorted(note.text for note in tickets.notes(session, ticket.id)) == sorted(word for _, word in words)
            others = {"ann": site.token("member", members["max"]), "max": site.token("member", members["ann"])}
            await asyncio.gather(*(person.post(f"{path}/assign", to=others[login]) for login, person in people.items()))
            assert now_of(site, ticket).staff_id in members.values()
            await asyncio.gather(*(person.post(f"{path}/close") for person in people.values()))
            said = [(await person.get(path)).text for person in people.values()]
            assert sum("This ticket is closed." in page for page in said) == 1
            with site.database.reading() as session:
                log = [(row.action, row.staff_id) for row in audit.newest(session, 50)]
                history = [event.what for event in tickets.history(session, ticket.id)]
            assert {who for what, who in log if what == "ticket.assign"} == set(members.values())
            assert ([what for what, _ in log].count("ticket.close"), history.count("closed")) == (1, 1)

    asyncio.run(go())


def test_wb8_what_is_asked_of_the_queue_is_never_a_query(url: str) -> None:
    """WB8: no part of the address sorts, joins or ends a statement; a per cent sign is a per cent sign."""

    async def go() -> None:
        async with Site(url) as site:
            ann = site.staff("ann")
            ticket_in(site.database, "east", "It rattles at 100 % throttle.", "Bo")
            for hostile in ("' OR 1=1--", "1; DROP TABLE tickets;--", "id DESC", "\\", "%", "_", "a" * 3000, "\x00", "9" * 40):
                for name in ("queue", "tier", "tag", "find", "page", "store", "sort", "deep", "view", "after"):
                    seen = await ann.get("/tickets", params={name: hostile, **({"find": "x"} if name == "deep" else {})})
                    assert seen.status in (200, 404), (name, hostile)
            assert await rows(ann, "?find=100+%25") == ["Bo"]
            assert await rows(ann, "?find=%25rattles") == []
            assert await rows(ann, "?find=r_ttles") == []
            assert await rows(ann) == ["Bo"]

    asyncio.run(go())
