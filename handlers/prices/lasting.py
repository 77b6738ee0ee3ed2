"""How long some work takes: "and how long does that take?" is about the work that is spoken of, its length from the catalogue."""

import re
from collections.abc import Sequence

from handlers.dialogue import Button, Reply, Turn
from handlers.faq import flow as faq
from handlers.faq.filling import duration
from handlers.prices import finding, spoken
from knowledge_base.folding import fold

# Matched on folded words: lower case, Simplified characters.
_HOW_LONG = r"(?:多久|多长时间|几耐|几长时间|多少时间|多少个?小时|几个?(?:多)?(?:小时|钟头|钟)|几多个?钟)"
# How long the car has to stay: 鍍膜要放幾天, "how many days do you need the car".
_STAYS = (
    r"\bhow many days\b.{0,60}\b(?:takes?|taking|need(?:ed|s)?|stays?|have it|leave (?:it|the car|my car))\b"
    r"|\bhow long (?:do|will|would) (?:you|u|ya|they) (?:guys )?(?:keep|have|need|hold) (?:it|her|him|(?:the|my) car)\b"
    r"|(?:车|架车)?(?:要|需要|得)(?:在店里?|喺你哋度|喺店)?(?:放|留|停|摆|搁)(?:在?店里?|喺度|在你们那里?)?"
    r"(?:几(?:多)?[天日]|多少天|多久|几耐)"
)
# The work itself, and nothing that comes after it: "how long does a coating take", 做镀晶要多久.
_WORK = re.compile(
    r"\bhow (?:long|many hours?|much time)\b.{0,60}\b(?:takes?|taking|need(?:ed|s)?)\b"
    rf"|(?:要|需要|得|花|用|做)(?:花|用|等|做|停|放|占|留)?{_HOW_LONG}|{_STAYS}"
)
_ASKS = re.compile(
    r"\bhow (?:long|many hours?|much time)\b(?!.{0,60}\b(?:last|lasts)\b)"
    r"(?!.{0,30}\b(?:valid|warranty|guarantee\w*|keep|keeps|stay|good for|since"
    r"|notice|ahead|before i|after|between|tow|truck|arrive|get here|reply|answer|hear|open|refund|voucher|coupon|points|delivery"
    r"|until|somebody|someone|anyone|anybody|help|the patrol|will you (?:guys )?(?:be|come|take to (?:come|get)))\b)"
    r"|\bhow long\W*$"
    rf"|{_HOW_LONG}(?!换|(?:要|需要?|该|得|先)换|做|洗|保养|打|一次|来一|跑一|更换|检查|到货|有货|有位|先有)|{_STAYS}"
)
# When they may fetch the car, which in the middle of a booking is how long the visit takes.
_READY = re.compile(
    r"\b(?:when|what time|how soon|by when)\b[^,.;!?]{0,30}"
    r"\b(?:pick|collect|fetch|(?:get|have) (?:it|her|him|my car|the car) back|(?:be|is it|it be|it is) (?:ready|done|finished))\b"
    r"|\bhow many days\b.{0,30}\b(?:takes?|need(?:ed)?|is (?:it|that))\b"
    r"|(?:要|需要|得|花|用|做)(?:放|留|停|做|多)?(?:几|多少|几多)个?(?:工作)?[天日](?!前|后|内|有效)"
    r"|(?:几点|什么时候|啥时候|几时|何时|多久|最快)[^,，。?？来]{0,8}?(?:[取提拿攞牵接领](?:得?返?架?|我的)?车|[取拿攞]得|拿到|取到|交车"
    r"|(?:做|洗|弄|修|搞|整)(?:好|完|掂)|好(?:了|呢|呀|啊)?\W*$)"
)
# Whether it is done by then: of a visit that is booked its card tells; in the middle of a booking it is a wish.
_READY_BY = re.compile(
    r"(?:(?:so|and|ok|but|do you think) ){0,2}(?:will|would|is|can|could|should)"
    r" (?:it|she|he|that|this|they|everything|(?:my|the) car)"
    r"(?: (?:definitely|really|all|likely|going to|gonna)){0,2} (?:be )?(?:ready|done|finished|completed)"
    r"(?: for collection| for me)? (?:by|before|at|around|until|for)(?: \w{1,12}){1,4}[ ?.!]{0,3}"
    r"|(?:那|请问|车)?[^,，。?？]{1,8}(?:之?前|的?时候|点半?|[中下]午|傍晚|收工)(?:能不能|可不可以|可唔可以|可以|能|会|得|应该)?"
    r"(?:做|弄|洗|修|搞|整|保养)?(?:好|完|掂|[取拿攞]车|[取拿攞]得)(?:吗|么|嘛|呀|啊|唔|不)?[ ?？]{0,3}"
)
_OTHER = re.compile(
    r"保修|质保|保固|保养期|有效|过期|间隔|寿命|能用|可以用|用得|用到|耐用|保持|维持|持续|管多久|撑|开业|回复|答复|联系|打来|复我|提前|拖车|到达|赶到"
    r"|才能洗|可以洗|洗得|固化|干透|重新|重做|再做|补做"
    r"|(?:多久|多长时间|几耐|几天|几日)(?:之?后)?(?:才|先|就)?(?:能|可以|可|准)"
    r"(?![^,，。?？]{0,8}(?:好|完|取|拿|提|攞|掂|轮|排|到))"
    r"|\bto (?:cure|dry|harden|charge|arrive|get here)\b"
    r"|退款|到账|发票|交车|提车|新车|积分|券|保险|理赔|赔|贷款|删|先刪|开到|营业|充电|充满|续航|一次"
)


