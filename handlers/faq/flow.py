"""Answering free words, and the buttons that choose between answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from handlers.dialogue import Button, Reply, Turn
from handlers.dialogue.questions import is_question
from handlers.faq import aliases, any_car, base, clauses, plain, topic, verdicts
from handlers.faq.filling import Missing, fill
from knowledge_base import Decision, Entry
from storage.entries import Gap

SUGGESTIONS = 3
# The entry of the starter base for it.
_NOTED = "acknowledged"
# In the middle of a form, above its own buttons.
PERHAPS = 2


def answer(turn: Turn) -> Reply:
    """The answer, a choice of questions, or an honest "I don't know" with the way to a person."""
    if said := _plain(turn):
        return said
    if topic.shown(turn):
        if topic.notes(turn.words) and (noted := _say(turn, _NOTED)):
            return noted
        if topic.wonders(turn.words):
            return _no_more(turn)
    decision = _sharper(turn)
    match decision.kind:
        case "answer" if decision.again and topic.shown(turn) == decision.matches[0].entry_id:
            _file_gap(turn, turn.words, decision)
            return _no_more(turn)
        case "answer":
            return _say(turn, decision.matches[0].entry_id) or _unknown(turn, decision)
        case "suggest":
            return _suggest(turn, decision)
        case _:
            return _unknown(turn, decision)


def aside(turn: Turn) -> Reply | None:
    """A question in the middle of a form: answered only when sure."""
    if said := _plain(turn):
        return said
    decision = _sharper(turn)
    return _say(turn, decision.matches[0].entry_id) if decision.kind == "answer" and not decision.again else None


def _plain(turn: Turn) -> Reply | None:
    """A short question that means one thing, unless it asks something of what was just spoken of."""
    entry = plain.named(turn.words)
    return _say(turn, entry) if entry and not topic.shown(turn) else None


def perhaps(turn: Turn) -> Reply | None:
    """A question in the middle of a form that is not sure: the likeliest to choose from, or that nobody here knows."""
    if not is_question(turn.words):
        return None
    decision = _decide(turn)
    if decision.kind != "suggest":
        return _unknown(turn, decision)
    return Reply(turn.text("faq.perhaps"), _likeliest(turn, decision, PERHAPS))


def press(turn: Turn, value: str | Mapping[str, str]) -> Reply:
    """A button that shows an entry, perhaps one that has been taken out since; one of "did you mean" brings the words along."""
    if isinstance(value, str):
        return show(turn, value) or _gone(turn)
    entry = entry_for(turn, value["entry"])
    if entry is None:
        return _gone(turn)
    aliases.note(turn, entry, value)
    return _say(turn, entry.id) or _gone(turn)


def show(turn: Turn, entry_id: str) -> Reply | None:
    return _say(turn, entry_id)


def _gone(turn: Turn) -> Reply:
    return Reply(turn.text("faq.gone"), [turn.button("dialogue.button.person", "person")])


def none_of_these(turn: Turn, value: str | Mapping[str, Any]) -> Reply:
    """The words are a gap, and the entry that was offered first is the nearest; older buttons carry the words alone."""
    known: Mapping[str, Any] = {"words": value} if isinstance(value, str) else value
    if verdicts.first_press(turn):
        turn.session.add(_gap(turn, "question", known["words"], known.get("nearest"), known.get("confidence")))
    return Reply(turn.text("dialogue.unknown"), [turn.button("dialogue.button.person", "person")])


def is_sure(turn: Turn) -> Entry | None:
    """The entry that clearly answers these words, if there is one; for features that would otherwise take them.

    The words alone count: whoever books knows themselves what they may lean on.
    """
    return _if_sure(turn, _alone(turn))


def is_sure_of(turn: Turn, words: str) -> Entry | None:
    """The same of other words than those that were typed: of a part of them."""
    return _if_sure(turn, turn.memoised(base.load).decide(words, turn.language, *where(turn)))


def is_meant(turn: Turn) -> Entry | None:
    """The same of words that lean on what was spoken of, too: "how much is that", "how long does it last"."""
    return _if_sure(turn, _decide(turn))


def _if_sure(turn: Turn, decision: Decision) -> Entry | None:
    return entry_for(turn, decision.matches[0].entry_id) if decision.kind == "answer" else None


def understands(turn: Turn) -> bool:
    """Whether these words, or the one part of them that asks, have a clear answer."""
    return _sharper(turn).kind == "answer"


def bookable(turn: Turn) -> list[Entry]:
    """The likely answers to these words that have the button for booking; nothing if the likeliest has not."""
    decision = _alone(turn)
    if decision.kind == "unknown":
        return []
    found = [entry for match in decision.matches[:SUGGESTIONS] if (entry := entry_for(turn, match.entry_id))]
    work = [entry for entry in found if "book" in entry.buttons and entry.category != "booking"]
    return work if found and work[:1] == found[:1] else []


def _alone(turn: Turn) -> Decision:
    return turn.memoised(base.load).decide(topic.unambiguous(turn.words), turn.language, *where(turn))


def _decide(turn: Turn) -> Decision:
    alone = _alone(turn)
    words = topic.unambiguous(turn.words)
    leans = topic.leans(words)
    if not leans and alone.kind != "suggest":
        return alone
    # In the middle of a booking a question of its own has nothing to do with the work, and what is no question is an answer.
    if topic.in_booking(turn) and (alone.kind == "answer" or not leans or not is_question(turn.words)):
        return alone
    before = topic.before(turn)
    if not (before or topic.names_nothing(words)):
        return alone
    followed = turn.memoised(base.load).follow(before, words, turn.language, *where(turn))
    if followed is None or followed.kind == "unknown":
        return alone
    if alone.kind == "answer" and before and alone.matches[0].entry_id == followed.matches[0].entry_id:
        return alone
    if alone.kind == "answer" and not topic.points(turn.words):
        return _either(followed, alone)
    # "Is there a toilet?" is another matter, though it shares nothing but its form with any answer.
    repeats = followed.again or followed.matches[0].entry_id == topic.shown(turn)
    if repeats and not topic.asks_more(turn.words):
        return alone
    if leans:
        return _besides(followed, alone)
    # A whole question that may be one of several: what was spoken of says which of them.
    meant = {match.entry_id for match in alone.matches}
    return followed if followed.kind == "answer" and followed.matches[0].entry_id in meant else alone


def _besides(followed: Decision, alone: Decision) -> Decision:
    """Where it has to be asked, what the words would mean by themselves is among the choices."""
    if followed.kind != "suggest" or not alone.matches or alone.matches[0].entry_id in {m.entry_id for m in followed.matches}:
        return followed
    return replace(followed, matches=(*followed.matches[: SUGGESTIONS - 1], alone.matches[0]))


def _either(followed: Decision, alone: Decision) -> Decision:
    """Few words with a clear answer of their own ("what papers do I need"), which may be meant of what was spoken of."""
    first, own = followed.matches[0], alone.matches[0]
    others = [match.entry_id for match in followed.matches[1:]]
    return Decision("suggest", (first, own)) if own.entry_id in others and not followed.again else alone


def _sharper(turn: Turn) -> Decision:
    base_ = turn.memoised(base.load)

    def decide(part: str) -> Decision:
        return base_.decide(part, turn.language, *where(turn))

    return clauses.sharper(decide, turn.words, any_car.sharper(turn, decide, _decide(turn)))


def entry_for(turn: Turn, entry_id: str) -> Entry | None:
    """The entry in the reply's language, if it holds in the chat's store today."""
    return turn.memoised(base.load).entry(entry_id, turn.language, *where(turn))


def where(turn: Turn) -> tuple[str, date]:
    """The code of the store that is asked, and its day."""
    store = turn.store
    return (store.code, turn.today(store)) if store else ("", turn.now.date())


def _say(turn: Turn, entry_id: str) -> Reply | None:
    entry = entry_for(turn, entry_id)
    if entry is None:
        return None
    try:
        words = fill(turn, entry.answer)
    except Missing as missing:
        # An answer with a hole in it is no answer: say so, and let staff see which figure is missing.
        turn.session.add(_gap(turn, "price", turn.words or entry.question, missing.code, None))
        return Reply(turn.text("faq.figure_missing"), [turn.button("dialogue.button.person", "person")])
    return Reply(turn.plain(words), _follow_ups(turn, entry))


def _spoken_of(entry: Entry) -> str | dict[str, str]:
    """What a visit would be for: the question, and that it is about a fault."""
    return {"fault": entry.question} if entry.category == "symptoms" else entry.question


def _follow_ups(turn: Turn, entry: Entry) -> list[list[Button]]:
    asks = verdicts.wanted(turn, entry)
    kinds = {
        "book": lambda: turn.button("faq.button.book", "booking.book", _spoken_of(entry)),
        "prices": lambda: turn.button("faq.button.prices", "prices.ask"),
        "person": lambda: verdicts.person(turn, entry) if asks else turn.button("dialogue.button.person", "person"),
        "hours": lambda: turn.button("faq.button.hours", "faq.show", "opening_hours"),
        "menu": lambda: turn.button("dialogue.button.menu", "menu"),
        "appointments": lambda: turn.button("booking.button.mine", "booking.mine"),
        "cars": lambda: turn.button("vehicles.button.mine", "vehicles.mine"),
        "offers": lambda: turn.button("rewards.button.mine", "rewards.mine"),
        "messages": lambda: turn.button("welcome.button.settings", "contact.kind"),
    }
    buttons = [kinds[name]() for name in entry.buttons if name in kinds]
    if asks:
        return verdicts.row_below(turn, entry, buttons)
    return [buttons] if buttons else []


def _suggest(turn: Turn, decision: Decision) -> Reply:
    first = decision.matches[0]
    unmet = {"words": turn.words[:500], "nearest": first.entry_id, "confidence": first.confidence}
    other = turn.button("faq.button.none", "faq.none", unmet)
    return Reply(turn.text("faq.did_you_mean"), [*_likeliest(turn, decision, SUGGESTIONS), other], passing=True, unsure=True)


def _likeliest(turn: Turn, decision: Decision, most: int) -> list[Button]:
    entries = [entry for match in decision.matches[:most] if (entry := entry_for(turn, match.entry_id))]
    return [Button(entry.question, "faq.show", aliases.carried(turn, entry)) for entry in entries]


def _unknown(turn: Turn, decision: Decision) -> Reply:
    _file_gap(turn, turn.words, decision)
    return Reply(turn.text("dialogue.unknown"), [turn.button("dialogue.button.person", "person")], unsure=True)


def _no_more(turn: Turn) -> Reply:
    """They ask more of what they were just told: the same words once more would be none."""
    return Reply(turn.text("faq.no_more"), [turn.button("dialogue.button.person", "person")], unsure=True)


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
