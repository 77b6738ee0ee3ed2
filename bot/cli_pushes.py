"""`bayline pushes`: the rules of scheduled pushes, and what they would say to whom, looked at before anything is sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened, progress_bar, stop

if TYPE_CHECKING:
    from rich.table import Table
    from sqlalchemy.orm import Session

    from handlers.dialogue.shop import Shop
    from handlers.dialogue.texts import Texts
    from handlers.reminders.preview import Line
    from handlers.reminders.rulebook import Rulebook
    from handlers.reminders.rules import Rule

app = typer.Typer(help="Scheduled pushes: rules, preview, calendar, signals.", no_args_is_help=True)

Language = Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant: of names.")]


@app.command("rules")
def rules_(language: Language = "en") -> None:
    """All rules, whether they are on, and when they speak."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from handlers.reminders import rules

    with _looking() as (_, book, _shop, _texts, _now):
        table = Table(Column("Rule", no_wrap=True), "", "on", "when", "purpose", "priority", box=SIMPLE, pad_edge=False)
        for rule in book.rules.values():
            own = "*" if rule.code in book.own else ""
            when = ", ".join(
                f"{name} {_plain(value)}" for name, value in rules.written(rule)["trigger"].items() if name != "since"
            )
            table.add_row(
                Text(rule.code + own),
                Text(rule.name(language)),
                "on" if rule.on else "off",
                Text(when),
                rule.purpose,
                str(rule.priority),
            )
    Console().print(table)


@app.command()
def preview(
    days: Annotated[int, typer.Option(min=1, max=366, help="So many days from today.")] = 7,
    rule: Annotated[str, typer.Option(help="The code of one rule, also of one that is off; else all that are on.")] = "",
    back: Annotated[int, typer.Option(min=0, max=366, help="Instead: the days that have been.")] = 0,
    samples: Annotated[int, typer.Option(min=0, max=50, help="So many of the texts.")] = 3,
    language: Language = "en",
) -> None:
    """How many, whom and when; who is held back and why; some of the texts. Nothing is sent and nothing is written."""
    from rich.console import Console

    from handlers.reminders import preview as previews

    with _looking() as (session, book, shop, texts, now), progress_bar() as show:
        chosen = [_rule(book, rule)] if rule else book.on
        plan = previews.Plan(chosen, book.figures, back or days, back=bool(back))
        total = _how_many(session)
        found = list(previews.lines(session, shop, texts, plan, now, progress=lambda done: show(done, total)))
        names = _names(session, found)
        found.sort(key=lambda line: (line.at, line.due.key))
        sent = [line for line in found if line.verdict == previews.SENT]
        shown = [(line, line.text) for line in _one_of_each(sent)[:samples]]
        # Where nobody would get it, what those would read who are held back.
        heard = {line.due.rule.code for line in sent}
        silent = [line for line in _one_of_each(found) if line.due.rule.code not in heard and not line.due.rule.of_visit]
        for line in silent[: samples - len(shown)]:
            shown.append((line, previews.unsaid(session, shop, texts, line)))
    console = Console()
    console.print(_counts(found, book, language))
    for line in sent[:200]:
        console.print(
            f"{_local(line)}  {line.due.rule.code:<18} {names.get(line.due.person.id, '')}", highlight=False, markup=False
        )
    if len(sent) > 200:
        console.print(f"… and {len(sent) - 200} more")
    for line, words in shown:
        held = "" if line.verdict == previews.SENT else f", not sent: {line.reason}"
        console.print(f"\n— {line.due.rule.name(language)}, {_local(line)}{held} —", style="bold", highlight=False, markup=False)
        console.print(_words(words), highlight=False, markup=False)


@app.command()
def calendar(
    customer: Annotated[str, typer.Option(help="The code of a customer.")],
    days: Annotated[int, typer.Option(min=1, max=800)] = 365,
    comes: Annotated[int, typer.Option(min=-1, max=60, help="Brings the car so many days after a reminder; -1: never.")] = -1,
) -> None:
    """What this customer would receive, day by day, with every word. As it is: offers only if they have agreed."""
    from rich.console import Console
    from sqlalchemy import select

    from handlers.reminders import preview as previews
    from storage.customers import Customer

    console = Console()
    with _looking() as (session, book, shop, texts, now):
        person = session.scalars(select(Customer).where(Customer.code == customer)).one_or_none()
        if person is None:
            stop(f'There is no customer with the code "{customer}".', 2)
        plan = previews.Plan(book.on, book.figures, days, comes_after=comes if comes >= 0 else None)
        found = sorted(previews.lines(session, shop, texts, plan, now, customers=[person.id]), key=lambda line: line.at)
    for line in found:
        if line.verdict == previews.SENT:
            console.print(f"\n{_local(line)}  {line.due.rule.code}", style="bold", highlight=False, markup=False)
            console.print(_words(line.text), highlight=False, markup=False)
        else:
            console.print(f"\n{_local(line)}  {line.due.rule.code}: not sent ({line.reason})", style="dim", highlight=False)
    sent = sum(line.verdict == previews.SENT for line in found)
    console.print(f"\n{sent} messages in {days} days, {len(found) - sent} held back.", highlight=False)


