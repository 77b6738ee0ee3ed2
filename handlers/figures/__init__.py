"""Figures for managers: how fast people are answered, how visits go, how much the bot does by itself."""

from handlers.dialogue import Feature
from handlers.figures import pages

FEATURE = Feature("figures", pages=pages.PAGES)
