"""Follow-ups: "how long does it last?", 要带什么: few words that ask something of what the talk is about."""

import re
from collections.abc import Iterator

from handlers.dialogue import Turn, lately
from handlers.dialogue.questions import is_question
from handlers.faq import base, verdicts
from knowledge_base.folding import fold

# Whose answers may be asked about.
_ANSWERS = ("faq", "prices", "danger")
_ABOUT = (verdicts.HELPED, verdicts.PERSON)
_HAN = re.compile(r"[㐀-鿿]")
_WORD = re.compile(r"[a-z0-9][a-z0-9'/-]*")
# A whole question has its subject in it: whoever takes so many words for a follow-up says it all. Latin words and signs.
_MOST_WORDS, _MOST_HAN = 12, 14
# So much of the subject may be in words that point back ("can I wash it the next day"), or that do not.
_FEW_WORDS, _FEW_WORDS_POINTING = 1, 3
_FEW_HAN, _FEW_HAN_POINTING = 2, 5

# Words that ask, point and join, and name nothing: matched whole, on folded words.
_LIGHT = frozenset(
    """
    a about after again ago all also always am an and any anybody anyone anything are as at be been before being best better both
    bring but by can come comes cost costs could cover covered covers dear did difference different do does doing done each either
    else enough even ever every exactly expensive far fast fee fees few fix fixed for free from get gets getting give go goes
    going good got guys had happen happens has have having he help her here him his how i if in include included includes
    including instead into is it its just keep kind last lasts less like little long longer lot many may maybe me mean might more
    most much must my need needed needs never new next no not now of off often ok okay on once one ones only or other our out over
    own pay people please possible price quick quickly really right same say see she should so some somebody someone something
    soon sort still such sure take taken takes taking than that the their them then there these they thing this those time times
    to today together too total two type until up us use used useful usually very want was way we well were what when where
    whether which while who why will with without work works worth would yes yet you your yours
    dangerous danger safe serious normal urgent bad okay
    i'd i'm i'll it's year years month months week weeks day days hour hours km miles
    """.split()  # noqa: SIM905 - a paragraph of words is read, a column of quotes is not
)
# They point back, or put something beside what was said.
_POINTS = re.compile(
    r"\b(?:it|that|this|those|these|them|they|one|ones|(?<!\bis )(?<!\bare )there|same)\b"
    r"|^(?:and|or|but|so|also|then|what about|how about|what if)\b"
)
# "Is there a charge for that?" asks what it costs; "can I charge there?" names something.
_FEE = re.compile(
    r"(?<!has )(?<!got )(?<!shows )(?<!holds )\b(?:a|any|no|extra|additional) charges?\b"
    r"(?! (?:point|station|port|card|my|it|the|in|left|level)\b)",
    re.IGNORECASE,
)
_LIGHT_HAN = re.compile(
    r"危不危险|危险|要紧|严重|正常|安全|多少公里|多少钱|多钱|几钱|几多钱|多少|几多|多久|几耐|几时|什么时候|几点|多长时间|多远|几远|几次|几年|几天|几个月|公里|一般|大概|大约|通常|平时|需要|使唔使|使不使"
    r"|用不用|要不要|可不可以|可唔可以|能不能|会不会|会唔会|是不是|系咪|有没有|有冇|行不行|得唔得|好不好|好唔好|值不值|值唔值|值得|划算|抵唔抵|抵"
    r"|贵不贵|贵唔贵|便宜|免费|收费|收钱|费用|价格|价钱|价位|包括|包含|包埋|包唔包|包不包|哪些|边啲|边个|哪个|哪种|边种|什么|咩|啥|怎么办|怎么|怎样|点样|点算|点解"
    r"|为什么|为何|如何|一次|一下|一个|一粒|一颗|一条|一套|这个|那个|呢个|嗰个|这种|那种|它|佢|其他|别的|第二|自己|准备|区别|差别|分别|差在哪|不同|更好|比较|哪里|边度|哪儿"
    r"|[的了呢吗嘛么吧啊呀咁啦喎噃㗎架嘅咗那这要需能会可以用做整搞弄修换带拿给俾畀收管是系有冇没不唔冇都也还仲再又就先去来到等开揸得好贵钱呗哦喔哈我你您他她佢哋们咪]"
)
# Besides `is_question`.
_ASKS = re.compile(
    r"\b(?:how|what|which|when|where|why|who|whats|hows)\b|^(?:can|could|do|does|did|is|are|will|would|should|any|may)\b"
    r"|([㐀-鿿])[唔不]\1|[几哪]"
)
_BESIDE = re.compile(
    r"^(?:and|or|but|for|with|without|on|in|at|also|plus|then|if)\b|^(?:那|和|跟|同|如果|要是|换成|咁|噉)|(?:呢|的话|咧)\W*$"
)
# Said to an answer, and asking nothing that another one would have.
_TO_IT = re.compile(
    r"(?:(?:but|and|so|oh|really|ok|okay) )?(?:why|how|what|when|really|is it|is that|are you|do you|who|which)"
    r"(?: not| so| is that| is it| then| really| sure| now)?\W*"
    r"|(?:为什么|为何|点解|真的|真系|系咪|是不是|是吗|系咩|怎么|什么|咩|好不好|得唔得|行不行)[吗么嘛呀啊呢㗎咩]?\W*"
)
# Taken note of: no question, and no wish.
_NOTED = re.compile(
    r"(?:oh |ok |okay |ah |aha |that is |all |very |sounds )?(?:good|right|fine|cool|nice|perfect|lovely|awesome|okay|alright"
    r"|interesting|understood|noted|not now|maybe later|later|another time|next time|good to know|fair enough|makes sense)"
    r"(?: then| thanks| mate| one)?\W*"
    r"|[哦噢喔嗯唔得系]{1,3}[啦喇啊呀的嘅]?\W*|(?:可以|行|没了|没有了|冇喇|冇啦|收到|下次[先吧]?|下次再说"
    r"|迟啲先|迟点先|以后再说|唔使|唔使喇|唔系|系喎|原来如此|这样啊|这样子|不错)[的啦喇啊呀吧了]?\W*"
)
_ELSEWHERE = re.compile(
    r"\b(?:who|how) are (?:you|u)\b|\byour name\b|\ba question\b|\bwhat time is it\b|\b(?:any|some)(?:body|one) there\b"
    r"|是谁|有人|问题"
)
_POINTS_HAN = re.compile(r"^(?:那|这|咁|嗰|噉)|[它佢]|[这那呢嗰][个种样款只架]|呢\W*$|的话|^[跟和同与比]")


