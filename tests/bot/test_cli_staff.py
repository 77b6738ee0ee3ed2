"""`bayline staff`: who may come into the console, from the machine itself."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.conftest import Templates

Bayline = Callable[..., Result]


@pytest.fixture
def bayline(templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bayline:
    """The command in this process, on a sample shop of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", templates.copy("sqlite", True, tmp_path))
    return lambda *words, typed="": CliRunner().invoke(app, ["staff", *words], input=typed)


def test_au12_the_first_administrator_gets_a_code_here_and_nowhere_else(bayline: Bayline) -> None:
    """AU12: nobody is there after the installation, and no password is known."""
    assert bayline("list").output == ""
    assert "One-time code for the first administrator, good for 24 hours: " in bayline("invite").output


def test_au7_staff_come_and_go(bayline: Bayline) -> None:
    """AU7, PV11: a password is typed or piped, never an argument that `ps` would show."""
    added = bayline("add", "Ann", "--name", "Ann Lee", "--store", "east")
    assert "One-time code for Ann Lee" in added.output
    assert "no password yet" in bayline("list").output
    assert "10 to 200 characters" in bayline("password", "ann", typed="short\n").output
    assert "ann has a new password" in bayline("password", "ann", typed="a good long password\n").output
    assert "ann                  advisor        east         Ann Lee" in bayline("list").output
    assert "ann is out" in bayline("dismiss", "ann").output
    assert "left" in bayline("list").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add", "bob"), "Advisors and managers need a store."),
        (("add", "bob", "--store", "nowhere"), "There is no store nowhere."),
        (("add", "bob", "--role", "king"), "Please choose a role."),
        (("add", "b", "--store", "east"), "A login has 2 to 60"),
        (("add", "bob", "--store", "east", "--language", "fr"), "en, zh-Hans, zh-Hant"),
        (("dismiss", "nobody"), "Nobody has the login nobody."),
        (("password", "nobody"), "Nobody has the login nobody."),
        (("invite", "nobody"), "Nobody has the login nobody."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(bayline: Bayline, words: tuple[str, ...], said: str) -> None:
    result = bayline(*words)
    assert result.exit_code == 2
    assert said in result.output
    assert bayline("list").output == ""


def test_a_code_links_a_telegram_account(bayline: Bayline) -> None:
    bayline("add", "ann", "--store", "east")
    assert "/link " in bayline("link", "ann").output
    bayline("add", "boss", "--role", "administrator")
    assert bayline("dismiss", "ann").exit_code == 0
    assert "does not work here any more" in bayline("link", "ann").output
