"""Console pages on promises: how soon each tier is answered and solved, for all stores and in each, to read and to set."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision

from handlers.desk import MANAGERS, Desk, Go, Missing, Page
from handlers.dialogue import Refusal
from handlers.rewards.desk_form import money
from handlers.tickets import promises
from handlers.tickets.promises import Policy
from storage.staff import ADMINISTRATOR, REGION
from storage.stores import Store
from storage.tickets import TIERS

# What holds for all stores; a manager sets what their own store promises.
EVERYWHERE = frozenset({REGION, ADMINISTRATOR})
UNITS = {"m": 1, "h": 60, "d": 24 * 60}
LONGEST, LEAST_WARNING, MOST_WARNING = 60 * 24 * 60, 10, 95
_WORST_FIRST = tuple(reversed(TIERS))


def listed(desk: Desk) -> Mapping[str, Any]:
    own = set(promises.written(desk.session))
    groups = [(store, store.code if store else "") for store in (None, *desk.stores)]
    return {
        "groups": [
            (store, [(tier, promises.holding(desk.session, tier, code), (tier, code) in own) for tier in _WORST_FIRST])
            for store, code in groups
        ],
        "length": lambda minutes: _length(desk, minutes),
        "sum": lambda amount, store: desk.money(amount, _currency(desk, store)),
        "may": lambda store: store is not None or desk.may(EVERYWHERE),
    }


def one(desk: Desk) -> Mapping[str, Any]:
    tier, store = _place(desk)
    code = store.code if store else ""
    policy = promises.holding(desk.session, tier, code)
    currency = _currency(desk, store)
    return {
        "tier": tier, "store": store, "currency": currency, "units": UNITS, "own": (tier, code) in promises.written(desk.session),
        "policy": policy, "response": _parts(policy.response_minutes), "solution": _parts(policy.solution_minutes),
        "budget": _plain(policy.goodwill_budget, currency), "warnings": (LEAST_WARNING, MOST_WARNING),
    }  # fmt: skip


def change(desk: Desk) -> Go:
    """Set, or with `do=follow` taken back: all open tickets that it concerns are reckoned anew within seconds."""
    tier, store = _place(desk)
    code = store.code if store else ""
    follows = desk.field("do", 10) == "follow"
    if follows:
        promises.drop(desk.session, tier, code)
    else:
        promises.put(desk.session, tier, code, _read(desk, store))
    desk.audit("promises.follow" if follows else "promises.change", f"promise:{tier}", store=code)
    return Go(desk.url("/promises"), desk.plain("tickets.desk.promises.kept"))


def _read(desk: Desk, store: Store | None) -> Policy:
    response, solution = _minutes(desk, "response"), _minutes(desk, "solution")
    if solution < response:
        raise Refusal("tickets.desk.promises.wrong.order")
    warning = desk.field("warning", 4)
    if not (warning.isascii() and warning.isdecimal() and LEAST_WARNING <= int(warning) <= MOST_WARNING):
        raise Refusal("tickets.desk.promises.wrong.warning", least=LEAST_WARNING, most=MOST_WARNING)
    budget = money(desk, "budget", _currency(desk, store))
    if budget is not None and budget < 0:
        raise Refusal("rewards.wrong.money")
    return Policy(
        response, desk.ticked("response_always"), solution, desk.ticked("solution_always"), desk.ticked("goodwill"), budget,
        store.code if store else "", int(warning),
    )  # fmt: skip


def _minutes(desk: Desk, name: str) -> int:
    """ "1.5" and "h" are 90."""
    wrong = Refusal("tickets.desk.promises.wrong.time", what=desk.plain(f"tickets.desk.promises.{name}"))
    try:
        exact = Decimal(desk.field(name, 12)) * UNITS[desk.field(f"{name}_unit", 1)]
        minutes = int(exact)
    except (InvalidOperation, KeyError, ValueError, OverflowError):
        raise wrong from None
    if minutes != exact or not 0 < minutes <= LONGEST:
        raise wrong
    return minutes


def _place(desk: Desk) -> tuple[str, Store | None]:
    """Tier and store of the address. Without a store it is the own one, and for whoever has none, all of them."""
    tier = desk.where["promise"]
    if tier not in TIERS:
        raise Missing
    named = desk.asked("store") or desk.field("store") or desk.wall is not None
    return tier, desk.store if named else None


def _currency(desk: Desk, store: Store | None) -> str:
    """A sum for all stores is written in the money of the first one."""
    known = store or next(iter(desk.shop.stores), None)
    return known.currency if known else "CNY"


def _parts(minutes: int) -> tuple[int, str]:
    """In the largest unit that is exact, days from two of them on: 90 minutes, 2 hours, 3 days."""
    unit = "d" if minutes % UNITS["d"] == 0 and minutes > UNITS["d"] else "h" if minutes % UNITS["h"] == 0 else "m"
    return minutes // UNITS[unit], unit


def _length(desk: Desk, minutes: int) -> str:
    number, unit = _parts(minutes)
    return desk.plain(f"tickets.desk.promises.long.{unit}", number=number)


def _plain(amount: int | None, currency: str) -> str:
    return "" if amount is None else str(Decimal(amount).scaleb(-get_currency_precision(currency)))


PAGES = [
    Page(
        path="/promises", roles=MANAGERS, get=listed, template="tickets/promises.html", menu="tickets.desk.promises.menu"
    ),
    Page(path="/promises/{promise}", roles=MANAGERS, get=one, post=change, template="tickets/promise.html"),
]  # fmt: skip
