"""The console page of what prices cost the shop: managers fill in costs, and a margin for where there are none."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from handlers.desk import MANAGERS, Desk, Go, Page
from handlers.dialogue import Refusal
from handlers.rewards import desk_form
from storage import catalogue, revisions
from storage.catalogue import CarModel, Price, Service
from storage.stores import Store

_MOST_MINOR_UNITS = 2_147_483_647


def listed(desk: Desk) -> Mapping[str, Any]:
    store, service = desk.store, _service(desk)
    known, all_ = catalogue.costs_known(desk.session, store.id, _today(desk, store)) if store else (0, 0)
    return {
        "store": store,
        "service": service,
        "services": desk.shop.services.values(),
        "rows": [(_name(*row), *row) for row in _rows(desk, store, service)],
        "known": known,
        "all": all_,
        "today": _today(desk, store) if store else None,
        "margin": _kept(desk, store).margin if store else None,
        "plain": lambda amount: "" if amount is None else f"{amount / 100:.2f}".removesuffix(".00"),
        "value": lambda name, otherwise: desk.field(name) if desk.form else otherwise,
    }


def save(desk: Desk) -> Go:
    store, service = desk.store, _service(desk)
    if store is None or service is None:
        raise Refusal("prices.wrong.store")
    changed = 0
    for price, model in _rows(desk, store, service):
        if (name := _name(price, model)) in desk.form:
            cost = desk_form.money(desk, name, store.currency)
            if cost is not None and not 0 <= cost <= _MOST_MINOR_UNITS:
                raise Refusal("prices.wrong.cost")
            changed += cost != price.cost
            price.cost = cost
    margin, kept = desk_form.whole(desk, "margin"), _kept(desk, store)
    if margin is not None and not 0 <= margin <= 100:
        raise Refusal("prices.wrong.margin")
    changed += kept.margin != margin
    kept.margin = margin
    desk.session.flush()
    if changed:
        revisions.raise_(desk.session, "catalogue")
        desk.audit("prices.costs", f"store:{store.id}", changed=changed)
    where = f"{desk.url('/prices')}?store={store.code}&service={service.code}"
    return Go(where, desk.plain("prices.desk.saved", n=changed))


def _service(desk: Desk) -> Service | None:
    """The one that is asked for, else the first."""
    asked = desk.asked("service", 40) or desk.field("service", 40)
    return desk.shop.services.get(asked) or next(iter(desk.shop.services.values()), None)


def _rows(desk: Desk, store: Store | None, service: Service | None) -> list[tuple[Price, CarModel | None]]:
    if store is None or service is None:
        return []
    return catalogue.prices_of(desk.session, store.id, service.id, _today(desk, store))


def _kept(desk: Desk, store: Store) -> Store:
    """As it is in the database now; the shop in memory may be of a moment ago."""
    return desk.session.get_one(Store, store.id)


def _today(desk: Desk, store: Store) -> date:
    return desk.now.astimezone(ZoneInfo(store.timezone)).date()


def _name(price: Price, model: CarModel | None) -> str:
    """Of the form's field."""
    return f"cost.{model.code if model else ''}.{price.valid_from}"


PAGES = [Page(path="/prices", roles=MANAGERS, get=listed, post=save, template="prices/costs.html", menu="prices.desk.menu")]
