"""The knowledge base in memory, made from its rows, and which entries hold for a store on a day."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from handlers.dialogue.memo import changes_with
from handlers.faq.second_opinion import Judge, judge
from knowledge_base import Decision, Entry, Match
from storage import entries
from storage.entries import EntryRow

if TYPE_CHECKING:
    from knowledge_base import KnowledgeBase


# What is said for courtesy: nobody wants to be asked whether it has helped, and nothing leans on it.
SMALL_TALK = ("greeting", "service_desk", "small_talk")


@dataclass(frozen=True, slots=True)
class Base:
    """`knowledge` finds; the methods leave out what does not hold for the store (its code) and the day."""

    knowledge: "KnowledgeBase"
    by_id: dict[str, dict[str, Entry]]
    judge: Judge

    def decide(self, text: str, language: str, store: str, day: date) -> Decision:
        return self._holding(self.judge.decide(text, language), language, store, day)

    def follow(self, before: str, text: str, language: str, store: str, day: date) -> Decision | None:
        """See `KnowledgeBase.follow`."""
        decision = self.judge.follow(before, text)
        first = decision and decision.matches and self.entry(decision.matches[0].entry_id, language, store, day)
        if not decision or (first and first.category in SMALL_TALK):
            return None
        return self._holding(decision, language, store, day)

    def _holding(self, decision: Decision, language: str, store: str, day: date) -> Decision:
        matches = tuple(match for match in decision.matches if self.entry(match.entry_id, language, store, day))
        if decision.kind == "unknown" or not matches:
            return Decision("unknown", matches)
        # What answered best does not hold here: the next best is a guess, so it is asked, not said.
        return Decision(decision.kind if matches[0] == decision.matches[0] else "suggest", matches, decision.again)

    def entry(self, entry_id: str, language: str, store: str, day: date) -> Entry | None:
        languages = self.by_id.get(entry_id, {})
        entry = languages.get(language) or languages.get("zh-Hans") or next(iter(languages.values()), None)
        return entry if entry and _holds(entry, store, day) else None


class _Process:
    """The folder that a learnt base is kept in, None where every process learns by itself; and what it has learnt last."""

    folder: Path | None = None
    last: "tuple[list[Entry], KnowledgeBase] | None" = None


def keep_in(folder: Path) -> None:
    """From now on; a process has one such folder, so the first that is named stays."""
    _Process.folder = _Process.folder or folder


@changes_with("kb", slow=True)
def load(session: Session) -> Base:
    found = customer_entries(session)
    by_id: dict[str, dict[str, Entry]] = {}
    for entry in found:
        by_id.setdefault(entry.id, {})[entry.language] = entry
    knowledge = _learnt(found)
    return Base(knowledge, by_id, judge(knowledge, found))


def _learnt(found: list[Entry]) -> "KnowledgeBase":
    """The base of these entries. Learning takes seconds, so it is learnt from what may be asked alone: an edited answer, and
    what only staff read, raise the revision too, and leave it as it was."""
    from knowledge_base import KnowledgeBase  # late: the bot greets while numpy is being imported
    from knowledge_base.keeping import kept

    asked = [Entry(entry.id, entry.language, entry.question, entry.aliases, "") for entry in found]
    last = _Process.last
    if last is not None and last[0] == asked:
        return last[1]
    knowledge = kept(asked, _Process.folder) if _Process.folder else KnowledgeBase(asked, semantic=False)
    knowledge.search("is it ready?")  # what the first question loads is loaded now
    _Process.last = asked, knowledge
    return knowledge


def customer_entries(session: Session) -> list[Entry]:
    """Everything that customers may read."""
    return [entry_of(row) for row in entries.readable(session)]


def entry_of(row: EntryRow | Row[Any]) -> Entry:
    return Entry(
        row.entry_id, row.language, row.question, tuple(row.aliases), row.answer, row.category, tuple(row.buttons), row.audience,
        row.valid_from, row.valid_until, tuple(row.stores),
    )  # fmt: skip


def _holds(entry: Entry, store: str, day: date) -> bool:
    return (
        (not entry.stores or store in entry.stores)
        and (entry.valid_from is None or entry.valid_from <= day)
        and (entry.valid_until is None or day <= entry.valid_until)
    )


def best(decision: Decision) -> Match | None:
    return decision.matches[0] if decision.matches else None
