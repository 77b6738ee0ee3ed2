"""What was spoken of just now: "how much?" below another question means the service of that one."""

from datetime import timedelta

from handlers.dialogue import Turn
from handlers.prices import finding
from storage import messages

# After that the talk is about something else.
FRESH = timedelta(minutes=30)
_BACK = 8


def services(turn: Turn) -> list[str]:
    """The services that the customer named last, in one of their newest messages; [] if in none."""
    finder = turn.memoised(finding.load)
    for said in reversed(messages.latest(turn.session, turn.chat.id, _BACK)):
        if said.created_at is None or turn.now - said.created_at > FRESH:
            break
        if said.incoming and said.text != turn.words and (found := finder.services_in(said.text)):
            return found
    return []
