"""`bayline doctor`: whether the database holds together."""

import typer

from bot.cli_common import opened, sentences, shop_settings
from bot.settings import Wrong


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor() -> None:
    """Check that the file is whole and that the sums of coupons, budgets and calendar are what their ledgers say."""
    from bot.doctor import findings

    _the_file()
    wrong = 0
    with opened() as (_, database), database.reading() as session:
        for finding in findings(session):
            mark = typer.style("OK  ", fg="green") if finding.good else typer.style("BAD ", fg="red")
            typer.echo(f"{mark}  {finding.text}" + (f"\n      → {finding.remedy}" if finding.remedy else ""))
            wrong += not finding.good
    raise typer.Exit(1 if wrong else 0)


def _the_file() -> None:
    """Looks first whether the file is whole: to open it otherwise may be to write to it."""
    from bot.backup import refuse_damaged, sqlite_path
    from storage import sqlite_file

    with sentences():
        settings, _ = shop_settings()
        path = sqlite_path(settings.database)
        if path is None or not path.exists():
            return
        found = sqlite_file.problems(path)
        try:
            sqlite_file.mark(path, found)
        except OSError as trouble:
            raise Wrong(f"{path.parent} cannot be written to: {trouble.strerror}") from None
        for line in found:
            typer.echo(typer.style("BAD ", fg="red") + f"  {line}")
        refuse_damaged(settings.database)
    typer.echo(typer.style("OK  ", fg="green") + "  The file is whole.")
