"""Whether free words want a visit: they say so, or name a service or a fault and a time. "How do I book?" is a question."""

import re

from handlers.booking import (
    deadlines,
    driving,
    hearing,
    meant,
    mine,
    naming,
    phrases,
    pieces,
    recalled,
    theirs,
    two_visits,
    wishes,
)
from handlers.booking.said_beside import CALL_ME
from handlers.booking.slots_what import heard
from handlers.booking.slots_when import MEANT
from handlers.dialogue import Answers, Turn
from handlers.dialogue.questions import ends_as_question, is_question
from handlers.dialogue.slots import numbered
from handlers.faq import flow as faq
from handlers.faq.filling import prices_in
from handlers.prices import finding, otherwise
from handlers.prices import known as cars
from handlers.vehicles import mileage
from knowledge_base.names import tokens

MOST_GUESSES = 4
# Letters of a text that says only when.
_SHORT_WISH = 70
FEW = 3
# Clauses with the mark that ends them.
_QUESTIONS = re.compile(r"[^,.;!?，。；！？、\n]+[?？]?")
# "Yes, and my wife's Polo", 好的，还有我老婆的Polo.
_AND_ANOTHER = re.compile(
    r"^\W{0,3}(?:(?:yes|yeah|yep|ok|okay|sure|great|perfect|fine)\W{1,3}){0,2}(?:and|also|plus) (?:also )?(?:my|our|his|her) "
    r"(?!car is|name|number|phone|e ?mail|address|plate)"
    r"|^\W{0,3}(?:好的?|嗯|行|可以|得)?\W{0,3}(?:还有|另外|同埋|再加|加上|仲有)(?:我|部|架|台|另)"
)
# Of a car that stays away: it is declined, comes another time, or brings somebody else.
_STAYS_AWAY = re.compile(
    r"\b(?:next|another|some other) time\b|\b(?:does not|doesnt|do not|dont) (?:need|want)\b|\btaxi\b|\bparked\b"
    r"|\b(?:wife|husband|brother|sister|son|daughter|friend|s?he|they) (?:drives?|has|have|owns?|will follow|follows)\b"
    r"|下次|改天|(?:不|唔)(?:用|使|要|做|洗)(?!做完|等)|送我|接我|跟车|停(?:在|着)"
)
# "No wash please", at the beginning of a clause.
_NO_WORK = re.compile(
    r"^\W{0,3}(?:(?:but|and|oh|ok|please|actually) ){0,2}(?:no|without|skip)(?: the| an?| any)? (?!problem|worr|later|earlier)"
    r"|^\W{0,3}(?:但|不过|哦)?(?:不要|不用|唔要|唔使|别)"
)
# What is wanted instead may follow without a comma: "not the full service just an oil change".
_CLAUSES = re.compile(
    r"[,.;!?，。；！？、\n]+|\s(?=(?:just|only) (?:an?|the|do|need|want)\b)|(?<=[㐀-鿿])\s+(?=[㐀-鿿])", re.IGNORECASE
)
# "Do you also do ceramic?" asks what there is, and adds nothing.
OFFERED = re.compile(r"\b(?:do|did|have) (?:you|u|they)\b|\b(?:is|are) there\b|[你您]们|有没有|有冇|有无|还有")
# Whose car it is, which makes no other matter of it.
_OWNERS = re.compile(
    r"\bmy (?:wife|husband|partner|son|daughter|mum|mom|mother|dad|father|brother|sister|friend|boss"
    r"|girlfriend|boyfriend)(?: s|s)?\b"
    r"|我?(?:老婆|老公|太太|先生|爱人|媳妇|儿子|女儿|爸爸?|妈妈?|弟弟|哥哥|姐姐|妹妹|朋友|同事|老板|个仔|个女)(?:的|嘅)?(?:那|这|嗰)?(?:台|辆|部|架)?车?(?:子)?"
)
# The name of the work right after the word that begs it: 明天下午可以小保养吗.
_BEGS_WORK = re.compile(
    rf"(?<![还仲])(?:(?:能|可以)(?:不能|不可以)?(?:帮我|给我)?(?:更|做个?)?(?: {phrases.WORK}){{1,12}} .{{0,3}}(?:吗|么|嘛|不)"
    rf"|(?:可唔可以|可不可以|得唔得|行不行)(?:帮我|给我)?(?:更|做个?)? {phrases.WORK})"
)
# What says nothing but that they are not quite sure.
_I_THINK = re.compile(r"\bi (?:think|guess|believe|suppose|reckon)\b|我(?:觉得|想|猜|估计)应该")
_SIGN = re.compile(r"[^\W\d_] ?[+&] ?[^\W\d_]")


