"""Privacy: what we hold of somebody, given to them as a file, and forgotten when they say so."""

from handlers.dialogue import Feature
from handlers.privacy import export, flow, pages

FEATURE = Feature(
    "privacy",
    commands={"privacy": flow.privacy, "export": flow.give, "delete": flow.ask},
    always={"privacy", "export", "delete"},
    actions={
        "privacy": lambda turn, _: flow.privacy(turn), "export": lambda turn, _: flow.give(turn),
        "delete": lambda turn, _: flow.ask(turn), "erase": flow.erase, "keep": flow.keep,
    },
    trigger=flow.hear,
    files={export.NAME: export.fetched},
    pages=pages.PAGES,
    panels=[pages.PANEL],
)  # fmt: skip
