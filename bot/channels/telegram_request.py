"""The way to the Bot API: python-telegram-bot's request interface on aiohttp, with errors that say whether a call took effect."""

import json
import os
from typing import Any

import aiohttp
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

# Seconds. A send that takes longer than its answer is worth is given up, and counts as one of unknown outcome.
CONNECT, ANSWER = 5.0, 15.0
MAX_FILE = 20 * 1024 * 1024
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_JSON = {"Content-Type": "application/json"}


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


class AiohttpRequest(BaseRequest):
    """For `telegram.Bot(request=…)`; `call` is the same way without the Bot around it, for the few calls that are made often."""

    __slots__ = ("_closed", "_connections", "_session", "_urls")

    def __init__(self, connections: int = 256) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._closed = False
        self._urls: dict[str, URL] = {}

    @property
    def read_timeout(self) -> float:
        return ANSWER

    async def initialize(self) -> None:
        """Opens the session; a call that comes earlier does the same."""
        self._closed = False
        if self._session is None:
            proxied = any(name.lower() in ("http_proxy", "https_proxy", "all_proxy") for name in os.environ)
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=20),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept", "Accept-Encoding"),
                trust_env=proxied,
            )

    async def shutdown(self) -> None:
        self._closed = True
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def call(self, url: str, parameters: dict[str, Any], answer: float = ANSWER) -> Any:
        """Posts parameters as JSON and returns the raw result. Raises NotSent, Unanswered or Refused."""
        status, body = await self._exchange("POST", url, json.dumps(parameters).encode(), _JSON, CONNECT, answer)
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
        body: Any = None
        headers: dict[str, str] = {}
        if request_data is not None and request_data.multipart_data:
            body = aiohttp.FormData(request_data.json_parameters)
            for name, (filename, content, mime) in request_data.multipart_data.items():
                body.add_field(name, content, filename=filename, content_type=mime)
        elif request_data is not None:
            body, headers = request_data.url_encoded_parameters().encode(), _FORM
        connect = connect_timeout if isinstance(connect_timeout, (int, float)) else CONNECT
        answer = read_timeout if isinstance(read_timeout, (int, float)) else ANSWER
        status, payload = await self._exchange(method, url, body, headers, connect, answer)
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

    async def _exchange(
        self, method: str, url: str, body: Any, headers: dict[str, str], connect: float, answer: float
    ) -> tuple[int, bytes]:
        if self._session is None:
            if self._closed:
                raise NotSent("the channel is stopped")
            await self.initialize()
        assert self._session is not None
        address = self._urls.get(url)
        if address is None:
            address = URL(url, encoded=True)
            if method == "POST":  # files have a new address each
                self._urls[url] = address
        limits = aiohttp.ClientTimeout(total=connect + answer, connect=connect, sock_read=answer)
        try:
            async with self._session.request(
                method, address, data=body, headers=headers, timeout=limits, allow_redirects=False
            ) as response:
                if method == "GET":
                    return response.status, await _at_most(response, MAX_FILE)
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectionResetError) as error:
            raise NotSent(type(error).__name__) from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unanswered(type(error).__name__) from None


async def _at_most(response: aiohttp.ClientResponse, limit: int) -> bytes:
    content = bytearray()
    async for piece in response.content.iter_any():
        content += piece
        if len(content) > limit:
            response.close()
            raise Refused(413, "the file is larger than a bot may download", {})
    return bytes(content)


def _read(payload: bytes) -> dict[str, Any] | None:
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
