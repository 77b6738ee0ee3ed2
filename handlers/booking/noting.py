"""What somebody tells in the middle of a booking and no question asked for: the advisor reads it, and nothing is lost."""

import re

from handlers.booking import phrases
from handlers.dialogue import Reply, Turn, assent
from handlers.dialogue.questions import is_question
from handlers.faq import flow as faq
from handlers.tickets import complaint

# A whole sentence, or what is wrong with the car; a few words are more likely an answer that we have not understood.
_SENTENCE, _CHARACTERS, _MOST = 6, 9, 300
_NUMBER = re.compile(r"(?<![\d-])\d(?:[ -]?\d){6,13}(?!\d)")
# What stands before a note is none of it.
NOTE = re.compile(
    r"(?:please |pls |can you |could you |and )?(?:add|make|leave|put)(?: in| down)? (?:a |this |the )?note\b"
    r"(?! (?:on|about|of|from)\b)[ :,-]*"
    r"(?:that |saying )?(.{3,})"
    r"|(?:请|麻烦|唔该|帮我|再|给我|加|写|留|記|记|个|一个|一下|句|条|返){0,5}(?:备注|備註|备註)(?![里裡中上])(?:一下)?[:：,， ]*"
    r"(?:说|写)?(.{2,})",
    re.IGNORECASE | re.DOTALL,
)
_WORD, _HAN = re.compile(r"[a-z0-9']+", re.IGNORECASE), re.compile(r"[㐀-鿿]")


def noted(turn: Turn) -> Reply | None:
    """Keeps a statement as the visit's note; a question, a yes and what the knowledge base answers are none."""
    words = " ".join(turn.words.split())
    long = len(_WORD.findall(words)) >= _SENTENCE or len(_HAN.findall(words)) >= _CHARACTERS
    text = phrases.spaced(words)
    number = _NUMBER.search(words) is not None  # whom to call, and no question about ours
    told = (long or number or phrases.has("fault", text)) and not any(phrases.has(name, text) for name in ("cancel", "away"))
    if turn.chat.form != "booking.book" or not told or is_question(words) or assent.said(turn):
        return None
    if faq.is_sure(turn) and not number:
        return None
    if said := NOTE.match(words):
        words = (said[1] or said[2]).strip()
    before = turn.chat.answers.get("note", "")
    note = " · ".join(part for part in (before, words) if part)
    if len(note) > _MOST or words in before:
        return None
    turn.chat.answers["note"] = note
    if complaint.perhaps(turn):  # it is asked instead whether it is one; the note stays
        return None
    return Reply(turn.text("booking.written_down"))
