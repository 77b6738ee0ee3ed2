"""Linking: staff prove that a Telegram account is theirs, by a code that the shop gives them and `/link` in the bot's chat."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal, Reply, Turn
from handlers.staff.actions import digest_of, membership
from storage import audit, staff_links
from storage.staff import Staff

CODE_LENGTH = timedelta(minutes=10)
MOST_FAILURES, WITHIN = 5, timedelta(minutes=10)
# No letters or digits that are read wrongly; eight of them are 40 bits, of which somebody may guess five in ten minutes.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_LETTERS = 8


def new_code(session: Session, member: Staff, now: datetime, *, by: int | None = None, place: str = "cli") -> str:
    """A code, good once and for ten minutes, with which this person links their account. Raises Refusal for who has left."""
    if member.dismissed_at is not None:
        raise Refusal("staff.link.left")
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS))
    staff_links.offer(session, member.id, digest_of(code), now + CODE_LENGTH, now)
    audit.write(session, "staff.link_code", staff_id=by, now=now, place=place, about=f"staff:{member.id}")
    return f"{code[:4]}-{code[4:]}"


def unlink(session: Session, member: Staff, now: datetime, *, by: int) -> None:
    """They have lost the phone, or never want to hear of work there; the staff's groups are left too."""
    if address := staff_links.address_of(session, member.id):
        membership(session, address, "expel", now)
        staff_links.unlink(session, member.id)
        audit.write(session, "staff.unlink", staff_id=by, now=now, about=f"staff:{member.id}")


def link(turn: Turn) -> Reply:
    """`/link CODE`. Whoever guesses learns nothing: wrong, used up and too old sound the same."""
    if turn.chat.channel != "telegram":
        raise Refusal("staff.link.not_here")
    session, now, address = turn.session, turn.now, turn.chat.address
    if staff_links.failures(session, address, now - WITHIN) >= MOST_FAILURES:
        raise Refusal("staff.link.too_often")
    code = "".join(turn.words.split()[1:]).replace("-", "").upper()
    staff_id = staff_links.spend(session, digest_of(code), now) if code else None
    member = session.get(Staff, staff_id) if staff_id is not None else None
    if member is None or member.dismissed_at is not None:
        staff_links.failed(session, address, now, now - WITHIN)
        raise Refusal("staff.link.wrong")
    staff_links.link(session, member.id, address, now)
    membership(session, address, "admit", now)
    audit.write(session, "staff.link", staff_id=member.id, now=now, place="telegram", about=f"staff:{member.id}")
    return Reply(turn.text("staff.link.done", name=member.name))
