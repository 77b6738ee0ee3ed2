"""The web chat in real Chromium: three languages, desktop and phone, lost lines, hostile words.

Screenshots for people to look at are left in tests/screenshots/.
"""

import io
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image
from playwright.sync_api import FilePayload, Page, Route, expect
from sqlalchemy import update

from handlers import FEATURES
from handlers.dialogue.memo import Memo
from storage import messages
from storage.stores import Store
from tests.bot.webchat_site import NOW, Site
from tests.browser.conftest import Served, Watched
from tests.conftest import Templates

Pages = Callable[..., Watched]


def bot_says(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.locator(".theirs .said").filter(has_text=text).last).to_be_visible()


def type_and_send(page: Page, text: str) -> None:
    page.locator("textarea").fill(text)
    page.locator("textarea").press("Enter")


def picture(kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(file, kind)
    return file.getvalue()


def stored(page: Page, prefix: str) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(
        "prefix => Object.fromEntries(Object.entries(localStorage).filter(([key]) => key.startsWith(prefix)))", prefix
    )
    return found


@pytest.mark.parametrize(
    ("locale", "question", "label"),
    [
        ("en-GB", "How much is a minor service for my A4?", "Write a message"),
        ("zh-CN", "A4小保养多少钱", "输入消息"),
        ("zh-HK", "我的A4小保養多少錢？", "輸入訊息"),
    ],
)
def test_a_question_is_answered_in_three_languages(
    templates: Templates, tmp_path: Path, sample_memo: Memo, pages: Pages, screenshots: Path,
    locale: str, question: str, label: str,
) -> None:  # fmt: skip
    """The whole way with the real features, on a phone and on a desk; nothing overflows, nothing is hidden, nothing complains.

    The FAQ is silent here: it learns for a while when it starts, and has tests of its own.
    """
    url = templates.copy("sqlite", True, tmp_path)
    silent = {"trigger": None, "fallback": None, "aside": None}
    features = [replace(feature, **silent) if feature.name == "faq" else feature for feature in FEATURES]
    served = Served(lambda: Site(url, features, memo=sample_memo))
    try:
        watched = pages(locale)
        page = watched.page
        for width in (360, 1280):
            look_from(page, width, locale)
            page.goto(served.url)
            expect(page.locator(".theirs").first).to_be_visible()
            expect(page.get_by_role("textbox")).to_have_attribute("placeholder", label)
            page.screenshot(path=screenshots / f"greeting-{locale}-{width}.png")
        type_and_send(page, question)
        for width in (1280, 360):
            look_from(page, width, locale)
            expect(page.locator(".theirs")).to_have_count(2)
            expect(page.locator(".theirs .said").last).to_contain_text(re.compile(r"\d"))
            expect(page.locator(".pending")).to_have_count(0)
            page.screenshot(path=screenshots / f"answer-{locale}-{width}.png")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            assert in_view(page, "textarea")
        assert not watched.complaints
    finally:
        served.close()


def look_from(page: Page, width: int, locale: str) -> None:
    """From a desk or, narrow, from a phone; one of the phones is dark."""
    page.set_viewport_size({"width": width, "height": 640 if width < 500 else 800})
    page.emulate_media(color_scheme="dark" if width < 500 and locale == "zh-CN" else "light")


def in_view(page: Page, selector: str) -> bool:
    box, size = page.locator(selector).bounding_box(), page.viewport_size
    assert box is not None
    assert size is not None
    return box["y"] >= 0 and box["y"] + box["height"] <= size["height"] and box["x"] + box["width"] <= size["width"]


def test_a_reload_keeps_history_token_and_draft(served: Served, pages: Pages) -> None:
    page = pages().page
    page.goto(served.url)
    bot_says(page, "Hello")
    type_and_send(page, "brakes")
    bot_says(page, "You said: brakes")
    page.locator("textarea").fill("half a sen")
    token = stored(page, "bayline:token")
    page.reload()
    bot_says(page, "You said: brakes")
    expect(page.locator(".message")).to_have_count(3)
    expect(page.locator("textarea")).to_have_value("half a sen")
    assert stored(page, "bayline:token") == token
    assert token["bayline:token"] not in page.url
    assert page.context.cookies() == []


def test_ch19_words_said_without_a_line_arrive_once(served: Served, pages: Pages) -> None:
    """CH19: the server is gone while somebody writes; a reload later, all words arrive once and in order."""
    page = pages().page
    page.goto(served.url)
    bot_says(page, "Hello")
    port = served.site.server.port
    served.stop()
    expect(page.locator(".state")).not_to_have_text("We answer at once")
    for n in range(3):
        type_and_send(page, f"offline {n}")
    expect(page.locator(".pending")).to_have_count(3)
    assert len(stored(page, "bayline:out:")) == 3
    served.start(port)
    page.reload()
    bot_says(page, "You said: offline 2")
    expect(page.locator(".pending")).to_have_count(0)
    said = page.locator(".message .said p").all_text_contents()
    assert [text for text in said if "You" not in text] == ["Hello", "offline 0", "offline 1", "offline 2"]
    assert [text for text in said if "You" in text] == [f"You said: offline {n}" for n in range(3)]
    assert stored(page, "bayline:out:") == {}


def test_ch19_a_lost_line_comes_back_by_itself(served: Served, pages: Pages) -> None:
    """CH19: acknowledgements that never arrive do not double anything; what an advisor said meanwhile is there."""
    page = pages().page
    page.add_init_script(
        "const Real = WebSocket; window.lines = [];"
        "window.WebSocket = class extends Real { constructor(url) { super(url); window.lines.push(this); } };"
    )
    page.goto(served.url)
    bot_says(page, "Hello")
    # The page's words leave, the line dies before anything comes back.
    page.evaluate("() => { const line = window.lines.at(-1); line.onmessage = () => {}; }")
    type_and_send(page, "brakes")
    expect(page.locator(".pending")).to_have_count(1)
    with served.site.database.transaction() as session:
        messages.post(session, [messages.outgoing(1, "web", pulls=True, text="from an advisor", data={}, now=NOW)])
    page.evaluate("window.lines.at(-1).close()")
    bot_says(page, "from an advisor")
    expect(page.locator(".pending")).to_have_count(0)
    expect(page.locator(".mine")).to_have_count(1)


def test_without_websockets_the_chat_polls(served: Served, pages: Pages) -> None:
    watched = pages()
    page = watched.page
    page.add_init_script("window.WebSocket = class { constructor() { throw new Error('not here'); } };")
    page.goto(served.url)
    page.get_by_role("button", name="Prices").click()
    bot_says(page, "Prices {'secret': 7}")
    for n in range(3):
        served.site.now += timedelta(seconds=2)  # on a quick machine all three are typed within a second, which is a flood
        type_and_send(page, f"by post {n}")
        bot_says(page, f"You said: by post {n}")
    expect(page.locator(".pending")).to_have_count(0)
    expect(page.locator(".mine")).to_have_count(4)
    assert not watched.complaints


def test_buttons_speak_and_go_out_of_use(served: Served, pages: Pages) -> None:
    page = pages().page
    page.goto(served.url)
    page.get_by_role("button", name="Prices").click()
    bot_says(page, "Prices {'secret': 7}")
    expect(page.locator(".mine .said")).to_have_text("Prices")
    old = page.locator(".choice", has_text="Prices").first
    expect(old).to_have_attribute("aria-disabled", "true")
    old.click(force=True)
    type_and_send(page, "menu")
    bot_says(page, "Menu")
    expect(page.locator(".mine")).to_have_count(2)


def test_a_stale_button_is_told_in_passing(served: Served, pages: Pages) -> None:
    page = pages().page
    page.goto(served.url)
    type_and_send(page, "menu")
    bot_says(page, "Menu")
    with served.site.database.transaction() as session:
        session.connection().exec_driver_sql("UPDATE messages SET token = 'gone-for-good'")
    page.get_by_role("button", name="A", exact=True).click()
    expect(page.locator(".toast")).to_have_text("That button is no longer in use. Please use the newest message.")
    expect(page.locator(".mine")).to_have_count(1)


XSS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<object data=javascript:alert(1)>",
    '"><iframe srcdoc="<script>alert(1)</script>">', "javascript:alert(1)", "<a href='javascript:alert(1)'>x</a>", "${alert(1)}",
    "{{constructor.constructor('alert(1)')()}}", "</textarea><script>alert(1)</script>", "<style>*{display:none}</style>",
    "<template><slot></slot></template>", "\u202e<b>gpj.exe</b>", "<math><mtext></p><img src=x onerror=alert(1)>",
    "&lt;img src=x onerror=alert(1)&gt;", "data:text/html,<script>alert(1)</script>",
]  # fmt: skip


