"""What may be logged of words that were not understood, so that the grammar can grow."""

import re

_MOST = 200
_LONG = re.compile(r"\S{25,}")
_SPOKEN = re.compile(r"[〇零一二三四五六七八九幺]{5,}")
# Names follow these; whoever reads the log needs none.
_NAME = re.compile(r"(?i)\b(?:i'm|i am|this is|my name is|name's|我叫|我是|我姓)\s?\S{1,20}")
_MAIL = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")


def masked(text: str) -> str:
    """The text on one line of at most 200 characters; digits (and five or more spoken ones) as 0; no mail, name or long word."""
    line = " ".join(text[: 4 * _MOST].split())
    line = _LONG.sub("…", _MAIL.sub("…", line))
    line = _NAME.sub("…", line)
    line = _SPOKEN.sub(lambda number: "0" * len(number[0]), line)
    return "".join(_plain(c) for c in line)[:_MOST]


def _plain(character: str) -> str:
    if character.isnumeric() and not "\u3400" <= character <= "\u9fff":
        return "0"
    return character if character.isprintable() else "�"
