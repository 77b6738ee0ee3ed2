"""Photos from outside: decoded and made anew in a process of its own, so that nothing of the original but the picture remains."""

import asyncio
import hashlib
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 10 * 1024 * 1024
# Shorter than the bot's own stop may take.
TIMEOUT = 6.0
WORKER = Path(__file__).with_name("photos_worker.py")
# Two at a time, however many are sent: decoding is the dearest thing a stranger can make us do.
_TWO = ThreadPoolExecutor(2, thread_name_prefix="photos")

_KINDS = ((b"\xff\xd8\xff", 0), (b"\x89PNG\r\n\x1a\n", 0), (b"WEBP", 8))
# The worker's exit codes.
_TOO_MANY_PIXELS, _NO_ROOM = 4, 5
# By the system, where its memory ends.
_ENDED = -9


class PhotoRefused(Exception):  # noqa: N818 - it is a thing said to a person, not an error
    """`key` is the text that says why in plain words: dialogue.photo.empty, .too_big, .not_a_photo, .too_many_pixels …"""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A JPEG that we made. `sha256` (hex) is that of `content`; width and height in pixels, at most 2048."""

    mime: str
    width: int
    height: int
    content: bytes
    sha256: str


async def clean_photo(data: bytes) -> CleanPhoto:
    """The picture in `data` (JPEG, PNG or WebP, whatever its name says), upright and without metadata. Raises PhotoRefused."""
    if not data:
        raise PhotoRefused("dialogue.photo.empty")
    if len(data) > MAX_BYTES:
        raise PhotoRefused("dialogue.photo.too_big")
    if not any(data[start : start + len(magic)] == magic for magic, start in _KINDS):
        raise PhotoRefused("dialogue.photo.not_a_photo")
    return await asyncio.get_running_loop().run_in_executor(_TWO, _made_anew, data)


def _made_anew(data: bytes) -> CleanPhoto:
    # The result goes to a file and not through a pipe, because only a file's size can be limited from outside.
    with tempfile.TemporaryFile() as result:
        try:
            code = subprocess.run(  # noqa: S603 - our own file, no shell, no words from outside
                [sys.executable, "-I", str(WORKER)],
                input=data, stdout=result, stderr=subprocess.DEVNULL, timeout=TIMEOUT, check=False, cwd=tempfile.gettempdir(),
                env={name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ},
            ).returncode  # fmt: skip
        except subprocess.TimeoutExpired:
            raise PhotoRefused("dialogue.photo.too_many_pixels") from None
        if code in (_TOO_MANY_PIXELS, _ENDED):
            raise PhotoRefused("dialogue.photo.too_many_pixels")
        if code == _NO_ROOM:
            raise PhotoRefused("dialogue.photo.no_room")
        if code != 0:
            raise PhotoRefused("dialogue.photo.not_a_photo")
        result.seek(0)
        width, height = struct.unpack(">II", result.read(8))
        content = result.read()
    return CleanPhoto("image/jpeg", width, height, content, hashlib.sha256(content).hexdigest())
