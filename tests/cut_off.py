"""A way to the database that can be cut: a forwarder that goes down, comes back, and hangs up at the worst moment."""

import socket
import threading
from contextlib import suppress


class CutOff:
    """Forwards connections to `target` (host, port). In a test: `with CutOff(target) as way:` and then `way.port`."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._down = False
        self._words: bytes | None = None
        self.cuts = 0

    def __enter__(self) -> "CutOff":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.down()
        self._listener.close()

    def down(self) -> None:
        """Everybody is cut off, and nobody gets through any more."""
        with self._lock:
            self._down = True
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def up(self) -> None:
        self._down = False

    def hang_up_on(self, words: bytes) -> None:
        """The next time that somebody sends these words they arrive and take effect, and nobody hears the answer."""
        self._words = words

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._down:
                    near.close()
                    continue
                far = socket.create_connection(self._target)
                with self._lock:
                    self._open |= {near, far}
                threading.Thread(target=self._there, args=(near, far), daemon=True).start()
                threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _there(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if self._words and self._words in data:
                    self._words = None
                    self.cuts += 1
                    # Nothing goes back from here on; the far end still answers, so what was asked has been done.
                    near.shutdown(socket.SHUT_RDWR)
                far.sendall(data)
        self._close(near, far)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        self._close(near, far)

    def _close(self, *ends: socket.socket) -> None:
        with self._lock:
            self._open -= set(ends)
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
