"""Booking in real Chromium: from words to an appointment, with the day picker on a phone; screenshots to look at."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from handlers import FEATURES
from handlers.dialogue.memo import Memo
from tests.bot.webchat_site import Site
from tests.browser.conftest import Served
from tests.browser.test_chat import Pages, bot_says, type_and_send
from tests.conftest import Templates


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1280, 800)], ids=["phone", "desktop"])
def test_a_visit_is_booked_in_the_browser(
    templates: Templates, tmp_path: Path, sample_memo: Memo, pages: Pages, screenshots: Path, width: int, height: int
) -> None:
    url = templates.copy("sqlite", True, tmp_path)
    silent = {"trigger": None, "fallback": None, "aside": None}
    features = [replace(feature, **silent) if feature.name == "faq" else feature for feature in FEATURES]
    served = Served(lambda: Site(url, features, memo=sample_memo))
    try:
        watched = pages("zh-CN", width, height)
        page = watched.page
        page.goto(served.url)
        expect(page.locator(".theirs").first).to_be_visible()
        type_and_send(page, "预约小保养，A4，东港店，在店等")
        bot_says(page, "您想什么时候来")
        page.get_by_role("button", name="换一天").last.click()
        bot_says(page, "选哪天")
        days = page.locator(".line.days").last.locator(".choice")
        expect(days).to_have_count(7)
        page.screenshot(path=screenshots / f"booking-days-{width}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="25", exact=True).last.click()
        bot_says(page, "几点方便")
        page.screenshot(path=screenshots / f"booking-times-{width}.png")
        page.get_by_role("button", name=re.compile("14:00")).last.click()
        bot_says(page, "电话")
        type_and_send(page, "13800138000")
        bot_says(page, "预约成功")
        expect(page.locator("a.file")).to_have_attribute("href", re.compile(r"/files/booking/zh-Hans\.[\w-]{22}/visit\.ics$"))
        page.screenshot(path=screenshots / f"booking-done-{width}.png")
        assert not watched.complaints
    finally:
        served.close()
