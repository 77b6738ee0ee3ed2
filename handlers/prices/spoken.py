"""What was spoken of just now: "how much?" below another question means the service of that one."""

from handlers.dialogue import Turn, lately
from handlers.prices import finding


def services(turn: Turn) -> list[str]:
    """The services that the customer named last, in one of their newest messages; [] if in none."""
    finder = turn.memoised(finding.load)
    return next((found for words in lately.heard(turn) if (found := finder.services_in(words))), [])
