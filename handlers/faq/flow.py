"""Answering free words, and the buttons that choose between answers."""

from datetime import date

from handlers.dialogue import Button, Reply, Turn
from handlers.faq import base
from handlers.faq.filling import Missing, fill
from knowledge_base import Decision, Entry
from storage.entries import Gap

SUGGESTIONS = 3


def answer(turn: Turn) -> Reply:
    """The answer, a choice of questions, or an honest "I don't know" with the way to a person."""
    decision = _decide(turn)
    match decision.kind:
        case "answer":
            return _say(turn, decision.matches[0].entry_id) or _unknown(turn, decision)
        case "suggest":
            return _suggest(turn, decision)
        case _:
            return _unknown(turn, decision)


def aside(turn: Turn) -> Reply | None:
    """A question in the middle of a form: answered only when sure."""
    decision = _decide(turn)
    return _say(turn, decision.matches[0].entry_id) if decision.kind == "answer" else None


def press(turn: Turn, entry_id: str) -> Reply:
    """A button that shows an entry, perhaps one that has been taken out since."""
    return show(turn, entry_id) or Reply(turn.text("faq.gone"), [turn.button("dialogue.button.person", "person")])


def show(turn: Turn, entry_id: str) -> Reply | None:
    return _say(turn, entry_id)


def none_of_these(turn: Turn, words: str) -> Reply:
    _file_gap(turn, str(words), Decision("unknown", ()))
    return Reply(turn.text("dialogue.unknown"), [turn.button("dialogue.button.person", "person")])


def is_sure(turn: Turn) -> Entry | None:
    """The entry that clearly answers these words, if there is one; for features that would otherwise take them."""
    decision = _decide(turn)
    return _entry(turn, decision.matches[0].entry_id) if decision.kind == "answer" else None


def _decide(turn: Turn) -> Decision:
    return turn.memoised(base.load).decide(turn.words, turn.language, *_where(turn))


def _entry(turn: Turn, entry_id: str) -> Entry | None:
    return turn.memoised(base.load).entry(entry_id, turn.language, *_where(turn))


def _where(turn: Turn) -> tuple[str, date]:
    store = turn.store
    return (store.code, turn.today(store)) if store else ("", turn.now.date())


def _say(turn: Turn, entry_id: str) -> Reply | None:
    entry = _entry(turn, entry_id)
    if entry is None:
        return None
    try:
        words = fill(turn, entry.answer)
    except Missing as missing:
        # An answer with a hole in it is no answer: say so, and let staff see which figure is missing.
        turn.session.add(_gap(turn, "price", turn.words or entry.question, missing.code, None))
        return Reply(turn.text("faq.figure_missing"), [turn.button("dialogue.button.person", "person")])
    return Reply(turn.plain(words), _follow_ups(turn, entry))


def _follow_ups(turn: Turn, entry: Entry) -> list[list[Button]]:
    kinds = {
        "book": lambda: turn.button("faq.button.book", "tickets.booking", entry.question),
        "prices": lambda: turn.button("faq.button.prices", "prices.ask"),
        "person": lambda: turn.button("dialogue.button.person", "person"),
        "hours": lambda: turn.button("faq.button.hours", "faq.show", "opening_hours"),
        "menu": lambda: turn.button("dialogue.button.menu", "menu"),
    }
    buttons = [kinds[name]() for name in entry.buttons if name in kinds]
    return [buttons] if buttons else []


def _suggest(turn: Turn, decision: Decision) -> Reply:
    entries = [entry for match in decision.matches[:SUGGESTIONS] if (entry := _entry(turn, match.entry_id))]
    buttons = [Button(entry.question, "faq.show", entry.id) for entry in entries]
    other = turn.button("faq.button.none", "faq.none", turn.words[:500])
    return Reply(turn.text("faq.did_you_mean"), [*buttons, other], passing=True)


def _unknown(turn: Turn, decision: Decision) -> Reply:
    _file_gap(turn, turn.words, decision)
    return Reply(turn.text("dialogue.unknown"), [turn.button("dialogue.button.person", "person")])


def _file_gap(turn: Turn, words: str, decision: Decision) -> None:
    nearest = base.best(decision)
    if words.strip():
        turn.session.add(
            _gap(turn, "question", words, nearest.entry_id if nearest else None, nearest.confidence if nearest else None)
        )


def _gap(turn: Turn, kind: str, words: str, nearest: str | None, confidence: float | None) -> Gap:
    return Gap(
        kind=kind, chat_id=turn.chat.id, text=words, language=turn.language, nearest=nearest, confidence=confidence, at=turn.now
    )
