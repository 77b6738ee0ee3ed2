"""What people agree to when they say yes to offers: the words of now, and who is asked anew when these mean another thing.

A manager who changes them says which of the two it is. Proof of an older yes stays; after a change of substance it holds until
the day that the manager named, and who gave it is asked once, below an answer to something of their own.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.contact import actions
from handlers.contact.rules import MARKETING, SERVICE
from handlers.dialogue import Refusal, Reply, Turn
from handlers.dialogue.memo import changes_with
from handlers.dialogue.push import Push
from handlers.dialogue.texts import LANGUAGES
from storage import chats, consents, contact, messages, revisions
from storage.consents import ConsentText
from storage.contact import SENT, Person

LONGEST, MOST_DAYS = 600, 180
OLD = "consent_old"
# Whose answers may have the question below them: what people ask for themselves, and no grief.
FITTING = ("booking", "faq", "prices", "vehicles", "welcome", "rewards")


@dataclass(frozen=True, slots=True)
class Words:
    """`number`: of the wording that holds, 0 for the one that ships; `words`: by language, empty for that one. `anew`, `since`:
    the newest one that means something else than those before, and from when on."""

    number: int = 0
    words: Mapping[str, str] = field(default_factory=dict)
    anew: int = 0
    since: datetime | None = None


@changes_with("consents")
def load(session: Session) -> Words:
    known = consents.texts(session)
    if not known:
        return Words()
    last = next((one for one in known if one.anew), None)
    return Words(known[0].id, known[0].words, last.id if last else 0, last.at if last else None)


def put(session: Session, words: Mapping[str, str], *, anew: bool, days: int, staff_id: int | None, now: datetime) -> ConsentText:
    """These words from now on. `anew`: they mean something else, and older yeses hold for `days` more. Raises Refusal."""
    for language in LANGUAGES:
        if not 0 < len(words.get(language, "").strip()) <= LONGEST:
            raise Refusal("contact.desk.wrong.words", language=language, limit=LONGEST)
    if not 0 <= days <= MOST_DAYS:
        raise Refusal("contact.desk.wrong.days", most=MOST_DAYS)
    row = ConsentText(
        words={language: words[language].strip() for language in LANGUAGES}, anew=anew,
        ends_at=now + timedelta(days=days) if anew else None, ended=False, staff_id=staff_id, at=now,
    )  # fmt: skip
    session.add(row)
    revisions.raise_(session, "consents")
    session.flush()
    return row


def shown(turn: Turn) -> str:
    words = turn.memoised(load).words.get(turn.language)
    return turn.plain(words) if words else turn.text("contact.consent")


def number(turn: Turn) -> int:
    """Of the words that are shown now; a button that says yes to them carries it."""
    return turn.memoised(load).number


def outdated(turn: Turn, given: object) -> bool:
    """Whether a button says yes to words that meant something else. `given`: the number that it carries, if any."""
    return (given if type(given) is int else 0) < turn.memoised(load).anew


def version(turn: Turn) -> str:
    """Which text somebody says yes or no to: when the words change, old consents keep the version that was shown."""
    text = turn.text("contact.settings", until=None) + turn.text("contact.resumed") + shown(turn)
    digest = f"{turn.language}:{hashlib.sha256(text.encode()).hexdigest()[:12]}"
    return f"{number(turn)}:{digest}" if number(turn) else digest


def ask(turn: Turn, feature: str) -> Reply | None:
    """Whoever agreed to words that meant something else is asked once, below the answer of this feature."""
    now = turn.memoised(load)
    if now.since is None or feature not in FITTING:
        return None
    person = Person.of(turn.chat)
    yes = contact.last_yes(turn.session, person, MARKETING)
    if yes is None or yes >= now.since or turn.chat.stopped_at or contact.has_open_complaint(turn.session, person):
        return None
    who = f"customer:{person.customer_id}" if person.customer_id is not None else f"chat:{person.chat_id}"
    asked = contact.write_down(
        turn.session, key=f"consent:{now.anew}:{who}", chat_id=turn.chat.id, customer_id=turn.chat.customer_id, kind="consent",
        purpose=SERVICE, priority=5, verdict=SENT, reason="due", due_at=turn.now, at=turn.now,
    )  # fmt: skip
    return question(turn) if asked else None


def question(turn: Turn) -> Reply:
    """The words as they are now, and a yes and a no to them."""
    buttons = [
        turn.button("contact.button.agree", "contact.resume", number(turn)),
        turn.button("contact.button.refuse", "contact.offers", False),
    ]
    return Reply(f"{turn.text('contact.anew')}\n\n{shown(turn)}", [buttons])


def end(push: Push) -> None:
    """Yeses to older words whose time is over hold no more, and offers that rested on them are taken back."""
    due = consents.due_to_end(push.session, push.now)
    if not due:
        return
    for row in due:
        row.ended = True
    push.session.flush()
    for chat_id in messages.chats_with_waiting(push.session, MARKETING):
        chat = chats.lock(push.session, chat_id)
        if not contact.agreed(push.session, Person.of(chat)).get(MARKETING):
            actions.take_back(push.session, chat, OLD)
