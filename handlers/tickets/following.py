"""What somebody adds to a complaint that wants a word of its own: when they hear from us, a call, a number to call."""

import re

from handlers.dialogue import Turn, markup
from handlers.dialogue.folding import fold
from handlers.faq.filling import spoken
from handlers.tickets import actions, card
from handlers.tickets.work import of_turn
from storage import messages, tickets
from storage.stores import Store
from storage.tickets import Ticket

_WHEN = re.compile(
    r"^\W*(?:(?:so|and|ok|but) )?(?:when|how (?:long|soon))\b(?! (?:i|you (?:did|had|have)|my|the car|was)\b)"
    r"|\bwhen (?:will|do|can|would|is|are)\b.{0,40}\b(?:hear|call|ring|reply|answer|someone|somebody|contact|back)"
    r"|(?:多久|几时|什么时候|啥时候|何时|几点|边个时候|等到?几时)(?!做|换|修|洗|开门|关门|营业)"
)
_CALL = re.compile(
    r"\b(?:call|ring|phone|telephone) me\b|\bgive me a (?:call|ring)\b|\bcall ?back\b|\bring me back\b"
    r"|(?:打|回)(?:个)?电话|打(?:给|俾|畀)我|回(?:我)?电|致电|call我|call 我|来电"
)
_NO_CALL = re.compile(
    r"\b(?:no need (?:to|for)|do not|dont|not|without|never|no) (?:\w{1,10} ){0,2}(?:call|ring|phone)"
    r"|(?:不用|别|不要|唔使|唔好|不必|甭|无需)(?:再)?(?:给我|畀我)?(?:打|回|来电|致电|call)"
)
_NUMBER = re.compile(r"(?<!\d)\+?\d(?:[\d\s().-]{5,}\d)(?!\d)")
_MOST_DIGITS, _FEWEST_DIGITS = 15, 7
_SHORT = 30
_LATELY = 16
_MANAGER = re.compile(r"\b(?:your|the|a|see|speak|talk) (?:\w{1,8} ){0,2}?(?:manager|boss)\b|经理|店长|主管|老板|负责人|上级")
# Whose number is asked for, which is not given away here: the store's is.
_THEIR_NUMBER = re.compile(
    r"\b(?:manager|boss|supervisor|owner|director)(?: s|s|'s)? (?:(?:direct|mobile|cell|phone|telephone|contact) ){0,3}"
    r"(?:number|phone|mobile|contact|email|wechat|whatsapp|line)\b"
    r"|\b(?:number|phone|contact|email|wechat|whatsapp)(?: number| details)? (?:of|for) (?:your|the) (?:\w{1,8} )?"
    r"(?:manager|boss|supervisor|owner)"
    r"|(?:经理|店长|主管|老板|负责人|上级|领导|总部)的?(?:个人|私人|本人|直线|嘅)?(?:的|嘅)?"
    r"(?:电话(?![我联过])|手机|号码|联系方式|联络方式|微信|line|whatsapp|邮箱|分机)"
)
# How the case stands, and nothing else: "any news?", 处理得怎么样了, 边個跟進呀.
_NEWS = re.compile(
    r"(?:(?:hi|hello|hey|so|and|ok|please|excuse me|sorry) ){0,2}"
    r"(?:(?:is there |are there |do you have |have you |got )?any (?:news|updates?|progress)"
    r"|(?:what s|whats|what is) (?:happening|going on|the (?:status|state|progress)(?: now)?)"
    r"|(?:when|how soon) (?:will|do|can|should|would|am) (?:i|you|someone|anyone|somebody|they|he|she)(?: going to| finally)?"
    r" (?:hear|get|have|call|reply|answer|contact|respond|be in touch|write)"
    r"(?: (?:back|from (?:you|someone|somebody|anyone)|an answer|a reply|news|me|to me|in touch)){0,2}"
    r"|who (?:is|s) (?:now )?(?:looking (?:after|into)|dealing with|handling|in charge of|responsible for|on) (?:it|this|that)"
    r"|(?:has|did) (?:any|some)(?:one|body) (?:looked? (?:at|into)|read|seen?|dealt with) (?:it|this|that)"
    r"|(?:i am |i m |im )?still waiting|where (?:are|do) (?:we|things|you) (?:at|stand)(?: now)?)"
    r"(?: (?:yet|now|please|today|so far|then|for me|here"
    r"|(?:(?:on|about|with|of|for|to) )?(?:it|this|that|(?:my|the) (?:complaint|case|matter|issue)|an answer|a reply|news|you)"
    r")){0,2}"
    r"|(?:请问|你好|您好|那|咁|喂| ){0,3}(?:我的|我嘅|我)?(?:事|投诉|个案|问题|case)?(?:现在|而家|目前|到底)?"
    r"(?:有(?:没有|冇|无)?(?:什么|咩|啥|啲)?(?:新)?(?:进展|消息|结果|回音|下文|答复|答覆|回复|回覆)"
    r"|(?:处理|搞|查|办|跟进|进行)(?:得|到|成|紧)?(?:哪里|哪一步|哪步|哪|边度|边|怎么样|怎样|咋样|点样|点|如何|咩情况|什么情况)"
    r"|(?:什么时候|几时|何时|啥时候|多久|要等几耐|几耐)(?:才|先)?(?:能|会|可以|肯)?(?:给|俾|畀|有|得到|收到|联系|联络|回|找)?(?:我|我们|到)?个?"
    r"(?:答复|答覆|回复|回覆|消息|结果|说法|交代|交待|联系|联络|处理)"
    r"|(?:谁|边个|哪位|边位)(?:在|系|是)?(?:负责|处理|跟进|跟)(?:我的事|我单嘢|这件事|这个|呢件事|我)?"
    r"|有(?:没有|冇)?人(?:看到|看|处理|跟进|睇到|睇|跟))(?:了|咗|紧|未|没有|没|冇|吗|么|呀|啊|呢|喇|啦|嘞|到| ){0,3}"
)


