"""Words that waited for us: after an outage people get one apology, not a row of menus that nobody wants any more."""

from dataclasses import replace
from datetime import timedelta

from handlers.dialogue.conversation import Said
from handlers.dialogue.turn import Turn
from storage import messages

LATE = timedelta(minutes=10)


def is_late(turn: Turn) -> bool:
    return turn.incoming.waited >= LATE.total_seconds()


def apologise(turn: Turn, said: Said) -> None:
    """Everything that waited has its effect and its answer; the first answer says sorry for all of them.

    A menu or a question that has not left yet gives way to the next one.
    """
    sent_at = turn.now - timedelta(seconds=turn.incoming.waited)
    if messages.apologised_since(turn.session, turn.chat.id, sent_at):
        messages.cancel_queued_replies(turn.session, turn.chat.id, passing=True)
    elif said.reply:
        said.before.insert(0, turn.text("dialogue.late"))
        said.reply = replace(said.reply, passing=False)  # what says sorry must arrive
        said.late = True
