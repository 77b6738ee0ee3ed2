"""Prices: what a service costs for a car, from the catalogue and never from anywhere else."""

from handlers.dialogue import Feature
from handlers.prices import catalogue_pages, finding, flow, lasting, pages, sizes

FEATURE = Feature(
    "prices",
    forms=[flow.QUOTE],
    actions={"ask": flow.ask, "again": flow.again, "store": flow.other_store},
    commands={"prices": flow.ask},
    trigger=lambda turn: sizes.given(turn) or lasting.answer(turn) or flow.asked_for(turn),
    keeps=[finding.load],
    pages=[*catalogue_pages.PAGES, *pages.PAGES],
)
