"""Leaving what was begun, in the ways people say it: "actually, leave it", 算了不约了, "I'll think about it"; or for a moment."""

import re

from handlers.dialogue.folding import fold

_BEFORE = (
    r"(?:(?:ok|okay|oh|ah|no|nah|nope|sorry|actually|well|hm+|um+|right|thanks|thank you|you know what|on second thoughts?"
    r"|in fact|then|so|and|but|wait|please|pls|just|maybe|perhaps|i think|i guess|lets|let us|can you|could you|you can"
    r"|i will|i|we|ill|we will) )*"
)
_AFTER = (
    r"(?: (?:then|now|please|pls|thanks|thank you|ta|cheers|sorry|for now|for today|today|first|mate|bye|after all|any ?more"
    r"|yet|lah|la))*"
)
_IT = r"(?: (?:it|this|that|all|everything|the whole thing|the lot))?"
_CORE = (
    rf"(?:forget|scrap|drop|skip|bin)(?: about)?{_IT}|leave (?:it|this|that)|never ?mind|nvm|no need"
    r"|(?:(?:i|we) )?(?:(?:have|ve) )?changed (?:my|our) mind|(?:do not|dont) (?:bother|worry about it)"
    r"|(?:i (?:am|m) )?not (?:now|today|interested|any ?more|right now|for now|sure(?: about (?:it|this|that))? yet)"
    r"|(?:do|book|try) (?:it|this|that) (?:some other time|another time|another day|later)|some other time|later on"
    r"|(?:(?:i|we) )?(?:do not|dont) (?:need|want|wanna) (?:it|this|that|to(?: (?:book|do (?:it|this|that)|come))?)"
    r"|(?:(?:i|we) )?(?:(?:need to|have to|want to|gotta|must|should|let me) )?(?:think (?:about (?:it|this|that)|it over|on it)"
    r"|have a think|get back to (?:you|u)|let (?:you|u) know|(?:ask|check with|talk to|speak to) my \w{1,12})"
    r"|(?:it is |its )?no longer (?:needed|required)"
)
_CANCEL = (
    rf"cancel{_IT}(?: (?:booking|one))?|abort{_IT}|stop (?:it|this|that)"
    r"|(?:(?:i|we) )?(?:can not|cannot|cant|will not|wont|am not going to) (?:be able to )?"
    r"(?:make it|come(?: in)?|do (?:it|this|that)|go|be there)"
    r"|something (?:has |just )?(?:came|come) up"
)
# Folded to Simplified; Cantonese among them.
_LATER_HAN = (
    r"算(?:了|啦|数|喇)|先?不约(?:了|啦)?|唔约(?:住|了|啦|喇)?|先?不用(?:了|啦)?|唔使(?:了|啦|喇)?|先?不要(?:了|啦)?|唔要(?:了|啦|喇)?"
    r"|(?:不|唔)(?:做|换|弄|洗|修|去|搞|贴|补|打|整|来|嚟|订|想)(?:了|住|啦|喇)|先不(?:做|换|弄|洗|修|去|了)?"
    r"|再(?:想想|想一?下|考虑(?:一下|下|看看)?|看看|说|讲|睇睇|谂谂|谂下|商量(?:一下|下)?)|下次(?:再说|再约|先|再讲|再)?"
    r"|改天(?:再说|再约)?|以后再说|迟(?:啲|点|些)(?:先|再讲|再说)|过(?:几天|几日|阵子|一阵)再(?:说|约|看|讲)|没事(?:了)?|冇嘢"
    r"|不需要(?:了)?|唔需要(?:了|喇)?|放弃|不麻烦(?:了|你了)?"
)
_CANCEL_HAN = (
    r"取消(?:掉|佢)?|(?:去|来|过去|过来|赶|到)不(?:了|成|到)|(?:返|嚟|去|来|到|过) ?唔(?:到|切|嚟|成)"
    r"|(?:没(?:有)?|冇)(?:法|办法|空|时间)(?:再)?(?:去|来|过去|过来|嚟)|(?:不|唔)得闲(?:再)?(?:去|来|嚟|过来|过去)?|有事(?:去|来)不了"
)
_AROUND_HAN = (
    r"(?:[那嗯哦好行唉就我先都系的了吧啦喇呀啊啰喔噢呢哈得咯你您但不过]|不好意思|抱歉|谢谢|多谢|唔该|麻烦|还是|暂时|今天|而家"
    r"|现在|再见|可以|帮|给){0,12}"
)


