"""`bayline feedback`: the weekly review of what customers said, and the causes that their words are tagged by."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened

if TYPE_CHECKING:
    from rich.table import Table

    from handlers.feedback.causes import Causes
    from handlers.feedback.report import Figures, Line, Score

app = typer.Typer(help="Feedback after visits: report, survey, causes.", no_args_is_help=True)
causes = typer.Typer(help="What words are tagged by: export, import.", no_args_is_help=True)
app.add_typer(causes, name="causes")

MOST_WORDS = 20


@app.command()
def report(
    days: Annotated[int, typer.Option(min=1, max=366, help="How far back.")] = 7,
    store: Annotated[str, typer.Option(help="The code of one store; else all.")] = "",
    language: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant: of the names.")] = "en",
    words: Annotated[bool, typer.Option("--words", help="Also what customers wrote.")] = False,
) -> None:
    """Results by store, technician, advisor and service, the worst first, and what people were unhappy about."""
    from rich.console import Console

    from handlers.dialogue import shop as shops
    from handlers.feedback import causes as named
    from handlers.feedback import report as reports

    with opened() as (settings, database), database.reading() as session:
        shop = shops.load(session)
        place = shop.store(store)
        if store and place is None:
            typer.secho(
                f'There is no store "{store}". There are: {", ".join(one.code for one in shop.stores)}.', fg="red", err=True
            )
            raise typer.Exit(2)
        made = reports.make(session, shop, language, now_of(settings), days, [place.id] if place else None)
        known = named.load(session)
    console = Console()
    console.print(
        f"{made.start:%Y-%m-%d} to {made.end:%Y-%m-%d}: {made.asked} asked, {made.all.answers} answered.", highlight=False
    )
    if not made.all.answers:
        return
    for title, lines in (
        ("Store", made.stores), ("Technician", made.technicians), ("Advisor", made.advisors), ("Service", made.services),
    ):  # fmt: skip
        if lines:
            console.print(_table(title, lines, known, language))
    for code, number in made.all.causes:
        console.print(f"{number:>4}  {known.name(code, language)}", highlight=False, markup=False)
    for row in made.said[:MOST_WORDS] if words else ():
        console.print(f"{row.day}  {row.work or '–'}/{row.people or '–'}  {row.words}", highlight=False, markup=False)


@app.command()
def survey(
    quarter: Annotated[str, typer.Option(help='Such as "2026Q3"; else the last one.')] = "",
    language: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant: of the names.")] = "en",
) -> None:
    """What the anonymous survey has brought, of groups that are large enough, when the quarter is over."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from handlers.dialogue import shop as shops
    from handlers.feedback import rules
    from handlers.feedback import survey as surveys

    with opened() as (settings, database), database.reading() as session:
        today = now_of(settings).date()
        wanted = quarter or rules.quarter_before(today)
        if wanted >= rules.quarter(today):
            typer.secho(f"{wanted} is not over yet: its answers are shown when nobody can add to them.", fg="red", err=True)
            raise typer.Exit(2)
        lines = surveys.results(session, shops.load(session), language, wanted)
    table = Table("Store", "answers", *surveys.QUESTIONS, title=f"Anonymous survey {wanted}")
    for line in lines:
        shown = [f"{one.mean:.1f}" for one in line.scores] or ["–"] * len(surveys.QUESTIONS)
        table.add_row(Text(line.name or "all"), str(line.answers or (f"< {line.fewest}" if line.name else "not shown")), *shown)
    Console().print(table if lines else f"Nobody has answered in {wanted}.")


@causes.command("export")
def export_(file: Path) -> None:
    """Write the causes into a TOML file, to be edited."""
    from handlers.feedback import causes as named

    with opened() as (_, database), database.reading() as session:
        file.write_text(named.written(session), "utf-8")
    typer.echo(f"Written to {file}.")


@causes.command("import")
def import_(file: Path) -> None:
    """These causes and no others; the words of the last months are read anew."""
    from handlers.feedback import causes as named

    with opened() as (settings, database):
        try:
            text = file.read_text("utf-8")
            with database.transaction() as session:
                number = named.take(session, text, now_of(settings))
        except (OSError, ValueError) as error:
            said = f"{file} cannot be read." if isinstance(error, (OSError, UnicodeDecodeError)) else str(error)
            typer.secho(f"Nothing was changed. {said}", fg="red", err=True)
            raise typer.Exit(2) from None
    typer.echo(f"{number} causes.")


def _table(title: str, lines: "tuple[Line, ...]", known: "Causes", language: str) -> "Table":
    from rich.box import SIMPLE
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column(title)
    for name in ("answers", "work", "4–5", "people", "4–5", "≤ 2"):
        table.add_column(name, justify="right")
    table.add_column("causes")
    for line in lines:
        table.add_row(Text(line.name), *_cells(line.figures), Text(_causes(line.figures, known, language)))
    return table


def _cells(figures: "Figures") -> list[str]:
    return [str(figures.answers), *_stars(figures.work), *_stars(figures.people), str(figures.low)]


def _stars(score: "Score") -> list[str]:
    if score.mean is None or score.happy is None:
        return ["–", "–"]
    return [f"{score.mean:.1f}", f"{score.happy:.0%}"]


def _causes(figures: "Figures", known: "Causes", language: str) -> str:
    return ", ".join(f"{known.name(code, language)} {number}" for code, number in figures.causes[:3])
