"""`bayline doctor`: whether the database holds together."""

import typer

from bot.cli_common import opened


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor() -> None:
    """Check that the sums of coupons, budgets and calendar are what their ledgers say; changes nothing."""
    from bot.doctor import findings

    wrong = 0
    with opened() as (_, database), database.reading() as session:
        for finding in findings(session):
            mark = typer.style("OK  ", fg="green") if finding.good else typer.style("BAD ", fg="red")
            typer.echo(f"{mark}  {finding.text}" + (f"\n      → {finding.remedy}" if finding.remedy else ""))
            wrong += not finding.good
    raise typer.Exit(1 if wrong else 0)
