"""`understand`: the words in, what they say about when out. The steps one after the other."""

import re
from datetime import datetime

from handlers.dialogue.when import reading as making
from handlers.dialogue.when.asides import drop_asides, drop_booked
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.folding import fold
from handlers.dialogue.when.following import drop_named_for_following, with_following_days
from handlers.dialogue.when.grammar import parse
from handlers.dialogue.when.items import Item, alive, clause, items_of, with_days_joined
from handlers.dialogue.when.moved import drop_corrected, drop_moved, with_moves
from handlers.dialogue.when.past import drop_past
from handlers.dialogue.when.refused import drop_refused, with_refusals, with_remarks
from handlers.dialogue.when.result import Reason, Understood
from handlers.dialogue.when.scanning import scan
from handlers.dialogue.when.tokens import Between, Context, Token
from handlers.dialogue.when.vetoes import blank

# What is longer is no wish for an appointment; the limit also bounds the time that any text can take.
LONGEST = 1000
# Who names more days and times than this is not asking for one; it bounds the work, too.
_MOST_ITEMS = 30
# "For three days now" is no time.
_LONG = re.compile(r"(?:minutes?|hours?|days?|weeks?|months?|years?|a while|ages|mins|hrs)\s*$")
_CLAUSE_END = re.compile(r"[.,;!?\n]|\bbut\b|\bso\b")
_TELLS = re.compile(
    r"^(?!(?:is|are|can|could|may|would|will|do|any)\b).*\b(?:it'?s|is|are|was|gets?|getting|got|very|really|quite|too|not)\b",
    re.ASCII,
)
# Characters and words of Cantonese and of nothing else, as folding leaves them.
_CANTONESE = re.compile(r"听[日朝晚]|[嘅喺咗冇唔嚟睇啲佢哋嘢]|下昼|上昼|晏昼|朝早|而家|依家|几点钟得|揸|搵")
_NEAR = "@lejI4,iFb-&|/"


def understand(text: str, now: datetime, region: str = "CN", language: str | None = None) -> Understood:
    """What `text` says about a day and a time in the shop's zone, which is that of the aware or naive `now`.

    `region` is the country of the shop (ISO 3166, two letters): it settles holidays, the order of 12/5, and ROC years.
    `language` (en, zh-Hans, zh-Hant) matters only where the words do not show it. Never raises for any text.
    """
    if len(text) > LONGEST:
        return Understood(reason="too_long")
    folded, places = fold(text)
    chinese = any("\u4e00" <= c <= "\u9fff" for c in folded) or bool(language and language.startswith("zh"))
    context = Context(now.replace(tzinfo=None), region.upper(), chinese, chinese and bool(_CANTONESE.search(folded)))
    tokens = scan(blank(folded), context)
    tokens = with_moves(with_remarks(with_refusals(tokens, folded), folded), context)
    tokens = with_days_joined(parse(tokens, context), context)
    tokens = with_following_days(tokens, context, folded)
    items = items_of(tokens)
    if len(items) > _MOST_ITEMS:
        return Understood(reason="unsure")
    drop_past(items, tokens, folded)
    drop_refused(items, tokens)
    drop_moved(items, tokens)
    drop_corrected(items, tokens)
    drop_named_for_following(items)
    drop_asides(items, tokens, context, folded)
    drop_booked(items, tokens, folded)
    found = _read(alive(items), items, tokens, context, folded)
    if found.span:
        found = Understood(found.reading, found.options, (places[found.span[0]], places[found.span[1]]), found.reason)
    return found


