"""What sounds like the price of work and is none: what a car is worth, whether it needs that at all, the battery of its key."""

import re
from collections.abc import Sequence

from handlers.dialogue import Reply, Turn
from handlers.faq import flow as faq
from handlers.prices import finding
from knowledge_base.folding import fold

# Entries of the starter base.
_WORTH, _ELECTRIC, _KEY, _ITS_BATTERY = "car_valuation", "ev_service_needed", "locked_out", "ev_battery_life"

# The battery of a key is not the one below the bonnet.
_KEYS_BATTERY = re.compile(
    r"^(?!.*\b(?:12 ?v|car battery|the car s)\b)"
    r"(?:.*\b(?:key|fob|remote)(?: fob| s)?\b(?: \w{1,8}){0,1} (?:battery|coin cell|cell)\b"
    r"|.*\b(?:battery|coin cell|cell) (?:is |goes )?(?:in|into|of|for) (?:\w{1,8} ){0,2}(?:key|fob|remote)\b)"
    r"|^(?!.*12 ?v)(?:.*(?:钥匙|锁匙|车匙|遥控器?)[的嘅]?(?:里的?|用的?|没电了?换个?|冇电换个?)?(?:纽扣|钮扣)?(?:电池|电芯)"
    r"|.*(?:电池|电芯).{0,8}?[,， ](?:钥匙|锁匙|车匙|遥控)(?:嗰|那)[种個个])"
)

_SELLS = re.compile(
    r"\b(?:how much|what)\b.{0,20}\b(?:can|could|would|will|do|might) (?:i|we|you|u|it)\b.{0,12}"
    r"\b(?:get|give|offer|pay|fetch|sell|buy|make)\b(?! (?:me )?(?:a |an )?(?:discount|quote|price))(?:.{0,16}\bfor\b)?.{0,6}"
    r"\b(?:my|our|his|her|this|it|the)\b"
    r"|\b(?:how much|what)\b.{0,24}\b(?:is|are|s)?\b.{0,24}\bworth\b|\bworth\b.{0,12}\bhow much\b"
    r"|\b(?:trade ?in|resale|part ?exchange|px|buy ?back|market)\b.{0,12}\b(?:value|price|worth|offer|quote|for)\b"
    r"|\b(?:value|valuation|appraisal) (?:of|for|on) (?:my|our|a|an|this)\b"
    r"|\b(?:sell|selling) (?:you )?(?:my|our|the) (?:old |used )?(?:\w{1,10} )?(?:car|vehicle|golf|it)\b"
    r"|\bdo you (?:guys )?buy (?:used |old )?cars\b"
    r"|(?:想|要|打算)(?:把)?(?:我的?)?.{0,4}(?:卖掉|卖给你们|卖车)|(?:卖车|卖掉)(?:给你们)?\W*$"
    r"|(?:(?<![们哋你您店有唔不])卖|抵|折|回收|收购|收车|置换|旧换新|估|脱手|转手).{0,10}(?:多少|几多|几钱|什么价|价钱?|几万)"
    r"|(?:现在|而家|还|仲)?(?:值|估)(?:多少|几多|几|咩价|什么价|唔值|不值)"
)
# The sale is why something else is wanted: "I'm selling my Golf and need it cleaned", 卖车之前.
_WHY = re.compile(
    r"\b(?:before|while|until)\b.{0,16}\bsell"
    r"|\bselling (?:it|my|our|the)\b.{0,40}\b(?:need|want|book|(?:can|could|should|must) (?:i|you))\b"
    r"(?! (?:me )?(?:an? |the |your |some )?(?:rough |good |firm |quick )?(?:offer|price|quote|valuation|figure|estimate|idea))"
    r"|卖(?:掉|车)?(?:之|以)?前"
)
# What it costs to put right, and no sale: "someone hit my door, can you give me an estimate", 先估价还是先找保险.
_DAMAGED = re.compile(
    r"\b(?:accident|crash\w*|collision|rear[ -]?ended|hit me|hit my|dent\w*|scratch\w*|scrap\w*|bumper|repair|insur\w*|claim)\b"
    r"|撞|追尾|刮|剐|蹭|划|凹|维修|修理|理赔|保险|定损|钣金|板金|喷漆|私了"
)
_FOR_SALE = re.compile(r"\bsell(?:ing)?\b|\bworth\b|\bbuy\b|卖|值|收车|收购|回收|脱手")
_TRADED = re.compile(r"\b(?:trade ?in|part ?exchange|buy ?back)\b|置换|旧换新")
# Electric by the word, by the make, or by the name of a car that is nothing else.
_RUNS_ON_POWER = re.compile(
    r"\b(?:teslas?|e\.?vs?|bevs?|electric|model ?[3ysx]|polestar|nio|xpeng|zeekr|leaf|zoe|ioniq ?[569]|ev[69]|id ?\.?[3467]"
    r"|taycan|e-?tron|i[34x]|su7)\b|特斯拉|电动车|电车|纯电|蔚来|小鹏|极氪|极星|埃安|零跑|(?<!混)新能源车"
)
# How long the battery that an electric car drives by lasts; the small one is named.
_BATTERY_LIFE = re.compile(
    r"^(?!.*(?:\b12 ?v\b|12伏|电瓶|\bstarter\b))"
    r"(?:.*\bbatter(?:y|ies)\b.*\b(?:last|lasts|life|lifespan|life ?span|years|expectancy)\b"
    r"|.*\b(?:last|life|lifespan|years|expectancy)\b.*\bbatter(?:y|ies)\b|.*电池.*(?:几年|多少年|几耐|多久|寿命|用到几时))"
)
_OF_ANOTHER_KIND = re.compile(r"warranty|guarantee|质保|保固|保修|充电|充满|\bcharg|\bkey\b|钥匙|车匙|更换要|换要|换一")
_NEEDED = re.compile(
    r"^\W*(?:(?:so|and|but|also) )?(?:do|does|would|should|must|will) \w{1,10}\b.{0,30}?\b(?:need|require|have to|take)\b"
    r"|(?:要不要|需不需要|用不用|使唔使|需唔需要|该不该|要唔要)(?!钱|收)|(?<![想我])(?:要|需要|用|使|得)[^,.!?，。！？]{0,10}(?<![什怎])[吗嘛么]\W*$"
)


