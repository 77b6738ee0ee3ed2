"""PV11: tokens and phone numbers do not reach a log."""

import io
import logging

import pytest

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
