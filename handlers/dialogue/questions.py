"""Whether words are a question, by their form alone."""

import re

from handlers.dialogue.folding import fold

_BEGINS = re.compile(
    r"(?:what|when|where|which|who|why|how)(?: s|re)? "
    r"(?:is|are|do|does|did|can|could|will|would|should|about|much|many|long|often|far|if)\b"
    r"|(?:do|does|did|is|are|can|could|will|would|should|have) (?:i|you|u|it|we|they|there|the|this|that|my|your)\b"
    r"|and (?:what|how|is|do)\b|who(?: has| have)? \w{2,12} (?:you|u|it|this|that|my)\b"
)
# Folded to Simplified; Cantonese among them.
_ASKS = re.compile(
    r"(?:吗|呢|么|咩|未|吖|不|冇)$|有没有|有冇|多少|几多|几钱|怎么|怎样|点样|点解|为什么|为何|哪|边度|边个|什么|啥|是不是|系咪|能不能"
    r"|可不可以|可唔可以|([㐀-鿿])[唔不]\1|会不会|要不要|多久|几耐|(?:能|可以|会|得).{0,3}几(?:年|天|次|个月|日)"
)


def ends_as_question(text: str) -> bool:
    """A question mark, or the particle that stands for one."""
    return text.rstrip().endswith(("?", "？", "吗", "嗎", "么", "麼"))


def is_question(text: str) -> bool:
    """The same, or it begins or is built as questions are."""
    folded = fold(text)
    return ends_as_question(text) or bool(_BEGINS.match(folded) or _ASKS.search(folded))
