"""Oversight: the log of who did what cannot be changed unseen, and what one person should not do alone is told or waits."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.oversight import pages, sealing, telling

FEATURE = Feature("oversight", pages=pages.PAGES, sweeps=[Sweep(sealing.due, sealing.seal), Sweep(telling.due, telling.tell)])