def wish(turn: Turn) -> Answers | None:
    """What the words say about the visit that they want; None if they want none."""
    said = wanted_clauses(turn)
    if (rest := CALL_ME.sub(" ", said)) != said and _names_work(turn, rest):
        said = rest
    rest = deadlines.taken(turn, said, turn.store)[0]
    # "Will it be ready by Friday?" names no work: it is about a car that is here.
    text = phrases.without(
        "others_cancel", phrases.without("their_cars", phrases.spaced(rest if _names_work(turn, rest) else said))
    )
    if phrases.has("not_now", text) or (phrases.has("stranded", text) and not phrases.has("book", text)):
        return None
    known = heard(turn, said)
    if phrases.has("fault", text) and all(turn.shop.services[code].category == "sales" for code in known.get("service", ())):
        # 让师傅路试一下: who has a fault wants no new car.
        known.pop("service", None)
    named = "service" in known or "service+" in known
    timed = bool({"day", "window", "which"} & known.keys())
    if phrases.has("own_parts", text) and is_question(turn.words) and not timed and not phrases.has("book", text):
        return None
    if phrases.has("straight", text) and not timed and not named:
        return known
    if timed and (found := _in_pieces(turn, text, known)):
        return found
    if not timed and (otherwise.of_its_battery(turn) or (otherwise.needed(turn.words) and faq.is_sure(turn) is not None)):
        return None  # "do electric cars need servicing?" asks whether it must be
    if phrases.wants(text) and not (_asks(text) and not named and not timed):
        if named:
            return known
        return _with_guess(turn, known) if timed or phrases.only_wants(text) else _looked_at(turn, text, known)
    if finding.asks_price(turn.words):
        return None
    if turn.chat.form is None and two_visits.begun(turn):
        return known
    if phrases.has("open", text):
        return known if named and _wished_beside(turn) else None
    if named and (timed or _doubtful_time(turn, text)):
        return known if _at_that_time(turn, text, known) else None
    if named:
        return known if _whenever(turn, text) or _to_drive(turn, text, known) or _only_work(turn, text, known) else None
    when = timed or (phrases.has("whenever", text) and (phrases.has("look", text) or phrases.has("fault", text)))
    found = _looked_at(turn, text, known) if when else None
    return known if found is None and timed and _only_when(turn, text) else found


def _wished_beside(turn: Turn) -> bool:
    """Work is wanted in a clause of its own: "are you open on Sunday? I'd like an oil change then"."""
    for clause in map(phrases.spaced, _CLAUSES.split(turn.words)):
        begs = any(phrases.has(name, clause) for name in ("wish", "request", "book"))
        if begs and not phrases.has("open", clause) and _names_work(turn, clause):
            return True
    return False


def _in_pieces(turn: Turn, text: str, known: Answers) -> Answers | None:
    """A time to come at in a clause of its own, beside what is to be done; "the same as last time" is that, too."""
    if finding.asks_price(turn.words) or phrases.has("open", text) or not pieces.says_when(turn):
        return None
    if "service" in known or "service+" in known:
        return known
    if phrases.has("usual", text):
        before = wishes.last(turn)
        return {**known, "service": list(before.services)} if before else known
    return _with_guess(turn, known) if phrases.has("fault", text) or faq.bookable(turn) else None


