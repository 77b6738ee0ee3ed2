"""A Bot API server of our own: as strict as Telegram, with people who write to the bot, and faults on demand.

In a test: `async with FakeTelegram() as fake:` and then `fake.url`, `fake.token`, `fake.user(7).says("hello")`,
`await fake.user(7).sees("Hello")`. As a process: `python -m tests.fake_telegram PORT`.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from tests import fake_telegram_rules as rules
from tests.canaries import CANARIES
from tests.fake_telegram_rules import Wrong, bad

TOKEN = "123456789:AAFakeTokenForTestsOnly-0123456789abc"
DEADLINE = 60.0  # of what must come; only a failure takes so long


@dataclass
class Received:
    """A message that a chat sees. `edits` counts how often its place was taken; `at` is the loop's time."""

    chat_id: int
    message_id: int
    method: str
    text: str
    entities: list[dict[str, Any]]
    markup: dict[str, Any]
    at: float
    photo: bytes = b""
    document: bytes = b""
    edits: int = 0
    thread: int = 0
    reply_to: int = 0
    album: str = ""
    copied: dict[str, Any] = field(default_factory=dict)

    @property
    def buttons(self) -> list[str]:
        return [button["text"] for row in self.markup.get("inline_keyboard", []) for button in row]


@dataclass
class Fault:
    """`kind`: drop, silence, reset, slow, html, truncated, not_ok, error, wait. `times` None is for ever; of the calls that it
    concerns it spoils one of `every`."""

    kind: str
    method: str
    chat: int | None = None
    times: int | None = 1
    code: int = 502
    description: str = "Bad Gateway"
    parameters: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    seen: int = 0
    every: int = 1
    met: int = 0


class User:
    """Somebody with a private chat. What they do becomes an update at once; `sees` waits for the bot."""

    def __init__(self, fake: "FakeTelegram", user_id: int, language: str, first_name: str) -> None:
        self.fake, self.id, self.language, self.first_name = fake, user_id, language, first_name
        self.blocked = False
        self.refused = 0  # how often the bot has tried nevertheless

    def _from(self) -> dict[str, Any]:
        return {"id": self.id, "is_bot": False, "first_name": self.first_name, "language_code": self.language}

    def _chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "private", "first_name": self.first_name}

    def message(self, **content: Any) -> int:
        """Any message; returns its id."""
        number = next(self.fake.message_ids)
        CANARIES.says(content.get("text"))
        message = {"message_id": number, "date": int(time.time()), "chat": self._chat(), "from": self._from(), **content}
        self.fake.written[self.id, number] = message
        self.fake.push({"message": message})
        return number

    def replies(self, to: int, text: str = "", **content: Any) -> int:
        """Replies to a message of this chat."""
        there = {"message_id": to, "date": 1, "chat": self._chat()}
        return self.message(reply_to_message=there, **({"text": text} if text else {}), **content)

    def says(self, text: str) -> int:
        return self.message(text=text)

    def edits(self, message_id: int, text: str) -> None:
        message = {"message_id": message_id, "date": int(time.time()), "edit_date": int(time.time()), "chat": self._chat()}
        self.fake.push({"edited_message": {**message, "from": self._from(), "text": text}})

    def sends_voice(self, **more: Any) -> int:
        return self.message(voice=self.fake.voice(), **more)

    def presses(self, label: str) -> str:
        """Presses the newest button with this label; returns the query's id."""
        for message in reversed(self.received):
            for row in message.markup.get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        return self.presses_data(button["callback_data"], message.message_id)
        raise AssertionError(f"nobody showed {label!r}: {[m.buttons for m in self.received]}")

    def presses_data(self, data: str, message_id: int = 1, **changes: Any) -> str:
        query = str(next(self.fake.query_ids))
        self.fake.queries[query] = None
        message = {"message_id": message_id, "date": int(time.time()), "chat": self._chat()}
        press = {"id": query, "from": self._from(), "chat_instance": "1", "data": data, "message": message}
        self.fake.push({"callback_query": {**press, **changes}})
        return query

    def sends_photo(self, content: bytes, caption: str = "", **more: Any) -> int:
        file_id = self.fake.file(content)
        size = {"file_id": file_id, "file_unique_id": file_id, "width": 800, "height": 600, "file_size": len(content)}
        return self.message(photo=[size], **({"caption": caption} if caption else {}), **more)

    def shares_contact(self, phone: str, own: bool = True) -> int:
        return self.message(contact={"phone_number": phone, "first_name": "Card", "user_id": self.id if own else self.id + 1})

    @property
    def received(self) -> list[Received]:
        return [message for message in self.fake.received if message.chat_id == self.id]

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.received]

    async def sees(self, words: str, within: float = DEADLINE) -> Received:
        """Waits until a message with these words is there; the newest of them."""
        found: list[Received] = []

        def there() -> bool:
            found[:] = [message for message in self.received if words in message.text]
            return bool(found)

        await self.fake.until(there, within, lambda: f"{words!r} not in {self.texts}")
        return found[-1]

    async def sees_messages(self, number: int, within: float = DEADLINE) -> list[Received]:
        """Waits until the chat has got so many messages."""
        await self.fake.until(lambda: len(self.received) >= number, within, lambda: f"{len(self.received)} of {number}")
        return self.received


