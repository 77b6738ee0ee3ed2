"""What is said beside the wish: a second car with its work, a person to call, "add it" below a price."""

import re

from handlers.booking import deadlines, hearing, phrases, words
from handlers.dialogue import Answers, Turn, lately
from handlers.prices import finding
from handlers.vehicles import cars
from handlers.vehicles import slots as vehicle_slots

# Where one car's part of a message ends.
_JOINTS = re.compile(
    r"[,.;!?，。；！？、\n]+|\band\b|\bplus\b|\bwhile\b|(?:还有|還有|另外|然后|然後|同埋|顺便|順便|以及|再加|而|和|跟)",
    re.IGNORECASE,
)
_BOTH = re.compile(
    r"\b(?:both|each|the two)\b|两台|兩台|两辆|兩輛|两部|兩部|都(?:要|做|换|換|想|需要)|各(?:做|换|換)", re.IGNORECASE
)
_PERSON = (
    r"(?:wife|husband|partner|son|daughter|mum|mom|mother|dad|father|brother|sister|driver|colleague|friend|boss|assistant|secretary"
    r"|neighbou?r|girlfriend|boyfriend|nephew|niece|uncle|aunt)"
)
_OTHER_PERSON = re.compile(
    rf"\bmy {_PERSON} (?:will|'ll|is (?:going to|gonna|coming|bringing)|can|would|brings|drops|comes)\b"
    rf"|\b(?:call|ring|text|phone|contact|whatsapp|message|ask for|reach) (?:my {_PERSON}|him|her|them)\b"
    r"|(?:老婆|老公|太太|先生|爱人|愛人|媳妇|媳婦|儿子|兒子|女儿|女兒|爸爸?|妈妈?|媽媽?|弟弟|哥哥|姐姐|妹妹|朋友|同事|司机|司機|助理|秘书|秘書|家人)"
    r"(?:会|會|来|來|去|开|開|送|揸|帮我|幫我|到时|到時)+(?:送|开|開|过|過|去|来|來|揸|嚟|车|車)"
    r"|(?:打|联系|聯繫|聯絡|联络|搵|致电|致電)(?:电话|電話)?(?:给|給|畀|俾)?(?:他|她|佢|我(?:老婆|老公|太太|先生|儿子|兒子|女儿|女兒|爸|妈|媽|朋友|同事|司机|司機))",
    re.IGNORECASE,
)
_CLAUSES, _NUMBER = re.compile(r"[,.;!?，。；！？\n]+"), re.compile(r"\d(?:[ -]?\d){5,}")
_MOST = 200


def two_cars(turn: Turn, known: Answers) -> tuple[Answers, Answers] | None:
    """The wishes for two cars in one message, as they are named: two visits, one after the other. None for one car."""
    found = _by_car(turn)
    if len(found) != 2:
        return None
    (one, first), (two, second) = found
    if _BOTH.search(turn.words) and bool(first) != bool(second):
        first = second = first or second
    if not first or not second:
        return None
    place = {name: known[name] for name in ("store",) if name in known}
    return {"service": first, "car": one}, {"service": second, "car": two} | place


def _by_car(turn: Turn) -> list[tuple[Answers, list[str]]]:
    """Cars and codes of the work that their part of the message names; work named before any car is the first one's."""
    found: list[tuple[Answers, list[str]]] = []
    waiting: list[str] = []
    for part in _JOINTS.split(turn.words):
        car = vehicle_slots.heard(turn, part)
        codes = hearing.services(turn, part, cars.look(turn, car).model if car else None).sure
        if car and all(_which(car) != _which(other) for other, _ in found):
            found.append((car, waiting))
            waiting = []
        if not found:
            waiting += codes
            continue
        own = next(work for other, work in found if not car or _which(car) == _which(other)) if car else found[-1][1]
        own += [code for code in codes if code not in own]
    return found


def _which(car: Answers) -> object:
    return car.get("id") or car.get("model") or car.get("name")


def person_to_call(text: str) -> str:
    """The clauses that say who else brings the car or whom to call, with the number: the advisor reads them; else ""."""
    clauses = [" ".join(clause.split()) for clause in _CLAUSES.split(text)]
    told = [clause for clause in clauses if _OTHER_PERSON.search(clause) or _NUMBER.search(clause)]
    return ", ".join(told)[:_MOST] if _OTHER_PERSON.search(text) else ""


def for_advisor(turn: Turn) -> str:
    """What the advisor must know of these words beside the visit itself: who else brings the car, by when it must be ready."""
    _, deadline = deadlines.taken(turn, turn.words, turn.store)
    told = [person_to_call(turn.words), deadline.said if deadline else ""]
    return ", ".join(part for part in told if part)


def with_note(answers: Answers, note: str) -> None:
    before = answers.get("note", "")
    if note and note not in before:
        answers["note"] = " · ".join(part for part in (before, note) if part)


def added_after_price(turn: Turn, answers: Answers) -> str | None:
    """ "Add it" below the price of other work, told in the middle of the form: that is done at this visit, too."""
    if "service" not in answers or not phrases.has("add_it", phrases.spaced(turn.words)):
        return None
    said = next(lately.heard(turn), "")
    codes = hearing.services(turn, said).sure if finding.asks_price(said) else []
    more = [code for code in codes if code not in answers["service"]]
    if not more:
        return None
    answers["service"] = [*answers["service"], *more]
    return turn.text("booking.added", services=words.services(turn, more))
