"""`bayline kb versions` and `restore`: what was published when, and the way back to it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened, stop
from bot.cli_rehearsing import Cases, Force, rehearsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from handlers.faq.going_back import Difference

# So many entries are named; nobody reads more.
MOST_TOLD = 20
_WHAT = {"import": "import", "aliases": "aliases taken", "gap": "adopted into", "restore": "back to"}


def add_to(app: typer.Typer) -> None:
    app.command()(versions)
    app.command()(restore)


def versions() -> None:
    """What has changed the knowledge base and when (UTC), the latest first; `restore` is given the numbers in front."""
    from storage import staff
    from storage import versions as kept

    with opened() as (_, database), database.reading() as session:
        found = kept.newest(session)
        logins = {member.id: member.login for member in staff.everybody(session)}
    if not found:
        typer.echo("The knowledge base has no versions yet: each change of it leaves one.")
        return
    for one in found:
        counts = ", ".join(f"{n} {what}" for n, what in _counts(one.added, one.changed, one.removed))
        by = f"  by {logins[one.staff_id]}" if one.staff_id else ""
        typer.echo(f"{one.id:5}  {one.at:%Y-%m-%d %H:%M}  {counts:30}  {_WHAT[one.what]} {one.about}{by}")
    typer.echo(f"{found[-1].id - 1:5}  the base before that")


def restore(
    number: Annotated[int, typer.Argument(help="As `bayline kb versions` shows it.", min=0, max=2**31)],
    cases: Cases = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
    force: Force = False,
) -> None:
    """Make the knowledge base what it was at a version; that is a version too, so it can be undone."""
    from handlers.faq import going_back
    from handlers.transfer.report import Wrong

    with opened() as (settings, database):
        now = now_of(settings)
        try:
            with database.reading() as session:
                found = going_back.differences(session, number)
            _tell(found)
            if found:
                rehearsed(database, lambda session: going_back.restore(session, number, now), cases, force, dry_run)
        except Wrong as wrong:
            stop(wrong.reason, 1)
    if not found:
        typer.echo(f"Nothing changes: the base is as it was at version {number}.")
    elif dry_run:
        typer.echo("A dry run: nothing was changed.")
    else:
        typer.secho(f"The base is as it was at version {number}; running workers answer with it within two seconds.", fg="green")


def _counts(added: int, changed: int, removed: int) -> list[tuple[int, str]]:
    return [(n, what) for n, what in ((added, "added"), (changed, "changed"), (removed, "removed")) if n]


def _tell(found: "Sequence[Difference]") -> None:
    for one in found[:MOST_TOLD]:
        where = "; ".join(f"{language}: {', '.join(one.columns(language))}" for language in one.after)
        typer.echo(f"  {one.entry_id}  {one.kind}" + (f"  ({where})" if one.kind == "changed" else ""))
    if len(found) > MOST_TOLD:
        typer.echo(f"  … and {len(found) - MOST_TOLD} more")
