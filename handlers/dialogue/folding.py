"""Words made comparable: width, case, punctuation and spaces do not count."""

import re
import unicodedata

_APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """NFKC, lower case, single spaces, no punctuation: "Ａ４ !" and "a4" are the same."""
    return _APART.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
