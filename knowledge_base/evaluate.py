"""Measures a base against questions whose right entry is known: accuracy, wrong answers, speed and memory."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Entry


def evaluate(
    entries_path: Path | str, queries_path: Path | str, semantic: bool = True, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """The figures of a base (lines of id, lang, question, aliases, answer) on questions (lines of query, lang, expected).

    Counts of outcomes are shares of all questions; times are milliseconds and seconds, memory is in megabytes.
    """
    entries = [_entry(line) for line in _lines(entries_path)]
    queries = _lines(queries_path)
    began = time.perf_counter()
    base = KnowledgeBase(entries, semantic=None if semantic else False)
    build_s = time.perf_counter() - began
    outcomes = {"answered_right": 0, "answered_wrong": 0, "suggested": 0, "unknown": 0}
    best_in: list[float] = []
    best_out: list[float] = []
    top1 = top3 = 0
    times = []
    for number, line in enumerate(queries, start=1):
        began = time.perf_counter()
        decision = base.decide(line["query"], line.get("lang"))
        times.append(time.perf_counter() - began)
        found = [match.entry_id for match in decision.matches]
        best = decision.matches[0].confidence if decision.matches else 0.0
        expected = line["expected"]
        if expected is None:
            best_out.append(best)
        else:
            best_in.append(best)
            top1 += found[:1] == [expected]
            top3 += expected in found[:3]
        outcomes[_outcome(decision.kind, found, expected)] += 1
        if progress:
            progress(number, len(queries))
    asked = max(1, len(queries))
    return {
        "n": len(queries),
        "top1": _share(top1, len(best_in)),
        "top3": _share(top3, len(best_in)),
        "oos_auroc": area_under_curve(best_in, best_out),
        **{name: round(count / asked, 4) for name, count in outcomes.items()},
        "p50_ms": _percentile(times, 50),
        "p99_ms": _percentile(times, 99),
        "build_s": round(build_s, 3),
        "rss_mb": memory_mb(),
        "semantic": base.semantic,
    }


def area_under_curve(higher: list[float], lower: list[float]) -> float | None:
    """How often one of the first is above one of the second (ties count half); None where one is missing."""
    if not higher or not lower:
        return None
    _, places, counts = np.unique(np.array(higher + lower), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    first = len(higher)
    return round(float((ranks[:first].sum() - first * (first + 1) / 2) / (first * len(lower))), 4)


def memory_mb() -> float:
    """What this process holds in memory now; where the system does not say (outside Linux), the most it ever held."""
    status = Path("/proc/self/status")
    if status.exists():
        kilobytes = next(int(line.split()[1]) for line in status.read_text("utf-8").splitlines() if line.startswith("VmRSS"))
        return round(kilobytes / 1024, 1)
    import resource  # Only here: it exists on Unix alone.

    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 / 1024, 1)


def _outcome(kind: str, found: list[str], expected: str | None) -> str:
    if kind == "answer":
        return "answered_right" if found[0] == expected else "answered_wrong"
    return "suggested" if kind == "suggest" else "unknown"


def _share(count: int, of: int) -> float | None:
    return round(count / of, 4) if of else None


def _percentile(seconds: list[float], percent: int) -> float | None:
    return round(float(np.percentile(seconds, percent)) * 1000, 3) if seconds else None


def _entry(line: dict[str, Any]) -> Entry:
    return Entry(line["id"], line.get("lang", "en"), line["question"], tuple(line.get("aliases", ())), line.get("answer", ""))


def _lines(path: Path | str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines() if line.strip()]
