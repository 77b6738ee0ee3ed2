"""The door of the console: login and one-time codes, and how often somebody may try."""

import asyncio
import functools
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

from bot.channels.webchat_pages import language_of
from bot.console.entering import Entered, Entering, Entry
from bot.console.gate import KNOWN_FOR, Attempts, Cookies, mac, same
from bot.console.reading import Fields, first, form, html, onward
from bot.web import Proxies
from handlers.desk.desk import ROOT
from handlers.dialogue.texts import LANGUAGES
from handlers.staff.rules import fold_login

# So many passwords are hashed at once, and so many more may wait for it: hashing costs memory and time on purpose.
_AT_ONCE, _WAITING = 2, 20

Page = Callable[..., str]


class Door:
    """`in_thread` runs what blocks."""

    def __init__(
        self, entering: Entering, key: bytes, proxies: Proxies, cookies: Callable[[web.Request], Cookies],
        in_thread: Callable[..., Awaitable[Any]],
    ) -> None:  # fmt: skip
        self._entering, self._proxies, self._cookies, self._in_thread = entering, proxies, cookies, in_thread
        self._attempts = Attempts(key)
        self._hashing = asyncio.Semaphore(_AT_ONCE)
        self._waiting = 0

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{ROOT}/login", self._login_form),
            web.post(f"{ROOT}/login", self._login),
            web.get(f"{ROOT}/login/code", self._no_code_yet),
            web.post(f"{ROOT}/login/code", self._code),
            web.get(f"{ROOT}/invite", self._invite_form),
            web.post(f"{ROOT}/invite", self._invite),
        ]

    async def _login_form(self, request: web.Request) -> web.Response:
        said = "staff.password_changed" if "changed" in request.query else "staff.too_many" if "many" in request.query else ""
        entry = _entry(request, {"next": [request.query.get("next", "")]})
        return self._form(request, functools.partial(self._entering.login_page, entry, said=said))

    async def _invite_form(self, request: web.Request) -> web.Response:
        return self._form(request, functools.partial(self._entering.invite_page, _entry(request, {})))

    async def _login(self, request: web.Request) -> web.Response:
        fields = await form(request)
        entry, cookies = _entry(request, fields), self._cookies(request)
        page = functools.partial(self._entering.login_page, entry)
        if not _proven(fields, cookies):
            return self._form(request, functools.partial(page, said="desk.stale"), 403)
        if not self._attempts.may_try(fold_login(entry.login), self._proxies.client(request), cookies.get("known")):
            return self._form(request, functools.partial(page, said="staff.too_many"), 429)
        return await self._enter(request, self._entering.login, entry, page)

    async def _no_code_yet(self, request: web.Request) -> web.Response:
        """Where a browser comes that opens the address of the second step again."""
        return onward(f"{ROOT}/login")

    async def _code(self, request: web.Request) -> web.Response:
        fields = await form(request)
        entry = _entry(request, fields)
        if not _proven(fields, self._cookies(request)):
            return self._form(request, functools.partial(self._entering.login_page, entry, said="desk.stale"), 403)
        return await self._enter(request, self._entering.second, entry, functools.partial(self._entering.login_page, entry))

    async def _invite(self, request: web.Request) -> web.Response:
        fields = await form(request)
        entry = _entry(request, fields)
        page = functools.partial(self._entering.invite_page, entry)
        if not _proven(fields, self._cookies(request)):
            return self._form(request, functools.partial(page, said="desk.stale"), 403)
        return await self._enter(request, self._entering.accept, entry, page)

    async def _enter(
        self, request: web.Request, way: Callable[[Entry, str], Entered], entry: Entry, page: Page
    ) -> web.Response:  # fmt: skip
        if self._waiting >= _WAITING:
            return self._form(request, functools.partial(page, said="staff.too_many"), 503)
        cookies = self._cookies(request)
        self._waiting += 1
        try:
            async with self._hashing:
                entered = await self._in_thread(way, entry, mac(cookies.get("door"), "door"))
        finally:
            self._waiting -= 1
        if not entered.secret:
            return html(entered.html, entered.status)
        answer = onward(entered.go)
        # A new session, whatever cookie the browser came with.
        cookies.set(answer, "session", entered.secret)
        cookies.set(answer, "known", self._attempts.known(entered.login), KNOWN_FOR)
        cookies.drop(answer, "door")
        return answer

    def _form(self, request: web.Request, page: Page, status: int = 200) -> web.Response:
        """A form before anybody is logged in: its proof hangs on a cookie of its own."""
        cookies = self._cookies(request)
        door = cookies.get("door") or secrets.token_urlsafe(24)
        answer = html(page(mac(door, "door")), status)
        if not cookies.get("door"):
            cookies.set(answer, "door", door)
        if status == 429:
            answer.headers[hdrs.RETRY_AFTER] = "60"
        return answer


def _proven(fields: Fields, cookies: Cookies) -> bool:
    door = cookies.get("door")
    return bool(door) and same(first(fields, "csrf"), mac(door, "door"))


def _entry(request: web.Request, fields: Fields) -> Entry:
    wish = request.query.get("lang", "") or first(fields, "language")
    return Entry(
        login=first(fields, "login")[:200],
        password=first(fields, "password")[:1000],
        code=first(fields, "code").strip()[:200],
        half=first(fields, "half")[:200],
        name=first(fields, "name").strip()[:120],
        language=wish if wish in LANGUAGES else language_of(request.headers.get(hdrs.ACCEPT_LANGUAGE, "")),
        browser=request.headers.get(hdrs.USER_AGENT, "")[:120],
        next=first(fields, "next")[:2000],
    )
