"""The slot that asks for a phone number. The value is E.164; typing a number proves nothing (see `actions.prove_phone`)."""

from dataclasses import dataclass

from handlers.dialogue import Answers, Option, Reply, Slot, Turn, Unclear
from handlers.profile import phones
from storage.customers import Customer


@dataclass(frozen=True, kw_only=True)
class Phone(Slot):
    """A number to call. Not asked of a customer whose number is on file, unless `always`. The texts are those of this feature."""

    always: bool = False

    def known(self, turn: Turn, answers: Answers) -> str | None:
        if self.always or turn.chat.customer_id is None:
            return None
        return turn.session.get_one(Customer, turn.chat.customer_id).phone

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        share = turn.texts.label("profile.button.share", turn.language, {}) if turn.chat.channel == "telegram" else ""
        return Reply(turn.text("profile.phone.ask"), share=share)

    def read(self, turn: Turn, answers: Answers) -> str:
        region = turn.store.region if turn.store else "CN"
        phone = phones.read(turn.words, region)
        if phone is not None and phone.sure:
            return phone.e164
        if elsewhere := phones.next_door(turn.words, region):
            raise Unclear("profile.phone.next_door", meant=True, options=[_sure(turn, one.e164) for one in elsewhere])
        if phone is None:
            written = any(mark.isdigit() for mark in turn.words)
            raise Unclear("profile.phone.unclear" if written else "profile.phone.please")
        raise Unclear("profile.phone.unusual", meant=True, phone=phones.shown(phone.e164), options=[_sure(turn, phone.e164)])


def _sure(turn: Turn, phone: str) -> Option:
    return Option(phone, turn.texts.label("profile.phone.sure", turn.language, {"phone": phones.shown(phone)}))
