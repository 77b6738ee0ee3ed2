"""`bayline doctor`: whether the database holds together."""

from collections.abc import Iterator
from typing import Annotated

import typer

from bot.cli_common import now_of, opened, sentences, shop_settings
from bot.finding import AsJson, Finding, say
from bot.settings import Wrong


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(
    as_json: AsJson = False,
    seal: Annotated[str, typer.Option(help="One that was written down: whether it is still part of the chain.")] = "",
    mend: Annotated[bool, typer.Option("--mend-calendar", help="Make what is taken what the appointments have.")] = False,
) -> None:
    """Check that the file is whole, sums and the chain of seals are what they should be, and nothing is stuck."""
    with sentences():
        good = say(_all(seal, mend), "BAD ", as_json=as_json)
    raise typer.Exit(0 if good else 1)


def _all(seal: str, mend: bool) -> Iterator[Finding]:
    from bot.doctor import findings, mended, written_down

    yield from _the_file()
    if mend:
        with opened() as (_, database), database.transaction() as session:
            yield from list(mended(session))
    with opened() as (settings, database), database.reading() as session:
        yield from findings(session, now_of(settings))
        if seal:
            yield written_down(session, seal)


def _the_file() -> Iterator[Finding]:
    """Looks first whether the file is whole: to open it otherwise may be to write to it."""
    from bot.backup import refuse_damaged
    from bot.encrypting import refuse_locked, sqlite_path
    from storage import sqlite_file

    settings, _ = shop_settings()
    path = sqlite_path(settings.database)
    if path is None:
        yield Finding(True, "PostgreSQL looks after its own files; its pg_amcheck looks through them.")
        return
    if not path.exists():
        return
    refuse_locked(settings.database)
    found = sqlite_file.problems(path)
    try:
        sqlite_file.mark(path, found)
    except OSError as trouble:
        raise Wrong(f"{path.parent} cannot be written to: {trouble.strerror}") from None
    yield from (Finding(False, line) for line in found)
    refuse_damaged(settings.database)
    yield Finding(True, "The file is whole.")
