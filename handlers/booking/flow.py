"""Booking a visit: the words that start it, the form, and the appointment at its end."""

import re
from dataclasses import replace
from typing import Any

from handlers.booking import (
    actions,
    after,
    anew,
    busy,
    deadlines,
    driving,
    exchanging,
    hearing,
    inside,
    mine,
    naming,
    offered,
    opening,
    phrases,
    said_beside,
    standby,
    theirs,
    two_visits,
    wanting,
    wishes,
    words,
)
from handlers.booking.linking import bring
from handlers.booking.slots_end import Confirm, Held, Note, Number, reopen
from handlers.booking.slots_what import (
    Advisor,
    Car,
    Place,
    Service,
    Transport,
    advisors,
    beside_time,
    find_place,
    find_transport,
    gone_on,
    heard,
    places,
    transports,
)
from handlers.booking.slots_when import MEANT, SAID, Day, Time, Which, again, clear, note_gap, only_told, with_day
from handlers.booking.suiting import Suits
from handlers.dialogue import Answers, Form, Reply, Start, Turn, assent, lately
from handlers.dialogue.questions import ends_as_question, is_question
from handlers.faq import flow as faq
from handlers.prices import finding, lasting
from handlers.prices import flow as prices
from handlers.profile import actions as profile
from handlers.profile import names
from handlers.reminders import visits as reminders
from handlers.rewards import flow as rewards
from handlers.vehicles import actions as vehicles
from handlers.vehicles import cars, correcting
from knowledge_base.folding import fold
from storage import appointments

# So many prices are a list that is read.
MOST_LINES = 6
# "The harbor one".
_SHORT_NAME = 16
_CLOCK = re.compile(r"\d{1,2}[:：][0-5]\d")
# "Wait, how much is that?", and nothing else.
_SO_WHAT_IS_IT = re.compile(
    r"\b(?:wait|hang on|hold on|actually|ok|so|and|but|first|how much|is|are|it|that|this|would|will|be|cost|costs|does|me"
    r"|for|the|what|whats|price|total)\b|等等?|等一下|先|那|咁|这个?|呢个|一共|总共|多少|几多|几|钱|要|是|系|问下|问一下|价格|价钱|大概|呀|啊|呢|吗|[\W_]"
)
# Comes at once; who books now may come any day.
_NOW = re.compile(
    r"\b(?:come|drop|pop|bring|drive|swing|fit|squeeze)\b.{0,20}\b(?:now|right away|straight away)\b"
    r"|(?:现在|現在|而家|依家|马上|馬上|即刻).{0,4}(?:过来|過來|过去|過去|来|來|嚟|去|做|换|換|洗|修)",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?:but|just|only|on|for)\b|[,，。.!！]|但是?|不过|不過|改", re.IGNORECASE)


def asked_for(turn: Turn) -> Reply | Start | None:
    """Free words about an appointment that they have, or that want one."""
    if turn.chat.form == "booking.book" and theirs.calls_off(turn):
        return replace(mine.dropped(turn), leaves=True)
    if standby.rather_books(turn):
        return Start(
            "booking.book", {name: value for name, value in turn.chat.answers.items() if name in standby.KNOWN} | _when(turn)
        )
    about = (
        inside.asked_for(turn)
        or anew.asked_for(turn)
        or after.asked_for(turn)
        or _waits(turn)
        or _again(turn)
        or anew.missed(turn)
        or anew.as_before(turn)
        or theirs.asked_for(turn)
    )
    if about:
        return about
    if told := opening.goes_on(turn) or busy.asked(turn) or _priced_there(turn):
        return told
    books = assent.said(turn) == "yes" and phrases.has("book", phrases.spaced(turn.words))
    if turn.chat.form is None and books and (row := theirs.just_booked(turn)):
        return mine.card(turn, row)
    known = offered.taken_up(turn) if offered.asks_when(turn, phrases.spaced(turn.words)) else None
    known = wanting.wish(turn) if known is None else known
    known = wanting.added(turn) if known is None and turn.chat.form is None and mine.coming(turn) else known
    if known is not None and turn.chat.form == "booking.book" and not {"service", "service+"} & known.keys():
        # "OK, book it" in the middle of the form: nothing is asked anew.
        known = {name: value for name, value in turn.chat.answers.items() if name != "held"} | known
    else:
        known = offered.taken_up(turn) if known is None else offered.added(turn, known)
    if known is not None and (row := theirs.already(turn, known)):
        return mine.card(turn, row)
    return opening.asked(turn) if known is None else start(turn, theirs.beside(turn, known))


