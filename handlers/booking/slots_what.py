"""What shall be done, with which car, where, and how the car comes; words that say more than was asked are all taken."""

from collections.abc import Sequence
from typing import Any

from handlers.booking import deadlines, driving, hearing, naming, phrases, rules, suiting, two_visits, wishes, words
from handlers.booking.plan import Wish, planned
from handlers.booking.slots_when import SAID, choices
from handlers.dialogue import Answers, Button, Choice, Option, Refusal, Reply, Slot, Turn, Unclear, assent, leaving, questions
from handlers.dialogue.shop import Shop
from handlers.dialogue.slots import numbered, picked
from handlers.prices import by_mileage, finding, lasting
from handlers.profile import phones
from handlers.vehicles import cars, mileage
from handlers.vehicles import slots as vehicle_slots
from knowledge_base.names import tokens
from storage import staff, terms
from storage.appointments import TRANSPORTS
from storage.customers import Customer
from storage.slots import MINUTES
from storage.stores import Store

MOST_BUTTONS = 8
# So few words are an answer and no sentence.
_FEW = 3


class Undo(Slot):
    """A slot that may be asked again later: back gives the answer that it had."""

    def back(self, turn: Turn, answers: Answers) -> bool:
        if "undo" not in answers:
            return False
        answers.update(answers.pop("undo"))
        answers.pop(f"{self.name}+", None)
        return True


