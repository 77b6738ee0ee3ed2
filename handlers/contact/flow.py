"""Stopping offers, and allowing them again."""

from typing import Any

from handlers.dialogue import Reply, Turn


def stop(turn: Turn) -> Reply:
    """No marketing from the moment this turn commits."""
    turn.chat.stopped_at = turn.chat.stopped_at or turn.now
    return Reply(turn.text("contact.stopped"), [turn.button("contact.button.resume", "contact.resume")])


def resume(turn: Turn, _: Any) -> Reply:
    turn.chat.stopped_at = None
    return Reply(turn.text("contact.resumed"))