def test_wb1_hostile_words_are_only_words(templates: Templates, tmp_path: Path, pages: Pages) -> None:
    """WB1: in what is said, answered, offered on buttons, linked, named, and in the page's settings: 0 dialogs, 0 elements."""
    url = templates.copy("sqlite", True, tmp_path)
    served = Served(lambda: Site(url))
    try:
        with served.site.database.transaction() as session:
            session.execute(update(Store).values(names=dict.fromkeys(("en", "zh-Hans", "zh-Hant"), XSS[1])))
        watched = pages()
        page = watched.page
        page.goto(f"{served.url}/?lang=<script>alert(1)</script>#<img src=x onerror=alert(1)>")
        bot_says(page, "Hello")
        with served.site.database.transaction() as session:
            for n, text in enumerate(XSS):
                buttons = [[{"label": text[:64], "do": "menu"}]]
                data: dict[str, Any] = {
                    "buttons": buttons,
                    "entities": [["link", 0, 5, text], ["bold", 0, 900], ["nonsense", 1, 3]],
                }
                row = messages.outgoing(1, "web", pulls=True, text=text, data=data, now=NOW, token=f"token-{n:04d}")
                messages.post(session, [row])
        for text in XSS:
            served.site.now += timedelta(seconds=4)  # so that it is no flood
            type_and_send(page, text)
            expect(page.locator(".pending")).to_have_count(0)
        bot_says(page, f"You said: {XSS[-1]}")
        page.reload()
        bot_says(page, f"You said: {XSS[-1]}")
        expect(page.locator(".shop")).to_have_text(XSS[1])
        assert (
            page.locator("#chat script, #chat iframe, #chat object, .said img, .said svg, .said style, .message slot").count()
            == 0
        )
        assert all(
            re.match("https?:|mailto:|tel:", href) for href in page.eval_on_selector_all("#chat a", "all => all.map(a => a.href)")
        )
        assert set(page.eval_on_selector_all(".said", "all => all.map(one => one.dir)")) == {"auto"}
        assert watched.dialogs == []
        assert [c for c in watched.complaints if "WebSocket" not in c] == []
    finally:
        served.close()