def _read(kept: list[Item], items: list[Item], tokens: list[Token], context: Context, text: str) -> Understood:
    if any(i.slot == "now" and _has_or(tokens, i.place) for i in kept):
        return Understood(reason="unsure")
    kept = _without_now(kept, text)
    if not kept:
        return Understood(reason=_why_nothing(items, tokens))
    span = min(i.token.start for i in kept), max(i.token.end for i in kept)
    if reason := _left_over(kept, items, tokens):
        return Understood(span=span, reason=reason)
    if any(i.dropped == "unclear" for i in items):
        return Understood(span=span, reason="unsure")
    if all(i.slot != "day" for i in kept) and any(i.dropped in ("aside", "refused") and i.slot == "day" for i in items):
        # "On Friday I have a meeting at 2, can I come at 4": on Friday, or when?
        return Understood(span=span, reason="unsure")
    if all(i.slot == "part" for i in kept) and not _wished(tokens, text):
        # "It squeaks in the morning."
        return Understood(span=span, reason="unsure")
    try:
        wishes = making.alternatives(kept, tokens, context)
        if any(w.day and w.day.kind == "span" for w in wishes) and any(i.dropped == "refused" for i in items):
            # "Next week except Monday" does not fit one answer.
            raise making.Unsure("unsure")
        found = [making.readings(wish, context) for wish in wishes]
    except making.Unsure as unsure:
        return Understood(None, unsure.instead, span, unsure.reason)
    options = making.distinct([reading for readings in found for reading in readings])
    if len(options) == 1 and not making.is_open(wishes):
        return Understood(options[0], (), span)
    if len(wishes) == 1 and making.is_contested(wishes[0]) and len(found[0]) == 2:
        return Understood(options[0], options, span)
    return Understood(None, options, span, "choice")


def _wished(tokens: list[Token], text: str) -> bool:
    """Whether somebody wants something; who says little beside the time does."""
    others = sum(t.end - t.start for t in tokens if t.kind == "x")
    return others <= (4 if max(text) > "\u4e00" else 12) or bool(clause("wish", text).search(text))


def _without_now(kept: list[Item], text: str) -> list[Item]:
    """ "Now" is a time only when nothing else is said and it is not a mere "at present"."""
    others = [item for item in kept if item.slot != "now"]
    if others:
        return others
    nows = [item for item in kept if item.slot == "now"]
    for item in nows:
        if _LONG.search(text[: item.token.start]):
            continue
        rest = text[item.token.end :].strip(" ?!.,~")
        before = _CLAUSE_END.split(text[: item.token.start])[-1].strip()
        if (
            not rest
            and before
            and not before.endswith(" is")
            and (not clause("wish", before).search(before) or _TELLS.search(before))
        ):
            # "It is quite dusty now."
            continue
        if not rest or rest.startswith(
            (
                "please",
                "pls",
                "可以",
                "过来",
                "过去",
                "来",
                "去",
                "嚟",
                "能",
                "行",
                "方便",
                "有空",
                "得唔得",
                "过嚟",
                "就",
                "揸",
                "开过",
                "得",
                "if possible",
                "anot",
                "or not",
                "ah",
                "lah",
                "ok",
                "can",
            )
        ):
            return [item]
    return []


def _has_or(tokens: list[Token], place: int) -> bool:
    """Whether "now" is one of two: "now or tomorrow"."""
    return any(0 <= at < len(tokens) and tokens[at].kind == "|" for at in (place - 1, place + 1))


def _why_nothing(items: list[Item], tokens: list[Token]) -> Reason:
    impossible = [token for token in tokens if token.kind == "X"]
    if impossible:
        return "no_such_time" if impossible[0].value == "no_such_time" else "no_such_date"
    if any(token.kind == "Q" and token.value != "every" for token in tokens) or any(i.dropped == "past" for i in items):
        return "past"
    if items or any(token.kind in "VQksO" for token in tokens):
        return "unsure"
    return ""


def _left_over(kept: list[Item], items: list[Item], tokens: list[Token]) -> Reason:
    """Why we cannot be sure: something else was said about time, and we did not understand it."""
    taken = {item.place for item in kept}
    for place, token in enumerate(tokens):
        if token.kind == "X":
            return "no_such_time" if token.value == "no_such_time" else "no_such_date"
        if token.kind in "sK" or (token.kind in "kqO" and _beside(tokens, place, taken)):
            return "unsure"
        if token.kind in "hq" and tokens[place + 1 : place + 2] and tokens[place + 1].kind in "Pt":
            # "I finish at 3, so half past".
            return "unsure"
        if token.kind == "b" and any(t.kind == "n" for t in tokens[place : place + 5]):
            return "unsure"
        if token.kind in "nk" and _offered(tokens, place):
            return "unsure"
        if token.kind in "VZY" and _fills_the_rest(place, kept, tokens):
            continue
        if token.kind in "VnhGJYZABU{}fyLNuo" and _beside(tokens, place, taken, token.kind in "VYZ" and token.value != "soft"):
            if token.kind in "nu" and not _may_be_time(token):
                continue
            if token.kind == "V" and (token.value == "soft" or _said_better(place, kept, tokens)):
                continue
            return "unsure"
        if _from_hour_to_hour(tokens, place) and all(i.slot not in ("time", "part") for i in kept):
            return "unsure"
        if token.kind in "t-" and place - 1 in taken and place + 1 in taken:
            return "unsure"
        if token.kind == "M" and any(isinstance(i.value, Day) and i.value.unit == "later" for i in kept):
            return "unsure"
    return ""


