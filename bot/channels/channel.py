"""What the courier knows of a channel: how fast it may send there, and what can become of one message."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from storage.outbox import Letter


class Fate(Enum):
    """What became of an attempt to send. Each is another thing to do next; the courier knows which."""

    SENT = "sent"
    RETRY = "not sent, for a reason that passes"
    UNKNOWN = "it left, and nobody knows whether it arrived"
    SLOW_DOWN = "the channel asks for a pause in this chat"
    GONE = "this person cannot be reached any more"
    MOVED = "the chat has another address now"
    ASTRAY = "the topic of the group that it belongs to is not there any more"
    REFUSED = "the channel will never take this message"
    DENIED = "the channel does not let us in at all"
    RETURNED = "not tried: the courier stops, or has lost its lease"


@dataclass(frozen=True, slots=True)
class Result:
    """`ref`: the channel's id of the message, for later edits. `reason`: for people; never holds words of a message.

    `pause`: seconds that the channel asked for, None if it did not say. `address`: where a MOVED chat is now.
    `parts`: how many parts of a long message arrived before this.
    """

    fate: Fate
    ref: str | None = None
    reason: str = ""
    pause: float | None = None
    address: str = ""
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """What a channel can bear: messages a second in all, and seconds between two in a chat and in a group. 0 is no limit.

    `group_burst`: so many may follow one another in a quiet group as they may in a chat.
    """

    overall: float = 0
    chat_gap: float = 0
    group_gap: float = 0
    group_burst: int = 0


Slot = Callable[[], Awaitable[bool]]


class Sender(Protocol):
    """The sending half of a channel.

    `send` awaits `slot()` before each part that it sends and returns RETURNED when that says False. It does not raise.
    """

    @property
    def channel(self) -> str:
        """The name in `messages.channel`."""

    @property
    def rates(self) -> Rates: ...

    def is_group(self, address: str) -> bool: ...

    async def send(self, letter: Letter, slot: Slot) -> Result: ...

    async def let_in(self) -> bool:
        """After DENIED: whether the channel takes messages from us again."""