def wanted_clauses(turn: Turn) -> str:
    """The words without the clauses that say what is not wanted: "the air filter tomorrow, no need to do the oil"."""
    clauses = _CLAUSES.split(turn.words)
    wanted = [clause for clause in clauses if not phrases.unneeded(phrases.spaced(clause))]
    if len(wanted) == len(clauses):
        return turn.words
    return ", ".join(wanted) if any(_names_work(turn, clause) for clause in wanted) else turn.words


def without_unneeded(turn: Turn) -> str:
    """The words without the clauses that call work off; "" where they say nothing else."""
    clauses = [clause for clause in _CLAUSES.split(turn.words) if clause.strip()]
    kept = [one for one in clauses if not (_off(phrases.spaced(one)) and _names_work(turn, one))]
    return turn.words if len(kept) == len(clauses) else ", ".join(kept)


def _off(clause: str) -> bool:
    return phrases.unneeded(clause) or _NO_WORK.match(clause) is not None


def _names_work(turn: Turn, clause: str) -> bool:
    named = naming.services(turn, clause)
    return bool(named.sure or named.one_of)


def asks(turn: Turn) -> bool:
    """Whether the words are a question, and not one for a visit."""
    return _asks(phrases.spaced(turn.words))


def _only_when(turn: Turn, text: str) -> bool:
    """A day or a time to come at, and hardly a word more: "yes please 10.30", 星期五唔得呀，禮拜六就可以.

    A mere number is none: it may be stars, or the mileage.
    """
    if (
        text.strip().isdecimal()
        or numbered(turn.words, MOST_GUESSES) is not None
        or turn.chat.form not in (None, "prices.quote")
        or len(turn.words) > _SHORT_WISH
        or phrases.has("over", text)
        or mine.coming(turn)
    ):
        return False
    return pieces.only_when(turn, turn.words)


def _asks(text: str) -> bool:
    if phrases.has("asks", text) or phrases.has("open", text):
        return True
    return not phrases.has("free", text) and (phrases.has("about", text) or text.rstrip().endswith("?"))


def _doubtful_time(turn: Turn, text: str) -> bool:
    """A day or a time that cannot be, or that we cannot read: they meant a visit all the same."""
    said = hearing.when(turn, turn.words, turn.store)
    if said.reason == "unsure":
        begged = phrases.has("free", text) or phrases.has("request", text)
        return begged or turn.memoised(finding.load).nothing_else(hearing.without(turn.words, said))
    return said.reason in MEANT


def _at_that_time(turn: Turn, text: str, known: Answers) -> bool:
    """A service and a time are a wish, unless something else is said about them."""
    if phrases.has("over", text):
        return False
    if (
        phrases.has("free", text)
        or _BEGS_WORK.search(theirs.with_work(turn, text))
        or (driving.wanted(turn, known) and _may_drive(turn))
        or _said_before(turn, by_clock="transport" not in known)
    ):
        return True
    if phrases.has("about", text):
        return phrases.has("request", text) and faq.is_sure(turn) is None
    return not phrases.has("trouble", text) or phrases.has("request", text)


def _may_drive(turn: Turn) -> bool:
    """Asked whether one may drive, and not what is needed for it."""
    sure = faq.is_sure(turn)
    return sure is None or sure.id == "test_drive"


def _said_before(turn: Turn, *, by_clock: bool) -> bool:
    """The wish is a sentence of its own, and the question beside it a part of it: "tomorrow, and is there a courtesy car?".

    `by_clock`: a day alone is not enough, it may be when something was or is due.
    """
    told = [clause for clause in _CLAUSES.split(turn.words) if not phrases.has("about", phrases.spaced(clause))]
    read = [hearing.when(turn, clause, turn.store).reading for clause in told]
    timed = any(one is not None and (one.time or not by_clock) for one in read)
    return timed and any(_names_work(turn, clause) for clause in told)


