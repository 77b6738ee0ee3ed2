"""Asking for a price: the service, the car if it matters, and the answer from the catalogue of the customer's store."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from handlers.dialogue import Answers, Button, Choice, Form, Option, Reply, Start, Turn, Unclear, lately
from handlers.dialogue.slots import picked
from handlers.faq import flow as faq
from handlers.faq import topic
from handlers.faq.filling import duration, prices_in
from handlers.prices import by_mileage, ends, finding, known, otherwise, rules, spoken
from handlers.vehicles import cars, mileage
from knowledge_base.folding import fold
from knowledge_base.names import tokens
from storage.catalogue import CarModel, PriceOnFile, Service
from storage.entries import Gap
from storage.stores import Store

# So many services and cars fit on a phone's screen; the others are typed.
MOST_BUTTONS = 8
OTHER_CAR = "another"
# Categories of answers to what is wrong.
_FAULTS = ("symptoms", "accident_help")
# What people add to the name of their car.
_AGE = re.compile(
    r"\b(?:19|20)\d\d\b|\b\d{1,2} ?(?:years?|yrs?)(?: old)?\b|[0-9一二三四五六七八九十两兩几幾]{1,3}年(?:了|車|车|的)?"
    r"|\b\d\.\d ?(?:tdi|tsi|t|l)?\b"
    r"|\b(?:diesel|petrol|hybrid|auto|manual|plate|model|something|its an?|it is an?|my|got an?|i have an?|i drive an?)\b"
    r"|我(?:的|开|揸|架)?(?:车|車)?(?:是|係|系)?|(?:自吸|柴油|汽油|油電|混动|自排|手排|自動|自动)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d ?(?:年款?|款)?(?!\d)")
_AROUND_A_CAR = re.compile(
    r"[跑开揸用行]?[了咗过的嘅係系是款约大概有]|\b(?:it|is|a|an|the|with|from|on|it s|old|has|and|car|km|miles)\b"
)
# Asks which kind of a thing is right for the car.
_KIND = re.compile(
    r"\b(?:best|right|correct|recommend\w*|suitable|which|what (?:kind|type|sort|grade|size))\b"
    r"|哪种|哪款|边种|什么型号|适合|推荐|最好"
)
# They want to come: the car is said beside that.
_BOOKS = re.compile(r"\b(?:book|schedule|reserve)\b|\bappointment\b|预约|(?:想|要|帮我|给我|那就?)约|约(?=[今明后下这本周星\d])")
# What stands around the name of one service more.
_ONE_MORE = re.compile(
    r"\b(?:and|also|what about|how about|with|plus|as well|too|on top|then|ok|okay|so|if i add|add(?:ing)?|instead|just|only)\b"
    r"|[\W_]|那|如果|要是|再|加|做个?|换个?|的话|呢|呀|咁|仲有|还有|另外|只"
)


def asked_for(turn: Turn) -> Reply | Start | None:
    """Free words that ask what something costs; of whoever only names some work nobody knows more than that it is wanted.

    A question that the knowledge base answers surely and without a price is not ours.
    """
    if told := otherwise.answered(turn):
        return told
    finder = turn.memoised(finding.load)
    services = finder.services_in(turn.words)
    asks = finding.asks_price(turn.words) or (_names_only(turn, finder) and turn.chat.form is None)
    alone = [one[0] for one in ends.both(turn.words, services, turn.shop.services) if len(one) == 1]
    several = finder.different(turn.words) or list(dict.fromkeys(alone))
    if len(several) > 1 and asks and not _another_matter(turn, finder):
        named = [turn.shop.services[code] for code in several]
        if all(_place(turn, service.code) for service in named):
            return listed(turn, named, _car(turn, finder.model_in(turn.words)))
    if services and (
        finding.asks_price(turn.words)
        or (_names_only(turn, finder) and not otherwise.needed(turn.words))
        or finder.asks_whether(turn.words)
    ):
        if _another_matter(turn, finder):
            return None
        said = _known(turn, services, finder.model_in(turn.words))
        if finder.asks_whether(turn.words) and all(_place(turn, code) for code in services):
            said["we_do"] = True
        return Start("prices.quote", said)
    if not services and finding.asks_price(turn.words) and (cared := finding.of_care(turn.words, turn.shop.services)):
        return Start("prices.quote", _known(turn, cared, finder.model_in(turn.words)))
    if services and _one_more(turn, finder):
        return Start("prices.quote", _known(turn, services, finder.model_in(turn.words)))
    if turn.chat.form is None and (bare := finder.only_service(turn.words)) and _sells(turn, bare):
        return _bare(turn, bare)
    if _asked_in_vain(turn):
        return None
    if finding.asks_only_price(turn.words) or _only_a_car(turn, finder) or (not services and _of_what_was_said(turn)):
        if not (codes := spoken.services(turn)) and finding.asks_price(turn.words) and topic.before(turn):
            return None  # what is spoken of is no service, and its answer may say what it costs
        if codes and topic.leans(turn.words) and _answered_elsewhere(turn, codes):
            return None
        return Start("prices.quote", _known(turn, codes, finder.model_in(turn.words)))
    return None


def _answered_elsewhere(turn: Turn, codes: Sequence[str]) -> bool:
    """Below "how often should I wax it?" the knowledge base knows that waxing is meant, and not what its answer names besides."""
    sure = faq.is_meant(turn)
    named = set(prices_in(sure.answer)) if sure else set()
    return bool(named) and named.isdisjoint(codes)


def _of_what_was_said(turn: Turn) -> bool:
    """ "How much to fix that?", 换一次多少钱: few words, and something with a price was spoken of."""
    return finding.asks_price(turn.words) and topic.leans(turn.words) and bool(spoken.services(turn))


def _sells(turn: Turn, code: str) -> bool:
    """Whether that is work with a price, and the words tell of no fault ("flat tyre") that there is advice for."""
    sure = faq.is_sure(turn)
    told = sure is not None and sure.category in _FAULTS
    return _place(turn, code) is not None and turn.shop.services[code].category != "sales" and not told


def _bare(turn: Turn, code: str) -> Reply:
    """ "Oil change": what it costs (for their car, if it is known), how long it takes, and the button that books it."""
    return priced(turn, turn.shop.services[code], _car(turn, None))


def _car(turn: Turn, named: str | None) -> CarModel | None:
    """The car that is named, else theirs, if they have one only."""
    return turn.shop.models.get(named or "") or cars.only(turn, _own(turn))


def _own(turn: Turn) -> list[CarModel]:
    return list({model.code: model for model_id in turn.own_models() if (model := turn.model(model_id))}.values())


def _names_only(turn: Turn, finder: finding.Finder) -> bool:
    return finder.model_in(turn.words) is not None and finder.nothing_else(turn.words)


def _one_more(turn: Turn, finder: finding.Finder) -> bool:
    """ "And ceramic coating on top?", 那小保养呢: below a price, the name of another service asks for its price."""
    said = lately.answer(turn)
    below = said is not None and any(button["do"] == "prices.again" for button in lately.buttons(said))
    words = _ONE_MORE.sub(" ", fold(turn.words))
    return (below and finder.nothing_else(words)) or (turn.chat.form == "prices.quote" and finder.only_service(words) is not None)


def _asked_in_vain(turn: Turn) -> bool:
    """They were asked what for, and said what we could make nothing of: the same question again would lead nowhere."""
    said, unclear = lately.answer(turn), turn.texts.label("prices.service.unclear", turn.language, {})
    return finding.asks_only_price(turn.words) and said is not None and unclear in said.text


def _another_matter(turn: Turn, finder: finding.Finder) -> bool:
    """The words name a service or a car, but ask something about it that the knowledge base answers: "what is included?"."""
    if finder.nothing_else(turn.words):
        return False
    sure = faq.is_sure(turn)
    if sure is None or not (finding.asks_free(turn.words) or ("{price:" not in sure.answer and "prices" not in sure.buttons)):
        return False
    # A car's name is rare, and an answer that has nothing but it in common is about something else.
    return finder.model_in(turn.words) is None or faq.is_sure_of(turn, finder.without_models(turn.words)) is not None


def _only_a_car(turn: Turn, finder: finding.Finder) -> bool:
    """ "And for a Golf?": a car is named, and nothing else that we have an answer for."""
    if _KIND.search(fold(turn.words)) and not finding.asks_price(turn.words):
        return False
    if finder.model_in(turn.words) is None:
        named = known.named(turn.words) is not None and turn.chat.form is None and bool(spoken.services(turn))
        return named and finder.nothing_else(_AGE.sub(" ", known.without(turn.words)))
    return finder.nothing_else(_AGE.sub(" ", turn.words)) or (finding.asks_price(turn.words) and faq.is_sure(turn) is None)


def tells_car(turn: Turn) -> bool:
    """Whether the words, all of them, are a car, with its age and how far it has come: "我的是Vios 八年了"."""
    finder, rest = turn.memoised(finding.load), _YEAR.sub(" ", fold(turn.words))
    if driven := mileage.find_span(rest, of_a_car=True):
        rest = rest.replace(driven[1], " ")
    rest = _AROUND_A_CAR.sub(" ", _AGE.sub(" ", known.without(rest)))
    models = finder.models.find(rest)
    covered = {index for found in models for index in range(found.start, found.end)}
    left = [word for index, word in enumerate(tokens(rest)) if index not in covered]
    return not left and (bool(models) or known.named(turn.words) is not None)


def ask(turn: Turn, _: Any = None) -> Start:
    return Start("prices.quote", _known(turn, [], None))


def again(turn: Turn, _: Any) -> Start:
    """Another service for the same car."""
    return ask(turn)


def other_store(turn: Turn, value: dict[str, Any]) -> Start | Reply:
    """The same question in another store; from now on the chat is about that store."""
    store = next((s for s in turn.stores if s.code == value.get("store")), None)
    if store is None:
        return Reply(turn.text("faq.gone"))
    turn.chat.store_id = store.id
    return Start("prices.quote", {name: value[name] for name in ("service", "model") if name in value})


def _known(turn: Turn, services: list[str], model: str | None) -> Answers:
    """What the words have said: one service, or several to choose from; a car."""
    answers: Answers = {}
    services = by_mileage.meant(turn, services, turn.words)
    if len(services) == 1:
        answers["service"] = services[0]
    elif services:
        answers["candidates"] = services
    if model or known.named(turn.words):
        answers["model"] = model or OTHER_CAR
    return answers


# -- what is asked ----------------------------------------------------------------------------------------------------------


def _services(turn: Turn, answers: Answers) -> list[Option]:
    services = list(turn.shop.services.values())
    if candidates := answers.get("candidates"):
        services = [service for service in services if service.code in candidates]
    elif store := turn.store:
        services = [service for service in services if turn.prices(store, service)] or services
    return [Option(service.code, service.names[turn.language]) for service in services[:MOST_BUTTONS]]


def _find_service(turn: Turn, answers: Answers) -> str | None:
    finder = turn.memoised(finding.load)
    wished = _another_matter(turn, finder) or _BOOKS.search(fold(turn.words))
    found = [] if wished else by_mileage.meant(turn, finder.services_in(turn.words), turn.words)
    if len(found) > 1:
        answers["candidates"] = found
        raise Unclear("prices.service.which")
    if not found and (candidates := answers.get("candidates")):
        names = [turn.shop.services[code].names[turn.language] for code in candidates]
        which = picked(turn.words, names)
        return None if which is None else str(candidates[which])
    return found[0] if found else None


def _models(turn: Turn, answers: Answers) -> list[Option]:
    own, offered = _own(turn), cars.models_of_make(turn)
    models = [model for model in own if model in offered] or offered
    options = [Option(model.code, model.names[turn.language]) for model in models[:MOST_BUTTONS]]
    return [*options, Option(OTHER_CAR, turn.texts.label("prices.another_car", turn.language, {}))]


def _find_model(turn: Turn, answers: Answers) -> str | None:
    finder = turn.memoised(finding.load)
    if _another_matter(turn, finder) or _BOOKS.search(fold(turn.words)):
        return None
    if otherwise.is_worth(turn, finder.services_in(turn.words)):
        return None
    return finder.model_in(turn.words) or (OTHER_CAR if known.named(turn.words, asked=True) else None)


def _model_does_not_matter(turn: Turn, answers: Answers) -> bool:
    place = _place(turn, answers["service"])
    return place is None or not rules.depends_on_model(place.prices)


class _Car(Choice):
    """The choice of a car, unless the customer has one only; on Telegram with a button that shares the number, which tells us."""

    def known(self, turn: Turn, answers: Answers) -> str | None:
        return one.code if (one := cars.only(turn, _own(turn))) else None

    def overhear(self, turn: Turn, answers: Answers) -> str | None:
        return _find_model(turn, answers)

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        service = turn.shop.services.get(answers["service"])
        name = service.names[turn.language] if service else ""
        reply = _with_yes(turn, answers, super().ask(turn, {**answers, "service": name}))
        if turn.chat.customer_id is None and turn.chat.channel == "telegram" and "model" not in turn.chat.asked:
            return replace(reply, share=turn.texts.label("profile.button.share", turn.language, {}))
        return reply


# -- the answer -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Place:
    """A store that does the service, and its prices of today."""

    store: Store
    prices: list[PriceOnFile]


def _place(turn: Turn, code: str, own: Store | None = None) -> _Place | None:
    """The customer's store (or `own`) if it has a price on file, else the first that has one."""
    service = turn.shop.services.get(code)
    own = own or turn.store
    if service is None or own is None:
        return None
    for store in [own, *(s for s in turn.stores if s.id != own.id)]:
        if prices := turn.prices(store, service):
            return _Place(store, prices)
    return None


