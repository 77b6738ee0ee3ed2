"""Phrases that want a visit, ask about visits, or speak of one; matched on folded words: lower case, Simplified characters."""

import re

from knowledge_base.folding import without_filler

_BOOK = re.compile(
    r"\b(?:book|schedule|reserve)\b(?! (?:online|service manual))"
    r"|\b(?:make|get|need|want|like|have) an? (?:appointment|booking|slot)\b"
    r"|\bbring (?:it|her|him|my \w{1,20}|the \w{1,20})(?: \w{1,20}){0,2} in\b"
    r"|\b(?:fit|squeeze) (?:me|us|it|him|her) in\b"
    r"|(?:(?:开|送)?(?:过来|过去)|到店|来店)(?:做|弄|换|洗|修|保养|检查)"
    r"|预约|预订|约个?时间|约一下|约个|想约|要约|帮我约|订个"
)
# Somebody who asks how it goes.
ASKS = re.compile(
    r"\b(?:how|can i|could i|do i|must i|should i|where|why|what|when|who|which|is it|are there|do you|does)\b"
    r".{0,60}?\b(?:book|schedule|reserve|appointment|booking)"
    r"|怎么|如何|怎样|流程|要预约吗|用预约吗|能预约吗|可以预约吗|预约吗|要不要预约|提前|多久"
)
# Somebody who asks when the shop is open; the day in it is no wish to come then.
OPEN = re.compile(r"\b(?:open|opens|opening|close|closes|closing)\b|几点(?:开|关|上班|下班)|营业|开门|关门")
POLITE = re.compile(r"^(?:(?:hi|hello|hey|please)\W+)?(?:can|could|may) (?:i|you|we)\b")
ALSO = re.compile(r"\b(?:also|too|as well|and|plus|add)\b|还要|再加|另外|顺便|加上|也")
ANOTHER_CAR = re.compile(
    r"\b(?:another|different|other|not (?:that|this)|wrong) (?:car|vehicle)\b"
    r"|换(?:一)?(?:台|辆|部|个)?车|别的车|另一(?:台|辆|部)车|不是这(?:台|辆|部)"
)
# Somebody who speaks of work that was done, or of what is wrong with the car.
PROBLEM = re.compile(
    r"\b(?:squeak\w*|squeal\w*|nois[ey]\w*|broken?|wrong|problem\w*|changed|replaced|did|was|were|had|since|again|leak\w*|rattl\w*)\b"
    r"|异响|坏了|问题|换的|做的|修的|洗的|没弄好|没修好|漏|又"
)

# What they say of an appointment that they have.
THEIRS = re.compile(
    r"\b(?:my|our|the|that|an|this) (?:\w{1,20} ){0,2}?(?:appointments?|bookings?|visits?|slot|reservation)\b|预约|我约|改约|的约"
)
# Theirs beyond doubt, so that even somebody without one is told that there is none.
OWN = re.compile(
    r"\bmy (?:\w{1,20} ){0,2}?(?:appointments?|bookings?|visits?|slot|reservation)\b"
    r"|我的?(?:预约|约)|取消预约|改预约|改约|改期"
)
# One that is still to be made.
NEW = re.compile(
    r"\b(?:make|get|need|want|like|have|book|schedule|arrange) (?:me )?an? (?:\w{1,15} ){0,2}?(?:appointment|booking|slot)\b"
)
AWAY = re.compile(
    r"\bcan ?not (?:make it|come|be there)\b|\bwill not (?:make it|come|be coming|be there)\b|\bwont (?:make it|come)\b"
    r"|不去了|不来了|来不了|去不了|没法去|没办法去"
)
# Stands for the name of a service.
WORK = "§"
DONE_TO = re.compile(rf"\bchang(?:e|ed|ing)(?: \w{{1,12}}){{0,2}} {WORK}|{WORK}")
HOW = re.compile(r"^how\b|怎么|如何|几天|多久|多长时间|可以.{0,20}吗|能.{0,20}吗")
CANCEL = re.compile(r"\b(?:cancel|call off|delete|drop)\b|取消|退掉|不去了|不来了|来不了|去不了")
MOVE = re.compile(
    r"\b(?:move|reschedule|postpone|change|shift|push back|rebook)\b"
    r"|改期|改约|改(?:一下|个|动)?(?:我的)?预约|改到|改时间|改个时间|换个时间|换时间|延期|推迟|提前|调整|挪到|更改|变更|修改"
)
SHOW = re.compile(
    r"^(?:(?:show|see|check|view|list|whats|what is|what are|when is|when are|where is|do i have)\W+)*"
    r"(?:me\W+)?(?:all\W+)?(?:of\W+)?my (?:next )?(?:appointments?|bookings?|visits?)\W*$"
    r"|^(?:查询?|看看?|查看|查一下|看一下)?(?:一下)?我的?预约(?:记录|信息)?(?:是)?(?:什么时候|几点|哪天)?[吗呢]?\W*$"
    r"|^我约(?:的|了)?(?:是)?(?:什么时候|几点|哪天|几号)"
)


def wants(text: str) -> bool:
    """Asks for a visit, not about visits."""
    return bool(_BOOK.search(text)) and (not ASKS.search(text) or bool(POLITE.search(text)))


def only_wants(text: str) -> bool:
    """A wish to book and hardly a word more."""
    return len(re.findall(r"[a-z0-9]+|[㐀-鿿]", _BOOK.sub(" ", without_filler(text)))) <= 7
