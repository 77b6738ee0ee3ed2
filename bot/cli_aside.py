"""`bayline aside`: updates that nobody could handle, not even with an apology, and that wait for a person to look at them."""

from typing import Annotated

import typer

from bot.cli_common import opened, stop

app = typer.Typer(help="Updates that were put aside because nobody could handle them.", no_args_is_help=True)
Key = Annotated[str, typer.Argument(help="As `bayline aside list` names it.")]


@app.command("list")
def list_() -> None:
    """What lies aside, oldest first: since when, its key, and why."""
    from storage import quarantine

    with opened() as (_, database), database.reading() as session:
        rows = quarantine.all_rows(session)
        for row in rows:
            typer.echo(f"{row.at:%Y-%m-%d %H:%M} UTC  {row.key}  {row.reason}")
    if not rows:
        typer.echo("Nothing lies aside.")


@app.command()
def show(key: Key) -> None:
    """The update as it came, to see who waits and for what. It holds personal data."""
    from storage import quarantine

    with opened() as (_, database), database.reading() as session:
        found = next((row for row in quarantine.all_rows(session) if row.key == key), None)
    if found is None:
        stop(f"nothing with the key {key} lies aside: `bayline aside list` names them", 2)
    typer.echo(found.raw)


@app.command()
def drop(key: Key) -> None:
    """It has been dealt with; the update is forgotten."""
    from storage import quarantine

    with opened() as (_, database), database.transaction() as session:
        gone = quarantine.drop(session, key)
    if not gone:
        stop(f"nothing with the key {key} lies aside: `bayline aside list` names them", 2)
    typer.echo("Dropped.")
