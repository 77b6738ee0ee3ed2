"""A yes or a no in the ways people type them: "yes go on then", "嗯嗯", "好的 麻烦了", "no thanks"."""

import re

from handlers.dialogue.folding import fold
from handlers.dialogue.turn import Turn

_YES = re.compile(
    r"(?:yes|yep|yeah|yea|yup|ya|ok|okay|okey|k|sure|right|correct|fine|perfect|great|lovely|go|please|definitely|cool|confirm|confirmed)\b"
)
_AROUND = frozenset([
    "yes", "yep", "yeah", "yea", "yup", "ya", "ok", "okay", "okey", "k", "sure", "right", "correct", "fine", "perfect",
    "great", "lovely", "go", "on", "ahead", "then", "please", "pls", "thanks", "thank", "you", "u", "that", "thats",
    "is", "it", "its", "s", "do", "lah", "la", "mate", "cheers", "good", "sounds", "cool", "works", "for", "me",
    "definitely", "of", "course", "all", "ta", "just", "the", "one",
    "confirm", "confirmed", "perfect", "can", "thx", "tks", "tq", "ty", "po", "ji", "book", "lets", "do",
])  # fmt: skip
# Folded to Simplified.
_YES_HAN = "是对好行嗯系啱可没冇得"
_AROUND_HAN = frozenset("是的对好可以行嗯系啱没冇错问题就这样啊呀啦吧喔哦喇噢了那麻烦你您谢多定确认哈滴得约订都两个")
_THANKS = re.compile(r"(?:唔该(?:晒)?|多谢(?:晒)?|谢谢|辛苦了?)")
_WORD = re.compile(r"[a-z]+")
_MARKS = re.compile(r"[^\w㐀-鿿]+")


def said(turn: Turn) -> str | None:
    """ "yes" or "no", when the words say that and nothing else; None for anything more."""
    typed = fold(turn.words)
    for answer in ("yes", "no"):
        if typed and typed in turn.texts.folded(f"dialogue.{answer}"):
            return answer
    return "yes" if turn.words.rstrip()[-1:] not in ("?", "？") and agrees(turn.words) else None


def agrees(text: str) -> bool:
    """Whether the words are a yes and nothing else."""
    typed = fold(text)
    rest = _THANKS.sub("", typed)
    if any(mark.isdigit() for mark in rest):
        return False
    words, han = _WORD.findall(rest), _MARKS.sub("", _WORD.sub("", rest))
    if han:
        return han[0] in _YES_HAN and set(han) <= _AROUND_HAN and set(words) <= _AROUND and _is_one(han)
    return bool(words) and _YES.match(words[0]) is not None and set(words) <= _AROUND


def _is_one(han: str) -> bool:
    """Some characters agree only in company: "没问题", "可以"."""
    return (("没" not in han and "冇" not in han) or "没错" in han or "问题" in han) and ("可" not in han or "可以" in han)
