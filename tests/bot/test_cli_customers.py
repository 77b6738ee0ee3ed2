"""`bayline customers confirm` as an advisor types it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import app
from tests.world import World


def test_an_advisor_confirms_a_code(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """AU11: the number as the advisor writes it; once and no more."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    world.now = datetime.now(UTC)
    ann = world.customer().says("my cars").presses("I'm a customer already").says("100-5550-0101").says("yes")
    found = re.search(r"code is (\d{3} \d{3})", ann.last.text)
    assert found, ann.last.text

    def confirm(code: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["customers", "confirm", "100 5550 0101", code])
        return result.exit_code, result.output

    assert confirm("12") == (2, "No such code is open for this number: ask the customer for a new one.\n")
    assert confirm(found[1]) == (0, "Confirmed; the chat is linked to its customer.\n")
    ann.sees("陈静雯")
    assert confirm(found[1])[0] == 2