def _whole(core: str, han: str) -> re.Pattern[str]:
    why_en = (
        r"(?: (?:because |as )?(?:(?:i|we) (?:do not|dont) need (?:anyone|anybody|(?:any )?help)(?: any ?more)?"
        r"|(?:(?:my |a |the )?\w{1,12} (?:(?:have|has|just|already|got|is|was|all|been) ){0,3}|(?:got |had |all )?(?:it |that )?)"
        r"(?:helped|sorted|fixed|solved|done|did|figured|found|took)"
        r"(?: (?:me|us|it|that|this|one|out|someone|somebody|myself|ourselves|elsewhere|somewhere else|already|care|of)){0,4}))?"
    )
    why = r"(?:我?(?:自己|已经|找到?)[^开送来去带揸嚟]{1,16}|(?:这么|都|有点|实在)?[太好真]?贵(?:了|啦|喇|吧|啊){0,2})?"
    return re.compile(rf"{_BEFORE}(?:{core}){_AFTER}{why_en}|{_AROUND_HAN}(?:(?:{han}){_AROUND_HAN}){{1,3}}{why}")


_LATER = _whole(_CORE, _LATER_HAN)
_ANY = _whole(f"{_CORE}|{_CANCEL}", f"{_LATER_HAN}|{_CANCEL_HAN}")
_CLAUSES = re.compile(r"[,.;!，。；！、\s](?=[㐀-鿿])|[,.;!，。；！、\n]\s?")
# A day, a time, or a word of what shall be then.
_INSTEAD = re.compile(
    r"\d|[周号点]|星期|礼拜|今[天日]|[明后听聽]|改|换|转|要|还是|就|可以|\b(?:mon|tue|wed|thu|fri|sat|sun)\w*|\b(?:to\w*day|tom\w*|tmr\w*|next|make"
    r"|change|instead|rather|but|keep|just|only|do|book|move|can|could|please|with|need|want)\b|\?"
)
_MOST = 60


# Who asks at home comes back to the question. "Let me speak to the manager" wants one of us.
_SOMEBODY = (
    r"(?:ask|check with|talk to|speak to|speak with|confirm with) my (?!\w{0,12} ?(?:advis|manager|agent|dealer|consultant))"
    r"(?:\w{1,12} )?\w{1,12}"
    r"(?: (?:first|quickly|real quick))?"
)
_SOMEBODY_HAN = (
    r"(?:(?:问|问问|问下|问一下|请示)|(?:跟|同|和|与)(?=.{1,6}[商讲说]))(?:我|我们|我哋)?"
    r"(?:老婆|老公|太太|先生|媳妇|爱人|家人|家里人?|屋企人?|老板|领导|[爸妈]{1,2}"
    r"|男朋友|女朋友|男友|女友|儿子|女儿|朋友|同事)(?:商量|讲|说)?(?:一下|下|声|一声)?"
)
_MOMENT = re.compile(
    r"(?:(?:ok|okay|oh|sorry|please|pls|just|hm+|um+|can you|could you|yeah|yes|no) ){0,3}"
    r"(?:wait|hang on|hold on|(?:just )?(?:one|1|a) (?:moment|sec|second|min|minute)|bear with me|brb"
    r"|back in a (?:sec|min|minute|moment)"
    r"|(?:give|gimme) (?:me )?(?:a|one|two|2|5|five|a few) (?:moment|sec|second|min|minute)s?"
    r"|let me (?:just )?(?:check|see|look|have a look|think)(?: (?:the|my) (?:calendar|diary|schedule))?"
    rf"|(?:(?:wait|hang on|hold on) )?(?:let me|i will|ill) (?:just )?{_SOMEBODY})"
    r"(?: (?:please|pls|a|one|moment|sec|second|min|minute|bit|for|let me (?:check|see|look))){0,4}"
    r"|(?:请|麻烦|唔该|你|先|嗯|好|哎|欸|那){0,3}(?:等等|等一下|等一等|等下|等我一下|等阵|等一阵|等我(?:睇|看|查|问|谂)(?:一下|下|睇|看|查)?|稍等(?:一下)?|等(?:一)?会儿?"
    r"|慢着|慢住|(?:我|让我)(?:看|查|睇|想|谂)(?:一下|下|看|查|睇|想)"
    rf"|(?:(?:等|等等|等下|等一下|稍等) ?)?(?:让|等|俾|畀)?我?(?:先|去)?{_SOMEBODY_HAN})(?:先|啊|呀|哈|吧|住|日历|日程){{0,3}}"
)


def for_a_moment(text: str) -> bool:
    """Whether the words, all of them, ask us to wait."""
    return _MOMENT.fullmatch(fold(text)) is not None


def later(text: str) -> bool:
    """Whether the words, all of them, leave a matter for now or for good."""
    return _said(_LATER, text)


def at_all(text: str) -> bool:
    """The same, or they cancel it: of a matter that has not come to anything which could be cancelled.

    Why may be said after it (那取消吧 我找熟人做), but nothing that is wanted instead.
    """
    first, *reasons = clauses(text) or [""]
    return _said(_ANY, text) or (_said(_ANY, first) and not any(_INSTEAD.search(fold(reason)) for reason in reasons))


def clauses(text: str) -> list[str]:
    return [clause for clause in _CLAUSES.split(text.strip()) if clause]


def _said(pattern: re.Pattern[str], text: str) -> bool:
    words = fold(text)
    return len(words) <= _MOST and pattern.fullmatch(words.replace("won t", "wont")) is not None