def answered(turn: Turn) -> Reply | None:
    """The answer that the knowledge base has to it; None for what asks neither."""
    text = fold(turn.words)
    finder = turn.memoised(finding.load)
    work = finder.services_in(turn.words)
    if is_worth(turn, work):
        return faq.show(turn, _WORTH)
    if _KEYS_BATTERY.search(text):
        return faq.show(turn, _KEY)
    if of_its_battery(turn):
        return faq.show(turn, _ITS_BATTERY)
    if work and needed(turn.words) and runs_on_power(turn, finder.model_in(turn.words)):
        return faq.show(turn, _ELECTRIC)
    return None


def of_its_battery(turn: Turn) -> bool:
    """Whether it is how long the battery lasts that an electric car drives by: "Nissan Leaf battery life"."""
    text = fold(turn.words)
    if not _BATTERY_LIFE.search(text) or _OF_ANOTHER_KIND.search(text) or finding.asks_price(turn.words):
        return False
    return runs_on_power(turn, turn.memoised(finding.load).model_in(turn.words))


def runs_on_power(turn: Turn, code: str | None) -> bool:
    """Whether the car of this code, or else the one that the words name, is electric."""
    model = turn.shop.models.get(code or "")
    return model.energy == "electric" if model else _RUNS_ON_POWER.search(fold(turn.words)) is not None


def is_worth(turn: Turn, work: Sequence[str]) -> bool:
    """Whether it is what their car brings, and not what this `work` on it costs."""
    text = fold(turn.words)
    traded = _TRADED.search(text) is not None
    if _WHY.search(text) or (_DAMAGED.search(text) and not traded and not _FOR_SALE.search(text)):
        return False
    return _SELLS.search(text) is not None and (not work or traded)


def needed(words: str) -> bool:
    """ "Does the Model 3 need oil changes?": whether it must be, and not what it costs."""
    return not finding.asks_price(words) and _NEEDED.search(fold(words)) is not None
