"""Photos and files in the web chat: read with limits, photos made anew, kept for their chat, shown to nobody else."""

import asyncio
import tempfile
from typing import IO

from aiohttp import web

from bot.album import Album
from bot.attachments import CleanFile, clean_file
from bot.photos import MAX_BYTES, PhotoRefused, clean_photo

# A phone on a poor line needs this long for ten megabytes.
UPLOAD_WITHIN = 60.0
AT_ONCE = 2
MIMES = ("image/jpeg", "image/png", "image/webp")


class Photos:
    """Reads uploads and keeps them. The database work runs in threads."""

    def __init__(self, album: Album) -> None:
        self._album = album
        # Only these are in memory whole; however many come at once, the others wait in files.
        self._in_hand = asyncio.Semaphore(AT_ONCE)

    async def take(self, request: web.Request, chat_id: int, name: str | None = None) -> tuple[str, bool, CleanFile | None]:
        """The id of what is in the body, kept for this chat, and whether it is new. Raises PhotoRefused or TimeoutError.

        `name`: it is a file that is called so, and no photo; then what became of it comes third.
        """
        if (request.content_length or 0) > MAX_BYTES:
            raise PhotoRefused("dialogue.photo.too_big" if name is None else "dialogue.file.too_big")
        await asyncio.to_thread(self._album.open, chat_id)
        with tempfile.TemporaryFile(buffering=0) as body:
            async with asyncio.timeout(UPLOAD_WITHIN):
                await _read(request, body)
            async with self._in_hand:
                body.seek(0)
                data = body.read()
                file = clean_file(data, name) if name is not None else None
                return *await asyncio.to_thread(self._album.keep, chat_id, file or await clean_photo(data)), file

    async def find(self, photo_id: str, chat_id: int) -> tuple[str, bytes, str] | None:
        """Type, content and name of a photo or file of this chat."""
        return await asyncio.to_thread(self._album.find, photo_id, chat_id)

    async def drop(self, photo_id: str) -> None:
        await asyncio.to_thread(self._album.drop, photo_id)


async def _read(request: web.Request, body: IO[bytes]) -> None:
    """The body into a file, given up as soon as it is too long."""
    length = 0
    async for piece in request.content.iter_chunked(64 * 1024):
        length += len(piece)
        if length > MAX_BYTES:
            raise PhotoRefused("dialogue.photo.too_big")
        try:
            body.write(piece)
        except OSError:  # the disk is full
            raise PhotoRefused("dialogue.photo.no_room") from None
