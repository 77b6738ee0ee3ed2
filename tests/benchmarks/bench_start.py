"""Start, first answer, idle memory and stop of the sample shop as a process, against a Python that imports the web server."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]


def run() -> list[tuple[str, str]]:
    bare = _seconds([sys.executable, "-c", "import aiohttp.web"])
    with tempfile.TemporaryDirectory() as folder:
        first_start, *_ = _life(folder)
        start, answered, memory, stop = _life(folder)
    return [
        ("bare baseline: python that imports aiohttp.web, s", f"{bare:.2f}"),
        ("first start, sample shop loaded, until /readyz, s", f"{first_start:.2f} ({first_start / bare:.1f} ×)"),
        ("second start, until /readyz, s", f"{start:.2f} ({start / bare:.1f} ×)"),
        ("first answer of the terminal chat's engine, process start included, s", f"{answered:.2f}"),
        ("idle memory (RSS), MB", f"{memory:.0f}"),
        ("stop on SIGTERM, s", f"{stop:.2f}"),
    ]


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT)
    return time.perf_counter() - began


def _life(folder: str) -> tuple[float, float, float, float]:
    """Seconds to be ready, seconds of a chat with one question, megabytes at rest, seconds to stop."""
    environment = {**os.environ, "BAYLINE_DATA_DIR": folder, "BAYLINE_PORT": "0"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdout is not None
    while not re.search(r"answers at http", process.stdout.readline()):
        assert process.poll() is None, "the demo did not start"
    ready = time.perf_counter() - began
    question = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"], cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    began = time.perf_counter()
    said, _ = question.communicate("how much is a minor service for my A4?\n")
    answered = time.perf_counter() - began
    assert "Minor service" in said, said
    memory = psutil.Process(process.pid).memory_info().rss / 2**20
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    return ready, answered, memory, time.perf_counter() - began


if __name__ == "__main__":
    for what, figure in run():
        print(f"{what}: {figure}")
