"""`bayline kb import`, `gaps`, `aliases` and `helped` as staff type them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from storage import proposals, verdicts
from storage.database import Database
from storage.entries import Gap
from tests.handlers.test_learning import CASES, PHRASINGS, THIEF, toml
from tests.marks import EMPTY_ON_SQLITE
from tests.world import START


@pytest.fixture
def shop(database: Database, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Database:
    """An empty shop that the commands work on, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", database.url)
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(tmp_path / "data"))
    return database


def bayline(*words: str) -> Result:
    return CliRunner().invoke(app, ["kb", *words])


@EMPTY_ON_SQLITE
def test_a_thief_stops_the_import_until_it_is_forced(shop: Database) -> None:
    lines = ({"query": case.query, "lang": case.language, "expected": case.expected} for case in CASES)
    Path("cases.jsonl").write_text("\n".join(map(json.dumps, lines)))
    Path("kb.toml").write_text("".join(toml(name, question, own) for name, (question, own, _) in PHRASINGS.items()))
    first = bayline("import", "kb.toml", "--cases", "cases.jsonl")
    assert first.exit_code == 0, first.output
    assert "newly right: " in first.output
    Path("thief.toml").write_text(toml("pets", "Do you have a place for pets?", THIEF))
    stopped = bayline("import", "thief.toml", "--cases", "cases.jsonl")
    assert stopped.exit_code == 1
    assert "pets now comes first for 2 questions that belonged to dogs" in stopped.output
    assert "Nothing was imported" in stopped.output
    dry = bayline("import", "thief.toml", "--cases", "cases.jsonl", "--force", "--dry-run")
    assert "A dry run: nothing was imported." in dry.output
    assert "Imported;" in bayline("import", "thief.toml", "--cases", "cases.jsonl", "--force").output
    assert "Nothing changes" in bayline("import", "thief.toml").output
    assert "None of the known questions" not in bayline("import", "kb.toml").output


@EMPTY_ON_SQLITE
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["import", "nowhere.toml"], "nothing to import at nowhere.toml"),
        (["import", "."], "nothing to import"),
        (["import", "kb.toml", "--cases", "nowhere.jsonl"], "no file"),
        (["import", "kb.toml"], "This is not TOML"),
        (["gaps", "--export", "gaps.pdf"], 'not ".pdf"'),
        (["aliases", "take", "5"], "No proposal 5 waits"),
        (["aliases", "dismiss", "5"], "No proposal 5 waits"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(shop: Database, words: list[str], said: str) -> None:
    if words[1:2] == ["kb.toml"]:
        Path("kb.toml").write_text("[[entry]]\nid = ")
    result = bayline(*words)
    assert result.exit_code in (1, 2)
    assert said in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


@EMPTY_ON_SQLITE
def test_gaps_aliases_and_verdicts_are_listed(shop: Database) -> None:
    assert "No gaps" in bayline("gaps").output
    assert "No words wait" in bayline("aliases").output
    assert "Nobody has pressed" in bayline("helped").output
    with shop.transaction() as session:
        for text in ("do you sell boats", "do you sell boats?", "你们卖船吗"):
            session.add(Gap(kind="question", text=text, language="en", nearest="dogs", confidence=0.1, at=START))
        proposals.propose(session, "dogs", "en", "beasts", "beasts", START)
        verdicts.count(session, "dogs", "en", helped=True, now=START)
    listed = bayline("gaps", "--limit", "1").output
    assert "2 ×  2026-11-21" in listed
    assert "nearest: dogs (0.10)" in listed
    assert "1 more" in listed
    assert "2 written" in bayline("gaps", "--export", "gaps.csv").output
    assert "boats" in Path("gaps.csv").read_text("utf-8-sig")
    assert "There is no entry" in bayline("adopt", "1", "dogs").output
    assert "begins with a language" in bayline("adopt", "1", "boats", "--answer", "fr=Non").output
    adopted = bayline("adopt", "1", "boats", "--answer", "en=Only cars.")
    assert '"do you sell boats" → boats' in adopted.output, adopted.output
    assert "no text in zh-Hans and zh-Hant" in adopted.output
    assert "do you sell boats" not in bayline("gaps").output
    assert "beasts  → dogs" in bayline("aliases").output
    assert "1 helped      0 asked a person" in bayline("helped").output
    assert "is dismissed" in bayline("aliases", "dismiss", "1").output
    assert "No words wait" in bayline("aliases").output


@EMPTY_ON_SQLITE
def test_versions_are_listed_looked_at_and_gone_back_to(shop: Database) -> None:
    """IE5: a dry run changes nothing; what would be answered wrongly stops it; going back can be undone."""
    assert "no versions yet" in bayline("versions").output
    assert "no versions yet" in bayline("restore", "0").output
    lines = ({"query": case.query, "lang": case.language, "expected": case.expected} for case in CASES)
    Path("cases.jsonl").write_text("\n".join(map(json.dumps, lines)))
    Path("kb.toml").write_text("".join(toml(name, question, own) for name, (question, own, _) in PHRASINGS.items()))
    Path("thief.toml").write_text(toml("pets", "Do you have a place for pets?", THIEF))
    cases = ("--cases", "cases.jsonl")
    bayline("import", "kb.toml", *cases)
    bayline("import", "thief.toml", *cases, "--force")
    listed = bayline("versions").output.splitlines()
    assert [line.split()[0] for line in listed] == ["2", "1", "0"]
    assert "1 added" in listed[0]
    assert "import thief.toml" in listed[0]
    dry = bayline("restore", "1", *cases, "--dry-run")
    assert dry.exit_code == 0, dry.output
    assert "pets  removed" in dry.output
    assert "newly right: 3" in dry.output
    assert "A dry run: nothing was changed." in dry.output
    assert "within two seconds" in bayline("restore", "1", *cases).output
    assert "Nothing changes" in bayline("restore", "1").output
    stopped = bayline("restore", "2", *cases)
    assert stopped.exit_code == 1
    assert "pets  added" in stopped.output
    assert "Nothing was changed: 2 known questions would be answered wrongly" in stopped.output
    assert "back to 1" in bayline("versions").output
    assert "There is no version 9" in bayline("restore", "9").output
