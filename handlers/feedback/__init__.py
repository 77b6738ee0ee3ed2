"""Feedback: stars and words after a visit, a person for whoever is unhappy, and what all of it adds up to."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.feedback import asking, causes, complaint, flow

FEATURE = Feature(
    "feedback",
    forms=[flow.FORM],
    actions={"stars": flow.stars},
    trigger=flow.typed,
    keeps=[causes.load],
    pushes=[asking.ask, asking.remind],
    sweeps=[Sweep(complaint.silent, complaint.settle)],
)