def _when(turn: Turn) -> Answers:
    """Only what the words say of the time."""
    found = heard(turn, turn.words, turn.chat.answers.get("store"), turn.chat.answers.get("day"))
    return {name: value for name, value in found.items() if name in SAID}


def _priced_there(turn: Turn) -> Reply | Start | None:
    """ "Pine Hill?", 那松岭店呢, and nothing else, below the price of another store: the price there."""
    place, said = hearing.store(turn, turn.words) or hearing.by_any_word(turn, turn.words), lately.answer(turn)
    if place is None or said is None or turn.chat.form is not None or not _names_only(turn):
        return None
    books = next((button.get("value") for button in lately.buttons(said) if button["do"] == "booking.book"), None)
    if isinstance(books, dict) and books.get("store") == place.code and not ends_as_question(turn.words):
        return start(turn, {**offered.carried(turn, books), "store": place.code})  # it is the one whose price they have
    values = [button.get("value") for button in lately.buttons(said) if button["do"] == "prices.store"]
    there = next((one for one in values if isinstance(one, dict) and one.get("store") == place.code), None)
    return prices.other_store(turn, there) if there else None


def _names_only(turn: Turn) -> bool:
    return said_beside.names_only_store(turn) or (hearing.store(turn, turn.words) is None and len(turn.words) < _SHORT_NAME)


def _again(turn: Turn) -> Start | None:
    """ "Same again", or another day, below what they have cancelled."""
    said = lately.answer(turn)
    cancelled = said is not None and said.data.get("document") and not mine.coming(turn)
    before = offered.offered(turn) if cancelled and turn.chat.form is None else None
    if not before or finding.asks_price(turn.words):
        return None
    text, found = phrases.spaced(turn.words), heard(turn, turn.words)
    other_day = bool(found.keys() & set(SAID)) and any(phrases.has(name, text) for name in ("book", "move", "change", "instead"))
    rest = phrases.spaced(_BUT.sub(" ", hearing.without(turn.words, hearing.when(turn, turn.words, turn.store))))
    return start(turn, before | found) if other_day or phrases.whole("again", " ".join(rest.split())) else None


def _waits(turn: Turn) -> Reply | Start | None:
    """ "Tell me if somebody cancels", in the middle of choosing a time."""
    day = turn.chat.answers.get("day")
    asked = turn.chat.form == "booking.book" and turn.chat.slot in ("day", "time")
    if not asked or day is None or not phrases.waits(phrases.spaced(turn.words)):
        return None
    return standby.ask(turn, day)