class Service(Undo):
    """The codes of one service or several."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        codes: Sequence[str] = answers.get("service+") or _offered(turn, answers)
        named = turn.shop.services
        buttons = [Button(named[code].names[turn.language], "answer", [code]) for code in codes[:MOST_BUTTONS] if code in named]
        rows = [buttons[start : start + 2] for start in range(0, len(buttons), 2)]
        key = {0: "ask", 1: "guess"}.get(len(answers.get("service+", ())), "which")
        if key == "guess" and (rest := answers.get("with")):
            rows.append([turn.button("booking.service.only", "answer", [], services=words.services(turn, rest))])
        return Reply(turn.text(f"booking.service.{key}"), rows)

    def read(self, turn: Turn, answers: Answers) -> list[str]:
        if turn.incoming.kind == "text" and (finding.asks_price(turn.words) or lasting.asks_of_visit(turn.words)):
            raise Unclear("booking.service.unclear")  # what it costs, or how long it takes, is told, and nothing chosen by that
        if turn.incoming.kind == "text":
            found = naming.services(turn, turn.words)
            if not found.answers and len(tokens(turn.words)) <= _FEW and (short := naming.in_short(turn, turn.words)):
                found = naming.Services(short, [])
            if found.one_of:
                answers["service+"] = found.one_of
                hear_rest(turn, answers, self.name)  # the car and the day beside it are not said twice
                raise Unclear("", meant=True)
            if found.sure:
                hear_rest(turn, answers, self.name)
                return _all(answers, found.sure)
            if codes := [code for code in answers.get("service+", ()) if code in turn.shop.services]:
                which = picked(turn.words, [turn.shop.services[code].names[turn.language] for code in codes])
                which = numbered(turn.words, len(codes)) if which is None else which
                if which is not None:
                    hear_rest(turn, answers, self.name)
                    return _all(answers, [codes[which]])
                if len(codes) == 1 and (said := assent.said(turn)) and (said == "yes" or "with" in answers):
                    return _all(answers, codes if said == "yes" else [])
                if longest := _left_to_us(turn, codes):
                    hear_rest(turn, answers, self.name)
                    answers["note"] = " · ".join(part for part in (answers.get("note", ""), turn.words.strip()[:200]) if part)
                    return _all(answers, [longest])
        raise Unclear("booking.service.unclear")

    def accept(self, turn: Turn, value: Any, answers: Answers) -> list[str]:
        if any(code not in turn.shop.services for code in value):
            answers.pop("service+", None)
            raise Unclear("booking.service.unclear")
        return _all(answers, list(value))

    def refused(self, turn: Turn, answers: Answers, no: Refusal) -> None:
        """What the car does without is left out: it is asked whether the rest is all, or what it has in its place is done too."""
        rest, more = no.values.get("rest"), no.values.get("instead")
        if rest and more:
            answers |= {"with": rest, "service+": more}
        elif rest or more:
            answers["service+"] = rest or more


def _all(answers: Answers, codes: Sequence[str]) -> list[str]:
    """What is chosen now, and the work that was named beside it in the first place."""
    answers.pop("service+", None)
    return list(dict.fromkeys([*answers.pop("with", ()), *codes]))


def gone_on(turn: Turn, answers: Answers) -> None:
    """Who is asked which, and goes on about the car or the time instead, leaves it to us; it is said back before it is booked.

    The one service that was offered, of several none; the store whose chat this is, or the first.
    """
    if turn.chat.slot == "service" and "service" not in answers:
        codes = [code for code in answers.get("service+", ()) if code in turn.shop.services]
        if len(codes) == 1:
            answers["service"] = _all(answers, codes)
    elif turn.chat.slot == "store" and "store" not in answers and "undo" not in answers and "service" in answers:
        able = _able(turn, answers)
        if able:  # or the form will say that nobody does that
            answers["store"] = next((store for store in able if turn.store and store.id == turn.store.id), able[0]).code


def _left_to_us(turn: Turn, codes: Sequence[str]) -> str | None:
    """Of services that differ in size, told apart by the mileage or left to us: the one that is for it, else the longest.

    The advisor sees why.
    """
    services, text = turn.shop.services, phrases.spaced(turn.words)
    alike = len({services[code].category for code in codes}) == 1
    driven = mileage.find_span(turn.words, of_a_car=True)
    if not alike or not (driven or phrases.has("you_decide", text)):
        return None
    if driven and (due := by_mileage.of(turn, codes, driven[0])):
        return due[0]
    if not (by_mileage.is_servicing(turn, codes) or phrases.has("you_decide", text)):
        return None  # the mileage says nothing of a tyre
    return max(codes, key=lambda code: services[code].minutes)


class Car(vehicle_slots.Car, Undo):
    """The car; the one of the last visit is offered first. Of a test drive it is one of the shop's."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        other = self.name in answers and (driving.SHOPS in answers[self.name]) != driving.wanted(turn, answers)
        return other or super().wanted(turn, answers)

    def known(self, turn: Turn, answers: Answers) -> Any:
        before = answers.pop(self.name, None) or {}
        if not driving.wanted(turn, answers):
            if driving.SHOPS in before:
                answers.pop(f"{self.name}+", None)
            return super().known(turn, answers)
        asked = turn.chat.slot == self.name and not before  # who was asked which has not said the only one of another store
        model = None if asked or self.name in answers.get("undo", {}) else driving.said(turn, answers, before)
        return driving.car(model) if model else None

    def accept(self, turn: Turn, value: Any, answers: Answers) -> Any:
        if driving.wanted(turn, answers):
            if value.get("model") not in driving.models(turn, answers):
                raise Unclear("booking.drive.unclear")
            return driving.car(value["model"])
        return super().accept(turn, value, answers)

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        if driving.wanted(turn, answers):
            return driving.ask(turn, answers)
        reply, before = super().ask(turn, answers), wishes.last(turn)
        if before is None or before.vehicle_id is None:
            return reply
        value = {"id": before.vehicle_id}
        rows = sorted(reply.rows(), key=lambda row: row[0].value != value)
        return Reply(reply.text, rows, share=reply.share)

    def read(self, turn: Turn, answers: Answers) -> Any:
        if "later" not in answers and not driving.wanted(turn, answers) and two_visits.only_cars(turn):
            raise Unclear("vehicles.no_such_car")  # the form takes both
        value = driving.read(turn, answers) if driving.wanted(turn, answers) else super().read(turn, answers)
        hear_rest(turn, answers, self.name)
        return value


class Place(Undo, Choice):
    """The store, unless only one does it, or they were there before."""

    def known(self, turn: Turn, answers: Answers) -> str | None:
        able = _able(turn, answers)
        if not able:
            raise Refusal("booking.refused.not_here", again="service")
        if len(able) == 1:
            return able[0].code
        if "undo" in answers:
            return None
        ids = {store.id: store.code for store in able}
        return next((ids[store_id] for store_id in _usual(turn) if store_id in ids), None)

    def read(self, turn: Turn, answers: Answers) -> Any:
        try:
            value = super().read(turn, answers)
        except Unclear:
            if turn.chat.misses == 0 or "undo" in answers or questions.is_question(turn.words) or leaving.at_all(turn.words):
                raise
            gone_on(turn, answers)  # asked twice, it is not what they care for
            if self.name not in answers:
                raise
            value = answers[self.name]
        hear_rest(turn, answers, self.name)
        return value


