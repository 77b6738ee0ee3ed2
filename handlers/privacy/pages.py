"""Being forgotten at the counter: an administrator sees what would go and what is still open, and answers for it."""

from collections.abc import Mapping
from typing import Any

from handlers.desk import ADMINISTRATORS, Desk, Go, Page, Panel
from handlers.dialogue import Refusal
from handlers.privacy import actions
from storage import erasing
from storage.customers import Customer


def look(desk: Desk) -> Mapping[str, Any]:
    customer: Customer = desk.things["customer"]
    scope = erasing.scope_of(desk.session, customer_id=customer.id)
    return {
        "customer": customer, "chats": len(scope.chats), "cars": len(scope.vehicles),
        "coming": len(actions.coming(desk.session, scope, desk.now)), "open": len(actions.open_tickets(desk.session, scope)),
    }  # fmt: skip


def forget(desk: Desk) -> Go:
    """Asked for here, done by the worker within seconds. The audit log keeps who did it."""
    if not desk.ticked("sure"):
        raise Refusal("privacy.desk.not_sure")
    customer: Customer = desk.things["customer"]
    scope = erasing.scope_of(desk.session, customer_id=customer.id)
    actions.ask(desk.session, scope, "console", desk.now, staff_id=desk.staff.id)
    return Go(desk.url("/search"), desk.plain("privacy.desk.done"))


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any] | None:
    return {"customer": customer} if desk.may(ADMINISTRATORS) else None


PANEL = Panel("privacy/on_card.html", on_card)
PAGES = [Page(path="/customers/{customer}/forget", roles=ADMINISTRATORS, get=look, post=forget, template="privacy/forget.html")]
