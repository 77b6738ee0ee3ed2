"""What some words say about a car: model, plate, VIN, year, colour, engine, mileage; several at once are all taken."""

import re
from typing import Any

from handlers.dialogue import Turn
from handlers.prices import finding
from handlers.vehicles import colours, mileage, plates, vins
from knowledge_base.folding import fold

# Facts about a car as a JSON value: model (code), name (words for a model that we do not have), plate, vin, year, colour, trim,
# km. `plate?` and `vin?` are what was heard and looks wrong: [as it was said, what is probably meant].
Facts = dict[str, Any]

_YEAR = re.compile(
    r"(?<![\d.,/-])((?:19[5-9]|20[0-9])\d)(?![\d/-]|[.,]\d)\s*(?:年份|年款|年式|年|款)?|(?<![\d.])(\d\d)\s*(?:款|年款|年的)"
)
_TRIM = re.compile(
    r"(?<![\d.])\d\.\d\s?(?:tsi|tfsi|tdi|gdi|t|l|d|i)\b(?: (?:quattro|xdrive|4matic|awd|4wd))?|\b\d{2} ?tf?si\b(?: quattro)?"
    r"|\b(?:dm-i|phev|plug-in hybrid|plugin hybrid)\b|插电混动|增程"
)
OLDEST = 1950


def hear(turn: Turn, text: str | None = None) -> Facts:
    """Everything about a car in these words (those of the turn). What was understood once is not read a second time."""
    rest = turn.words if text is None else text
    facts: Facts = {}
    if found := vins.find_span(rest):
        vin, span = found
        facts.update({"vin?": [vin.text, vin.better]} if vin.doubt else {"vin": vin.text})
        rest = _without(vins.wide_words(rest), span)
    if spotted := plates.find_span(rest):
        plate, span = spotted
        facts.update({"plate?": [plate.text, plate.better]} if plate.doubt else {"plate": plate.text})
        rest = _without(plates.wide_words(rest), span)
    if driven := mileage.find_span(rest, of_a_car=bool(facts)):
        km, span = driven
        facts["km"] = km
        rest = _without(fold(rest), span)
    folded = fold(rest)
    if (written := _YEAR.search(folded)) and (year := year_of(written[1] or written[2], turn.now.year)):
        facts["year"] = year
        folded = _without(folded, written[0])
    if trim := _TRIM.search(folded):
        facts["trim"] = trim[0].upper() if trim[0].isascii() else trim[0]
        folded = _without(folded, trim[0])
    if colour := colours.find(turn.texts, folded):
        facts["colour"] = colour
    if model := turn.memoised(finding.load).model_in(folded):
        facts["model"] = model
    return facts


def year_of(text: str, this_year: int) -> int | None:
    """The year of "2019" or "19"; None for one in which no car of today was made."""
    if not re.fullmatch(r"\d{2}|\d{4}", text, re.ASCII):
        return None
    year = int(text)
    if year < 100:
        year += 2000 if year <= (this_year + 1) % 100 else 1900
    return year if OLDEST <= year <= this_year + 1 else None


def _without(text: str, words: str) -> str:
    # A space stays, so that what stood on either side does not grow together.
    return text.replace(words, " ", 1)
