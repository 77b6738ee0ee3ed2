"""Lines: what becomes of a call when the server answers in every way that servers have."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from bot.channels.lines import Lines, NotSent, Unanswered

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Story = Callable[[Lines, "Server"], Awaitable[None]]


class Server:
    """Reads whole requests and answers each with the next of `answers`; None hangs up, an empty one keeps silent."""

    def __init__(self, answers: list[list[bytes] | None]) -> None:
        self.answers = answers
        self.requests: list[bytes] = []
        self.connections = 0
        self.writers: list[asyncio.StreamWriter] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                pieces = self.answers.pop(0)
                for piece in pieces or []:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0)
                if pieces is None or b"close" in b"".join(pieces):
                    break
        writer.close()


def tell(answers: list[list[bytes] | None], story: Story) -> Server:
    server = Server(answers)

    async def run() -> None:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/bot1:a/sendMessage"
        lines = Lines(4)
        try:
            await story(lines, server)
        finally:
            await lines.close()
            listening.close()
            for writer in server.writers:
                writer.close()
                with suppress(ConnectionError):
                    await writer.wait_closed()

    asyncio.run(run())
    return server


async def call(lines: Lines, server: Server, answer: float = 5.0) -> tuple[int, bytes]:
    return await lines.post(server.url, b'{"chat_id":7}', "application/json", 5.0, answer)


@pytest.mark.parametrize(
    "pieces",
    [
        [OK],
        [OK[:9], OK[9:30], OK[30:]],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n", b"1\r\nk\r\n0\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok"],
    ],
    ids=["at once", "in pieces", "chunked", "until it hangs up"],
)
def test_an_answer_is_read_however_it_comes(pieces: list[bytes]) -> None:
    async def story(lines: Lines, server: Server) -> None:
        assert await call(lines, server) == (200, b"ok")
        assert await call(lines, server) == (200, b"ok")

    server = tell([pieces, [OK]], story)
    assert server.requests[0].startswith(b"POST /bot1:a/sendMessage HTTP/1.1\r\nHost: 127.0.0.1:")
    assert server.requests[0].endswith(b'\r\n\r\n{"chat_id":7}')
    assert server.connections == (2 if b"close" in pieces[0] else 1)


def test_calls_at_once_have_a_line_each_and_no_more_than_the_most() -> None:
    async def story(lines: Lines, server: Server) -> None:
        assert await asyncio.gather(*(call(lines, server) for _ in range(20))) == [(200, b"ok")] * 20

    assert tell([[OK]] * 20, story).connections <= 4


@pytest.mark.parametrize(
    "pieces", [None, [b"HTTP/1.1 200 O", b"close"], [b"SSH-2.0-x\r\n"], []], ids=["none", "half a head", "not HTTP", "silence"]
)
def test_a_call_that_left_and_was_not_answered_may_have_taken_effect(pieces: list[bytes] | None) -> None:
    """The line is not used again, so that a late answer is not taken for another call's."""

    async def story(lines: Lines, server: Server) -> None:
        with pytest.raises(Unanswered):
            await call(lines, server, answer=0.2 if pieces == [] else 5.0)
        assert await call(lines, server) == (200, b"ok")

    assert tell([pieces, [OK]], story).connections == 2


def test_ch17_an_answer_that_drips_is_given_up_at_its_deadline() -> None:
    """CH17: byte by byte, never silent for long: what counts is when the whole answer is here."""
    drips = [b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n", *[b"x"] * 200_000]

    async def story(lines: Lines, server: Server) -> None:
        slow = asyncio.create_task(call(lines, server, answer=0.3))
        while not server.requests:
            await asyncio.sleep(0)
        assert await call(lines, server) == (200, b"ok")  # nobody else waits for it
        with pytest.raises(Unanswered):
            await slow

    assert tell([drips, [OK]], story).connections == 2


def test_a_call_that_nobody_took_has_not_left() -> None:
    async def story(lines: Lines, server: Server) -> None:
        with pytest.raises(NotSent):
            await lines.post("http://127.0.0.1:1/", b"", "text/plain", 5.0, 5.0)
        with pytest.raises(NotSent):
            await lines.post(server.url.replace("http:", "https:"), b"", "text/plain", 0.3, 5.0)

    assert tell([], story).requests == []


@pytest.mark.parametrize("last_words", [b"", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"])
def test_a_line_that_the_server_has_closed_meanwhile_is_not_used_again(last_words: bytes) -> None:
    async def story(lines: Lines, server: Server) -> None:
        assert await call(lines, server) == (200, b"ok")
        server.writers[0].write(last_words)
        server.writers[0].close()
        await server.writers[0].wait_closed()
        for _ in range(5):  # turns of the loop, until the news is here
            await asyncio.sleep(0)
        assert await call(lines, server) == (200, b"ok")

    assert tell([[OK], [OK]], story).connections == 2


def test_a_call_that_is_given_up_takes_its_line_with_it() -> None:
    async def story(lines: Lines, server: Server) -> None:
        waiting = asyncio.create_task(call(lines, server))
        while not server.requests:
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert await call(lines, server) == (200, b"ok")

    assert tell([[], [OK]], story).connections == 2
