"""The one gate: everything that is said to people without their having asked passes here, and each decision is written down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.contact import rules
from handlers.contact.merging import merged, withdraw
from handlers.contact.rules import MARKETING, Decision, Policy, Standing, Wish
from handlers.dialogue import Reply
from handlers.dialogue.posting import row_of
from handlers.dialogue.shop import Shop
from storage import chats, contact, messages, pushes
from storage.chats import Chat
from storage.contact import HELD_BACK, MERGED, SENT, Person

__all__ = ["Judged", "Offer", "agree", "judge", "post", "stop", "switch_off", "take_back", "withdraw"]

# When an offer is due, its priority, its key.
Offer = tuple[datetime, int, str]
PUSH = 1  # behind the replies to people who are waiting


@dataclass(frozen=True, slots=True)
class Judged:
    """A decision, the chat that it is about, and the keys of offers that have to give way to it."""

    chat: Chat
    decision: Decision
    outranked: list[str]
    zone: ZoneInfo


def post(
    session: Session, shop: Shop, chat: Chat, wish: Wish, reply: Reply, now: datetime, *, key: str, feature: str,
    policy: Policy | None = None, about: str = "",
) -> Decision:  # fmt: skip
    """Sends, merges or holds back, and says why. The same `key` again changes nothing and gives the first decision.

    `about`: a word or two that tell its buttons from those of another push in the same message.
    The chat must be locked. Where it cannot be reached, another chat of the same customer takes its place.
    """
    if known := contact.decided(session, key):
        return Decision(known.due_at, known.reason)
    forward = policy is None
    policy = policy or Policy.of(pushes.figures(session))
    judged = judge(session, shop, chat, wish, now, policy=policy)
    chat, decision = judged.chat, judged.decision
    if judged.outranked:
        withdraw(session, judged.outranked)
        contact.hold_back(session, judged.outranked, "outranked")
    verdict = HELD_BACK
    if decision.send_at:
        row = row_of(
            chat, reply, now, key=key, feature=feature, purpose=wish.purpose, priority=PUSH, due_at=decision.send_at,
            data={"push": True, **({"about": about} if about else {}), **rules.travelling(wish, judged.zone, policy)},
        )  # fmt: skip
        together = merged(session, chat, row, decision.send_at, judged.zone, forward=forward)
        verdict = MERGED if together else SENT
        if verdict == SENT:
            messages.post(session, [row])
    contact.write_down(
        session, key=key, chat_id=chat.id, customer_id=chat.customer_id, kind=wish.kind, purpose=wish.purpose,
        priority=wish.priority, verdict=verdict, reason=decision.reason, due_at=decision.send_at, at=now,
    )  # fmt: skip
    return decision


def judge(
    session: Session, shop: Shop, chat: Chat, wish: Wish, now: datetime, *, policy: Policy | None = None,
    planned: Sequence[Offer] = (),
) -> Judged:  # fmt: skip
    """What `post` would decide now; nothing is written. `planned`: offers that are to be thought of as posted already."""
    policy = policy or Policy.of(pushes.figures(session))
    chat = _reachable(session, chat)
    standing, posted = _standing(session, shop, chat, Person.of(chat), now)
    offers = [*posted, *planned]
    standing = _with(standing, offers)
    decision = rules.decide(wish, standing, policy, now)
    if decision.reason.startswith("cap_") and (outranked := _outranked(session, offers, wish, planned, now)):
        without = _with(standing, [offer for offer in offers if offer[2] not in outranked])
        if (second := rules.decide(wish, without, policy, now)).send_at:
            return Judged(chat, second, outranked, standing.zone)
    return Judged(chat, decision, [], standing.zone)


def stop(session: Session, chat: Chat, version: str, now: datetime) -> None:
    """No offer begins to leave after this commits, in any chat of this person, also in the middle of a campaign."""
    chat.stopped_at = chat.stopped_at or now
    contact.say(session, chat, MARKETING, given=False, version=version, now=now)
    take_back(session, chat, "no_consent")


def take_back(session: Session, chat: Chat, reason: str) -> None:
    """Offers to this person that have not begun to leave are not sent after all: what they were allowed by holds no more."""
    contact.hold_back(session, contact.cancel_marketing(session, Person.of(chat)), reason)


def switch_off(session: Session, chat: Chat, kind: str, now: datetime) -> None:
    """Nothing of this kind that was decided for later is said."""
    keys = contact.coming(session, Person.of(chat), kind, now)
    withdraw(session, keys)
    contact.hold_back(session, keys, "switched_off")


def agree(session: Session, chat: Chat, version: str, now: datetime) -> None:
    """A yes to offers, to the text of this version."""
    chat.stopped_at = None
    contact.say(session, chat, MARKETING, given=True, version=version, now=now)


def _reachable(session: Session, chat: Chat) -> Chat:
    """The chat that the person wants to be written to in, else this one, else any other that works."""
    if chat.customer_id is None:
        return chat
    theirs = {other.id: other for other in chats.of_customer(session, chat.customer_id) if other.reachable}
    wanted = contact.preferred(session, chat.customer_id)
    return theirs.get(wanted or 0) or theirs.get(chat.id) or next(iter(theirs.values()), chat)


def _standing(session: Session, shop: Shop, chat: Chat, person: Person, now: datetime) -> tuple[Standing, Sequence[Offer]]:
    said = contact.wishes_of(session, person)
    store = next((store for store in shop.stores if store.id == chat.store_id), shop.stores[0] if shop.stores else None)
    # What somebody wants holds wherever they have said it.
    here = sorted(said, key=lambda one: one.chat_id != chat.id)
    own = next((one.timezone for one in here if one.timezone), None)
    zone = ZoneInfo(own or (store.timezone if store else "UTC"))
    offers = contact.sent_to(session, person, MARKETING, now - 2 * rules.MONTH)
    agreed = contact.agreed(session, person)
    if chat.stopped_at is not None:
        agreed[MARKETING] = False
    outdated = (
        agreed.get(MARKETING) is False and chat.stopped_at is None and contact.last_yes(session, person, MARKETING) is not None
    )
    standing = Standing(
        zone, outdated=outdated, reachable=chat.reachable, agreed=agreed, off={kind for one in said for kind in one.off},
        paused_until=max((one.paused_until for one in said if one.paused_until), default=None),
        complaint_open=contact.has_open_complaint(session, person),
        born=contact.born(session, person),
        per_week=min((one.per_week for one in said if one.per_week is not None), default=None),
        per_month=min((one.per_month for one in said if one.per_month is not None), default=None),
    )  # fmt: skip
    return standing, offers


def _with(standing: Standing, offers: Sequence[Offer]) -> Standing:
    routine = [due for due, priority, _ in offers if priority >= rules.ROUTINE]
    return replace(standing, offers=[due for due, _, _ in offers], routine=routine)


def _outranked(session: Session, offers: Sequence[Offer], wish: Wish, planned: Sequence[Offer], now: datetime) -> list[str]:
    """Offers that matter less and have not begun to leave."""
    less = [key for _, priority, key in offers if priority > wish.priority]
    waiting = messages.queued_keys(session, less) | {key for due, _, key in planned if due > now}
    return [key for key in less if key in waiting]
