"""The inbox in real Chromium: two people at work at once, news without a reload, drafts, and a phone.

Screenshots for people to look at are left in tests/screenshots/.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from bot.console import live
from handlers.dialogue.memo import Memo
from handlers.tickets import actions, parts
from handlers.tickets.work import By, Work
from storage import drafts, messages, suggestions
from storage.chats import CHATS
from storage.database import Database
from storage.staff import Staff
from storage.tickets import Ticket
from tests.bot.console.site import Site, customer_of, hire, texts, ticket_in
from tests.browser.conftest import Served, Watched
from tests.browser.test_console import enters, sound
from tests.conftest import Templates

Pages = Callable[..., Watched]


@pytest.fixture(scope="module")
def made(templates: Templates, tmp_path_factory: pytest.TempPathFactory, sample_memo: Memo) -> Iterator[Served]:
    url = templates.copy("sqlite", True, tmp_path_factory.mktemp("inbox"))
    patch = pytest.MonkeyPatch()
    patch.setattr(live, "LOOK_EVERY", 0.1)
    served = Served(lambda: Site(url, sample_memo))
    hire(served.site.database)
    yield served
    served.close()
    patch.undo()


@pytest.fixture(autouse=True)
def in_english(made: Served) -> None:
    """The house is one for all tests here, which run in any order."""
    with site(made).database.transaction() as session:
        session.execute(update(Staff).where(Staff.login.in_(["ann", "max"])).values(language="en"))


def site(made: Served) -> Site:
    found: Site = made.site
    return found


def at(made: Served, ticket: Ticket) -> str:
    return f"/console/tickets/{site(made).token('ticket', ticket.id)}"


def follows(page: Page) -> None:
    expect(page.locator("html[data-live]")).to_be_attached()


def test_two_people_and_a_customer_at_one_ticket(made: Served, pages: Pages, screenshots: Path) -> None:
    """Who is there and who writes; the second sender reads the first's answer before their own goes; nothing typed is lost."""
    house = site(made)
    ticket = ticket_in(house.database, "east", "My car rattles.", "Bo Ek")
    ann, max_ = pages(), pages()
    enters(ann.page, made, "ann", at(made, ticket))
    enters(max_.page, made, "max", at(made, ticket))
    follows(ann.page)
    follows(max_.page)
    expect(ann.page.locator("#present")).to_contain_text("Max is here too")
    field = max_.page.locator("[name=words]")
    field.fill("Max will call you.")
    field.press("End")
    expect(ann.page.locator("#present")).to_contain_text("Max is writing")
    ann.page.locator("[name=words]").fill("Ann looks after it.")
    ann.page.locator("[name=words]").press("Control+Enter")
    # Max sees it without doing anything, with his own words and the place of his cursor as they were.
    expect(max_.page.locator("#thread .colleague").last).to_contain_text("Ann looks after it.")
    expect(field).to_have_value("Max will call you.")
    expect(field).to_be_focused()
    max_.page.screenshot(path=screenshots / "inbox-two-1280.png")
    field.press("Control+Enter")
    expect(max_.page.locator(".notice.refused")).to_contain_text("something new")
    expect(field).to_have_value("Max will call you.")
    max_.page.locator("#answer button.first").click()
    expect(max_.page.locator("#thread .colleague").last).to_contain_text("Max will call you.")
    expect(ann.page.locator("#thread .colleague").last).to_contain_text("Max will call you.")
    with house.database.reading() as session:
        said = [row.text for row in messages.after(session, ticket.chat_id, 0) if row.data.get("by")]
    assert said == ["Ann looks after it.", "Max will call you."]
    max_.complaints = [words for words in max_.complaints if "422" not in words]
    for watched in (ann, max_):
        sound(watched)


