"""The second step of a login: a code of an app on one's phone (TOTP, RFC 6238), and one-time codes for when the phone is lost."""

import hmac
import secrets
import unicodedata
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.staff.actions import digest_of
from storage import audit, factors, staff
from storage.staff import Staff

# Three of a million codes are good at a time, so five guesses in fifteen minutes are right once in some two years.
MOST_FAILURES, WITHIN = 5, timedelta(minutes=15)
STEP = 30
# A phone's clock may be a step off, and typing takes a while.
_AROUND = (0, -1, 1)
CODES = 10
# No letters or digits that are read wrongly; sixteen of them are 80 bits.
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def missing(session: Session, member: Staff, roles: Collection[str]) -> bool:
    """Whether the shop asks it of this role, and the person has not set it up."""
    return member.role in roles and not factors.stands(session, member.id)


def begin(session: Session, member: Staff) -> None:
    """A new secret, which counts once a code of it has come back. Raises Refusal while another one counts."""
    import pyotp  # late: only who sets it up or logs in with it pays for it

    if factors.stands(session, member.id):
        raise Refusal("staff.second.stands")
    factors.drop(session, member.id)
    session.add(factors.StaffFactor(staff_id=member.id, secret=pyotp.random_base32()))
    session.flush()


def address(factor: factors.StaffFactor, login: str) -> str:
    """What the app reads from the picture."""
    import pyotp

    return pyotp.TOTP(factor.secret).provisioning_uri(name=login, issuer_name="Bayline")


def try_code(session: Session, member: Staff, code: str, now: datetime) -> str:
    """Uses a code of the app or a recovery code up. The text key of why not, or nothing.

    Not a Refusal: with that, the count of failures would be rolled back.
    """
    factor = factors.of(session, member.id, lock=True)
    if factor is None:
        return "staff.second.wrong"
    if factor.failed_at is not None and now - factor.failed_at >= WITHIN:
        factor.failures = 0
    if factor.failures >= MOST_FAILURES:
        return "staff.second.too_often"
    typed = "".join(unicodedata.normalize("NFKC", code).replace("-", "").split()).upper()
    if _of_the_app(session, factor, typed, now) or factors.spend_code(session, member.id, digest_of(typed)):
        factor.failures, factor.failed_at = 0, None
        return ""
    factor.failures, factor.failed_at = factor.failures + 1, now
    audit.write(session, "staff.code_failed", staff_id=None, now=now, about=f"staff:{member.id}")
    return "staff.second.wrong"


def confirm(session: Session, member: Staff, now: datetime, *, here: str) -> list[str]:
    """The secret of `begin` counts from now on, and other browsers are logged out. Gives the recovery codes, shown once."""
    factor = factors.of(session, member.id)
    assert factor is not None, "a code of it was right"
    factor.confirmed_at = now
    staff.end_other_sessions(session, member.id, here)
    audit.write(session, "staff.second_on", staff_id=member.id, now=now, about=f"staff:{member.id}")
    return new_codes(session, member, now)


def new_codes(session: Session, member: Staff, now: datetime) -> list[str]:
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(16)) for _ in range(CODES)]
    factors.keep_codes(session, member.id, map(digest_of, codes))
    audit.write(session, "staff.recovery_codes", staff_id=member.id, now=now, about=f"staff:{member.id}")
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def take_off(session: Session, member: Staff, now: datetime, *, by: int | None, place: str = "console") -> bool:
    """A password is enough again, for who has lost phone and codes; whether it was not before. Their browsers are logged out."""
    if not factors.drop(session, member.id):
        return False
    if by != member.id:
        staff.end_sessions(session, member.id)
    audit.write(session, "staff.second_off", staff_id=by, now=now, place=place, about=f"staff:{member.id}")
    return True


def _of_the_app(session: Session, factor: factors.StaffFactor, typed: str, now: datetime) -> bool:
    import pyotp

    if not (typed.isascii() and typed.isdigit()):
        return False
    made, step = pyotp.TOTP(factor.secret, interval=STEP), int(now.timestamp()) // STEP
    right = [step + away for away in _AROUND if hmac.compare_digest(made.at((step + away) * STEP), typed)]
    return bool(right) and factors.use_step(session, factor.staff_id, right[0])
