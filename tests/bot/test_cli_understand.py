"""`bayline understand` as its user types it."""

import io
import json
import sys

import pytest
from typer.testing import CliRunner

from bot.__main__ import main
from bot.cli import app

NOW = "2026-11-18T10:20+08:00"


def test_one_text_as_json():
    result = CliRunner().invoke(app, ["understand", "下周三上午十点做小保养", "--now", NOW, "--region", "CN", "--json"])
    assert json.loads(result.stdout) == {"pred": {"date": "2026-11-25", "time": "10:00"}, "options": []}


def test_in_plain_words():
    runner = CliRunner()
    contested = runner.invoke(app, ["understand", "next Friday", "--now", NOW])
    assert "date 2026-11-27" in contested.stdout
    assert "date 2026-11-20" in contested.stdout
    assert "Ask which is meant" in runner.invoke(app, ["understand", "Monday or Tuesday", "--now", NOW]).stdout
    assert runner.invoke(app, ["understand", "30 February", "--now", NOW]).stdout == "Nothing understood (no_such_date).\n"


def test_a_file_of_lines(tmp_path):
    lines = [
        {"id": "a", "text": "tomorrow at ten", "now": NOW, "region": "GB", "lang": "en"},
        {"id": 2, "text": "10 or 11", "now": NOW, "region": "GB"},
    ]
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    first, second = (
        json.loads(line) for line in CliRunner().invoke(app, ["understand", "--jsonl", str(path)]).stdout.splitlines()
    )
    assert first == {"id": "a", "pred": {"date": "2026-11-19", "time": "10:00"}, "options": []}
    assert second["pred"] is None
    assert [option["time"] for option in second["options"]] == ["10:00", "11:00"]


def test_what_is_wrong_is_said_in_a_sentence(tmp_path):
    path = tmp_path / "cases.jsonl"
    path.write_text('{"text": "tomorrow", "now": "soon"}\n', encoding="utf-8")
    result = CliRunner().invoke(app, ["understand", "--jsonl", str(path)])
    assert result.exit_code == 2
    assert 'line 1: "soon" is no moment' in result.output
    assert CliRunner().invoke(app, ["understand"]).exit_code == 2


def test_a_terminal_of_another_alphabet_gets_question_marks_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """PR10: a start would end at its own hint; and words that are no text in the terminal's encoding end no chat."""
    terminal = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(terminal, encoding="latin-1", write_through=True))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"menu \xff\n"), encoding="utf-8"))
    monkeypatch.setattr(sys, "argv", ["bayline", "understand", "下周二十点"])
    with pytest.raises(SystemExit):
        main()
    assert b"date " in terminal.getvalue()
    assert sys.stdin.read() == "menu �\n"