def asks_news(words: str) -> bool:
    return _NEWS.fullmatch(fold(words)) is not None


def asks_number(words: str) -> bool:
    return _THEIR_NUMBER.search(fold(words)) is not None


def word(turn: Turn, ticket: Ticket) -> str:
    """What to say to these words; "" when they only tell more of the story. Takes the wish to be called."""
    text = fold(turn.words)
    manager = _MANAGER.search(text) is not None
    if manager and ticket.tier in (tickets.QUESTION, tickets.MINOR):
        ticket.reasons = [*ticket.reasons, ["customer", "manager"]]
        actions.raise_tier(of_turn(turn), turn.chat, ticket, tickets.SERIOUS)
    if number := _number(turn.words):
        ticket.wish = ticket.wish or "call"
        return turn.text("tickets.number_added", number=number, **promise(turn, ticket))
    if _CALL.search(text) and not _NO_CALL.search(text):
        ticket.wish = ticket.wish or "call"
        return turn.text("tickets.call_wanted" if not ticket.phone else "tickets.call_noted", **promise(turn, ticket))
    if asks_number(turn.words) and (store := _store(turn, ticket)):
        return turn.text("tickets.their_number", phone=spoken(store.phone), **promise(turn, ticket))
    if manager or asks_news(turn.words) or (len(text) <= _SHORT and _WHEN.search(text)):
        return turn.text("tickets.by_when", **promise(turn, ticket))
    return ""


def _store(turn: Turn, ticket: Ticket) -> Store | None:
    return next((store for store in turn.stores if store.id == ticket.store_id), turn.store)


def promise(turn: Turn, ticket: Ticket) -> dict[str, str]:
    """Who answers, and by when; `when` is "" once they have answered or the time is over."""
    work = of_turn(turn)
    due = ticket.first_response_due if ticket.answered_at is None else None
    when = work.when(turn.chat, ticket, due) if due and due > turn.now else ""
    return {"who": card.holder(work, turn.chat, ticket), "when": when, "token": ticket.token}


def said_before(turn: Turn, *beginnings: str) -> bool:
    """Whether one of the last answers began so: then a shorter word is enough."""
    newest = [one.text for one in messages.latest(turn.session, turn.chat.id, _LATELY) if not one.incoming]
    plain = tuple(markup.read(html)[0] for html in beginnings)
    return any(text.startswith(plain) for text in newest)


def _number(words: str) -> str:
    """A telephone number that is hardly more than itself."""
    found = _NUMBER.search(words)
    digits = sum(character.isdigit() for character in found[0]) if found else 0
    alone = found is not None and len(words) - len(found[0]) <= _SHORT // 2
    return found[0].strip() if found and alone and _FEWEST_DIGITS <= digits <= _MOST_DIGITS else ""