def test_photos_are_chosen_sent_and_seen_again(served: Served, pages: Pages, screenshots: Path) -> None:
    """IN9, IN10: by the clip, with a caption; after a reload it is fetched with the token and shown."""
    watched = pages(width=360, height=640)
    page = watched.page
    page.goto(served.url)
    bot_says(page, "Hello")
    name = "..\\..\\x'\"><img src=x onerror=alert(1)>.html.jpg"
    page.locator("input[type=file]").set_input_files(FilePayload(name=name, mimeType="image/jpeg", buffer=picture()))
    expect(page.locator(".chosen")).to_have_count(1)
    type_and_send(page, "a scratch on the door")
    bot_says(page, "A photo: a scratch on the door")
    expect(page.locator(".theirs .said img")).to_have_js_property("naturalWidth", 256)
    page.screenshot(path=screenshots / "photo-360.png")
    page.reload()
    expect(page.locator(".mine .said img")).to_have_js_property("naturalWidth", 256)
    page.locator("input[type=file]").set_input_files(FilePayload(name="x.exe", mimeType="application/exe", buffer=b"MZ"))
    expect(page.locator(".toast")).to_have_text("Photos (JPEG, PNG, WebP), PDF documents and sound recordings can be sent.")
    page.locator("input[type=file]").set_input_files(FilePayload(name="<b>x.pdf", mimeType="application/pdf", buffer=b"%PDF-1"))
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".mine .said").last).to_have_text("📎 <b>x.pdf")
    bot_says(page, "I can read words and photos")
    page.reload()
    expect(page.locator(".mine button.file")).to_have_text("📎 b x.pdf")
    page.locator("input[type=file]").set_input_files(FilePayload(name="x.jpg", mimeType="image/jpeg", buffer=b"<html>"))
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".toast")).to_contain_text("I can only take photos in the formats JPEG, PNG and WebP.")
    assert not watched.complaints
    assert not watched.dialogs


