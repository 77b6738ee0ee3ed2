"""Sentence vectors in the running service: asked where the light matcher is not sure, and never waited for."""

import logging
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING

from knowledge_base import Decision, Entry

if TYPE_CHECKING:
    from knowledge_base import KnowledgeBase

log = logging.getLogger(__name__)

# A question costs some twenty milliseconds. This share of the time may go there; when more is asked, the light matcher is alone.
SHARE, ALLOWANCE = 0.25, 2.0
# While a base is being learnt, this share of one core at most.
LEARNING = 0.5


class Judge:
    """Decides with the light matcher, and with sentence vectors once they are there, if they are to be had at all.

    Nothing of the model is loaded before somebody asks what the light matcher is not sure of.
    """

    def __init__(
        self, light: "KnowledgeBase", entries: Sequence[Entry], store: Path | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._light, self._entries, self._store = light, entries, store
        self._first = lru_cache(maxsize=1024)(light.decide)
        # Of this kind there is one question in many, so the light matcher alone is asked; several features ask it in a turn.
        self.follow = lru_cache(maxsize=1024)(light.follow)
        self._second: Callable[[str, str], Decision] | None = None
        self._begun, self._given_up = Lock(), False
        self._clock, self._left, self._looked = clock, ALLOWANCE, clock()

    def decide(self, text: str, language: str) -> Decision:
        decision = self._first(text, language)
        if self._store is None or decision.kind == "answer" or not decision.matches:
            return decision
        if self._second is None:
            self._learn(self._store)
            return decision
        began = self._clock()
        self._left = min(ALLOWANCE, self._left + SHARE * (began - self._looked))
        self._looked = began
        if self._left <= 0:
            return decision
        second = self._second(text, language)
        self._left -= self._clock() - began
        return second

    def give_up(self) -> None:
        """The base has changed: what is still being learnt is not wanted any more."""
        self._given_up = True

    def _learn(self, store: Path) -> None:
        if self._begun.acquire(blocking=False):
            Thread(target=self._study, args=(store,), name="sentence-vectors", daemon=True).start()

    def _study(self, store: Path) -> None:
        from knowledge_base import KnowledgeBase
        from knowledge_base.phrasings import gather
        from knowledge_base.semantic import keep, keep_in
        from knowledge_base.vector_store import VectorStore

        try:
            keep_in(VectorStore(store))
            if keep(gather(self._entries).texts, self._going_on()):
                learnt = KnowledgeBase(self._entries, semantic=True)
                if learnt.semantic:
                    self._second = lru_cache(maxsize=1024)(learnt.decide)
        except Exception:
            # The extra is somebody else's code: whatever it does, the light matcher goes on.
            log.exception("sentence vectors are not to be had")

    def _going_on(self) -> Callable[[], bool]:
        since = self._clock()

        def going_on() -> bool:
            nonlocal since
            time.sleep(max(0.0, (self._clock() - since) * (1 / LEARNING - 1)))
            since = self._clock()
            return not self._given_up

        return going_on


class _Process:
    """The file that vectors are kept in, None where they are not wanted; and who judges now."""

    store: Path | None = None
    judge: Judge | None = None


def wanted(folder: Path) -> None:
    """From now on, where the extra is installed. A worker that serves calls this; commands and tests do without."""
    from knowledge_base.semantic import installed

    if installed():
        _Process.store = folder / "vectors.db"


def judge(light: "KnowledgeBase", entries: Sequence[Entry]) -> Judge:
    """Who judges from now on, instead of whoever did before."""
    if _Process.judge:
        _Process.judge.give_up()
    _Process.judge = Judge(light, entries, _Process.store)
    return _Process.judge
