"""Passwords: argon2id hashes, in the same time for people who do not exist."""

import unicodedata
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher  # late: only the console and `bayline staff` need it

    # OWASP's second choice for argon2id: 19 MiB, so that a small machine bears several logins at once.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobody() -> str:
    return hash_of("a password that nobody has")


def hash_of(password: str) -> str:
    return _hasher().hash(_normal(password))


def matches(hashed: str | None, password: str) -> bool:
    """Whether it is this password. Without a hash it takes as long and is never right. About 20 ms: not in a transaction."""
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        right = _hasher().verify(hashed or _nobody(), _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return right and hashed is not None


def outdated(hashed: str) -> bool:
    """Whether it was made with parameters of an earlier release."""
    return _hasher().check_needs_rehash(hashed)


def _normal(password: str) -> str:
    # The same characters may be typed in two ways on two keyboards.
    return unicodedata.normalize("NFKC", password)
