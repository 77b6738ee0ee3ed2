"""The console's routes: every page of every feature, the door, and the files; requests in, threads, answers out."""

import asyncio
import functools
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib import resources
from typing import Any

from aiohttp import hdrs, web

from bot.attachments import saved_as
from bot.clock import Clock
from bot.console.door import Door
from bot.console.entering import Entering
from bot.console.gate import Cookies
from bot.console.live import Live
from bot.console.reading import Fields, form, html, onward, query
from bot.console.serving import Answer, Asked, Serving
from bot.console.uploads import upload
from bot.files import File
from bot.photos import clean_photo
from bot.web import Proxies
from handlers.desk import House, Page
from handlers.desk.desk import ROOT
from handlers.dialogue.feature import Feature
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts
from storage import keys
from storage.database import Database

_FILES = {
    "console.css": "bot.console/static", "console.js": "bot.console/static", "inbox.css": "bot.console/static",
    "inbox.js": "bot.console/static", "icon.svg": "bot.channels/web",
}  # fmt: skip
NOTICE_LASTS = 60
_LIVE = "X-Bayline-Live"


class Console:
    """Put `routes()` into the application. `wake` is called, on the loop, after each change: there may be something to send.

    `second_step`: the roles that must set up the second step of the login.
    Makes the installation's key in the database when it is the first.
    """

    def __init__(
        self, database: Database, clock: Clock, features: Sequence[Feature], texts: Texts, memo: Memo,
        *, proxies: Proxies | None = None, wake: Callable[[], None] = lambda: None, second_step: Collection[str] = (),
    ) -> None:  # fmt: skip
        with database.transaction() as session:
            key = keys.ensure(session, "console")
        self.house = House(features, texts, memo, key, second_step)
        self._serving = Serving(database, clock, self.house)
        self._proxies = proxies or Proxies()
        self._wake = wake
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="console")
        self._live = Live(database, clock, self.house, self._in_thread)
        self._door = Door(Entering(database, clock, self.house, key), key, self._proxies, self._cookies, self._in_thread)

    def hang_up(self) -> None:
        """On the loop, before the server stops: lines to pages would keep it waiting."""
        self._live.stop()

    def stop(self) -> None:
        self._threads.shutdown(wait=True)

    def routes(self) -> list[web.RouteDef]:
        files = [web.get(f"{ROOT}/files/{name}", File(name, _content(name), {}).answer) for name in _FILES]
        shell = [web.get(ROOT, self._home), web.get(f"{ROOT}/", self._home), web.post(f"{ROOT}/logout", self._logout)]
        shell.append(web.get(f"{ROOT}/live", self._follow))
        pages = [route for page in self.house.pages for route in self._routes_of(page)]
        return [*shell, *self._door.routes(), *files, *pages]

    def _routes_of(self, page: Page) -> list[web.RouteDef]:
        """One that can only be posted to has a route for looking as well: it answers that there is nothing to see."""
        found = [web.get(ROOT + page.path, functools.partial(self._get, page))]
        if page.post:
            found.append(web.post(ROOT + page.path, functools.partial(self._post, page)))
        return found

    async def _get(self, page: Page, request: web.Request) -> web.Response:
        cookies = self._cookies(request)
        return _answered(cookies, await self._in_thread(self._serving.get, page, _asked(request, cookies)))

    async def _post(self, page: Page, request: web.Request) -> web.Response:
        cookies = self._cookies(request)
        if page.photos and request.content_type == "multipart/form-data":
            came = await upload(request, clean_photo, page.photos)
            asked = replace(_asked(request, cookies, came.fields), photos=came.photos, trouble=came.trouble)
        else:
            asked = _asked(request, cookies, await form(request))
        answer = await self._in_thread(self._serving.post, page, asked)
        self._wake()
        return _answered(cookies, answer)

    async def _home(self, request: web.Request) -> web.Response:
        cookies = self._cookies(request)
        return _answered(cookies, await self._in_thread(self._serving.home, _asked(request, cookies)))

    async def _logout(self, request: web.Request) -> web.Response:
        cookies = self._cookies(request)
        answer = _answered(cookies, await self._in_thread(self._serving.logout, _asked(request, cookies, await form(request))))
        if answer.status == 303:
            cookies.drop(answer, "session")
        return answer

    async def _follow(self, request: web.Request) -> web.StreamResponse:
        return await self._live.answer(request, self._cookies(request).get("session"))

    def _cookies(self, request: web.Request) -> Cookies:
        return Cookies(request, self._proxies.encrypted(request))

    async def _in_thread(self, work: Callable[..., Any], *given: object) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, functools.partial(work, *given))


def _content(name: str) -> bytes:
    package, folder = _FILES[name].split("/")
    return (resources.files(package) / folder / name).read_bytes()


def _asked(request: web.Request, cookies: Cookies, fields: Fields | None = None) -> Asked:
    return Asked(
        path=request.path_qs,
        secret=cookies.get("session"),
        # What was to be said is said to a person.
        notice="" if _LIVE in request.headers else cookies.get("notice"),
        live=_LIVE in request.headers,
        where=dict(request.match_info),
        query=query(request),
        form=fields or {},
        site=f"{'https' if cookies.encrypted else 'http'}://{request.host}",
    )


def _answered(cookies: Cookies, answer: Answer) -> web.Response:
    if answer.picture:
        named = {hdrs.CONTENT_DISPOSITION: saved_as(answer.picture.name)} if answer.picture.name else {}
        return web.Response(body=answer.picture.content, content_type=answer.picture.mime, headers=named)
    if answer.go:
        response = onward(answer.go)
        if answer.notice:
            cookies.set(response, "notice", answer.notice, NOTICE_LASTS)
        return response
    response = html(answer.html, answer.status)
    if answer.noticed:
        cookies.drop(response, "notice")
    return response
