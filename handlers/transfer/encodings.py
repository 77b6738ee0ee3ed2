"""Which encoding a text file is in: UTF-8, UTF-16, GB18030 or Big5, and never a guess that could spoil names."""

import codecs
from functools import cache
from pathlib import Path

from handlers.transfer.report import Wrong

_PIECE = 1 << 20
_SAMPLE = 1 << 18
# Right decodings of Chinese have nearly all characters among the common ones, wrong ones little more than half.
_SURE = 0.9
_MARGIN = 0.15


def encoding_of(path: Path) -> str:
    """The name of the codec that reads the whole file. Raises Wrong with a sentence if that is not certain."""
    with path.open("rb") as file:
        start = file.read(4)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _checked(path, "utf-16")
    if start[1:2] == b"\0" or start[:1] == b"\0":
        return _checked(path, "utf-16-le" if start[1:2] == b"\0" else "utf-16-be")
    if _reads(path, "utf-8-sig"):
        return "utf-8-sig"
    shares = {name: _share_of_common(path, name) for name in ("gb18030", "cp950", "big5hkscs") if _reads(path, name)}
    chinese = {"gb18030": shares.get("gb18030", 0.0), "big5": max(shares.get("cp950", 0.0), shares.get("big5hkscs", 0.0))}
    best, other = sorted(chinese.values(), reverse=True)
    if best < _SURE or best - other < _MARGIN:
        raise Wrong("It is not clear which encoding this file is in. Save it as UTF-8 (in Excel: CSV UTF-8) and try again.")
    if chinese["gb18030"] == best:
        return "gb18030"
    return "cp950" if shares.get("cp950") == best else "big5hkscs"


def _checked(path: Path, name: str) -> str:
    if not _reads(path, name):
        raise Wrong("The file begins like UTF-16 but breaks off or is damaged. Save it as UTF-8 and try again.")
    return name


def _reads(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)("strict")
    with path.open("rb") as file:
        try:
            while piece := file.read(_PIECE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _share_of_common(path: Path, name: str) -> float:
    """How many of the characters beyond ASCII, in a sample that is spread over the file, are in daily use."""
    decoder = codecs.getincrementaldecoder(name)("ignore")
    seen: list[str] = []
    with path.open("rb") as file:
        while len(seen) < _SAMPLE and (piece := file.read(_PIECE)):
            seen += [character for character in decoder.decode(piece) if not character.isascii()]
    return sum(character in _common() for character in seen) / len(seen) if seen else 0.0


@cache
def _common() -> frozenset[str]:
    """The characters that the makers of GB 2312 and Big5 ranked as frequent, with their punctuation and full-width forms."""
    gb = [(lead, trail) for lead in (*range(0xB0, 0xD8), 0xA1, 0xA3) for trail in range(0xA1, 0xFF)]
    big5 = [(lead, trail) for lead in range(0xA1, 0xC7) for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)) if lead != 0xA2]
    texts = [bytes(pair).decode("gb2312", "ignore") for pair in gb] + [bytes(pair).decode("cp950", "ignore") for pair in big5]
    return frozenset("".join(texts))