def _whenever(turn: Turn, text: str) -> bool:
    """A service, and that they want it; or the question when it can be."""
    if phrases.has("over", text):
        return False
    if phrases.has("whenever", text) or (phrases.has("free", text) and phrases.has("here", text)):
        return True
    if _asks(text) or phrases.has("trouble", text):
        return False
    clauses = [text, *(phrases.spaced(clause) for clause in _CLAUSES.split(turn.words) if _names_work(turn, clause))]
    finder = turn.memoised(finding.load)
    clauses = [phrases.spaced(cars.without(clause)) for clause in clauses]  # 理想 is no wish
    return any(phrases.has("wish", clause) and finder.nothing_else(_bare(clause)) for clause in clauses)


def _only_work(turn: Turn, text: str, known: Answers) -> bool:
    """Work and nothing else: several kinds of it, with a please, or for so many kilometres: "wash pls", 换机油顺便四轮定位."""
    if _asks(text) or phrases.has("over", text) or phrases.has("trouble", text) or turn.chat.form is not None:
        return False
    joined = phrases.has("also", text) or phrases.has("besides", text) or _SIGN.search(text) is not None
    several = len(known.get("service", ())) > 1 and joined
    driven = mileage.find_span(turn.words, of_a_car=True) if phrases.has("by_mileage", text) else None
    # Of a car without prices on file nobody asks the price by naming it.
    asked = phrases.has("request", text) or "name" in known.get("car", {}) or "store" in known
    if not (several or driven or asked):
        return False
    rest = cars.without(turn.words)
    if driven:
        rest = phrases.without("by_mileage", rest.replace(driven[1], " ", 1))
    return turn.memoised(finding.load).nothing_else(hearing.without_store(turn, _bare(rest)))


def _bare(words: str) -> str:
    """Without the small words of a wish."""
    text = phrases.without("their_cars", _OWNERS.sub(" ", _I_THINK.sub(" ", phrases.spaced(words))))
    for name in ("wish", "also", "besides", "request"):
        text = phrases.without(name, text)
    return text


def _to_drive(turn: Turn, text: str, known: Answers) -> bool:
    """ "I'd like to try one of your electric cars": whoever wants to drive says what, and needs no other word."""
    codes = known.get("service", ())
    sales = bool(codes) and all(turn.shop.services[code].category == "sales" for code in codes)
    finder = turn.memoised(finding.load)
    rest = cars.without(_bare(turn.words))
    if sales and turn.chat.form is None and driving.not_here(turn, known) and finder.asks_whether(rest):
        return True  # it is said which there are
    if sales and phrases.has("may", text) and naming.tried(turn, turn.words):
        return True  # "could I try the Golf?" wants to
    bare = finder.only_service(turn.words) is not None or ("car" in known and finder.nothing_else(rest))
    bare = bare and turn.chat.form is None
    return sales and not _asks(text) and (bare or phrases.has("wish", text) or phrases.has("request", text))


def _looked_at(turn: Turn, text: str, known: Answers) -> Answers | None:
    """A time, and a place in the diary is asked for, or the car shall be looked at; what for may be guessed, and is asked."""
    if phrases.has("over", text) or phrases.has("fetches", text):
        return None
    begged = phrases.has("free", text) or phrases.has("request", text)
    faulty = phrases.has("fault", text)
    if phrases.has("slot", text) and begged:
        return _with_guess(turn, known) if faulty else known
    if faulty and (begged or _then(turn) or (phrases.has("look", text) and phrases.has("here", text))):
        return _with_guess(turn, known)
    if begged and meant.codes(turn):
        return _with_guess(turn, known)
    asks = phrases.has("about", text) and not phrases.has("free", text)
    comes = phrases.has("comes", text) and (begged or not asks)
    if comes or (begged and (phrases.has("look", text) or (not asks and faq.bookable(turn)))):
        return _with_guess(turn, known)
    return None


