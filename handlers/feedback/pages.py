"""Console pages on feedback: the review for managers, and a customer's last ratings on their card."""

from collections.abc import Mapping
from typing import Any

from handlers.desk import MANAGERS, Desk, Page, Panel
from handlers.feedback import causes, complaint, report, rules, survey
from storage import feedback
from storage.customers import Customer

SPANS = (7, 30, 90)
MOST_WORDS, ON_CARD = 50, 3


def review(desk: Desk) -> Mapping[str, Any]:
    """Managers see their store; whoever has several sees all of them, or the one that they choose."""
    shown = [desk.store] if desk.asked("store") or desk.wall is not None else desk.stores
    asked = desk.asked("days", 3)
    days = int(asked) if asked.isascii() and asked.isdigit() and int(asked) in SPANS else SPANS[0]
    stores = [store.id for store in shown if store is not None]
    before = rules.quarter_before(desk.now.date())
    made = report.make(desk.session, desk.shop, desk.language, desk.now, days, stores)
    return {
        "report": made,
        "days": days,
        "spans": SPANS,
        "chosen": desk.asked("store"),
        "groups": [(name, lines) for name in ("stores", "technicians", "advisors", "services") if (lines := getattr(made, name))],
        "said": made.said[:MOST_WORDS],
        "cause": _named(desk),
        "services": lambda row: complaint.services(desk.shop, row.services, desk.language),
        "quarter": before,
        "questions": survey.QUESTIONS,
        "survey": survey.results(desk.session, desk.shop, desk.language, before, desk.wall),
    }


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any] | None:
    theirs = feedback.of_customer(desk.session, customer.id, ON_CARD)
    if desk.wall is not None:
        theirs = [row for row in theirs if row.store_id in desk.wall]
    if not theirs:
        return None
    return {
        "rows": theirs,
        "cause": _named(desk),
        "services": lambda row: complaint.services(desk.shop, row.services, desk.language),
    }


def _named(desk: Desk) -> Any:
    known = desk.house.memo.get(desk.session, causes.load)
    return lambda code: known.name(code, desk.language)


PANEL = Panel("feedback/on_card.html", on_card)
PAGES = [Page(path="/feedback", roles=MANAGERS, get=review, template="feedback/review.html", menu="feedback.desk.menu")]
