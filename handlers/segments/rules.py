"""What a segment may ask for: conditions as data, checked before they are kept. Pure rules on values."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from storage.segments import CHOICE, FACTS, FLAG

ATTITUDES = ("bee", "dragonfly", "butterfly", "mantis")
PERSONAS = ("family", "young", "business")
TAGS = (*ATTITUDES, *PERSONAS)
MOST_GROUPS, MOST_NUMBER = 4, 10**11
_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{1,39}")

Rule = Mapping[str, Any]


def check(rule: Rule, options: Mapping[str, Collection[str]]) -> None:
    """Raises Refusal for a rule that asks for nothing, or for something that does not exist.

    `options`: what each choice may be, by fact.
    """
    groups = rule.get("any", [])
    if not groups or len(groups) > MOST_GROUPS or not all(groups):
        raise Refusal("segments.wrong.empty")
    for one in (one for group in groups for one in group):
        name = one.get("fact", "")
        fact = FACTS.get(name)
        if fact is None:
            raise Refusal("segments.wrong.fact", fact=name)
        if fact.kind == FLAG:
            if not isinstance(one.get("is"), bool):
                raise Refusal("segments.wrong.value", fact=name)
        elif fact.kind == CHOICE:
            if not one.get("in") or not set(one["in"]) <= set(options.get(name, ())):
                raise Refusal("segments.wrong.choice", fact=name)
        else:
            _check_bounds(name, one)


def _check_bounds(name: str, one: Rule) -> None:
    least, most = one.get("least"), one.get("most")
    if least is None and most is None:
        raise Refusal("segments.wrong.value", fact=name)
    for bound in (least, most):
        if bound is not None and (type(bound) is not int or abs(bound) > MOST_NUMBER):
            raise Refusal("segments.wrong.value", fact=name)
    if least is not None and most is not None and least > most:
        raise Refusal("segments.wrong.bounds", fact=name)


def check_names(code: str, names: Mapping[str, str]) -> None:
    if not _CODE.fullmatch(code):
        raise Refusal("segments.wrong.code")
    if any(not names.get(language, "").strip() for language in LANGUAGES):
        raise Refusal("segments.wrong.names")
