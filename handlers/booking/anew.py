"""Booked anew: "cancel it and book a brake inspection on Saturday at 11", 取消周五的，约周六洗车; and what was missed."""

import re
from datetime import timedelta

from handlers.booking import hearing, meant, mine, offered, phrases, recalled, theirs, two_visits, wishes, words
from handlers.booking.slots_what import heard
from handlers.booking.slots_when import SAID
from handlers.dialogue import Answers, Reply, Start, Turn
from handlers.prices import finding
from handlers.prices import known as cars
from storage.appointments import NO_SHOW

# Where the one ends and the other begins.
_JOINTS = re.compile(
    r"[,.;!，。；！、\n]+|\b(?:and|then|plus|n)\b|&|(?<=[㐀-鿿])\s+(?=[㐀-鿿])|然后|然後|接着|接著|重新|另外|另约|另約|再(?=[帮幫约約订訂给給book])",
    re.IGNORECASE,
)

_IF = re.compile(r"\bif\b|如果|要是|假如|的话")
# Whether it was done, or should be, is asked; and what somebody else has cancelled is not theirs.
_ASKS = re.compile(r"^\W*(?:so |and |wait )?(?:did|do|does|have|has|should|shall|must|why|is|was)\b")
_OTHERS = re.compile(r"(?:老婆|老公|太太|先生|爸爸?|妈妈?|朋友|同事|儿子|女儿|弟弟|哥哥|姐姐|妹妹|家人)[^,，]{0,4}(?:取消|退)")
# The next one that shall be cancelled: "my oil change and the brake check on Friday".
_AS_WELL = re.compile(r"^\W*(?:also |and )*(?:the|my|that|both)\b|^\W*(?:还有|仲有|以及|跟|和|同埋?)?[^,，]{0,8}[的嘅](?!话)")
_NOTHING = re.compile(r"\bnothing\b|\bnot\b|n't\b|[不别勿]要?(?:再)?约|唔好")
# Whoever will book some other time does it then.
_LATER = re.compile(
    r"\b(?:i ?ll|i will|will|might|gonna|going to|let me) (?:\w{1,10} ){0,2}(?:re ?book|book|call|come|write|message)\b"
    r"|下次|改天|改日|回头|到时|迟啲|晚点再|之后再|有空再|得闲再"
)

# Who did not come wants another day for it within some weeks, or something else.
_STILL_MISSED = timedelta(days=14)
_MISSED = re.compile(
    r"\b(?:missed|forgot|(?:could|did) ?n[o']?t (?:make (?:it|that|my|the)|come|get (?:there|in|to you)|show))\b"
    r"|错过|没来成?|没去成?|没到(?!账|货|位|款)|忘了|忘记|唔记得|冇嚟|嚟唔到|来不了|没赶上"
)
# What was forgotten or missed is a thing or a call, and who comes fetches it.
_THINGS = re.compile(
    r"\b(?:missed|forgot|left) (?:your|an?|my|the|our|his|her)"
    r" (?!(?:\w{1,9} )?(?:appointment|booking|visit|slot|service|time)\b)\w"
    r"|\bget (?:it|them|my|the)\b|\b(?:invoice|receipt|keys?|umbrella|documents?|papers|refund)\b"
    r"|(?:忘了|忘记|唔记得)(?:咗|了|要)?(?:拿|攞|带|取|给|俾|买)|拿|攞|取(?!消)|发票|收据|钥匙|锁匙|退(?:款|钱|吗)|到账"
)


# Not as before, or as bad as before.
_NEVER_AGAIN = re.compile(
    r"\b(?:never|not|dont|no)\b.{0,12}\bsame\b|\bsame (?:problem|fault|issue|noise|thing is|mistake)\b"
    r"|(?:不|别|唔).{0,3}(?:跟|和|同|像|照).{0,6}(?:一样|做|来)|一样(?:的)?(?:问题|毛病|故障|情况|声音|错)|又(?:坏|漏|响|出)"
)


