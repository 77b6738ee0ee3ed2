"""Processes of ours that begin at once: forks of one that has imported everything. To import costs more than most of them do."""

import contextlib
import multiprocessing
import os
from collections.abc import Callable, Mapping
from multiprocessing import forkserver
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_FORKS = multiprocessing.get_context("forkserver")
# What `bayline run` comes to import, early and late. What is missing here is imported by each process, and only slower.
_FORKS.set_forkserver_preload([
    "bot.app", "bot.cli", "bot.logs", "bot.loop", "bot.metrics", "bot.channels.telegram", "bot.demo", "handlers.faq",
    "knowledge_base.base", "knowledge_base.keeping", "pytest", "tests.forked", "tests.torture.process",
])  # fmt: skip


def start(
    work: Callable[..., Any], *given: Any, out: Path, error: Path | None = None, folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
) -> BaseProcess:  # fmt: skip
    """`work(*given)` in a process of its own; `work` is a function of a module. What it says is added to `out` and `error`.

    Whoever starts it joins it, and then closes it.
    """
    with contextlib.chdir(ROOT):  # where it finds us
        forkserver.ensure_running()
        given = work, given, out, error or out, folder, dict(environment or os.environ)
        process = _FORKS.Process(target=_begin, args=given, daemon=True)
        process.start()
    return process


def _begin(
    work: Callable[..., Any], given: tuple[Any, ...], out: Path, error: Path, folder: Path, environment: dict[str, str]
) -> None:
    for number, path in ((1, out), (2, error)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    work(*given)


def ended(process: BaseProcess, within: float) -> int | None:
    """The exit code of one that ends by then, else None and it is killed."""
    process.join(within)
    code = process.exitcode
    if code is None:
        process.kill()
        process.join()
    process.close()
    return code
