"""Console pages of the knowledge base: its versions, what going back to one would change, and going back."""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from handlers.desk import Desk, Go, Missing, Page
from handlers.dialogue import Refusal
from storage import bulk, staff, versions
from storage.staff import ADMINISTRATOR, REGION

# Entries hold for all stores.
EDITORS = frozenset({REGION, ADMINISTRATOR})
MOST_SHOWN, MOST_QUESTIONS = 50, 10
# Asking takes seconds of computing beside the customers: one person at a time.
_ASKING = Lock()


def listed(desk: Desk) -> Mapping[str, Any]:
    names = {member.id: member.name for member in staff.everybody(desk.session)}
    return {"versions": versions.newest(desk.session), "names": names}


def preview(desk: Desk) -> Mapping[str, Any]:
    """What would change; asked for it (`ask=1`), what that does to known questions too."""
    # Late: with them comes what reads files and measures, and features that need this one.
    from handlers.faq import going_back
    from handlers.transfer.report import Wrong

    number = _number(desk)
    try:
        found = going_back.differences(desk.session, number)
    except Wrong:
        raise Missing from None
    asks, comparison, busy = bool(desk.asked("ask")), None, False
    if asks and found:
        if busy := not _ASKING.acquire(blocking=False):
            asks = False
        else:
            try:
                comparison = going_back.known_questions(desk.session, number)
            finally:
                _ASKING.release()
    return {
        "number": number, "found": found[:MOST_SHOWN], "more": max(0, len(found) - MOST_SHOWN), "asks": asks, "busy": busy,
        "comparison": comparison, "most": MOST_QUESTIONS, "latest": versions.latest(desk.session),
    }  # fmt: skip


def restore(desk: Desk) -> Go:
    """Only what has been looked at: a base that was changed since is looked at again."""
    from handlers.faq import going_back
    from handlers.transfer.report import Wrong

    number = _number(desk)
    # Before it is looked at, so that nobody publishes in between.
    if not bulk.claim(desk.session):
        raise Refusal("faq.desk.wrong.cannot")
    if desk.field("latest", 18) != str(versions.latest(desk.session)):
        raise Refusal("faq.desk.wrong.changed")
    try:
        found = going_back.restore(desk.session, number, desk.now, desk.staff.id)
    except Wrong:
        raise Refusal("faq.desk.wrong.cannot") from None
    if found:
        desk.audit("kb.restore", f"kb:{number}", entries=len(found))
    return Go(desk.url("/knowledge"), desk.plain("faq.desk.done", number=number))


def _number(desk: Desk) -> int:
    said = desk.where["version"]
    if not (said.isascii() and said.isdecimal() and len(said) < 18):
        raise Missing
    return int(said)


PAGES = [
    Page(path="/knowledge", roles=EDITORS, get=listed, template="faq/versions.html", menu="faq.desk.menu"),
    Page(path="/knowledge/{version}", roles=EDITORS, get=preview, post=restore, template="faq/version.html"),
]
