"""Rules about customers: how much of a number staff see, and what the words of a search may be."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import phonenumbers

from handlers.vehicles import plates

SHORTEST_SEARCH = 2
# What the code says that a customer shows at the desk: this, and the token of their appointment.
CODE = "bayline:"
_SHORTEST_DIGITS, _SHORTEST_PLATE = 4, 3
_HIDDEN = "****"
_VIN_TAIL = 6


def mask_phone(phone: str | None) -> str:
    """+8613812348000 → "+86 138****8000": enough to know it again, not enough to call."""
    if not phone:
        return ""
    try:
        number = phonenumbers.parse(phone)
        code, digits = f"+{number.country_code} ", phonenumbers.national_significant_number(number)
    except phonenumbers.NumberParseException:
        code, digits = "", re.sub(r"\D", "", phone)
    tail = min(4, max(0, len(digits) - len(_HIDDEN)))
    head = min(3, max(0, len(digits) - len(_HIDDEN) - tail))
    return f"{code}{digits[:head]}{_HIDDEN}{digits[len(digits) - tail :] if tail else ''}"


def whole_phone(phone: str | None) -> str:
    """As people write it: +86 138 1234 8000."""
    if not phone:
        return ""
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return phone


def vin_tail(vin: str | None) -> str:
    return f"…{vin[-_VIN_TAIL:]}" if vin else ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a search looks for; see `storage.people.search`. `code`: the token of an appointment."""

    words: tuple[str, ...] = ()
    digits: tuple[str, ...] = ()
    plate: str = ""
    code: str = ""


def wanted(text: str) -> Wanted | None:
    """What the words of the search box may mean; None for too few to look for. Both Chinese scripts are tried."""
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    # One Chinese character may be a whole family name.
    if len(text) < SHORTEST_SEARCH and not ("\u3400" <= text <= "\u9fff"):
        return None
    if text.startswith(CODE):
        return Wanted(code=text.removeprefix(CODE).strip())
    scripts = _in_both_scripts(text)
    digits = re.sub(r"[\s()+.-]", "", text)
    plate = plates.key(text) or ""
    return Wanted(
        words=scripts,
        # A number of one's own country is written with a zero in front, and stored without.
        digits=tuple(
            {one for one in (digits, digits.lstrip("0")) if one.isascii() and one.isdigit() and len(one) >= _SHORTEST_DIGITS}
        ),
        plate=plate if len(plate) >= _SHORTEST_PLATE and re.search(r"[0-9A-Z]", plate) else "",
    )


def _in_both_scripts(text: str) -> tuple[str, ...]:
    if text.isascii():
        return (text,)
    return tuple(dict.fromkeys([text, *(one.convert(text) for one in _scripts())]))


@cache
def _scripts() -> tuple[Any, Any]:
    from opencc import OpenCC  # late: it costs time and memory

    return OpenCC("t2s"), OpenCC("s2t")
