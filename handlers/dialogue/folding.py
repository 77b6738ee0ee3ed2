"""Words made comparable: width, case, script, punctuation and spaces do not count."""

import re

from knowledge_base.folding import fold as fold_script

_APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """ "Ａ４ !" and "a4" are the same, and so are "選單" and "选单"."""
    return _APART.sub(" ", fold_script(text)).strip()
