""" "Stop phoning me": no calls any more. Calls are made by people, so it is they who are told; messages are another matter."""

import re

from handlers.dialogue import Turn
from handlers.dialogue.folding import fold

_CALLING = r"(?:calling|phoning|ringing|telephoning|call|phone|ring)"
# Matched whole, on a folded clause: "don't call me before ten" and "don't call me a liar" are something else. 不用打给我 declines
# one call that was offered; 不用再打 is for good.
_NO_CALLS = re.compile(
    r"(?:(?:please|pls|and|but|so|just|also|can you|could you|would you|i want you to|i told you to|ok) ){0,3}"
    rf"(?:(?:stop|quit|dont|do not|never|no more) (?:ever )?{_CALLING}"
    r"(?: (?:me|us|my (?:phone|mobile|number|house|home|wife|husband|partner|mum|dad|parents|work|office)|up)){0,2}"
    r"|(?:i )?(?:dont|do not|no longer) (?:want|wish|like) (?:to (?:get|receive|have) )?(?:any )?(?:more )?(?:of your )?"
    r"(?:phone |sales )?calls"
    r"|no (?:more )?(?:phone |sales )?calls(?: to me| from you)?)"
    r"(?: (?:any ?more|again|ever|at all|please|pls|now|ok|okay|thanks|thank you|every day|all the time|so much|at work)){0,3}"
    r"|(?:请|麻烦|拜托|唔该|可以|可唔可以|能不能|以后|之后|今后|你们|你哋|都| ){0,4}"
    r"(?:(?:不要|别|唔好|咪|停止|不想|请勿|勿)再?|(?:不用|唔使|不必)再)"
    r"(?:给|俾|畀|同|向|跟)?(?:我|我们)?(?:再|一直|老是|成日|天天)?(?:接到|收到)?(?:你们|你哋)?的?"
    r"(?:打(?:什么|任何)?(?:推销|骚扰)?电话(?:来|嚟|过来)?(?:给我|俾我|畀我)?(?:推销|sell嘢)?|打(?:来|嚟|过来)|打(?:给|俾|畀)我"
    r"|来电|致电(?:给我)?"
    r"|call ?我?|推销电话|骚扰电话|电话)(?:了|啦|喇|吧|嚟|来|吗|嘛|好吗|谢谢|多谢|唔该| ){0,4}"
)
# "Don't call my wife, call me" wants one.
_CALLS = re.compile(
    rf"^\W{{0,3}}(?:please |pls |just |but |and |instead ){{0,2}}{_CALLING} (?:me|us|my|on|this)\b"
    r"|^\W{0,3}(?:请|麻烦|直接|要打?就|改|可以){0,2}(?:打(?:给|俾|畀)?我|打我|打(?:这个?|呢个|另)|打第)"
)
# Who would rather not ring us says so: 不想打电话，在这里说可以吗.
_OWN_CALL = re.compile(r"^\W{0,3}我?(?:都|就|也)?(?:不想|唔想)(?:再)?打电话$")
_CLAUSE = re.compile(r"[.,;!，。；！\n]")
_MOST_CLAUSES = 4


def asks(words: str) -> bool:
    """Whether they want no calls any more, in all of the words or a clause of a few."""
    return _has(words) and not instead(words)


def instead(words: str) -> bool:
    """Whether they want to be called, only otherwise: "don't call my wife, call me"."""
    return _has(words) and any(_CALLS.match(fold(part)) for part in _CLAUSE.split(words))


def _has(words: str) -> bool:
    parts = [fold(part) for part in _CLAUSE.split(words)]
    found = (_NO_CALLS.fullmatch(part) and not _OWN_CALL.match(part) for part in [fold(words), *parts])
    return len(parts) <= _MOST_CLAUSES and any(found)


def of_turn(turn: Turn) -> bool:
    """The same where nothing is asked of them: in a form it is a note for whoever prepares the visit."""
    return turn.chat.form is None and asks(turn.words)