def test_the_list_follows_along_and_keeps_its_place(made: Served, pages: Pages) -> None:
    """Tickets come and change without a reload; scroll and focus stay where they were; a note shows at a colleague's at once."""
    house = site(made)
    for number in range(14):
        ticket_in(house.database, "west", f"Matter {number}", f"Person {number}")
    first = ticket_in(house.database, "west", "The first of them", "Zoe First")
    watched = pages()
    page = watched.page
    enters(page, made, "eva", at(made, first))
    follows(page)
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), "the panes scroll, the page does not"
    link = page.locator("#rows a", has_text="Person 9")
    link.focus()
    scrolled = page.locator(".list").evaluate("(pane) => pane.scrollTop = 300")
    ticket_in(house.database, "west", "It has just come in", "Newcomer")
    expect(page.locator("#rows")).to_contain_text("Newcomer")
    expect(link).to_be_focused()
    assert abs(page.locator(".list").evaluate("(pane) => pane.scrollTop") - scrolled) < 2
    with house.database.transaction() as session:
        work = Work(session, texts(), house.now, By("Lin", "telegram", house.member("wes").id))
        actions.note(work, session.get_one(Ticket, first.id), "Be careful with this one.")
    note = page.locator("#thread .note")
    expect(note).to_contain_text("Be careful with this one.")
    colour = "getComputedStyle(document.querySelector('#thread .%s')).backgroundColor"
    assert page.evaluate(colour % "note") != page.evaluate(colour % "customer")
    sound(watched)


def test_a_draft_outlives_the_tab(made: Served, pages: Pages) -> None:
    """UX 1.3: kept on the server for whoever wrote it, word for word, and gone when it is sent; a note stays a note."""
    house = site(made)
    ticket = ticket_in(house.database, "east", "Hello?", "Drafty")
    watched = pages()
    page = watched.page
    enters(page, made, "ann", at(made, ticket))
    with page.expect_response("**/draft"):
        page.locator("[name=words]").fill("I have begun")
    page.locator("label[for=tab-note]").click()
    with page.expect_response("**/draft"):
        page.locator("[name=note]").fill("and thought about it")
    page.goto(made.url + "/console/tickets")
    expect(page.locator("#rows li", has_text="Drafty")).to_contain_text("draft")
    page.goto(made.url + at(made, ticket))
    expect(page.locator("[name=words]")).to_have_value("I have begun")
    expect(page.locator("[name=note]")).to_have_value("and thought about it")
    page.locator("[name=words]").press("Control+Enter")
    expect(page.locator("#thread .colleague")).to_contain_text("I have begun")
    expect(page.locator("[name=words]")).to_have_value("")
    with house.database.reading() as session:
        kept = drafts.find(session, ticket.id, house.member("ann").id)
        assert kept
        assert (kept.words, kept.note) == ("", "and thought about it")
        assert all("thought" not in row.text for row in messages.after(session, ticket.chat_id, 0))
    sound(watched)


def test_what_is_typed_before_the_page_is_ready_is_kept(made: Served, pages: Pages) -> None:
    """The fields are there before the script that keeps drafts: on a slow line one has written half a sentence by then."""
    house = site(made)
    ticket = ticket_in(house.database, "east", "Hello?", "Early")
    page = pages().page
    enters(page, made, "ann")

    def slow(route: Route) -> None:
        page.locator("[name=words]").fill("Written early")
        route.continue_()
        page.unroute("**/inbox.js")

    page.route("**/inbox.js", slow)
    with page.expect_response("**/draft"):
        page.goto(made.url + at(made, ticket), wait_until="commit")
    with house.database.reading() as session:
        kept = drafts.find(session, ticket.id, house.member("ann").id)
        assert kept
        assert (kept.words, kept.note) == ("Written early", "")


