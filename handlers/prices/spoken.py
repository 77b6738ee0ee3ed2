"""What was spoken of just now: "how much?" below another question means the service of that one."""

from collections.abc import Sequence

from handlers.dialogue import Button, Turn, lately
from handlers.faq import flow as faq
from handlers.faq.filling import prices_in
from handlers.prices import finding
from storage.messages import Message


def services(turn: Turn) -> list[str]:
    """The services that were spoken of last: named by the customer, priced, or what the newest answer is about; [] if none."""
    finder, answered = turn.memoised(finding.load), list[str]()
    for said in lately.everything(turn):
        if not said.incoming:
            answered = answered or of_answer(turn, said)
        elif found := finder.services_in(said.text) or answered:
            return found
    return answered


def buttons(turn: Turn) -> list[list[Button]]:
    """Those for booking below the newest answer, once more: they lead on from a follow-up too."""
    said = lately.answer(turn)
    shown = lately.buttons(said) if said and turn.chat.form is None else []
    # In today's words: the answer before may have been in another language.
    return [[turn.button("faq.button.book", one["do"], one.get("value"))] for one in shown if one["do"] == "booking.book"][:1]


def of_answer(turn: Turn, said: Message) -> list[str]:
    """The services that an answer of ours was about, by its buttons; [] if none."""
    finder = turn.memoised(finding.load)
    below: Sequence[dict[str, object]] = lately.buttons(said)
    for button in below:
        value = button.get("value")
        if button["do"] == "booking.book" and isinstance(value, dict) and "service" in value:
            return list(value["service"])
    for button in below:
        value = button.get("value")
        if isinstance(value, dict) and button["do"] in ("faq.helped", "tickets.instead"):
            entry = faq.entry_for(turn, str(value.get("entry", "")))
            if entry and "book" in entry.buttons:
                # Of an answer that names several none is meant more than the others.
                named = finder.services_in(entry.question) or [found.key for found in finder.services.find(entry.answer)]
                return list(dict.fromkeys(prices_in(entry.answer))) or list(dict.fromkeys(named))
    return []
