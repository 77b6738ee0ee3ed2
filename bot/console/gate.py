"""Who may come in to the console: cookies, proofs against forged forms, and how often somebody may try a password."""

import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from bot.channels.webchat_gate import Allowance
from handlers.desk.desk import ROOT

KNOWN_FOR = 400 * 24 * 3600


def mac(secret: str | bytes, *parts: str) -> str:
    """A proof that whoever made it had the secret. The parts cannot run into each other."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, json.dumps(parts).encode(), "sha256").hexdigest()[:40]


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def from_our_page(request: web.Request) -> bool:
    """Browsers name the calling site with every post. Here there are cookies to abuse: whoever names none is refused too."""
    origins = request.headers.getall(hdrs.ORIGIN, [])
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin" or len(origins) != 1:
        return False
    site = urlsplit(origins[0])
    return site.scheme in ("http", "https") and site.netloc.lower() == request.host.lower()


class Cookies:
    """The console's cookies. With https they have the prefix that keeps other hosts and plain http from setting them.

    `session`: who is logged in. `door`: proves the form of the login page. `known`: a browser somebody has logged in with
    before. `notice`: what the next page says.
    """

    def __init__(self, request: web.Request, encrypted: bool) -> None:
        self._request, self._encrypted = request, encrypted

    @property
    def encrypted(self) -> bool:
        return self._encrypted

    def get(self, name: str) -> str:
        return self._request.cookies.get(self._name(name), "")[:4096]

    def set(self, answer: web.StreamResponse, name: str, value: str, lasts: int | None = None) -> None:
        answer.set_cookie(
            self._name(name), value, max_age=lasts, path="/" if self._encrypted else ROOT, httponly=True, samesite="Lax",
            secure=self._encrypted,
        )  # fmt: skip

    def drop(self, answer: web.StreamResponse, name: str) -> None:
        self.set(answer, name, "", 0)

    def _name(self, name: str) -> str:
        return f"__Host-bayline-{name}" if self._encrypted else f"bayline-{name}"


def notice(secret: str, said: str, *, refused: bool) -> str:
    """What the next page of this session says, as the value of a cookie. Nobody but us can make one."""
    content = urlsafe_b64encode(json.dumps([said[:1500], refused]).encode()).decode()
    return f"{content}.{mac(secret, 'notice', content)}"


def read_notice(secret: str, cookie: str) -> tuple[str, bool] | None:
    """The words, and whether they are a refusal."""
    content, _, proof = cookie.partition(".")
    if not cookie or not same(proof, mac(secret, "notice", content)):
        return None
    said, refused = json.loads(urlsafe_b64decode(content))
    return said, refused


class Attempts:
    """How often somebody may try a password. Strangers can use up the strangers' tries at an account, and no more.

    Whoever has logged in to the account with this browser before has tries of their own, so nobody can lock them out.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._at_account = Allowance(10, 1 / 60)
        self._from_address = Allowance(30, 1 / 20)
        self._by_known = Allowance(10, 1 / 20)

    def may_try(self, login: str, address: str, known: str) -> bool:
        mark, _, proof = known.partition(".")
        if known and same(proof, mac(self._key, "known", login, mark)):
            return self._by_known.spend(f"{login} {mark}")
        # Both are asked, so that one who is stopped at the first does not go on for free at the second.
        at_address, at_account = self._from_address.spend(address), self._at_account.spend(login)
        return at_address and at_account

    def known(self, login: str) -> str:
        """The cookie of a browser that has logged in to this account."""
        mark = secrets.token_urlsafe(12)
        return f"{mark}.{mac(self._key, 'known', login, mark)}"
