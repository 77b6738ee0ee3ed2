"""The table of cases: files of `text => what is expected`, under headings `# now MOMENT REGION LANGUAGE`.

Expected: a day as MMDD (the year is the next that fits), a time, a part of day, a range `from..to` (an end may be open);
`-` nothing, perhaps with the reason; `?` something to choose from; `past?` and what may be meant instead.
"""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from handlers.dialogue.when import Reading, Understood, understand


class Case(NamedTuple):
    text: str
    now: datetime
    region: str
    language: str
    expected: str

    def understood(self) -> Understood:
        return understand(self.text, self.now, self.region, self.language)


def cases() -> Iterator[Case]:
    for path in sorted(Path(__file__).parent.glob("cases_*.txt")):
        now, region, language = datetime(2026, 1, 1), "CN", "en"  # noqa: DTZ001 - overwritten by the first heading
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("# now "):
                _, _, moment, region, language = line.split()
                now = datetime.fromisoformat(moment)
            elif line and not line.startswith("#"):
                text, expected = line.rsplit(" => ", 1)
                yield Case(text, now, region, language, expected)


def said(found: Understood, with_reason: bool) -> str:
    """What was understood, in the notation of the table."""
    if found.reading:
        return _short(found.reading)
    if found.options:
        return f"past? {_short(found.options[0])}" if found.reason == "past" else "?"
    return f"- {found.reason}" if with_reason else "-"


def _short(reading: Reading) -> str:
    parts = []
    if reading.date:
        parts.append(f"{reading.date:%m%d}")
    if reading.range:
        form = "%H:%M" if reading.times else "%m%d"
        ends = [end.strftime(form) if end else "" for end in (reading.range.start, reading.range.end)]
        parts.append("..".join(ends))
    if reading.time:
        parts.append(f"{reading.time:%H:%M}")
    return " ".join([*parts, *([reading.part_of_day] if reading.part_of_day else [])])
