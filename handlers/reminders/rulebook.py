"""The rules that hold: those that ship, with the shop's own in their place; loaded, changed, written out and taken back."""

import logging
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any

from sqlalchemy.orm import Session

from handlers.contact import merging
from handlers.dialogue.memo import changes_with
from handlers.reminders import audience, before, known, rules
from handlers.reminders import figures as all_figures
from handlers.reminders.due import PREFIX
from handlers.reminders.figures import Figures
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import Before, Entered, Feast, Interval, OnDate, Rating, Signal
from handlers.reminders.wrong import Wrong
from storage import pushes, revisions
from storage.stores import Store

log = logging.getLogger(__name__)

# The same signal again is a slip of the finger.
AGAIN = timedelta(days=3)
_HEAD = """What is said at the right time without being asked. Take these back with `bayline pushes import FILE`.
docs/pushes.md says what each word means. `on = false` switches a rule off. Placeholders such as {car} are filled in; a line
with one that we do not know of somebody is left out."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """`rules` by code, in their order. `version`: raised with each change. `own`: codes of rules that are not as shipped."""

    rules: Mapping[str, Rule]
    figures: Figures
    version: int
    own: frozenset[str]

    @property
    def on(self) -> list[Rule]:
        return [rule for rule in self.rules.values() if rule.on]

    def of_visits(self, store: Store, trigger: type[Before] | type[Rating]) -> list[Rule]:
        """Those that are on and speak about visits to this store."""
        return [rule for rule in self.on if isinstance(rule.trigger, trigger) and audience.has_store(rule.audience, store)]

    def signals(self) -> dict[str, list[Rule]]:
        """Rules by the button that they wait for."""
        found: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            if isinstance(rule.trigger, Signal):
                found.setdefault(rule.trigger.signal, []).append(rule)
        return found


@cache
def shipped() -> Mapping[str, Rule]:
    return _by_code(_tables((resources.files(__package__) / "defaults.toml").read_text("utf-8")))


@changes_with("pushes")
def load(session: Session) -> Rulebook:
    version = revisions.all_numbers(session).get("pushes", 0)
    own: dict[str, Rule | None] = {row.code: _kept(row.code, row.rule) for row in pushes.rules(session)}
    held = {code: rule for code, rule in {**shipped(), **own}.items() if rule is not None}
    return Rulebook(held, all_figures.read(pushes.figures(session)), version, frozenset(held.keys() & own.keys()))


def _kept(code: str, table: Any) -> Rule | None:
    """A rule of the shop's own. One that cannot be a rule any more must not silence all the others: it is said in the log,
    and what ships in its place is off, but for appointments. None: nothing ships in its place."""
    try:
        return rules.read(table)
    except ValueError as wrong:
        log.error("a rule of pushes cannot be read and is not used: %s", wrong)
        rule = shipped().get(code)
        return rule if rule is None or rule.of_visit else rules.switched(rule, False)


# -- changing ---------------------------------------------------------------------------------------------------------------


def put(session: Session, rule: Rule, now: datetime) -> None:
    """This rule from now on. What it was about to say and has not begun to leave is taken back and looked at anew.

    Raises ValueError with a sentence when it cannot be, or would do what another rule does already.
    """
    rules.read(rules.written(rule))  # switched on it may be wrong where it was right switched off
    book = load(session)
    known.check(session, rule, [*shipped().values(), *book.rules.values()])
    clash(rule, [other for other in book.on if other.code != rule.code])
    if rules.written(rule) == _written_default(rule.code):
        pushes.drop_rules(session, [rule.code])
    else:
        pushes.put_rule(session, rule.code, rules.written(rule), now)
    _changed(session, [rule.code], now)


def put_figures(session: Session, figures: Figures, now: datetime) -> None:
    pushes.put_figures(session, all_figures.written(figures))
    _changed(session, [], now)


def copy(session: Session, code: str, now: datetime) -> Rule:
    """The same rule once more, switched off, to be edited. Raises KeyError for a rule that there is not."""
    book = load(session)
    rule = book.rules[code]
    number = next(n for n in range(2, 1000) if f"{code[:36]}_{n}" not in book.rules)
    names = {language: f"{name[:70]} ({number})" for language, name in rule.names.items()}
    made = replace(rule, code=f"{code[:36]}_{number}", names=names, on=False)
    put(session, made, now)
    return made


def remove(session: Session, code: str, now: datetime) -> None:
    """A shipped rule becomes as it was shipped; one of the shop's own is gone."""
    pushes.drop_rules(session, [code])
    _changed(session, [code], now)


def clash(rule: Rule, others: Iterable[Rule]) -> None:
    """Raises ValueError when one of the others speaks of the same occasion to the same people."""
    for other in others if rule.on else ():
        if _same_occasion(rule, other) and _may_meet(rule, other):
            raise Wrong("twice", where=f"rule {rule.code}", other=other.code)


