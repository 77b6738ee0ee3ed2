"""Start, first answer, idle memory and stop of the sample shop as a process, against a Python that imports the web server."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
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
        ("second start, until the first question is answered in the web chat, s", f"{answered:.2f}"),
        ("idle memory (RSS), MB", f"{memory:.0f}"),
        ("stop on SIGTERM, s", f"{stop:.2f}"),
    ]


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT)
    return time.perf_counter() - began


def _life(folder: str) -> tuple[float, float, float, float]:
    """Seconds to be ready, seconds to the first answer, megabytes at rest, seconds to stop."""
    environment = {**os.environ, "BAYLINE_DATA_DIR": folder, "BAYLINE_PORT": "0"}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo"], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )  # fmt: skip
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.search(r"http://\S+?/", line):
            break
    else:
        raise AssertionError("the demo did not start")
    ready = time.perf_counter() - began
    visitor = _post(found[0] + "chat/poll", {"seen": 0})
    _post(found[0] + "chat/send", {"id": "question-1", "text": "when are you open on saturday?"}, visitor["token"])
    answered = time.perf_counter() - began
    memory = _at_rest(psutil.Process(process.pid))
    began = time.perf_counter()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    return ready, answered, memory, time.perf_counter() - began


def _at_rest(process: psutil.Process) -> float:
    """Megabytes, once they stay the same for three seconds: a little after the start, what loading needed is given back."""
    before, now = 0, process.memory_info().rss
    while before != now:
        time.sleep(3)
        before, now = now, process.memory_info().rss
    return now / 2**20


def _post(url: str, frame: dict[str, object], token: str = "") -> dict[str, str]:
    address = "http://" + url.split("/")[2]
    headers = {"Content-Type": "application/json", "Origin": address, "Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, json.dumps(frame).encode(), headers if token else {**headers, "Authorization": ""})
    with urllib.request.urlopen(request) as answer:
        result: dict[str, str] = json.load(answer)
    return result


if __name__ == "__main__":
    for what, figure in run():
        print(f"{what}: {figure}")
