"""Redaction: bot tokens and phone numbers never reach a log, whoever writes it, tracebacks included."""

import logging
import re
import traceback

# No word boundary before it: in an address it stands right behind "bot".
_TOKEN = re.compile(r"(\d{3,20}):[A-Za-z0-9_-]{10,}")
_PHONE = re.compile(r"(?<![\w.:-])\+?\(?\d[\d ()-]{6,18}\d(?![\w:-])")
_DATE = re.compile(r"(?:19|20)\d\d-\d\d-\d\d")


def redact(text: str) -> str:
    """The text without tokens, and with the last two digits only of what looks like a phone number."""
    return _PHONE.sub(_mask, _TOKEN.sub(r"\1:***", text))


def _mask(found: re.Match[str]) -> str:
    digits = re.sub(r"\D", "", found[0])
    return found[0] if len(digits) < 8 or _DATE.match(found[0]) else f"***{digits[-2:]}"


def where(bug: BaseException) -> str:
    """What kind of error and where, for a log: its message is left out, because it may quote what somebody typed."""
    return f"{type(bug).__name__}\n" + "".join(traceback.format_tb(bug.__traceback__)).rstrip()


class Redaction(logging.Filter):
    """For a handler, not for a logger: only there does every record pass. Message, arguments and traceback become one text."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
        record.msg, record.args = redact(text), ()
        record.exc_info = record.exc_text = None
        return True
