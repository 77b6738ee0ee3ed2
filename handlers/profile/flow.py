"""Whose number it is: shared by the channel, or typed and then proved by a code that an advisor hears on the phone."""

from typing import Any

from handlers.dialogue import Answers, Form, Refusal, Reply, Start, Turn
from handlers.profile import actions, codes, phones, slots
from handlers.tickets import flow as tickets


def contact(turn: Turn) -> Reply:
    """A shared phone number: the sender's own one links the chat to the customer, anybody else's does not."""
    shared = turn.incoming.contact
    assert shared is not None, "the engine calls this for contacts only"
    if not shared.own:
        raise Refusal("profile.not_yours")
    number = phones.shared(shared.phone)
    if number is None:
        raise Refusal("profile.not_a_number")
    customer = actions.prove_phone(turn.session, turn.chat, number, turn.now)
    if customer is None:
        return Reply(turn.text("profile.several"))
    # Somebody new stays provisional: the number is kept, and nothing else is known.
    if customer.provisional or customer.phone != number:
        return Reply(turn.text("profile.unknown"))
    return Reply(turn.text("profile.linked", name=customer.name))


def number(turn: Turn, _: Any = None) -> Start:
    return Start("profile.number")


def code(turn: Turn, answers: Answers) -> Reply:
    """The code that the advisor will ask for; they are told to call."""
    phone = answers["phone"]
    made = codes.make(turn.session, turn.chat, phone, turn.now)
    wish = turn.texts.label("profile.code.wish", turn.language, {"phone": phone})
    tickets.queue(turn, "question", wish)
    return Reply(turn.text("profile.code.shown", code=f"{made[:3]} {made[3:]}", phone=phones.shown(phone)))


NUMBER = Form("number", slots=[slots.Phone(name="phone", always=True)], submit=code)
