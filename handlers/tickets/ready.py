""" "When will my car be ready?" while a case is open: that is about the car, and how the case stands comes after."""

import re
from dataclasses import replace

from handlers.dialogue import Reply, Turn
from handlers.dialogue.folding import fold
from handlers.faq import flow as faq
from handlers.tickets import following, marking, rules
from handlers.tickets.rules import Verdict
from storage.tickets import Ticket

# What asks for news alone ("any update?", 进度) is about the case.
_CAR = re.compile(
    r"\b(?:car|vehicle|motor|van|truck|collect|fetch|pick(?:ed)? (?:it |her |him )?up)\b"
    r"|车|[取攞提牵拿]得?返?(?=[车\W]|$)|(?:修|整|弄|做|洗)好|搞[掂定]"
)
_ENTRY = "car_progress"


def asked(turn: Turn, ticket: Ticket, verdict: Verdict) -> Reply | None:
    """Their appointments, or what the knowledge base says of a car that is here, and the case below."""
    if rules.READY not in verdict.kinds or verdict.complaint or verdict.angry or not _CAR.search(fold(turn.words)):
        return None
    from handlers.booking import mine  # late: bookings know tickets

    about = mine.mine(turn) if mine.coming(turn) else faq.show(turn, _ENTRY)
    if about is None:
        return None
    marking.notice(turn, verdict)
    case = turn.text("tickets.by_when", **following.promise(turn, ticket))
    return replace(about, text=f"{about.text}\n\n{case}", alone=True)
