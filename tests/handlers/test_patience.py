"""IN15: no pattern of ours can be kept busy by what somebody types."""

import importlib
import pkgutil
import re
import time
from collections import defaultdict
from collections.abc import Iterator

import pytest

import bot
import handlers
import knowledge_base

NASTY = (
    "a" * 25_000 + "!",
    "0" * 25_000 + "x",
    " " * 20_000 + "x",
    "1,1.1-1 " * 1_200 + "?",
    "一" * 12_000 + "！",
    "点二" * 6_000,
    "ab " * 4_000 + "#",
    "thanks, please! " * 1_000 + "#",
    "谢谢 ，麻烦了。" * 1_500 + "#",
    "((" * 6_000,
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


def _by_module() -> dict[str, dict[str, "re.Pattern[str]"]]:
    modules: defaultdict[str, dict[str, re.Pattern[str]]] = defaultdict(dict)
    for name, pattern in _patterns():
        modules[name.rsplit(".", 2)[0]][name] = pattern
    return modules


MODULES = _by_module()


@pytest.mark.parametrize("module", MODULES)
def test_in15_no_pattern_is_kept_busy(module: str) -> None:
    for name, pattern in MODULES[module].items():
        for text in NASTY:
            for way in (pattern.fullmatch, pattern.search):
                began = time.process_time()
                way(text)
                assert time.process_time() - began < LIMIT, name
