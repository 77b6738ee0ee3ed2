"""Console pages on which words are a complaint and how bad a one: rules to read, to try with some words, and to edit."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from handlers.desk import MANAGERS, Desk, Go, Missing, Page
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.tickets import ear, rulebook, rules
from handlers.tickets.rules import KINDS, Rule
from storage import revisions, tier_rules
from storage.staff import ADMINISTRATOR, REGION

# The rules are those of all stores, so whoever sees one store only reads them.
EDITORS = frozenset({REGION, ADMINISTRATOR})
# The days that the figures of the second ear are of.
FIGURES = timedelta(days=30)
MOST_TRIED, MOST_PHRASES = 500, 20_000
LISTS = ("words", "near", "unless")


def listed(desk: Desk) -> Mapping[str, Any]:
    """All rules, the worst tier first, and what they make of some words, if any were given."""
    words = desk.asked("words", MOST_TRIED)
    known = rules.load(desk.session)
    return {
        "rules": sorted(known.rules.values(), key=lambda rule: -_weight(rule)),
        "named": known.rules,
        "tried": words,
        "verdict": known.judge(words) if words else None,
        "corrections": [(row, ear.named(row.rule, desk.plain)) for row in tier_rules.corrections(desk.session)],
        "ear": known.ear,
        "listened": _listened(words) if words and known.ear else "",
        "why": ear.why(words) if words else "",
        "heard": [(code, *tier_rules.opened_by(desk.session, code, desk.now - FIGURES)) for code in ear.CODES],
        "may": desk.may(EDITORS),
    }


def _listened(words: str) -> str:
    """sure, perhaps or no: what the second ear would make of words that no rule and no answer holds for."""
    likely = ear.likely(words)
    return "sure" if likely >= ear.SURE else "perhaps" if likely >= ear.PERHAPS else "no"


def switch(desk: Desk) -> Go:
    """The second ear is heard from now on, or not any more; every worker follows within a second."""
    on = desk.ticked("on")
    tier_rules.set_ear(desk.session, on)
    revisions.raise_(desk.session, "tickets")
    desk.audit("tiers.ear", "on" if on else "off")
    return Go(desk.url("/tiers"), desk.plain("tickets.desk.tiers.ear." + ("is_on" if on else "is_off")))


def one(desk: Desk) -> Mapping[str, Any]:
    rule = _rule(desk)
    return {"rule": rule, "kinds": KINDS, "languages": LANGUAGES, "lists": LISTS, "may": desk.may(EDITORS)}


def change(desk: Desk) -> Go:
    """This rule anew, all or nothing: what cannot be is refused with a sentence, and every worker follows within a second."""
    import tomlkit  # a part of each start otherwise

    rule = _rule(desk)
    document = tomlkit.parse(rulebook.written(desk.session))
    table = next(one for one in document["rule"] if one["code"] == rule.code)
    table["tier"] = desk.field("tier", 20)
    table["opens"] = desk.ticked("opens")
    table["names"] = {language: desk.field(f"name_{language}", 80) for language in LANGUAGES}
    for name in LISTS:
        table.pop(name, None)
        if lines := [line.strip() for line in desk.field(name, MOST_PHRASES).splitlines() if line.strip()]:
            table[name] = lines
    try:
        rulebook.take(desk.session, tomlkit.dumps(document))
    except ValueError as wrong:
        raise Refusal("tickets.desk.tiers.wrong", sentence=str(wrong)) from None
    desk.audit("tiers.change", f"tier_rule:{rule.code}")
    return Go(desk.url("/tiers"), desk.plain("tickets.desk.tiers.kept", name=desk.named(rule.names)))


def _rule(desk: Desk) -> Rule:
    known = rules.load(desk.session).rules
    if desk.where["tier_rule"] not in known:
        raise Missing
    return known[desk.where["tier_rule"]]


def _weight(rule: Rule) -> int:
    return rules.TIERS.index(rule.tier) if rule.tier in rules.TIERS else -1


PAGES = [
    Page(path="/tiers", roles=MANAGERS, get=listed, template="tickets/tiers.html", menu="tickets.desk.tiers.menu"),
    Page(path="/tiers-ear", roles=EDITORS, post=switch),
    Page(path="/tiers/{tier_rule}", roles=EDITORS, get=one, post=change, template="tickets/tier_rule.html"),
]
