"""A learnt base on disk: the same answers as learnt anew, and nothing but a base is ever taken from there."""

import pickle
from pathlib import Path

import pytest

from knowledge_base import KnowledgeBase, keeping
from knowledge_base.keeping import kept
from tests.knowledge_base import shop

# Enough, where it matters what stands in the file and not what it answers.
FEW = shop.entries()[:4]
QUESTIONS = ["How much is an oil change?", "几点开门", "the sound of squealing", "brkae noise", "", "🙂"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not made yet"


def _only(folder: Path) -> Path:
    [path] = folder.iterdir()
    return path


def test_what_was_kept_decides_as_what_is_learnt(folder):
    learnt = KnowledgeBase(shop.entries(), semantic=False)
    for base in (kept(shop.entries(), folder), kept(shop.entries(), folder)):
        for question in QUESTIONS:
            assert base.decide(question) == learnt.decide(question)
            assert base.explain(question) == learnt.explain(question)
        assert base.entry("opening_hours", "zh") == learnt.entry("opening_hours", "zh")


def test_it_is_taken_from_the_folder_and_not_learnt_twice(folder):
    kept(FEW, folder)
    _only(folder).write_bytes(pickle.dumps(KnowledgeBase([], semantic=False)))
    assert kept(FEW, folder).search(FEW[0].question) == []


def test_one_word_changed_is_another_base(folder):
    first, *others = FEW
    kept([first, *others], folder)
    kept(others, folder)
    assert len(list(folder.iterdir())) == 2


def test_only_the_newest_stay(folder, monkeypatch):
    monkeypatch.setattr(keeping, "_KEPT", 3)  # for the tests it is more
    entries = shop.entries()
    for less in range(5):
        kept(entries[less : less + 8], folder)
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize("spoil", [
    lambda path: path.write_bytes(b""),
    lambda path: path.write_bytes(path.read_bytes()[:-20]),
    lambda path: path.write_bytes(pickle.dumps(["no base at all"])),
    lambda path: (path.unlink(), path.mkdir()),
])  # fmt: skip
def test_a_file_that_is_no_base_is_learnt_over(folder, spoil):
    kept(FEW, folder)
    spoil(_only(folder))
    assert kept(FEW, folder).decide(QUESTIONS[0]) == KnowledgeBase(FEW, semantic=False).decide(QUESTIONS[0])


@pytest.mark.parametrize(("module", "name"), [
    ("os", "mkdir"), ("knowledge_base.keeping", "os.mkdir"), ("knowledge_base.keeping", "_program"), ("builtins", "print"),
])  # fmt: skip
def test_a_file_that_wants_something_run_runs_nothing(folder, tmp_path, module, name):
    trap = f"c{module}\n{name}\n(V{tmp_path / 'run'}\ntR.".encode()
    if module == "os":
        pickle.loads(trap)
        (tmp_path / "run").rmdir()  # it would have been run
    kept(FEW, folder)
    _only(folder).write_bytes(trap)
    assert kept(FEW, folder).search(FEW[0].question)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_cannot_be_written_to_costs_only_the_keeping(tmp_path):
    (tmp_path / "file").write_text("")
    assert kept(FEW, tmp_path / "file").search(FEW[0].question)
