"""Phone numbers as people write and say them, as E.164; whether one can be called is told, not decided."""

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

# 幺 is how "one" is said in a number.
_SPOKEN = str.maketrans("零〇一二三四五六七八九幺", "001234567891")
_NUMBER = re.compile(r"(?:\+|00)?\(?\d[\d\s().\-–/·]{3,28}\d")
_AMONG = re.compile(
    r"(?<![A-Za-z0-9_.\-])(?:\+\d{1,3}[ \-]?)?\(?\d{3,5}\)?(?:[ \-]?\d{2,4}){2,4}(?![A-Za-z0-9_\-]|公里|元|块|塊|年)"
)
# Whose numbers are written without a country code here, too: many people of these places live and drive in the others.
_NEIGHBOURS = {"CN": ("HK", "MO", "TW"), "HK": ("MO", "CN", "TW"), "MO": ("HK", "CN", "TW"), "TW": ("HK", "MO", "CN")}
# Where a fixed line is dialled with a 0 before it.
_TRUNK = ("CN", "TW")
_EXTENSION = re.compile(r"(?:;?ext\.?=?|分机|轉|转|內線|内线|\bx|#)\s*:?\s*\d{1,6}\s*$", re.I)


@dataclass(frozen=True, slots=True)
class Phone:
    """`e164`: +8613800138000. `sure`: False when no such number is known to be given out, so that it is better asked again."""

    e164: str
    sure: bool


def read(text: str, region: str) -> Phone | None:
    """The number in an answer to "which number?"; None if there is none, several, or one with an extension.

    `region`: the store's country, whose numbers are written without +.
    """
    narrow = unicodedata.normalize("NFKC", text[:200]).translate(_SPOKEN).replace("－", "-")
    if any(c.isdigit() and not c.isdecimal() for c in text[:200]) or _EXTENSION.search(narrow):
        return None
    digits = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in narrow)
    found = _NUMBER.findall(digits)
    if len(found) != 1 or sum(c.isdigit() for c in digits) != sum(c.isdigit() for c in found[0]):
        return None
    written = found[0]
    try:
        number = phonenumbers.parse(f"+{written[2:]}" if written.startswith("00") else written, region)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return Phone(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), phonenumbers.is_valid_number(number))


def next_door(text: str, region: str) -> list[Phone]:
    """What a number that is none of `region` may be next door: "9123 4567" in the mainland is one of Hong Kong.

    A fixed line counts as it is dialled there, with the 0 where that is the custom.
    """
    found = [(other, one) for other in _NEIGHBOURS.get(region, ()) if (one := read(text, other)) is not None and one.sure]
    return [one for other, one in found if _as_dialled(text, one, other)]


def _as_dialled(text: str, phone: Phone, region: str) -> bool:
    mobile = phonenumbers.number_type(phonenumbers.parse(phone.e164)) == phonenumbers.PhoneNumberType.MOBILE
    first = next((c for c in unicodedata.normalize("NFKC", text) if c.isdigit()), "")
    return mobile or region not in _TRUNK or first == "0"


def within(text: str, region: str) -> Phone | None:
    """A number that stands among other words: "Margaret Holroyd. 07700 900118"; None unless it is one beyond doubt, and one only.

    What else has so many digits (a VIN, a mileage, a price) is no number that is given out.
    """
    narrow = unicodedata.normalize("NFKC", text[:300]).replace("－", "-")
    found = [one for written in _AMONG.findall(narrow) if (one := read(written, region)) and one.sure]
    return found[0] if len(found) == 1 else None


def shared(phone: str) -> str | None:
    """A number that a channel has shared as +8613800138000, None for what cannot be one. Telegram leaves the plus sign out."""
    try:
        number = phonenumbers.parse(f"+{phone.removeprefix('+')}")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(e164: str) -> str:
    """As it is written abroad: +86 138 0013 8000."""
    return phonenumbers.format_number(phonenumbers.parse(e164), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
