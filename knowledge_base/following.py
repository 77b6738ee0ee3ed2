"""A question that leans on the one before it: "how long does it last?" below "how much is a ceramic coating?"."""

from knowledge_base.entry import Decision, Match
from knowledge_base.matcher import Matcher

# Both together say what it is about; so much of what the earlier one alone brings an entry is taken off again, for what it
# asked has been answered. Measured flat from 0.3 to 0.5; without, the same answer comes once more.
_ANSWERED = 0.4
# A text with a score of this size speaks for itself, whatever words it consists of.
_ALONE = 0.5
# From here on it is worth suggesting; from here on, with such a lead over the next entry, answering. What the earlier one was
# answered with needs a greater lead to be said again.
_PERHAPS, _SURE, _LEAD, _LEAD_AGAIN = 0.1, 0.18, 1.4, 1.75
# With less than that, what was answered before is next to the question, and hardly says anything of it.
_SAYS_IT = 0.38
_SHOWN = 3


def decide(matcher: Matcher, before: str, text: str) -> Decision | None:
    """What `text` asks of what `before` was about; None where it says by itself what it asks.

    Where nothing was before, nothing is answered: it may be one of a few. A match's confidence is its share of the scores of the
    best three.
    """
    alone = matcher.scores(text)
    if alone.max() >= _ALONE:
        return None
    answered = matcher.scores(before) if before else 0 * alone
    scores = matcher.scores(f"{before} {text}") - _ANSWERED * answered
    best = (-scores).argsort(kind="stable")[:_SHOWN]
    first, *others = [max(0.0, float(scores[entry])) for entry in best]
    if first < _PERHAPS:
        return Decision("unknown", ())
    again = bool(before) and bool(best[0] == answered.argmax())
    lead = _LEAD_AGAIN if again else _LEAD
    sure = bool(before) and first >= _SURE and all(first >= lead * other for other in others)
    ids, together = matcher.phrasings.ids, first + sum(others)
    matches = [Match(ids[entry], score / together) for entry, score in zip(best, (first, *others), strict=True) if score]
    return Decision("answer" if sure else "suggest", tuple(matches), again and first < _SAYS_IT)
