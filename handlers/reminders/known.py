"""Whether what a rule names by its code exists: it would never say anything, or leave out a line, and nobody would know why."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from handlers.reminders import gifts
from handlers.reminders.rules import Rule
from handlers.reminders.triggers import After, Entered, Interval
from handlers.reminders.wrong import Wrong
from handlers.segments.shipped import SHIPPED
from storage import catalogue, coupons, segments, stores

MOST_NAMED = 30


def check(session: Session, rule: Rule, others: Iterable[Rule]) -> None:
    """Raises ValueError about the first code that is neither in the shop nor in one of the other rules.

    Rules ship with codes of services and offers that not every shop has.
    """
    # A shop without any segment gets those of the trade in its first night.
    groups = {segment.code for segment in segments.all_segments(session)} or {code for code, *_ in SHIPPED}
    there = {
        "stores": {store.code for store in stores.listed(session)},
        "services": {service.code for service in catalogue.services(session)},
        "models": {model.code for model in catalogue.models(session)},
        "segments": groups,
        "gift": {offer.code for offer in coupons.offers(session)},
    }
    wanted = _codes(rule)
    elsewhere = [_codes(other) for other in others]
    for field, known in there.items():
        excused = set().union(*(other[field] for other in elsewhere)) if field in ("services", "gift") else set()
        if missing := sorted(wanted[field] - known - excused):
            shown = ", ".join(sorted(known)[:MOST_NAMED]) + (" …" if len(known) > MOST_NAMED else "")
            raise Wrong("no_code", where=f"rule {rule.code}", field=field, name=missing[0][:60], known=shown or "–")


def _codes(rule: Rule) -> Mapping[str, set[str]]:
    trigger, audience = rule.trigger, rule.audience
    done = trigger.since if isinstance(trigger, Interval) else trigger.services if isinstance(trigger, After) else ()
    return {
        "stores": {*audience.stores, *audience.not_stores},
        "services": {*rule.services, *audience.had, *done},
        "models": {*audience.models},
        "segments": {*audience.segments, *([trigger.segment] if isinstance(trigger, Entered) else [])},
        "gift": {*gifts.codes(rule.gift)},
    }
