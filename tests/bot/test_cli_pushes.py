"""`bayline pushes` as a manager types it: nothing is sent before it was looked at."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from bot.cli import app
from handlers.contact.rules import MARKETING
from storage import chats, contact
from storage.customers import Customer
from storage.messages import MESSAGES
from storage.vehicles import Vehicle
from tests.world import World


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_preview_calendar_rules_and_signals(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    clock = tmp_path / "clock"
    clock.write_text("2026-11-23T08:00:00+08:00")
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", str(clock))
    with world.database.transaction() as session:
        oliver = session.scalars(select(Customer).where(Customer.code == "C-0004")).one()
        chat = chats.arrive(session, "web", "oliver", pulls=True, now=world.now)
        chat.customer_id, chat.language = oliver.id, "en"
        chats.save(session, chat)
        contact.say(session, chat, MARKETING, given=True, version="1", now=world.now)
        session.scalars(select(Vehicle).where(Vehicle.code == "V-0004")).one().insured_until = date(2026, 12, 24)

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(app, ["pushes", *words])
        assert result.exit_code == code, result.output
        return result.output

    seen = run("preview", "--days", "7")
    assert "2026-11-24 Tue 10:00  insurance          C-0004" in seen
    assert "The insurance of your Tesla Model 3 ends on 24 December" in seen
    assert "no_chat" in seen
    assert "insurance" in run("preview", "--rule", "insurance", "--back", "90")
    held = run("preview", "--rule", "warranty", "--days", "30")
    assert "not sent: no_chat —" in held
    assert "The maker's warranty of your " in held
    year = run("calendar", "--customer", "C-0004")
    assert "Happy New Year, Oliver!" in year
    assert "messages in 365 days" in year
    assert "insurance" in run("rules")
    assert run("off", "insurance") == "insurance is off.\n"
    assert "insurance" not in run("preview", "--days", "7")
    run("export", "rules.toml")
    text = Path("rules.toml").read_text("utf-8")
    Path("rules.toml").write_text(text.replace("{car}的车险", "{auto}的车险"), "utf-8")
    assert "no placeholder {auto}" in run("import", "rules.toml", code=2)
    Path("rules.toml").write_text(text, "utf-8")
    assert run("import", "rules.toml") == "33 rules.\n"
    assert "insurance is on" in run("on", "insurance")
    assert 'no rule "lunch"' in run("on", "lunch", code=2)
    assert 'no signal "snow"' in run("signal", "snow", code=2)
    assert "Noted" in run("signal", "rain_over", "--store", "east")
    assert "less than 3 days ago" in run("signal", "rain_over", "--store", "east", code=2)
    with world.database.reading() as session:
        assert session.scalars(select(MESSAGES.c.id).where(MESSAGES.c.feature == "reminders")).all() == []
