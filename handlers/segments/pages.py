"""Console pages on segments: all of them with their size, one that is built by choosing, and a customer's tags."""

from collections.abc import Callable, Mapping
from typing import Any

from handlers.desk import EVERYBODY, MANAGERS, Desk, Go, Page, Panel, Thing
from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.segments import actions, desk_form, rules
from storage import facts, segments
from storage.customers import Customer
from storage.segments import FACTS, Segment


def listed(desk: Desk) -> Mapping[str, Any]:
    found = [one for one in segments.all_segments(desk.session, active=False) if _here(desk, one)]
    today = actions.today_of(desk.session, desk.now)
    if desk.wall is None:
        sizes = segments.sizes(desk.session)
    else:
        sizes = {one.id: segments.count(desk.session, one.rule, today, desk.wall)[0] for one in found if one.active}
    families: dict[str, list[Segment]] = {}
    for one in found:
        families.setdefault(one.family, []).append(one)
    return {"families": families, "sizes": sizes}


def blank(desk: Desk) -> Mapping[str, Any]:
    return _form(desk, None, {})


def _in_words(work: Callable[[Desk], Mapping[str, Any] | Go]) -> Callable[[Desk], Mapping[str, Any] | Go]:
    """What is wrong is said in the words of the page."""

    def said(desk: Desk) -> Mapping[str, Any] | Go:
        try:
            return work(desk)
        except Refusal as no:
            label = f"segments.fact.{no.values.get('fact')}"
            if label not in desk.house.texts.keys(desk.language):
                raise
            raise Refusal(no.key, **{**no.values, "fact": desk.plain(label)}) from None

    return said


@_in_words
def create(desk: Desk) -> Mapping[str, Any] | Go:
    rule = desk_form.rule(desk)
    if desk.field("do") == "count":
        return _counted(desk, None, rule)
    mine = next(iter(desk.stores)).id if desk.wall is not None and desk.stores else None
    code = desk.field("code", 40).lower()
    segment = actions.save(desk.session, desk.shop, code=code, names=_names(desk), rule=rule, now=desk.now, store_id=mine)
    desk.audit("segment.create", f"segment:{segment.id}")
    return Go(desk.url("/segments"), desk.plain("segments.desk.saved"))


def one(desk: Desk) -> Mapping[str, Any]:
    segment: Segment = desk.things["segment"]
    return _counted(desk, segment, segment.rule, fields=desk_form.filled(desk, segment.rule))


@_in_words
def change(desk: Desk) -> Mapping[str, Any] | Go:
    segment: Segment = desk.things["segment"]
    rule = desk_form.rule(desk)
    if desk.field("do") == "count":
        return _counted(desk, segment, rule)
    if not _mine(desk, segment):
        raise Refusal("segments.wrong.not_yours")
    if desk.field("do") == "switch":
        actions.switch(desk.session, segment, not segment.active, desk.now)
    else:
        actions.save(desk.session, desk.shop, code=segment.code, names=_names(desk), rule=rule, now=desk.now, segment=segment)
    desk.audit("segment.change", f"segment:{segment.id}")
    return Go(desk.url("/segments"), desk.plain("segments.desk.saved"))


def on_card(desk: Desk, customer: Customer) -> Mapping[str, Any]:
    found = [(one, at) for one, at in segments.of_customer(desk.session, customer.id) if _here(desk, one)]
    return {
        "customer": customer,
        "segments": [(desk.named(one.names), at) for one, at in found],
        "tags": facts.tags_of(desk.session, customer.id),
        "groups": (("attitude", rules.ATTITUDES), ("persona", rules.PERSONAS)),
    }


def tag(desk: Desk) -> Go:
    customer: Customer = desk.things["customer"]
    wanted = [name for name in desk.form.get("tag", ()) if name in rules.TAGS]
    facts.set_tags(desk.session, customer.id, wanted, desk.staff.id, desk.now)
    desk.audit("customer.tags", f"customer:{customer.id}", tags=sorted(wanted))
    return Go(desk.url("/customers/{customer}", customer=customer.id), desk.plain("segments.desk.tagged"))


def _form(desk: Desk, segment: Segment | None, values: Mapping[str, Any]) -> dict[str, Any]:
    posted = {
        name: set(given) if name.split(".")[-1] in desk_form.labels(desk) else given[0]
        for name, given in desk.form.items()
        if given
    }
    return {
        "segment": segment,
        "facts": FACTS,
        "labels": desk_form.labels(desk),
        "groups": range(desk_form.GROUPS),
        "value": lambda name: (posted if desk.form else values).get(name, ""),
        "languages": LANGUAGES,
        "mine": segment is None or _mine(desk, segment),
        "counted": None,
    }


def _counted(
    desk: Desk, segment: Segment | None, rule: Mapping[str, Any], fields: Mapping[str, Any] | None = None
) -> Mapping[str, Any]:
    rules.check(rule, actions.options(desk.shop))
    today = actions.today_of(desk.session, desk.now)
    number, open_ = segments.count(desk.session, rule, today, desk.wall)
    everybody = segments.everybody(desk.session, desk.wall)
    return {**_form(desk, segment, fields or {}), "counted": {"n": number, "open": open_, "all": everybody}}


def _names(desk: Desk) -> dict[str, str]:
    return {language: desk.field(f"name_{language}", 120) for language in LANGUAGES}


def _here(desk: Desk, segment: Segment) -> bool:
    return desk.wall is None or segment.store_id is None or segment.store_id in desk.wall


def _mine(desk: Desk, segment: Segment) -> bool:
    """Behind a store's wall only the store's own can be changed."""
    return desk.wall is None or segment.store_id in desk.wall


SEGMENT = Thing(
    "segment",
    lambda session, number: session.get(Segment, number),
    lambda _session, found, mine: found.store_id is None or found.store_id in mine,
)
PANEL = Panel("segments/on_card.html", on_card)
PAGES = [
    Page(path="/segments", roles=MANAGERS, get=listed, template="segments/segments.html", menu="segments.desk.menu"),
    Page(path="/segments/new", roles=MANAGERS, get=blank, post=create, template="segments/segment.html"),
    Page(path="/segments/{segment}", roles=MANAGERS, get=one, post=change, template="segments/segment.html"),
    Page(path="/customers/{customer}/tags", roles=EVERYBODY, post=tag),
]
