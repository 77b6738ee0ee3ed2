"""`bayline tickets`: the queue of matters that wait for a person, worked from the command line."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_common import now_of, opened

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from handlers.tickets.work import Work
    from storage.tickets import Ticket

app = typer.Typer(help="What waits for a person: list, show, claim, reply, note, resolve.", no_args_is_help=True)
rules = typer.Typer(help="Which words are a complaint, and how bad a one.", no_args_is_help=True)
app.add_typer(rules, name="rules")

Number = Annotated[int, typer.Argument(help="The number of the ticket, as `list` shows it.")]
As = Annotated[int, typer.Option("--as", help="Who does it: the number of a member of staff.")]


@app.command("list")
def list_() -> None:
    """Everything that waits for somebody: the worst tier first, then what is due first."""
    from storage import marks, tickets

    with opened() as (settings, database), database.reading() as session:
        waiting = tickets.waiting(session)
        if not waiting:
            typer.echo("Nothing waits for a person.")
        warned = {mark.chat_id: mark.kind for mark in marks.standing(session)}
        for ticket in waiting:
            _head(session, ticket, now_of(settings), warned.pop(ticket.chat_id, ""))
        for chat_id, kind in warned.items():
            typer.echo(f"chat {chat_id}  early warning: {kind}")


@app.command()
def show(number: Number) -> None:
    """Everything about one ticket: what was said, notes, and its history."""
    from storage import tickets

    with opened() as (settings, database), database.reading() as session:
        ticket = _find(session, number)
        _head(session, ticket, now_of(settings))
        for name in ("category", "severity", "wish", "phone", "cause", "remedy", "prevention"):
            if value := getattr(ticket, name):
                typer.echo(f"  {name}: {value}")
        for code, words in ticket.reasons:
            typer.echo(f"  rule {code}: “{words}”")
        for message in tickets.thread(session, number):
            photos = " [photo]" * len(message.data.get("media", [])) + (" [photo]" if message.data.get("picture") else "")
            typer.echo(f"  {_time(message.created_at)}  {'customer' if message.incoming else 'us':8}  {message.text}{photos}")
        for note in tickets.notes(session, number):
            typer.secho(f"  {_time(note.at)}  note by {note.who}: {note.text}", fg="yellow")
        for event in tickets.history(session, number):
            typer.secho(f"  {_time(event.at)}  {event.who} ({event.place})  {event.what}  {event.detail or ''}", dim=True)


@app.command()
def claim(number: Number, who: As) -> None:
    """Take a ticket that nobody has."""
    from handlers.tickets import actions

    with _working(number, who) as (work, ticket):
        actions.claim(work, ticket)
    typer.echo(f"Ticket #{number} is yours.")


@app.command()
def assign(number: Number, to: Annotated[int, typer.Argument(help="Who shall have it; 0 for the queue.")]) -> None:
    """Give a ticket to somebody."""
    from handlers.tickets import actions

    with _working(number) as (work, ticket):
        actions.assign(work, ticket, to or None)
    typer.echo(f"Ticket #{number} is {f'with {to}' if to else 'in the queue'}.")


@app.command()
def reply(
    number: Number,
    words: Annotated[str, typer.Argument(help="What the customer shall read.")],
    waits: Annotated[bool, typer.Option("--waits", help="It is the customer's turn now: the clock stands still.")] = False,
) -> None:
    """Answer a customer; from then on the bot leaves the chat to you until the ticket is settled."""
    from handlers.tickets import actions

    with _working(number) as (work, ticket):
        actions.reply(work, ticket, words, waits=waits)
    typer.echo(f"Sent to the customer of ticket #{number}.")


@app.command()
def note(number: Number, words: Annotated[str, typer.Argument(help="For staff; the customer never sees it.")]) -> None:
    """Write a note for your colleagues."""
    from handlers.tickets import actions

    with _working(number) as (work, ticket):
        actions.note(work, ticket, words)
    typer.echo(f"Noted on ticket #{number}; the customer does not see it.")


@app.command()
def tier(number: Number, tier: Annotated[str, typer.Argument(help="question, minor, serious or critical")]) -> None:
    """Say how bad it really is."""
    from handlers.tickets import actions
    from storage.tickets import TIERS

    if tier not in TIERS:
        raise _no(f'"{tier}" is not a tier. Write one of {", ".join(TIERS)}.')
    with _working(number) as (work, ticket):
        actions.set_tier(work, ticket, tier)
    typer.echo(f"Ticket #{number} is {tier} now.")


@app.command()
def resolve(
    number: Number,
    cause: Annotated[str, typer.Option(help="Why it happened.")],
    remedy: Annotated[str, typer.Option(help="What was done about it.")],
    prevention: Annotated[str, typer.Option(help="How it will not happen again; needed from serious on.")] = "",
) -> None:
    """The matter is settled; the customer is told cause, remedy and prevention."""
    from handlers.tickets import actions

    with _working(number) as (work, ticket):
        actions.resolve(work, ticket, cause, remedy, prevention)
    typer.echo(f"Ticket #{number} is resolved, and the customer has been told.")


@app.command()
def close(number: Number) -> None:
    """The matter is over; the bot answers this customer again."""
    from handlers.tickets import actions

    with _working(number) as (work, ticket):
        actions.close(work, ticket)
    typer.echo(f"Ticket #{number} is closed.")


@app.command()
def reopen(number: Number) -> None:
    """It was not settled after all."""
    from handlers.tickets import actions

    with _working(number) as (work, ticket):
        actions.reopen(work, ticket)
    typer.echo(f"Ticket #{number} is open again.")


@app.command()
def merge(number: Number, into: Annotated[int, typer.Argument(help="The ticket that it becomes part of.")]) -> None:
    """Two tickets are one matter. `unmerge` takes it back."""
    from handlers.tickets import merging

    with _working(number) as (work, ticket):
        merging.merge(work, ticket, _find(work.session, into))
    typer.echo(f"Ticket #{number} is part of #{into} now.")


@app.command()
def unmerge(number: Number) -> None:
    """They were two matters after all."""
    from handlers.tickets import merging

    with _working(number) as (work, ticket):
        merging.unmerge(work, ticket)
    typer.echo(f"Ticket #{number} stands on its own again.")


@app.command()
def promise(
    tier: Annotated[str, typer.Argument(help="question, minor, serious or critical")],
    store: Annotated[str, typer.Option(help="Code of a store; else for every store without a promise of its own.")] = "",
    answer: Annotated[int, typer.Option(help="Minutes to the first answer.")] = 60,
    solution: Annotated[int, typer.Option(help="Minutes to the solution.")] = 1440,
    answer_always: Annotated[bool, typer.Option(help="Count the first around the clock, and ring at night.")] = False,
    solution_always: Annotated[bool, typer.Option(help="Count the second around the clock.")] = True,
    goodwill: Annotated[bool, typer.Option(help="Offer something when a promise is broken.")] = True,
    goodwill_budget: Annotated[int, typer.Option(help="Cents that it may cost in 30 days; 0 for as much as the offer has.")] = 0,
    warning: Annotated[int, typer.Option(help="Percent of the time after which staff are warned.")] = 75,
) -> None:
    """What is promised for a tier. Open tickets are reckoned anew within seconds."""
    from handlers.tickets import promises
    from storage import stores
    from storage.tickets import TIERS

    if tier not in TIERS or answer < 1 or solution < answer or goodwill_budget < 0 or not 9 < warning < 96:
        raise _no(
            f"Write one of {', '.join(TIERS)}, at least one minute, a solution not before the answer, "
            "and a warning at 10 to 95 percent."
        )
    with opened() as (_, database), database.transaction() as session:
        if store and stores.by_code(session, store) is None:
            raise _no(f'There is no store "{store}".')
        most = goodwill_budget or None
        policy = promises.Policy(answer, answer_always, solution, solution_always, goodwill, most, store, warning)
        promises.put(session, tier, store, policy)
    typer.echo(f"{tier}{' in ' + store if store else ''}: answer in {answer} minutes, solution in {solution}.")


@rules.command("export")
def export_rules(path: Path) -> None:
    """Write the rules into a TOML file that you can edit."""
    from handlers.tickets import rulebook

    with opened() as (_, database), database.reading() as session:
        path.write_text(rulebook.written(session), "utf-8")
    typer.echo(f"Written to {path}. After editing: bayline tickets rules import {path}")


@rules.command("import")
def import_rules(path: Path) -> None:
    """Take the rules of a file, and no others. Running workers notice within a second."""
    from handlers.tickets import rulebook

    with opened() as (_, database), database.transaction() as session:
        try:
            number = rulebook.take(session, path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError) as trouble:
            raise _no(f"{path} cannot be read: {type(trouble).__name__}.") from None
        except ValueError as wrong:
            raise _no(f"Nothing was changed. {wrong}") from None
    typer.echo(f"{number} rules hold now.")


@rules.command("test")
def test_rules(words: Annotated[str, typer.Argument(help="What a customer might write.")]) -> None:
    """What the rules make of some words."""
    from handlers.tickets import ear
    from handlers.tickets.rules import load

    with opened() as (_, database), database.reading() as session:
        known = load(session)
        verdict = known.judge(words)
    typer.echo(f"complaint: {'yes' if verdict.complaint else 'no'}   tier: {verdict.tier or '-'}   {', '.join(verdict.kinds)}")
    for code, found in verdict.reasons:
        typer.echo(f"  {code}: “{found}”")
    if known.ear and not verdict.complaint:
        typer.echo(
            f"second ear: {ear.likely(words):+.1f} “{ear.why(words)}”; complaint from {ear.SURE} on, asked from {ear.PERHAPS} on"
        )


@rules.command("corrections")
def corrections() -> None:
    """Which rules staff had to correct, and how often."""
    from storage import tier_rules

    with opened() as (_, database), database.reading() as session:
        for row in tier_rules.corrections(session):
            typer.echo(f"{row.count:5}  {row.rule}: {row.was} → {row.became}")


# -- shared -----------------------------------------------------------------------------------------------------------------


@contextmanager
def _working(number: int, who: int | None = None) -> "Iterator[tuple[Work, Ticket]]":
    """A ticket and somebody at work on it, in one transaction; a rule that says no ends it with its sentence."""
    from handlers import FEATURES
    from handlers.dialogue import Refusal
    from handlers.dialogue.texts import Texts
    from handlers.tickets.work import By, Work

    texts = Texts(["dialogue", *(feature.name for feature in FEATURES)])
    with opened() as (settings, database):
        try:
            with database.transaction() as session:
                by = By("command line" if who is None else f"staff {who}", "cli", who)
                yield Work(session, texts, now_of(settings), by), _find(session, number)
        except Refusal as no:
            raise _no(texts.label(no.key, "en", no.values)) from None


def _find(session: "Session", number: int) -> "Ticket":
    from storage import tickets

    ticket = tickets.get(session, number)
    if ticket is None:
        raise _no(f"There is no ticket #{number}. `bayline tickets list` shows them.")
    return ticket


def _no(sentence: str) -> typer.Exit:
    typer.secho(sentence, fg="red", err=True)
    return typer.Exit(2)


def _head(session: "Session", ticket: "Ticket", now: datetime, warning: str = "") -> None:
    from storage import chats, tickets

    chat = chats.get(session, ticket.chat_id)
    assert chat is not None, "the database holds chat_id to an existing row"
    due = tickets.next_due(ticket) if ticket.alive else None
    left = "" if due is None else f"  {'late by' if due < now else 'due in'} {str(abs(due - now)).split('.')[0]}"
    who = f"  with {ticket.staff_id}" if ticket.staff_id else ""
    head = f"#{ticket.id}  {ticket.tier}  {ticket.kind}  {ticket.status}{left}{who}  {chat.channel}  {chat.name or 'visitor'}"
    typer.secho(head + (f"  error {ticket.error}" if ticket.error else ""), bold=True, fg="red" if due and due < now else None)
    if warning:
        typer.secho(f"    early warning: {warning}", fg="yellow")
    for line in ticket.summary.splitlines():
        typer.echo(f"    {line}")


def _time(at: datetime | None) -> str:
    return f"{at:%m-%d %H:%M}" if at else ""
