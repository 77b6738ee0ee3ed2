"""Cells read as what they mean: days, amounts, whole numbers, phone numbers, lists. Each raises Wrong with what to write."""

import re
from collections.abc import Collection
from datetime import date, time
from decimal import Decimal

import phonenumbers

from handlers.transfer.report import Wrong

_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII
)
_DIGITS_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_LUNAR = re.compile(r"(\d{1,2})-(\d{1,2})([Ll]?)", re.ASCII)
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,2})?", re.ASCII)
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
# NUL ends a text for PostgreSQL, half a surrogate pair cannot be written at all.
_UNFIT = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*", re.ASCII)
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
# Full-width digits and signs come from Chinese keyboards; NFKC would also turn "²" into a two.
_NARROW = {code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *map(ord, "．－／：＋"))}
# The widest that an INTEGER column holds on both databases.
_MOST_MINOR_UNITS = 2_147_483_647


def a_text(text: str, most: int) -> str:
    """Trimmed, line ends as \\n, at most `most` characters, nothing invisible that a database or a chat would choke on."""
    text = text.replace("\r\n", "\n").strip()
    if _UNFIT.search(text):
        raise Wrong("The text holds an invisible control character or a broken one. Type it again.")
    if len(text) > most:
        raise Wrong(f"The text has {len(text)} characters; at most {most} fit. Shorten it.")
    return text


def a_code(text: str, most: int) -> str:
    code = a_text(text, most)
    if not _CODE.fullmatch(code):
        raise Wrong(f'Write a code of letters, digits, "-", "_" and ".", such as "A-17", not "{code}".')
    return code


def a_day(text: str) -> date:
    found = _DAY.fullmatch(text.translate(_NARROW)) or _DIGITS_DAY.fullmatch(text.translate(_NARROW))
    if not found:
        raise Wrong(f'Write the day as year-month-day, such as 2026-04-03; "{text}" can be read in several ways or not at all.')
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        value = date(year, month, day)
    except ValueError:
        raise Wrong(f'There is no such day as "{text}". Write it as 2026-04-03.') from None
    if not 1900 <= year <= 2199:
        raise Wrong(f'The year of "{text}" cannot be right. Write the day as 2026-04-03.')
    return value


def a_lunar_day(text: str) -> str:
    """ "08-15": month and day of the Chinese calendar, "06-01L" in the leap month."""
    found = _LUNAR.fullmatch(text.translate(_NARROW))
    if not found or not (1 <= int(found[1]) <= 12 and 1 <= int(found[2]) <= 30):
        raise Wrong(
            f'Write the day of the Chinese calendar as month-day, such as 08-15, in a leap month 06-01L, not "{text[:40]}".'
        )
    return f"{int(found[1]):02}-{int(found[2]):02}{found[3].upper()}"


def an_amount(text: str) -> int:
    """Minor units of an amount that is written in major units with at most two decimals."""
    plain = text.translate(_NARROW)
    if not _AMOUNT.fullmatch(plain):
        raise Wrong(f'Write the amount as digits with a point before the cents, such as 1399 or 399.50, not "{text[:40]}".')
    minor = int(Decimal(plain) * 100)
    if minor > _MOST_MINOR_UNITS:
        raise Wrong(f'The amount "{text}" is larger than {_MOST_MINOR_UNITS // 100}. Check the zeros.')
    return minor


def a_whole_number(text: str, least: int, most: int) -> int:
    plain = text.translate(_NARROW)
    if not _WHOLE.fullmatch(plain) or not least <= int(plain) <= most:
        raise Wrong(f'Write a whole number from {least} to {most} in digits, not "{text[:40]}".')
    return int(plain)


def a_code_and_minutes(text: str) -> tuple[str, int]:
    code, equals, minutes = text.partition("=")
    if not equals:
        raise Wrong(f'Write the code of a model, "=" and minutes, such as audi_q5=75, not "{text[:40]}".')
    return a_code(code.strip(), 40), a_whole_number(minutes.strip(), 1, 20_160)


def a_phone(text: str, region: str | None) -> str:
    """E.164. `region`: the country whose numbers may be written without +, or None."""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise Wrong(_phone_help(text, region)) from None
    possible = phonenumbers.is_possible_number_with_reason(number) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible or number.extension or re.search("[A-Za-z]", text):
        raise Wrong(_phone_help(text, region))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _phone_help(text: str, region: str | None) -> str:
    code = phonenumbers.country_code_for_region(region) if region else 0
    example = f"+{code} and the whole number" if code else "+, the country's code and the whole number"
    return f'"{text[:40]}" is not a phone number that can be called. Write {example}, without an extension.'


def a_choice(text: str, choices: Collection[str]) -> str:
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    raise Wrong(f'Write one of {", ".join(choices)}, not "{text[:40]}".')


def a_list(value: str | list[str], most: int) -> list[str]:
    """Texts between `|`, in their order, each once."""
    parts = value.split("|") if isinstance(value, str) else value
    if any("|" in part for part in parts):
        raise Wrong('A text in the list holds "|", which separates the texts in a spreadsheet. Leave it out.')
    return list(dict.fromkeys(text for part in parts if (text := a_text(part, most))))


def a_yes_or_no(text: str) -> bool:
    if text.lower() in ("yes", "true", "1", "y", "是"):
        return True
    if text.lower() in ("no", "false", "0", "n", "否"):
        return False
    raise Wrong(f'Write yes or no, not "{text[:40]}".')


def a_span(text: str) -> tuple[time, time]:
    """Opening and closing time of "08:30-12:00"."""
    found = _SPAN.fullmatch(text.strip().translate(_NARROW).replace("–", "-"))
    if not found:
        raise Wrong(f'Write the time as "08:30-12:00", not "{text[:40]}".')
    opens, closes = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if closes <= opens:
        raise Wrong(f'"{text}" closes before it opens. Write the earlier time first; midnight is 23:59.')
    return opens, closes
