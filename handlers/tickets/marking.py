"""Early warnings: marks in the queue before there is a complaint."""

from datetime import timedelta

from handlers.dialogue import Turn
from handlers.tickets import rules
from handlers.tickets.rules import Verdict
from storage import marks, messages

# "Is it ready" asked again within this time: somebody is waiting at the counter.
AGAIN_WITHIN = timedelta(hours=3)
_LOOK_BACK = 40


def notice(turn: Turn, verdict: Verdict) -> None:
    """Angry words, and the second "is my car ready" in a few hours. One mark a day for each, so that nobody is flooded."""
    if rules.HOT in verdict.kinds:
        _mark(turn, "hot_words")
    if rules.READY in verdict.kinds and _asked_before(turn):
        _mark(turn, "ready_again")


def _asked_before(turn: Turn) -> bool:
    judge = turn.memoised(rules.load).judge
    since = turn.now - AGAIN_WITHIN
    said = [
        message
        for message in messages.latest(turn.session, turn.chat.id, _LOOK_BACK)
        if message.incoming and message.kind == "text" and message.created_at and message.created_at > since
    ]
    return sum(rules.READY in judge(message.text).kinds for message in said) >= 2


def _mark(turn: Turn, kind: str) -> None:
    key = f"{turn.chat.id}:{kind}:{turn.now.date().isoformat()}"
    marks.mark(turn.session, key=key, chat_id=turn.chat.id, ticket_id=turn.chat.ticket_id, kind=kind, now=turn.now)
