"""IN15: no pattern of ours can be kept busy by what somebody types."""

import importlib
import pkgutil
import re
import time
from collections.abc import Iterator

import pytest

import bot
import handlers
import knowledge_base

NASTY = (
    "a" * 50_000 + "!",
    "0" * 50_000 + "x",
    " " * 20_000 + "x",
    "1,1.1-1 " * 2_000 + "?",
    "一" * 20_000 + "！",
    "点二" * 10_000,
    "ab " * 6_000 + "#",
    "thanks, please! " * 1_500 + "#",
    "谢谢 ，麻烦了。" * 2_500 + "#",
    "((" * 10_000,
    "-" * 20_000 + "a",
    "\n" * 20_000 + "a",
)
# Generous: what must not be is a second and more; a slow machine under other work is not a fault.
LIMIT = 0.5


def _patterns() -> Iterator[tuple[str, "re.Pattern[str]"]]:
    for package in (bot, handlers, knowledge_base):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.endswith("__main__") or module.name == "bot.photos_worker":
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                values = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else [value]
                for number, pattern in enumerate(values):
                    if isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
                        yield f"{module.name}.{name}.{number}", pattern


PATTERNS = list(dict(_patterns()).items())


@pytest.mark.parametrize("pattern", [pattern for _, pattern in PATTERNS], ids=[name for name, _ in PATTERNS])
def test_in15_no_pattern_is_kept_busy(pattern: "re.Pattern[str]") -> None:
    for text in NASTY:
        for way in (pattern.fullmatch, pattern.search):
            began = time.process_time()
            way(text)
            assert time.process_time() - began < LIMIT