def leans(words: str) -> bool:
    """Whether the words name next to nothing themselves, so that they are about what was spoken of."""
    said = fold(words)
    latin, han = _WORD.findall(_HAN.sub(" ", said)), len(_HAN.findall(said))
    if not (han or any(map(str.isalpha, latin))) or len(latin) > _MOST_WORDS or han > _MOST_HAN:
        return False
    named, left = _named(said)
    asks = is_question(words) or _ASKS.search(said) is not None
    if not (named or left):  # "good", 可以, "why?" are said to an answer, and ask nothing more of it
        return asks and len(latin) + han > 1 and not _TO_IT.fullmatch(said)
    if not asks and not _BESIDE.search(said):
        return False
    if _points(said):
        return named <= _FEW_WORDS_POINTING and left <= _FEW_HAN_POINTING and named * 2 + left <= _FEW_HAN_POINTING + 1
    return named <= _FEW_WORDS and left <= _FEW_HAN and not (named and left)


def points(words: str) -> bool:
    """Whether they name nothing at all, or hardly anything and point back in so many words ("it", 那)."""
    said = fold(words)
    latin, han = _named(said)
    return names_nothing(words) or (_points(said) and latin <= _FEW_WORDS and han <= _FEW_HAN)


def asks_more(words: str) -> bool:
    """Whether they may be about the very thing that was just said: they name no other, and are not about us or the clock."""
    return points(words) and not _ELSEWHERE.search(fold(words))


def notes(words: str) -> bool:
    """ "Good", 可以, 哦: said to an answer by somebody who needs no more."""
    return _NOTED.fullmatch(fold(words)) is not None


def wonders(words: str) -> bool:
    """ "Why?", 真的吗: said to an answer by somebody who wants more of it, but names nothing."""
    return _TO_IT.fullmatch(fold(words)) is not None


def unambiguous(words: str) -> str:
    """The words with a "charge" that is none of electricity called a fee."""
    return _FEE.sub("a fee", words)


def names_nothing(words: str) -> bool:
    """Whether there is nothing in them but asking: "is it free?", 包括什么."""
    return not any(_named(fold(words)))


def before(turn: Turn) -> str:
    """What the talk is about; "" if nothing: what was asked last, and the services that were priced or are being booked."""
    said = lately.answer(turn)
    if said is None:
        return ""
    names = " ".join(_services(turn))
    if not names and said.feature not in _ANSWERS:
        return ""
    asked = next((words for words in lately.heard(turn) if _is_subject(words)), "")
    if not names:
        return (leans(asked) and _answered(turn)) or asked
    # Which car it is, and when, were answers to us.
    known = turn.memoised(base.load).judge.decide(asked, turn.language).kind != "unknown" if asked else False
    return f"{asked} {names}" if known and said.feature == "prices" else names


def _named(said: str) -> tuple[int, int]:
    """How many Latin words and how many Chinese signs of the folded text name something."""
    latin = sum(word not in _LIGHT for word in _WORD.findall(_HAN.sub(" ", said)))
    return latin, len(_HAN.findall(_LIGHT_HAN.sub("", said)))


def _points(said: str) -> bool:
    return bool(_POINTS.search(said) or _POINTS_HAN.search(said))


def _is_subject(words: str) -> bool:
    """Whether a later question may lean on these words."""
    said = fold(words)
    latin, han = _named(said)
    return latin > 1 or han > _FEW_HAN or (bool(latin or han) and not _points(said))


def _answered(turn: Turn) -> str:
    """The question of the entry that was shown last; "" if it was none, or that is not known."""
    entry = turn.memoised(base.load).by_id.get(shown(turn), {}).get(turn.language)
    return entry.question if entry else ""


def shown(turn: Turn) -> str:
    """The id of the entry that was shown last; "" if it was none, or that is not known."""
    said = lately.answer(turn)
    values = [button.get("value") for button in lately.buttons(said) if button["do"] in _ABOUT] if said else []
    return next((str(value["entry"]) for value in values if isinstance(value, dict) and "entry" in value), "")


def in_booking(turn: Turn) -> bool:
    return turn.chat.form == "booking.book"


def _services(turn: Turn) -> Iterator[str]:
    """The names of those in the form that is open, or below a price that was said last."""
    chat, said = turn.chat, lately.answer(turn)
    known = chat.answers.get("service") if chat.form == "prices.quote" or in_booking(turn) else None
    if not known and said is not None and said.feature == "prices":
        values = [button.get("value") for button in lately.buttons(said)]
        known = next((value["service"] for value in values if isinstance(value, dict) and "service" in value), None)
    for code in [known] if isinstance(known, str) else known or []:
        if service := turn.shop.services.get(code):
            yield service.names[turn.language]
