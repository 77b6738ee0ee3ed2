"""Booking in real Chromium, in three languages: from words to the cancelled appointment; screenshots to look at."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from handlers import FEATURES
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts
from tests.bot.webchat_site import Site
from tests.browser.conftest import Served
from tests.browser.test_chat import Pages, bot_says, type_and_send
from tests.conftest import Templates
from tests.handlers.journeys import ENGLISH, SIMPLIFIED, TRADITIONAL, Tongue


@pytest.fixture(scope="module")
def made(templates: Templates, tmp_path_factory: pytest.TempPathFactory, sample_memo: Memo) -> Iterator[Served]:
    """One shop for all languages."""
    url = templates.copy("sqlite", True, tmp_path_factory.mktemp("booking"))
    served = Served(lambda: Site(url, FEATURES, memo=sample_memo))
    yield served
    served.close()


@pytest.mark.parametrize(
    ("tongue", "other", "width", "height"),
    [(SIMPLIFIED, TRADITIONAL, 360, 640), (ENGLISH, SIMPLIFIED, 1280, 800), (TRADITIONAL, ENGLISH, 360, 640)],
    ids=[tongue.tag for tongue in (SIMPLIFIED, ENGLISH, TRADITIONAL)],
)
def test_a_visit_is_booked_moved_and_cancelled_in_the_browser(
    made: Served, pages: Pages, screenshots: Path, tongue: Tongue, other: Tongue, width: int, height: int
) -> None:
    """CC7, IN16: a question in between, a button that is used up, and another language leave the form as it was."""
    texts = Texts(["dialogue", "booking"])

    def press(key: str, of: Tongue = tongue) -> None:
        page.get_by_role("button", name=texts.label(key, of.language, {}), exact=True).last.click()

    watched = pages(tongue.tag, width, height)
    page = watched.page
    page.goto(made.url)
    expect(page.locator(".theirs").first).to_be_visible()
    type_and_send(page, tongue.asks)
    bot_says(page, tongue.sees_store)
    type_and_send(page, tongue.hours)
    bot_says(page, tongue.sees_hours)
    store = page.get_by_role("button", name=tongue.store, exact=True).last
    store.click()
    bot_says(page, tongue.sees_phone)
    expect(store).to_have_attribute("aria-disabled", "true")
    press("booking.button.time")
    press("booking.day.other")
    days = page.locator(".line.days").last.locator(".choice")
    expect(days).to_have_count(7)
    page.screenshot(path=screenshots / f"booking-days-{tongue.tag}-{width}.png")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="25", exact=True).last.click()
    type_and_send(page, tongue.wrong[0][0])
    bot_says(page, tongue.wrong[0][1])
    page.screenshot(path=screenshots / f"booking-times-{tongue.tag}-{width}.png")
    page.get_by_role("button", name=re.compile(r"14:00|15:00|11:00|13:30")).last.click()
    bot_says(page, tongue.sees_phone)
    type_and_send(page, {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}[other.language])
    bot_says(page, other.sees_phone)
    type_and_send(page, tongue.phone)
    bot_says(page, other.sees_done)
    expect(page.locator("a.file")).to_have_attribute(
        "href", re.compile(rf"/files/booking/{other.language}\.[\w-]{{22}}/visit\.ics$")
    )
    page.screenshot(path=screenshots / f"booking-done-{tongue.tag}-{width}.png")
    type_and_send(page, other.move)
    bot_says(page, other.friday)
    type_and_send(page, other.yes)
    bot_says(page, other.sees_moved)
    type_and_send(page, other.cancel)
    press("booking.sure.yes", other)
    bot_says(page, other.sees_cancelled)
    assert not watched.complaints
