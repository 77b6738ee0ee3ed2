"""A real browser and a real site for it. Without Chromium these tests are skipped aloud; in CI (`CI` set) they fail instead.

Debian's `chromium-headless-shell` is the same Chromium without the windows around a page, and takes half the processor time.
"""

import asyncio
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.bot.webchat_site import Site
from tests.conftest import Templates

BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
SCREENSHOTS = Path(__file__).parent.parent / "screenshots"
# A window of the whole browser draws, out of sight, two pages for its line of addresses, which cost more than ours do.
# It heeds only the last list of what it is to do without, so this one repeats Playwright's.
WITHOUT = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,SpareRendererForSitePerProcess,"
    "AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,"
    "LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,"
    "NetworkTimeServiceQuerying,AimEnabled,PreconnectToSearch"
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--disable-features={WITHOUT}",
]  # fmt: skip
# Under load a slow machine needs this long for a step that usually takes 20 ms.
PATIENCE = 15_000


# Closed before tests elsewhere begin: Playwright keeps an event loop running in this thread, beside which `asyncio.run` refuses.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, BROWSERS)), None)
    if chromium is None:
        reason = "SKIPPED: no Chromium here, so nothing is tried in a browser (apt-get install chromium-headless-shell)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


class Served:
    """A site in a thread of its own; `do` runs something on its loop."""

    def __init__(self, make: Callable[[], Site]) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="site", daemon=True)
        self._thread.start()
        self.make = make
        self.start()

    def do(self, work: Any) -> Any:
        future: Future[Any] = asyncio.run_coroutine_threadsafe(work, self._loop)
        return future.result(20)

    def start(self, port: int = 0) -> None:
        self.site = self.make()
        self.site.server.port = port or self.site.server.port
        self.do(self.site.start())

    def stop(self) -> None:
        self.do(self.site.stop())

    def close(self) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def url(self) -> str:
        # A name, because the page's address is then never one of its own origins by accident.
        return self.site.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def served(templates: Templates, tmp_path: Path) -> Iterator[Served]:
    """The sample shop with a feature that says back what was said."""
    url = templates.copy("sqlite", True, tmp_path)
    served = Served(lambda: Site(url))
    yield served
    served.close()


class Watched:
    """A page and everything it complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.dialogs: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))


@pytest.fixture
def pages(browser: Browser) -> Iterator[Callable[..., Watched]]:
    """Opens a page in a browser profile of its own: `pages("zh-TW", width=360, height=640)`."""
    contexts = []

    def open_page(locale: str = "en-GB", width: int = 1280, height: int = 800, **options: Any) -> Watched:
        context = browser.new_context(locale=locale, viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        return Watched(context.new_page())

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    SCREENSHOTS.mkdir(exist_ok=True)
    return SCREENSHOTS