@app.command()
def campaign(
    number: Annotated[int, typer.Argument(help="Its number, as in its address in the console.")],
    moved: Annotated[int, typer.Option(min=-90, max=30, help="As if it began in so many days, or had begun so many ago.")] = 0,
    samples: Annotated[int, typer.Option(min=0, max=50, help="So many of the letters.")] = 3,
) -> None:
    """A campaign's dry run: how many, when, who is held back and why, some letters. Nothing is sent and nothing is kept."""
    from handlers.dialogue import Refusal, markup
    from handlers.recall import forecast
    from storage.campaigns import Campaign

    with _looking(writing=True) as (session, _book, shop, texts, now):
        row = session.get(Campaign, number)
        if row is None:
            stop(f"There is no campaign {number}.", 2)
        try:
            found = forecast.of(session, shop, texts, row, now, moved=moved, asked=10**7, samples=samples)
        except Refusal as no:
            stop(texts.label(no.key, "en", no.values), 2)
        typer.echo(f"{row.name}, as if it began on {found.day}{'' if found.exact else ' (with sums as of today)'}")
        typer.echo(f"{found.meant} in the segment, {found.open} can be reached and agree, {found.withheld} of them held out")
        for day, count in sorted(found.days.items()):
            typer.echo(f"leave on {day}: {count}")
        for reason, count in found.reasons.most_common():
            typer.echo(f"held back ({reason}): {count}")
        for name, words in found.samples:
            typer.echo(f"\n— {name} —\n{markup.read(words)[0]}")
        session.rollback()


@app.command()
def on(code: str) -> None:
    """Switch a rule on."""
    _switch(code, True)


@app.command()
def off(code: str) -> None:
    """Switch a rule off; what it was about to say is taken back."""
    _switch(code, False)


@app.command("export")
def export_(file: Path) -> None:
    """Write rules and settings into a TOML file, to be edited."""
    from handlers.reminders import rulebook

    with opened() as (_, database), database.reading() as session:
        file.write_text(rulebook.written(session), "utf-8")
    typer.echo(f"Written to {file}.")


@app.command("import")
def import_(file: Path) -> None:
    """These rules and settings and no others; all or nothing."""
    from handlers.reminders import rulebook

    with opened() as (settings, database):
        try:
            text = file.read_text("utf-8")
            with database.transaction() as session:
                number = rulebook.take(session, text, now_of(settings))
        except (OSError, ValueError) as error:
            said = f"{file} cannot be read." if isinstance(error, (OSError, UnicodeDecodeError)) else str(error)
            stop(f"Nothing was changed. {said}", 2)
    typer.echo(f"{number} rules.")


@app.command()
def signal(
    name: Annotated[str, typer.Argument(help="Such as rain_over, heat_wave, cold_snap.")],
    store: Annotated[str, typer.Option(help="The code of one store; else all.")] = "",
) -> None:
    """The rain is over, a heat wave comes: tell whoever the rules of this signal are for."""
    from handlers.dialogue import shop as shops
    from handlers.reminders import rulebook

    with opened() as (settings, database), database.transaction() as session:
        place = shops.load(session).store(store)
        if store and place is None:
            stop(f'There is no store "{store}".', 2)
        try:
            rulebook.press(session, name, place.id if place else None, None, now_of(settings))
        except ValueError as error:
            stop(str(error), 2)
    typer.echo("Noted; whoever it is for hears of it within minutes, or in the morning.")


def _switch(code: str, wanted: bool) -> None:
    from handlers.reminders import rulebook, rules

    with opened() as (settings, database):
        try:
            with database.transaction() as session:
                rule = _rule(rulebook.load(session), code)
                rulebook.put(session, rules.switched(rule, wanted), now_of(settings))
        except ValueError as error:
            stop(str(error), 2)
    typer.echo(f"{code} is {'on' if wanted else 'off'}.")


@contextmanager
def _looking(writing: bool = False) -> "Iterator[tuple[Session, Rulebook, Shop, Texts, datetime]]":
    from handlers import FEATURES
    from handlers.dialogue import shop as shops
    from handlers.dialogue.texts import Texts
    from handlers.reminders import rulebook

    with opened() as (settings, database), database.transaction() if writing else database.reading() as session:
        texts = Texts(["dialogue", "desk", *(feature.name for feature in FEATURES)])
        shop = shops.load(session)
        if not shop.stores:
            stop("There is no shop yet: `bayline import` one, or try `bayline demo`.", 2)
        yield session, rulebook.load(session), shop, texts, now_of(settings)


def _rule(book: "Rulebook", code: str) -> "Rule":
    rule = book.rules.get(code)
    if rule is None:
        stop(f'There is no rule "{code}". There are: {", ".join(book.rules)}.', 2)
    return rule


def _how_many(session: "Session") -> int:
    from sqlalchemy import func, select

    from storage.customers import Customer

    return session.scalar(select(func.count()).select_from(Customer)) or 0


def _names(session: "Session", found: "list[Line]") -> dict[int, str]:
    from storage import customers

    ids = list({line.due.person.id for line in found})[:5000]
    return {number: customer.code for number, customer in customers.by_ids(session, ids).items()}


def _counts(found: "list[Line]", book: "Rulebook", language: str) -> "Table | str":
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    from handlers.reminders import preview as previews

    table = Table("Rule", "", "sent", "held back", box=SIMPLE, pad_edge=False)
    for code, (sent, held) in previews.counted(found).items():
        reasons = ", ".join(f"{reason} {number}" for reason, number in held.most_common())
        table.add_row(Text(code), Text(book.rules[code].name(language)), str(sent), Text(reasons))
    return table if found else "Nobody would be written to."


def _one_of_each(found: "list[Line]") -> "list[Line]":
    """Samples of as many rules as there are, then more."""
    first = {line.due.rule.code: line for line in reversed(found)}
    return [*first.values(), *(line for line in found if line not in first.values())]


def _words(text: str) -> str:
    from handlers.dialogue import markup

    return markup.read(text)[0]


def _local(line: "Line") -> str:
    from zoneinfo import ZoneInfo

    return f"{line.at.astimezone(ZoneInfo(line.due.person.store.timezone)):%Y-%m-%d %a %H:%M}"


def _plain(value: object) -> str:
    return " ".join(str(one) for one in value) if isinstance(value, list) else str(value)
