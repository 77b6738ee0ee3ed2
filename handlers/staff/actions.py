"""What changes about staff; the same for the console and for `bayline staff`."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.staff import rules
from storage import audit, boards, chats, factors, messages, staff, staff_links
from storage.staff import Staff, StaffInvite, StaffSession


def digest_of(secret: str) -> str:
    """What is stored of a session's cookie or a one-time code."""
    return hashlib.sha256(secret.encode()).hexdigest()


# -- coming and going ------------------------------------------------------------------------------------------------------


def begin_session(session: Session, member: Staff, browser: str, now: datetime) -> str:
    """A new session; what is returned goes into the browser's cookie and nowhere else."""
    secret = secrets.token_urlsafe(32)
    staff.forget_old(session, now - rules.SESSION_LENGTH, now - rules.SESSION_IDLE, now)
    session.add(StaffSession(digest=digest_of(secret), staff_id=member.id, browser=browser[:120], created_at=now, seen_at=now))
    audit.write(session, "staff.login", staff_id=member.id, now=now, about=f"staff:{member.id}")
    return secret


def session_of(session: Session, secret: str, now: datetime) -> StaffSession | None:
    """The live session of a cookie."""
    return staff.session_of(session, digest_of(secret), now - rules.SESSION_LENGTH, now - rules.SESSION_IDLE)


def end_session(session: Session, secret: str, now: datetime) -> None:
    if found := session_of(session, secret, now):
        audit.write(session, "staff.logout", staff_id=found.staff_id, now=now, about=f"staff:{found.staff_id}")
        staff.end_session(session, found.digest)


def wrong_password(session: Session, member: Staff, digest: str, now: datetime) -> bool:
    """Counts it; whether it was one too many: then this session is over."""
    audit.write(session, "staff.password_failed", staff_id=member.id, now=now, about=f"staff:{member.id}")
    if staff.failed(session, digest) < rules.MOST_FAILURES:
        return False
    staff.end_session(session, digest)
    return True


# -- one-time codes --------------------------------------------------------------------------------------------------------


def invite(session: Session, member: Staff | None, now: datetime, *, by: int | None = None, place: str = "cli") -> str:
    """A one-time code with which this person chooses a password; without one, the code makes the first administrator.

    Codes that the person had before are worth nothing any more.
    """
    if member is not None:
        staff.drop_invites(session, member.id)
    code = secrets.token_urlsafe(24)
    until = now + rules.INVITE_LENGTH
    session.add(StaffInvite(digest=digest_of(code), staff_id=member.id if member else None, expires_at=until))
    audit.write(session, "staff.invite", staff_id=by, now=now, place=place, about=f"staff:{member.id}" if member else "")
    return code


def accept(
    session: Session, code: str, hashed: str, now: datetime, *, login: str = "", name: str = "", language: str = "en"
) -> Staff:
    """Uses a code up: its person has this password from now on. `login` and `name` are those of a first administrator.

    `hashed`: of a password that `rules.check_password` let through. Raises Refusal for a code that is worth nothing.
    """
    spent = staff.spend_invite(session, digest_of(code), now)
    if spent is None:
        raise Refusal("staff.bad_code")
    if spent.staff_id is None:
        # A code for the first one is void as soon as there is one.
        if staff.any_administrator(session):
            raise Refusal("staff.bad_code")
        member = add(session, login, name, staff.ADMINISTRATOR, None, language, now)
        staff.drop_invites(session, None)
    else:
        member = session.get_one(Staff, spent.staff_id)
        if member.dismissed_at is not None:
            raise Refusal("staff.bad_code")
    set_password(session, member, hashed, now, by=member.id, place="console")
    return member


# -- people ----------------------------------------------------------------------------------------------------------------


def add(
    session: Session, login: str, name: str, role: str, store_id: int | None, language: str, now: datetime,
    *, by: int | None = None, place: str = "console",
) -> Staff:  # fmt: skip
    """Somebody new, who has no password yet. Raises Refusal for a login that is taken or is none, or a role without its store."""
    login = rules.check_login(login)
    rules.check_place(role, store_id)
    if staff.by_login(session, login):
        raise Refusal("staff.login_taken", login=login)
    member = Staff(
        login=login, name=name[:120] or login, role=role, store_id=store_id, language=language, theme="auto", created_at=now
    )
    session.add(member)
    session.flush()
    audit.write(session, "staff.add", staff_id=by, now=now, place=place, about=f"staff:{member.id}", role=role, store=store_id)
    return member


def place(session: Session, member: Staff, role: str, store_id: int | None, now: datetime, *, by: int | None) -> None:
    """Another role or store, at once. Nobody does it to themselves, so there is always an administrator left."""
    if member.id == by:
        raise Refusal("staff.not_yourself")
    rules.check_place(role, store_id)
    member.role, member.store_id = role, store_id
    audit.write(session, "staff.place", staff_id=by, now=now, about=f"staff:{member.id}", role=role, store=store_id)


def set_password(session: Session, member: Staff, hashed: str, now: datetime, *, by: int | None, place: str) -> None:
    """From now on; whoever is logged in as this person is out."""
    member.password = hashed
    staff.end_sessions(session, member.id)
    staff.drop_invites(session, member.id)
    audit.write(session, "staff.password", staff_id=by, now=now, place=place, about=f"staff:{member.id}")


def dismiss(session: Session, member: Staff, now: datetime, *, by: int | None, place: str = "console") -> None:
    """They are out with this transaction. Raises Refusal for oneself and for the last administrator."""
    if member.id == by:
        raise Refusal("staff.not_yourself")
    if member.role == staff.ADMINISTRATOR and not staff.other_administrator(session, member):
        raise Refusal("staff.last_administrator")
    member.dismissed_at = now
    staff.end_sessions(session, member.id)
    staff.drop_invites(session, member.id)
    if address := staff_links.address_of(session, member.id):
        membership(session, address, "expel", now)
    staff_links.unlink(session, member.id)
    factors.drop(session, member.id)
    audit.write(session, "staff.dismiss", staff_id=by, now=now, place=place, about=f"staff:{member.id}")


def take_back(session: Session, member: Staff, now: datetime, *, by: int | None, place: str = "console") -> None:
    """They work here again, and choose a new password by a code."""
    member.dismissed_at, member.password = None, None
    audit.write(session, "staff.take_back", staff_id=by, now=now, place=place, about=f"staff:{member.id}")


def membership(session: Session, address: str, do: str, now: datetime) -> None:
    """Asks the staff's groups to `expel` an account, which would go on reading there, or to `admit` it again."""
    for chat_id in boards.groups(session):
        chat = chats.lock(session, chat_id)
        row = messages.outgoing(
            chat.id, chat.channel, pulls=False, text="", data={"person": address}, now=now, kind=do, feature="staff",
            purpose="staff",
        )  # fmt: skip
        messages.post(session, [row])
