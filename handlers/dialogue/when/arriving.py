"""Who is on the way: "give me 20 minutes", "half an hour and I'm there", "another hour I reach": a length from now."""

from handlers.dialogue.when.items import clause
from handlers.dialogue.when.rules.windows import from_now
from handlers.dialogue.when.tokens import Context, Token

_BEFORE = 40
_SHORT = ("minute", "hour", "quarter")


def with_arrivals(tokens: list[Token], context: Context, text: str) -> list[Token]:
    """Lengths after which somebody is there become a day and a time."""
    found: list[Token] = []
    for token in tokens:
        if token.kind == "T" and token.value.unit in _SHORT and _arrives(token, text):
            found += from_now(context, [token]) or [token]
        else:
            found.append(token)
    return found


def _arrives(token: Token, text: str) -> bool:
    before = text[max(0, token.start - _BEFORE) : token.start]
    return bool(clause("arriving_before", before).search(before) or clause("arriving_after", text).match(text, token.end))