def _then(turn: Turn) -> bool:
    """A clause is a time with a question mark and hardly more: "there is a clunk. Tomorrow morning?"."""
    for clause in _QUESTIONS.findall(turn.words):
        said = hearing.when(turn, clause, turn.store)
        if (
            said.span
            and len(tokens(hearing.without(clause, said))) <= FEW
            and phrases.has("begs_by_time", phrases.spaced(clause))
        ):
            return True
    return False


def of_fault(turn: Turn) -> Answers:
    """Asked what shall be done, they tell what is wrong: the services to choose from; {} without a fault."""
    return _with_guess(turn, {}) if phrases.has("fault", phrases.spaced(turn.words)) else {}


def added(turn: Turn) -> Answers | None:
    """More work of somebody who has a visit: "can you add a tyre rotation to that?"."""
    text = phrases.spaced(turn.words)
    if not phrases.has("also", text) or OFFERED.search(text) or finding.asks_price(turn.words):
        return None
    known = heard(turn, turn.words)
    named: Answers = {name: known[name] for name in ("service", "service+", "with", "car") if name in known}
    return named if {"service", "service+"} & named.keys() else None


def beside(turn: Turn) -> Answers:
    """A kind of work, or a fault, beside work that is chosen: "and the brakes please"; the services to choose from, or {}."""
    text = phrases.spaced(turn.words)
    return _with_guess(turn, {}) if phrases.has("also", text) and (phrases.has("fault", text) or meant.codes(turn)) else {}


def _with_guess(turn: Turn, known: Answers) -> Answers:
    """The services that the likely answers to these words are about, to choose from."""
    if turn.chat.form == "prices.quote" and recalled.work(turn):
        return known  # what the price is asked of
    codes: list[str] = []
    for entry in faq.bookable(turn):
        named = naming.services(turn, entry.question)
        codes += [*named.sure, *named.one_of, *prices_in(entry.answer)]
    services = turn.shop.services
    if naming.plugged(turn.words):
        codes = [code for code in codes if code != "spark_plugs"]
    kind = sorted(meant.codes(turn), key=lambda code: services[code].position)
    likely = [code for code in dict.fromkeys(codes) if code in services]
    offered = [code for code in likely if code in kind][:MOST_GUESSES] or kind or likely[:MOST_GUESSES]
    text = phrases.spaced(turn.words)
    faulty = phrases.has("fault", text)
    if faulty:  # no wash will cure it
        offered = [code for code in offered if services[code].category not in ("wash", "detailing")]
    if faulty or (not offered and phrases.has("look", text)):
        offered += [code for code, service in services.items() if service.category == "diagnostics" and code not in offered]
    return {**known, "service+": offered} if offered else known


def told_of_car(turn: Turn) -> bool:
    """Whether the car that is named beside the one that comes is only spoken of: "I sold my Tiguan", 途观下次再说."""
    text = phrases.spaced(turn.words)
    if any(phrases.has(name, text) for name in ("for_car", "another_car", "instead")):
        return False
    return phrases.has("other_tale", text) or _STAYS_AWAY.search(text) is not None


def same_for_another(turn: Turn) -> bool:
    """ "My wife's A4 needs it too", "can you do my Golf too?": no tale about the other car, and no mere having it."""
    text = phrases.spaced(turn.words)
    wished = phrases.has("same_for", text) and not ends_as_question(turn.words)
    joined = phrases.has("besides", text) and (wished or phrases.has("same_asked", text))
    if not joined and not (_AND_ANOTHER.search(text) and not phrases.has("for_car", text)):
        return False
    return not any(phrases.has(name, text) for name in ("over", "fault", "other_tale"))
