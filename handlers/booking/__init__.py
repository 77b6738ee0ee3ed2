"""Booking: which times are free, and appointments that are held, confirmed, moved and cancelled."""

from handlers.booking import pages
from handlers.dialogue import Feature

FEATURE = Feature("booking", pages=pages.PAGES, things=[pages.APPOINTMENT], panels=[pages.PANEL])
