"""The inbox: where staff work tickets in the console. Queues, the conversation, and everything that is done with it."""

from handlers.dialogue import Feature
from handlers.inbox import pages

FEATURE = Feature("inbox", pages=pages.PAGES, things=[pages.MARK])
