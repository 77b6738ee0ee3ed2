"""`bayline kb gaps`, `adopt`, `aliases` and `helped`: what customers have taught us, for staff to decide on."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened, stop
from bot.cli_rehearsing import Cases, Force, rehearsed

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from handlers.faq.adopting import Decided
    from handlers.faq.closing import Closed

# So many unanswered questions are looked at, the newest first.
MOST_GAPS = 10_000

Numbers = Annotated[list[int], typer.Argument(help="As `bayline kb aliases` shows them.", min=1, max=2**31)]

aliases = typer.Typer(help="Words that customers typed before they chose an entry: list, take, dismiss.")


def add_to(app: typer.Typer) -> None:
    app.command()(gaps)
    app.command()(adopt)
    app.command()(helped)
    app.command()(drafts)
    app.add_typer(aliases, name="aliases")


def gaps(
    since: Annotated[int, typer.Option(help="Only of the last so many days; 0 = all.", min=0, max=36_500)] = 0,
    limit: Annotated[int, typer.Option(help="How many groups to list, the largest first.", min=1)] = 50,
    export: Annotated[Path | None, typer.Option(help="Write all groups to this file: .jsonl, .csv or .xlsx")] = None,
) -> None:
    """What customers asked and the bot could not answer, similar questions together."""
    from handlers.faq.gaps import group, write
    from handlers.transfer.report import Wrong
    from storage import entries

    with opened() as (settings, database), database.reading() as session:
        start = now_of(settings) - timedelta(days=since) if since else None
        found = entries.gaps(session, start, MOST_GAPS)
    groups = group(found)
    if export:
        try:
            write(export, groups)
        except Wrong as wrong:
            typer.secho(wrong.reason, fg="red", err=True)
            raise typer.Exit(2) from None
        typer.echo(f"{export.name}: {len(groups)} written")
        return
    if not groups:
        typer.echo("No gaps: every question found an answer.")
        return
    for one in groups[:limit]:
        near = f"  nearest: {one.nearest}" if one.nearest else ""
        sure = f" ({one.confidence:.2f})" if one.nearest and one.confidence is not None else ""
        number = f"{one.numbers[0]:5}  "
        typer.secho(
            f"{number}{one.count:5} ×  {one.last_at:%Y-%m-%d}  {one.kind:8}  {' '.join(one.languages)}{near}{sure}", bold=True
        )
        for example in one.examples:
            typer.echo(f"                {example[:200]}")
    if len(groups) > limit:
        typer.echo(f"{len(groups) - limit} more; --limit or --export shows them.")
    typer.echo("`bayline kb adopt NUMBER ENTRY` makes the words aliases of an entry; with --answer en=… they become a new one.")
    if len(found) == MOST_GAPS:
        typer.echo(f"Only the newest {MOST_GAPS} questions were looked at.")


def drafts(file: Annotated[Path, typer.Argument(help="Where to write them, a .toml file that is not there yet.")]) -> None:
    """Entries that staff have drafted from lessons, as a file for `bayline kb import`."""
    from handlers.lessons.actions import drafted

    with opened() as (_, database), database.reading() as session:
        found = drafted(session)
    if not found:
        typer.echo("There are no drafts. They are written in the console, below Lessons.")
        return
    if file.exists():
        stop(f"{file.name} is there already. Choose another name.", 2)
    file.write_text(found, "utf-8")
    typer.echo(f"{file.name}: written. `bayline kb import {file.name}` measures and keeps them.")


def adopt(
    number: Annotated[int, typer.Argument(help="As `bayline kb gaps` shows it, in front.", min=1, max=2**31)],
    entry: Annotated[str, typer.Argument(help="The id of an entry, or of the new one.")],
    answer: Annotated[list[str] | None, typer.Option(help="A new entry's answer: en=… (also zh-Hans=…, zh-Hant=…)")] = None,
    cases: Cases = None,
    force: Force = False,
) -> None:
    """Make what customers asked in vain the aliases of an entry, or a new entry; the gap leaves the list."""
    from handlers.faq import closing
    from handlers.faq.gaps import group
    from handlers.transfer.fields import LANGUAGES
    from handlers.transfer.report import Wrong
    from storage import entries

    answers = dict(one.partition("=")[::2] for one in answer or ())
    if unknown := answers.keys() - set(LANGUAGES):
        stop(f'--answer begins with a language: {", ".join(f"{one}=…" for one in LANGUAGES)}; not "{min(unknown)[:40]}".', 2)

    with opened() as (settings, database):
        now = now_of(settings)

        def make(session: "Session") -> "Closed":
            found = closing.find(group(entries.gaps(session, None, MOST_GAPS)), number)
            return closing.anew(session, found, entry, answers, now) if answers else closing.into(session, found, entry, now)

        try:
            done = rehearsed(database, make, cases, force)
        except Wrong as wrong:
            stop(wrong.reason, 1)
    for words, owner in done.left:
        typer.secho(f'"{words}" leads to "{owner}" already and stays there.', fg="yellow")
    for words in done.taken:
        typer.echo(f'"{words}" → {done.entry_id}')
    if missing := [language for language in LANGUAGES if answers and language not in answers]:
        typer.secho(f"{entry} has no text in {' and '.join(missing)}; customers of that language get another one.", fg="yellow")


def helped() -> None:
    """How often an answer helped, and how often customers asked for a person instead; the weakest first."""
    from storage import verdicts

    with opened() as (_, database), database.reading() as session:
        found = verdicts.all_verdicts(session)
    if not found:
        typer.echo("Nobody has pressed a button under an answer yet.")
    for one in found:
        typer.echo(
            f"{one.helped:5} helped  {one.person:5} asked a person  {one.last_at:%Y-%m-%d}  {one.language:7}  {one.entry_id}"
        )


@aliases.callback(invoke_without_command=True)
def list_aliases(context: typer.Context) -> None:
    """List what waits, the most frequent first; `take` and `dismiss` are given the numbers in front."""
    if context.invoked_subcommand:
        return
    from storage import proposals

    with opened() as (_, database), database.reading() as session:
        waiting = proposals.waiting(session)
    if not waiting:
        typer.echo("No words wait to become an alias.")
    for one in waiting:
        typer.echo(f"{one.id:5}  {one.count:4} ×  {one.last_at:%Y-%m-%d}  {one.language:7}  {one.text}  → {one.entry_id}")


@aliases.command()
def take(numbers: Numbers, cases: Cases = None, force: Force = False) -> None:
    """Add these words to the aliases of their entries, unless known questions would then be answered wrongly."""
    from handlers.faq import adopting

    with opened() as (settings, database):
        now = now_of(settings)
        done = rehearsed(database, lambda session: adopting.take(session, numbers, now), cases, force)
    _told(done, "is an alias now")


@aliases.command()
def dismiss(numbers: Numbers) -> None:
    """Hide these words; they are not proposed again."""
    from handlers.faq import adopting

    with opened() as (_, database), database.transaction() as session:
        done = adopting.dismiss(session, numbers)
    _told(done, "is dismissed")


def _told(done: "Sequence[Decided]", what: str) -> None:
    for one in done:
        if one.refusal or one.proposal is None:
            typer.secho(f"{one.number}: {one.refusal}", fg="red", err=True)
        else:
            typer.echo(f'{one.number}: "{one.proposal.text}" → {one.proposal.entry_id} {what}.')
    raise typer.Exit(1 if any(one.refusal for one in done) else 0)
