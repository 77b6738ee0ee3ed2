"""`bayline export-person` and `erase-person`: for whoever asks the shop and not the bot."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened, stop

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storage.customers import Customer

_WHO = typer.Argument(metavar="WHO", help="The customer's code, or their phone number as +8613800138000.")


def add_to(app: typer.Typer) -> None:
    app.command("export-person")(export_person)
    app.command("erase-person")(erase_person)


def export_person(
    who: Annotated[str, _WHO],
    file: Annotated[Path, typer.Argument(help="The file to write; it must not exist.")],
) -> None:
    """Write everything that is held of one customer into a JSON FILE, photos included; make sure first who asks."""
    from handlers.privacy import export
    from storage import audit, erasing

    with opened() as (settings, database), database.transaction() as session:
        customer, now = _customer(session, who), now_of(settings)
        content = export.written(session, erasing.scope_of(session, customer_id=customer.id), now, pictures=True)
        audit.write(session, "privacy.export", staff_id=None, now=now, about=f"customer:{customer.id}", place="cli")
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as trouble:
            stop(f"{file} cannot be written: {trouble.strerror}", 2)
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(content)
    typer.echo(f"{file}: {file.stat().st_size} bytes, readable by you alone.")


def erase_person(
    who: Annotated[str, _WHO],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget one customer for good: name, numbers, words, photos, plates; their open appointments and tickets end."""
    from handlers import FEATURES
    from handlers.dialogue.shop import load as load_shop
    from handlers.dialogue.texts import Texts
    from handlers.privacy import actions
    from storage import erasing

    with opened() as (settings, database):
        now = now_of(settings)
        with database.reading() as session:
            customer = _customer(session, who)
            scope = erasing.scope_of(session, customer_id=customer.id)
            named, cars, chats = customer.name, len(scope.vehicles), len(scope.chats)
        if not yes:
            typer.confirm(f"Forget {named}, with {cars} car(s) and {chats} chat(s)? Nobody can undo it.", abort=True)
        with database.transaction() as session:
            asked = actions.ask(session, erasing.scope_of(session, customer_id=customer.id), "cli", now)
            texts = Texts(["dialogue", "desk", *(feature.name for feature in FEATURES)])
            actions.do(session, load_shop(session), texts, asked.id, now)
        database.compact()
    typer.echo("Forgotten. Older backups still hold them: a restore forgets them again while this database is there to say so.")


def _customer(session: "Session", who: str) -> "Customer":
    from storage import customers

    if one := customers.by_code(session, who):
        return one
    found = customers.with_phone(session, who) if who.startswith("+") else []
    if len(found) != 1:
        codes = ", ".join(customer.code for customer in found)
        stop(f"Several have this number; name one by code: {codes}" if found else f"There is no customer {who}.", 1)
    return found[0]
