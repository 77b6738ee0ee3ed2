"""What may be logged of words that were not understood, so that the grammar can grow."""

import re

_MOST = 200
_LONG = re.compile(r"\S{25,}")
_NUMBER = re.compile(r"\d")
# Names follow these; whoever reads the log needs none.
_NAME = re.compile(r"(?i)\b(?:i'm|i am|this is|my name is|name's|我叫|我是|我姓)\s?\S{1,20}")
_MAIL = re.compile(r"\S+@\S+")


def masked(text: str) -> str:
    """The text with every digit as 0, mail addresses, names and long words left out, cut to 200 characters, on one line."""
    line = " ".join(text[: 4 * _MOST].split())
    line = _LONG.sub("…", _MAIL.sub("…", line))
    line = _NAME.sub("…", line)
    line = "".join(c if c.isprintable() else "�" for c in line)
    return _NUMBER.sub("0", line)[:_MOST]
