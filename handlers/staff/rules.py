"""Rules about staff: what is a login and a password, who has a store, and how long a browser stays logged in."""

import re
import unicodedata
from datetime import timedelta

from handlers.dialogue import Refusal
from storage.staff import ADVISOR, MANAGER, ROLES

# A working day; a desk that nobody touched for two hours may be anybody's.
SESSION_LENGTH, SESSION_IDLE = timedelta(hours=12), timedelta(hours=2)
# So many wrong passwords are typed by mistake; more of them by somebody at a desk that is not theirs.
MOST_FAILURES = 5
INVITE_LENGTH = timedelta(hours=24)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200
_LOGIN = re.compile(r"\w[\w.@+-]{1,59}")
# Long enough for the length rule, and still among the first that anybody tries.
_COMMON = {
    "1234567890", "12345678910", "0123456789", "0987654321", "1q2w3e4r5t", "1qaz2wsx3edc", "qwertyuiop", "password12",
    "password123", "password1234", "passw0rd123", "administrator", "iloveyou123", "changeme123", "welcome123", "letmein123",
    "a123456789", "123456789a", "qq123456789", "woaini1314", "woaini520", "5201314520", "1111111111", "0000000000",
}  # fmt: skip


def fold_login(login: str) -> str:
    """A login as it is compared and stored: width and case do not count."""
    return unicodedata.normalize("NFKC", login).strip().casefold()[:200]


def check_login(login: str) -> str:
    """The folded login. Raises Refusal if it is none."""
    folded = fold_login(login)
    if not _LOGIN.fullmatch(folded):
        raise Refusal("staff.bad_login")
    return folded


def check_place(role: str, store_id: int | None) -> None:
    """Advisors and managers work in one store, the others in all."""
    if role not in ROLES:
        raise Refusal("staff.bad_role")
    if (role in (ADVISOR, MANAGER)) != (store_id is not None):
        raise Refusal("staff.store_needed" if store_id is None else "staff.no_store_needed")


def check_password(password: str, login: str) -> None:
    """Length counts and nothing else, as NIST SP 800-63B has it; the ones that everybody tries first are refused."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refusal("staff.password_length", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)
    if folded in _COMMON or len(set(folded)) < 4 or (login and login in folded and len(folded) < len(login) + 8):
        raise Refusal("staff.password_common")