def _said_better(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "After the school run, say 9.15", 月底28号: a day or a time that follows says what the vague words mean."""
    slot = {"event": "time", "rough": "day"}.get(str(tokens[place].value))
    found = [i for i in kept if i.place > place and i.slot == slot and not (isinstance(i.value, Day) and i.value.kind == "span")]
    return bool(found) and not any(t.kind in "|/^!" for t in tokens[place : found[0].place])


def _fills_the_rest(place: int, kept: list[Item], tokens: list[Token]) -> bool:
    """ "After 3 tomorrow, school run before that": what the window leaves open is told, and changes nothing."""
    token = tokens[place]
    windows = [i.value for i in kept if i.slot == "time" and isinstance(i.value, Between) and i.place < place]
    if len(windows) != 1 or any(i.place > place for i in kept):
        return False
    commas = [at for at in range(place) if tokens[at].kind == ","]
    if not commas or any(at > commas[-1] for at in (i.place for i in kept)):
        return False
    clause_kinds = {t.kind: t.value for t in tokens[commas[-1] + 1 :] if t.kind not in "x^.,e4"}
    said = {"Z": "before that", "Y": "after that"}.get(token.kind, token.value)
    said = next((value for value in (said, clause_kinds.get("V")) if value in ("before that", "after that")), "")
    edge = windows[0].end if said == "before that" else windows[0].start
    return bool(said) and set(clause_kinds) <= {"V", "Z", "Y"} and edge is None


def _offered(tokens: list[Token], place: int) -> bool:
    """Whether a bare number stands where a time may stand: "at 10", "10 or 11", "no, 4"."""
    value = tokens[place].value
    before, after = (tokens[at].kind if 0 <= at < len(tokens) else "" for at in (place - 1, place + 1))
    if isinstance(value, tuple):
        return bool(value[2] == 2 and value[0] <= 31 and value[1] < 60)
    if not isinstance(value, int) or value > 24:
        return False
    on_a_day = after == "l" and any(t.kind in "Dwe" for t in tokens[place + 2 : place + 3])
    return before in tuple("@|*>") or after in tuple("|GJ") or on_a_day


def _from_hour_to_hour(tokens: list[Token], place: int) -> bool:
    """ "I have 10 to 2 free on Friday": bare hours that no rule took, or that may be minutes."""
    if tokens[place].kind != "t" or tokens[place].value != "to":
        return tokens[place].kind == "V" and tokens[place].value == "hours"
    sides = tokens[max(0, place - 1) : place] + tokens[place + 1 : place + 2]
    return len(sides) == 2 and all(t.kind == "n" and isinstance(t.value, int) and 1 <= t.value <= 12 for t in sides)


def _may_be_time(token: Token) -> bool:
    """A bare number that can be an hour, a day, or an hour with its minutes."""
    value = token.value
    return token.kind != "n" or (isinstance(value, int | float) and (value <= 31 or (100 <= value <= 2400 and value % 100 < 60)))


def _beside(tokens: list[Token], place: int, taken: set[int], far: bool = False) -> bool:
    """Whether something that counts stands right beside, small words between; `far`: or a word of two letters."""
    for step in (1, -1):
        at = place + step
        while 0 <= at < len(tokens) and (
            tokens[at].kind in _NEAR or (far and tokens[at].kind == "x" and tokens[at].end - tokens[at].start <= 2)
        ):
            at += step
        if at in taken:
            return True
    return False