@dataclass
class Topic:
    """`locked`: somebody closed it by hand, and the bot may not write in closed ones."""

    name: str
    closed: bool = False
    locked: bool = False


class Group:
    """A supergroup; `forum`: with topics. `member` False: the bot is not in it (any more). `out`: who was removed."""

    def __init__(self, fake: "FakeTelegram", chat_id: int, forum: bool) -> None:
        self.fake, self.id, self.forum, self.member = fake, chat_id, forum, True
        self.topics: dict[int, Topic] = {}
        self.pinned: list[int] = []
        self.out: list[int] = []
        # What the bot may do there; None: it is an ordinary member.
        self.rights: set[str] | None = None

    def _chat(self) -> dict[str, Any]:
        return {"id": self.id, "type": "supergroup", "title": "Staff", **({"is_forum": True} if self.forum else {})}

    def message(self, user: User, thread: int = 0, reply_to: int = 0, **content: Any) -> int:
        """Somebody writes: in a topic (whose first message Telegram then names as replied to), as a reply, or just so."""
        number = next(self.fake.message_ids)
        place: dict[str, Any] = {"message_thread_id": thread, "is_topic_message": True} if thread else {}
        if reply_to or thread:
            place["reply_to_message"] = {"message_id": reply_to or thread, "date": 1, "chat": self._chat()}
            if said := next((one for one in self.received if one.message_id == reply_to), None):
                bot = {"id": int(self.fake.token.split(":")[0]), "is_bot": True, "first_name": "Bayline"}
                place["reply_to_message"] |= {"from": bot, "text": said.text}
        about = {"message_id": number, "date": int(time.time()), "chat": self._chat(), "from": user._from()}
        self.fake.written[self.id, number] = {**about, **place, **content}
        self.fake.push({"message": self.fake.written[self.id, number]})
        return number

    def edits(self, message_id: int, **content: Any) -> None:
        """Whoever wrote it gives it other words."""
        message = self.fake.written[self.id, message_id]
        message = {**message, **content, "edit_date": int(time.time())}
        self.fake.written[self.id, message_id] = message
        self.fake.push({"edited_message": message})

    def sends_album(
        self, user: User, contents: list[bytes], thread: int = 0, reply_to: int = 0, captions: dict[int, str] | None = None
    ) -> list[int]:
        """As Telegram tells an album: message by message, with the same mark."""
        album = str(next(self.fake.message_ids))
        numbers = []
        for index, content in enumerate(contents):
            file_id = self.fake.file(content)
            size = {"file_id": file_id, "file_unique_id": file_id, "width": 800, "height": 600, "file_size": len(content)}
            words = {"caption": captions[index]} if captions and index in captions else {}
            numbers.append(self.message(user, thread, reply_to, photo=[size], media_group_id=album, **words))
        return numbers

    def says(self, user: User, text: str, thread: int = 0, reply_to: int = 0) -> int:
        return self.message(user, thread, reply_to, text=text)

    def sends_photo(self, user: User, content: bytes, thread: int = 0, caption: str = "", reply_to: int = 0) -> int:
        file_id = self.fake.file(content)
        size = {"file_id": file_id, "file_unique_id": file_id, "width": 800, "height": 600, "file_size": len(content)}
        return self.message(user, thread, reply_to, photo=[size], **({"caption": caption} if caption else {}))

    def presses(self, user: User, label: str) -> str:
        """Presses the newest button with this label; returns the query's id."""
        for message in reversed(self.received):
            for row in message.markup.get("inline_keyboard", []):
                for button in row:
                    if button["text"] == label:
                        return self.presses_data(user, button["callback_data"], message.message_id)
        raise AssertionError(f"nobody showed {label!r}: {[m.buttons for m in self.received]}")

    def presses_data(self, user: User, data: str, message_id: int = 1) -> str:
        query = str(next(self.fake.query_ids))
        self.fake.queries[query] = None
        message = {"message_id": message_id, "date": int(time.time()), "chat": self._chat()}
        press = {"id": query, "from": user._from(), "chat_instance": "1", "data": data, "message": message}
        self.fake.push({"callback_query": press})
        return query

    def vanish(self, thread: int) -> None:
        """Somebody deletes a topic with everything in it."""
        del self.topics[thread]
        self.fake.received[:] = [m for m in self.fake.received if m.chat_id != self.id or m.thread != thread]

    def closes(self, thread: int) -> None:
        """Somebody closes a topic by hand."""
        self.topics[thread].closed = self.topics[thread].locked = True

    def _status(self, status: str) -> None:
        bot = {"id": int(self.fake.token.split(":")[0]), "is_bot": True, "first_name": "Bayline"}
        change = {"chat": self._chat(), "from": bot, "date": 1, "old_chat_member": {"user": bot, "status": "member"}}
        self.fake.push({"my_chat_member": {**change, "new_chat_member": {"user": bot, "status": status}}})

    def removes_bot(self, silently: bool = False) -> None:
        """`silently`: the update about it is lost."""
        self.member = False
        if not silently:
            self._status("kicked")

    def adds_bot(self) -> None:
        self.member = True
        self._status("administrator")

    @property
    def received(self) -> list[Received]:
        return [message for message in self.fake.received if message.chat_id == self.id]

    async def sees(self, words: str, within: float = DEADLINE) -> Received:
        found: list[Received] = []

        def there() -> bool:
            found[:] = [message for message in self.received if words in message.text]
            return bool(found)

        await self.fake.until(there, within, lambda: f"{words!r} not in {[m.text for m in self.received]}")
        return found[-1]


class FakeTelegram:
    """`strict_rates`: more than one message a second in a chat, or 30 in all, is answered with 429."""

    def __init__(self, token: str = TOKEN, strict_rates: bool = False, keep_messages: bool = True) -> None:
        self.token = token
        self.strict_rates = strict_rates
        self.received: list[Received] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.counts: dict[str, int] = defaultdict(int)
        self.violations: list[str] = []
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.queries: dict[str, str | None] = {}
        self.left: list[int] = []
        self.webhook: dict[str, Any] = {}
        self.webhook_info: dict[str, Any] = {}
        self.updates: list[dict[str, Any]] = []
        # What people wrote, by chat and number: what can be copied, replied to, deleted.
        self.written: dict[tuple[int, int], dict[str, Any]] = {}
        self.faults: list[Fault] = []
        self.migrated: dict[int, int] = {}
        self.message_ids = itertools.count(1000)
        self.query_ids = itertools.count(70_000)
        self.next_update = 500_000
        self.url = ""
        self._keep = keep_messages
        self._users: dict[int, User] = {}
        self._groups: dict[int, Group] = {}
        self._files: dict[str, bytes] = {}
        self._changed = asyncio.Event()
        self._polling: asyncio.Future[None] | None = None
        self._stopped = asyncio.Event()
        self._lines: dict[int, deque[dict[str, Any]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sent_at: dict[int, deque[float]] = defaultdict(lambda: deque(maxlen=20))
        self._sent_overall: deque[float] = deque()
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None

    # -- life ---------------------------------------------------------------------------------------------------------

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=60 * 1024 * 1024)
        app.router.add_route("*", "/file/bot{token}/{path}", self._download)
        app.router.add_route("*", "/bot{token}/{method}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

    async def stop(self) -> None:
        self._stopped.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._client:
            await self._client.close()
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> "FakeTelegram":
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop()

    async def until(self, true: Callable[[], Any], within: float = DEADLINE, why: Callable[[], str] = lambda: "") -> None:
        """Waits for a condition, looking again whenever something happens here and now and then."""
        end = asyncio.get_running_loop().time() + within
        while not true():
            left = end - asyncio.get_running_loop().time()
            if left <= 0:
                raise AssertionError(f"not within {within} s: {why()}")
            self._changed.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), min(left, 0.05))

    # -- people and faults ----------------------------------------------------------------------------------------------

    def user(self, user_id: int, language: str = "en", first_name: str = "Ann") -> User:
        if user_id not in self._users:
            self._users[user_id] = User(self, user_id, language, first_name)
        return self._users[user_id]

    def group(self, chat_id: int = -1001234567890, forum: bool = True) -> Group:
        if chat_id not in self._groups:
            self._groups[chat_id] = Group(self, chat_id, forum)
        return self._groups[chat_id]

    def file(self, content: bytes) -> str:
        self._files[name := f"file{len(self._files)}"] = content
        return name

    def voice(self) -> dict[str, Any]:
        file_id = self.file(b"OggS")
        return {"file_id": file_id, "file_unique_id": file_id, "duration": 3, "mime_type": "audio/ogg", "file_size": 4}

    def push(self, update: dict[str, Any]) -> int:
        """Numbers an update and delivers it, by whatever way the bot has chosen."""
        self.next_update += 1
        self.push_raw({"update_id": self.next_update, **update})
        return self.next_update

    def push_raw(self, update: Any) -> None:
        if self.webhook:
            self._deliver(update)
        else:
            self.updates.append(update)
        self._changed.set()

    def fault(self, kind: str, method: str = "sendMessage", **more: Any) -> Fault:
        self.faults.append(fault := Fault(kind, method, **more))
        return fault

    def _fault(self, method: str, chat: Any, *kinds: str) -> Fault | None:
        for fault in self.faults:
            if fault.method in (method, "*") and fault.kind in kinds and (fault.chat is None or str(fault.chat) == str(chat)):
                fault.met += 1
                if fault.met % fault.every:
                    continue
                if fault.times is not None:
                    fault.times -= 1
                    if fault.times <= 0:
                        self.faults.remove(fault)
                fault.seen += 1
                self._changed.set()
                return fault
        return None

    # -- the server -----------------------------------------------------------------------------------------------------

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        if self._fault(method, None, "drop"):
            _cut(request)
            return web.Response()
        parameters = await _parameters(request)
        self.counts[method] += 1
        chat = parameters.get("chat_id")
        if fault := self._fault(method, chat, "wait"):
            await asyncio.sleep(fault.seconds)
        if fault := self._fault(method, chat, "html"):
            return web.Response(status=fault.code, text="<html><h1>Bad Gateway</h1></html>", content_type="text/html")
        if fault := self._fault(method, chat, "error"):
            return _refused(Wrong(fault.description, fault.code, **fault.parameters))
        if self._fault(method, chat, "not_ok"):
            return _json({"ok": False}, 200)
        try:
            result = await self._do(method, parameters)
        except Wrong as wrong:
            return _refused(wrong)
        body = json.dumps({"ok": True, "result": result}).encode()
        if fault := self._fault(method, chat, "silence", "reset", "slow", "truncated"):
            return await self._spoilt(fault, request, body)
        return web.Response(body=body, content_type="application/json")

    async def _spoilt(self, fault: Fault, request: web.Request, body: bytes) -> web.StreamResponse:
        """The call has taken effect; its answer has an accident."""
        if fault.kind == "truncated":
            return web.Response(body=body[: len(body) // 2], content_type="application/json")
        if fault.kind == "silence":
            await self._stopped.wait()
            return web.Response()
        answer = web.StreamResponse(headers={"Content-Length": str(len(body)), "Content-Type": "application/json"})
        await answer.prepare(request)
        with suppress(ConnectionError):
            for index in range(len(body)):
                await answer.write(body[index : index + 1])
                if fault.kind == "reset" and index == 5:
                    _cut(request)
                    break
                if fault.kind == "slow":
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopped.wait(), 1)
                        break
        return answer

    async def _do(self, method: str, parameters: dict[str, Any]) -> Any:
        do: Callable[[dict[str, Any]], Awaitable[Any]] | None = getattr(self, f"_do_{method.lower()}", None)
        if do is None:
            raise Wrong("Not Found: method not found", 404)
        if self._keep:
            self.calls.append((method, parameters))
        try:
            return await do(parameters)
        finally:
            self._changed.set()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _json({"ok": False, "error_code": 401, "description": "Unauthorized"}, 401)
        if self._fault("download", None, "drop"):
            _cut(request)
        content = self._files.get(request.match_info["path"])
        return web.Response(body=content) if content is not None else web.Response(status=404)

    # -- methods --------------------------------------------------------------------------------------------------------

    async def _do_getme(self, _parameters: dict[str, Any]) -> Any:
        number = int(self.token.split(":")[0])
        return {"id": number, "is_bot": True, "first_name": "Bayline", "username": "bayline_bot", "can_join_groups": True}

    async def _do_getchat(self, parameters: dict[str, Any]) -> Any:
        return self._in_group(parameters)._chat()

    async def _do_getchatmember(self, parameters: dict[str, Any]) -> Any:
        group = self._in_group(parameters)
        status = "member" if group.rights is None else "administrator"
        return {"status": status, "user": await self._do_getme({}), **dict.fromkeys(group.rights or (), True)}

    def _in_group(self, parameters: dict[str, Any]) -> Group:
        group = self._groups.get(int(parameters["chat_id"]))
        if group is None or not group.member:
            raise bad("chat not found")
        return group

    async def _do_getwebhookinfo(self, _parameters: dict[str, Any]) -> Any:
        return {"url": self.webhook.get("url", ""), "pending_update_count": 0, **self.webhook_info}

    async def _do_sendmessage(self, parameters: dict[str, Any]) -> Any:
        text = rules.text(parameters.get("text"))
        entities = rules.entities(parameters.get("entities"), text)
        return self._send("sendMessage", parameters, text.strip(), entities)

    async def _do_sendphoto(self, parameters: dict[str, Any]) -> Any:
        caption = str(parameters.get("caption", ""))
        if caption:
            rules.text(caption, 1024, long="message caption is too long")
        entities = rules.entities(parameters.get("caption_entities"), caption)
        photo = parameters.get("photo")
        if not isinstance(photo, bytes) and photo not in self._files:
            raise bad("wrong file identifier/HTTP URL specified")
        content = photo if isinstance(photo, bytes) else self._files[str(photo)]
        if len(content) > 10 * 1024 * 1024:
            raise bad("file is too big")
        return self._send("sendPhoto", parameters, caption, entities, content)

    async def _do_senddocument(self, parameters: dict[str, Any]) -> Any:
        caption = str(parameters.get("caption", ""))
        if caption:
            rules.text(caption, 1024, long="message caption is too long")
        entities = rules.entities(parameters.get("caption_entities"), caption)
        document = parameters.get("document")
        if not isinstance(document, bytes) or not document:
            raise bad("file must be non-empty")
        return self._send("sendDocument", parameters, caption, entities, document=document)

    async def _do_sendmediagroup(self, parameters: dict[str, Any]) -> Any:
        media = rules.media_group(parameters.get("media"), parameters)
        album, sent = str(next(self.message_ids)), []
        for content, caption, entities in media:
            sent.append(self._send("sendMediaGroup", parameters, caption, entities, content, album=album, counts=not sent))
        return sent

    async def _do_copymessage(self, parameters: dict[str, Any]) -> Any:
        return self._copy(parameters, parameters.get("message_id"), str(parameters.get("caption", "")))

    async def _do_copymessages(self, parameters: dict[str, Any]) -> Any:
        numbers = rules.structure(parameters.get("message_ids"), "message identifiers")
        if not 1 <= len(numbers) <= 100 or numbers != sorted(set(numbers)):
            raise bad("message identifiers must be in a strictly increasing order")
        return [self._copy(parameters, number) for number in numbers]

    def _copy(self, parameters: dict[str, Any], number: Any, caption: str = "") -> dict[str, int]:
        message = self.written.get((int(parameters.get("from_chat_id", 0)), int(number or 0)))
        if message is None:
            raise bad("message to copy not found")
        if caption:
            rules.text(caption, 1024, long="message caption is too long")
        content = {name: value for name, value in message.items() if name not in ("message_id", "date", "chat", "from")}
        words = caption or str(message.get("caption") or message.get("text") or "")
        return {"message_id": self._send("copyMessage", parameters, words, [], copied=content)["message_id"]}

    async def _do_deletemessage(self, parameters: dict[str, Any]) -> Any:
        chat, number = self._chat_of(parameters), int(parameters.get("message_id", 0))
        for message in self.received:
            if (message.chat_id, message.message_id) == (chat, number):
                if asyncio.get_running_loop().time() - message.at > 48 * 3600:
                    raise bad("message can't be deleted")
                self.received.remove(message)
                return True
        raise bad("message to delete not found")

    async def _do_banchatmember(self, parameters: dict[str, Any]) -> Any:
        group = self._groups.get(self._chat_of(parameters))
        if group is None:
            raise bad("method is available for supergroup and channel chats only")
        group.out.append(int(parameters["user_id"]))
        return True

    async def _do_unbanchatmember(self, parameters: dict[str, Any]) -> Any:
        self._chat_of(parameters)
        return True

    async def _do_editmessagecaption(self, parameters: dict[str, Any]) -> Any:
        caption = str(parameters.get("caption", ""))
        if caption:
            rules.text(caption, 1024, long="message caption is too long")
        chat, number = self._chat_of(parameters), int(parameters.get("message_id", 0))
        for message in self.received:
            if (message.chat_id, message.message_id) == (chat, number):
                if not (message.photo or message.document or message.copied):
                    raise bad("there is no caption in the message to edit")
                if message.text == caption:
                    raise bad("message is not modified: specified new message content and reply markup are exactly the same")
                message.text, message.edits = caption, message.edits + 1
                return self._as_json(message)
        raise bad("message to edit not found")

    def _send(
        self, method: str, parameters: dict[str, Any], text: str, entities: Any, photo: bytes = b"", document: bytes = b"",
        *, album: str = "", copied: dict[str, Any] | None = None, counts: bool = True,
    ) -> Any:  # fmt: skip
        markup = rules.markup(parameters.get("reply_markup"))
        chat = self._chat_of(parameters)
        thread, reply_to = self._thread_of(chat, parameters), self._reply_of(chat, parameters)
        if counts:
            self._watch_rates(chat)
        message = Received(
            chat, next(self.message_ids), method, text, entities, markup, asyncio.get_running_loop().time(), photo, document,
            thread=thread, reply_to=reply_to, album=album, copied=copied or {},
        )  # fmt: skip
        if self._keep:
            self.received.append(message)
        return self._as_json(message)

    def _thread_of(self, chat: int, parameters: dict[str, Any]) -> int:
        """The topic that a message goes into, 0 for none."""
        thread = int(parameters.get("message_thread_id") or 0)
        group = self._groups.get(chat)
        if thread and (group is None or thread not in group.topics):
            raise bad("message thread not found")
        if group and thread and group.topics[thread].locked:
            raise bad("TOPIC_CLOSED")
        return thread

    def _reply_of(self, chat: int, parameters: dict[str, Any]) -> int:
        reply = rules.structure(parameters.get("reply_parameters") or {}, "reply_parameters")
        number = int(reply.get("message_id", 0))
        known = any(m.chat_id == chat and m.message_id == number for m in self.received) or (chat, number) in self.written
        if number and not known:
            if not reply.get("allow_sending_without_reply"):
                raise bad("message to be replied not found")
            return 0
        return number

    def _forum(self, parameters: dict[str, Any]) -> Group:
        group = self._groups.get(self._chat_of(parameters))
        if group is None or not group.forum:
            raise bad("the chat is not a forum")
        return group

    def _topic(self, parameters: dict[str, Any]) -> Topic:
        topic = self._forum(parameters).topics.get(int(parameters.get("message_thread_id") or 0))
        if topic is None:
            raise bad("TOPIC_ID_INVALID")
        return topic

    async def _do_createforumtopic(self, parameters: dict[str, Any]) -> Any:
        group, name = self._forum(parameters), rules.text(parameters.get("name"), 128, "TOPIC_NAME_EMPTY", "TOPIC_TITLE_TOO_LONG")
        self._watch_rates(group.id)
        group.topics[number := next(self.message_ids)] = Topic(name)
        return {"message_thread_id": number, "name": name, "icon_color": 7322096}

    async def _do_editforumtopic(self, parameters: dict[str, Any]) -> Any:
        topic, name = self._topic(parameters), rules.text(parameters.get("name"), 128, "TOPIC_NAME_EMPTY", "TOPIC_TITLE_TOO_LONG")
        if topic.name == name:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.name = name
        return True

    async def _do_closeforumtopic(self, parameters: dict[str, Any]) -> Any:
        return self._set_closed(parameters, True)

    async def _do_reopenforumtopic(self, parameters: dict[str, Any]) -> Any:
        return self._set_closed(parameters, False)

    def _set_closed(self, parameters: dict[str, Any], closed: bool) -> bool:
        topic = self._topic(parameters)
        if topic.closed is closed:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.closed, topic.locked = closed, False
        return True

    async def _do_pinchatmessage(self, parameters: dict[str, Any]) -> Any:
        chat, number = self._chat_of(parameters), int(parameters.get("message_id", 0))
        if not any(m.chat_id == chat and m.message_id == number for m in self.received):
            raise bad("message to pin not found")
        if group := self._groups.get(chat):
            group.pinned.append(number)
        return True

    def _as_json(self, message: Received) -> dict[str, Any]:
        chat = {"id": message.chat_id, "type": "private" if message.chat_id > 0 else "supergroup", "first_name": "Ann"}
        return {"message_id": message.message_id, "date": int(time.time()), "chat": chat, "text": message.text}

    def _chat_of(self, parameters: dict[str, Any]) -> int:
        try:
            chat = int(parameters.get("chat_id", ""))
        except ValueError:
            raise bad("chat not found") from None
        if chat in self.migrated:
            raise Wrong(
                "Bad Request: group chat was upgraded to a supergroup chat", 400, migrate_to_chat_id=self.migrated[chat]
            )  # fmt: skip
        if (user := self._users.get(chat)) and user.blocked:
            user.refused += 1
            raise Wrong("Forbidden: bot was blocked by the user", 403)
        if (group := self._groups.get(chat)) and not group.member:
            raise Wrong("Forbidden: bot was kicked from the supergroup chat", 403)
        return chat

    def _watch_rates(self, chat: int) -> None:
        now = asyncio.get_running_loop().time()
        while self._sent_overall and self._sent_overall[0] <= now - 1:
            self._sent_overall.popleft()
        # As sent, a second lies between; one of the two may be longer on its way. A group bears twenty in a minute.
        before = self._sent_at[chat]
        crowded = chat < 0 and sum(at > now - 59.5 for at in before) >= 20
        if self.strict_rates and before and (now - before[-1] < 0.85 or crowded):
            self.violations.append(f"chat {chat}: {now - before[-1]:.3f} s")
            raise Wrong("Too Many Requests: retry after 1", 429, retry_after=1)
        if self.strict_rates and len(self._sent_overall) >= 30:
            self.violations.append("more than 30 in a second")
            raise Wrong("Too Many Requests: retry after 1", 429, retry_after=1)
        before.append(now)
        self._sent_overall.append(now)

    async def _do_editmessagetext(self, parameters: dict[str, Any]) -> Any:
        text = rules.text(parameters.get("text")).strip()
        entities = rules.entities(parameters.get("entities"), text)
        markup = rules.markup(parameters.get("reply_markup"))
        chat, number = self._chat_of(parameters), int(parameters.get("message_id", 0))
        for message in reversed(self.received):
            if message.message_id == number and message.chat_id == chat:
                break
        else:
            raise bad("message to edit not found")
        if message.photo or message.document or message.copied:
            raise bad("there is no text in the message to edit")
        if message.markup.keys() & {"keyboard", "remove_keyboard", "force_reply"}:
            raise bad("message can't be edited")
        keyboard = markup if markup.get("inline_keyboard") else {}
        old = message.markup if message.markup.get("inline_keyboard") else {}
        if (message.text, message.entities, old) == (text, entities, keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as a current "
                "content and reply markup of the message"
            )
        message.text, message.entities, message.markup, message.edits = text, entities, markup, message.edits + 1
        return self._as_json(message)

    async def _do_answercallbackquery(self, parameters: dict[str, Any]) -> Any:
        query, words = str(parameters.get("callback_query_id")), str(parameters.get("text", ""))
        if rules.utf16(words) > 200:
            raise bad("MESSAGE_TOO_LONG")
        if self.queries.get(query, "answered") is not None:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.queries[query] = words
        return True

    async def _do_sendchataction(self, parameters: dict[str, Any]) -> Any:
        self._chat_of(parameters)
        return True

    async def _do_setmycommands(self, parameters: dict[str, Any]) -> Any:
        self.commands[self._scope(parameters)] = rules.commands(parameters.get("commands"))
        return True

    async def _do_deletemycommands(self, parameters: dict[str, Any]) -> Any:
        self.commands.pop(self._scope(parameters), None)
        return True

    def _scope(self, parameters: dict[str, Any]) -> tuple[str, str]:
        scope = rules.structure(parameters.get("scope") or {"type": "default"}, "scope")
        return f"{scope['type']}{scope.get('chat_id', '')}", rules.language(parameters.get("language_code"))

    async def _do_leavechat(self, parameters: dict[str, Any]) -> Any:
        self.left.append(self._chat_of(parameters))
        return True

    async def _do_getfile(self, parameters: dict[str, Any]) -> Any:
        content = self._files.get(name := str(parameters.get("file_id")))
        if content is None:
            raise bad("invalid file_id")
        if len(content) > 20 * 1024 * 1024:
            raise bad("file is too big")
        return {"file_id": name, "file_unique_id": name, "file_size": len(content), "file_path": name}

    # -- delivering -----------------------------------------------------------------------------------------------------

    async def _do_setwebhook(self, parameters: dict[str, Any]) -> Any:
        url = str(parameters.get("url") or "")
        self.webhook = {"url": url, "secret": rules.secret(parameters.get("secret_token"))} if url else {}
        if url:
            waiting, self.updates = self.updates, []
            for update in waiting:
                self._deliver(update)
        return True

    async def _do_deletewebhook(self, _parameters: dict[str, Any]) -> Any:
        self.webhook = {}
        return True

    def _deliver(self, update: Any) -> None:
        """In order within a chat, chats side by side, until the answer is 200."""
        chat = _chat_in(update)
        if chat in self._lines:
            self._lines[chat].append(update)
            return
        self._lines[chat] = deque([update])
        self._tasks.add(task := asyncio.create_task(self._deliver_line(chat)))
        task.add_done_callback(self._tasks.discard)

    async def _deliver_line(self, chat: int) -> None:
        line = self._lines[chat]
        assert self._client
        while line and self.webhook:
            headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.get("secret", "")}
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                limit = aiohttp.ClientTimeout(total=10)
                async with self._client.post(self.webhook["url"], json=line[0], headers=headers, timeout=limit) as response:
                    if response.status == 200:
                        line.popleft()
                        self._changed.set()
                        continue
            await asyncio.sleep(0.05)
        del self._lines[chat]
        self.updates += line  # the webhook was removed: they wait to be fetched
        self._changed.set()

    @property
    def undelivered(self) -> int:
        return sum(map(len, self._lines.values())) + len(self.updates)

    async def _do_getupdates(self, parameters: dict[str, Any]) -> Any:
        if self.webhook:
            raise Wrong(
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
                409,
            )  # fmt: skip
        if self._polling and not self._polling.done():
            self._polling.set_exception(Wrong("Conflict: terminated by other getUpdates request", 409))
        self._polling = mine = asyncio.get_running_loop().create_future()
        if (offset := int(parameters.get("offset") or 0)) > 0:
            self._confirm(offset)
        limit = min(int(parameters.get("limit") or 100), 100)
        end = asyncio.get_running_loop().time() + float(parameters.get("timeout") or 0)
        try:
            while not self.updates and not self._stopped.is_set() and (left := end - asyncio.get_running_loop().time()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(mine), min(left, 0.02))
        finally:
            if not mine.done():
                mine.set_result(None)
        return self.updates[:limit]

    def _confirm(self, offset: int) -> None:
        """Forgets what comes before; a number far beyond the queue is from another age, and confirms nothing."""
        numbers = [update.get("update_id") if isinstance(update, dict) else None for update in self.updates]
        if offset - 1 in numbers:
            del self.updates[: numbers.index(offset - 1) + 1]
        elif numbers and offset <= max((n for n in numbers if isinstance(n, int)), default=0) + 10:
            self.updates = [u for u, n in zip(self.updates, numbers, strict=True) if not isinstance(n, int) or n >= offset]


def _chat_in(update: Any) -> int:
    try:
        return int((update.get("message") or update["callback_query"]["message"])["chat"]["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return 0


def _cut(request: web.Request) -> None:
    """Ends the connection hard."""
    if request.transport:
        request.transport.abort()


def _json(body: dict[str, Any], status: int) -> web.Response:
    return web.Response(status=status, body=json.dumps(body).encode(), content_type="application/json")


def _refused(wrong: Wrong) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": wrong.code, "description": wrong.description}
    if wrong.parameters:
        body["parameters"] = wrong.parameters
    return _json(body, wrong.code)


async def _parameters(request: web.Request) -> dict[str, Any]:
    kind = request.content_type
    if kind == "application/json":
        return dict(json.loads(await request.read()))
    if kind == "multipart/form-data":
        form = await request.post()
        return {name: (value if isinstance(value, str) else value.file.read()) for name, value in form.items()}
    return dict(await request.post()) if request.method == "POST" else dict(request.query)


async def _serve(port: int) -> None:
    fake = FakeTelegram(keep_messages=False)
    await fake.start(port)
    print(fake.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
