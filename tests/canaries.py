"""PV11 over the whole suite: no token, no phone number and nothing that a fake customer typed stands in any log of any test."""

import logging
import re
from collections.abc import Iterable
from pathlib import Path

from bot.redaction import Redaction

_SECRETS = re.compile(r"\d{6,12}:AA[\w-]{20,}|(?<!\d)(?:\+?86[ -]?)?1[3-9]\d{9}(?!\d)")
# What is shorter may stand in a log by chance: "menu", "A4".
_TELLING = 12
# Where logs of other processes of ours end up: beside what else a test writes.
_LOGS = ("*.log", "out", "err")


class Canaries(logging.Handler):
    """Hears every record as a handler of ours would write it. `said`: what customers have typed in this test."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.said: set[str] = set()
        self._heard: list[str] = []

    def says(self, text: object) -> None:
        if isinstance(text, str) and len(text) >= _TELLING:
            self.said.add(text)

    def emit(self, record: logging.LogRecord) -> None:
        copy = logging.makeLogRecord(record.__dict__)
        Redaction().filter(copy)
        self._heard.append(f"{copy.name}: {copy.msg}")

    def forget(self) -> None:
        self.said.clear()
        self._heard.clear()

    def leaks(self, folder: Path | None) -> list[str]:
        """What stands in a log and must not, with the log. `folder`: where the test's processes wrote theirs."""
        files = [path for pattern in _LOGS for path in folder.rglob(pattern)] if folder else []
        return [line for line in (*self._heard, *_lines(files)) if self._tells(line)]

    def _tells(self, line: str) -> bool:
        return bool(_SECRETS.search(line)) or any(text in line for text in self.said)


def _lines(files: Iterable[Path]) -> Iterable[str]:
    for path in files:
        if path.is_file():
            yield from (f"{path.name}: {line}" for line in path.read_text(errors="replace").splitlines())


CANARIES = Canaries()
