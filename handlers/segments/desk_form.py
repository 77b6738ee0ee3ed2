"""A segment's rule as a form of choices, and back: bounds for numbers, ticks for choices, yes or no for the rest."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.numbers import get_currency_precision

from handlers.desk import Desk
from handlers.dialogue import Refusal
from handlers.segments import actions
from storage.segments import CHOICE, FACTS, FLAG, MONEY

# The groups of conditions that the form has: all of the first, or all of the second.
GROUPS = 2


def rule(desk: Desk) -> dict[str, Any]:
    """What the form says. Raises Refusal for what is no number."""
    groups = [_group(desk, place) for place in range(GROUPS)]
    return {"any": [group for group in groups if group]}


def _group(desk: Desk, place: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, fact in FACTS.items():
        field = f"{place}.{name}"
        if fact.kind == FLAG:
            if (said := desk.field(field, 5)) in ("yes", "no"):
                found.append({"fact": name, "is": said == "yes"})
        elif fact.kind == CHOICE:
            if ticked := list(desk.form.get(field, ())):
                found.append({"fact": name, "in": ticked})
        else:
            bounds = {side: _number(desk, f"{field}.{side}", fact.kind) for side in ("least", "most")}
            given = {side: number for side, number in bounds.items() if number is not None}
            if given:
                found.append({"fact": name, **given})
    return found


def _number(desk: Desk, name: str, kind: str) -> int | None:
    typed = desk.field(name, 16).replace(",", "")
    if not typed:
        return None
    try:
        exact = Decimal(typed).scaleb(_digits(desk) if kind == MONEY else 0)
        if not exact.is_finite() or exact != exact.to_integral_value():
            raise InvalidOperation
    except InvalidOperation:
        raise Refusal("segments.wrong.value", fact=name.split(".")[1]) from None
    return int(exact)


def filled(desk: Desk, rule_: Mapping[str, Any]) -> dict[str, Any]:
    """What the form's fields hold for a rule: numbers as text, choices as sets."""
    values: dict[str, Any] = {}
    for place, group in enumerate(rule_.get("any", ())):
        for one in group:
            kind = FACTS[one["fact"]].kind if one["fact"] in FACTS else FLAG
            field = f"{place}.{one['fact']}"
            if "in" in one:
                values[field] = set(one["in"])
            elif "is" in one:
                values[field] = "yes" if one["is"] else "no"
            for side in ("least", "most"):
                if one.get(side) is not None:
                    exact = Decimal(one[side]).scaleb(-_digits(desk) if kind == MONEY else 0)
                    values[f"{field}.{side}"] = f"{exact:f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:f}"
    return values


def labels(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """What can be ticked, by fact: value and name."""
    shop, found = desk.shop, actions.options(desk.shop)
    names = {
        "store": lambda code: desk.named(next(store.names for store in shop.stores if store.code == code)),
        "model": lambda code: desk.named(shop.models[code].names),
        "language": lambda code: desk.plain(f"desk.tongue.{code}"),
    }
    return {
        fact: [(code, names[fact](code) if fact in names else desk.plain(f"segments.option.{code}")) for code in codes]
        for fact, codes in found.items()
    }  # fmt: skip


def _digits(desk: Desk) -> int:
    return get_currency_precision(desk.shop.stores[0].currency) if desk.shop.stores else 2
