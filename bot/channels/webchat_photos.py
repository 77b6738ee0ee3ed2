"""Photos in the web chat: taken with limits, kept for their chat, shown to nobody else."""

import asyncio
import secrets
from datetime import timedelta

from aiohttp import web
from sqlalchemy import delete, func, or_, select

from bot.clock import Clock
from bot.photos import MAX_BYTES, CleanPhoto, PhotoRefused, clean_photo
from storage.database import Database
from storage.media import Media

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
        """Type and content of a photo of this chat, or of the shop's own."""
        return await asyncio.to_thread(self._find, photo_id, chat_id)

    async def drop(self, photo_id: str) -> None:
        await asyncio.to_thread(self._drop, photo_id)

    def _kept_lately(self, chat_id: int) -> int:
        hour_ago = self._clock() - timedelta(hours=1)
        lately = select(func.count()).where(Media.chat_id == chat_id, Media.created_at > hour_ago)
        with self._database.reading() as session:
            return session.scalar(lately) or 0

    def _keep(self, chat_id: int, photo: CleanPhoto) -> str:
        kept = Media(
            id=secrets.token_urlsafe(16), chat_id=chat_id, sha256=photo.sha256, mime=photo.mime, width=photo.width,
            height=photo.height, content=photo.content, created_at=self._clock(),
        )  # fmt: skip
        with self._database.transaction() as session:
            session.add(kept)
        return kept.id

    def _find(self, photo_id: str, chat_id: int) -> tuple[str, bytes] | None:
        theirs = select(Media.mime, Media.content).where(
            Media.id == photo_id, or_(Media.chat_id == chat_id, Media.chat_id.is_(None))
        )
        with self._database.reading() as session:
            row = session.execute(theirs).one_or_none()
        return (row[0], row[1]) if row else None

    def _drop(self, photo_id: str) -> None:
        with self._database.transaction() as session:
            session.execute(delete(Media).where(Media.id == photo_id))


async def _read(request: web.Request) -> bytes:
    """The body, given up as soon as it is too long."""
    data = bytearray()
    async for piece in request.content.iter_chunked(64 * 1024):
        data += piece
        if len(data) > MAX_BYTES:
            raise PhotoRefused("dialogue.photo.too_big")
    return bytes(data)
