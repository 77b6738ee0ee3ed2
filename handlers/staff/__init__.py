"""Staff: who works here and may come into the console, with which role; their own account, and what was done."""

from handlers.dialogue import Feature
from handlers.staff import pages

FEATURE = Feature("staff", pages=pages.PAGES, things=[pages.MEMBER])
