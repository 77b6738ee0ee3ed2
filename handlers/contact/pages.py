"""The console's page on what people agree to when they say yes to offers."""

from collections.abc import Mapping
from typing import Any

from handlers.contact import consents
from handlers.desk import Desk, Go, Page
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from storage import consents as stored
from storage.staff import ADMINISTRATOR, REGION

# They hold for all stores.
EDITORS = frozenset({REGION, ADMINISTRATOR})
WORDS, ANEW = "words", "anew"


def show(desk: Desk) -> Mapping[str, Any]:
    known = stored.texts(desk.session)
    words = known[0].words if known else {one: desk.house.texts.label("contact.consent", one, {}) for one in LANGUAGES}
    return {"languages": LANGUAGES, "words": words, "known": known, "changes": (WORDS, ANEW)}


def change(desk: Desk) -> Go:
    kind, days = desk.field("change", 10), desk.field("days", 5) or "0"
    if kind not in (WORDS, ANEW):
        raise Refusal("contact.desk.wrong.change")
    words = {language: desk.field(f"words_{language}") for language in LANGUAGES}
    number = int(days) if days.isascii() and days.isdecimal() else -1
    row = consents.put(desk.session, words, anew=kind == ANEW, days=number, staff_id=desk.staff.id, now=desk.now)
    desk.audit(f"consent.{kind}", f"consent:{row.id}")
    return Go(desk.url("/consents"), desk.plain(f"contact.desk.kept.{kind}"))


PAGES = [Page(path="/consents", roles=EDITORS, get=show, post=change, template="contact/consents.html")]