def say_price(turn: Turn, answers: Answers) -> Reply:
    service, car = turn.shop.services.get(answers["service"]), turn.shop.models.get(answers.get("model", ""))
    if car:
        turn.chat.model_id = car.id
    if service is None:
        return Reply(turn.text("faq.gone"))
    place = _place(turn, service.code)
    if answers.get("model") == OTHER_CAR and place and rules.depends_on_model(place.prices):
        return _nothing_on_file(turn, service, car)
    return _with_yes(turn, answers, priced(turn, service, car))


def _with_yes(turn: Turn, answers: Answers, reply: Reply) -> Reply:
    """Who asked whether it is done here is told so first."""
    return replace(reply, text=f"{turn.text('prices.we_do')}\n\n{reply.text}") if answers.pop("we_do", False) else reply


def priced(turn: Turn, service: Service, car: CarModel | None, store: Store | None = None) -> Reply:
    """What it costs for this car, from the lowest to the highest price without one; in the chat's store, or in `store`."""
    place = _place(turn, service.code, store)
    quote = rules.quote(place.prices, car.id if car else None) if place else None
    if place is None or quote is None:
        return _nothing_on_file(turn, service, car)
    text = turn.text(
        "prices.quote",
        service=service.names[turn.language],
        car=car.names[turn.language] if car and rules.depends_on_model(place.prices) else "",
        store=place.store.names[turn.language],
        elsewhere=(own := store or turn.store) is not None and place.store.id != own.id,
        price=turn.money(quote.lowest, place.store.currency),
        highest=turn.money(quote.highest, place.store.currency) if quote.highest != quote.lowest else "",
        includes=service.includes.get(turn.language, ""),
        duration=duration(turn, service.minutes),
        until=quote.price.valid_until,
        day=turn.today(place.store),
    )
    return Reply(text, _next_steps(turn, service, car, place.store))


