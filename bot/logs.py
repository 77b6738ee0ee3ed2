"""Logs for the person on call: one line an event on standard error, control characters escaped, secrets and phone numbers out."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from bot.redaction import Redaction


def set_up(level: int = logging.INFO) -> None:
    formatter = JsonFormatter(
        "%(message)s %(levelname)s", rename_fields={"message": "event", "levelname": "level"}, timestamp=True
    )  # fmt: skip
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    handler.addFilter(Redaction())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # httpx writes whole addresses, token included, at INFO; APScheduler tells of every tick.
    for talkative in ("httpx", "httpcore", "aiohttp.access", "alembic"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    # Its warnings say that a tick was left out because the one before still runs, which is as it should be.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
