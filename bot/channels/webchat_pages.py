"""The files of the web chat and its configuration: page, widget, style, texts, the shop's name."""

import asyncio
import gzip
import hashlib
import json
from importlib import resources
from typing import Any

from aiohttp import hdrs, web

from bot.channels.webchat_gate import Origins
from handlers.dialogue import languages
from handlers.dialogue.texts import LANGUAGES
from storage import stores
from storage.database import Database

_FOLDER = resources.files("bot.channels") / "web"
_TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}
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


class _File:
    """A file held in memory, plain and packed."""

    def __init__(self, name: str, *, anywhere: bool) -> None:
        self._plain = (_FOLDER / name).read_bytes()
        self._packed = gzip.compress(self._plain, 9, mtime=0)
        self._headers: dict[str, str] = {
            hdrs.ETAG: f'"{hashlib.sha256(self._plain).hexdigest()[:20]}"',
            hdrs.VARY: "Accept-Encoding",
            hdrs.CACHE_CONTROL: "no-cache",
            hdrs.CONTENT_TYPE: f"{_TYPES[name.rsplit('.', 1)[1]]}; charset=utf-8",
        }
        if anywhere:
            # No cookies and no visitor's words here, so any site may read it; who may talk to us is asked later.
            self._headers |= {"Cross-Origin-Resource-Policy": "cross-origin", "Access-Control-Allow-Origin": "*"}
        else:
            self._headers["Content-Security-Policy"] = PAGE_CSP

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get(hdrs.IF_NONE_MATCH) == self._headers[hdrs.ETAG]:
            return web.Response(status=304, headers=self._headers)
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(body=self._packed, headers={**self._headers, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=self._plain, headers=self._headers)


class Pages:
    """`routes()` serves the files and `/chat/config?lang=zh-TW&store=code`."""

    def __init__(self, database: Database, origins: Origins) -> None:
        self._database, self._origins = database, origins
        self._texts = {language: texts_of(language) for language in LANGUAGES}

    def routes(self) -> list[web.RouteDef]:
        files = [(path, _File(name, anywhere=False)) for path, name in _PAGE_ONLY.items()]
        files += [(path, _File(name, anywhere=True)) for path, name in _ANYWHERE.items()]
        return [web.get("/chat/config", self._config), *(web.get(path, file.answer) for path, file in files)]

    async def _config(self, request: web.Request) -> web.Response:
        language = language_of(request.query.get("lang", "") or request.headers.get(hdrs.ACCEPT_LANGUAGE, ""))
        name = await asyncio.to_thread(self._name, request.query.get("store", "")[:40], language)
        return web.json_response(
            {"language": language, "name": name, "texts": self._texts[language]}, headers=self._origins.headers(request)
        )

    def _name(self, code: str, language: str) -> str:
        with self._database.reading() as session:
            store = stores.by_code(session, code.replace("\0", "")) if code else None
            if store is None:
                store = next(iter(stores.all_stores(session)), None)
            return (store.names.get(language) or next(iter(store.names.values()), "")) if store else ""
