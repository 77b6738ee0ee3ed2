"""A car that is with us now: how far it is, and what else shall be done with it; a person tells what the plan does not know."""

from handlers.booking import mine, naming, phrases, wishes, words
from handlers.dialogue import Reply, Turn
from handlers.tickets import flow as tickets
from storage.appointments import ARRIVED, IN_SERVICE, Appointment


def asked_for(turn: Turn) -> Reply | None:
    """Words of somebody whose car is in the workshop: "is it ready?", "do the wipers too"; None for everything else."""
    text = phrases.spaced(turn.words)
    how_far = phrases.has("how_far", text)
    if not how_far and not phrases.has("besides", text):
        return None
    row = next((row for row in wishes.of_person(turn) if row.status in (ARRIVED, IN_SERVICE)), None)
    if row is None:
        return _not_on_file(turn) if how_far and phrases.has("left_here", text) else None
    if how_far:
        return _so_far(turn, row)
    more = [code for code in naming.services(turn, turn.words).sure if code not in row.services]
    return _added(turn, more) if more and not mine.coming(turn)[1:] else None


def _so_far(turn: Turn, row: Appointment) -> Reply:
    """What the diary knows, and a colleague for the rest: nothing is promised."""
    said = turn.text(f"booking.inside.{row.status}", **words.card(turn, row))
    called = tickets.ask(turn, turn.words)
    return Reply(f"{said}\n\n{called.text}", called.buttons)


def _not_on_file(turn: Turn) -> Reply:
    """A car that was left here without us, or under another name: nobody guesses, and somebody looks."""
    called = tickets.ask(turn, turn.words)
    return Reply(f"{turn.text('booking.inside.unknown')}\n\n{called.text}", called.buttons)


def _added(turn: Turn, codes: list[str]) -> Reply:
    called = tickets.ask(turn, turn.words)
    return Reply(turn.text("booking.inside.added", services=words.services(turn, codes)), called.buttons)
