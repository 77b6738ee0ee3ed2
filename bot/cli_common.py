"""What the commands share: settings and database opened and closed, a wrong setting in one sentence, reports and progress."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, NoReturn

import typer

from bot.settings import Settings, Wrong, read

if TYPE_CHECKING:
    from handlers.transfer import Report
    from storage.database import Database
    from storage.staff import Staff

DEMO_FILE = "demo.db"


@contextmanager
def sentences() -> Iterator[None]:
    """A setting that is wrong ends the program with its sentence, not with a traceback."""
    try:
        yield
    except Wrong as wrong:
        typer.secho(str(wrong), fg="red", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def demo_settings() -> Settings:
    """Those of `run`; without a DATABASE_URL the sample shop has a file of its own, apart from a real shop's."""
    settings = read()
    if not settings.database_url:
        settings.database_url = f"sqlite:///{settings.data_dir / DEMO_FILE}"
    return settings


def shop_settings() -> tuple[Settings, bool]:
    """The settings of the real shop if there is one, else those of the sample shop; and whether it is the sample."""
    settings = read()
    sample = not settings.database_url and not (settings.data_dir / "bayline.db").exists()
    return (demo_settings() if sample else settings), sample


@contextmanager
def opened() -> "Iterator[tuple[Settings, Database]]":
    """The shop that a command is about, its database brought up to date."""
    from bot.app import open_database

    with sentences():
        settings, _ = shop_settings()
        database = open_database(settings)
        try:
            yield settings, database
        finally:
            database.close()


def stop(sentence: str, code: int) -> NoReturn:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(code)


def now_of(settings: Settings) -> datetime:
    from bot.app import open_clock

    return open_clock(settings)()


def told(name: str, report: "Report", export: bool = False) -> bool:
    """Prints what became of a file; True when it went well."""
    if report.errors:
        typer.secho(f"{name}: nothing was written, {len(report.errors)} problem(s):", fg="red", err=True)
        for problem in report.errors:
            typer.echo(f"  {problem}", err=True)
        return False
    if export:
        typer.echo(f"{name}: {report.written} written")
        return True
    would = " would be" if report.dry_run else ""
    typer.echo(f"{name}: {report.added}{would} added, {report.changed}{would} changed, {report.unchanged} unchanged")
    return True


def prove(database: "Database", settings: Settings, login: str) -> "Staff":
    """Who it is that types: their console password, hidden, or read from standard input. Ends with 2 if it is not theirs."""
    from handlers.staff import passwords, rules
    from storage import audit, staff

    typed = (
        typer.prompt(f"Password of {login} for the console", hide_input=True)
        if sys.stdin.isatty()
        else sys.stdin.readline().rstrip("\n")
    )
    with database.reading() as session:
        member = staff.by_login(session, rules.fold_login(login))
    works_here = member is not None and member.dismissed_at is None
    if passwords.matches(member.password if member and works_here else None, typed) and member:
        return member
    with database.transaction() as session:
        about = f"staff:{member.id}" if member else ""
        audit.write(session, "staff.password_failed", staff_id=None, now=now_of(settings), about=about, place="cli")
    stop("Login or password is not right.", 2)


@contextmanager
def progress_bar() -> Iterator[Callable[..., None]]:
    """A bar on a terminal; nothing where the output goes into a file. It is told (done, total) or (what, done, total)."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task("Working", total=None)

        def show(*step: str | int) -> None:
            *what, done, total = step
            bar.update(task, description=str(what[0]) if what else "Working", completed=float(done), total=float(total))

        yield show
