"""Writing a lesson down, and drafting an entry of the knowledge base from it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import LANGUAGES
from handlers.tickets.work import Work
from handlers.transfer.entries import Reader
from handlers.transfer.report import Wrong
from storage import lessons
from storage.lessons import Lesson
from storage.tickets import Ticket

WHYS = 5
LONGEST, LONGEST_TITLE = 1000, 200


def learn(work: Work, ticket: Ticket, title: str, whys: Sequence[str], remedy: str, prevention: str) -> Lesson:
    """A lesson from this ticket. Raises Refusal without a title, or without a single answer to "why?"."""
    answers = [words.strip()[:LONGEST] for words in whys if words.strip()][:WHYS]
    if not title.strip() or not answers:
        raise Refusal("lessons.title_and_why")
    assert work.by.staff_id is not None, "staff learn lessons"
    row = Lesson(
        ticket_id=ticket.id, store_id=ticket.store_id, staff_id=work.by.staff_id, at=work.now, tier=ticket.tier,
        category=ticket.category, title=title.strip()[:LONGEST_TITLE], root=answers[-1], whys=answers,
        remedy=remedy.strip()[:LONGEST], prevention=prevention.strip()[:LONGEST], draft={},
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    work.event(ticket, "lesson")
    return row


def draft(lesson: Lesson, shop: Shop, code: str, category: str, texts: Mapping[str, Mapping[str, Any]]) -> None:
    """Keeps an entry with the lesson, if the import would take it. Raises Refusal with its sentence if not."""
    entry = {"id": code, "category": category, **{language: dict(texts[language]) for language in LANGUAGES}}
    reader = Reader(set(shop.services), {store.code for store in shop.stores})
    try:
        reader.read({"entry": entry})
    except Wrong as wrong:
        raise Refusal("lessons.wrong", reason=wrong.reason, place=wrong.column) from None
    lesson.draft = entry


def as_toml(found: Sequence[Lesson]) -> str:
    """The drafts as a file that `bayline kb import` takes."""
    import tomlkit  # a part of each start otherwise

    document = tomlkit.document()
    entries = tomlkit.aot()
    for lesson in found:
        entries.append(tomlkit.item(lesson.draft))
    document.append("entry", entries)
    return tomlkit.dumps(document)


def drafted(session: Session) -> str:
    """All drafts, "" if there is none."""
    found = lessons.drafts(session)
    return as_toml(found) if found else ""


def code_of(lesson: Lesson) -> str:
    """A code to begin with: the words of the title that are Latin, or its number."""
    words = re.findall(r"[a-z0-9]+", lesson.title.lower())
    return "_".join(words)[:60] or f"lesson_{lesson.id}"
