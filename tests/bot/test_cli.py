"""The command line as its user types it: real settings, one sentence for what is wrong; processes where one comes or goes."""

import asyncio
import json
import os
import pty
import re
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.__main__ import main
from bot.app import App
from bot.cli import _say_where, app
from bot.settings import Settings
from storage.database import Database
from tests import forked
from tests.conftest import Templates

OURS = ("TELEGRAM_", "BAYLINE_", "DATABASE_URL")
Run = Callable[..., "Ended"]
Start = Callable[..., "Worker"]


def _environment(folder: Path, **more: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return {**outside, "PYTHONPATH": str(forked.ROOT), "BAYLINE_DATA_DIR": str(folder / "data"), "BAYLINE_PORT": "0", **more}


@dataclass
class Ended:
    returncode: int | None
    stdout: str
    stderr: str


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A command in a process of its own, to its end."""

    def run(*words: str, **more: str) -> Ended:
        out, error = tmp_path / "run.out", tmp_path / "run.err"
        process = forked.start(_bayline, words, out=out, error=error, folder=tmp_path, environment=_environment(tmp_path, **more))
        return Ended(forked.ended(process, 100), out.read_text(), error.read_text())

    return run


def _bayline(words: tuple[str, ...], files: int = 0) -> None:
    """`files`: how many the system grants, 0 for as many as always."""
    if files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    sys.argv = ["bayline", *words]
    main()


def _on_a_screen(words: tuple[str, ...]) -> None:
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115 - as a start finds it
    _bayline(words)


@pytest.fixture
def bayline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The same commands in this process: starting one costs more than most of them do."""
    for name in [name for name in os.environ if name.startswith(OURS)]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return lambda *words, typed="": CliRunner().invoke(app, words, input=typed)


class Worker:
    """One that serves at `address`."""

    def __init__(self, process: BaseProcess, out: Path, error: Path) -> None:
        self.process = process
        while process.is_alive():
            if found := re.search(r"http://\S+?/", out.read_text() if out.exists() else ""):
                self.address = found[0]
                return
            process.join(0.02)
        raise AssertionError(f"it did not start: {error.read_text()}")

    def signals(self, *numbers: int) -> None:
        assert self.process.pid
        for number in numbers:
            os.kill(self.process.pid, number)

    def get(self, timeout: float = 60) -> bytes:
        with urllib.request.urlopen(self.address + "readyz", timeout=timeout) as answer:
            words: bytes = answer.read()
            return words


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Worker]]:
    """Starts a worker and waits until it answers."""
    running: list[BaseProcess] = []

    def start(*words: str, files: int = 0, **more: str) -> Worker:
        out, error = tmp_path / "out", tmp_path / "err"
        environment = _environment(tmp_path, **more)
        process = forked.start(_bayline, words, files, out=out, error=error, folder=tmp_path, environment=environment)
        running.append(process)
        return Worker(process, out, error)

    yield start
    for process in running:
        forked.ended(process, 0)


def test_the_demo_answers_refuses_a_second_copy_and_stops_at_a_word(
    run: Run, bayline: Callable[..., Result], start: Start
) -> None:
    """PR5, PR9: one worker on one SQLite file; SIGTERM ends it with code 0 in less than 8 seconds; its data stays."""
    worker = start("demo")
    assert worker.get() == b"ready\n"
    second = run("demo")
    assert second.returncode == 2
    assert "another Bayline is working on" in second.stderr
    assert "Traceback" not in second.stderr
    chat = bayline("chat", "--as", "ann", typed="how much is a minor service for my A4?\n小保养多少钱\n/quit\n")
    assert "Minor service · Audi A4: ¥899" in chat.stdout
    assert "小保养 · 奥迪A4：¥899" in chat.stdout
    began = time.monotonic()
    worker.signals(signal.SIGTERM, signal.SIGTERM)
    worker.process.join(60)
    assert worker.process.exitcode == 0
    assert time.monotonic() - began < 8
    again = bayline("chat", "--as", "ann", typed="major service price\n")
    assert "Major service · Audi A4: ¥" in again.stdout  # the second start kept the data: it still knows the car


