"""What commands that change the knowledge base have in common: they ask known questions before, and tell what they found."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli_common import progress_bar, stop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from handlers.faq.regression import Case, Change, Comparison
    from storage.database import Database

T = TypeVar("T")

Cases = Annotated[
    Path | None, typer.Option(help='JSONL: {"query","lang","expected"}; without it, the questions of the starter base')
]
Force = Annotated[bool, typer.Option("--force", help="Go on even if known questions are answered wrongly.")]

# So many examples of each kind are told; nobody reads more.
MOST_TOLD = 10


def known_cases(path: Path | None) -> "list[Case]":
    """The questions to ask; a file that is wrong ends the program with its sentence."""
    from handlers.faq import regression
    from handlers.transfer.report import Wrong

    try:
        return regression.read_cases(path or regression.starter_cases())
    except Wrong as wrong:
        stop(": ".join(filter(None, [str(path), f"row {wrong.row}" if wrong.row else "", wrong.column, wrong.reason])), 2)


def rehearsed(database: "Database", make: "Callable[[Session], T]", cases: Path | None, force: bool, dry_run: bool = False) -> T:
    """What the change gave back; one that would answer known questions wrongly is not made, and ends the program."""
    from handlers.faq import publishing, rehearsing

    known = known_cases(cases)
    try:
        with progress_bar() as progress:
            done = rehearsing.change(database, make, known, force=force, dry_run=dry_run, progress=progress)
    except publishing.ChangedMeanwhile as changed:
        stop(str(changed), 1)
    if done.comparison:
        tell(done.comparison)
    if done.comparison and done.comparison.newly_wrong and not force:
        wrong = len(done.comparison.newly_wrong)
        stop(
            f"Nothing was changed: {wrong} known question{'' if wrong == 1 else 's'} would be answered wrongly. --force goes on.",
            1,
        )
    return done.result


def tell(found: "Comparison") -> None:
    """The comparison in plain lines."""
    if not found.cases:
        typer.echo("None of the known questions is about entries of this base. --cases names a file with your own.")
        return
    typer.echo(f"{found.cases} known questions: {found.right_before} answered right before, {found.right_after} after.")
    for theft in found.thefts:
        count = len(theft.queries)
        questions = f"{count} question{'' if count == 1 else 's'} that belonged to {theft.owner}"
        typer.secho(f"  {theft.thief} now comes first for {questions}: {_some(theft.queries)}", fg="yellow")
    for title, changes, colour in (
        ("newly wrong", found.newly_wrong, "red"),
        ("less sure than before", found.less_sure, "yellow"),
        ("newly right", found.newly_right, "green"),
    ):
        if changes:
            typer.secho(f"  {title}: {len(changes)}", fg=colour)
        for change in changes[:MOST_TOLD]:
            typer.echo(f"    {_one(change)}")


def _one(change: "Change") -> str:
    expected = change.case.expected or "no answer"
    return f'"{change.case.query}" ({change.case.language}, {expected}): {change.before} → {change.after}'


def _some(queries: tuple[str, ...]) -> str:
    shown = ", ".join(f'"{query}"' for query in queries[:3])
    return shown + (" …" if len(queries) > 3 else "")