def test_a_photo_can_be_pasted_and_sent_again_after_a_failure(served: Served, pages: Pages) -> None:
    page = pages().page
    page.goto(served.url)
    bot_says(page, "Hello")
    page.locator("textarea").evaluate(
        """(input, bytes) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(bytes)], "p.png", { type: "image/png" }));
          input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        list(picture("PNG")),
    )
    expect(page.locator(".chosen")).to_have_count(1)

    def lost(route: Route) -> None:
        route.abort()

    page.route("**/chat/photo*", lost)
    page.get_by_role("button", name="Send").click()
    again = page.get_by_role("button", name="Not sent. Try again")
    expect(again).to_be_visible()
    page.unroute("**/chat/photo*", lost)
    again.click()
    bot_says(page, "A photo:")
    expect(page.locator(".pending, .failed")).to_have_count(0)


def test_the_language_is_switched_in_the_chat(served: Served, pages: Pages, screenshots: Path) -> None:
    page = pages().page
    page.goto(served.url)
    bot_says(page, "Hello")
    page.get_by_label("Language").select_option("zh-Hant")
    expect(page.get_by_role("textbox")).to_have_attribute("placeholder", "輸入訊息")
    expect(page.locator("h1")).to_contain_text("車子")
    expect(page.locator(".mine .said")).to_have_text("繁體中文")
    page.reload()
    expect(page.get_by_role("textbox")).to_have_attribute("placeholder", "輸入訊息")
    page.screenshot(path=screenshots / "switched-zh-Hant-1280.png")


def test_enter_does_not_send_while_an_input_method_composes(served: Served, pages: Pages) -> None:
    page = pages("zh-CN").page
    page.goto(served.url)
    bot_says(page, "Hello")
    page.locator("textarea").fill("xiao")
    page.locator("textarea").dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    expect(page.locator("textarea")).to_have_value("xiao")
    page.locator("textarea").press("Shift+Enter")
    expect(page.locator("textarea")).to_have_value("xiao\n")
    expect(page.locator(".mine")).to_have_count(0)


def test_the_input_stays_above_a_phone_s_keyboard(served: Served, pages: Pages, screenshots: Path) -> None:
    page = pages(width=360, height=640, has_touch=True, is_mobile=True).page
    page.goto(served.url)
    bot_says(page, "Hello")
    page.locator("textarea").tap()
    page.set_viewport_size({"width": 360, "height": 340})
    page.wait_for_function("document.querySelector('#chat').style.getPropertyValue('--seen-height') === '340px'")
    assert in_view(page, "textarea")
    assert in_view(page, ".send")
    page.screenshot(path=screenshots / "keyboard-360.png")


def test_what_can_be_touched_is_large_enough(served: Served, pages: Pages) -> None:
    """44 px, as fingers need it."""
    page = pages(width=360, height=640).page
    page.goto(served.url)
    bot_says(page, "Hello")
    small = page.eval_on_selector_all(
        "#chat button, #chat select, #chat textarea",
        "all => all.filter(e => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44)).map(e => e.className)",
    )
    assert small == []


# -- the widget on another site --------------------------------------------------------------------------------------------


def host_page(chat: str, language: str = "en", more: str = "") -> web.Response:
    """A page of another site with the widget, under the strict policy that the widget's documentation asks for."""
    policy = (
        f"default-src 'none'; script-src {chat}; connect-src {chat} {chat.replace('http', 'ws')}; img-src blob:; style-src 'none'"
    )
    html = (
        '<!doctype html><meta name="viewport" content="width=device-width"><title>Our cars</title><h1>Our cars</h1>'
        '<p><a id="link" href="#clicked">A link under the widget</a></p><button id="low">Low</button>'
        f'<script src="{chat}/chat.js" data-color="#ffd54f" data-lang="{language}" {more} async></script>'
    )
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})


class Shop(Served):
    """The chat at localhost, and a site that carries it at 127.0.0.1: another origin, on the same network as browsers see it."""

    def __init__(self, url: str, *, allowed: bool) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.host = f"http://127.0.0.1:{self.port}/host"
        super().__init__(lambda: self._site(url, allowed))

    def _site(self, url: str, allowed: bool) -> Site:
        site = Site(url, origins=[self.host.removesuffix("/host")] if allowed else [], port=self.port)

        async def host(request: web.Request) -> web.Response:
            return host_page(self.url, request.query.get("lang", "en"), request.query.get("more", ""))

        site.app.router.add_get("/host", host)
        return site


