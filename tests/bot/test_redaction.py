"""PV11: tokens and phone numbers do not reach a log."""

import ast
import io
import json
import logging
from pathlib import Path

import pytest

from bot.logs import set_up
from bot.redaction import Redaction, redact, where

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz012345"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"POST https://api.telegram.org/bot{TOKEN}/sendMessage", "bot123456789:***/sendMessage"),
        ("call +86 138 0013 8000 now", "call ***00 now"),
        ("call 13800138000", "call ***00"),
        ("(010) 8888-7777", "***77"),
        ("2026-11-21 22:54:03 message 1234567 of chat 42", "2026-11-21 22:54:03 message 1234567 of chat 42"),
    ],
)  # fmt: skip
def test_what_is_left(said: str, shown: str) -> None:
    assert redact(said).endswith(shown)


def test_a_traceback_and_arguments_are_redacted_too() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Redaction())
    log = logging.getLogger("a talkative library")
    log.addHandler(handler)
    try:
        raise ValueError(TOKEN)
    except ValueError as error:
        log.exception("it failed for %s", "13800138000")
        place = where(error)
    finally:
        log.removeHandler(handler)
    assert "AAH" not in place
    assert "AAH" not in written.getvalue()
    assert "138001" not in written.getvalue()
    assert "ValueError" in written.getvalue()


def test_wb15_one_event_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """WB15: no second line can be smuggled in, no terminal can be painted."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        set_up()
        logging.getLogger("bot").warning("name: %s", "x\n2026-11-21T00:00:00Z ADMIN login ok\r\x1b[31m\u2028")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    [line] = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"].startswith("name: x\n")
    assert "\x1b" not in line


def test_wb4_nothing_of_ours_fetches_an_address() -> None:
    """WB4: the only client in the house is the one that talks to the Bot API of the settings."""
    clients = {"requests", "httpx", "urllib.request", "urllib3", "http.client"}
    found = []
    for package in ("bot", "handlers", "knowledge_base", "storage"):
        for path in sorted((Path(__file__).parents[2] / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
                if isinstance(node, ast.ImportFrom):
                    names.append(node.module or "")
                if clients & set(names) or (isinstance(node, ast.Attribute) and node.attr == "ClientSession"):
                    found.append(path.name)
    assert set(found) == {"telegram_request.py"}
