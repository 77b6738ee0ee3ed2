"""Recall: letters with an offer to a segment, in waves, and what they brought against people who got none."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Letters, Sweep
from handlers.recall import actions, flow, letters, links, pages

FEATURE = Feature(
    "recall",
    actions={"take": flow.take, "book": flow.book, "offer": flow.offer, "visit": links.book},
    pages=pages.PAGES,
    things=[pages.CAMPAIGN],
    sweeps=[Sweep(letters.over, lambda session, number, _texts, now: actions.finish(session, number, now))],
    letters=[Letters(letters.due, letters.write)],
)
