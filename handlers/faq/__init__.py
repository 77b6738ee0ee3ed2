"""FAQ: answers from the knowledge base when sure, asks "did you mean" when nearly, and says so when it does not know."""

from handlers.dialogue import Feature
from handlers.faq import base, choosing, flow, pages, verdicts

FEATURE = Feature(
    "faq",
    actions={"show": flow.press, "none": flow.none_of_these, "helped": verdicts.helped},
    fallback=lambda turn: choosing.typed(turn) or flow.answer(turn),
    aside=flow.aside,
    perhaps=flow.perhaps,
    keeps=[base.load],
    pages=pages.PAGES,
)