@pytest.fixture
def shop(templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(templates.copy("sqlite", True, tmp_path), allowed=True)
    yield shop
    shop.close()


@pytest.fixture
def stranger(templates: Templates, tmp_path: Path) -> Iterator[Shop]:
    """The site is not among the allowed ones."""
    shop = Shop(templates.copy("sqlite", True, tmp_path), allowed=False)
    yield shop
    shop.close()


@pytest.mark.parametrize(
    ("width", "height", "language", "label"),
    [(1280, 800, "en", "Open the chat"), (360, 640, "auto", "開啟聊天")],
    ids=["desktop", "phone"],
)
def test_the_widget_under_a_strict_policy(
    shop: Shop, pages: Pages, screenshots: Path, width: int, height: int, language: str, label: str
) -> None:
    """One tag, in the site's language or the browser's; no inline style or script, no cookie.

    By keyboard: it opens, closes with Esc, and focus comes back.
    """
    watched = pages("zh-TW", width, height)
    page = watched.page
    page.goto(f"{shop.host}?lang={language}")
    launcher = page.get_by_role("button", name=label)
    expect(launcher).to_be_visible()
    page.screenshot(path=screenshots / f"launcher-{width}.png")
    assert launcher.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"  # black is read more easily on this yellow
    page.locator("#link").click()
    assert page.url.endswith("#clicked")
    assert stored(page, "bayline:token") == {}
    launcher.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("textbox")).to_be_focused()
    bot_says(page, "Hello")
    page.keyboard.type("brakes")
    page.keyboard.press("Enter")
    bot_says(page, "You said: brakes")
    page.screenshot(path=screenshots / f"widget-{width}.png")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(launcher).to_be_focused()
    page.locator("#low").click()
    assert page.context.cookies() == []
    assert not watched.complaints


def test_the_launcher_stands_where_the_site_wants_it(shop: Shop, pages: Pages) -> None:
    """At the left, with words beside it; or not at all, where a button of the site's own opens the chat."""
    page = pages().page
    page.goto(f"{shop.host}?more=data-side=left data-label='Questions?'")
    launcher = page.get_by_role("button", name="Questions?")
    expect(launcher).to_have_text("Questions?")
    box = launcher.bounding_box()
    assert box
    assert box["x"] < 40
    assert box["width"] > 100
    launcher.click()
    panel = page.get_by_role("dialog").bounding_box()
    assert panel
    assert panel["x"] < 40
    page.goto(f"{shop.host}?more=data-launcher=none")
    expect(page.locator("[data-bayline]")).to_be_attached()
    assert page.locator(".launcher").count() == 0
    page.locator("#low").focus()
    page.evaluate("window.bayline.open()")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#low")).to_be_focused()


def test_an_answer_to_a_closed_chat_is_counted(shop: Shop, pages: Pages) -> None:
    page = pages().page
    page.goto(shop.host)
    page.get_by_role("button", name="Open the chat").click()
    bot_says(page, "Hello")
    page.keyboard.press("Escape")
    with shop.site.database.transaction() as session:
        messages.post(session, [messages.outgoing(1, "web", pulls=True, text="your car is ready", data={}, now=NOW)])
    expect(page.locator(".count")).to_have_text("1")
    expect(page).to_have_title("(1) Our cars")
    page.evaluate("window.bayline.open()")
    bot_says(page, "your car is ready")
    expect(page.locator(".count")).to_be_hidden()
    expect(page).to_have_title("Our cars")


def test_wb11_a_site_that_is_not_allowed_gets_nothing(stranger: Shop, pages: Pages) -> None:
    """WB2, WB11: the code loads anywhere, but nobody there can talk or read; and the page underneath works on."""
    page = pages().page
    page.goto(stranger.host)
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-bayline]").count() == 0
    page.locator("#link").click()
    assert page.url.endswith("#clicked")
    line = page.evaluate(
        """url => new Promise((done) => {
          const ws = new WebSocket(url);
          ws.onopen = () => done("open");
          ws.onerror = () => done("refused");
        })""",
        stranger.url.replace("http", "ws") + "/chat/ws",
    )
    assert line == "refused"


def test_a_server_that_is_away_leaves_the_page_alone(shop: Shop, pages: Pages) -> None:
    page = pages().page
    page.route("**/chat.css", lambda route: route.abort())
    page.goto(shop.host)
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-bayline]").count() == 0
    page.locator("#link").click()
    assert page.url.endswith("#clicked")
    page.unroute("**/chat.css")
    expect(page.get_by_role("button", name="Open the chat")).to_be_visible()


def test_wb10_the_page_cannot_be_framed(shop: Shop, pages: Pages) -> None:
    """WB10: clickjacking."""
    page = pages().page
    page.goto(shop.url + "/healthz")
    page.set_content(f'<iframe src="{shop.url}/"></iframe>')
    page.wait_for_load_state("networkidle")
    assert page.frames[1].locator("main").count() == 0
