"""Where to? Pages, queues, tickets and customers by a few letters, for hands that stay on the keyboard."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from handlers.customers import rules as customers
from handlers.desk import Desk
from handlers.desk.desk import ROOT
from handlers.inbox import queues
from storage import people
from storage import queues as stored

MOST, LONGEST = 6, 60
# Pages that stand in no menu, and what they are called.
_MORE = {"/lessons": "lessons.menu", "/answers": "inbox.answers.menu", "/shifts": "inbox.shifts.menu", "/account": "desk.account"}


@dataclass(frozen=True, slots=True)
class Place:
    """`kind`: page | queue | ticket | customer. `more`: what tells it from others of the same name."""

    kind: str
    name: str
    url: str
    more: str = ""


def show(desk: Desk) -> Mapping[str, Any]:
    """Without words all pages and queues; with some, what they may mean, six of a kind at the most."""
    words = desk.asked("find", LONGEST)
    fixed = [place for place in _fixed(desk) if words.casefold() in place.name.casefold()]
    return {"words": words, "places": [*fixed[: MOST if words else None], *_tickets(desk, words), *_customers(desk, words)]}


def _fixed(desk: Desk) -> Iterator[Place]:
    for page in desk.house.pages:
        if (name := page.menu or _MORE.get(page.path)) and page.get and desk.may(page.roles):
            yield Place("page", desk.plain(name), ROOT + page.path)
    for queue in stored.QUEUES:
        yield Place("queue", desk.plain(f"inbox.queue.{queue}"), f"{ROOT}/tickets?queue={queue}")


def _tickets(desk: Desk, words: str) -> list[Place]:
    wanted = customers.wanted(words)
    if wanted is None:
        return []
    wish = replace(queues.wish_of(desk), queue=stored.ALL, tier="", tag="", deep=False)
    return [
        Place(
            "ticket",
            row.name or desk.plain("inbox.visitor"),
            desk.url("/tickets/{ticket}", ticket=row.id),
            f"{row.token} · {row.clip}",
        )
        for row in stored.rows(desk.session, wish, MOST)
    ]


def _customers(desk: Desk, words: str) -> list[Place]:
    wanted = customers.wanted(words)
    if wanted is None:
        return []
    found = people.search(
        desk.session, words=wanted.words, digits=wanted.digits, plate=wanted.plate, stores=desk.wall, limit=MOST
    )
    return [
        Place("customer", one.name, desk.url("/customers/{customer}", customer=one.id), customers.mask_phone(one.phone))
        for one in found
    ]
