"""A shared phone number: the sender's own one links the chat to the customer, anybody else's does not."""

import phonenumbers

from handlers.dialogue import Refusal, Reply, Turn
from storage import customers


def contact(turn: Turn) -> Reply:
    shared = turn.incoming.contact
    assert shared is not None, "the engine calls this for contacts only"
    if not shared.own:
        raise Refusal("profile.not_yours")
    number = e164(shared.phone)
    if number is None:
        raise Refusal("profile.not_a_number")
    found = customers.with_phone(turn.session, number)
    # A number that a family shares does not say which of them is writing.
    if len(found) != 1:
        return Reply(turn.text("profile.unknown" if not found else "profile.several"))
    [customer] = found
    customer.phone_verified_at = customer.phone_verified_at or turn.now
    turn.chat.customer_id = customer.id
    if turn.chat.store_id is None:
        turn.chat.store_id = customer.store_id
    return Reply(turn.text("profile.linked", name=customer.name))


def e164(phone: str) -> str | None:
    """A number that a channel has shared as +8613800138000, None for what cannot be one. Telegram leaves the plus sign out."""
    try:
        number = phonenumbers.parse(f"+{phone.removeprefix('+')}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
