"""What the courier does after each fate of a message: which row to write, whom to spare, how long to wait."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.channels.channel import Fate, Result
from handlers.contact import onward
from storage import boards, chats, outbox
from storage.outbox import Letter

LONGEST_PAUSE = 3600.0
GIVE_UP_AFTER = timedelta(days=1)
# Written into `error` while a row waits for its second and last chance.
UNKNOWN = "unknown: "
CRASHES = ("worker gone", "worker gone twice")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the courier waits for what, in seconds."""

    tick: float = 1.0
    lease: float = 20.0
    resend: float = 5.0
    backoff: float = 1.0
    backoff_most: float = 30.0
    probe: float = 30.0

    def back_off(self, failures: int) -> float:
        """Doubles with each failure up to `backoff_most`; with jitter, so that many do not come back at once."""
        most: float = min(self.backoff * 2 ** min(failures - 1, 16), self.backoff_most)
        return most * random.uniform(0.5, 1)  # noqa: S311


@dataclass(frozen=True, slots=True)
class Desk:
    """Where fates are written down: one transaction of one worker. `wall` is the real time, `now` the shop's."""

    session: Session
    worker: str
    now: datetime
    wall: datetime
    patience: Patience

    def write(self, letter: Letter, result: Result) -> None:
        """Writes down any fate but SENT, which is marked for many at once."""
        if result.parts:
            letter.data = {**letter.data, "parts_sent": result.parts}
        match result.fate:
            case Fate.RETURNED | Fate.DENIED:
                self._queue_again(letter)
            case Fate.RETRY:
                self._try_later(letter, result)
            case Fate.SLOW_DOWN:
                self._delay(letter, self._bounded(result.pause, letter.attempt))
                self._queue_again(letter)
            case Fate.MOVED:
                outbox.move(self.session, letter.id, letter.chat_id, result.address)
                self._queue_again(letter)
            case Fate.GONE:
                outbox.give_up(self.session, self.worker, letter, result.reason)
                if outbox.lose(self.session, letter.chat_id, letter.claimed_at):
                    onward.take_over(self.session, letter.chat_id, self.now, failed=letter.id)
                    outbox.cancel_waiting(self.session, letter.chat_id)
            case Fate.ASTRAY:
                boards.lose_topic(self.session, letter.chat_id, int(letter.data["topic"]))
                outbox.give_up(self.session, self.worker, letter, boards.ASTRAY)
            case Fate.REFUSED:
                outbox.give_up(self.session, self.worker, letter, result.reason)
            case Fate.UNKNOWN:
                last = (letter.error or "").startswith(UNKNOWN)
                letter.due_at = self.now + timedelta(seconds=self.patience.resend)
                self._once_more(letter, UNKNOWN + result.reason, last)

    def write_orphan(self, letter: Letter) -> None:
        """Its worker is gone, and nobody knows whether it was sent: a kill may come before the send as well as after it,
        so it gets two more chances where a time-out gives one."""
        if letter.purpose == "marketing" and letter.error != outbox.LEAVING:
            self._queue_again(letter)  # it had not begun to leave
            return
        times = CRASHES.index(letter.error) + 1 if letter.error in CRASHES else 0
        self._once_more(letter, CRASHES[min(times, 1)], last=times > 1)

    def _once_more(self, letter: Letter, why: str, last: bool) -> None:
        """A message that people wait for is sent once more; marketing that may have arrived never is."""
        if last or letter.purpose == "marketing":
            outbox.leave_open(self.session, self.worker, letter, why)
        else:
            letter.error = why[:200]
            self._queue_again(letter)

    def _try_later(self, letter: Letter, result: Result) -> None:
        if self.now - letter.due_at > GIVE_UP_AFTER:
            outbox.give_up(self.session, self.worker, letter, result.reason)
            return
        # The chat waits, not the row: what comes after it must not overtake it.
        self._delay(letter, self.patience.back_off(letter.attempt))
        self._queue_again(letter)

    def _delay(self, letter: Letter, seconds: float) -> None:
        chats.delay(self.session, letter.chat_id, self.wall + timedelta(seconds=seconds))

    def _bounded(self, pause: float | None, attempt: int) -> float:
        """The pause that was asked for, if it makes sense."""
        if pause is None or not pause > 0:
            return self.patience.back_off(attempt)
        return min(pause, LONGEST_PAUSE)

    def _queue_again(self, letter: Letter) -> None:
        outbox.put_back(self.session, self.worker, letter)