@pytest.mark.parametrize(
    ("language", "words", "width", "height"),
    [("en", "Mine", 1280, 800), ("zh-Hans", "我的", 360, 640), ("zh-Hant", "未指派", 360, 640)],
)
def test_queue_and_thread_at_a_glance(
    made: Served, pages: Pages, screenshots: Path, language: str, words: str, width: int, height: int
) -> None:
    """Three panes on a desk, one after the other on a phone; clocks tick."""
    house = site(made)
    customer = customer_of(house.database, "east")
    ticket = ticket_in(house.database, "east", "等了两个小时，没人理我\nTwo hours!", "周小姐", customer=customer.id)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.login == "max").values(language=language))
        work = Work(session, texts(), house.now, By("Max", "console", house.member("max").id))
        actions.set_tier(work, session.get_one(Ticket, ticket.id), "minor")
        parts.wait(work, session.get_one(Ticket, ticket.id), "Brake disc", house.now.date() + timedelta(days=3), parts.KNOWN)
    watched = pages(language, width, height, color_scheme="dark" if width < 500 else "light")
    page = watched.page
    enters(page, made, "max", "/console/tickets")
    expect(page.locator("#queues")).to_contain_text(words)
    page.screenshot(path=screenshots / f"inbox-queue-{language}-{width}.png", full_page=width < 500)
    sound(watched)
    page.goto(made.url + at(made, ticket))
    clock = page.locator("#head [data-due]").first
    before = clock.inner_text()
    expect(clock).not_to_have_text(before)
    page.locator("#t-settle > summary").click()
    expect(page.locator("[name=cause]")).to_be_visible()
    page.screenshot(path=screenshots / f"inbox-thread-{language}-{width}.png", full_page=width < 500)
    sound(watched)


@pytest.mark.parametrize(
    ("words", "language", "width"), [("Is my car ready yet?", "en", 1280), ("车好了吗？几点关门", "zh-Hans", 360)]
)
def test_a_suggestion_goes_below_what_is_being_written(
    made: Served, pages: Pages, screenshots: Path, words: str, language: str, width: int
) -> None:
    """It comes after the page, is put into the box by one click, and is sent by nobody but the writer."""
    house = site(made)
    ticket = ticket_in(house.database, "east", words, "Sugi")
    with house.database.transaction() as session:
        session.execute(update(CHATS).where(CHATS.c.id == ticket.chat_id).values(language=language))
        session.execute(update(Staff).where(Staff.login == "ann").values(language=language))
    watched = pages(language, width, 800 if width > 500 else 640)
    page, field = watched.page, watched.page.locator("[name=words]")
    enters(page, made, "ann", at(made, ticket))
    field.fill("Hi!")
    one = page.locator("#suggested button").first
    expect(one).to_be_visible()
    page.screenshot(path=screenshots / f"inbox-suggested-{language}-{width}.png", full_page=width < 500)
    text, code = one.get_attribute("data-text"), one.get_attribute("value")
    before = taken(house.database).get(code, 0)  # the others in this shop count too
    one.click()
    expect(field).to_have_value(f"Hi!\n\n{text}")
    one.click()
    expect(field).to_have_value(f"Hi!\n\n{text}")
    sound(watched)
    with house.database.reading() as session:
        assert not [row for row in messages.after(session, ticket.chat_id, 0) if row.data.get("by")]
    page.locator("#answer button.first").click()
    expect(page.locator("#thread .colleague")).to_have_count(1)
    expect(page.locator("#suggested form")).to_have_count(0)
    assert taken(house.database)[code] == before + 1


def taken(database: Database) -> dict[str | None, int]:
    """How often each suggestion was."""
    with database.reading() as session:
        return {one.code: one.taken for one in suggestions.counts(session)}


