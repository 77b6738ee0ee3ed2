"""A request read into plain values: nothing of it is a name of a file, of a column or of a class."""

from collections.abc import Mapping, Sequence

from aiohttp import hdrs, web

from bot.console.gate import from_our_page
from handlers.dialogue.incoming import clean

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
MOST_FIELDS = 500
_LONGEST = 20_000

Fields = Mapping[str, Sequence[str]]


async def form(request: web.Request) -> Fields:
    """The fields of a form that our own page sent. Raises HTTPForbidden for one of another site, and for other kinds of body."""
    if not from_our_page(request):
        raise web.HTTPForbidden
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    try:
        posted = await request.post()
    except ValueError:
        raise web.HTTPBadRequest from None
    if len(posted) > MOST_FIELDS:
        raise web.HTTPRequestEntityTooLarge(MOST_FIELDS, len(posted))
    return fields_of([(name, value) for name, value in posted.items() if isinstance(value, str)])


def query(request: web.Request) -> Fields:
    return fields_of(list(request.query.items())[:MOST_FIELDS])


def first(fields: Fields, name: str) -> str:
    return next(iter(fields.get(name, ())), "")


def html(text: str, status: int = 200) -> web.Response:
    return web.Response(
        text=text, status=status, content_type="text/html", charset="utf-8", headers={"Content-Security-Policy": CSP}
    )


def onward(path: str) -> web.Response:
    """To another page, after a post too."""
    return web.Response(status=303, headers={hdrs.LOCATION: path})


def fields_of(pairs: Sequence[tuple[str, str]]) -> Fields:
    """All values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        # Browsers end lines in forms with CR LF.
        found.setdefault(name, []).append(clean(value, _LONGEST).replace("\r\n", "\n"))
    return found
