"""Forms with photos and files: read in pieces within limits, each picture made anew before anything sees it."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from urllib.parse import unquote

from aiohttp import BodyPartReader, web

from bot.attachments import clean_file, is_file
from bot.console.gate import from_our_page
from bot.console.reading import MOST_FIELDS, Fields, fields_of
from bot.photos import MAX_BYTES, CleanPhoto, PhotoRefused
from handlers.desk.page import Photo

Cleaning = Callable[[bytes], Awaitable[CleanPhoto]]
_LONGEST_FIELD = 100_000


@dataclass(frozen=True, slots=True)
class Upload:
    """`trouble`: text key of why a picture was not taken, "" if all were."""

    fields: Fields
    photos: tuple[Photo, ...]
    trouble: str = ""


async def upload(request: web.Request, clean: Cleaning, most: int) -> Upload:
    """The fields and pictures of a form that our own page sent. Raises HTTPForbidden and HTTPBadRequest as `form` does."""
    if not from_our_page(request):
        raise web.HTTPForbidden
    pairs: list[tuple[str, str]] = []
    came: list[tuple[str, bytes]] = []
    try:
        reader = await request.multipart()
        while (part := await reader.next()) is not None:
            if not isinstance(part, BodyPartReader) or len(pairs) + len(came) >= MOST_FIELDS:
                raise web.HTTPBadRequest
            if part.filename is not None:
                content = await _read(part, MAX_BYTES + 1)
                # A field for a picture that was left empty comes as a file without a name.
                if content or part.filename:
                    came.append((unquote(part.filename), content))
            else:
                pairs.append((part.name or "", (await _read(part, _LONGEST_FIELD)).decode("utf-8", "replace")))
    except (ValueError, AssertionError):
        raise web.HTTPBadRequest from None
    if len(came) > most:
        return Upload(fields_of(pairs), (), "inbox.too_many_photos")
    try:
        photos = [
            Photo(**asdict(clean_file(content, name) if is_file(content) else await clean(content))) for name, content in came
        ]
    except PhotoRefused as no:
        return Upload(fields_of(pairs), (), no.key)
    return Upload(fields_of(pairs), tuple(photos))


async def _read(part: BodyPartReader, most: int) -> bytes:
    """No more than `most` bytes of it are kept; the rest is read past."""
    content = bytearray()
    while chunk := await part.read_chunk():
        if len(content) < most:
            content += chunk[: most - len(content)]
    return bytes(content)
