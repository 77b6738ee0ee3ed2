"""Vehicles: a customer's cars: seen, added, corrected, removed; other features ask for one by `slots.Car`."""

from handlers.dialogue import Feature
from handlers.vehicles import flow, sharing

FEATURE = Feature(
    "vehicles",
    forms=[flow.ADD, flow.CORRECT, flow.REMOVE],
    actions={
        "mine": flow.mine, "show": flow.show, "add": flow.add, "correct": flow.correct, "remove": flow.ask_removal,
        "people": sharing.people, "let_drive": sharing.let_drive, "no_driver": sharing.no_driver,
    },
    commands={"car": flow.mine, "cars": flow.mine},
    trigger=flow.wanted,
)  # fmt: skip
