"""Python's garbage collector, told that what a start has loaded stays and need not be looked at again."""

import ctypes
import gc
import sys

# Objects between two looks at the young ones, and how rarely the older ones are looked at.
_THRESHOLDS = (20_000, 20, 50)


def collect_nothing() -> None:
    """While a start loads, everything stays: looking for garbage finds none."""
    gc.disable()


def collect_late() -> None:
    """Call it once, when everything is loaded."""
    gc.collect()
    if sys.platform == "linux":
        # What loading needed for a moment goes back to the system; musl has no such call, and gives back by itself.
        getattr(ctypes.CDLL(None), "malloc_trim", int)(0)
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
    gc.enable()
