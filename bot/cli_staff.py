"""`bayline staff`: who may come into the console, from the machine itself; and what a start says about logging in."""

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli_common import now_of, opened
from bot.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from handlers.dialogue import Refusal
    from storage.database import Database
    from storage.staff import Staff

app = typer.Typer(
    help="Who may come into the console: invite, add, link, list, dismiss, password, second-step-off.", no_args_is_help=True
)


@app.command()
def invite(login: Annotated[str, typer.Argument(help="Whose; without one, for the first administrator.")] = "") -> None:
    """Print a one-time code with which somebody chooses a password; for the first administrator, or for LOGIN."""
    from handlers.staff import actions
    from storage import staff

    with opened() as (settings, database), database.transaction() as session:
        member = _member(session, login) if login else None
        if member is None and staff.any_administrator(session):
            _fail("There is an administrator already. Name the login: bayline staff invite LOGIN")
        code = actions.invite(session, member, now_of(settings))
    _tell_code(settings, code, member.name if member else "the first administrator")


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="2 to 60 letters, digits or . _ @ + -")],
    name: Annotated[str, typer.Option(help="As colleagues and customers know them.")] = "",
    role: Annotated[str, typer.Option(help="advisor, manager, region or administrator")] = "advisor",
    store: Annotated[str, typer.Option(help="Code of the store; for advisors and managers.")] = "",
    language: Annotated[str, typer.Option(help="en, zh-Hans or zh-Hant")] = "en",
) -> None:
    """Somebody new; prints the one-time code with which they choose a password."""
    from handlers.dialogue import Refusal
    from handlers.dialogue.texts import LANGUAGES
    from handlers.staff import actions
    from storage import stores

    with opened() as (settings, database), database.transaction() as session:
        if language not in LANGUAGES:
            _fail(f"The language must be one of {', '.join(LANGUAGES)}.")
        place = stores.by_code(session, store) if store else None
        if store and place is None:
            _fail(f"There is no store {store}. `bayline check` names them.")
        try:
            now = now_of(settings)
            member = actions.add(session, login, name or login, role, place.id if place else None, language, now, place="cli")
        except Refusal as refusal:
            _refused(refusal)
        code = actions.invite(session, member, now)
    _tell_code(settings, code, member.name)


@app.command()
def link(login: str) -> None:
    """Print a one-time code with which LOGIN links their Telegram account: good once and for ten minutes."""
    from handlers.dialogue import Refusal
    from handlers.staff import linking

    with opened() as (settings, database), database.transaction() as session:
        member = _member(session, login)
        try:
            code = linking.new_code(session, member, now_of(settings))
        except Refusal as refusal:
            _refused(refusal)
    typer.echo(f"One-time code for {member.name}, good for ten minutes. They write to the bot, in a private chat: /link {code}")


@app.command("list")
def list_() -> None:
    """Everybody, with role and store."""
    from storage import factors, staff, stores

    with opened() as (_, database), database.reading() as session:
        codes = {store.id: store.code for store in stores.all_stores(session)}
        guarded = factors.standing(session)
        for member in staff.everybody(session):
            state = "left" if member.dismissed_at else "" if member.password else "no password yet"
            state += "second step" if member.id in guarded else ""
            where = codes[member.store_id] if member.store_id else "all stores"
            typer.echo(f"{member.login:20} {member.role:14} {where:12} {member.name}  {state}".rstrip())


@app.command()
def dismiss(login: str) -> None:
    """They cannot log in any more, and whoever is logged in as them is out at once."""
    from handlers.dialogue import Refusal
    from handlers.staff import actions

    with opened() as (settings, database), database.transaction() as session:
        try:
            actions.dismiss(session, _member(session, login), now_of(settings), by=None, place="cli")
        except Refusal as refusal:
            _refused(refusal)
    typer.echo(f"{login} is out.")


@app.command("second-step-off")
def second_step_off(login: str) -> None:
    """For who has lost phone and recovery codes: their password alone lets them in, until they set it up anew."""
    from handlers.staff import second_step

    with opened() as (settings, database), database.transaction() as session:
        if not second_step.take_off(session, _member(session, login), now_of(settings), by=None, place="cli"):
            _fail(f"{login} logs in with a password alone already.")
    typer.echo(f"{login} logs in with the password alone now, and is logged out everywhere.")


@app.command()
def password(login: str) -> None:
    """Give somebody a password (typed hidden, or read from standard input); whoever is logged in as them is out."""
    from handlers.dialogue import Refusal
    from handlers.staff import actions, passwords, rules

    with opened() as (settings, database):
        with database.reading() as session:
            member = _member(session, login)
        hidden = sys.stdin.isatty()
        typed = (
            typer.prompt("New password", hide_input=True, confirmation_prompt=True)
            if hidden
            else sys.stdin.readline().rstrip("\n")
        )
        try:
            rules.check_password(typed, member.login)
        except Refusal as refusal:
            _refused(refusal)
        hashed = passwords.hash_of(typed)
        with database.transaction() as session:
            actions.set_password(session, _member(session, login), hashed, now_of(settings), by=None, place="cli")
    typer.echo(f"{login} has a new password.")


def say_how_to_log_in(database: "Database", settings: Settings, port: int, *, sample: bool) -> None:
    """At a start: the logins of the sample shop; or while nobody administers a real one, the code for the first who does.

    Only here, on the screen of whoever starts it: it never passes through a log.
    """
    from handlers.staff import actions
    from storage import staff

    address = f"http://localhost:{port}/console"
    if sample:
        from bot.demo import staff as people

        logins = people.hire(database, now_of(settings))
        typer.echo(f"Console: {address}   log in as {', '.join(logins)}   password: {people.password(database)}")
        return
    with database.transaction() as session:
        if staff.any_administrator(session):
            return
        code = actions.invite(session, None, now_of(settings))
    typer.echo(
        f"Console: nobody administers it yet. Open {address}/invite and enter this code, good once and for 24 hours: {code}"
    )


def _member(session: "Session", login: str) -> "Staff":
    from handlers.staff import rules
    from storage import staff

    member = staff.by_login(session, rules.fold_login(login))
    if member is None:
        _fail(f"Nobody has the login {login}. `bayline staff list` shows everybody.")
    return member


def _tell_code(settings: Settings, code: str, name: str) -> None:
    typer.echo(f"One-time code for {name}, good for 24 hours: {code}")
    typer.echo(f"It is entered at http://localhost:{settings.port}/console/invite, or at your public address.")


def _refused(refusal: "Refusal") -> NoReturn:
    """The rule's own sentence, as the console says it."""
    from handlers.dialogue.texts import Texts

    _fail(Texts(["staff"]).label(refusal.key, "en", refusal.values))


def _fail(sentence: str) -> NoReturn:
    typer.secho(sentence, fg="red", err=True)
    raise typer.Exit(2)
