"""Which service and which car some words name, and whether they ask for a price at all."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from handlers.dialogue.memo import changes_with
from handlers.prices import known
from knowledge_base import Names
from knowledge_base.folding import fold, without_filler
from knowledge_base.names import tokens
from storage import catalogue
from storage.catalogue import Service

# Matched on folded words: lower case, Simplified characters.
_PRICE = re.compile(
    r"\bhow much\b(?! (?:oil|fuel|air|coolant|range|battery|longer|time))"
    r"|\b(?:price|prices|priced|pricing|pricelist|cost|costs|quote|quotation|fee|fees|charge|rate|rates)\b"
    r"|多少钱|多钱|啥价|什么价|价格|价钱|价位|几钱|几多钱|费用|报价|收费|怎么收|要价|贵吗|贵不贵|多少银|几块|多少块|多少元|(?:要|需要|收)多少(?:呢|啊|呀|\W|$)"
    r"|(?:要不要|要唔要|需要|使唔使|要)钱|收不收费|(?:要|会)收费[吗么嘛]"
)
# Whether it costs anything at all, of which an answer may know more than the catalogue.
_FREE = re.compile(r"免费的?(?:吗|么|嘛|不|\?|\W*$)|[是系]不[是系]免费|系咪免费|免唔免费")
# What may stand around a bare "how much?" without naming a matter.
_AROUND = re.compile(
    r"\b(?:what|is|are|the|your|show|list|me|of|a|an|it|does|do|you|for|my|on|services?|how much"
    r"|that|this|will|would|be|come to|in total|total|altogether|all in all|so|and|ok|okay|then|roughly|rough|about"
    r"|approx\w*|around|ballpark"
    r"|usually|normally|like|btw|by the way|ah|lah|la|leh|lor|ha|po|na|ji|please|pls|plz|sorry|both|them|these|those|one|all|each"
    r"|four|two|[24]"
    r"|u|i|we|pay|just|again|sir|mate|now|idea|any|give|tell|for it|would it)\b|[\W_]"
    r"|价目表|查询|服务|项目|怎么|你们|我想问|一下|看看|一共|总共|合计|这样|这次|大概|大约|差不多|下来|需要|先说好|别乱收|左右|全部|一起|一齐"
    r"|那个|这个|来着|哎|欸|唔(?!该)|嗰个|呢个|个个|老板|师傅|请问|麻烦|唔该|实际|到底|究竟|换|弄|搞|整|修|个|[是的表看查要做那得先我再讲话说呢啊呀吧哦喔嘛啦咧哈嘅架㗎咁即系]"
)


# Asks whether something is done here at all, with what stands around it.
_WHETHER = re.compile(
    r"\b(?:do|can|could|would) (?:you|u)(?: guys| also| even)? (?:do|offer|have|sell|provide|handle|install|fit|carry)\b(?: any)?"
    r"|\b(?:is|are) there(?: any)?\b|^(?:you|u) (?:do|offer)\b"
    r"|(?:你们?|您们?|店里|这边|这里|贵店)?(?:能不能|可不可以|可唔可以|有没有|有冇|会不会|做不做|做唔做|能|可以|会|有)(?:做|帮忙做|提供)?"
    r"|(?:你们?|您们?|店里|这边|这里|贵店)做|(?<![什怎])[吗嘛么呀]\W*$"
)
# 电动车要保养吗: whether it is needed, not whether it is done here.
_NEEDED = re.compile(r"(?<!想)(?:要|必须|应该|该|用|使)(?!求)[^,.!?，。！？]{0,10}[吗嘛么]\W*$")
# Words that say nothing about the matter, whole words in English and characters in Chinese.
_LITTLE = {"and", "for", "a", "an", "the", "my", "of", "it", "is", "me", "what", "about", "on", "please", *"呢的我那一下"}


# The care of paint and cabin, and no word of which.
_CARE = re.compile(r"\bdetail(?:ing|ed)?\b|\bvalet(?:ing|ed)?\b|汽车美容|车身美容|做美容|美容一下|全车美容")
_WRITTEN, _WRITTEN_NEARLY = 100, 88


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds the codes of services and models by their names and aliases in any language."""

    services: Names
    models: Names

    def services_in(self, text: str) -> list[str]:
        """The service that is meant; several codes when the same words name several ("brake pads")."""
        found = self.services.find(text)
        if not found:
            return []
        best = found[0]
        return [f.key for f in found if (f.start, f.end, f.score) == (best.start, best.end, best.score)]

    def model_in(self, text: str) -> str | None:
        text = known.uncounted(text)
        found = self.models.find(text)
        if not found or known.longer(text, "".join(tokens(text)[found[0].start : found[0].end])):
            return None
        # A car that is known and written as it is comes before one whose name is only alike: 元PLUS is no 秦PLUS.
        return None if found[0].score < _WRITTEN and known.named(text) else found[0].key

    def without_models(self, text: str) -> str:
        """The folded text but for the cars of the catalogue."""
        words, parts = fold(text), tokens(text)
        for found in self.models.find(text):
            words = re.sub(r"[\W_]*".join(map(re.escape, parts[found.start : found.end])), " ", words)
        return words

    def without_cars(self, text: str) -> str:
        """The folded text without any name of a car, of the catalogue or not, and without makes."""
        return " ".join(known.without_any(self.without_models(known.uncounted(text))).split())

    def different(self, text: str) -> list[str]:
        """Several services that are named apart from one another, in the order of the text; [] for one, or for one of several."""
        by_words: dict[int, list[str]] = {}
        for found in self.services.find(text):
            by_words.setdefault(found.start, []).append(found.key)
        apart = [codes[0] for _, codes in sorted(by_words.items()) if len(codes) == 1]
        return apart if len(apart) == len(by_words) > 1 else []

    def only_service(self, text: str) -> str | None:
        """The one service that is named, when not a word stands beside it: "oil change", 换机油."""
        found = self.services.find(text)
        left = [word for index, word in enumerate(tokens(text)) if not found or not found[0].start <= index < found[0].end]
        one = len({one.key for one in found}) == 1
        return found[0].key if one and found[0].score >= _WRITTEN_NEARLY and not set(left) - _LITTLE else None

    def asks_whether(self, text: str) -> bool:
        """ "Do you do ceramic coating?": whether the shop does it, and nothing more."""
        words = fold(text)
        if asks_price(text) or _NEEDED.search(words):
            return False
        return bool(_WHETHER.search(words)) and self.nothing_else(_WHETHER.sub(" ", words))

    def nothing_else(self, text: str) -> bool:
        """Whether the words are a service and a car and hardly anything more: "minor service A4"."""
        named = [*self.services.find(text), *self.models.find(text)]
        covered = {index for found in named for index in range(found.start, found.end)}
        left = [word for index, word in enumerate(tokens(text)) if index not in covered and word not in _LITTLE]
        return len(left) <= 2


@changes_with("catalogue")
def load(session: Session) -> Finder:
    """Made from the catalogue as it stands; see `Turn.memoised`."""
    services = [
        (service.code, name)
        for service in catalogue.services(session)
        for name in (*service.names.values(), *service.aliases)
    ]  # fmt: skip
    models = [(model.code, name) for model in catalogue.models(session) for name in (*model.names.values(), *model.aliases)]
    return Finder(Names(services), Names(models))


def of_care(text: str, services: Mapping[str, Service]) -> list[str]:
    """What there is for paint and cabin, for words that want such care and say no more: "a full detail"."""
    if not _CARE.search(fold(text)):
        return []
    return [code for kind in ("detailing", "wash") for code, service in services.items() if service.category == kind]


def asks_price(text: str) -> bool:
    return bool(_PRICE.search(without_filler(fold(text)))) or asks_free(text)


def asks_free(text: str) -> bool:
    return _FREE.search(fold(text)) is not None


def asks_only_price(text: str) -> bool:
    """Nothing but "prices?": no service, no car, no other matter."""
    bare = without_filler(fold(text))
    return bool(_PRICE.search(bare)) and not _AROUND.sub("", _PRICE.sub("", bare))
