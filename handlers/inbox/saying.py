"""Saved answers in the console: offered at a ticket, sent with what goes with them in one click, and written by managers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from handlers.desk import Desk, Go
from handlers.desk.desk import is_ours
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.inbox import doing, suggesting
from handlers.rewards import words
from handlers.tickets import actions, later
from handlers.tickets import answers as saved
from handlers.tickets.answers import Answer
from handlers.tickets.work import zone_of
from storage import answers as stored
from storage import coupons, handiness
from storage.answers import AFTERWARDS
from storage.chats import Chat
from storage.tickets import Ticket
from storage.vehicles import Vehicle


def offered(desk: Desk, ticket: Ticket, chat: Chat, cars: Sequence[Vehicle] | None = None) -> list[tuple[Answer, str]]:
    """Each with its text as this customer would read it. `cars`: theirs, if they have been read."""
    those = saved.offered(desk.session)
    return list(zip(those, saved.filled(doing.work_of(desk), chat, ticket, *those, cars=cars), strict=True))


def macro(desk: Desk) -> Go:
    """Answer, state and tag with one click; as every answer, only if nothing new was said."""
    ticket = doing.locked(desk)
    doing.check_seen(desk, ticket)
    answer = saved.find(desk.session, desk.field("answer"))
    if answer is None:
        raise Refusal("inbox.choose")
    saved.give(doing.work_of(desk), ticket, answer)
    return doing.done(desk, ticket, "macro", "inbox.sent", answer=answer.code)


def tag(desk: Desk) -> Go:
    """Puts a word on the ticket, or takes it off."""
    ticket: Ticket = desk.things["ticket"]
    actions.tag(doing.work_of(desk), ticket, tag_of(desk), off=desk.ticked("off"))
    return doing.done(desk, ticket, "tag", "inbox.tagged")


def tag_of(desk: Desk) -> str:
    """The word that was typed. Raises Refusal for none."""
    name = " ".join(desk.field("tag", saved.LONGEST_TAG).split()).lower()
    if not name:
        raise Refusal("inbox.empty")
    return name


def send_later(desk: Desk) -> Go:
    """At a time of the store's clock."""
    ticket = doing.locked(desk)
    doing.check_seen(desk, ticket)
    try:
        at = datetime.fromisoformat(desk.field("at", 16)).replace(tzinfo=None)
    except ValueError:
        raise Refusal("tickets.later_time") from None
    zone: ZoneInfo = zone_of(desk.session, ticket)
    later.schedule(doing.work_of(desk), ticket, desk.field("words"), at.replace(tzinfo=zone), waits=desk.ticked("waits"))
    return doing.sent(desk, ticket, "inbox.later_kept")


def snooze(desk: Desk) -> Go:
    """Puts the ticket aside until a time of the store's clock; without a time it is taken up again."""
    ticket: Ticket = desk.things["ticket"]
    wish = desk.field("until", 16)
    try:
        at = datetime.fromisoformat(wish).replace(tzinfo=zone_of(desk.session, ticket)) if wish else None
    except ValueError:
        raise Refusal("tickets.later_time") from None
    actions.snooze(doing.work_of(desk), ticket, at)
    return doing.done(desk, ticket, "snooze" if at else "wake", "inbox.snoozed" if at else "inbox.woken")


def not_later(desk: Desk) -> Go:
    ticket: Ticket = desk.things["ticket"]
    later.cancel(doing.work_of(desk), ticket, desk.house.tokens.read("later", desk.field("later")) or 0)
    return doing.done(desk, ticket, "unschedule", "inbox.later_off")


# -- for managers -----------------------------------------------------------------------------------------------------------


def all_answers(desk: Desk) -> Mapping[str, Any]:
    known = {one.code: one for one in saved.offered(desk.session)}
    asked = known.get(desk.asked("code", 40))
    return {
        "answers": list(known.values()),
        "chosen": asked,
        "languages": LANGUAGES,
        "afterwards": AFTERWARDS,
        "places": [f"{{{one}}}" for one in saved.VARIABLES],
        "offers": [(one.code, words.name(one, desk.language)) for one in coupons.offers(desk.session) if one.closed_at is None],
        "hidden": [one for one in saved.shipped() if one not in known],
        "suggested": suggesting.figures(desk),
    }


def save(desk: Desk) -> Go:
    """A new one, another text for one that is there, or none of it any more."""
    code = desk.field("code", 40).lower()
    before = saved.find(desk.session, code) or saved.shipped().get(code)
    if desk.field("do") == "hide" and before is not None:
        answer, hidden = before, True
    else:
        names = {language: desk.field(f"name_{language}", 200) for language in LANGUAGES}
        texts = {language: desk.field(f"text_{language}") for language in LANGUAGES}
        answer, hidden = (
            Answer(code, names, texts, desk.field("afterwards"), desk.field("tag", 200).lower(), desk.field("offer", 40)),
            False,
        )
        saved.check(answer)
        if answer.offer and coupons.offer(desk.session, answer.offer) is None:
            raise Refusal("rewards.refused.unknown")
    stored.put(
        desk.session, code, names=dict(answer.names), texts=dict(answer.texts), afterwards=answer.afterwards, tag=answer.tag,
        offer=answer.offer, hidden=hidden, now=desk.now,
    )  # fmt: skip
    desk.audit("answer.hide" if hidden else "answer.save", f"answer:{code}")
    return Go(desk.url("/answers"), desk.plain("inbox.answers.saved"))


# -- one's own ----------------------------------------------------------------------------------------------------------------


def filters(desk: Desk) -> Go:
    """Keeps the list as it is looked at under a name, or forgets one."""
    if wish := desk.field("drop"):
        found = desk.session.get(handiness.SavedFilter, desk.house.tokens.read("filter", wish) or 0)
        if found is not None and found.staff_id == desk.staff.id:
            desk.session.delete(found)
        return Go(desk.back("/tickets"))
    name, query = desk.field("name", 40), desk.field("query", 300)
    if not name or not is_ours(desk.url("/tickets") + query):
        raise Refusal("inbox.empty")
    desk.session.add(handiness.SavedFilter(staff_id=desk.staff.id, name=name, query=query))
    return Go(desk.back("/tickets"), desk.plain("inbox.filter_kept"))


def keys(desk: Desk) -> Go:
    """Single keys do something, or nothing."""
    desk.staff.keys = not desk.staff.keys
    return Go(desk.back("/tickets"), desk.plain("inbox.keys.on" if desk.staff.keys else "inbox.keys.off"))
