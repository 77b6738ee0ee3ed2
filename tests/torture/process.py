"""The bot as a process that may be killed at any moment.

`python -m tests.torture.process` is `bayline run` without Telegram's limits on speed, so that thousands of messages need
minutes and not hours; the limits have their own tests.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECRET = "a-long-secret"


class BotProcess:
    """`webhook` is the address that the fake posts to, "" for polling; its port is the one that the bot listens on.
    `more`: for its environment."""

    def __init__(self, folder: Path, token: str, api: str, database_url: str, port: int, webhook: bool, **more: str) -> None:
        self.kills = 0
        self._log = (folder / "bot.log").open("a")
        self._environment = {
            **os.environ, "DATABASE_URL": database_url, "TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_URL": api,
            "BAYLINE_HOST": "127.0.0.1", "BAYLINE_PORT": str(port), "BAYLINE_DATA_DIR": str(folder),
            "TELEGRAM_WEBHOOK_URL": f"http://127.0.0.1:{port}/hook" if webhook else "",
            "TELEGRAM_WEBHOOK_SECRET": SECRET if webhook else "", **more,
        }  # fmt: skip
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.torture.process", cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log
        )

    async def kill(self) -> None:
        """As the power cut would."""
        assert self._process
        self.kills += 1
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """As an operator would; the exit code. How quick a stop is, is tried in `test_cli.py`."""
        assert self._process
        self._process.send_signal(signal.SIGTERM)
        try:
            return await asyncio.wait_for(self._process.wait(), 40)
        finally:
            self._log.close()
            if self._process.returncode is None:
                self._process.kill()
                await self._process.wait()


def main() -> None:
    from bot.__main__ import main as bayline
    from bot.channels.channel import Rates
    from bot.channels.telegram import Telegram

    defaults = Telegram.__init__.__kwdefaults__
    assert defaults
    defaults["rates"] = Rates()
    sys.argv = ["bayline", "run"]
    bayline()


if __name__ == "__main__":
    main()