def _same_occasion(one: Rule, other: Rule) -> bool:
    match one.trigger, other.trigger:
        case OnDate() as first, OnDate() as second:
            # One birthday is spoken of once; of papers several rules may remind, each on days of its own.
            once = first.field in ("birthday", "delivered_on")
            return first.field == second.field and (once or bool({*first.days} & {*second.days}))
        case Entered() as first, Entered() as second:
            return first.segment == second.segment and first.days == second.days
        case Feast() as first, Feast() as second:
            return first.feast == second.feast
        case Interval() as first, Interval() as second:
            return first.since == second.since and first.ahead == second.ahead
        case Before() as first, Before() as second:
            return first == second
        case Rating() as first, Rating() as second:
            return first.of == second.of  # of a visit there is one question, and one word about it
    return False


def _may_meet(one: Rule, other: Rule) -> bool:
    """Whether one person may be in both audiences, as far as that can be told."""
    mine, theirs = one.audience, other.audience
    for some, rest in ((mine, theirs), (theirs, mine)):
        if some.stores and {*some.stores} <= {*rest.not_stores}:
            return False
    for first, second in (
        ({mine.store_kind} - {""}, {theirs.store_kind} - {""}), ({*mine.stores}, {*theirs.stores}),
        ({*mine.stages}, {*theirs.stages}), ({*mine.energy}, {*theirs.energy}), ({mine.parked} - {""}, {theirs.parked} - {""}),
    ):  # fmt: skip
        if first and second and not first & second:
            return False
    return True


def _changed(session: Session, codes: Iterable[str], now: datetime) -> None:
    for code in codes:
        merging.retract(session, f"{PREFIX}:{code}:", now)
        merging.retract(session, f"{before.PREFIX}:", now, ending=f":{code}")
    revisions.raise_(session, "pushes")
    session.flush()


def press(session: Session, signal: str, store_id: int | None, staff_id: int | None, now: datetime) -> None:
    """Somebody says that the rain is over. Raises ValueError with a sentence when nothing would come of it, or was just said."""
    waiting = load(session).signals()
    if signal not in waiting:
        raise Wrong("no_signal", name=signal[:40], known=", ".join(waiting))
    if not any(rule.on for rule in waiting[signal]):
        raise Wrong("signal_off", name=signal)
    for last in pushes.last_signals(session, now - AGAIN):
        if last.signal == signal and last.store_id in (None, store_id):
            raise Wrong("pressed", name=signal, days=AGAIN.days)
    session.add(pushes.PushSignal(signal=signal, store_id=store_id, staff_id=staff_id, at=now))
    session.flush()


# -- as a file --------------------------------------------------------------------------------------------------------------


def written(session: Session) -> str:
    """The rules and figures that hold now, as TOML."""
    import tomlkit  # a part of each start otherwise

    book = load(session)
    document = tomlkit.document()
    for line in _HEAD.splitlines():
        document.add(tomlkit.comment(line))
    document["settings"] = all_figures.written(book.figures)
    tables = tomlkit.aot()
    for rule in book.rules.values():
        table = tomlkit.table()
        for name, value in rules.written(rule).items():
            if isinstance(value, dict) and name != "texts":
                inline = tomlkit.inline_table()
                inline.update(value)
                table[name] = inline
            elif name == "texts":
                table[name] = {language: tomlkit.string(text, multiline="\n" in text) for language, text in value.items()}
            else:
                table[name] = value
        tables.append(table)
    document["rule"] = tables
    return tomlkit.dumps(document)


def take(session: Session, text: str, now: datetime) -> int:
    """These rules and figures in the place of what there was; rules that ship and are not in the text are switched off.

    Those about a visit stay as shipped unless they are named: nobody forgets an appointment because a file is an old one.
    How many; raises ValueError with one sentence and changes nothing then.
    """
    tables = _tables(text)
    found = _by_code(tables)
    wanted = {**{code: rule if rule.of_visit else rules.switched(rule, False) for code, rule in shipped().items()}, **found}
    on = [rule for rule in wanted.values() if rule.on]
    for place, rule in enumerate(on):
        clash(rule, on[:place])
    held = load(session).rules
    for rule in found.values():
        known.check(session, rule, [*shipped().values(), *held.values()])
    figures = all_figures.read(tables.get("settings", {}))
    pushes.drop_rules(session)
    for rule in wanted.values():
        if rules.written(rule) != _written_default(rule.code):
            pushes.put_rule(session, rule.code, rules.written(rule), now)
    pushes.put_figures(session, all_figures.written(figures))
    _changed(session, {*held, *wanted} - {code for code in wanted if wanted[code] == held.get(code)}, now)
    return len(found)


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Wrong("no_toml", error=str(error)) from None


def _by_code(tables: Mapping[str, Any]) -> dict[str, Rule]:
    if unknown := tables.keys() - {"rule", "settings"}:
        raise Wrong("heading", name=min(unknown))
    listed = tables.get("rule", [])
    if not isinstance(listed, list) or not listed:
        raise Wrong("no_rules")
    found: dict[str, Rule] = {}
    for number, table in enumerate(listed, 1):
        rule = rules.read(table, number)
        if rule.code in found:
            raise Wrong("code_twice", where=f"rule {number}", name=rule.code)
        found[rule.code] = rule
    return found


def _written_default(code: str) -> dict[str, Any] | None:
    return rules.written(shipped()[code]) if code in shipped() else None
