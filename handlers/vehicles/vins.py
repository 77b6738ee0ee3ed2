"""Vehicle identification numbers (ISO 3779): cleaned, corrected where a letter cannot stand, checked where the check digit binds.

The check digit in position 9 (49 CFR 565.15, GB 16735) binds in North America and China; elsewhere the position is a filler.
"""

import re
import unicodedata
from dataclasses import dataclass

LENGTH = 17
_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ0123456789", [*range(1, 9), *range(1, 6), 7, 9, *range(2, 10), *range(10)], strict=True)
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_MISREAD = str.maketrans("IOQ", "100")
_BINDING = "12345L"
_IN_TEXT = re.compile(r"(?<![A-Z0-9])(?=(?:[A-Z\s-]{0,17}\d){4})(?=[\dVIN\s-]{0,20}[A-Z])[A-Z0-9]{17}(?![A-Z0-9])")
_TOLD = re.compile(
    r"(?:(?<![A-Z])VIN(?![A-Z])|车架号|车辆识别码|识别代号|车身号码|車身號碼|車架號)(?: NUMBER| CODE)?\s*(?:是|为|:|IS|=)?\s*"
    r"((?:[A-Z0-9][\s-]?){17}(?![A-Z0-9])|[A-Z0-9]{8,25})"
)


@dataclass(frozen=True, slots=True)
class Vin:
    """A number as it is written down. `doubt`: "length", "letters" (I, O, Q), "check"; `better`: what is probably meant.

    `hint`: the check digit does not fit, but where the car was made it need not.
    """

    text: str
    doubt: str = ""
    better: str = ""
    hint: bool = False


def clean(text: str) -> str:
    """Upper case, letters and digits only."""
    wide = unicodedata.normalize("NFKC", text[:200]).upper()
    return "".join(c for c in wide if c.isascii() and c.isalnum())


def check_digit_fits(vin: str) -> bool:
    """Whether position 9 is what the other sixteen make it. `vin`: 17 characters without I, O and Q."""
    rest = sum(_VALUES[c] * weight for c, weight in zip(vin, _WEIGHTS, strict=True)) % 11
    return vin[8] == ("X" if rest == 10 else str(rest))


def read(text: str) -> Vin | None:
    """The number that an answer to "which VIN?" gives; None if the words hold nothing like one."""
    if told := find_span(text):
        return told[0]
    vin = clean(text)
    if not any(c.isdigit() for c in vin) or not 8 <= len(vin) <= 30:
        return None
    return _judge(vin)


def find_span(text: str) -> tuple[Vin, str] | None:
    """A number in a sentence, with the words in which it stood, upper case."""
    wide = unicodedata.normalize("NFKC", text[:400]).upper()
    if (match := _TOLD.search(wide)) and any(c.isdigit() for c in match[1]):
        return _judge(clean(match[1])), match[0]
    if match := _IN_TEXT.search(wide):
        return _judge(match[0]), match[0]
    return None


def _judge(vin: str) -> Vin:
    if len(vin) != LENGTH:
        return Vin(vin[:20], doubt="length")
    fixed = vin.translate(_MISREAD)
    if fixed != vin:
        return Vin(vin, doubt="letters", better=fixed if fixed[0] not in _BINDING or check_digit_fits(fixed) else "")
    if check_digit_fits(vin):
        return Vin(vin)
    return Vin(vin, doubt="check") if vin[0] in _BINDING else Vin(vin, hint=True)


def wide_words(text: str) -> str:
    """The text as this module reads it; what `find_span` names can be taken out of it."""
    return unicodedata.normalize("NFKC", text[:400]).upper()
