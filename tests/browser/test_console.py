"""The staff console in real Chromium: three languages, desktop and phone, day and night, mouse, keyboard, and without a script.

Screenshots for people to look at are left in tests/screenshots/.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from handlers.dialogue.memo import Memo
from storage import appointments, chats, messages
from storage.customers import Customer
from storage.staff import Staff
from tests.bot.console.site import PASSWORD, TUESDAY, Site, appointment_in, customer_of, hire, ticket_in
from tests.bot.console.test_pages import HOSTILE
from tests.browser.conftest import Served, Watched
from tests.conftest import Templates

Pages = Callable[..., Watched]
DAY = "/console/bookings?store=east&day=2026-11-24"

# The ratio of each text to what lies behind it, where that is one colour; WCAG 2.2 AA wants 4.5, or 3 for large text.
CONTRAST = """() => {
  const parse = (text) => { const found = text.match(/[\\d.]+/g).map(Number); return text.startsWith("color(")
    ? [found[0] * 255, found[1] * 255, found[2] * 255, found[3] ?? 1] : [found[0], found[1], found[2], found[3] ?? 1]; };
  const linear = (v) => v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
  const light = (c) => 0.2126 * linear(c[0]) + 0.7152 * linear(c[1]) + 0.0722 * linear(c[2]);
  const low = [];
  for (const element of document.querySelectorAll("body *")) {
    if (![...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())) continue;
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const style = getComputedStyle(element), colour = parse(style.color);
    if (colour[3] < 1) continue;
    let behind = element;
    while (behind && parse(getComputedStyle(behind).backgroundColor)[3] < 1) behind = behind.parentElement;
    const ground = behind ? parse(getComputedStyle(behind).backgroundColor) : [255, 255, 255];
    const [a, b] = [light(colour.slice(0, 3)), light(ground.slice(0, 3))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.7 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) low.push(`${element.textContent.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return low;
}"""


@pytest.fixture(scope="module")
def made(templates: Templates, tmp_path_factory: pytest.TempPathFactory, sample_memo: Memo) -> Iterator[Served]:
    """One console for all; what a test changes is its own."""
    url = templates.copy("sqlite", True, tmp_path_factory.mktemp("console"))
    served = Served(lambda: Site(url, sample_memo))
    hire(served.site.database)
    yield served
    served.close()


def site(made: Served) -> Site:
    found: Site = made.site
    return found


def enters(page: Page, made: Served, login: str = "eva", path: str = DAY) -> None:
    page.goto(made.url + path)
    page.locator("[name=login]").fill(login)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("button.first").click()
    expect(page.locator(".top")).to_be_visible()
    # Scripts come last; without them keys do nothing yet.
    page.wait_for_load_state()


def sound(watched: Watched) -> None:
    """Nothing sticks out, nothing complains, and everything can be read."""
    page = watched.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    assert page.evaluate(CONTRAST) == [], page.url
    assert not watched.complaints
    assert not watched.dialogs


@pytest.mark.parametrize(
    ("language", "login", "words", "hour", "widths"),
    [
        ("en", "ann", "Calendar", 0, (1280, 360)), ("zh-Hans", "max", "日程", 1, (360,)), ("zh-Hant", "rui", "行事曆", 4, (360,)),
    ],
)  # fmt: skip
def test_a_round_through_the_pages(
    made: Served, pages: Pages, screenshots: Path, language: str, login: str, words: str, hour: int, widths: tuple[int, ...]
) -> None:
    """From the door to the day, an appointment, a ticket and a customer; light on the desk, dark on the phone."""
    house = site(made)
    customer = customer_of(house.database, "east")
    visit = appointment_in(house.database, "east", TUESDAY + timedelta(days=2, hours=hour), customer_id=customer.id)
    ticket = ticket_in(house.database, "east", "等了两个小时，没人理我\nTwo hours!", "周小姐", customer=customer.id)
    with house.database.transaction() as session:
        session.execute(update(Staff).where(Staff.login == login).values(language=language))
    watched = pages(language, color_scheme="dark" if max(widths) < 500 else "light")
    page = watched.page
    day = f"/bookings?store=east&day={(TUESDAY + timedelta(days=2)).date()}"
    enters(page, made, login, f"/console{day}")
    expect(page.locator("nav [aria-current]")).to_have_text(words)
    looked_at = {"day": day, "ticket": f"/tickets/{house.token('ticket', ticket.id)}"}
    # Each page is looked at in one of the languages at each size.
    looked_at |= {
        "en": {"week": "/bookings/week?store=east&day=2026-11-24"},
        "zh-Hans": {"visit": f"/bookings/{house.token('appointment', visit.id)}"},
        "zh-Hant": {
            "new": f"/bookings/new?customer={house.token('customer', customer.id)}",
            "card": f"/customers/{house.token('customer', customer.id)}",
        },
    }[language]
    for width in widths:
        page.set_viewport_size({"width": width, "height": 640 if width < 500 else 800})
        page.emulate_media(color_scheme="dark" if width < 500 else "light")
        for name, path in looked_at.items():
            page.goto(f"{made.url}/console{path}")
            expect(page.locator("h1").first).to_be_visible()
            page.screenshot(path=screenshots / f"console-{name}-{language}-{width}.png", full_page=name != "day")
            sound(watched)
    page.locator(".me summary").click()
    page.locator("button", has_text="English").click()
    expect(page.locator("nav").get_by_text("Tickets")).to_be_visible()


def test_an_appointment_is_dragged_to_another_bay_and_time(made: Served, pages: Pages, screenshots: Path) -> None:
    """The dialog asks first; Escape leaves everything as it was."""
    house = site(made)
    with house.database.transaction() as session:
        chat = chats.arrive(session, "web", "dragged", pulls=True, now=TUESDAY)
        chat.language = "en"
        chats.save(session, chat)
    row = appointment_in(house.database, "east", name="Drag Me", chat_id=chat.id)
    watched = pages()
    page = watched.page
    enters(page, made)

    def drag(to_clock: str, to_bay: str) -> None:
        visit = page.locator(".bays .visit", has_text="Drag Me").bounding_box()
        line = page.locator(f'tr[data-time="{to_clock}"]').bounding_box()
        head = page.locator(f'th[data-bay="{to_bay}"]').bounding_box()
        assert visit
        assert line
        assert head
        page.mouse.move(visit["x"] + 40, visit["y"] + 10)
        page.mouse.down()
        page.mouse.move(visit["x"] + 60, visit["y"] + 30, steps=3)
        page.mouse.move(head["x"] + 40, line["y"] + 12, steps=6)
        page.mouse.up()

    drag("11:00", "L4")
    expect(page.locator("dialog#move")).to_be_visible()
    expect(page.locator("dialog#move")).to_contain_text("Move Drag Me?")
    expect(page.locator("#move-to")).to_have_text("11:00 · L4")
    page.screenshot(path=screenshots / "console-drag.png")
    page.keyboard.press("Escape")
    expect(page.locator("dialog#move")).to_be_hidden()
    drag("11:00", "L4")
    page.locator("dialog#move button.first").click()
    expect(page.locator(".notice")).to_have_text("Saved, and the customer is told.")
    expect(page.locator('tr[data-time="11:00"] .visit', has_text="Drag Me")).to_be_visible()
    with house.database.reading() as session:
        moved = appointments.get(session, row.id)
        assert moved
        assert moved.starts_at == TUESDAY + timedelta(hours=1)
        assert "11:00" in messages.after(session, chat.id, 0)[-1].text
    # A bay where this work cannot be done is refused, on the appointment's own page.
    drag("14:00", "P1")
    page.locator("dialog#move button.first").click()
    expect(page.locator(".notice.refused")).to_contain_text("not for this work")
    # A press without a drag opens it.
    page.goto(made.url + DAY)
    page.locator(".bays .visit", has_text="Drag Me").click()
    expect(page.locator("h1")).to_contain_text("11:00")
    # The browser says of the refusal that it has the status 422.
    watched.complaints = [words for words in watched.complaints if "422" not in words]
    sound(watched)


def test_an_appointment_is_dragged_by_a_finger_and_in_the_week(made: Served, pages: Pages) -> None:
    """A finger that moves at once scrolls; one that rests first takes the appointment along, to another day too."""
    house = site(made)
    row = appointment_in(house.database, "east", TUESDAY + timedelta(days=7), name="Finger Tip")
    watched = pages("en-GB", 360, 640, has_touch=True)
    page = watched.page
    enters(page, made, path="/console/bookings/week?store=east&day=2026-12-01")
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, *at: tuple[float, float]) -> None:
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in at]})

    def middle(selector: str) -> tuple[float, float]:
        page.locator(selector).first.scroll_into_view_if_needed()
        box = page.locator(selector).first.bounding_box()
        assert box
        return box["x"] + min(box["width"] / 2, 40), box["y"] + box["height"] / 2

    x, y = middle(".visit:has-text('Finger Tip')")
    touch("touchStart", (x, y))
    touch("touchMove", (x, y - 40))
    touch("touchMove", (x, y - 80))
    touch("touchEnd")
    expect(page.locator(".ghost")).to_have_count(0)
    target = "td[data-day='2026-12-01'][data-bay='L4']"
    to_x, to_y = middle(target)
    x, y = middle(".visit:has-text('Finger Tip')")
    to_x, to_y = middle(target)
    touch("touchStart", (x, y))
    expect(page.locator(".ghost")).to_be_visible()
    touch("touchMove", (to_x, to_y))
    expect(page.locator(target)).to_have_class(re.compile("target"))
    touch("touchEnd")
    expect(page.locator("#move-to")).to_have_text("Tue 1 Dec 10:00 · L4")
    page.locator("dialog#move button.first").click()
    expect(page.locator(".notice")).to_contain_text("Saved")
    expect(page.locator(target)).to_contain_text("Finger Tip")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.locator(".visit", has_text="Finger Tip").hover()
    page.mouse.down()
    page.mouse.move(*middle("td[data-day='2026-12-03'][data-bay='L4']"), steps=4)
    page.mouse.up()
    expect(page.locator("#move-to")).to_have_text("Thu 3 Dec 10:00 · L4")
    page.locator("dialog#move button.first").click()
    expect(page.locator("td[data-day='2026-12-03'][data-bay='L4']")).to_contain_text("Finger Tip")
    with house.database.reading() as session:
        moved = appointments.get(session, row.id)
        assert moved
        assert moved.starts_at == TUESDAY + timedelta(days=9)
    sound(watched)


def test_what_others_change_shows_without_a_reload(made: Served, pages: Pages) -> None:
    """A booking of elsewhere stands in the plan when somebody looks again; focus and an open dialog are left alone."""
    house = site(made)
    watched = pages()
    page = watched.page
    enters(page, made, path="/console/bookings?store=east&day=2026-11-27")
    at = TUESDAY + timedelta(days=3)
    first = appointment_in(house.database, "east", at, name="Live One")
    page.evaluate("dispatchEvent(new Event('focus'))")
    one = page.locator(".bays .visit", has_text="Live One")
    expect(one).to_be_visible()
    expect(page.locator("#plan-list")).to_contain_text("Live One")
    one.focus()
    appointment_in(house.database, "east", at, name="Live Two")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".bays .visit", has_text="Live Two")).to_be_visible()
    expect(one).to_be_focused()
    assert page.evaluate("document.activeElement.href").endswith(house.token("appointment", first.id))
    sound(watched)


def test_everything_works_without_a_script(made: Served, pages: Pages) -> None:
    """Log in, book, move, search, answer a ticket, log out."""
    house = site(made)
    ticket_in(house.database, "east", "Scriptless", "Nora Plain")
    page = pages(java_script_enabled=False).page
    enters(page, made)
    page.locator("a.button.first").click()
    page.locator("[name=time]").fill("15:00")
    page.locator("[name=name]").fill("Plain Form")
    page.get_by_label("Minor service", exact=True).check()
    page.locator("main button.first").click()
    expect(page.locator(".notice")).to_have_text("Saved.")
    page.locator(".bays .visit", has_text="Plain Form").click()
    page.locator("#move [name=time]").fill("16:00")
    page.locator("#move button.first").click()
    expect(page.locator("h1")).to_contain_text("16:00")
    page.locator("[name=q]").fill("陈静雯")
    page.locator("[name=q]").press("Enter")
    expect(page.locator("main .card").first).to_contain_text("陈静雯")
    page.get_by_role("link", name="Tickets").click()
    page.get_by_role("link", name="Nora Plain").click()
    page.locator("[name=words]").fill("Hello Nora")
    page.locator("#answer button.first").click()
    expect(page.locator(".thread .colleague").last).to_contain_text("Hello Nora")
    page.locator(".me summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("[name=password]")).to_be_visible()


def test_the_keyboard_is_enough(made: Served, pages: Pages) -> None:
    page = pages().page
    enters(page, made)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("[name=q]")).to_be_focused()
    page.keyboard.type("a/b")
    expect(page.locator("[name=q]")).to_have_value("a/b")
    page.locator(".me summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Log out")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Log out")).to_be_hidden()
    seen = 0
    while page.keyboard.press("Tab") or not page.evaluate("document.activeElement === document.body"):
        seen += 1
        # Within a date the browser marks the part that is being written.
        ring = page.evaluate("document.activeElement.type == 'date' || getComputedStyle(document.activeElement).outlineStyle")
        assert ring != "none", page.evaluate("document.activeElement.outerHTML")
    assert 8 < seen < 40, "every control once, and not every empty cell of the day"


def test_wb1_hostile_words_do_nothing(made: Served, pages: Pages) -> None:
    """WB1: no dialog, no request elsewhere, no complaint of the policy, wherever such words are shown."""
    house = site(made)
    customer = customer_of(house.database, "west")
    with house.database.transaction() as session:
        session.execute(update(Customer).where(Customer.id == customer.id).values(name=HOSTILE))
    visit = appointment_in(house.database, "west", TUESDAY, customer_id=customer.id)
    ticket = ticket_in(house.database, "west", HOSTILE, HOSTILE, customer=customer.id)
    watched = pages()
    elsewhere: list[str] = []
    watched.page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(made.url) else None)
    enters(watched.page, made)
    for path in (
        "/bookings?store=west&day=2026-11-24", "/search?q=<script>",
        f"/bookings/{house.token('appointment', visit.id)}",
        f"/tickets/{house.token('ticket', ticket.id)}",
        f"/customers/{house.token('customer', customer.id)}",
    ):  # fmt: skip
        watched.page.goto(f"{made.url}/console{path}")
        expect(watched.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
        sound(watched)
    assert elsewhere == []
