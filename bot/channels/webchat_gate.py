"""Who may come in to the web chat: which sites, with which token, how often."""

import hashlib
import re
import secrets
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

from aiohttp import hdrs, web

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_ORIGIN = re.compile(r"https?://[^/\s]+")


class Origins:
    """The sites that may talk to us: our own page always, others by name ("https://www.example.com").

    Raises ValueError with a sentence for what is not the origin of a site.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = {origin.rstrip("/").lower() for origin in allowed}
        for origin in self._allowed:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f'BAYLINE_ALLOWED_ORIGINS: "{origin}" must look like https://www.example.com, without a path')

    def admits(self, request: web.Request) -> bool:
        """Browsers name the calling site with every WebSocket and every post. Whoever sends none is no browser.

        That one is let in: it carries no cookie that another site could abuse, only the token that it knows itself.
        """
        origins = request.headers.getall(hdrs.ORIGIN, [])
        if not origins:
            return request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none")
        return len(origins) == 1 and (self._is_ours(request, origins[0]) or origins[0].lower() in self._allowed)

    def headers(self, request: web.Request) -> dict[str, str]:
        """What a browser wants to see before it shows our answer to another site; nothing for a site not allowed."""
        origin = request.headers.get(hdrs.ORIGIN, "")
        vary: dict[str, str] = {hdrs.VARY: "Origin"}
        if origin.lower() not in self._allowed:
            return vary
        # CORS answers to exactly one origin, and never together with cookies.
        return {**vary, "Access-Control-Allow-Origin": origin, "Cross-Origin-Resource-Policy": "cross-origin"}

    def _is_ours(self, request: web.Request, origin: str) -> bool:
        site = urlsplit(origin)
        return site.scheme in ("http", "https") and site.netloc.lower() == request.host.lower()


def new_token() -> str:
    """A visitor's token: 256 random bits. Whoever has it is the visitor."""
    return secrets.token_urlsafe(32)


def address_of(token: object) -> str | None:
    """The address of a token's chat: only this digest is ever stored. None for what cannot be a token of ours."""
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode()).hexdigest()


def bearer(request: web.Request) -> str | None:
    """The address that the Authorization header proves."""
    kind, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return address_of(token) if kind == "Bearer" else None


class Allowance:
    """So many things at once, and so many more each second, for each name. Its memory is bounded."""

    MOST_NAMES = 20_000

    def __init__(self, burst: float, per_second: float) -> None:
        self._burst, self._per_second = burst, per_second
        self._left: dict[str, tuple[float, float]] = {}

    def spend(self, name: str) -> bool:
        """Whether `name` may do one more now."""
        now = time.monotonic()
        left, at = self._left.get(name, (self._burst, now))
        left = min(self._burst, left + (now - at) * self._per_second)
        if left < 1:
            return False
        if len(self._left) >= self.MOST_NAMES and name not in self._left:
            self._forget(now)
        self._left[name] = left - 1, now
        return True

    def _forget(self, now: float) -> None:
        """Drops who has everything left again; if that is nobody, all start anew."""
        kept = {n: (left, at) for n, (left, at) in self._left.items() if left + (now - at) * self._per_second < self._burst}
        self._left = kept if len(kept) < self.MOST_NAMES else {}