def start(turn: Turn, known: Answers) -> Start:
    rest = deadlines.taken(turn, turn.words, turn.store)[0]
    said = hearing.when(turn, rest, turn.store) if turn.incoming.kind == "text" else None
    if said is not None and said.nothing and turn.store and _NOW.search(turn.words) and not known.keys() & set(SAID):
        known["day"] = turn.today(turn.shop.store(known.get("store", "")) or turn.store).isoformat()
    elif said is not None and said.nothing and said.reason and not known.keys() & set(SAID):
        known["said"] = said.reason
        note_gap(turn)
    told = []
    if turn.incoming.kind == "text" and (two := two_visits.said(turn, known)):
        again = {"service", "service+", "with", *(SAID if two[0].keys() & set(SAID) else ())}
        known = {name: value for name, value in known.items() if name not in again} | two[0]
        known["later"] = two[1]
        told += [two_visits.told(turn, "booking.later", one) for one in two_visits.each(two[1])]
    elif turn.incoming.kind == "text" and driving.elsewhere(turn, known) and hearing.store(turn, turn.words) is None:
        del known["store"]  # it came from what was spoken of before
    elif turn.incoming.kind == "text" and (car := driving.not_here(turn, known)):
        told.append(turn.text("booking.drive.not_here", car=car))
    elif turn.incoming.kind == "text" and (beside := _beside(turn, known)):
        known["later"] = beside
    if name := said_beside.own_name(turn):
        known["name"] = name
    if turn.incoming.kind == "text":
        said_beside.with_note(known, said_beside.for_advisor(turn))
        known |= said_beside.plate(turn, known)
    if turn.incoming.kind == "text" and (coupon := rewards.to_use(turn, known.get("service", ()))):
        known.setdefault("coupon", coupon)
    if turn.incoming.kind == "text" and (extra := said_beside.not_on_file(turn, known)):
        said_beside.with_note(known, extra)
        told.append(turn.text("booking.not_on_file", work=extra))
    if "later" not in known and (apart := said_beside.apart(turn, known)):
        known["service"] = [code for code in known["service"] if code not in apart]
        known["later"] = {"service": apart}
        told.append(two_visits.told(turn, "booking.later", known["later"]))
    if turn.incoming.kind == "text" and (row := theirs.busy_then(turn, mine.coming(turn))):
        told.append(turn.text("booking.stays_so_far", **words.card(turn, row)))
    return Start("booking.book", known, "\n\n".join(told))


def _beside(turn: Turn, known: Answers) -> Answers:
    """ "A service on Sunday, and could my friend try the Han?": the drive beside the work, in one message."""
    services = turn.shop.services
    named = {found.key for found in turn.memoised(finding.load).services.find(turn.words)}
    drives = [code for code in named if services[code].category == "sales"]
    work = [code for code in known.get("service", ()) if services[code].category != "sales"]
    return {"service": drives[:1]} | {name: known[name] for name in ("store",) if name in known} if drives and work else {}


def book(turn: Turn, value: Any = None) -> Start:
    """The button and the command: with what a price or an answer was about."""
    is_command = value is None and turn.incoming.kind == "text"
    return Start("booking.book", heard(turn, turn.words) if is_command else offered.carried(turn, value))


def linked(turn: Turn, name: str) -> Reply | Start:
    """A deep link: a service, a store, or the token of an appointment of theirs."""
    if name in turn.shop.services:
        return Start("booking.book", {"service": [name]})
    if turn.shop.store(name):
        return Start("booking.book", {"store": name})
    row = appointments.by_token(turn.session, name) if name else None
    if row is not None and wishes.own(turn, row.id):
        return mine.card(turn, row)
    return Start("booking.book", {})


