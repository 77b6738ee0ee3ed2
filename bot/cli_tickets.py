"""`bayline tickets`: the queue of matters that wait for a person, worked from the command line until the console exists."""

from typing import Annotated

import typer

from bot.cli_common import now_of, opened

app = typer.Typer(help="What waits for a person: list, reply, close.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Everything that is not closed, oldest first."""
    from storage import chats, tickets

    with opened() as (settings, database), database.reading() as session:
        waiting = tickets.waiting(session)
        if not waiting:
            typer.echo("Nothing waits for a person.")
        for ticket in waiting:
            chat = chats.get(session, ticket.chat_id)
            assert chat is not None, "the database holds chat_id to an existing row"
            age = now_of(settings) - ticket.opened_at
            who = chat.name or "visitor"
            head = f"#{ticket.id}  {ticket.kind}  {ticket.status}  {chat.channel}  {who}  waiting {str(age).split('.')[0]}"
            typer.secho(head + (f"  error {ticket.error}" if ticket.error else ""), bold=True)
            for line in ticket.summary.splitlines():
                typer.echo(f"    {line}")


@app.command()
def reply(number: int, words: Annotated[str, typer.Argument(help="What the customer shall read.")]) -> None:
    """Answer a customer; from then on the bot leaves the chat to you until the ticket is closed."""
    from handlers.tickets import actions
    from storage.tickets import Ticket

    with opened() as (settings, database), database.transaction() as session:
        ticket = session.get(Ticket, number)
        if ticket is None or ticket.status == "closed":
            typer.secho(f"There is no open ticket #{number}. `bayline tickets list` shows them.", fg="red", err=True)
            raise typer.Exit(2)
        actions.reply(session, ticket, words, now_of(settings))
    typer.echo(f"Sent to the customer of ticket #{number}.")


@app.command()
def close(number: int) -> None:
    """The matter is settled; the bot answers this customer again."""
    from handlers import FEATURES
    from handlers.dialogue.texts import Texts
    from handlers.tickets import actions
    from storage.tickets import Ticket

    with opened() as (settings, database), database.transaction() as session:
        ticket = session.get(Ticket, number)
        if ticket is None or ticket.status == "closed":
            typer.secho(f"There is no open ticket #{number}. `bayline tickets list` shows them.", fg="red", err=True)
            raise typer.Exit(2)
        actions.close(session, ticket, Texts(["dialogue", *(feature.name for feature in FEATURES)]), now_of(settings))
    typer.echo(f"Ticket #{number} is closed.")