def places(turn: Turn, answers: Answers) -> list[Option]:
    return [Option(store.code, store.names[turn.language]) for store in _able(turn, answers)]


def find_place(turn: Turn, answers: Answers) -> str | None:
    """The store that is named; for a mere yes, or "any", the first that is offered: it is said back before anything is booked."""
    store = hearing.store(turn, turn.words) or hearing.by_any_word(turn, turn.words)
    if store is not None:
        return store.code
    either = assent.said(turn) == "yes" or phrases.has("either", phrases.spaced(turn.words))
    return next((one.code for one in _able(turn, answers)), None) if either else None


def _able(turn: Turn, answers: Answers) -> list[Store]:
    return stores_doing(turn.shop, answers["service"], answers["car"]["model"] if driving.SHOPS in answers["car"] else None)


def stores_doing(shop: Shop, codes: Sequence[str], model: str | None = None) -> list[Store]:
    """The stores that have the bays and the people for it, in the order in which stores are offered. `model`: to be driven."""
    able = []
    for store in shop.stores:
        try:
            planned(shop, Wish(store.code, tuple(codes), model))
        except Refusal:
            continue
        able.append(store)
    return able


def _usual(turn: Turn) -> list[int | None]:
    """Where they mean to go: the store of this chat, of the last visit, of the customer."""
    before = wishes.last(turn)
    customer = turn.session.get(Customer, turn.chat.customer_id) if turn.chat.customer_id is not None else None
    return [turn.chat.store_id, before.store_id if before else None, customer.store_id if customer else None]


def _offered(turn: Turn, answers: Answers) -> list[str]:
    """What the store does, else what any does."""
    store = turn.shop.store(answers.get("store", "")) or turn.store
    services = [service for service in turn.shop.services.values() if store is None or turn.prices(store, service)]
    codes = [service.code for service in services or turn.shop.services.values()]
    others = suiting.unneeded(turn, codes, cars.look(turn, answers["car"]).model if "car" in answers else None)
    return [code for code in codes if code not in others]


class Transport(Undo, Choice):
    """How the car comes and goes. Not asked but said back, and changed by whoever wants it otherwise."""

    def known(self, turn: Turn, answers: Answers) -> str | None:
        if self.name in answers.get("undo", {}):
            return None
        model = cars.look(turn, answers["car"]).model
        wish = Wish(answers["store"], tuple(answers["service"]), model.code if model else None)
        return rules.usual_transport(sum(planned(turn.shop, wish).lengths) * MINUTES)

    def read(self, turn: Turn, answers: Answers) -> Any:
        value = super().read(turn, answers)
        hear_rest(turn, answers, self.name)
        return value


class Advisor(Undo, Choice):
    """Who receives them: whoever did before, and nobody in particular for somebody new, until they choose. An id, or 0."""

    def wanted(self, turn: Turn, answers: Answers) -> bool:
        return self.name not in answers or (bool(answers[self.name]) and answers[self.name] not in _advisors(turn, answers))

    def known(self, turn: Turn, answers: Answers) -> int | None:
        store = turn.shop.store(answers["store"])
        return None if store is None or self.name in answers.get("undo", {}) else wishes.usual_advisor(turn, store)


def _advisors(turn: Turn, answers: Answers) -> dict[int, str]:
    store = turn.shop.store(answers["store"])
    return {person.id: person.name for person in staff.advisors(turn.session, store.id)} if store else {}


def advisors(turn: Turn, answers: Answers) -> list[Option]:
    anybody = Option(0, words.label(turn, "booking.advisor.anybody"))
    return [*(Option(number, name) for number, name in _advisors(turn, answers).items()), anybody]


def _transports(turn: Turn, answers: Answers) -> list[str]:
    store = turn.shop.store(answers["store"])
    own = terms.read(store.booking if store else {})
    return [kind for kind in TRANSPORTS if (kind != "loaner" or own.loaners) and (kind != "pickup" or own.pickups)]