def hear(turn: Turn, answers: Answers) -> str | None:
    """A change of mind anywhere in the form: "not Tuesday, Thursday", "a different car", "at the studio"."""
    if theirs.calls_off(turn) or _waits(turn):
        return None  # it is no answer and no wish, but of the visit itself
    left = theirs.part_called_off(turn, answers.get("service", ()))
    if left is not None:
        return _without_some(turn, answers, left)
    if finding.asks_price(turn.words) and (said := _priced(turn, answers)):
        return said
    if added := said_beside.added_after_price(turn, answers):
        return added
    if finding.asks_price(turn.words) or (
        turn.chat.slot == "phone" and not any(c.isalpha() for c in turn.words) and not _CLOCK.fullmatch(turn.words.strip())
    ):
        return None  # "12" where a number was asked is no noon
    if latest := said_beside.last_time(turn, answers):
        return latest
    if said_beside.that_last_time(turn, answers):
        return turn.text("booking.noted")
    if said_beside.one_end(turn, answers):
        return turn.text("booking.noted")
    if said_beside.no_coupon(turn, answers):
        return turn.text("booking.noted")
    if coupon := rewards.to_use(turn, answers.get("service", ())):
        changed, answers["coupon"] = answers.get("coupon") != coupon, coupon
        return turn.text("booking.noted") if changed else ""
    if lasting.asks_of_visit(turn.words):
        return None  # the noon by which they must be back is no time to come at
    if correcting.heard(turn, answers):
        return turn.text("vehicles.plate_noted", car=cars.look(turn, answers["car"]).label)
    if phrases.has("another_car", fold(turn.words)):
        reopen(answers, "car")
        return ""
    other_car = exchanging.said(turn, answers["car"]) if "car" in answers else {}
    if "car+" in other_car:
        reopen(answers, "car")
        return ""
    if other_car:  # "not the Golf, the Tiguan" names two, of which one comes
        answers |= other_car
        if "near" in answers:
            again(answers)
        return turn.text("booking.noted")
    if said_beside.another_time(turn, answers):
        return turn.text("booking.noted")
    if said_beside.not_that_day(turn, answers):
        reopen(answers, "day")
        return ""
    name = said_beside.own_name(turn)
    changed = bool(name) and answers.get("name") != name
    if name:
        answers["name"] = name
    said = wanting.without_unneeded(turn)
    if not said:
        return turn.text("booking.noted")  # "don't wash it": nobody was going to
    found = heard(turn, said, answers.get("store"), answers.get("day"))
    if not found and not ends_as_question(turn.words) and said_beside.kind_added(turn, answers):
        return ""
    if said_beside.asks_of_store(turn, answers, found):
        return None
    if other := said_beside.also_owns(turn, answers, found):
        return other
    if "later" not in answers and not found.keys() - {"car"} and (both := two_visits.only_cars(turn)):
        answers["car"], answers["later"] = both[0], {"car": both[1]}
        return two_visits.told(turn, "booking.later", answers["later"])
    if elsewhere := said_beside.only_elsewhere(turn, answers, found):
        if found.keys() & set(SAID):
            clear(answers)
        answers.update(found)
        return elsewhere
    if said_beside.in_time_as_it_is(turn, answers, found):
        said_beside.with_note(answers, said_beside.for_advisor(turn))
        return turn.text("booking.written_down")
    if turn.chat.slot == "service" and not {"service", "service+"} & {*found, *answers}:
        found |= wanting.of_fault(turn)
    elif "service" in answers and not {"service", "service+"} & found.keys() and not ends_as_question(turn.words):
        found |= wanting.beside(turn)
    if not found and (kind := said_beside.wants_one(turn, answers)):
        found = {"transport": kind}
    if not found and (other := said_beside.another_name(turn, answers)):
        found = {"car": {"name": other}}
    if not found:
        if (name and names.nothing_else(turn.words)) or said_beside.how_many(turn, answers):
            return turn.text("booking.noted")
        if said_beside.hurries(turn):
            return turn.text("booking.noted")
        meant = hearing.when(turn, turn.words, turn.store)
        if turn.chat.slot != "phone" and meant.reason in MEANT and not only_told(turn, meant):
            return turn.text(f"booking.when.{meant.reason}")
        return "" if said_beside.same_time(turn, answers) else None
    if "service+" in found and "service" in answers and not _of_several(turn, answers, found):
        return None
    if "with" in found and "service" in answers:
        found["service"] = found.pop("with")
    asks_whether = ends_as_question(turn.words) and wanting.OFFERED.search(phrases.spaced(turn.words))
    if (
        asks_whether
        and found.keys() == {"service"}
        and "service" in answers
        and not phrases.has("request", phrases.spaced(turn.words))
    ):
        return None  # "do you wash the car too?" asks what there is
    more = {"service"} <= found.keys() & answers.keys() and phrases.has("also", fold(turn.words))
    moved = bool(found.keys() & set(SAID)) and any(
        phrases.has(name, phrases.spaced(turn.words)) for name in ("move", "change", "to_other")
    )
    if (
        not more
        and not moved
        and wanting.asks(turn)
        and (faq.is_sure(turn) is not None or phrases.has("open", phrases.spaced(turn.words)))
    ):
        if "service" not in answers and "service+" in found and phrases.has("fault", phrases.spaced(turn.words)):
            answers["service+"] = found["service+"]  # it has an answer, and what can be done about it is offered below
        return None
    if found.keys() == {"transport"} and is_question(turn.words) and faq.is_sure(turn):
        answers.update(found)  # "can I drop it off the night before": it is how they come, and has an answer of its own
        return None
    if second := _second(turn, answers, found) or _second_car(turn, answers, found):
        answers["later"] = second
        return two_visits.told(turn, "booking.later", second)
    if "car" in found and "car" in answers and wanting.told_of_car(turn):
        del found["car"]
        if not found:
            return None
    if more:
        found["service"] = list(dict.fromkeys([*answers["service"], *found["service"]]))
    if "service" in found and "service" in answers and _only_asks(turn):
        del found["service"]
        if not found:
            return None
    if found.keys() & set(SAID):
        found = with_day(found, answers)
        clear(answers)
    if found.get("store", answers.get("store")) != answers.get("store"):
        answers.pop("advisor", None)
    if found.keys() & {"store", "service", "car"} and "near" in answers:
        again(answers)
    changed = (changed or any(answers.get(one) != value for one, value in found.items())) and "service+" not in found
    said_beside.with_note(answers, said_beside.for_advisor(turn))
    answers.update(found)
    if found.keys() - {"phone"}:  # a number answers something else, and leaves nothing to us
        gone_on(turn, answers)
    return turn.text("booking.noted") if changed else ""


