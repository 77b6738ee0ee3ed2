"""Tells a service manager that we are there, alive, or leaving (sd_notify(3)); nothing where nobody asks for it."""

import os
import socket
from contextlib import suppress

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


def tell(state: str) -> None:
    """Never waits, and whether it arrives is nobody's concern here."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.setblocking(False)
        line.connect("\0" + address[1:] if address.startswith("@") else address)
        line.send(state.encode())


def beat_every() -> float | None:
    """Seconds between two signs of life, half of what the manager bears; None if it wants none."""
    allowed = os.environ.get("WATCHDOG_USEC", "")
    return int(allowed) / 2_000_000 if allowed.isdecimal() and int(allowed) else None