def asks(words: str) -> bool:
    """Whether the words ask how long something takes, and not how long it lasts or is good for."""
    said = fold(words)
    return _ASKS.search(said) is not None and _OTHER.search(said) is None


def asks_of_visit(words: str) -> bool:
    """The same in the middle of a booking, where "when can I pick it up?" asks that, too."""
    return asks(words) or _READY.search(fold(words)) is not None


def asks_ready_by(words: str) -> bool:
    """Whether the words, all of them, ask if a visit is over by some time."""
    return _READY_BY.fullmatch(fold(words)) is not None


def answer(turn: Turn) -> Reply | None:
    """The length of the work that is named, or was spoken of; in the middle of a booking that of the visit."""
    in_visit = turn.chat.form == "booking.book" and asks_of_visit(turn.words)
    if not (in_visit or asks(turn.words)) or (turn.chat.form or "").startswith("tickets."):
        return None  # a complaint is open: they want to know when they hear from us
    booked: Sequence[str] = turn.chat.answers.get("service", ()) if turn.chat.form == "booking.book" else ()
    finder = turn.memoised(finding.load)
    named = finder.services_in(turn.words)
    surely = len(named) == 1 and _WORK.search(fold(turn.words)) is not None
    if not booked and not surely and faq.is_sure(turn) is not None and (named or not spoken.services(turn)):
        return None
    codes = named if len(named) == 1 else [*booked] if booked else spoken.services(turn) if not named else []
    lines = [_line(turn, code) for code in codes if code in turn.shop.services]
    if not lines or len(lines) != len(codes) or len(codes) > 3:
        return None
    return Reply("\n".join(lines), (not named and spoken.buttons(turn)) or _book(turn, codes))


def _book(turn: Turn, codes: Sequence[str]) -> list[list[Button]]:
    """The button for the work that is spoken of; none in the middle of a form."""
    return [[turn.button("faq.button.book", "booking.book", {"service": [*codes]})]] if turn.chat.form is None else []


def _line(turn: Turn, code: str) -> str:
    service = turn.shop.services[code]
    return turn.text("prices.takes", service=service.names[turn.language], duration=duration(turn, service.minutes))
