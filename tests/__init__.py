"""Set before anything else is imported."""

import gc

# Most of what lives in a process of tests lives to its end: looking for garbage cost a tenth.
gc.set_threshold(50_000, 20, 100)
