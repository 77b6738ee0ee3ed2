"""Codes of coupons: made at random, shown in short groups, read however somebody types or scans them."""

import re
import secrets
import unicodedata

# Thirty-two signs, none of which is taken for another one: no I, L, O, U. Twelve of them are 60 bits.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 12, 4
SCANNED = "BAYLINE-COUPON:"
_ALIKE = str.maketrans("OILU", "011V")
# Letters of other alphabets that look like ours: a code that was copied by eye or by trick still names the one coupon.
_CONFUSABLE = str.maketrans("АВЕКМНРСТХУЗΑΒΕΖΗΚΜΝΡΤΧΥ", "ABEKMHPCTXY3ABEZHKMNPTXY")
_CODE = re.compile(f"[{ALPHABET}]{{{LENGTH}}}")


def new() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def link() -> str:
    """A word for an address, 40 bits: found out by nobody who tries, and short enough to be typed."""
    return new()[:8]


def shown(code: str) -> str:
    """ "K7QM-3XWP-9RTD"."""
    return "-".join(code[start : start + GROUP] for start in range(0, LENGTH, GROUP))


def read(typed: str) -> str | None:
    """The code in what somebody typed or scanned; None if it is none. Case, width, groups and invisible signs do not count."""
    text = unicodedata.normalize("NFKC", typed[:200]).upper().strip().removeprefix(SCANNED)
    text = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Zs", "Pd", "Cc"))
    text = text.translate(_CONFUSABLE).translate(_ALIKE)
    return text if _CODE.fullmatch(text) else None
