"""The bot as a process that may be killed at any moment.

It is `bayline run` without Telegram's limits on speed and with quicker rounds, so that thousands of messages need minutes and not
hours; the limits have their own tests.
"""

import asyncio
import os
import sys
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests import forked

SECRET = "a-long-secret"


class BotProcess:
    """`webhook` is the address that the fake posts to, "" for polling; its port is the one that the bot listens on.
    `more`: for its environment."""

    def __init__(self, folder: Path, token: str, api: str, database_url: str, port: int, webhook: bool, **more: str) -> None:
        self.kills = 0
        self._log = folder / "bot.log"
        self._environment = {
            **os.environ, "DATABASE_URL": database_url, "TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_URL": api,
            "BAYLINE_HOST": "127.0.0.1", "BAYLINE_PORT": str(port), "BAYLINE_DATA_DIR": str(folder),
            "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook" if webhook else "",
            "TELEGRAM_WEBHOOK_SECRET": SECRET if webhook else "", **more,
        }  # fmt: skip
        self._process: BaseProcess | None = None

    async def start(self) -> None:
        self._process = forked.start(main, out=self._log, environment=self._environment)

    async def kill(self) -> None:
        """As the power cut would."""
        assert self._process
        self.kills += 1
        self._process.kill()
        await asyncio.to_thread(forked.ended, self._process, 60)

    async def stop(self) -> int | None:
        """As an operator would; the exit code, None if it had to be killed. How quick a stop is, is tried in `test_cli.py`."""
        assert self._process
        self._process.terminate()
        return await asyncio.to_thread(forked.ended, self._process, 40)

    def said(self) -> str:
        """Whether it lives, and its last words; for whoever waited in vain."""
        lives = self._process is not None and self._process.is_alive()
        words = self._log.read_text(errors="replace").splitlines()[-25:] if self._log.exists() else []
        return "\n".join([f"the bot {'lives' if lives else 'has ended'}; its log:", *words])


def main() -> None:
    from bot import app
    from bot.__main__ import main as bayline
    from bot.channels.channel import Rates
    from bot.channels.telegram import Telegram

    defaults = Telegram.__init__.__kwdefaults__
    assert defaults
    defaults["rates"] = Rates()
    app.PUSHES, app.SWEEPS = 2.0, 0.5
    sys.argv = ["bayline", "run"]
    bayline()
