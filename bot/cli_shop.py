"""`bayline init`, `check`, `import` and `export`: making a shop, looking it over, and moving its content in and out of files."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened, progress_bar, prove, sentences, stop, told
from bot.finding import AsJson, say
from bot.settings import Settings, Wrong, read

if TYPE_CHECKING:
    from handlers.transfer import Report
    from storage.database import Database

KINDS = "stores, models, services, prices, customers, vehicles, visits or kb"


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(check)
    app.command("import")(import_)
    app.command()(export)


def init() -> None:
    """Make an empty shop of your own by answering a few questions."""
    from bot.app import open_database
    from bot.setup import ask_for_shop, create_shop, write_env
    from storage import stores

    with sentences():
        settings = read()
        database = open_database(settings)
        with database.reading() as session:
            if stores.all_stores(session):
                raise Wrong("This database holds a shop already; nothing was changed. DATABASE_URL names another one.")
        create_shop(database, ask_for_shop(_ask, typer.echo), now_of(settings))
        database.close()
        if write_env(Path(".env"), settings.database):
            typer.echo("Settings are in .env; write TELEGRAM_BOT_TOKEN there if the shop has a bot.")
    typer.echo("The shop is made. Next: `bayline import FOLDER` with your catalogue, `bayline check`, then `bayline run`.")


def _ask(question: str) -> str:
    return str(typer.prompt(question, default="", show_default=False))


def say_if_none(database: "Database") -> None:
    """A start without any store says that nothing can be answered yet, and how that ends."""
    from storage import stores

    with database.reading() as session:
        if not stores.all_stores(session):
            typer.echo(
                "There is no shop in this database yet, so customers are answered nothing: `bayline init` makes one, "
                "`bayline import FOLDER` takes one from files; DATABASE_URL and BAYLINE_DATA_DIR say where it is."
            )


def check(as_json: AsJson = False) -> None:
    """Configuration, Telegram and content, line by line, with what to do about each finding. Exits with 1 if there is any."""
    from bot.checking import findings

    with sentences():
        good = say(findings(), "TODO", as_json=as_json)
    raise typer.Exit(0 if good else 1)


def import_(
    path: Annotated[Path, typer.Argument(help="A file, or a folder of files.")],
    kind: Annotated[str, typer.Option(help=f"{KINDS}; guessed from the file's name if left out")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, change nothing.")] = False,
) -> None:
    """Take stores, catalogue, customers, vehicles, visits or knowledge base from CSV, XLSX, TOML or JSONL."""
    from handlers.transfer import import_file, import_folder

    if not path.exists():
        typer.secho(f"There is no file {path}.", fg="red", err=True)
        raise typer.Exit(2)
    with opened() as (settings, database):
        now = now_of(settings)
        with progress_bar() as progress:
            if path.is_dir():
                reports = import_folder(database, path, now=now, dry_run=dry_run, progress=progress)
            else:
                reports = [(path, import_file(database, path, kind or None, now=now, dry_run=dry_run, progress=progress))]
        if not dry_run and all(report.ok for _, report in reports):
            _write_down(database, settings, [report for _, report in reports])
        done = [told(file.name, report) for file, report in reports]
        if unclear := [file for file, report in reports if not report.kind and file.is_file()]:
            typer.echo(f"  Such as: bayline import {unclear[0]} --kind customers", err=True)
        if any(report.kind == "kb" and (report.added or report.changed) for _, report in reports):
            typer.echo("`bayline kb import` also tells what new entries do to the answers that were right before.")
    raise typer.Exit(0 if all(done) else 1)


def export(
    kind: Annotated[str, typer.Argument(help=f"{KINDS}; or all, into a folder")],
    path: Annotated[Path, typer.Argument(help="The file to write: .csv, .xlsx, .toml or .jsonl")],
    who: Annotated[str, typer.Option("--as", help="Your login, where a second person has to agree (many customers).")] = "",
) -> None:
    """Write content to a file that `import` reads again. Many customers, vehicles or visits need a second person's yes."""
    from handlers.transfer import could_write, export_file, export_folder

    # A yes of a second person is not used up by a name that cannot be written to.
    if kind != "all" and not (wrong := could_write(path, kind)).ok:
        told(path.name, wrong, export=True)
        raise typer.Exit(1)
    with opened() as (settings, database):
        _agreed(database, settings, kind, who)
    with opened() as (_, database), progress_bar() as progress:
        if kind == "all":
            try:
                path.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise Wrong(f"The folder {path} cannot be made ({error.strerror}). Name another one.") from None
            reports = export_folder(database, path, progress=progress)
        else:
            reports = [(path, export_file(database, path, kind, progress=progress))]
    done = [told(file.name, report, export=True) for file, report in reports]
    raise typer.Exit(0 if all(done) else 1)


def _agreed(database: "Database", settings: Settings, kind: str, login: str) -> None:
    """Ends here if a second person has to agree first. It keeps apart who may run this command; whoever can read the
    database's file needs no command.
    """
    from handlers.dialogue.texts import Texts
    from handlers.oversight import files, rules
    from handlers.transfer.kinds import FLAT
    from storage import bulk

    kinds = rules.PEOPLE if kind == "all" else tuple({kind} & set(rules.PEOPLE))
    if not kinds:
        return
    member = prove(database, settings, login) if login else None
    with database.transaction() as session:
        rows = max(bulk.count(session, FLAT[one].table) for one in kinds)
        verdict = files.out(session, kind, rows, member, now_of(settings), alone=settings.alone_rows)
    if not verdict.go:
        stop(Texts(["oversight"]).label(verdict.key, "en", verdict.values), 3)


def _write_down(database: "Database", settings: Settings, reports: "list[Report]") -> None:
    from handlers.oversight import files, rules

    with database.transaction() as session:
        for report in reports:
            if report.kind in rules.PEOPLE:
                files.came_in(
                    session, report.kind, report.added, report.changed, now_of(settings), alone=settings.alone_rows
                )  # fmt: skip
