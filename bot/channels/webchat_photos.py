"""Photos in the web chat: taken with limits, kept for their chat, shown to nobody else."""

import asyncio
from dataclasses import asdict
from datetime import timedelta

from aiohttp import web

from bot.clock import Clock
from bot.photos import MAX_BYTES, CleanPhoto, PhotoRefused, clean_photo
from storage import media
from storage.database import Database

MOST_PER_HOUR = 20
# A phone on a poor line needs this long for ten megabytes.
UPLOAD_WITHIN = 60.0
MIMES = ("image/jpeg", "image/png", "image/webp")


class Photos:
    """Reads uploads and keeps them. The database work runs in threads."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    async def take(self, request: web.Request, chat_id: int) -> str:
        """The id of the photo in the body, kept for this chat. Raises PhotoRefused or TimeoutError."""
        if (request.content_length or 0) > MAX_BYTES:
            raise PhotoRefused("dialogue.photo.too_big")
        if await asyncio.to_thread(self._kept_lately, chat_id) >= MOST_PER_HOUR:
            raise PhotoRefused("dialogue.photo.too_many")
        async with asyncio.timeout(UPLOAD_WITHIN):
            data = await _read(request)
        photo = await clean_photo(data)
        return await asyncio.to_thread(self._keep, chat_id, photo)

    async def find(self, photo_id: str, chat_id: int) -> tuple[str, bytes] | None:
        """Type and content of a photo of this chat."""
        return await asyncio.to_thread(self._find, photo_id, chat_id)

    async def drop(self, photo_id: str) -> None:
        await asyncio.to_thread(self._drop, photo_id)

    def _kept_lately(self, chat_id: int) -> int:
        with self._database.reading() as session:
            return media.kept_since(session, chat_id, self._clock() - timedelta(hours=1))

    def _keep(self, chat_id: int, photo: CleanPhoto) -> str:
        with self._database.transaction() as session:
            return media.keep(session, chat_id=chat_id, now=self._clock(), **asdict(photo))

    def _find(self, photo_id: str, chat_id: int) -> tuple[str, bytes] | None:
        with self._database.reading() as session:
            return media.find(session, photo_id, chat_id)

    def _drop(self, photo_id: str) -> None:
        with self._database.transaction() as session:
            media.drop(session, photo_id)


async def _read(request: web.Request) -> bytes:
    """The body, given up as soon as it is too long."""
    data = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > MAX_BYTES:
            raise PhotoRefused("dialogue.photo.too_big")
    return bytes(data)
