"""The files of the web chat and its configuration: page, widget, style, texts, the shop's name."""

import asyncio
import json
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web
from babel.dates import format_date

from bot.channels.webchat_gate import Origins
from bot.clock import Clock
from bot.files import File
from handlers.dialogue import languages
from handlers.dialogue.texts import LANGUAGES, locale
from handlers.tickets import sla
from storage import stores
from storage.database import Database
from storage.stores import Store

_FOLDER = resources.files("bot.channels") / "web"
# Every address is written down here; no part of a request ever becomes a file name.
_PAGE_ONLY = {"/": "index.html", "/page.js": "page.js", "/page.css": "page.css", "/icon.svg": "icon.svg"}
# A site with the widget loads these two; they hold nothing but code.
_ANYWHERE = {"/chat.js": "chat.js", "/chat.css": "chat.css"}

PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)


def texts_of(language: str) -> dict[str, Any]:
    """The words of the widget and of the page, with questions to try."""
    words: dict[str, Any] = json.loads((_FOLDER / "texts" / f"{language}.json").read_text("utf-8"))
    return words


def language_of(hint: str) -> str:
    """Our language for a tag or an Accept-Language header; English for one that we do not speak."""
    for tag in hint[:200].split(","):
        if language := languages.from_hint(tag.split(";")[0].strip()):
            return language
    return "en"


def _file(name: str, *, anywhere: bool) -> File:
    # With these no cookies and no visitor's words travel, so any site may read them; who may talk to us is asked later.
    widget = {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
    return File(name, (_FOLDER / name).read_bytes(), widget if anywhere else {"Content-Security-Policy": PAGE_CSP})


class Pages:
    """`routes()` serves the files and `/chat/config?lang=zh-TW&store=code`."""

    def __init__(self, database: Database, origins: Origins, clock: Clock) -> None:
        self._database, self._origins, self._clock = database, origins, clock
        self._texts = {language: texts_of(language) for language in LANGUAGES}

    def routes(self) -> list[web.RouteDef]:
        files = [(path, _file(name, anywhere=False)) for path, name in _PAGE_ONLY.items()]
        files += [(path, _file(name, anywhere=True)) for path, name in _ANYWHERE.items()]
        return [web.get("/chat/config", self._config), *(web.get(path, file.answer) for path, file in files)]

    async def _config(self, request: web.Request) -> web.Response:
        language = language_of(request.query.get("lang", "") or request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        name, when = await asyncio.to_thread(self._shop, request.query.get("store", "")[:40], language)
        texts = self._texts[language]
        if when:
            texts = {**texts, "online": texts["online_later"].format(when=when)}
        return web.json_response({"language": language, "name": name, "texts": texts}, headers=self._origins.headers(request))

    def _shop(self, code: str, language: str) -> tuple[str, str]:
        """What the store is called, and from when people are there; "" while they are."""
        with self._database.reading() as session:
            store = stores.by_code(session, code.replace("\0", "")) if code else None
            if store is None:
                store = next(iter(stores.all_stores(session)), None)
            if store is None:
                return "", ""
            return store.names.get(language) or next(iter(store.names.values()), ""), self._opens(store, language)

    def _opens(self, store: Store, language: str) -> str:
        now = self._clock()
        opens, zone = sla.next_open(sla.of_store(store), now), ZoneInfo(store.timezone)
        if opens <= now:
            return ""
        there = opens.astimezone(zone)
        today = there.date() == now.astimezone(zone).date()
        return f"{there:%H:%M}" if today else f"{format_date(there, 'EEE', locale=locale(language))} {there:%H:%M}"
