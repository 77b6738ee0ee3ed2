"""Segments: groups of customers by what they did, own and agreed to, built by choosing, and kept up to date."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.segments import actions, pages

FEATURE = Feature(
    "segments",
    pages=pages.PAGES,
    things=[pages.SEGMENT],
    panels=[pages.PANEL],
    sweeps=[Sweep(actions.due, actions.work)],
)
