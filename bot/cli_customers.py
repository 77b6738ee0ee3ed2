"""`bayline customers`: who a chat belongs to, as far as an advisor has to say so."""

from typing import Annotated

import typer

from bot.cli_common import now_of, opened

app = typer.Typer(help="Customers: confirm a phone number.", no_args_is_help=True)


@app.callback()
def customers() -> None:
    """Keeps `confirm` a command of its own while it is the only one."""


@app.command()
def confirm(
    phone: Annotated[str, typer.Argument(help="The number that you have called, as the ticket names it.")],
    code: Annotated[str, typer.Argument(help="The six digits that the customer has read out.")],
) -> None:
    """You have called the number and heard the code: the chat that shows it now belongs to the customer with this number."""
    from handlers import FEATURES
    from handlers.dialogue.texts import Texts
    from handlers.profile import codes, phones
    from storage import stores

    with opened() as (settings, database), database.transaction() as session:
        everywhere = stores.all_stores(session)
        number = phones.read(phone, everywhere[0].region if everywhere else "CN")
        texts = Texts(["dialogue", *(feature.name for feature in FEATURES)])
        digits = code.replace(" ", "")
        outcome = codes.confirm(session, texts, number.e164, digits, now_of(settings)) if number else "wrong"
    if outcome == "wrong":
        typer.secho("No such code is open for this number: ask the customer for a new one.", fg="red", err=True)
        raise typer.Exit(2)
    typer.echo(
        "Confirmed; the chat is linked to its customer."
        if outcome == "linked"
        else "Confirmed, but several customers have this number, so the chat is linked to none of them."
    )
