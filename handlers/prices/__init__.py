"""Prices: what a service costs for a car, from the catalogue and never from anywhere else."""

from handlers.dialogue import Feature
from handlers.prices import finding, flow, pages

FEATURE = Feature(
    "prices",
    forms=[flow.QUOTE],
    actions={"ask": flow.ask, "again": flow.again, "store": flow.other_store},
    commands={"prices": flow.ask},
    trigger=flow.asked_for,
    keeps=[finding.load],
    pages=pages.PAGES,
)