def test_where_to_by_a_few_letters(made: Served, pages: Pages, screenshots: Path) -> None:
    """Ctrl+K from any page, also out of a field: arrows, Enter and Escape; and nothing where keys are switched off."""
    house = site(made)
    ticket = ticket_in(house.database, "west", "The sunroof leaks", "Walter Wanted")
    watched = pages("zh-CN", 360, 640)
    page, field = watched.page, watched.page.locator("#go input")
    enters(page, made, "eva", "/console/account")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(page.locator("#go a").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Control+k")
    expect(field).to_be_hidden()
    page.keyboard.press("Control+k")
    page.keyboard.type("sunroof")
    expect(page.locator("#go a")).to_have_count(1)
    page.screenshot(path=screenshots / "go-en-360.png")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Walter Wanted")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator("[name=words]").fill("I am")
    page.keyboard.press("Control+k")
    page.keyboard.type("w")
    page.keyboard.type("aiting for p")
    expect(page.locator("#go a")).to_have_count(1)
    page.keyboard.press("Backspace")
    expect(page.locator("#go a")).to_have_count(2)
    sound(watched)
    page.screenshot(path=screenshots / "go-en-1280.png")
    page.keyboard.press("Escape")
    expect(page.locator("[name=words]")).to_be_focused()
    expect(page.locator("[name=words]")).to_have_value("I am")
    page.keyboard.press("Control+k")
    page.keyboard.type("waiting for")
    expect(page.locator("#go a")).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"queue=parts$"))
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.login == "eva").values(keys=False))
    page.goto(made.url + at(made, ticket))
    page.keyboard.press("Control+k")
    expect(page.locator("#go")).to_have_count(0)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.login == "eva").values(keys=True))


def test_keys_saved_answers_and_many_at_once(made: Served, pages: Pages, screenshots: Path) -> None:
    """UX 1.3: single keys outside of fields only, and none when they are switched off; "/" offers answers; undo is there."""
    house = site(made)
    tickets = [ticket_in(house.database, "west", f"Key {number}", f"Kim {number}") for number in range(3)]
    watched = pages()
    page = watched.page
    enters(page, made, "wes", at(made, tickets[0]))
    page.locator("body").press("r")
    field = page.locator("[name=words]")
    expect(field).to_be_focused()
    page.keyboard.type("/wait")
    expect(page.locator("#offered li:visible")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(field).to_have_value(
        "I'm sorry that you had to wait, Kim 0. I'm looking into it now and will write to you here within the hour."
    )
    page.keyboard.type(" jknt?")
    expect(field).to_have_value(
        "I'm sorry that you had to wait, Kim 0. I'm looking into it now and will write to you here within the hour. jknt?"
    )
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("[name=note]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("next, previous ticket")
    page.locator("#keys button").click()
    expect(page.locator(".notice")).to_have_text("Single keys are off.")
    page.locator("body").press("n")
    expect(page.locator("[name=note]")).to_be_hidden()
    page.goto(made.url + "/console/tickets?find=Kim")
    for ticket in tickets:
        page.locator(f"#r-{house.token('ticket', ticket.id)} input").check()
    page.locator("#many summary").click()
    page.locator("#bulk button", has_text="Close").click()
    expect(page.locator("#undo")).to_contain_text("3 will be closed in a few seconds.")
    page.locator("#undo button").click()
    expect(page.locator(".notice").first).to_have_text("Undone.")
    # One answer for all of them: chosen, looked at, sent.
    for ticket in tickets:
        page.locator(f"#r-{house.token('ticket', ticket.id)} input").check()
    page.locator("#many summary").click()
    page.locator("#bulk button", has_text="Answer several").click()
    page.get_by_label("Your car is ready").check()
    page.locator("main button.first").click()
    expect(page.locator("main .said")).to_have_count(3)
    sound(watched)
    page.screenshot(path=screenshots / "inbox-several-en-1280.png")
    page.set_viewport_size({"width": 360, "height": 640})
    page.screenshot(path=screenshots / "inbox-several-en-360.png")
    sound(watched)
    page.locator("main button.first").click()
    expect(page.locator("#undo")).to_contain_text("3 will be written to")
    page.locator("#undo button").click()
    expect(page.locator(".notice").first).to_have_text("Undone.")
