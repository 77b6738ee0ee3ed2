"""What a customer does with the question: a tap for the work, one for the people, a few words or a photo, or none of it."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from handlers.booking import phrases
from handlers.contact.flow import wants_none
from handlers.dialogue import Answers, Button, Form, Reply, Slot, Start, Turn, Unclear, lately
from handlers.dialogue.folding import fold
from handlers.dialogue.voice import Voice
from handlers.feedback import asking, causes, complaint, rules
from handlers.prices import finding
from handlers.tickets import rules as tiers
from handlers.tickets.work import of_turn
from storage import feedback, tickets
from storage.feedback import SKIPPED, Feedback

WORDS = "feedback.words"
_CLAUSES = re.compile(r"[,.;!?，。；！？\n]")
# "I had to reschedule twice" tells what was wrong, and asks for nothing.
_TALE = re.compile(r"\b(?:had|have|has|made|was|were|tried|wanted|told|asked|kept|you)\b|你们|你哋|害|被|突然|上次|那次")
MOST_WORDS = 2000
# A typed "5" is a rating for as long as the question can still be up on the screen.
TYPED = rules.LATEST + timedelta(days=1)


def stars(turn: Turn, value: Any) -> Reply | Start:
    """A star was pressed; another one while the questions go on is a correction."""
    number, what, given = value
    row = feedback.lock(turn.session, number)
    assert row is not None, "feedback is never deleted while its buttons are there"
    return _rate(turn, row, what, given)


def typed(turn: Turn) -> Reply | Start | None:
    """ "5", "四星": an answer to the open question, if there is one."""
    given = rules.stars(turn.words)
    row = feedback.open_of(turn.session, turn.chat, turn.now - TYPED, turn.now) if given is not None else None
    if row is None or (row.work is not None and row.people is not None):
        return None
    return _rate(turn, row, "work" if row.work is None else "people", given)


def told(turn: Turn) -> Reply | None:
    """What was wrong, written where the next stars are asked for: it is about that visit, and nobody asks them which it was."""
    if turn.chat.form is not None or turn.incoming.kind != "text" or rules.stars(turn.words) is not None:
        return None
    before = lately.answer(turn)
    if before is None or not any(button["do"] == "feedback.stars" for button in lately.buttons(before)):
        return None
    row = feedback.open_of(turn.session, turn.chat, turn.now - TYPED, turn.now)
    if row is None or row.finished_at is not None or not rules.is_low(row.work, row.people) or _is_another_matter(turn):
        return None
    if _wants_more(turn):
        return None
    if not turn.memoised(causes.load).of(turn.words) and not turn.memoised(tiers.load).judge(turn.words).complaint:
        return None
    return _finish(turn, row, turn.words.strip()[:MOST_WORDS], list(turn.incoming.media))


def _rate(turn: Turn, row: Feedback, what: str, given: Any) -> Reply | Start:
    if row.finished_at is not None:
        return Reply(turn.text("feedback.already"), [turn.button("dialogue.button.person", "person")])
    setattr(row, what, given)
    row.answered_at = row.answered_at or turn.now
    row.chat_id = turn.chat.id
    voice = Voice(turn.language, turn.texts, turn.shop)
    low = rules.is_low(row.work, row.people)
    if row.people is None:
        skip: list[Button] = [turn.button("feedback.button.skip", "feedback.stars", [row.id, "people", SKIPPED])]
        text = turn.text("feedback.people_low" if low else "feedback.people")
        return Reply(text, [asking.stars(voice, row, "people"), skip], passing=True)
    # Words would not come to us from somebody whom an advisor talks with, and must not end what else they are at.
    if turn.chat.ticket_id is not None or turn.chat.form not in (None, WORDS):
        return _finish(turn, row, "", [])
    return Start(WORDS, {"row": row.id})


@dataclass(frozen=True, kw_only=True)
class Comment(Slot):
    """Words, a photo with or without them, or nothing: {"text", "media"}."""

    def ask(self, turn: Turn, answers: Answers) -> Reply:
        row = turn.session.get(Feedback, answers["row"])
        low = row is not None and rules.is_low(row.work, row.people)
        text = turn.text("feedback.words_low" if low else "feedback.words")
        return Reply(text, [turn.button("feedback.button.skip", "answer", {"text": "", "media": []})])

    def read(self, turn: Turn, answers: Answers) -> dict[str, Any]:
        words, media = turn.words.strip(), list(turn.incoming.media)
        if fold(words) in turn.texts.folded("feedback.nothing"):
            return {"text": "", "media": media}
        if not words and not media:
            raise Unclear("feedback.words_unclear")
        if not media and turn.chat.misses == 0 and _is_another_matter(turn):
            raise Unclear("feedback.words_unclear")
        return {"text": words[:MOST_WORDS], "media": media}


def finished(turn: Turn, answers: Answers) -> Reply:
    row = feedback.lock(turn.session, answers["row"])
    assert row is not None, "the form was begun with it"
    said = answers["words"]
    return _finish(turn, row, said["text"], said["media"])


def _finish(turn: Turn, row: Feedback, text: str, media: list[str]) -> Reply:
    row.words, row.media, row.finished_at = text, media, turn.now
    row.causes = turn.memoised(causes.load).of(text)
    verdict = turn.memoised(tiers.load).judge(text)
    # Damage, injury or a threat is a matter for a person, however many stars stand above it.
    grave = verdict.complaint and verdict.tier in (tickets.SERIOUS, tickets.CRITICAL)
    if grave or rules.is_low(row.work, row.people):
        complaint.open_(of_turn(turn), turn.shop, turn.chat, row, verdict)
        return Reply(turn.text("feedback.sorry"))
    store = next((store for store in turn.stores if store.id == row.store_id), None)
    terms = rules.terms(store.feedback if store else {})
    lines = [turn.text("feedback.thanks")]
    if rules.is_best(row.work, row.people):
        lines += [turn.text(f"feedback.{name}", link=link) for name in ("review", "refer") if (link := getattr(terms, name))]
    return Reply("\n".join(lines))


def _is_another_matter(turn: Turn) -> bool:
    """A question or a price in between. "Why did I wait two hours?" is none: it names what was wrong."""
    asks = turn.words.rstrip().endswith(("?", "？")) or finding.asks_price(turn.words)
    if not asks or turn.memoised(tiers.load).judge(turn.words).complaint:
        return False
    return not turn.memoised(causes.load).of(turn.words)


def _wants_more(turn: Turn) -> bool:
    """No messages any more, or another visit cancelled or moved: a mere comment would take that without its being done."""
    parts = [phrases.spaced(part) for part in _CLAUSES.split(turn.words) if not _TALE.search(fold(part))]
    return wants_none(turn.words) or any(phrases.has(name, part) for part in parts for name in ("cancel_surely", "move_surely"))


FORM = Form("words", [Comment(name="words")], finished, left="feedback.left")
