"""Tickets: what a person must answer. Opened by the customer, by an error or by a wish to book; worked by staff."""

from handlers.dialogue import Feature
from handlers.tickets import flow, pages

FEATURE = Feature(
    "tickets",
    words={"person": flow.person},
    actions={"booking": flow.booking, "error": flow.error, "ask": flow.ask, "instead": flow.instead},
    trigger=flow.wants_to_book,
    receives={"photo": flow.photo},
    pages=pages.PAGES,
    things=[pages.TICKET],
    panels=[pages.PANEL],
)