def _without_some(turn: Turn, answers: Answers, left: list[str]) -> str:
    """Some of the work is called off, perhaps for other work that is named beside it; of nothing it is asked what else."""
    more = [code for code in naming.services(turn, wanting.wanted_clauses(turn)).sure if code not in answers["service"]]
    reopen(answers, "service")
    if left or more:
        answers["service"] = [*left, *more]
        del answers["undo"]
    return turn.text("booking.noted")


def _of_several(turn: Turn, answers: Answers, found: Answers) -> bool:
    """Work of which one must be chosen, named when other work is: in its place, or beside it, and it is asked which.

    False: it is only spoken of, and nothing else was said.
    """
    text = phrases.spaced(turn.words)
    rather = phrases.has("rather", text) or turn.memoised(finding.load).nothing_else(turn.words)
    if not _only_asks(turn) and (rather or phrases.has("also", text)):
        before = answers.pop("service")
        if not rather:
            found["with"] = list(dict.fromkeys([*before, *found.get("with", ())]))
        return True
    del found["service+"]
    return bool(found)


def _second(turn: Turn, answers: Answers, found: Answers) -> Answers:
    """A drive beside work on a car, or work beside a drive: a visit of its own, which is booked after this one."""
    services = turn.shop.services
    drives = [
        {services[code].category == "sales" for code in one.get("service", ()) if code in services} for one in (answers, found)
    ]
    if len(drives[0] | drives[1]) < 2 or not all(drives) or phrases.has("instead", fold(turn.words)):
        return {}
    return {name: value for name, value in found.items() if name in ("service", "car", "time")} | {
        name: value for name, value in {**answers, **found}.items() if name in ("store", "day")
    }


def _second_car(turn: Turn, answers: Answers, found: Answers) -> Answers:
    """ "My wife's Q5 needs one too": the same for another car, booked after this one."""
    car, before = found.get("car"), answers.get("car")
    if not car or not before or "service" not in answers or driving.SHOPS in before or driving.SHOPS in car or "later" in answers:
        return {}
    same = any(name in car and car.get(name) == before.get(name) for name in ("id", "model", "name"))
    if (
        same
        or not wanting.same_for_another(turn)
        or phrases.has("instead", fold(turn.words))
        or found.keys() - {"car", "service", "store", "day"}
    ):
        return {}
    return {"service": found.get("service", answers["service"]), "car": car} | {
        name: value for name, value in {**answers, **found}.items() if name in ("store", "day")
    }


