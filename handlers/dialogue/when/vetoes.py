"""What looks like a time and is none: plates, phones, mileages, prices, oil grades, models, bays, greetings, "a bit".

What a veto covers is blanked before anything is read, place by place, so that offsets stay. Every pattern of `data/vetoes.txt` is
linear: no quantifier stands within another over the same characters, and the counts are bounded.
"""

import re
from functools import cache

from handlers.dialogue.when import lexicon

BLANK = "\0"

_PARTS = {
    # 9:30，5W-30: the minutes before a comma belong to no price behind it.
    "{number}": r"(?<![\d:/点月])(?<!\d\.)(?:\d{1,3}(?:[, ]\d{3}){1,2}|\d{1,2},\d\d,\d{3}|\d{1,8})(?:\.\d{1,2})?",
    "{han}": "零〇一二两三四五六七八九十百千万几半",
    # "golf 10am" is a car and a time, "bay 3 december" and "order 27 november" are a thing and a day.
    "{no_clock}": r"(?!\s*(?:[ap]\.?\s?m\b|o'?clock|:\d|\.\d\d|[点时月号日]|hrs?\b))(?![\d/]){no_month}",
    "{no_month}": r"(?! (?:of )?(?:jan(?:uary)?|feb(?:ruary)?|april?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b(?! \d{1,2}(?:st|nd|rd|th)?\b(?!:)))",
}


@cache
def _pattern(english: bool) -> re.Pattern[str]:
    """Of all vetoes, or for a text without Chinese of those that can be in it."""
    written = "|".join(line for line in lexicon.vetoes() if not english or (line.isascii() and "{han}" not in line))
    for name, part in _PARTS.items():
        written = written.replace(name, part)
    # ASCII: a Chinese character beside a unit is no letter of the same word.
    return re.compile(written, re.ASCII)


def blank(folded: str) -> str:
    """The same text with everything that is surely no time made unreadable."""
    return _pattern(folded.isascii()).sub(lambda found: BLANK * len(found[0]), folded)
