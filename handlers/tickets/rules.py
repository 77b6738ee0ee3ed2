"""Which words are a complaint, and how bad a one: rules that a manager reads and edits."""

import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.folding import fold
from handlers.dialogue.memo import changes_with
from handlers.tickets import phrases
from handlers.tickets.phrases import Phrases
from storage import tickets, tier_rules

TIERS = (tickets.MINOR, tickets.SERIOUS, tickets.CRITICAL)
# Kinds of words that are no tier: they hold back other rules, or mean something of their own.
VETO, COMPLAIN, PERHAPS, HOT, READY, UNSOLVED = "veto", "complain", "perhaps", "hot", "ready", "unsolved"
KINDS = (*TIERS, VETO, COMPLAIN, PERHAPS, HOT, READY, UNSOLVED)
# The category of vetoes that praise: they hold for their own clause, and what is said beside it is heard.
PRAISE = "praise"


@dataclass(frozen=True, slots=True)
class Rule:
    """See `storage.tier_rules.TierRule`; phrases as in `handlers.tickets.phrases`."""

    code: str
    tier: str
    category: str
    names: Mapping[str, str]
    words: tuple[str, ...]
    near: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules make of some words. `complaint`: they are one, whatever the bot was doing. `tier` None: no rule knows.

    Where they are none, but PERHAPS is among the `kinds`, it is asked.

    `reasons`: the rules that hold with the words they found, the worst first. `angry`: not a moment for questions.
    """

    complaint: bool
    tier: str | None
    category: str | None
    reasons: tuple[tuple[str, str], ...]
    kinds: frozenset[str]

    @property
    def angry(self) -> bool:
        return self.tier == tickets.CRITICAL or HOT in self.kinds


class Rules:
    """All rules together. Read-only, so that any thread may use it."""

    def __init__(self, rules: Sequence[Rule], ear: bool = True) -> None:
        """`ear`: where none of them holds, the second ear is heard."""
        self.ear = ear
        self.rules = {rule.code: rule for rule in rules}
        words: dict[str, Sequence[str]] = {}
        for rule in rules:
            words[rule.code] = rule.words
            words[rule.code + _NEAR] = rule.near
            words[rule.code + _UNLESS] = [text for text in rule.unless if text not in self.rules]
        self._words = words

    @cached_property
    def _phrases(self) -> Phrases:
        return Phrases(self._words)

    def judge(self, text: str) -> Verdict:
        """A veto holds for its own sentence: "You scratched my door. How much will you pay?" is a complaint all the same.

        Praise holds for its own clause only: "lovely people, but you scratched my door" is one, too.
        """
        sentences = [self._find(sentence) for sentence in _sentences(self.without_praise(text))]
        near = {key for found in sentences for key in found if key.endswith(_NEAR)}
        holding: dict[str, tuple[Rule, str]] = {}
        for found in sentences:
            for rule in (self.rules[key] for key in found if key in self.rules):
                if rule.code not in holding and self._holds(rule, found, near):
                    holding[rule.code] = (rule, found[rule.code])
        rules = [rule for rule, _ in holding.values()]
        kinds = {rule.tier for rule in rules if rule.tier not in TIERS}
        if not any(rule.opens for rule in rules) and self._asks_beside(text, near):
            kinds.add(PERHAPS)
        tiered = sorted((rule for rule in rules if rule.tier in TIERS), key=lambda rule: -TIERS.index(rule.tier))
        worst = tiered[0] if tiered else None
        return Verdict(
            complaint=any(rule.opens for rule in rules),
            tier=worst.tier if worst else None,
            category=worst.category if worst else None,
            reasons=tuple((rule.code, holding[rule.code][1]) for rule in tiered),
            kinds=frozenset(kinds),
        )

    def _asks_beside(self, text: str, near: Collection[str]) -> bool:
        """Whether they complain of us but for a question in the same sentence: "you dented my door, can you mend it"."""
        for sentence in _sentences(text):
            if not self._asks(sentence):
                continue
            rest = ", ".join(part for part in _CLAUSE.split(sentence) if not self._asks(part))
            if not rest and _WHY.search(fold(sentence)):
                rest = _WHY.sub("", fold(sentence))
            found = self._find(rest) if of_us(rest) else {}
            if any(self.rules[key].opens and self._holds(self.rules[key], found, near) for key in found if key in self.rules):
                return True
        return False

    def _asks(self, text: str) -> bool:
        """What holds a veto back asks nothing: it is the opposite."""
        return any(
            key in _ASKING or (key.endswith(_UNLESS) and self.rules[key.removesuffix(_UNLESS)].tier != VETO)
            for key in self._find(text)
        )

    def without_praise(self, text: str) -> str:
        """What is said beside the praise; all of it where nothing else is said, or nothing praises."""
        if not any(self._praises(sentence) for sentence in _sentences(text)):
            return text
        kept = [rest for sentence in _sentences(text) if (rest := self._beside_praise(sentence))]
        return ". ".join(kept) or text

    def _beside_praise(self, sentence: str) -> str:
        for border in (_BUT, _CLAUSE):
            if not self._praises(sentence):
                break
            sentence = ", ".join(part for part in border.split(sentence) if part.strip() and not self._praises(part))
        return sentence

    def _praises(self, text: str) -> bool:
        return any(
            self.rules[key].tier == VETO and self.rules[key].category == PRAISE for key in self._find(text) if key in self.rules
        )

    def _find(self, text: str) -> dict[str, str]:
        """What is found, by key. What holds a veto back holds it back from the other rules, too."""
        found = {one.key: one.words for one in self._phrases.find(text)}
        lifted = [key for key in found if key in self.rules and self.rules[key].tier == VETO and key + _UNLESS in found]
        return {key: words for key, words in found.items() if key not in lifted}

    def _holds(self, rule: Rule, found: Mapping[str, str], near: Collection[str]) -> bool:
        if rule.near and rule.code + _NEAR not in near:
            return False
        return rule.code + _UNLESS not in found and not any(code in found for code in rule.unless if code in self.rules)


def of_us(text: str) -> bool:
    """Whether words speak of us, or to us."""
    return _US.search(fold(text)) is not None


_NEAR, _UNLESS = "\0near", "\0unless"
# Vetoes that only ask: what is said beside them may complain all the same.
_ASKING = frozenset(("asks_us", "asks_price"))
# Words that speak of us, folded to Simplified.
_US = re.compile(
    r"\b(?:you|u|ur|your|yours|yall|advis[oe]r|receptionist|reception|technicians?|mechanics?)\b"
    r"|[你您]|贵店|贵公司|师傅|技师|前台|柜台|店员|店长|顾问|客服|员工"
)
# A question that reproaches: "why is there a scratch after your wash"; what follows is told.
_WHY = re.compile(
    r"\b(?:why|how come|how is it|how can it be)(?: (?:is|are|was|were|does|did|do|has|have))?(?: there)?\b|为什么|为何|点解|干嘛"
)
# Where a clause ends that says something else than the next one.
_BUT = re.compile(
    r"[,，、]?\s{0,2}\b(?:but|however|though|although|shame|pity|except|unfortunately|sadly|yet)\b"
    r"|[,，、]?\s{0,2}(?:但是|但|不过|不過|可惜|可是|只是|就是|只不过|只不過|然而|偏偏|結果|结果)",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[，、：…—–]|[,:](?!\d)|\s-{1,2}\s")
_END = re.compile(r"[.!?;]+(?:\s+|$)|[。！？；\n]+")
MOST_SENTENCES = 12


def _sentences(text: str) -> list[str]:
    """The first ones of a long text and its end, as people put what matters there."""
    parts = [part for part in _END.split(text[:4000]) if part and part.strip()]
    return parts if len(parts) <= MOST_SENTENCES else [*parts[: MOST_SENTENCES - 3], *parts[-3:]]


@changes_with("tickets")
def load(session: Session) -> Rules:
    """The manager's rules, or ours as long as nobody has changed any."""
    rows = tier_rules.all_rules(session)
    return Rules([rule_of(vars(row)) for row in rows] if rows else shipped(), tier_rules.ear_on(session))


