"""Phrases that want a visit, ask about visits, or speak of one (`data/phrases.txt`); matched on the words of `spaced`."""

import re
from functools import cache
from pathlib import Path

from knowledge_base.folding import fold, without_filler

_LISTS = Path(__file__).parent / "data" / "phrases.txt"
_APART = re.compile(r"(?<=[a-z0-9])(?=[㐀-鿿])|(?<=[㐀-鿿])(?=[a-z0-9])")
# Stands for the name of a service.
WORK = "§"
DONE_TO = re.compile(rf"\bchang(?:e|ed|ing)(?: \w{{1,12}}){{0,2}} {WORK}|{WORK}")


def spaced(text: str) -> str:
    """Lower case, Simplified, contractions spelt out; the scripts apart, so that "book咗" has a word "book"."""
    return _APART.sub(" ", fold(text))


def has(name: str, text: str) -> bool:
    """Whether a phrase of this list stands in the text (see `spaced`)."""
    return _pattern(name).search(text) is not None


# What stands around a short answer, and says nothing.
_BEFORE = (
    r"(?:(?:ok|okay|fine|great|perfect|cool|that is (?:fine|good|great)|oh|well|sorry|um|so|yes|no|nope|nah|then|ill|i will|i"
    r"|take|have|lets|can|could|do|go|for|with|please|hm+) )*"
)
_AFTER = r"(?: (?:please|pls|then|thanks|after all|for me|will do|is (?:fine|ok|okay|good)|works|would be good|possible))*"
_BEFORE_HAN = r"(?:好[的吧啦喇]?|得啦|嗯|那|咁|就|要|约|行|ok|不好意思|唔好意思|不行|唔得|不|呃|哦|我|选|拣|可以){0,3}"
_AFTER_HAN = r"(?:吧|啦|喇|了|呀|啊|耶|喔|哦|好了|就好|就行|就得|得了|可以了|谢谢|唔该|的|哩|欸){0,3}"
_BETWEEN_HAN = re.compile(r"(?<=[㐀-鿿]) (?=[㐀-鿿])")
_AROUND = re.compile(rf"^{_BEFORE}(?:book )?|^{_BEFORE_HAN}|{_AFTER}$|{_AFTER_HAN}$")


def bare(text: str) -> str:
    """A short answer without what stands around it: "ok, the first one then"."""
    return _AROUND.sub("", _BETWEEN_HAN.sub("", " ".join(re.findall(r"[a-z0-9:]+|[㐀-鿿]+", text)))).strip()


# Short answers and questions about a visit, or times for one.
_OF_A_VISIT = ("pick_any", "pick_none", "too_early", "too_late", "not_that_day", "whereabouts", "received_by", "which_day")


def of_a_visit(text: str) -> bool:
    """Whether the text is nothing but that, in a few words."""
    return has("show", text) or any(whole(name, text) for name in _OF_A_VISIT)


def whole(name: str, text: str) -> bool:
    """Whether the text is a phrase of this list, or two, and nothing else."""
    return _whole(name).fullmatch(text) is not None


@cache
def _whole(name: str) -> re.Pattern[str]:
    english = "|".join(line for line in _lists()[name] if line.isascii())
    han = "|".join(line for line in _lists()[name] if not line.isascii())
    return re.compile(rf"{_BEFORE}(?:{english})(?: (?:{english}))?{_AFTER}|{_BEFORE_HAN}(?:(?:{han}){_AFTER_HAN}){{1,2}}")


@cache
def _pattern(name: str) -> re.Pattern[str]:
    """Compiled when it is first needed: most talks need a few of them, and all together take a while."""
    return re.compile("|".join(_lists()[name]))


@cache
def _lists() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    current: list[str] = []
    for line in _LISTS.read_text(encoding="utf-8").splitlines():
        if heading := re.match(r"\[([a-z_]+)\] ", line):
            found[heading[1]] = current = []
        elif line and not line.startswith("# "):
            current.append(line)
    return found


def wants(text: str) -> bool:
    """Asks for a visit, not about visits."""
    return has("book", text) and (not has("asks", text) or has("polite", text))


def only_wants(text: str) -> bool:
    """A wish to book and hardly a word more."""
    return len(re.findall(r"[a-z0-9]+|[㐀-鿿]", _pattern("book").sub(" ", without_filler(text)))) <= 7


def without(name: str, text: str, instead: str = " ") -> str:
    """The text without the phrases of a list."""
    return _pattern(name).sub(instead, text)


def stays(text: str) -> bool:
    """Whether an appointment shall stay as it is, and nothing else shall be cancelled."""
    return has("keep", text) and not has("cancel", without("keep", text))


def unneeded(text: str) -> bool:
    """Whether the work in a clause is not wanted, and nothing else is begged in it."""
    others = without("unneeded", text)
    return others != text and not has("book", text) and not has("request", others)


def waits(text: str) -> bool:
    """Whether they want to hear of a time that others give back, or to wait in line for one."""
    return has("others_cancel", text) and not has("of_cancelling", text) and not has("line", text)
