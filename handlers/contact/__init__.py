"""Contact: what we may write to somebody without being asked, and their say in it. Stop always works."""

from handlers.contact import consents, flow, pages
from handlers.dialogue import Feature

FEATURE = Feature(
    "contact",
    forms=[flow.ZONE],
    words={"stop": flow.stop},
    commands={"settings": flow.settings, "why": flow.why},
    actions={
        "resume": flow.resume, "offers": flow.offers, "feedback": flow.feedback, "kind": flow.kind, "often": flow.often,
        "pause": flow.pause, "here": flow.here, "why": flow.why,
        "zone": flow.zone,
    },
    urgent=flow.answered,
    besides=consents.ask,
    keeps=[consents.load],
    pushes=[consents.end],
    pages=pages.PAGES,
    trigger=lambda turn: flow.asks_for_settings(turn) or flow.asked_to_stop(turn),
)  # fmt: skip
