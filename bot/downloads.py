"""Files that features give to whoever has their address, such as the calendar entry of a visit; the address is the secret."""

import asyncio
import re

from aiohttp import web

from bot.clock import Clock
from handlers.dialogue import Document
from handlers.dialogue.engine import Engine
from handlers.dialogue.shop import load

_ADDRESS = re.compile(r"[A-Za-z0-9._-]{8,80}", re.ASCII)


class Downloads:
    """`GET /files/<feature>/<address>/<name>`, as it is at this moment; anything else is simply not there."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/files/{feature}/{address}/{name}", self._give)]

    async def _give(self, request: web.Request) -> web.Response:
        found = await asyncio.to_thread(self._find, **request.match_info)
        if found is None:
            raise web.HTTPNotFound
        headers = {
            "Content-Type": found.mime, "Content-Disposition": f'attachment; filename="{found.name}"',
            "Cache-Control": "no-store", "X-Robots-Tag": "noindex",
        }  # fmt: skip
        return web.Response(body=found.content.encode(), headers=headers)

    def _find(self, feature: str, address: str, name: str) -> Document | None:
        owner = self._engine.features.get(feature)
        give = owner.files.get(name) if owner else None
        if give is None or not _ADDRESS.fullmatch(address):
            return None
        with self._engine.database.reading() as session:
            return give(session, self._engine.memo.get(session, load), self._engine.texts, address, self._clock())
