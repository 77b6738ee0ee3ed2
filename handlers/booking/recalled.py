"""What this talk was about a moment ago, for a wish that comes in pieces: the work, the car, the day."""

from handlers.booking import hearing, naming, phrases
from handlers.dialogue import Answers, Turn, lately
from handlers.prices import spoken
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars
from handlers.vehicles import slots as vehicle_slots
from storage.messages import Message


def before(turn: Turn) -> Answers:
    """The slots that the last minutes name, each as it was said last; {} for nothing. `day` is a day without a time.

    What has ended in an appointment, moved or cancelled, is over: what was said before that is another matter.
    """
    known = _of_price(turn)
    for said in lately.everything(turn):
        if said.data.get("document"):
            break
        found = _of_customer(turn, said.text) if said.incoming else _of_bot(turn, said)
        if {"service", "service+"} & known.keys():
            found = {name: value for name, value in found.items() if name not in ("service", "service+", "with")}
        known = {**found, **known}
    if "car" in known and not cars.may_be(turn, known["car"], turn.words):
        del known["car"]
    return known


def priced(turn: Turn) -> list[str]:
    """The codes of all work that was offered below the answers of this talk, the oldest first."""
    codes: list[str] = []
    for said in lately.everything(turn):  # the newest first
        if said.data.get("document"):
            break
        codes = ([] if said.incoming else _of_bot(turn, said).get("service", [])) + codes
    return list(dict.fromkeys(codes))


def work(turn: Turn) -> bool:
    """Whether any work or car was spoken of."""
    return bool(before(turn).keys() & {"service", "service+"})


def _of_price(turn: Turn) -> Answers:
    """A price that is being asked for."""
    if turn.chat.form != "prices.quote":
        return {}
    answers = turn.chat.answers
    found: Answers = {"service": [answers["service"]]} if "service" in answers else {}
    if "candidates" in answers and not found:
        found["service+"] = list(answers["candidates"])
    return found


def _of_bot(turn: Turn, said: Message) -> Answers:
    for button in lately.buttons(said):
        value = button.get("value") if button["do"] == "booking.book" else None
        if isinstance(value, dict) and (found := {name: value[name] for name in ("service", "car", "store") if name in value}):
            return found
    codes = spoken.of_answer(turn, said)
    return {"service" if len(codes) == 1 else "service+": codes} if codes else {}


def _of_customer(turn: Turn, text: str) -> Answers:
    found: Answers = {}
    named = naming.services(turn, text)
    if named.answers:
        found |= named.answers
    elif phrases.has("fault", phrases.spaced(text)):
        codes = [code for code, service in turn.shop.services.items() if service.category == "diagnostics"]
        found |= {"service": codes} if len(codes) == 1 else {}
    # Whose cars we know is asked which, or not at all.
    if not vehicles.own(turn) and (car := vehicle_slots.heard(turn, text)):
        found["car"] = car
    if store := hearing.store(turn, text):
        found["store"] = store.code
    said = hearing.when(turn, text, turn.store)
    if said.reading is not None and said.reading.date and said.reading.time is None and said.reading.date >= turn.now.date():
        found["day"] = said.reading.date.isoformat()
    return found