def test_pr5_a_terminal_that_closes_is_a_word_to_stop(start: Start, tmp_path: Path) -> None:
    """PR5, PR8: and so is impatience; Ctrl-C is tried below. Who watches over us hears that we are there, alive, leaving.

    PR10: secrets that others may read are told of at the start, as is a database without a shop.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as watcher:
        watcher.bind(str(tmp_path / "w"))
        watcher.settimeout(30)
        (tmp_path / ".env").write_text("# TELEGRAM_BOT_TOKEN=…\n")
        (tmp_path / ".env").chmod(0o644)
        worker = start("run", NOTIFY_SOCKET=str(tmp_path / "w"), WATCHDOG_USEC="400000")
        assert worker.get() == b"ready\n"
        assert [watcher.recv(100) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        worker.signals(signal.SIGHUP, signal.SIGHUP)
        worker.process.join(60)
        assert worker.process.exitcode == 0
        assert "There is no shop in this database yet" in (tmp_path / "out").read_text()
        assert "chmod 600 .env" in (tmp_path / "err").read_text()
        watcher.setblocking(False)
        said = []
        with suppress(BlockingIOError):
            while True:
                said.append(watcher.recv(100))
        assert b"STOPPING=1" in said


def test_pr7_a_process_without_files_left_degrades_and_recovers(
    start: Start,
) -> None:
    """PR7: more lines than the system grants files; when they are gone everybody is served again, and it stops as always."""
    worker = start("run", files=64)
    host, port = worker.address.removeprefix("http://").rstrip("/").split(":")
    lines = [socket.create_connection((host, int(port)), timeout=10) for _ in range(80)]
    for line in lines:
        line.close()

    def ready() -> bool:
        with suppress(OSError):
            return worker.get(10) == b"ready\n"
        return False

    end = time.monotonic() + 90
    while not ready():
        assert worker.process.is_alive()
        assert time.monotonic() < end
    worker.signals(signal.SIGINT)
    worker.process.join(60)
    assert worker.process.exitcode == 0


def test_pr8_a_part_that_stands_still_is_seen_in_readyz(database: Database) -> None:
    """PR8: whoever watches over the process hears of it."""

    class Stuck:
        alive_at = time.monotonic() - 60

    async def go() -> None:
        app = App(Settings(), database)
        app.started.set()
        assert await app._ready()
        app._beating.append(Stuck())
        assert not await app._ready()

    asyncio.run(go())


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("TELEGRAM_BOT_TOKEN", "nonsense", "@BotFather"),
        ("TELEGRAM_WEBHOOK_URL", "https://example.com/x", "TELEGRAM_WEBHOOK_SECRET is missing"),
        ("DATABASE_URL", "oracle://x", "must look like"),
        ("BAYLINE_CLOCK_FILE", "nowhere", "existing file"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(
    bayline: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    """PR10, AU4."""
    monkeypatch.setenv(setting, value)
    result = bayline("run")
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "the database does not answer (OperationalError)"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1,127.0.0.1:2/none", "the database does not answer (OperationalError)"),
        ("DATABASE_URL", "postgresql://nobody@one:two,three/none", "the database does not answer (ArgumentError)"),
        ("BAYLINE_DATA_DIR", "/dev/null/data", "BAYLINE_DATA_DIR"),
    ],
)
def test_what_only_a_start_finds_wrong_is_one_sentence_too(
    bayline: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, setting: str, value: str, said: str
) -> None:
    """PR10: `migrate` opens the database as `run` does."""
    monkeypatch.setenv(setting, value)
    result = bayline("migrate")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_a_port_that_is_taken_is_said(run: Run) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run("run", BAYLINE_PORT=str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "choose another port" in result.stderr
    assert "Traceback" not in result.stderr


def test_fresh_never_clears_a_database_that_was_named(tmp_path: Path) -> None:
    """From nothing, as a shell does it; the other processes here are forks."""
    command = [sys.executable, "-m", "bot", "demo", "--fresh"]
    environment = _environment(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/shop.db")
    result = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=100, check=False)
    assert result.returncode == 2
    assert "--fresh only clears the sample shop" in result.stderr


def test_a_ticket_is_worked_from_the_command_line(bayline: Callable[..., Result]) -> None:
    bayline("chat", "--as", "bob", typed="my car makes a strange noise\nadvisor\n")
    listed = bayline("tickets", "list").stdout
    assert "#1  question  question  open  due in" in listed
    assert "my car makes a strange noise" in listed
    assert "Sent" in bayline("tickets", "reply", "1", "Hello Bob, please come by.").stdout
    assert "Noted" in bayline("tickets", "note", "1", "he is in a hurry").stdout
    shown = bayline("tickets", "show", "1").stdout
    assert "Hello Bob, please come by." in shown
    assert "note by command line: he is in a hurry" in shown
    assert "#1 is closed" in bayline("tickets", "close", "1").stdout
    assert "Nothing waits" in bayline("tickets", "list").stdout
    missing = bayline("tickets", "reply", "99", "x")
    assert missing.exit_code == 2
    assert "no ticket #99" in missing.stderr


def test_a_shop_is_made_by_answering_questions_then_fed_and_checked(bayline: Callable[..., Result], tmp_path: Path) -> None:
    answers = "Bay Nine\n\n\n\n\n021 5550 0100\n9 Bay Road\n\n\n\n\n"
    made = bayline("init", typed=answers)
    assert made.exit_code == 0, made.stderr
    assert oct((tmp_path / ".env").stat().st_mode)[-3:] == "600"
    checked = bayline("check")
    assert checked.exit_code == 1
    assert "Prices: none that holds today" in checked.stdout
    wrong = [one for one in json.loads(bayline("check", "--json").stdout) if not one["good"]]
    assert any("and 30 more" in one["text"] for one in wrong)
    for one in wrong:  # each says what to type, or where to write
        assert len(one["text"]) < 250
        assert "`bayline " in one["remedy"] or "TELEGRAM_BOT_TOKEN" in one["remedy"], one
    (tmp_path / "prices.csv").write_text(
        "store,service,model,amount,valid_from,valid_until\nnowhere,minor_service,,399,2026-01-01,\n"
    )
    refused = bayline("import", "prices.csv")
    assert refused.exit_code == 1
    assert "row 2" in refused.stderr
    again = bayline("init", typed=answers)
    assert again.exit_code == 2
    assert "holds a shop already" in again.stderr


def test_fresh_is_offered_where_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    for address, offered in (("sqlite:///data/demo.db", True), ("postgresql://db/demo", False)):
        _say_where(Settings(DATABASE_URL=address), 8080, sample=True)
        assert ("--fresh" in capsys.readouterr().out) == offered


def test_the_demo_leaves_the_shop_of_its_folder_alone(bayline: Callable[..., Result], run: Run, tmp_path: Path) -> None:
    """AU12: `init` names the shop in .env, which `demo` reads too; the sample shop's staff must not get into it."""
    bayline("init", typed="Bay Nine\n\n\n\n\n021 5550 0100\n9 Bay Road\n\n\n\n\n")
    result = run("demo", DATABASE_URL=f"sqlite:///{tmp_path}/data/bayline.db")
    assert result.returncode == 2
    assert "DATABASE_URL names a database with a shop of your own" in result.stderr
    assert "mei" not in bayline("staff", "list").stdout


