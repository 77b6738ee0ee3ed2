"""Booking: which times are free, and appointments that are held, confirmed, moved and cancelled."""

from handlers.dialogue import Feature

FEATURE = Feature("booking")
