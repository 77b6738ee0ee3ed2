"""Python's garbage collector, told that what a start has loaded stays and need not be looked at again."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Of glibc's mallopt.
_MOST_HEAPS = -8
# Objects between two looks at the young ones, and how rarely the older ones are looked at.
_THRESHOLDS = (20_000, 20, 50)


@contextmanager
def none_while_importing() -> Iterator[None]:
    """What is imported stays: looking for garbage in it takes a tenth of the time, now and whenever it is looked at again."""
    gc.disable()
    yield
    gc.freeze()
    gc.enable()


def collect_nothing() -> None:
    """While a start loads, everything stays: looking for garbage finds none."""
    gc.disable()
    # Threads that have a heap each keep what they loaded apart: a megabyte more at rest. They wait for Python's lock as it is.
    _of_the_system("mallopt", _MOST_HEAPS, 1)


def collect_late() -> None:
    """Call it once, when everything is loaded."""
    gc.collect()
    _of_the_system("malloc_trim", 0)  # what loading needed for a moment goes back
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()


def _of_the_system(name: str, *given: int) -> None:
    """A call that only glibc has; musl gives memory back by itself."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), name):
        libc[name](*given)
