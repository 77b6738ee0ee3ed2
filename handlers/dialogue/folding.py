"""Words made comparable: width, case, script, punctuation and spaces do not count."""

import re
from functools import lru_cache

from knowledge_base.folding import fold as fold_script

_APART = re.compile(r"[\W_]+")


@lru_cache(maxsize=64)  # as what is below it: each feature asks for the same words
def fold(text: str) -> str:
    """ "Ａ４ !" and "a4" are the same, and so are "選單" and "选单"."""
    return _APART.sub(" ", fold_script(text)).strip()
