"""The command `bayline`: demo, run, chat, init, migrate, check, import, export, kb, customers, tickets, feedback, staff …"""

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import (
    cli_aside,
    cli_backup,
    cli_customers,
    cli_doctor,
    cli_encrypt,
    cli_feedback,
    cli_kb,
    cli_privacy,
    cli_pushes,
    cli_shop,
    cli_staff,
    cli_tickets,
    cli_understand,
)
from bot.cli_common import DEMO_FILE, demo_settings, sentences, shop_settings
from bot.settings import Settings, Wrong, others_may_read, read

if TYPE_CHECKING:
    from storage.database import Database

app = typer.Typer(
    name="bayline",
    help="The conversational service desk for car dealerships and detailing shops.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(cli_kb.app, name="kb")
app.add_typer(cli_customers.app, name="customers")
app.add_typer(cli_tickets.app, name="tickets")
app.add_typer(cli_feedback.app, name="feedback")
app.add_typer(cli_pushes.app, name="pushes")
app.add_typer(cli_staff.app, name="staff")
app.add_typer(cli_aside.app, name="aside")
cli_shop.add_to(app)
cli_doctor.add_to(app)
cli_backup.add_to(app)
cli_encrypt.add_to(app)
cli_privacy.add_to(app)
cli_understand.add_to(app)


@app.command()
def run() -> None:
    """Work for real: Telegram, web chat and courier, with the settings of the environment or .env."""
    with sentences():
        _work(read())


@app.command()
def demo(fresh: Annotated[bool, typer.Option("--fresh", help="Begin again with an untouched sample shop.")] = False) -> None:
    """A sample dealership group with web chat and terminal chat; nothing else is needed."""
    with sentences():
        settings = demo_settings()
        if fresh:
            forget(settings)
        _work(settings, sample=True)


@app.command()
def chat(
    address: Annotated[str, typer.Option("--as", help="Whose chat to go on with.")] = "terminal",
    language: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant; else your words decide.")] = "",
) -> None:
    """Talk to the bot in the terminal: the real shop if DATABASE_URL is set or it was made by `init`, else the sample shop."""
    from bot.app import open_clock, open_database
    from bot.channels.terminal import Terminal
    from handlers import FEATURES
    from handlers.dialogue.engine import Engine

    with sentences():
        settings, sample = shop_settings()
        database = open_database(settings)
        try:
            if sample:
                load_demo(database, settings)
            engine = Engine(database, FEATURES)
            if sys.stdin.isatty():
                typer.secho("Type your question, or the number of a button. /quit ends.", dim=True)
            Terminal(engine, open_clock(settings), lambda text: typer.echo(f"\n{text}\n"), address, language).chat(sys.stdin)
        finally:
            database.close()


@app.command()
def migrate() -> None:
    """Bring the database to the shape that this release needs (run and demo do it by themselves)."""
    from bot.app import open_database
    from storage.migrating import revision

    with sentences():
        database = open_database(read())
        typer.echo(f"The database is at revision {revision(database)}.")
        database.close()


def forget(settings: Settings) -> None:
    """Removes the sample shop's file. A database that was named by hand is never removed."""
    if not _own_file(settings):
        raise Wrong("--fresh only clears the sample shop's own file: leave DATABASE_URL out, or empty that database yourself")
    from bot.only_one import hold

    path = Path(settings.database_url.removeprefix("sqlite:///"))
    lock = hold(settings.database_url)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    if lock:
        lock.close()


def load_demo(database: "Database", settings: Settings, desk: bool = False) -> None:
    """Fills an empty database with the sample shop, and its `desk`; a sample shop that is there is left as it is.

    Raises Wrong for a shop of somebody's own: the sample's staff, whose password is printed, would come into it.
    """
    from bot import demo as sample
    from bot.app import open_clock

    if not (sample.load(database, open_clock(settings)(), desk=desk).loaded or _own_file(settings) or sample.is_in(database)):
        raise Wrong(
            "DATABASE_URL names a database with a shop of your own, which the sample shop does not touch: `bayline run` works "
            "for yours; for the sample shop, start `bayline demo` in another folder, without that DATABASE_URL"
        )


def _own_file(settings: Settings) -> bool:
    """Whether this is the file that the sample shop makes for itself."""
    return settings.database_url.endswith(f"/{DEMO_FILE}")


def _work(settings: Settings, sample: bool = False) -> None:
    """One worker from start to stop."""
    from bot import certificates, garbage, logs, loop, only_one

    garbage.collect_nothing()
    certificates.import_aiohttp()
    from bot.app import App, open_database
    from bot.backup import refuse_damaged

    logs.set_up()
    if others_may_read():
        typer.secho("Others on this machine may read .env, and it holds secrets: chmod 600 .env", fg="yellow", err=True)
    refuse_damaged(settings.database, look=True)
    lock = only_one.hold(settings.database)
    database = open_database(settings)
    if sample:
        load_demo(database, settings, desk=True)
    worker = App(settings, database)

    async def main() -> None:
        running = asyncio.create_task(worker.run())
        started = asyncio.create_task(worker.started.wait())
        await asyncio.wait({running, started}, return_when=asyncio.FIRST_COMPLETED)
        if worker.started.is_set():
            _say_where(settings, worker.port, sample)
            cli_shop.say_if_none(database)
            cli_staff.say_how_to_log_in(database, settings, worker.port, sample=sample)
            cli_backup.say_if_held(database)
        started.cancel()
        await running

    loop.run(main())
    database.close()
    if lock:
        lock.close()


def _say_where(settings: Settings, port: int, sample: bool) -> None:
    host = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::", "localhost") else settings.host  # noqa: S104 - compared, not bound
    telegram = "on" if settings.telegram_bot_token.get_secret_value() else "off (set TELEGRAM_BOT_TOKEN)"
    typer.secho(f"\nBayline answers at http://{host}:{port}/   Telegram: {telegram}", bold=True)
    if sample:
        place = f"{settings.data_dir}/ (--fresh begins again)" if _own_file(settings) else "the database of DATABASE_URL"
        typer.echo(
            "Try:  How much is a minor service for my A4?   ·   小保养多少钱   ·   輪胎多少錢？   ·   When are you open?\n"
            f"In another terminal `bayline chat` talks to the same bot. Ctrl+C ends; the data stays in {place}."
        )
