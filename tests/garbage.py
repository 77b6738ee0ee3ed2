"""No garbage is looked for from the import of this to the end of the collecting: what is imported and collected stays."""

import gc

gc.disable()


def look_again() -> None:
    """What is there now lives to the end: who looks for garbage from now on (pytest five times as it ends) leaves it out."""
    gc.collect()
    gc.freeze()
    gc.enable()
