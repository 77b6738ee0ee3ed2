"""Lessons: five times "why?" after a matter is settled, a library of what came of it, and entries that are drafted from it."""

from handlers.dialogue import Feature
from handlers.lessons import pages

FEATURE = Feature("lessons", pages=pages.PAGES, things=[pages.LESSON])
