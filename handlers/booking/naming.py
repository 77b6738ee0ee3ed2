"""What work some words name: one service or several, of which one may be meant; in short words, by its size, as a drive."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from handlers.booking import phrases, suiting
from handlers.dialogue import Answers, Turn
from handlers.dialogue.folding import fold
from handlers.prices import by_mileage, ends, finding
from handlers.prices import known as cars
from knowledge_base import Names
from knowledge_base.names import Found, tokens
from storage.catalogue import CarModel, Service
from storage.stores import DEMO

# "Can you plug it in": the tester, and no spark plug.
_PLUGGED = re.compile(r"\bplug(?:ged|ging)? (?:it|her|him|this|that|(?:the|my) \w{1,12})? ?(?:in|into|up)\b", re.IGNORECASE)
# A car that is tried.
_TRY = re.compile(
    r"\b(?:try|try out|test|test out) (?:(?:the|an?|your|that|this|one of your) )?(?:new )?"
    r"|(?:(?<=[想要以能来去先再])|^|(?<=得))试(?:一?[下吓])?(?:[你您]们的?|[这那]?[架台部辆款个])?(?:新款?)? ?"
)
# A service by its size, where it stands alone: "how much is a minor one", 改成小的.
_SMALL = ("minor", "small", "basic", "小")
_SIZE = re.compile(
    r"\b(?:minor|major|basic)(?= one\b| instead\b| please\b| pls\b| then\b| after all\b|\W*$)"
    r"|\b(?:small|big) one(?=\W*$| instead\b)"
    r"|(?<=[换改做要])[成做个]?(?P<han>[小大])(?:的|嘅)(?=吧|啦|就|\W*$)"
)
# Work in one word, where nothing but work can be meant: "A3 oil + Model 3 rotation", "oil" where it was asked what.
_IN_SHORT = (
    (re.compile(r"\boil\b|机油|偈油|引擎油", re.IGNORECASE), "oil change"),
    (re.compile(r"\brotat(?:e|ion|ing)\b|对调|换位", re.IGNORECASE), "tyre rotation"),
    (re.compile(r"\bpuncture\b|\bflat\b", re.IGNORECASE), "puncture repair"),
    (re.compile(r"\bregas\b|雪种|冷媒", re.IGNORECASE), "ac regas"),
)
# One word is no choice of what is refused, and no work where it is a symptom, or where they live: "no oil", "oil smell".
REFUSED = re.compile(
    r"\b(?:no|not|nor|but|except|without|never|neither|skip|isnt|dont|wont|cant|hate)\b|n't\b|[不唔别没冇]|除了|以外",
    re.IGNORECASE,
)
_SYMPTOM = re.compile(
    r"\b(?:leak\w*|lights?|lamp|smell\w*|levels?|pressure|warning|burn\w*|smok\w*|spots?|stain\w*|low|battery)\b"
    r"|\b(?:my|our|at|from|the) flat\b|漏|灯|味|烧|滴|渍|压|异"
)
# Of services that are compared one is meant.
_COMPARED = re.compile(r"\b(?:difference|different|compare\w*|versus|vs|better)\b|区别|差别|差异|分别是|有什么不同|有咩分别|比较")
_JOINING_HAN = frozenset([*"和跟同与與及、加", "and"])
_JOINING = frozenset(["and", "n", "or", "plus", "with"])
# "Wash it as well" in Cantonese stands inside the name of the work: 洗埋架車, 換埋啲機油.
_WIPED = re.compile(
    r"[抹擦](?:下|一下|埋|返)?[架部台]?[车車]"
    # "It needs a wash", where no part of it is named: 两台车都要洗, Q5要洗一下.
    r"|(?<![\u3400-\u9fff]不)(?<=[要想得都来去])洗(?:一[下次洗]|下)?(?=\W|$|[吧啦呢吗嗎嘛了呀啊])"
)
_WASHED_PART = re.compile(
    r"空[调調]|冷[气氣]|内|內|座|地毯|脚垫|腳墊|引擎|发动机|發動機|滤|濾|节气|節氣|油路|积碳|積碳|蒸发|蒸發|底盘|底盤|真皮|皮|轮|輪|玻璃|灯|燈|手|衣"
)
_SPLIT = re.compile(r"([洗换換做])(?:埋|返)(?:[架部台辆輛个個啲])?(?=[㐀-鿿])")
# Signs for "and" between words: "alignment + balance", 前+后.
_SIGNS = re.compile(r"(?<=[^\W\d_])\s?[+&＋＆]\s?(?=[^\W\d_])")
# An elided name must be written as it is, nearly.
_SURE = 90


@dataclass(frozen=True, slots=True)
class Services:
    """Codes of services that words name: those that are sure, and those of which one is meant ("brake pads")."""

    sure: list[str]
    one_of: list[str]

    @property
    def answers(self) -> Answers:
        """As the form keeps them; `with`: what is done besides the one that is asked about."""
        if not self.one_of:
            return {"service": self.sure} if self.sure else {}
        return {"service+": self.one_of} | ({"with": self.sure} if self.sure else {})


def plugged(text: str) -> bool:
    """Whether something is plugged in, which is no spark plug."""
    return _PLUGGED.search(text) is not None


def compares(text: str) -> bool:
    return _COMPARED.search(fold(text)) is not None


def services(turn: Turn, text: str, model: CarModel | None = None) -> Services:
    """Several may be named at once: "oil change and tyre rotation". `model`: the car, if it is known."""
    by_words: dict[tuple[int, int], list[str]] = {}
    known = turn.memoised(finding.load).services
    text = _SIGNS.sub(" and ", _PLUGGED.sub(" ", _SPLIT.sub(r"\1", _washed(text))))
    named = _with_elided(turn, known, text)
    if not named and (drive := tried(turn, text)):
        return Services([drive], [])
    if not named and phrases.has("service", phrases.spaced(text)):
        named = [*known.find("servicing")]
    if not named and (size := _SIZE.search(fold(text))):
        named = [*known.find("minor service" if (size["han"] or size[0]).startswith(_SMALL) else "major service")]
    if not named and (cared := finding.of_care(text, turn.shop.services)):
        return Services([], cared)
    for found in named:
        by_words.setdefault((found.start, found.end), []).append(found.key)
    groups = [by_mileage.meant(turn, codes, text) for codes in by_words.values()]
    if model is not None:
        groups = [_fitting(turn, codes, model) for codes in groups]
    groups = [one for codes in groups for one in ends.both(text, codes, turn.shop.services)]
    groups = [ends.at_end(text, codes, turn.shop.services) for codes in groups]
    if len(groups) > 1 and phrases.has("service_beside", phrases.spaced(text)):
        groups = [_smallest(turn, codes) for codes in groups]
    sure = list(dict.fromkeys(codes[0] for codes in groups if len(codes) == 1))
    # A drive and work on a car are two visits; the work is what is spoken of first.
    sure = [code for code in sure if turn.shop.services[code].category != "sales"] or sure
    one_of = [code for codes in groups if len(codes) > 1 for code in codes]
    if sure and not one_of and compares(text):
        parts = tokens(text)
        alike = {one.key for found in named for one in known.find(parts[found.end - 1])}  # "a minor and a major service"
        sure, one_of = [], sorted({*sure, *alike}, key=lambda code: turn.shop.services[code].position)
    return Services(sorted(sure, key=lambda code: turn.shop.services[code].position), one_of)


def _washed(text: str) -> str:
    """With the car that is to be washed or wiped as one name of that work."""
    return text if _WASHED_PART.search(text) else _WIPED.sub("洗车", text)


def in_short(turn: Turn, text: str) -> list[str]:
    """The services (codes) that words mean which are an answer, or a part of a list, and no sentence."""
    said = fold(text)
    if REFUSED.search(said) or _SYMPTOM.search(said):
        return []
    named = [name for short, name in _IN_SHORT if short.search(said)]
    return [code for name in named for code in services(turn, name).sure]


def tried(turn: Turn, text: str) -> str | None:
    """ "I'd like to try the Q5", 想试Q5: a drive, where a car follows at once that is known."""
    for found in _TRY.finditer(fold(text)):
        models = turn.memoised(finding.load).models.find(fold(text)[found.end() :])
        if any(model.start == 0 for model in models) or cars.begins(fold(text)[found.end() :]):
            return next((code for code, service in turn.shop.services.items() if service.bay_kind == DEMO), None)
    return None


def _with_elided(turn: Turn, known: Names, text: str) -> list[Found]:
    """The services that are named; "wheel alignment and balancing", "alignment and balance" say the first word once, or never."""
    named = list(known.find(text))
    parts = tokens(text)
    for found in tuple(named):
        named += _beside_in_chinese(known, parts, found, named)
        service = turn.shop.services.get(found.key)
        if service is None or not parts[found.start].isascii():
            continue
        for at, joint in ((found.end + 1, found.end), (found.start - 2, found.start - 1)):
            if any(one.start <= at < one.end for one in named):
                continue  # "oil change and tyre rotation" is no tyre change
            if min(at, joint) >= 0 and max(at, joint) < len(parts) and parts[joint] in _JOINING:
                named += _elided(known, service, parts, found, at, {one.key for one in named})
    return named


def _elided(known: Names, service: Service, parts: Sequence[str], found: Found, at: int, named: set[str]) -> list[Found]:
    """The work that the word at this place names beside the one that is found, with the word that begins a name of that one."""
    words = parts[found.start : found.end]
    names = [tokens(name) for name in (*service.names.values(), *service.aliases)]
    begins = {words[0]} if len(words) > 1 else {name[0] for name in names if len(name) > 1 and name[-len(words) :] == words}
    for first in sorted(begins):
        more = next(iter(known.find(f"{first} {parts[at]}")), None)
        if more and more.length == 2 and more.score >= _SURE and more.key not in named:
            return [Found(more.key, at, at + 1, more.score)]
    return []


def _beside_in_chinese(known: Names, parts: Sequence[str], found: Found, named: Sequence[Found]) -> list[Found]:
    """What is done to one is done to the other: 换雨刷跟机油, 机油和刹车油一起换; not to what has a name of its own."""
    joint, size = parts[found.end : found.end + 1], range(5, 1, -1)
    after = [(found.end + 1, found.end + 1 + n) for n in size] if {*joint} & _JOINING_HAN else []
    before = (
        [(found.start - 1 - n, found.start - 1) for n in size] if {*parts[found.start - 1 : found.start]} & _JOINING_HAN else []
    )
    for start, end in [*after, *before]:
        words = parts[max(start, 0) : end]
        if any(one.start < end and start < one.end for one in named):
            continue
        if len(words) == end - start and not any(word.isascii() for word in words):
            more = [one for one in known.find("换" + "".join(words)) if one.length == end - start + 1 and one.score >= _SURE]
            if more:
                return [Found(one.key, start, end, one.score) for one in more if one.key not in {other.key for other in named}]
    return []


def _fitting(turn: Turn, codes: list[str], model: CarModel) -> list[str]:
    """Of several that the same words name, those for such a car: its battery check is another for an electric one."""
    electric = [code for code in codes if turn.shop.services[code].category == "electric"]
    if model.energy in ("electric", "hybrid") and electric:
        return electric
    if len(codes) > 1 and len(suiting.unneeded(turn, codes, model)) == len(codes):
        return suiting.instead(turn, model) or codes  # "a service" of an electric car is its check
    return [code for code in codes if code not in electric] or codes


def _smallest(turn: Turn, codes: list[str]) -> list[str]:
    """ "A service and new wipers": the bare word beside other work is the smallest service that it may mean."""
    return [min(codes, key=lambda code: turn.shop.services[code].position)] if by_mileage.is_servicing(turn, codes) else codes
