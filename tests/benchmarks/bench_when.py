"""Understanding when: time to import and time per text, beside one regular expression that finds some of the words."""

import os
import re
import subprocess
import sys
import time

from tests.handlers.dialogue.when.table import cases

_BARE = re.compile(
    r"\b(mon|tues|wednes|thurs|fri|satur|sun)day\b|\btomorrow\b|\btoday\b|\d{1,2}(?::\d{2})?\s?(?:am|pm)?"
    r"|(?:周|星期|礼拜)[一二三四五六日]|[今明后]天|\d{1,2}点半?"
)
# Without garbage collection, as the program imports: a round of it falls upon whichever module is read then.
_IMPORT = [sys.executable, "-X", "importtime", "-c", "import gc; gc.disable(); import handlers.dialogue.when"]


def run() -> list[tuple[str, str]]:
    table = list(cases())
    imported = min(_imported() for _ in range(5))
    table[0].understood()
    ours = sorted(_ms(case.understood) for case in table for _ in range(3))
    bare = sorted(_ms(lambda case=case: _BARE.findall(case.text)) for case in table for _ in range(3))
    return [
        ("import of its own modules, ms (best of five)", f"{imported:.0f}"),
        ("per text: p50 / p95 / p99, CPU ms", " / ".join(f"{_at(ours, q):.2f}" for q in (50, 95, 99))),
        ("baseline: one regular expression that finds some of the words, p50, CPU ms", f"{_at(bare, 50):.4f}"),
        ("ratio of p50 to the baseline", f"{_at(ours, 50) / _at(bare, 50):.0f} ×"),
    ]


def _imported() -> float:
    """Of its own modules: whoever imports it has the rest of the kit already."""
    # As an installed program runs: with the cache of compiled modules.
    with_cache = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    times = subprocess.run(_IMPORT, check=True, capture_output=True, text=True, env=with_cache).stderr.splitlines()
    own = [line.split("|")[0].split(":")[1] for line in times if "handlers.dialogue.when" in line]
    return sum(int(microseconds) for microseconds in own) / 1000


def _ms(call) -> float:  # type: ignore[no-untyped-def]
    began = time.process_time()
    call()
    return (time.process_time() - began) * 1000


def _at(times: list[float], percent: int) -> float:
    return times[min(len(times) - 1, len(times) * percent // 100)]
