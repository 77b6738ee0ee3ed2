"""Files that are no photos: what they are is seen from their first bytes, and what they are called is made harmless."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

from bot.photos import MAX_BYTES, PhotoRefused

LONGEST_NAME = 80
# (where, first bytes, type, ending). What is not here is not taken: nothing that a browser or an office would run.
_KINDS = (
    (0, b"%PDF-", "application/pdf", "pdf"),
    (0, b"OggS", "audio/ogg", "ogg"),
    (0, b"\x1aE\xdf\xa3", "video/webm", "webm"),
    (0, b"ID3", "audio/mpeg", "mp3"),
    (0, b"\xff\xfb", "audio/mpeg", "mp3"),
    (0, b"\xff\xf3", "audio/mpeg", "mp3"),
    (4, b"ftypM4A", "audio/mp4", "m4a"),
    (8, b"WAVE", "audio/wav", "wav"),
)
# What a name may have: letters and digits of any script, and what stands between them.
_HARMLESS = re.compile(r"[^\w .()+-]")


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A document or a sound, as it came. `name` ends as its type does; `sha256` (hex) is that of `content`."""

    mime: str
    name: str
    content: bytes
    sha256: str
    width: int = 0
    height: int = 0


def is_file(data: bytes) -> bool:
    """Whether it begins like one of those; photos do not."""
    return any(data[start : start + len(magic)] == magic for start, magic, _, _ in _KINDS)


def clean_file(data: bytes, name: str) -> CleanFile:
    """Raises PhotoRefused for what is empty, larger than 10 MB, or neither a PDF nor a sound, whatever its name says."""
    if not data:
        raise PhotoRefused("dialogue.file.empty")
    if len(data) > MAX_BYTES:
        raise PhotoRefused("dialogue.file.too_big")
    for start, magic, mime, ending in _KINDS:
        if data[start : start + len(magic)] == magic:
            return CleanFile(mime, f"{_stem(name)}.{ending}", data, hashlib.sha256(data).hexdigest())
    raise PhotoRefused("dialogue.file.not_taken")


def saved_as(name: str) -> str:
    """The header with which a browser keeps a file under this name, and never shows it in the page."""
    return (
        f"attachment; filename=\"{name.encode('ascii', 'replace').decode().replace('?', '_')}\"; filename*=UTF-8''{quote(name)}"
    )


def _stem(name: str) -> str:
    """Without folders, endings and characters that turn, hide or end a line; "file" if nothing is left (IN10)."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name.replace("\0", " ")))[-1]
    stem = last.rpartition(".")[0] or last
    words = " ".join(_HARMLESS.sub(" ", stem).split()).strip(". ")[:LONGEST_NAME].strip()
    # Names that Windows keeps for itself.
    return words if words and not re.fullmatch(r"(?i)con|prn|aux|nul|com\d|lpt\d", words) else "file"
