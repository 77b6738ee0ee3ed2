"""Console pages on lessons: the library, and the entry of the knowledge base that a manager writes from one."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy.orm import Session

from handlers.customers import rules as customers
from handlers.desk import EVERYBODY, MANAGERS, Desk, Go, Page, Thing
from handlers.dialogue.texts import LANGUAGES
from handlers.lessons import actions
from storage import lessons
from storage.lessons import Lesson

MOST = 100


def library(desk: Desk) -> Mapping[str, Any]:
    """Of all stores: a lesson holds nothing about a customer, and is there to be learned from."""
    words = desk.asked("find", 80)
    wanted = customers.wanted(words)
    found = lessons.find(desk.session, wanted.words if wanted else (), MOST)
    return {"lessons": found, "words": words, "mine": lambda one: _seen_from(desk.session, one, desk.wall or (one.store_id,))}


def entry(desk: Desk) -> Mapping[str, Any]:
    lesson: Lesson = desk.things["lesson"]
    draft = lesson.draft or {"id": actions.code_of(lesson), "category": "general"}

    def value(name: str, language: str = "") -> str:
        """As it was just typed, else as it was kept, else a beginning."""
        typed = desk.field(f"{name}_{language}" if language else name)
        kept = draft.get(language, {}).get(name, "") if language else draft.get(name, "")
        return typed or ("\n".join(kept) if isinstance(kept, list) else str(kept))

    return {"lesson": lesson, "value": value, "languages": LANGUAGES, "toml": actions.as_toml([lesson]) if lesson.draft else ""}


def keep(desk: Desk) -> Go:
    lesson: Lesson = desk.things["lesson"]
    texts = {
        language: {
            "question": desk.field(f"question_{language}", 300),
            "aliases": [line.strip() for line in desk.field(f"aliases_{language}").splitlines() if line.strip()],
            "answer": desk.field(f"answer_{language}", 3500),
        }
        for language in LANGUAGES
    }
    actions.draft(lesson, desk.shop, desk.field("id", 80), desk.field("category", 40), texts)
    desk.audit("lesson.draft", f"lesson:{lesson.id}")
    return Go(desk.url("/lessons/{lesson}/entry", lesson=lesson.id), desk.plain("lessons.kept"))


def _seen_from(_session: Session, lesson: Lesson, stores: Collection[int | None]) -> bool:
    return lesson.store_id is None or lesson.store_id in stores


LESSON = Thing("lesson", lambda session, number: session.get(Lesson, number), _seen_from)
PAGES = [
    Page(path="/lessons", roles=EVERYBODY, get=library, template="lessons/library.html"),
    Page(path="/lessons/{lesson}/entry", roles=MANAGERS, get=entry, post=keep, template="lessons/entry.html"),
]
