"""Questions so short that their few letters stand in many answers: 要等多久, 有什么优惠, "can I bring my kids"."""

import re

from handlers.dialogue.folding import fold

# The entries of the starter base that they ask for; matched whole, on folded words.
_PLAIN = (
    (
        "waiting_area",
        re.compile(
            r"(?:can|could|may) (?:i|we) (?:bring|come with|take) (?:my |the |our |a |two |some )?"
            r"(?:kids?|child|children|baby|toddler|son|daughter|little ones?)(?: (?:with (?:me|us)|along|too|there|in))?"
            r"|我?(?:们|哋)?(?:能不能|可不可以|可唔可以|能|可以)(?:带|带着|带埋)(?:个|我)?"
            r"(?:孩子?|小孩子?|小朋友|娃|宝宝|细路仔?|仔女|儿子|女儿|bb)"
            r"(?:一起|一齐)?(?:来|去|过来|过去|嚟)?(?:等)?(?:吗|么|嘛|呀|啊|得唔得|可以吗)?"
        ),
    ),
    (
        "service_duration",
        re.compile(
            r"how long (?:do|will|would) (?:i|we) (?:have to |need to |be )?wait(?:ing)?(?: there| for it)?"
            r"|(?:大概|一般|大约|现在)?(?:要|需要|得)?(?:等|排队?)(?:多久|多长时间|几耐|几久|多耐)(?:呢|呀|啊)?"
        ),
    ),
    (
        "discount_request",
        re.compile(
            r"(?:are there |do you have |have you got |got |have )?any (?:special |current )?"
            r"(?:offers?|deals?|discounts?|promotions?)(?: (?:on|now|today|at the moment|right now|this month))*"
            r"|(?:你们|你哋|现在|最近|而家|今天|店里?|还){0,2}(?:有|搞)"
            r"(?:什么|啥|咩|乜|哪些|没有|冇)?"
            r"(?:优惠|活动|折扣|促销)(?:活动)?(?:吗|么|呢|呀|啊|没有?)?"
        ),
    ),
)


def named(words: str) -> str | None:
    """The id of the entry that is asked for by these words and nothing else."""
    text = fold(words).strip(" .,!?。，！？~～")
    return next((entry for entry, pattern in _PLAIN if pattern.fullmatch(text)), None)
