"""`bayline kb`: ask the knowledge base and have its decision explained, measure it, and publish entries with a look before."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot import cli_learning, cli_versions
from bot.cli_common import now_of, opened, progress_bar, sentences, stop, told
from bot.cli_rehearsing import Cases, Force, known_cases, tell

if TYPE_CHECKING:
    from handlers.faq.publishing import Published

app = typer.Typer(
    help="The knowledge base: ask, evaluate, import, gaps, adopt, aliases, helped, versions, restore.", no_args_is_help=True
)
cli_learning.add_to(app)
cli_versions.add_to(app)


@app.command()
def ask(
    question: str,
    language: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant")] = "",
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """What the bot would do with a question, and why."""
    from handlers.dialogue.languages import of_words
    from handlers.faq import base

    with opened() as (_, database), database.reading() as session:
        loaded = base.load(session)
        if not loaded.by_id:
            stop("There is no knowledge base here yet: `bayline init` brings a starter base, `bayline demo` a sample shop.", 2)
        explained = asdict(loaded.knowledge.explain(question, language or of_words(question)))
        if as_json:
            typer.echo(json.dumps(explained, ensure_ascii=False, indent=2, default=str))
        else:
            _print(explained)


def _print(value: Any, name: str = "", depth: int = 0) -> None:
    """A nested structure as indented lines."""
    pad = "  " * depth
    if isinstance(value, dict):
        if name:
            typer.secho(f"{pad}{name}", bold=True)
        for key, inner in value.items():
            _print(inner, str(key), depth + bool(name))
    elif isinstance(value, (list, tuple)) and any(isinstance(item, dict) for item in value):
        typer.secho(f"{pad}{name}", bold=True)
        for number, inner in enumerate(value, 1):
            _print(inner, str(number), depth + 1)
    else:
        shown = (
            ", ".join(map(str, value))
            if isinstance(value, (list, tuple))
            else f"{value:.3f}"
            if isinstance(value, float)
            else value
        )
        typer.echo(f"{pad}{name}: {shown}")


@app.command()
def evaluate(
    entries: Annotated[Path, typer.Option(help='JSONL: {"id","lang","question","aliases","answer"}')],
    queries: Annotated[Path, typer.Option(help='JSONL: {"query","lang","expected"}, expected null = not in the base')],
    as_json: Annotated[bool, typer.Option("--json")] = False,
    semantic: Annotated[bool, typer.Option("--semantic/--no-semantic", help="Sentence vectors, if installed.")] = True,
) -> None:
    """Measure accuracy, wrong answers and speed on a set of questions."""
    from knowledge_base.evaluate import evaluate as measure

    with sentences():
        for path in (entries, queries):
            if not path.is_file():
                typer.secho(f"There is no file {path}.", fg="red", err=True)
                raise typer.Exit(2)
        figures = measure(entries, queries, semantic=semantic)
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        _print(figures)


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="A file of entries (.toml, .jsonl), or a folder of them.")],
    cases: Cases = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
    force: Force = False,
) -> None:
    """Import entries and report what that does to known questions; one that would be answered wrongly stops it."""
    from handlers.faq import publishing
    from handlers.transfer.naming import files_of, kind_of

    paths = [file for file in files_of(path) if kind_of(file) == "kb"] if path.is_dir() else [path]
    if not path.exists() or not paths:
        stop(f"There is nothing to import at {path}: no such file, or no file of entries in the folder.", 2)
    known = known_cases(cases)
    with opened() as (settings, database):
        try:
            with progress_bar() as progress:
                done = publishing.publish(
                    database, paths, known, now=now_of(settings), dry_run=dry_run, force=force, progress=progress
                )
        except publishing.ChangedMeanwhile as changed:
            stop(str(changed), 1)
    for file, report in done.reports:
        told(file.name, report)
    raise typer.Exit(_conclude(done, force))


def _conclude(done: "Published", force: bool) -> int:
    """Says what the questions have shown and what became of the import; the exit code."""
    if not done.ok:
        return 1
    if not any(report.added or report.changed for _, report in done.reports):
        typer.echo("Nothing changes: the base holds all of this already.")
        return 0
    if done.comparison:
        tell(done.comparison)
    else:
        typer.echo("Nothing changes for customers, so that no questions were asked.")
    if done.kept:
        typer.secho("Imported; running workers answer with it within two seconds.", fg="green")
    elif done.comparison and done.comparison.newly_wrong and not force:
        wrong = len(done.comparison.newly_wrong)
        stopped = f"Nothing was imported: {wrong} known question{'' if wrong == 1 else 's'} would be answered wrongly. "
        typer.secho(f"{stopped}Change the phrasings of the entries named above, or import with --force.", fg="red", err=True)
        return 1
    else:
        typer.echo("A dry run: nothing was imported.")
    return 0
