"""Makes `handlers/tickets/data/ear.npy`: the second ear, learnt from our own sentences. `python -m tests.benchmarks.teach_ear`.

Complaints and what only sounds like one: `ear_sentences.txt` and the tables of the rules. Every sixth phrasing of the starter
base is none, but for those of the entry `complaint`. Prints what five folds of the tables (others wrote them) and some of the
rest of the base say about the limits.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from handlers.tickets import ear
from knowledge_base.senses import senses
from tests.handlers import complaints, plain_words

HERE = Path(__file__).parent
STARTER = HERE.parents[1] / "knowledge_base" / "starter"
TARGET = HERE.parents[1] / "handlers" / "tickets" / "data" / "ear.npy"
# How strongly the coefficients are held near zero; and what a phrasing of the base counts, of which there are so many.
PULL, PHRASING, EVERY, FOLDS = 0.1, 0.3, 6, 5
Floats = NDArray[np.float64]


class Sentence(NamedTuple):
    text: str
    complains: bool
    counts: float = 1.0


def ours() -> list[Sentence]:
    lines = (HERE / "ear_sentences.txt").read_text("utf-8").splitlines()
    return [Sentence(line[2:], line[0] == "+") for line in lines if line.startswith(("+ ", "- "))]


def tables() -> list[Sentence]:
    texts = (getattr(table, name) for table in (complaints, plain_words) for name in ("ENGLISH", "SIMPLIFIED", "TRADITIONAL"))
    return [Sentence(line[9:], not line.startswith("-")) for text in texts for line in text.splitlines() if line]


def phrasings() -> list[Sentence]:
    found = []
    for path in sorted(STARTER.glob("*.toml")):
        for entry in tomllib.loads(path.read_text("utf-8"))["entry"]:
            for said in (entry[language] for language in ("en", "zh-Hans", "zh-Hant") if language in entry):
                texts = (said["question"], *said.get("aliases", ()))
                found += [
                    Sentence(text, entry["id"] == "complaint", PHRASING) for text in texts if entry["id"] != "complaint_status"
                ]
    return found


def matrix(sentences: list[Sentence]) -> Floats:
    rows = np.zeros((len(sentences), ear.PLACES + _SENSES + 1), dtype=np.float32)
    for row, sentence in zip(rows, sentences, strict=True):
        places, weights, sense = ear.features(sentence.text)
        np.add.at(row, places, weights)
        row[ear.PLACES : ear.PLACES + len(sense)] = sense
        row[-1] = 1
    return rows.astype(np.float32)


_SENSES = len(senses().vector([]))


def fit(rows: Floats, sentences: list[Sentence]) -> Floats:
    """Newton's method for the share of each sentence, of which there are fewer than of coefficients."""
    near = (rows @ rows.T).astype(np.float64)
    target = np.array([sentence.complains for sentence in sentences], dtype=np.float64)
    counts = np.array([sentence.counts for sentence in sentences])
    shares = np.zeros(len(sentences))
    for _ in range(12):
        odds = near @ shares
        guess = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        curve = np.maximum(counts * guess * (1 - guess), 1e-6)
        shares = np.linalg.solve(near + np.diag(PULL / curve), odds + counts * (target - guess) / curve)
    coefficients: Floats = rows.T @ shares.astype(np.float32)
    return coefficients


def report(name: str, odds: Floats, sentences: list[Sentence]) -> None:
    complains = np.array([sentence.complains for sentence in sentences], dtype=bool)
    for limit in sorted({ear.PERHAPS, 0.5, 1.0, ear.SURE, 2.0}):
        over = odds >= limit
        print(f"{name}: over {limit}: {(over & complains).sum()} of {complains.sum()} complaints, ", end="")
        print(f"{(over & ~complains).sum()} of {(~complains).sum()} others")


def main() -> None:
    base, others = phrasings(), tables()
    learnt = [*ours(), *(one for number, one in enumerate(base) if number % EVERY == 0 or one.complains)]
    kept = [one for number, one in enumerate(base) if number % EVERY == 1 and not one.complains]
    known, rows, rest = matrix(learnt), matrix(others), matrix(kept)
    held = np.zeros(len(others))
    for fold in range(FOLDS):
        out = np.arange(len(others)) % FOLDS == fold
        some = [*learnt, *(one for one, away in zip(others, out, strict=True) if not away)]
        held[out] = rows[out] @ fit(np.vstack([known, rows[~out]]), some)
    report("tables of the rules, five folds", held, others)
    coefficients = fit(np.vstack([known, rows]), [*learnt, *others])
    report("phrasings of the base that it has not learnt", rest @ coefficients, kept)
    np.save(TARGET, coefficients.astype(np.float16))
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes, from {len(learnt) + len(others)} sentences")


if __name__ == "__main__":
    main()
