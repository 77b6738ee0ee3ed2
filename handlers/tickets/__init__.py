"""Tickets: what a person must answer. Opened by the customer, or by an error; worked by staff."""

from handlers.dialogue import Feature
from handlers.tickets import flow, pages

FEATURE = Feature(
    "tickets",
    words={"person": flow.person},
    actions={"error": flow.error, "ask": flow.ask, "instead": flow.instead},
    receives={"photo": flow.photo},
    pages=pages.PAGES,
    things=[pages.TICKET],
    panels=[pages.PANEL],
)
