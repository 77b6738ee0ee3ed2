"""Settings explain themselves: one sentence that says what to write where."""

import re
from pathlib import Path

import pytest

from bot.clock import clock_of
from bot.settings import Settings, Wrong, read, unknown

TOKEN = "123456789:AAHabcdefghijklmnopqrstuvwxyz012345"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    for name in list(os.environ):
        if name.startswith(("TELEGRAM_", "BAYLINE_")) or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_readme_tells_every_setting_and_no_other() -> None:
    table = (Path(__file__).parents[2] / "README.md").read_text().split("### Settings")[1].split("\n###")[0]
    told = set(
        re.findall(r"`((?:[A-Z]+_)+[A-Z]+)`", "".join(line.split("|")[1] for line in table.splitlines() if line.startswith("|")))
    )
    assert told == {str(field.alias) for field in Settings.model_fields.values()}


def test_without_any_setting_it_is_sqlite_on_this_machine() -> None:
    settings = read()
    assert settings.database == "sqlite:///data/bayline.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://x", "sqlite:///data/bayline.db or postgresql://"),
        ("TELEGRAM_BOT_TOKEN", "hello", "@BotFather"),
        ("TELEGRAM_API_URL", "api.telegram.org", "begins with https://"),
        ("TELEGRAM_WEBHOOK_SECRET", "with space", "letters, digits"),
        ("BAYLINE_PORT", "eighty", "a number from 0 to 65535, such as 8080"),
        ("BAYLINE_PORT", "70000", "65535"),
        ("BAYLINE_CLOCK_FILE", "nowhere.txt", "existing file"),
        ("TELEGRAM_STAFF_CHAT", "our staff", "number of a group"),
        ("BAYLINE_ALLOWED_ORIGINS", "https://a.example, b.example", '"b.example" must look like https://'),
        ("BAYLINE_ALLOWED_ORIGINS", "*", "https://www.example.com"),
        ("BAYLINE_TRUSTED_PROXIES", "127.0.0.1,proxy.example", '"proxy.example" must be an address'),
        ("BAYLINE_TRUSTED_PROXIES", "10.0.0.1/8", "10.0.0.0/8"),
        ("BAYLINE_KEEP_MONTHS", "messages=12, photos=many", '"photos=many" must look like messages=24'),
        ("BAYLINE_KEEP_MONTHS", "words=3", "messages, photos, tickets"),
        ("BAYLINE_METRICS_TOKEN", "secret", "long random word"),
        ("BAYLINE_ALONE_ROWS", "all", "a number of rows from 1 up, such as 200"),
        ("BAYLINE_ALONE_ROWS", "0", "from 1 up"),
        (
            "BAYLINE_SECOND_STEP",
            "admins, manager",
            '"admins" must be one of advisor, manager, region, administrator or everybody',
        ),
    ],
)
def test_a_wrong_setting_says_what_to_write(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """PR10."""
    monkeypatch.setenv(name, value)
    with pytest.raises(Wrong) as wrong:
        read()
    assert name in str(wrong.value)
    assert said in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_webhook_without_a_secret_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """AU4: fail closed."""
    monkeypatch.setenv("TELEGRAM_WEBHOOK_URL", "https://example.com/hook")
    for empty in (None, ""):
        if empty is not None:
            monkeypatch.setenv("TELEGRAM_WEBHOOK_SECRET", empty)
        with pytest.raises(Wrong, match="TELEGRAM_WEBHOOK_SECRET is missing"):
            read()


def test_a_wrong_token_is_not_repeated_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """PV11."""
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "nearly" + TOKEN + "!")
    with pytest.raises(Wrong) as wrong:
        read()
    assert "AAHabc" not in str(wrong.value)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", TOKEN)
    assert "AAHabc" not in repr(read())


def test_the_file_env_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BAYLINE_PORT=9999\nOTHER=1\n")
    assert read().port == 9999


def test_the_clock_file_is_read_each_time_and_said_loudly(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "now"
    file.write_text("2026-11-21T09:00:00+08:00")
    clock = clock_of(file)
    assert ("WARNING", f"REHEARSAL: the time is read from {file}, not from the system") in [
        (record.levelname, record.message) for record in caplog.records
    ]
    assert clock().isoformat() == "2026-11-21T01:00:00+00:00"
    file.write_text("2027-01-01T00:00:00+00:00")
    assert clock().year == 2027
    for spoilt in ("2028-01-01T00:00:00", "soon", ""):  # without offset, nonsense, being written at this moment
        file.write_text(spoilt)
        assert clock().year == 2027
    assert caplog.text.count("REHEARSAL: the time stands still") == 1
    file.write_text("2029-01-01T00:00:00Z")
    assert clock().year == 2029


@pytest.mark.parametrize("spoilt", ["2028-01-01T00:00:00", "soon", ""])
def test_a_clock_file_without_an_instant_stops_the_start(tmp_path: Path, spoilt: str) -> None:
    """PR10."""
    file = tmp_path / "now"
    file.write_text(spoilt)
    with pytest.raises(ValueError, match=r"BAYLINE_CLOCK_FILE: .*now must hold an instant with offset such as 2026"):
        clock_of(file)


@pytest.mark.parametrize(
    ("spoilt", "line"),
    [("BAYLINE_PORT=8080\nthis is = not\n", 2), ("# ours\nBAYLINE_PORT\n", 2), ('BAYLINE_HOST="127.0.0.1\n', 1)],
)
def test_a_line_of_the_file_that_gives_nothing_stops_the_start(tmp_path: Path, spoilt: str, line: int) -> None:
    """PR10: it is named by its number; what stands in it may be a secret."""
    (tmp_path / ".env").write_text(spoilt)
    with pytest.raises(Wrong, match=rf"^\.env: line {line} must look like NAME=value"):
        read()


def test_a_file_as_people_write_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\n\nexport BAYLINE_PORT = 8081\nBAYLINE_HOST='0.0.0.0' # all\nOTHER=\"a\nb\"\nBAYLINE_PROT=1\n"
    )
    settings = read()
    assert (settings.port, settings.host) == (8081, "0.0.0.0")
    assert unknown() == ["BAYLINE_PROT"]