def test_content_goes_out_into_a_folder_that_is_made_and_in_under_a_name_of_ones_own(
    bayline: Callable[..., Result], tmp_path: Path
) -> None:
    bayline("migrate")
    out = bayline("export", "all", "backup/today")
    assert (out.exit_code, out.stderr) == (0, "")
    assert len(list((tmp_path / "backup/today").iterdir())) == 8
    (tmp_path / "backup/today/customers.csv").rename(tmp_path / "ours.csv")
    unclear = bayline("import", "ours.csv")
    assert unclear.exit_code == 1
    assert "--kind customers" in unclear.stderr
    assert bayline("import", "ours.csv", "--kind", "customers").exit_code == 0
    (tmp_path / "file").write_text("x")
    assert "cannot be made" in bayline("export", "all", "file/today").stderr


def test_files_that_cannot_be_written_or_read_are_said(bayline: Callable[..., Result], tmp_path: Path) -> None:
    """PR10, DB3: a place where nobody can write, a name that a folder has, a file that fails as it is read."""
    bayline("migrate")
    (tmp_path / "full.csv").mkdir()
    for nowhere in ("/proc/prices.csv", "full.csv"):
        out = bayline("export", "prices", nowhere)
        assert out.exit_code == 1
        assert "cannot be written there" in out.stderr, out.exception
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".full")] == []
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/customers.csv").symlink_to("/proc/self/mem")
    read = bayline("import", "folder")
    assert read.exit_code == 1
    assert "customers.csv: nothing was written" in read.stderr, read.exception
    assert "cannot be read" in read.stderr