def _only_asks(turn: Turn) -> bool:
    """ "Got aircon in the waiting room?" names some work and wants none."""
    text = phrases.spaced(turn.words)
    text = text.replace("waiting room", " ")  # no room that is free
    begs = any(phrases.has(name, text) for name in ("also", "request", "free", "book", "wish"))
    return ends_as_question(turn.words) and not begs and not turn.memoised(finding.load).nothing_else(turn.words)


def _priced(turn: Turn, answers: Answers) -> str:
    """What the visit costs, or another service for the same car: "how much is it?" in the middle of the form.

    "" when service or car must be asked first; then it is a question with a form of its own.
    """
    model = turn.memoised(finding.load).model_in(turn.words)
    spoken_of = [*answers.get("with", ()), *answers.get("service", ()), *answers.get("service+", ())]
    named = naming.services(turn, turn.words)
    bare = finding.asks_only_price(turn.words) or _SO_WHAT_IS_IT.sub("", fold(turn.words)) == ""
    codes = spoken_of if bare else [*named.sure, *named.one_of]
    if model or (not bare and "car" not in answers and len(codes) == 1):
        return ""
    store = turn.shop.store(answers.get("store", ""))
    car = cars.look(turn, answers["car"]).model if "car" in answers else None
    services = [turn.shop.services[code] for code in codes if code in turn.shop.services]
    if len(services) > MOST_LINES:
        return ""
    if len(services) > 1:
        return prices.listed(turn, services, car, store).text.strip()
    return "".join(prices.priced(turn, service, car, store).text.strip() for service in services)


def submit(turn: Turn, answers: Answers) -> Reply:
    """The hold becomes an appointment, with the car and the person that the conversation has made known."""
    row = appointments.lock(turn.session, answers["held"]["id"])
    car = None if driving.SHOPS in answers["car"] else vehicles.settle(turn, answers["car"])
    customer = profile.customer_of(turn.session, turn.chat, turn.now)
    row.customer_id = customer.id
    if customer.provisional and answers.get("name"):
        customer.name = answers["name"]
    row.note, row.phone, row.advisor_id = answers.get("note", ""), answers.get("phone"), answers.get("advisor") or None
    row = actions.confirm(turn.session, turn.shop, row, turn.now)
    if car is not None and row.vehicle_id is None:
        bring(turn, row, car)
    turn.chat.store_id = row.store_id
    done = mine.done(turn, row, "booking.done", reminded=reminders.promised(turn, row))
    if gift := rewards.carried(turn, answers, row):
        done = replace(done, text=f"{done.text}\n\n{gift}")
    if later := answers.get("later"):
        if not {"service", "service+"} & later.keys():
            later = {"service": list(row.services), "store": words.store_of(turn, row).code, **later}
        ask = two_visits.told(turn, "booking.then", later)
        same: Answers = {"day": row.starts_at.date().isoformat()}
        if row.vehicle_id and "car+" not in later:
            same["car"] = {"id": row.vehicle_id}
        book = turn.button("booking.button.book", "booking.book", {**same, **later})
        done = replace(done, text=f"{done.text}\n\n{ask}", buttons=[[book], *done.rows()])
    return done


BOOK = Form(
    "book",
    slots=[
        Which(name="which?"),
        Service(name="service"),
        Car(name="car"),
        Suits(name="suits"),
        Place(name="store", options=places, find=find_place, columns=1),
        Advisor(name="advisor", options=advisors),
        Transport(name="transport", options=transports, find=find_transport),
        Day(name="day", visit=wishes.to_book, rest=beside_time),
        Time(name="time", visit=wishes.to_book, rest=beside_time),
        Held(name="held"),
        Note(name="note", limit=300),
        Number(name="phone"),
        Confirm(name="confirm"),
    ],
    submit=submit,
    hear=hear,
    left=mine.dropped,
)