def listed(turn: Turn, services: Sequence[Service], car: CarModel | None, store: Store | None = None) -> Reply:
    """What several services cost, a line each, with the button that books them all; see `priced`."""
    lines = []
    for service in services:
        place = _place(turn, service.code, store)
        quote = rules.quote(place.prices, car.id if car else None) if place else None
        price = turn.money(quote.lowest, place.store.currency) if place and quote else ""
        highest = turn.money(quote.highest, place.store.currency) if place and quote and quote.highest != quote.lowest else ""
        named = car.names[turn.language] if car and place and rules.depends_on_model(place.prices) else ""
        name = service.names[turn.language]
        lines.append(turn.text("prices.line", service=name, car=named, price=price, highest=highest))
    wish = {"service": [service.code for service in services], **({"car": {"model": car.code}} if car else {})}
    return Reply("\n".join(lines), [turn.button("faq.button.book", "booking.book", wish)])


def _next_steps(turn: Turn, service: Service, car: CarModel | None, store: Store) -> list[list[Button]]:
    wish = {"service": [service.code], "store": store.code, **({"car": {"model": car.code}} if car else {})}
    rows = [
        [turn.button("faq.button.book", "booking.book", wish), turn.button("prices.button.again", "prices.again")],
    ]
    value = {"service": service.code, **({"model": car.code} if car else {})}
    for other in turn.stores:
        if other.id != store.id and turn.prices(other, service):
            name = other.names[turn.language]
            rows.append([turn.button("prices.button.store", "prices.store", {**value, "store": other.code}, store=name)])
    return rows


def _nothing_on_file(turn: Turn, service: Service, car: CarModel | None) -> Reply:
    named = " · ".join([service.names[turn.language], *([car.names[turn.language]] if car else [])])
    turn.session.add(
        Gap(
            kind="price",
            chat_id=turn.chat.id,
            text=turn.words or named,
            language=turn.language,
            nearest=service.code,
            at=turn.now,
        )
    )
    wish = turn.texts.label("prices.wish", turn.language, {"service": named})
    row = [turn.button("dialogue.button.person", "tickets.ask", wish)]
    place = _place(turn, service.code)
    if place is not None:
        row.insert(0, turn.button("faq.button.book", "booking.book", {"service": [service.code], "store": place.store.code}))
    if place is None or car is not None:
        return Reply(turn.text("prices.nothing_on_file", service=named), [row])
    lowest = turn.money(min(price.amount for price in place.prices), place.store.currency)
    return Reply(turn.text("prices.from_price", service=service.names[turn.language], price=lowest), [row])


QUOTE = Form(
    "quote",
    slots=[
        Choice(name="service", options=_services, find=_find_service),
        _Car(name="model", options=_models, find=_find_model, unless=_model_does_not_matter),
    ],
    submit=say_price,
    question=True,
)
