"""`understand`: the words in, what they say about when out. The steps one after the other."""

import re
from dataclasses import replace
from datetime import datetime

from handlers.dialogue.when import reading as making
from handlers.dialogue.when.arriving import with_arrivals
from handlers.dialogue.when.asides import (
    drop_any_part,
    drop_asides,
    drop_asked,
    drop_booked,
    drop_end_of_work,
    drop_engaged,
    keep_asked,
    keep_engaged,
    mind_that_day,
)
from handlers.dialogue.when.beside import changed_beside
from handlers.dialogue.when.chosen import (
    drop_collected,
    drop_fetched,
    drop_given_up,
    drop_less_liked,
    drop_reasons,
    drop_told,
    drop_told_before,
)
from handlers.dialogue.when.days import Day
from handlers.dialogue.when.folding import fold
from handlers.dialogue.when.following import drop_named_for_following, with_following_days
from handlers.dialogue.when.grammar import parse
from handlers.dialogue.when.items import Item, alive, clause, items_of, with_days_joined
from handlers.dialogue.when.leftover import left_over
from handlers.dialogue.when.moved import drop_corrected, drop_moved, with_moves
from handlers.dialogue.when.past import drop_past
from handlers.dialogue.when.refused import drop_refused, with_day_of_refusal, with_month_of_refusal, with_refusals, with_remarks
from handlers.dialogue.when.result import PartOfDay, Reading, Reason, Understood
from handlers.dialogue.when.scanning import scan
from handlers.dialogue.when.shifting import with_shifts
from handlers.dialogue.when.tokens import Clock, Context, Token
from handlers.dialogue.when.unread import left_unread, loose_ends, of_the_past, told_only, too_far
from handlers.dialogue.when.vetoes import blank

# What is longer is no wish for an appointment; the limit also bounds the time that any text can take.
LONGEST = 1000
# Who names more days and times than this is not asking for one; it bounds the work, too.
_MOST_ITEMS = 30
# So near a day may be the one that a time behind it is of.
_NEAR = 14
# "For three days now" is no time.
_LONG = re.compile(r"(?:minutes?|hours?|days?|weeks?|months?|years?|a while|ages|mins|hrs)\s*$")
_CLAUSE_END = re.compile(r"[.,;!?\n]|\bbut\b|\bso\b")
_TELLS = re.compile(
    r"^(?!(?:is|are|can|could|may|would|will|do|any)\b).*\b(?:it'?s|is|are|was|gets?|getting|got|very|really|quite|too|not)\b",
    re.ASCII,
)
_TELLS_OF_PLACE = re.compile(r"\b(?:live|lives|living|moved|work|working|stay|staying|based)\b|住|搬")
# Characters and words of Cantonese and of nothing else, as folding leaves them.
_CANTONESE = re.compile(r"听[日朝晚]|[嘅喺咗冇唔嚟睇啲佢哋嘢]|下昼|上昼|晏昼|朝早|而家|依家|几点钟得|揸|搵")


def understand(text: str, now: datetime, region: str = "CN", language: str | None = None) -> Understood:
    """What `text` says about a day and a time in the shop's zone, which is that of the aware or naive `now`.

    `region` is the country of the shop (ISO 3166, two letters): it settles holidays, the order of 12/5, and ROC years.
    `language` (en, zh-Hans, zh-Hant) matters only where the words do not show it. Never raises for any text at any moment.
    """
    if len(text) > LONGEST:
        return Understood(reason="too_long")
    try:
        return _understood(text, now, region, language)
    except OverflowError:  # calendars end
        return Understood(reason="no_such_date")