def asked_for(turn: Turn) -> Reply | Start | None:
    """The same work at another time moves the visit; other work is booked once the visit is cancelled."""
    rows = mine.coming(turn)
    if not rows or turn.chat.form not in (None, "booking.cancel", "booking.move") or finding.asks_price(turn.words):
        return None
    parts = [part for part in _JOINTS.split(turn.words) if part.strip()]
    off = next((at for at, part in enumerate(parts) if phrases.has("cancel", phrases.spaced(part))), None)
    if off is None or phrases.has("others_cancel", phrases.spaced(turn.words)) or phrases.stays(phrases.spaced(turn.words)):
        return None
    cancels, rest = ", ".join(parts[: off + 1]), ", ".join(parts[off + 1 :])
    wish, text = heard(turn, rest), phrases.spaced(rest)
    if not {"service", "service+"} & wish.keys() and (kind := meant.of_kinds(turn, rest)):
        wish["service+"] = kind
    cancelling = phrases.spaced(cancels)
    asks = any(one.search(cancelling) for one in (_IF, _ASKS, _OTHERS)) or any(
        phrases.has(name, cancelling) for name in ("how", "asks")
    )
    if asks or not _wishes(text, wish):
        return None
    row = theirs.one_of(turn, rows, cancels)
    if row is None:
        return None
    codes = [*wish.get("service", ()), *wish.get("service+", ())]
    store = words.store_of(turn, row)
    new = hearing.shifted(turn, rest, store, row.starts_at.astimezone(words.zone_of(store)))
    timed: Answers = hearing.at(new).answers if new else {name: wish[name] for name in SAID if name in wish}
    if wish.get("store") not in (None, store.code):
        timed["store"] = wish["store"]
    if not codes or set(codes) & set(row.services) == set(codes):
        return mine.too_late(turn, row) or Start("booking.move", {"id": row.id, **timed}) if timed else None
    car: Answers = {"car": {"id": row.vehicle_id}} if row.vehicle_id is not None else {}
    later: Answers = {**car, "store": store.code, **wish}
    return mine.too_late(turn, row) or Start(
        "booking.cancel", {"id": row.id, "later": later}, two_visits.told(turn, "booking.after_cancelling", later)
    )


def missed(turn: Turn) -> Start | None:
    """ "Can I come Friday instead?", of somebody who did not come to their last visit: the same work, with the same car."""
    text, row = phrases.spaced(turn.words), wishes.last(turn)
    if row is None or row.status != NO_SHOW or turn.now - row.starts_at > _STILL_MISSED or turn.chat.form is not None:
        return None
    found = heard(turn, turn.words)
    if {"service", "service+"} & found.keys() or finding.asks_price(turn.words) or mine.coming(turn):
        return None
    if (
        any(phrases.has(name, text) for name in ("open", "not_now", "fault", "how", "unneeded", "over"))
        or _THINGS.search(text)
        or offered.offered(turn)
        or recalled.work(turn)
    ):
        return None
    again = _MISSED.search(text) or any(phrases.has(name, text) for name in ("instead", "move", "move_surely", "rebooks"))
    begs = phrases.has("free", text) or phrases.has("request", text) or phrases.has("book", text)
    if not begs and not phrases.has("move_surely", text) and not (again and found.keys() & set(SAID)):
        return None
    if not again and not found.keys() & set(SAID):
        return None
    known = mine.same(turn, row)
    told = turn.text("booking.missed", services=words.services(turn, row.services), day=meant.day(turn, row))
    return Start("booking.book", known | found, told) if known else None


def as_before(turn: Turn) -> Start | None:
    """ "The same again on Friday", 跟上次一样，下周一再约一次: the work of their last visit, with its car, in its store."""
    text, row = phrases.spaced(turn.words), wishes.last(turn)
    if row is None or turn.chat.form is not None or not phrases.has("usual", text) or finding.asks_price(turn.words):
        return None
    found = heard(turn, turn.words)
    if {"service", "service+"} & found.keys() or any(phrases.has(name, text) for name in ("open", "fault", "how")):
        return None
    if _NEVER_AGAIN.search(text):
        return None
    if not (found.keys() & set(SAID) or phrases.has("book", text)) or not (known := mine.same(turn, row)):
        return None
    if cars.makes(turn.words):
        known.pop("car", None)  # perhaps another one comes: it is asked for unless it is named
    return Start("booking.book", known | found, turn.text("booking.as_before", services=words.services(turn, row.services)))


def _wishes(text: str, wish: Answers) -> bool:
    """Whether what follows wants a visit: it names work or a time, and begs it or is nothing else."""
    if _LATER.search(text) or any(phrases.has(name, text) for name in ("not_now", "over", "open", "how")):
        return False
    if phrases.has("about", text) and not (phrases.has("free", text) or phrases.has("request", text)):
        return False
    if _NOTHING.search(text):
        return False
    named = bool({"service", "service+"} & wish.keys())
    timed = bool(wish.keys() & set(SAID))
    begs = phrases.has("book", text) or phrases.has("request", text)
    return ((named or timed) and begs) or (named and timed and not _AS_WELL.search(text))
