"""The name that somebody says is theirs: "my name's Tom Beattie", "Jenny here", 我叫李强, 免貴姓陳."""

import re

from handlers.dialogue.folding import fold

_WORD = r"[^\W\d_][\w'’.-]{0,19}"
_TITLED = r"[A-Z][a-z][\w'’-]{0,18}"
# After "my name is" whatever stands there is one; elsewhere it is written as names are.
_TOLD = re.compile(
    rf"\b(?:[Mm]y|[Tt]he)? ?(?:[Ff]ull )?[Nn]ame(?:'s|’s|s| is|:) "
    rf"({_WORD}(?: (?!and\b|on\b|is\b|my\b|i\b|but\b){_WORD}){{0,2}})"
    rf"|\b(?:I'm|I’m|I am|[Tt]his is) ({_TITLED}(?: {_TITLED}){{0,2}})(?=\s*(?:[,.;!，。]|$|from\b|and\b|again\b|\d))"
    rf"|\b[Ii]t['’]s ({_TITLED}) (?:again|here)\b|(?:^|[,.;!]|\b[Hh](?:i|iya|ello|ey))\s*({_TITLED}) here\b"
)
_HAN_TOLD = re.compile(
    r"我?(?:的?名字?|本人)?(?:就|系|係|是)?(?:叫做?|叫)([㐀-鿿·]{2,4}?)(?=$|[\W\d]|[手电電]|我|想|要|的)"
    r"|(?:我|敝|免[贵貴]|小弟|本人)?姓([㐀-鿿]{1,2}?)((?:先生|小姐|女士|太太)?)(?=$|[\W\d]|[手电電]|我|想|要|的)"
)
# Folded to Simplified. What is called after 叫 is a person only if it begins as names do.
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭"
    "廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文欧司施严柯温洪颜庄简翁游詹连古纪倪童葛尤祝霍莫管凌佟"
)
_NOT_ONE = frozenset([
    "not", "the", "a", "an", "in", "on", "at", "here", "there", "wrong", "fine", "sorry", "good", "it", "that", "this", "what",
    "interested", "looking", "going",
])  # fmt: skip
_AROUND = re.compile(
    r"\b(?:hi|hiya|hello|hey|by the way|btw|and|thanks|thank you|here|again|please)\b"
    r"|你好|您好|[嗯哦]|谢谢|謝謝|先生|小姐|女士|[\W_]"
)


def told(text: str) -> str:
    """The name; "" without one."""
    if found := _TOLD.search(text[:300]):
        name = " ".join(next(part for part in found.groups() if part).split()).rstrip(".-'’")
        return "" if {*name.lower().split()} & _NOT_ONE or (name.islower() and len(name.split()) > 2) else _written(name)
    for found in _HAN_TOLD.finditer(text[:300]):
        name = found[1] or found[2] + found[3]
        if fold(name)[:1] in _SURNAMES:
            return name
    return ""


def nothing_else(text: str) -> bool:
    """Whether the words are a name that is told and hardly anything more."""
    if not told(text):
        return False
    rest = _HAN_TOLD.sub("", _TOLD.sub("", text))
    return len(_AROUND.sub("", rest)) <= 1


def _written(name: str) -> str:
    return name.title() if name.islower() else name