def _understood(text: str, now: datetime, region: str, language: str | None) -> Understood:
    folded, places = fold(text)
    chinese = any("\u4e00" <= c <= "\u9fff" for c in folded) or bool(language and language.startswith("zh"))
    context = Context(now.replace(tzinfo=None), region.upper(), chinese, chinese and bool(_CANTONESE.search(folded)))
    tokens = scan(blank(folded), context)
    tokens = with_moves(with_remarks(with_refusals(tokens, folded), folded), context)
    tokens = with_days_joined(parse(tokens, context), context)
    tokens = with_arrivals(with_following_days(tokens, context, folded), context, folded)
    tokens = with_shifts(tokens, context, folded)
    items = items_of(tokens)
    if len(items) > _MOST_ITEMS:
        return Understood(reason="unsure")
    drop_past(items, tokens, folded)
    drop_refused(items, tokens, folded)
    drop_moved(items, tokens)
    drop_corrected(items, tokens, context)
    drop_named_for_following(items)
    drop_less_liked(items, folded)
    drop_told(items, tokens, folded)
    drop_given_up(items, folded)
    drop_reasons(items, tokens, folded)
    drop_fetched(items, folded)
    drop_collected(items, tokens, folded)
    drop_engaged(items, folded)
    drop_asked(items, folded)
    drop_asides(items, tokens, context, folded)
    keep_asked(items, folded)
    mind_that_day(items, tokens, folded)
    keep_engaged(items, tokens)
    drop_booked(items, tokens, folded)
    drop_any_part(items, folded)
    drop_end_of_work(items, folded)
    drop_told_before(items, tokens, folded)
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
    if reason := left_over(kept, items, tokens) or left_unread(kept, items, tokens, text):
        return Understood(None, _until_closing(kept, tokens, context), span, reason)
    if any(i.dropped == "unclear" for i in items) or clause("depends", text).search(text):
        return Understood(span=span, reason="unsure")
    kept = with_month_of_refusal(with_day_of_refusal(kept, items), items, tokens, context)
    if all(i.slot != "day" for i in kept) and _day_fell_away(items, context):
        # "On Friday I have a meeting at 2, can I come at 4": on Friday, or when?
        return Understood(span=span, reason="unsure")
    if any(_may_be_late(i, kept, text) for i in kept):
        return Understood(span=span, reason="unsure")
    if all(i.slot == "part" for i in kept) and not _wished(tokens, text):
        # "It squeaks in the morning."
        return Understood(span=span, reason="unsure")
    try:
        wishes = making.alternatives(kept, tokens, context)
        if (
            any(w.day and w.day.kind == "span" for w in wishes)
            and any(i.dropped == "refused" and i.slot not in ("day", "now") for i in items)
            and not any(i.dropped == "refused" and i.slot == "day" for i in items)
        ):
            # "Next week but not in the morning" does not fit one answer; "except Monday" is still next week.
            raise making.Unsure("unsure")
        found = [making.readings(wish, context) for wish in wishes]
    except making.Unsure as unsure:
        return Understood(None, unsure.instead, span, unsure.reason)
    options = making.distinct([reading for readings in found for reading in readings])
    if len(options) == 1 and (
        too_far(options[0], tokens, context, text)
        or loose_ends(kept, tokens)
        or changed_beside(kept, items, tokens, text)
        or told_only(kept, tokens, context, text)
        or of_the_past(kept, tokens, text)
    ):
        return Understood(None, options, span, "unsure")
    if len(options) == 1 and not making.is_open(wishes):
        return Understood(options[0], (), span)
    if len(wishes) == 1 and making.is_contested(wishes[0]) and len(found[0]) == 2:
        return Understood(options[0], options, span)
    return Understood(None, options, span, "choice")


def _day_fell_away(items: list[Item], context: Context) -> bool:
    """A day that was told of; of a near day also what has been: "I asked for Thursday, is that good? 9:30"."""
    days = [item for item in items if item.slot == "day"]
    been = [item.value for item in days if item.dropped == "past" and isinstance(item.value, Day)]
    ahead = [(day.first - context.today).days if day.first else 7 * (day.kind == "weekday") for day in been]
    return any(item.dropped in ("aside", "refused") for item in days) or (0 not in ahead and any(0 < n <= _NEAR for n in ahead))


def _until_closing(kept: list[Item], tokens: list[Token], context: Context) -> tuple[Reading, ...]:
    """明天下班前: when the shop closes we do not know here, and whose day's work ends neither, so both late parts are offered."""
    if not any(t.kind == "V" and t.value == "closing" for t in tokens) or [i.slot for i in kept] != ["day"]:
        return ()
    try:
        found = [reading for wish in making.alternatives(kept, tokens, context) for reading in making.readings(wish, context)]
    except making.Unsure:
        return ()
    if len(found) != 1 or found[0].date is None:
        return ()
    parts: tuple[PartOfDay, ...] = ("afternoon", "evening")
    return tuple(replace(found[0], part_of_day=part) for part in parts)


def _may_be_late(item: Item, kept: list[Item], text: str) -> bool:
    """夜啲，八點: eight in the evening?"""
    at = item.value
    return (
        isinstance(at, Clock)
        and not at.sure
        and 7 <= at.hour <= 11
        and all(i.slot != "part" for i in kept)
        and bool(clause("later_hour", text).search(text, 0, item.token.start))
    )


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
        if _LONG.search(text[: item.token.start]) or text[: item.token.start].endswith("到"):
            # 排到现在.
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
        if text[item.token.end :].lstrip()[:1] == "," and before and _TELLS_OF_PLACE.search(before):
            # "I live near Pine Hill now, can it be there?"
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
