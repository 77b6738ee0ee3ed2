"""The inbox: where staff work tickets in the console. Queues, the conversation, and everything that is done with it."""

from handlers.dialogue import Feature
from handlers.dialogue.feature import Sweep
from handlers.inbox import bulk, pages, several
from handlers.tickets import later, promise_pages, tier_pages

FEATURE = Feature(
    "inbox",
    # What is set once stands behind what is worked with all day, in the menu too.
    pages=[*pages.PAGES, *tier_pages.PAGES, *promise_pages.PAGES],
    things=[pages.MARK],
    panels=[pages.ON_PHONE, pages.OWN_ADVISOR],
    sweeps=[Sweep(later.due, later.send), Sweep(bulk.due, bulk.settle), Sweep(several.due, several.write)],
)
