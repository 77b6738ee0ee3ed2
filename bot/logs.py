"""Logs for the person on call: one line an event on standard error, control characters escaped, secrets and phone numbers out."""

import logging
import sys

import structlog

from bot.redaction import Redaction


def set_up(level: int = logging.INFO) -> None:
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(),
        ],
    )
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
