"""Files that the web server hands out: held in memory, plain and packed, with an ETag; no part of a request becomes a name."""

import gzip
import hashlib
from collections.abc import Mapping

from aiohttp import hdrs, web

TYPES = {"html": "text/html", "js": "text/javascript", "css": "text/css", "svg": "image/svg+xml"}


class File:
    """`name` says the type by its ending; `headers` go with every answer."""

    def __init__(self, name: str, content: bytes, headers: Mapping[str, str]) -> None:
        self._plain = content
        self._packed = gzip.compress(content, 9, mtime=0)
        self._headers: dict[str, str] = {
            hdrs.ETAG: f'"{hashlib.sha256(content).hexdigest()[:20]}"',
            hdrs.VARY: "Accept-Encoding",
            hdrs.CACHE_CONTROL: "no-cache",
            hdrs.CONTENT_TYPE: f"{TYPES[name.rsplit('.', 1)[1]]}; charset=utf-8",
            **headers,
        }

    async def answer(self, request: web.Request) -> web.Response:
        if request.headers.get(hdrs.IF_NONE_MATCH) == self._headers[hdrs.ETAG]:
            return web.Response(status=304, headers=self._headers)
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, ""):
            return web.Response(body=self._packed, headers={**self._headers, hdrs.CONTENT_ENCODING: "gzip"})
        return web.Response(body=self._plain, headers=self._headers)