def shipped() -> list[Rule]:
    return read((resources.files(__package__) / "tiers.toml").read_text("utf-8"))


def rule_of(row: Mapping[str, Any]) -> Rule:
    return Rule(
        row["code"], row["tier"], row["category"], dict(row["names"]), tuple(row["words"]), tuple(row["near"]),
        tuple(row["unless"]), bool(row["opens"]),
    )  # fmt: skip


def read(text: str) -> list[Rule]:
    """Rules as TOML. Raises ValueError with one sentence that says where and what to write."""
    try:
        tables = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"This is no TOML: {error}") from None
    if not isinstance(tables, list) or not tables:
        raise ValueError('There are no rules. Write each below a heading "[[rule]]".')
    rules = [_rule(number, table) for number, table in enumerate(tables, 1)]
    if len({rule.code for rule in rules}) < len(rules):
        raise ValueError("A code is there twice. Give each rule its own.")
    return rules


_LANGUAGES = ("en", "zh-Hans", "zh-Hant")
_KEYS = ("code", "tier", "category", "names", "words", "near", "unless", "opens")


def _rule(number: int, table: Any) -> Rule:
    place = f"rule {number}" + (f" ({table['code']})" if isinstance(table, dict) and isinstance(table.get("code"), str) else "")
    if not isinstance(table, dict) or (unknown := table.keys() - set(_KEYS)):
        raise ValueError(f"{place}: the keys are {', '.join(_KEYS)}, not {min(unknown)}.")
    if not isinstance(table.get("code"), str) or not 0 < len(table["code"]) <= 40:
        raise ValueError(f'{place}: give it a code of at most 40 characters, such as "injury".')
    if table.get("tier") not in KINDS:
        raise ValueError(f"{place}: the tier is one of {', '.join(KINDS)}.")
    names = table.get("names", {})
    if not isinstance(names, dict) or not all(isinstance(names.get(language), str) for language in _LANGUAGES):
        raise ValueError(f"{place}: give a name in {', '.join(_LANGUAGES)}.")
    words, near, unless = (_phrases(place, name, table.get(name, [])) for name in ("words", "near", "unless"))
    category = str(table.get("category", "other"))[:40]
    return Rule(table["code"], table["tier"], category, names, words, near, unless, bool(table.get("opens")))


def _phrases(place: str, name: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ValueError(f'{place}: {name} is a list such as ["you * scratched", "划伤"].')
    for text in value:
        if not phrases.check(text):
            raise ValueError(f'{place}: {name}: "{text}" can never be found. Begin and end with a word.')
    if name == "words" and not value:
        raise ValueError(f"{place}: without words it would never hold.")
    return tuple(value)
