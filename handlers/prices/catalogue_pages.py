"""Console pages of the catalogue: what the shop does, how long it takes, from which mileage, and what it costs in a store."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision

from handlers.desk import MANAGERS, Desk, Go, Missing, Page
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.rewards import desk_form
from storage import catalogue, revisions
from storage.catalogue import CarModel, Price, Service
from storage.staff import ADMINISTRATOR, REGION
from storage.stores import Store

# What a service is called and how long it takes holds for all stores: whoever sees one of several changes its prices only.
EDITORS = frozenset({REGION, ADMINISTRATOR})
LONGEST, FARTHEST, DEAREST = 20_160, 2_000_000, 2_147_483_647  # minutes, kilometres, minor units
MOST_NAME, MOST_LINES = 120, 4000
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))", re.ASCII)
_BETWEEN = re.compile(r"[\s,，、;；|]+")
_OF_MODEL = re.compile(r"([a-z0-9_]{1,60})\s?[=:：]\s?(\d{1,5})", re.ASCII)


def listed(desk: Desk) -> Mapping[str, Any]:
    store = desk.store
    services = catalogue.services(desk.session)  # whoever has just changed one sees it
    return {"store": store, "rows": [(service, _prices_today(desk, store, service)) for service in services]}


def one(desk: Desk) -> Mapping[str, Any]:
    service, store = _service(desk), desk.store
    return {
        "service": service, "store": store, "may": _may(desk), "languages": LANGUAGES,
        "km": ", ".join(str(km) for km in service.at_km),
        "by_model": "\n".join(f"{model}={minutes}" for model, minutes in service.model_minutes.items()),
        "rows": [(_name(*row), *row) for row in _rows(desk, store, service)], "models": desk.shop.models.values(),
        "today": _today(desk, store) if store else None, "plain": _plain, "long": MOST_LINES,
    }  # fmt: skip


def change(desk: Desk) -> Go:
    """One button keeps what the service is, the other what it costs in this store."""
    service, store = _service(desk), desk.store
    if desk.field("do", 10) == "prices":
        if store is None:
            raise Refusal("prices.wrong.store")
        changed = _change_prices(desk, store, service)
        what, about = "catalogue.prices", f"store:{store.id}"
    else:
        if not _may(desk):
            raise Refusal("prices.wrong.of_all_stores")
        changed = _change_service(desk, service)
        what, about = "catalogue.service", f"service:{service.code}"
    desk.session.flush()
    if changed:
        revisions.raise_(desk.session, "catalogue")
        desk.audit(what, about, service=service.code, changed=changed)
    where = desk.url("/catalogue/{service}", service=service.code) + (f"?store={store.code}" if store else "")
    return Go(where, desk.plain("prices.desk.saved", n=len(changed)))


# -- what the service is --------------------------------------------------------------------------------------------------


def _change_service(desk: Desk, service: Service) -> list[str]:
    """The columns that are others now."""
    names = {language: desk.field(f"name_{language}", MOST_NAME) for language in LANGUAGES}
    if not all(names.values()):
        raise Refusal("prices.wrong.names")
    minutes = desk_form.whole(desk, "minutes")
    if minutes is None or not 1 <= minutes <= LONGEST:
        raise Refusal("prices.wrong.minutes", most=LONGEST)
    read = {"names": names, "minutes": minutes, "model_minutes": _of_models(desk), "at_km": _mileages(desk)}
    changed = [column for column, value in read.items() if getattr(service, column) != value]
    for column in changed:
        setattr(service, column, read[column])
    return changed


def _of_models(desk: Desk) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in filter(None, (line.strip() for line in desk.field("model_minutes", MOST_LINES).splitlines())):
        said = _OF_MODEL.fullmatch(line)
        if said is None or said[1] not in desk.shop.models or not 1 <= int(said[2]) <= LONGEST:
            raise Refusal("prices.wrong.model_minutes", line=line[:80])
        found[said[1]] = int(said[2])
    return found


def _mileages(desk: Desk) -> list[int]:
    found = set()
    for said in filter(None, _BETWEEN.split(_THOUSANDS.sub("", desk.field("at_km", 400)))):
        if not (said.isascii() and said.isdigit()) or not 1 <= int(said) <= FARTHEST:
            raise Refusal("prices.wrong.at_km", said=said[:20], most=FARTHEST)
        found.add(int(said))
    return sorted(found)


# -- what it costs in a store ---------------------------------------------------------------------------------------------


def _change_prices(desk: Desk, store: Store, service: Service) -> list[str]:
    """The names of the prices that are others now: model and first day."""
    changed = []
    for price, model in _rows(desk, store, service):
        name = _name(price, model)
        if f"amount.{name}" not in desk.form:
            continue
        amount, until = _amount(desk, f"amount.{name}", store), _until(desk, f"until.{name}", price.valid_from)
        if amount is None:
            raise Refusal("prices.wrong.amount")
        if (amount, until) != (price.amount, price.valid_until):
            price.amount, price.valid_until = amount, until
            changed.append(name)
    amount = _amount(desk, "amount", store)
    return changed if amount is None else [*changed, _add_price(desk, store, service, amount)]


def _add_price(desk: Desk, store: Store, service: Service, amount: int) -> str:
    code = desk.field("model", 60)
    model = desk.shop.models.get(code)
    if code and model is None:
        raise Missing
    begins = desk_form.day(desk, "from") or _today(desk, store)
    price = Price(
        store_id=store.id, service_id=service.id, model_id=model.id if model else None, amount=amount, valid_from=begins,
        valid_until=_until(desk, "until", begins),
    )  # fmt: skip
    if catalogue.has_price(desk.session, price):
        raise Refusal("prices.wrong.taken")
    desk.session.add(price)
    return _name(price, model)


def _amount(desk: Desk, name: str, store: Store) -> int | None:
    amount = desk_form.money(desk, name, store.currency)
    if amount is not None and not 0 <= amount <= DEAREST:
        raise Refusal("prices.wrong.amount")
    return amount


def _until(desk: Desk, name: str, begins: date) -> date | None:
    until = desk_form.day(desk, name)
    if until is not None and until < begins:
        raise Refusal("prices.wrong.until")
    return until


def _plain(amount: int, currency: str) -> str:
    """As it is typed: "899", "410.50"."""
    digits = get_currency_precision(currency)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}".removesuffix("." + "0" * digits)


# -- the rest -------------------------------------------------------------------------------------------------------------


def _service(desk: Desk) -> Service:
    """As it is in the database now; the shop in memory may be of a moment ago."""
    found = catalogue.service(desk.session, desk.where["service"])
    if found is None:
        raise Missing
    return found


def _may(desk: Desk) -> bool:
    return desk.may(EDITORS) or len(desk.shop.stores) == 1


def _rows(desk: Desk, store: Store | None, service: Service) -> list[tuple[Price, CarModel | None]]:
    return catalogue.prices_of(desk.session, store.id, service.id, _today(desk, store)) if store else []


def _prices_today(desk: Desk, store: Store | None, service: Service) -> list[int]:
    """The lowest and the highest that a car pays there today, in minor units; empty without a price on file."""
    if store is None:
        return []
    there = desk.shop.prices_on(_today(desk, store), store, service)
    amounts = list({price.model_id: price.amount for price in reversed(there)}.values())
    return sorted({min(amounts), max(amounts)}) if amounts else []


def _today(desk: Desk, store: Store) -> date:
    return desk.now.astimezone(ZoneInfo(store.timezone)).date()


def _name(price: Price, model: CarModel | None) -> str:
    """Of the form's fields, and in the log."""
    return f"{model.code if model else ''}.{price.valid_from}"


PAGES = [
    Page(path="/catalogue", roles=MANAGERS, get=listed, template="prices/catalogue.html", menu="prices.desk.catalogue.menu"),
    Page(path="/catalogue/{service}", roles=MANAGERS, get=one, post=change, template="prices/service.html"),
]