def test_a_kind_that_there_is_not_and_a_folder_without_files_are_said(bayline: Callable[..., Result], tmp_path: Path) -> None:
    bayline("migrate")
    (tmp_path / "customers.csv").write_text("code,name\nA,Ann\n")
    wrong = bayline("import", "customers.csv", "--kind", "guests")
    assert wrong.exit_code == 1
    assert '"guests" is not a kind. Write one of stores, models' in wrong.stderr
    (tmp_path / "nothing").mkdir()
    empty = bayline("import", "nothing")
    assert "nothing to import in this folder" in empty.stderr
    assert "--kind" not in empty.stderr
    (tmp_path / "nothing/ours.csv").write_text("code,name\nA,Ann\n")
    assert "bayline import nothing/ours.csv --kind customers" in bayline("import", "nothing").stderr


def test_the_knowledge_base_explains_itself_and_is_measured(bayline: Callable[..., Result], tmp_path: Path) -> None:
    assert "There is no knowledge base here yet" in bayline("kb", "ask", "when are you open").stderr
    assert bayline("export", "prices", "none.csv").stdout == "none.csv: 0 written\n"
    bayline("chat", typed="")
    asked = bayline("kb", "ask", "when are you open")
    assert "opening_hours" in asked.stdout
    assert asked.exit_code == 0
    bayline("chat", typed="what is the capital of mongolia\n")
    assert "capital of mongolia" in bayline("kb", "gaps").stdout
    (tmp_path / "kb.jsonl").write_text(
        '{"id":"a","lang":"en","question":"Where are you?","aliases":["your address"],"answer":"Here."}\n'
    )
    (tmp_path / "q.jsonl").write_text(
        '{"query":"where are you","lang":"en","expected":"a"}\n{"query":"zebra","lang":"en","expected":null}\n'
    )
    # Without sentence vectors, where they are installed: they are tried in tests/knowledge_base/test_semantic.py.
    measured = bayline("kb", "evaluate", "--entries", "kb.jsonl", "--queries", "q.jsonl", "--json", "--no-semantic")
    assert '"top1"' in measured.stdout


def test_on_a_terminal_a_bar_shows_how_far_an_import_is(templates: Templates, tmp_path: Path) -> None:
    """And nothing of it stays behind, or gets into what a script reads."""
    url = templates.copy("sqlite", False, tmp_path)
    (tmp_path / "customers.csv").write_text("code,name\n" + "".join(f"C{n},Somebody\n" for n in range(2000)), "utf-8")
    master, slave = pty.openpty()
    place = _environment(tmp_path, DATABASE_URL=url, TERM="xterm", COLUMNS="100")
    out, screen = tmp_path / "out", Path(os.ttyname(slave))
    process = forked.start(_on_a_screen, ("import", "customers.csv"), out=out, error=screen, folder=tmp_path, environment=place)
    shown = b""
    while master in wait([master, process.sentinel], 60):
        shown += os.read(master, 4096)
    os.close(master)
    os.close(slave)
    assert forked.ended(process, 10) == 0
    assert out.read_text() == "customers.csv: 2000 added, 0 changed, 0 unchanged\n"
    seen = [int(share) for share in re.findall(rb"(\d{1,3})%", shown)]
    assert (seen, seen[-1]) == (sorted(seen), 100)
    assert shown.endswith(b"\x1b[2K"), "the line is cleared at the end"
