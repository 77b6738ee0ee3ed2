"""The way to the Bot API: python-telegram-bot's request interface on our own lines, with errors that say what took effect."""

import json
import os
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot import certificates
from bot.channels import lines

# Seconds. A send that takes longer than its answer is worth is given up, and counts as one of unknown outcome.
CONNECT, ANSWER = 5.0, 15.0
MAX_FILE = 20 * 1024 * 1024
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_PROXIES = ("http_proxy", "https_proxy", "all_proxy")


class NotSent(NetworkError):  # noqa: N818
    """The call did not leave, or was refused by a server that is not able to work: nothing happened."""


class Unanswered(TimedOut):
    """The call left, and no whole answer came: it may have taken effect."""


class Refused(TelegramError):  # noqa: N818
    """The Bot API said no. `code` is its error code, `parameters` what it added (retry_after, migrate_to_chat_id)."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any]) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


class LineRequest(BaseRequest):
    """For `telegram.Bot(request=…)`; `call` is the same way without the Bot around it, for the few calls that are made often.

    Calls go over lines; files, and everything where there is a proxy, over aiohttp.
    """

    __slots__ = ("_closed", "_connections", "_lines", "_session")

    def __init__(self, connections: int = 256) -> None:
        self._connections = connections
        self._lines: lines.Lines | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    @property
    def read_timeout(self) -> float:
        return ANSWER

    async def initialize(self) -> None:
        """Opens the session; a call that comes earlier does the same."""
        self._closed = False
        if self._session is None:
            proxied = any(name.lower() in _PROXIES for name in os.environ)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=20, ssl=certificates.trusted()),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding"),
                trust_env=proxied,
            )
            self._lines = None if proxied else lines.Lines(self._connections)

    async def shutdown(self) -> None:
        self._closed = True
        if self._lines is not None:
            await self._lines.close()
            self._lines = None
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, url: str, parameters: dict[str, Any], answer: float = ANSWER) -> Any:
        """Posts parameters as JSON and returns the raw result. Raises NotSent, Unanswered or Refused."""
        status, body = await self._post(url, _written(parameters), _JSON, CONNECT, answer)
        if status != 200:
            raise _refusal(status, body)
        return self.parse_json_payload(body)["result"]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        connect = connect_timeout if isinstance(connect_timeout, (int, float)) else CONNECT
        answer = read_timeout if isinstance(read_timeout, (int, float)) else ANSWER
        if request_data is not None and request_data.multipart_data:
            form = aiohttp.FormData(request_data.json_parameters)
            for name, (filename, content, mime) in request_data.multipart_data.items():
                form.add_field(name, content, filename=filename, content_type=mime)
            status, payload = await self._exchange(method, url, form, "", connect, answer)
        elif method == "POST":
            body = request_data.url_encoded_parameters().encode() if request_data is not None else b""
            status, payload = await self._post(url, body, _FORM, connect, answer)
        else:
            status, payload = await self._exchange(method, url, None, "", connect, answer)
        if not 200 <= status < 300:
            raise _refusal(status, payload)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer of a call that took effect. Raises Unanswered for half an answer, Refused for a no in the guise of a yes."""
        answer = _read(payload)
        if answer is None:
            raise Unanswered("the answer is not whole")
        if answer.get("ok") is not True or "result" not in answer:
            raise _refusal(200, payload)
        return answer

    async def _post(self, url: str, body: bytes, mime: str, connect: float, answer: float) -> tuple[int, bytes]:
        await self._ready()
        if self._lines is None:
            return await self._exchange("POST", url, body, mime, connect, answer)
        try:
            return await self._lines.post(url, body, mime, connect, answer)
        except lines.NotSent as error:
            raise NotSent(str(error)) from None
        except lines.Unanswered as error:
            raise Unanswered(str(error)) from None

    async def _exchange(self, method: str, url: str, body: Any, mime: str, connect: float, answer: float) -> tuple[int, bytes]:
        await self._ready()
        assert self._session is not None
        headers = {"Content-Type": mime} if mime else {}
        limits = aiohttp.ClientTimeout(total=connect + answer, connect=connect, sock_read=answer)
        try:
            async with self._session.request(
                method, URL(url, encoded=True), data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                if method == "GET":
                    return response.status, await _at_most(response, MAX_FILE)
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectionResetError) as error:
            raise NotSent(type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unanswered(type(error).__name__) from None

    async def _ready(self) -> None:
        if self._session is None:
            if self._closed:
                raise NotSent("the channel is stopped")
            await self.initialize()


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > limit:
            response.close()
            raise Refused(413, "the file is larger than a bot may download", {})
    return bytes(content)


def _written(parameters: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(parameters)
    except TypeError:
        return json.dumps(parameters).encode()


def _read(payload: bytes) -> dict[str, Any] | None:
    try:
        answer = orjson.loads(payload)
    except ValueError:
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            return None
    return answer if isinstance(answer, dict) else None


def _refusal(status: int, payload: bytes) -> TelegramError:
    answer = _read(payload) or {}
    code, parameters = answer.get("error_code"), answer.get("parameters")
    if not isinstance(code, int):
        code = 500 if status == 200 else status
    if code == 504:  # a gateway that lost patience, not the Bot API
        return Unanswered("gateway time-out")
    if code >= 500:
        return NotSent(f"server error {code}")
    return Refused(
        code, str(answer.get("description", f"HTTP {status}"))[:200], parameters if isinstance(parameters, dict) else {}
    )
