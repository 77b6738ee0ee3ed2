"""Console pages on causes: what words about a visit are tagged by, to read, to try with some words, and to edit."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from handlers.desk import MANAGERS, Desk, Go, Missing, Page
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.feedback import causes
from handlers.feedback.causes import Cause, Causes
from handlers.tickets import phrases
from storage.staff import ADMINISTRATOR, REGION

# They tag the words of all stores, so whoever sees one store only reads them.
EDITORS = frozenset({REGION, ADMINISTRATOR})
NEW = "new"
MOST_TRIED, MOST_PHRASES, MOST_CAUSES = 500, 20_000, 60
# Script does not count, so both ways to write Chinese share a field.
LISTS = ("words_en", "words_zh", "unless")
_CODE = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)


def listed(desk: Desk) -> Mapping[str, Any]:
    known = causes.load(desk.session)
    words = desk.asked("words", MOST_TRIED)
    return {
        "causes": known.causes.values(), "tried": words, "found": [known.causes[code] for code in known.of(words)],
        "may": desk.may(EDITORS), "new": NEW,
    }  # fmt: skip


def one(desk: Desk) -> Mapping[str, Any]:
    return _shown(desk, _cause(desk), None)


def change(desk: Desk) -> Mapping[str, Any] | Go:
    """One button shows what the words as they are typed would find, one keeps them, and one takes the cause away."""
    known, was = causes.load(desk.session), _cause(desk)
    do = desk.field("do", 10)
    if do == "remove" and was:
        if len(known.causes) == 1:
            raise Refusal("feedback.desk.causes.wrong.last")
        rest = [cause for cause in known.causes.values() if cause.code != was.code]
        causes.put(desk.session, rest, desk.now)
        desk.audit("causes.remove", f"cause:{was.code}")
        return Go(desk.url("/feedback-causes"), desk.plain("feedback.desk.causes.removed", name=desk.named(was.names)))
    made = _read(desk, was, known)
    if do == "try":
        tried = Causes([cause for cause in known.causes.values() if cause.code != made.code] + [made])
        found = tried.of(desk.field("tried", MOST_TRIED))
        return _shown(desk, was, [tried.causes[code] for code in found])
    all_ = [made if cause.code == made.code else cause for cause in known.causes.values()]
    causes.put(desk.session, all_ if was else [*all_, made], desk.now)
    desk.audit("causes.change", f"cause:{made.code}")
    return Go(desk.url("/feedback-causes"), desk.plain("feedback.desk.causes.kept", name=desk.named(made.names)))


def _read(desk: Desk, was: Cause | None, known: Causes) -> Cause:
    names = {language: desk.field(f"name_{language}", 80) for language in LANGUAGES}
    if not all(names.values()):
        raise Refusal("feedback.desk.causes.wrong.names")
    lists = {name: [line.strip() for line in desk.field(name, MOST_PHRASES).splitlines() if line.strip()] for name in LISTS}
    for phrase in (one for lines in lists.values() for one in lines):
        if not phrases.check(phrase):
            raise Refusal("feedback.desk.causes.wrong.phrase", phrase=phrase[:80])
    words = (*lists["words_en"], *lists["words_zh"])
    if not words:
        raise Refusal("feedback.desk.causes.wrong.words")
    if was:
        return replace(was, names=names, words=words, unless=tuple(lists["unless"]))
    code = desk.field("code", 40)
    if not _CODE.fullmatch(code) or code == NEW:
        raise Refusal("feedback.desk.causes.wrong.code")
    if code in known.causes:
        raise Refusal("feedback.desk.causes.wrong.taken")
    if len(known.causes) >= MOST_CAUSES:
        raise Refusal("feedback.desk.causes.wrong.many", most=MOST_CAUSES)
    return Cause(code, names, words, tuple(lists["unless"]))


def _cause(desk: Desk) -> Cause | None:
    """That of the address; None for a new one."""
    code = desk.where["cause"]
    found = causes.load(desk.session).causes.get(code)
    if found is None and code != NEW:
        raise Missing
    return found


def _shown(desk: Desk, cause: Cause | None, found: list[Cause] | None) -> dict[str, Any]:
    words = cause.words if cause else ()
    lines = {
        "words_en": [one for one in words if one.isascii()], "words_zh": [one for one in words if not one.isascii()],
        "unless": cause.unless if cause else (),
    }  # fmt: skip
    return {
        "cause": cause, "place": cause.code if cause else NEW, "languages": LANGUAGES, "lists": LISTS,
        "lines": {name: "\n".join(one) for name, one in lines.items()}, "found": found, "long": MOST_PHRASES,
    }  # fmt: skip


PAGES = [
    Page(path="/feedback-causes", roles=MANAGERS, get=listed, template="feedback/causes.html"),
    Page(path="/feedback-causes/{cause}", roles=EDITORS, get=one, post=change, template="feedback/cause.html"),
]
