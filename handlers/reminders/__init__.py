"""Reminders: what is said at the right time without being asked, by rules that a manager edits."""

from handlers.dialogue import Feature
from handlers.reminders import asked, figures_page, flow, pages, rulebook, sweep, visits

FEATURE = Feature(
    "reminders",
    forms=[flow.DONE, flow.UNTIL, flow.READING],
    actions={
        "book": flow.book,
        "done": flow.done,
        "later": flow.later,
        "put_off": flow.put_off,
        "stop": flow.stop,
        "undo": flow.undo,
    },
    trigger=lambda turn: flow.heard(turn) or asked.asked(turn),
    keeps=[rulebook.load],
    pages=[*pages.PAGES, *figures_page.PAGES],
    panels=[pages.PANEL],
    pushes=[sweep.signals, sweep.look, sweep.hours, sweep.forget, visits.forget, visits.remind, visits.note_missed],
)
