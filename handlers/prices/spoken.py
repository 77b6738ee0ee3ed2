"""What was spoken of just now: "how much?" below another question means the service of that one."""

from collections.abc import Sequence

from handlers.dialogue import Button, Turn, lately
from handlers.faq import flow as faq
from handlers.faq import verdicts
from handlers.faq.filling import prices_in
from handlers.prices import finding
from storage.messages import Message


def services(turn: Turn) -> list[str]:
    """The services that were spoken of last: named by the customer, priced, or what the newest answer is about; [] if none.

    An answer that is about something else ends the search.
    """
    finder, answered = turn.memoised(finding.load), list[str]()
    for said in lately.everything(turn):
        if not said.incoming:
            answered = answered or of_answer(turn, said)
            if not answered and _about_an_entry(said):
                return []
            continue
        named = finder.services_in(said.text)
        if len(named) > 1 and len(answered) == 1:
            return answered  # what was understood is more than the letters: 皮椅怎麼保養 is no service of the engine
        if found := named or answered:
            return found
    return answered


def buttons(turn: Turn) -> list[list[Button]]:
    """Those for booking below the newest answer, once more: they lead on from a follow-up too."""
    said = lately.answer(turn)
    shown = lately.buttons(said) if said and turn.chat.form is None else []
    # In today's words: the answer before may have been in another language.
    return [[turn.button("faq.button.book", one["do"], one.get("value"))] for one in shown if one["do"] == "booking.book"][:1]


def _about_an_entry(said: Message) -> bool:
    return any(button["do"] in (verdicts.HELPED, verdicts.PERSON) for button in lately.buttons(said))


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
        if isinstance(value, dict) and button["do"] in (verdicts.HELPED, verdicts.PERSON):
            entry = faq.entry_for(turn, str(value.get("entry", "")))
            if entry and "book" in entry.buttons:
                # Of an answer that names several none is meant more than the others.
                asked, named = finder.services_in(entry.question), [found.key for found in finder.services.find(entry.answer)]
                return list(dict.fromkeys(prices_in(entry.answer) or asked or named))
    return []