def transports(turn: Turn, answers: Answers) -> list[Option]:
    return [Option(kind, words.label(turn, f"booking.transport.label.{kind}")) for kind in _transports(turn, answers)]


def find_transport(turn: Turn, answers: Answers) -> str | None:
    found = hearing.transport(turn, turn.words)
    return found if found in _transports(turn, answers) else None


# -- more than was asked ----------------------------------------------------------------------------------------------------


def hear_rest(turn: Turn, answers: Answers, asked: str) -> None:
    """Takes what the words say about the slots that have no answer yet."""
    if numbered(turn.words, MOST_BUTTONS) is not None:
        return  # the place in a list is no hour
    found = heard(turn, turn.words, answers.get("store"), answers.get("day"))
    # Of a day that was said before only the time may still be open.
    dated = "day" in answers
    same = "time" not in answers and found.get("day") == answers.get("day")
    if "service" in found and "service" in answers and asked != "service" and _other_work(turn, answers, found):
        # "It's a Golf, brake inspection instead", when it was asked which car: they have thought better of the work.
        answers["service"] = found["service"]
    for name, value in found.items():
        late = name in SAID and dated and not (same and name in ("time", "window"))
        if name != asked and name not in answers and not late:
            answers[name] = value


def _other_work(turn: Turn, answers: Answers, found: Answers) -> bool:
    """Whether work is wished for in place of what is chosen; mostly it is only spoken of. A drive is not exchanged for work."""
    text, services = phrases.spaced(turn.words), turn.shop.services
    sales = any(services[code].category == "sales" for code in (*answers["service"], *found["service"]) if code in services)
    return not sales and phrases.has("rather", text) and not phrases.has("over", text) and not questions.is_question(turn.words)


def beside_time(turn: Turn, answers: Answers) -> None:
    """Takes what stands beside a day or a time: another store that does it, more work, how the car comes, a number to call."""
    if numbered(turn.words, MOST_BUTTONS) is not None:
        return
    found = heard(turn, turn.words, answers.get("store"), answers.get("day"))
    place = found.get("store", answers.get("store"))
    if place != answers.get("store") and any(place == store.code for store in _able(turn, answers)):
        answers["store"] = place
        answers.pop("advisor", None)
    text = phrases.spaced(turn.words)
    if phrases.has("also", text) and not phrases.has("over", text) and not questions.is_question(turn.words):
        answers["service"] = list(dict.fromkeys([*answers["service"], *found.get("service", ())]))
    if "transport" in found:
        answers["transport"] = found["transport"]
    # The figures of a date are no number to call.
    rest = hearing.without(turn.words, hearing.when(turn, turn.words, turn.store))
    if (phone := phones.within(rest, turn.store.region if turn.store else "CN")) is not None:
        answers["phone"] = phone.e164


def heard(turn: Turn, text: str, store: str | None = None, day: str | None = None) -> Answers:
    """Everything that the words say about a visit, by slot, and `slots_when.SAID`. `day`: spoken of before, for a bare time."""
    found: Answers = {}
    car = vehicle_slots.heard(turn) or driving.named(turn, text)
    named = naming.services(turn, text, cars.look(turn, car).model if car else None)
    found |= named.answers
    if car:
        found["car"] = car
    if (phone := phones.within(text, turn.store.region if turn.store else "CN")) is not None:
        found["phone"] = phone.e164
    place = hearing.store(turn, text)
    if place is not None:
        found["store"] = place.code
    if (kind := hearing.transport(turn, text)) is not None:
        found["transport"] = kind
    there = place or turn.shop.store(store or "") or turn.store
    rest, deadline = deadlines.taken(turn, text, there)
    said = hearing.when(turn, rest, there)
    if deadline and deadline.ready:
        found["ready"] = deadline.ready
    if deadline and said.nothing:
        last = {"last": deadline.last.isoformat()} if deadline.last else {}
        return {**found, "window": {**deadline.window, **last}} if last or deadline.window else found
    if said.options:
        found["which"] = [[option.label, option.value] for option in choices(turn, said, day)]
        found |= {"over": True} if said.reason == "past" else {}
    elif said.reading is not None:
        found |= hearing.wanted(said.reading, day).answers
    elif both := hearing.days_and_hours(turn, rest, there):
        found |= both.answers
    return found
