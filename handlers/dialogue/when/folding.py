"""One spelling for the reader, width, case and script folded, with the place of every character in the original."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache

from handlers.dialogue.when.lexicon import slips_of_characters


def fold(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters (and its end) the index in the original; never raises."""
    if text.isascii():
        return _once(_mended(text.lower()), list(range(len(text) + 1)))
    folded: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for piece in _piece(character):
            folded.append(piece)
            places.append(place)
    places.append(len(text))
    return _paused(*_once(*_closed(_mended(_meant("".join(folded))), places)))


# A space is the comma of who types Chinese in a chat: after a word that ends a clause.
_PAUSE = re.compile(
    r"(?<!^取消[吧了啦])(?:(?<=[了吧啊呀啦喇呢吗嘛么哦喔咯呗咋喎])|(?<=不行)|(?<=唔得)|(?<=不了)) (?=[\u4e00-\u9fff\d])"
)


def _paused(folded: str, places: list[int]) -> tuple[str, list[int]]:
    return _PAUSE.sub(",", folded), places


# Numerals as on cheques, right before what they count.
_CAPITALS = re.compile(r"[壹贰叁肆伍陆柒捌玖拾]{1,3}(?=[月日号点时])|(?<=点)[壹贰叁肆伍陆柒捌玖拾]{1,3}(?=分)")
_AS_WRITTEN = str.maketrans("壹贰叁肆伍陆柒捌玖拾", "一二三四五六七八九十")
_GAP = re.compile(r"(?<=\d) (?=[点时分号日月年个小刻钟天周星礼])|(?<=[年月点差第]) (?=\d)")


def _meant(folded: str) -> str:
    """With the characters that were meant where others were typed; as long as it was, so that places stay."""
    if folded.isascii():
        return folded
    folded = _CAPITALS.sub(lambda found: found[0].translate(_AS_WRITTEN), folded)
    for wrong, meant in slips_of_characters():
        folded = wrong.sub(meant, folded)
    return folded


def _closed(folded: str, places: list[int]) -> tuple[str, list[int]]:
    """Without the spaces that some put between digits and the unit: 12 月 5 日."""
    gaps = [m.start() for m in _GAP.finditer(folded)]
    for gap in reversed(gaps):
        folded = folded[:gap] + folded[gap + 1 :]
        del places[gap]
    return folded, places


# "1o:30", "10;30": slips of one key, of the length that they were.
_SLIPPED = re.compile(r"(?<=\b[12])o(?=[:.;]\d\d\b)|(?<=\b\d);(?=[0-5]\d\b)|(?<=\b\d\d);(?=[0-5]\d\b)", re.ASCII)


def _mended(folded: str) -> str:
    return _SLIPPED.sub(lambda found: "0" if found[0] == "o" else ":", folded)


_WIDE_GAP = re.compile(r"(?<= ) +")


def _once(folded: str, places: list[int]) -> tuple[str, list[int]]:
    """With one space where there were several: patterns look for one."""
    if "  " not in folded:
        return folded, places
    for gap in reversed(list(_WIDE_GAP.finditer(folded))):
        del places[gap.start() : gap.end()]
    return _WIDE_GAP.sub("", folded), places


# Spellings of a character that NFKC leaves apart; marks that only dress another character go.
_SAME = {
    "‘": "'", "’": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "―": "-", "−": "-", "‐": "-", "‑": "-", "〜": "~",
    "∶": ":", "·": ".", "•": ".",
    "⁄": "/", "。": ".", "﹕": ":", "\u20e3": "", "\ufe0f": "", "嗰": "个", "囖": "咯",
}  # fmt: skip


@lru_cache(maxsize=8192)
def _piece(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    if unicodedata.category(character) in ("Cf", "Mn", "Cs"):
        return ""
    plain = unicodedata.normalize("NFKC", character).lower()
    if "\u3400" <= plain <= "\u9fff":
        return _SAME.get(plain) or _simplified(plain)
    if "\u00c0" <= plain <= "\u024f":
        plain = unicodedata.normalize("NFD", plain)[0]
    return "".join(_SAME.get(piece, piece) for piece in plain)


def _simplified(character: str) -> str:
    return str(_converter()(character))


@cache
def _converter() -> Callable[[str], str]:
    # Loaded with the first Chinese text: an English shop never pays for it.
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert
