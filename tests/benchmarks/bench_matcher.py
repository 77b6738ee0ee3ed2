"""The matcher against ``rapidfuzz.process.extractOne(scorer=WRatio)`` over the same phrasings: time, building, memory.

Each question is asked several times and its fastest time counts, so that other work on the machine is not measured with it.
"""

import gc
import random
import subprocess
import sys
import time
from itertools import product

import numpy as np
from rapidfuzz import fuzz, process

from knowledge_base import Entry, KnowledgeBase
from knowledge_base.evaluate import memory_mb

SIZES = (100, 1_000, 10_000, 100_000)
_ASKED = {"matcher": 400, "WRatio": 40}
_ROUNDS = 5
# In a process of its own: how long it takes from the import to the first answer of a small base, and what it holds then.
_FIRST = """
import time
from knowledge_base import Entry, KnowledgeBase
began, spent = time.perf_counter(), time.process_time()
entries = [Entry(f"e{n}", "en", f"how much is part {n}", (f"price of {n}", f"更换{n}多少钱"), "x") for n in range(30)]
KnowledgeBase(entries, semantic=False).decide("part 7 多少錢")
from knowledge_base.evaluate import memory_mb
print(f"{time.perf_counter() - began:.2f} s, {time.process_time() - spent:.2f} s of processor time, {memory_mb():.0f} MB")
"""
_PARTS = [
    "brake",
    "clutch",
    "engine",
    "gearbox",
    "battery",
    "tyre",
    "wheel",
    "mirror",
    "window",
    "bumper",
    "seat",
    "carpet",
    "wiper",
    "lamp",
    "horn",
    "radiator",
    "filter",
    "pump",
    "hose",
    "belt",
    "spring",
    "damper",
    "axle",
    "exhaust",
    "turbo",
    "sensor",
    "camera",
    "radio",
    "antenna",
    "door",
    "bonnet",
    "boot",
    "roof",
    "glass",
    "key",
    "lock",
    "alarm",
    "charger",
    "cable",
    "plug",
]
_PLACES = ["front", "rear", "left", "right", "upper", "lower", "inner", "outer", "main", "spare"]
_MODELS = ["sedan", "wagon", "coupe", "hatchback", "pickup", "van", "roadster", "limousine", "crossover", "minibus"]
_WAYS = (
    ("how much is a new {}", "price of the {}", "what does replacing the {} cost", "{} replacement cost", "更换{}多少钱"),
    ("my {} is broken", "the {} does not work", "problem with the {}", "{} failure help", "{}坏了怎么办"),
    ("how long does the {} last", "when should the {} be replaced", "life of the {}", "{} interval", "{}多久换一次"),
    ("can you clean the {}", "{} cleaning", "how do i wash the {}", "shampoo for the {}", "{}怎么清洗"),
    ("is the {} in stock", "do you have the {}", "order the {}", "{} availability", "{}有现货吗"),
)


def run() -> list[tuple[str, str]]:
    first = subprocess.run([sys.executable, "-c", _FIRST], capture_output=True, text=True, check=True).stdout.strip()
    rows = [("first question after the import, base learnt on the way; the process then", first)]
    for size in SIZES:
        entries = _entries(size // 5)
        gc.collect()
        before, began = memory_mb(), time.perf_counter()
        base = KnowledgeBase(entries, semantic=False)
        built, grown = time.perf_counter() - began, memory_mb() - before
        rng = random.Random(7)
        asked = [_asked(rng, rng.choice(entries)) for _ in range(_ASKED["matcher"])]
        texts = [phrasing for entry in entries for phrasing in entry.phrasings]
        ours = _times(base.decide, asked)
        theirs = _times(lambda text, texts=texts: process.extractOne(text, texts, scorer=fuzz.WRatio), asked[: _ASKED["WRatio"]])
        ratio = np.percentile(theirs, 50) / np.percentile(ours, 50)
        rows += [
            (f"{size:,} phrasings: matcher p50 / p99, ms", f"{np.percentile(ours, 50):.2f} / {np.percentile(ours, 99):.2f}"),
            (f"{size:,} phrasings: WRatio p50 / p99, ms", f"{np.percentile(theirs, 50):.2f} / {np.percentile(theirs, 99):.2f}"),
            (f"{size:,} phrasings: faster than WRatio", f"{ratio:.1f} ×"),
            (f"{size:,} phrasings: build s, memory grown MB", f"{built:.2f}, {grown:.0f}"),
        ]
    return rows


def _entries(count: int) -> list[Entry]:
    """As many different entries as asked for: a part at a place of a model, and what people want to know about it."""
    subjects = product(range(1, 60), _MODELS, _PLACES, _PARTS, _WAYS)
    entries = []
    for number, (generation, model, place, part, way) in zip(range(count), subjects, strict=False):
        name = f"{place} {part} {model} mk{generation}"
        first, *others = (phrasing.format(name) for phrasing in way)
        entries.append(Entry(f"entry{number}", "en", first, tuple(others), "x"))
    return entries


def _asked(rng: random.Random, entry: Entry) -> str:
    words = rng.choice(entry.phrasings).split()
    words.insert(rng.randrange(len(words)), rng.choice(["please", "the", "really", "now"]))
    return " ".join(words)


def _times(ask, texts: list[str]) -> list[float]:  # type: ignore[no-untyped-def]
    ask(texts[0])
    fastest = [float("inf")] * len(texts)
    for _ in range(_ROUNDS):
        for place, text in enumerate(texts):
            began = time.perf_counter()
            ask(text)
            fastest[place] = min(fastest[place], (time.perf_counter() - began) * 1000)
    return fastest


if __name__ == "__main__":
    for what, figure in run():
        print(f"{what:76} {figure}")
