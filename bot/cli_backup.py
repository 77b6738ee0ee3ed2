"""`bayline backup`, `restore` and `hold`: a copy of everything, its way back, and what then may be said."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened, progress_bar, sentences, shop_settings, stop
from bot.settings import read

if TYPE_CHECKING:
    from storage.database import Database

app = typer.Typer(help="What a restored database would send: show, send or drop it.", no_args_is_help=True)


def add_to(main: typer.Typer) -> None:
    main.command()(backup)
    main.command()(restore)
    main.add_typer(app, name="hold")


def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")]) -> None:
    """Write everything into one FILE while Bayline works; keep it elsewhere, it holds all personal data."""
    from bot.backup import make

    with sentences(), progress_bar() as progress:
        settings, _ = shop_settings()
        make(settings.database, file, progress)
    typer.echo(f"{file}: {file.stat().st_size / 2**20:.1f} MB, checked. It holds personal data: keep it where nobody else reads.")


def restore(file: Annotated[Path, typer.Argument(help="A file that `bayline backup` has written.")]) -> None:
    """Put a backup in the place of the database; the old one is kept aside, and nothing old is sent until you say so."""
    from bot.backup import bring_back

    with sentences(), progress_bar() as progress:
        settings, sample = shop_settings()
        if sample and not Path(settings.database.removeprefix("sqlite:///")).exists():
            settings = read()  # there is nothing yet: then it is a real shop that is brought here
        restored = bring_back(settings.database, file, now_of(settings), progress)
    typer.echo("Restored." + (f" What was there before is {restored.aside}." if restored.aside else ""))
    _say_held(restored.held)


@app.command()
def show() -> None:
    """What lies aside, and since when."""
    from bot import holding
    from storage import holds

    with opened() as (_, database), database.reading() as session:
        hold = holds.now_open(session)
        if hold is None:
            typer.echo("Nothing is held.")
            return
        typer.echo(f"Held since {hold.begun_at:%Y-%m-%d %H:%M} UTC:")
        _say_held(holding.told(session, hold))


@app.command()
def begin() -> None:
    """Hold everything that is unsent and whatever Bayline would say by itself; for PostgreSQL after a pg_restore."""
    from bot import holding

    with opened() as (settings, database), database.transaction() as session:
        lines = holding.told(session, holding.begin(session, now_of(settings)))
    _say_held(lines)


@app.command()
def send(hours: Annotated[int, typer.Option(min=0, help="What was due longer ago than this is dropped.")] = 24) -> None:
    """End the hold and send what was due lately, though it may have been sent before; offers and what is older are dropped."""
    _end(send=True, hours=hours)


@app.command()
def drop() -> None:
    """End the hold and drop what was due already; what is due later is sent in its time."""
    _end(send=False, hours=0)


def _end(*, send: bool, hours: int) -> None:
    from bot import holding

    with opened() as (settings, database), database.transaction() as session:
        ended = holding.end(session, now_of(settings), send=send, hours=hours)
    if ended is None:
        stop("Nothing is held.", 1)
    going, never = ended
    typer.echo(f"{going} go out in their time, {never} never do. Reminders and pushes begin again; campaigns stay paused.")


def say_if_held(database: "Database") -> None:
    """A start after a restore says that it keeps still, and how that ends."""
    from bot import holding
    from storage import holds

    with database.reading() as session:
        if hold := holds.now_open(session):
            _say_held(holding.told(session, hold))


def _say_held(lines: list[str]) -> None:
    typer.echo("Whoever writes is answered, and nothing is said unasked; campaigns are paused. Held are:")
    for line in lines:
        typer.echo(line)
    typer.echo("`bayline hold send` or `bayline hold drop` ends it; `bayline hold show` tells it again.")
