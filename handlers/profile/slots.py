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
        store = turn.store
        phone = phones.read(turn.words, store.region if store else "CN")
        if phone is None:
            written = any(mark.isdigit() for mark in turn.words)
            raise Unclear("profile.phone.unclear" if written else "profile.phone.please")
        if not phone.sure:
            option = Option(
                phone.e164, turn.texts.label("profile.phone.sure", turn.language, {"phone": phones.shown(phone.e164)})
            )
            raise Unclear("profile.phone.unusual", meant=True, phone=phones.shown(phone.e164), options=[option])
        return phone.e164
