"""The album: photos that people sent, kept for their chat; not too many, none twice, and never to the last byte of the disk."""

import shutil
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.attachments import CleanFile
from bot.clock import Clock
from bot.photos import CleanPhoto, PhotoRefused
from storage import chats, media
from storage.database import Database, is_full

MOST_PER_HOUR = 20
# Bytes that stay free for what matters more than photos.
FLOOR = 200 * 1024 * 1024


class Album:
    """Plain functions for threads. A chat is its id; `of` finds it by its address, None for somebody new."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._folder = Path(database.url.removeprefix("sqlite:///")).parent if database.is_sqlite else None

    def of(self, channel: str, address: str) -> int | None:
        with self._database.reading() as session:
            chat = chats.find(session, channel, address)
        return chat.id if chat else None

    def open(self, chat_id: int | None) -> None:
        """Raises PhotoRefused when nothing more is taken from this chat now."""
        if self._folder and shutil.disk_usage(self._folder).free < FLOOR:
            raise PhotoRefused("dialogue.photo.no_room")
        if chat_id is None:
            return
        with self._database.reading() as session:
            kept = media.kept_since(session, chat_id, self._clock() - timedelta(hours=1))
        if kept >= MOST_PER_HOUR:
            raise PhotoRefused("dialogue.photo.too_many")

    def keep(self, chat_id: int | None, photo: CleanPhoto | CleanFile) -> tuple[str, bool]:
        """The photo's id, and whether it is new: the same picture in the same chat is kept once. Raises PhotoRefused."""
        try:
            with self._database.transaction() as session:
                if chat_id is not None and (known := media.same(session, chat_id, photo.sha256)):
                    return known, False
                return media.keep(session, chat_id=chat_id, now=self._clock(), **asdict(photo)), True
        except DBAPIError as trouble:
            if is_full(trouble):
                raise PhotoRefused("dialogue.photo.no_room") from None
            raise

    def find(self, photo_id: str, chat_id: int) -> tuple[str, bytes, str] | None:
        """Type, content and name of a photo or file of this chat."""
        with self._database.reading() as session:
            return media.find(session, photo_id, chat_id)

    def drop(self, photo_id: str) -> None:
        with self._database.transaction() as session:
            media.drop(session, photo_id)
