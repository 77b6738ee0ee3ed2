"""Tickets: what a person must answer. Complaints and questions with a tier, a promise and a history; worked by staff."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.tickets import assignment, complaint, flow, pages, parts, rating, rules, sweep, telling

__all__ = ["FEATURE", "telling"]

FEATURE = Feature(
    "tickets",
    forms=[*complaint.FORMS, *flow.FORMS],
    words={"person": flow.person},
    commands={"complaint": complaint.begin},
    actions={
        "error": flow.error,
        "ask": flow.ask,
        "instead": flow.instead,
        "complain": complaint.begin,
        "same": complaint.same_matter,
        "other": complaint.other_matter,
        "reopen": complaint.reopen,
        "stars": rating.stars,
        "call_me": flow.call_me,
        "sounds": complaint.confirmed,
    },
    trigger=flow.heard,
    fallback=lambda turn: flow.waits(turn) or flow.stranded(turn) or complaint.meant(turn),
    aside=complaint.asked_beside,
    perhaps=complaint.perhaps,
    beside=complaint.beside,
    receives={"photo": flow.photo, "file": flow.photo},
    things=[pages.TICKET],
    panels=[pages.PANEL],
    held=flow.held,
    loud=flow.critical,
    keeps=[rules.load],
    sweeps=[Sweep(sweep.due, sweep.look), Sweep(assignment.placeable, sweep.place), Sweep(parts.due, parts.remind)],
)
