"""`bayline kb`: ask the knowledge base and have its decision explained, measure it, list what it could not answer."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.cli_common import opened, sentences

app = typer.Typer(
    help="The knowledge base: ask, evaluate, gaps (import and export: `bayline import`, `bayline export`).", no_args_is_help=True
)


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
        explained = loaded.knowledge.explain(question, language or of_words(question))
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
    elif isinstance(value, list) and any(isinstance(item, (dict, list)) for item in value):
        typer.secho(f"{pad}{name}", bold=True)
        for number, inner in enumerate(value, 1):
            _print(inner, str(number), depth + 1)
    else:
        shown = ", ".join(map(str, value)) if isinstance(value, list) else f"{value:.3f}" if isinstance(value, float) else value
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


@app.command()
def gaps(limit: Annotated[int, typer.Option(help="How many, newest first.")] = 50) -> None:
    """What customers asked and the bot could not answer."""
    from storage import entries

    with opened() as (_, database), database.reading() as session:
        found = entries.gaps(session, limit=limit)
        if not found:
            typer.echo("No gaps: every question found an answer.")
        for gap in found:
            near = f"  (nearest: {gap.nearest}, {gap.confidence:.2f})" if gap.nearest and gap.confidence is not None else ""
            typer.echo(f"{gap.at:%Y-%m-%d %H:%M}  {gap.kind:8}  {gap.language:7}  {gap.text}{near}")
