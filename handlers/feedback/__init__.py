"""Feedback: stars and words after a visit, a person for whoever is unhappy, and what all of it adds up to."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.feedback import asking, cause_pages, causes, complaint, flow, pages, survey

FEATURE = Feature(
    "feedback",
    forms=[flow.FORM, survey.FORM],
    actions={"stars": flow.stars, "survey": survey.begin},
    urgent=flow.told,
    trigger=flow.typed,
    keeps=[causes.load],
    pushes=[asking.forget, asking.ask, asking.remind, survey.invite],
    pages=[*pages.PAGES, *cause_pages.PAGES],
    panels=[pages.PANEL],
    sweeps=[Sweep(complaint.silent, complaint.settle)],
)
