"""`bayline check`: what is wrong is said before the first customer meets it, with what to do about it."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import checking_telegram
from bot.cli import app
from bot.finding import Finding
from bot.settings import Settings
from storage import quarantine, slots, stores
from tests.fake_telegram import FakeTelegram, Group
from tests.world import World

GROUP = -1001234567890
RIGHTS = {"can_manage_topics", "can_pin_messages", "can_delete_messages", "can_restrict_members"}


def asked(prepare: Callable[[FakeTelegram, Group], None], token: str = "", **more: str) -> list[Finding]:
    """What is found at a Telegram that was prepared so."""

    async def go() -> list[Finding]:
        async with FakeTelegram() as fake:
            prepare(fake, fake.group(GROUP))
            settings = Settings(TELEGRAM_BOT_TOKEN=token or fake.token, TELEGRAM_API_URL=fake.url, **more)
            return await asyncio.to_thread(checking_telegram.findings, settings)

    return asyncio.run(go())


def test_the_token_is_tried() -> None:
    assert asked(lambda *_: None) == [Finding(True, "Telegram: @bayline_bot is there.")]
    [wrong] = asked(lambda *_: None, token="999:AAAAAAAAAAAAAAAAAAAAAAA")
    assert (wrong.good, wrong.text) == (False, "Telegram: it does not know the token.")
    [away] = asked(lambda fake, _: fake.fault("html", "getMe", times=None))
    assert "does not answer as it should" in away.text
    assert "AAAA" not in str([wrong, away])


@pytest.mark.parametrize(
    ("rights", "forum", "said"),
    [
        (None, True, "the bot is no administrator there"),
        (RIGHTS - {"can_pin_messages", "can_manage_topics"}, True, "the bot may not manage topics, pin messages."),
        (RIGHTS - {"can_manage_topics"}, False, "topics are off"),
        (RIGHTS, True, "topics are on"),
    ],
)
def test_the_rights_in_the_staff_s_group(rights: set[str] | None, forum: bool, said: str) -> None:
    def prepare(_: FakeTelegram, group: Group) -> None:
        group.rights, group.forum = rights, forum

    _, found = asked(prepare, TELEGRAM_STAFF_CHAT=str(GROUP))
    assert said in found.text
    assert found.good == ("topics are" in said)
    assert found.good == (not found.remedy)


def test_a_group_that_the_bot_is_not_in() -> None:
    _, found = asked(lambda *_: None, TELEGRAM_STAFF_CHAT="-1009999999999")
    assert "cannot see it" in found.text
    assert "TELEGRAM_STAFF_CHAT" in found.remedy


def test_a_webhook_that_does_not_arrive() -> None:
    ours = "https://chat.example/telegram"
    where = {"TELEGRAM_WEBHOOK_URL": ours, "TELEGRAM_WEBHOOK_SECRET": "a-long-secret"}
    assert "not set yet" in asked(lambda *_: None, **where)[1].text

    def stuck(fake: FakeTelegram, _: Group) -> None:
        fake.webhook = {"url": ours}
        fake.webhook_info = {"pending_update_count": 7, "last_error_message": "Connection refused"}

    assert "7 updates wait, and the last could not be delivered: Connection refused" in asked(stuck, **where)[1].text


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_what_a_start_passes_over_in_the_file_is_told(sample_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """PR10: a name that is misspelt, and secrets that others on the machine may read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sample_url)
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN", raising=False)
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKN=123456789:AAHabcdefghijkl\nBAYLINE_WHATEVER=1\n")
    (tmp_path / ".env").chmod(0o644)
    told = " ".join(CliRunner().invoke(app, ["check"]).output.split())
    assert "there is no TELEGRAM_BOT_TOKN. → Write TELEGRAM_BOT_TOKEN if that is meant." in told
    assert "there is no BAYLINE_WHATEVER. → README.md lists" in told
    assert "others on this machine may read .env, and it holds secrets. → chmod 600 .env" in told
    assert "AAH" not in told
    (tmp_path / ".env").chmod(0o600)
    assert "may read .env" not in CliRunner().invoke(app, ["check"]).output


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_in_december_the_holidays_of_next_year_are_asked_for(
    sample_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", sample_url)
    clock = tmp_path / "clock"
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", str(clock))
    found = {}
    for month in (11, 12):
        clock.write_text(datetime(2031, month, 1, 9, tzinfo=UTC).isoformat())
        result = CliRunner().invoke(app, ["check", "--json"])
        assert result.exit_code == 1
        found[month] = [one for one in json.loads(result.stdout) if "holidays of 2032" in one["text"]]
    assert found[11] == []
    assert [one["good"] for one in found[12]] == [False] * 3
    assert "special_days" in found[12][0]["remedy"]
    whole = CliRunner().invoke(app, ["doctor", "--json"])
    assert (whole.exit_code, {one["good"] for one in json.loads(whole.stdout)}) == (0, {True})


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_what_is_stuck_or_lies_aside_is_told_with_what_to_do(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """PR12, CH15: nothing lies where nobody sees it; the commands that the doctor names are there, and end it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", str(tmp_path / "clock"))
    world.customer("telegram").says("help")
    with world.database.transaction() as session:
        quarantine.put(session, key="telegram:1:77", channel="telegram", reason="error: KeyError", raw='{"a": 1}', now=world.now)

    def says(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, words)
        return result.exit_code, " ".join(result.output.split())

    def at(minutes: int) -> None:
        (tmp_path / "clock").write_text((world.now + timedelta(minutes=minutes)).isoformat())

    at(10)
    code, told = says("doctor")
    assert "OK Messages: none is stuck." in told
    at(20)
    code, told = says("doctor")
    assert code == 1
    assert "One message to telegram should have left, the first 20 minutes ago. → Is Bayline running" in told
    assert "Updates: 1 could not be handled and lie aside, the last on 2026-11-21 01:00 UTC (error: KeyError)" in told
    assert "telegram:1:77 error: KeyError" in says("aside", "list")[1]
    assert says("aside", "show", "telegram:1:77") == (0, '{"a": 1}')
    assert says("aside", "drop", "telegram:1:78") == (
        2, "nothing with the key telegram:1:78 lies aside: `bayline aside list` names them",
    )  # fmt: skip
    assert says("aside", "drop", "telegram:1:77") == (0, "Dropped.")
    assert says("aside", "list") == (0, "Nothing lies aside.")
    assert "lie aside" not in says("doctor")[1]


def test_a_calendar_that_says_taken_where_nobody_comes_is_mended(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As an old fault left it on PostgreSQL; what the appointments have is as it was."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    with world.database.transaction() as session:
        store = stores.listed(session)[0]
        day = slots.quantum_at(world.now) // slots.DAY + 3
        ledger = slots.lock(session, store.id, [day])
        before = slots.taken(session, store.id, day, day)
        ledger.put(day, slots.bay(1), before.get(slots.bay(1), 0) | 0b1111 << 8)
        ledger.put(day, slots.technician(1), 0b11 << 80)
        ledger.save()

    def doctor(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, ["doctor", *words])
        return result.exit_code, " ".join(result.output.split())

    code, told = doctor()
    assert code == 1
    assert f"store {store.code}, {slots.moment_of(day * slots.DAY):%Y-%m-%d}: bay 1" in told
    assert "doctor --mend-calendar" in told
    code, told = doctor("--mend-calendar")
    assert code == 0
    assert "Mended: store" in told
    assert "technician 1" in told
    with world.database.reading() as session:
        assert slots.taken(session, store.id, day, day) == before
        assert slots.differences(session, store.id) == []
    assert "there was nothing to mend" in doctor("--mend-calendar")[1]
