"""Customers as staff see them: the search, and the card with cars, visits and what other features know."""

from handlers.customers import pages
from handlers.dialogue import Feature

FEATURE = Feature("customers", pages=pages.PAGES, things=[pages.CUSTOMER])
