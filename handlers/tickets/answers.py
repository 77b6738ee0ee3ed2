"""Saved answers: those that Bayline ships and those of the shop, filled in for one customer; wherever staff answer from."""

import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.tickets import actions, gifts
from handlers.tickets.work import Work, store_of
from storage import answers, chats, vehicles
from storage.answers import AFTERWARDS, CLOSES, WAITS
from storage.catalogue import CarModel
from storage.chats import Chat
from storage.customers import Customer
from storage.tickets import Ticket
from storage.vehicles import Vehicle

VARIABLES = ("customer", "car", "advisor", "store", "case")
_PLACE = re.compile(r"\{([^{}]*)\}")
_CODE = re.compile(r"[a-z0-9_]{1,40}")
LONGEST, LONGEST_NAME, LONGEST_TAG = 3000, 60, 40


@dataclass(frozen=True, slots=True)
class Answer:
    """`afterwards`: "" | waits | closes. `offer`: code of what the customer is given with it, "" for nothing.

    `shipped`: it is one of Bayline's, as it came.
    """

    code: str
    names: Mapping[str, str]
    texts: Mapping[str, str]
    afterwards: str = ""
    tag: str = ""
    offer: str = ""
    shipped: bool = False

    @property
    def digest(self) -> str:
        """Another one when sending it would say or do something else."""
        return hashlib.sha256(repr((sorted(self.texts.items()), self.afterwards, self.tag, self.offer)).encode()).hexdigest()[:16]

    @property
    def is_macro(self) -> bool:
        """Sending it does more than sending it."""
        return bool(self.afterwards or self.tag or self.offer)


@cache
def shipped() -> Mapping[str, Answer]:
    read = tomllib.loads((resources.files(__package__) / "answers.toml").read_text("utf-8"))
    return {
        code: Answer(code, one["names"], one["texts"], one.get("afterwards", ""), one.get("tag", ""), shipped=True)
        for code, one in read.items()
    }


def offered(session: Session) -> list[Answer]:
    """What this shop offers its staff, by code; its own word wins over what was shipped."""
    found = dict(shipped())
    for row in answers.all_answers(session):
        found.pop(row.code, None)
        if not row.hidden:
            found[row.code] = Answer(row.code, row.names, row.texts, row.afterwards, row.tag, row.offer)
    return [found[code] for code in sorted(found)]


def find(session: Session, code: str) -> Answer | None:
    return next((one for one in offered(session) if one.code == code), None)


def check(answer: Answer) -> None:
    """Raises Refusal for one that could not be sent to everybody, or that asks for something that nobody fills in."""
    if not _CODE.fullmatch(answer.code) or answer.afterwards not in AFTERWARDS or len(answer.tag) > LONGEST_TAG:
        raise Refusal("tickets.answers.bad_code")
    for language in LANGUAGES:
        text, name = answer.texts.get(language, ""), answer.names.get(language, "")
        if not text.strip() or not name.strip() or len(text) > LONGEST or len(name) > LONGEST_NAME:
            raise Refusal("tickets.answers.all_languages")
        for place in _PLACE.findall(text):
            if place not in VARIABLES:
                raise Refusal("tickets.answers.unknown_place", place=place, places=", ".join(f"{{{one}}}" for one in VARIABLES))


def filled(
    work: Work, chat: Chat, ticket: Ticket, *those: Answer, cars: Sequence[Vehicle] | None = None
) -> list[str]:  # fmt: skip
    """Each in the customer's language, with their own things in it. `cars`: theirs, if they have been read."""
    language = chat.language or "en"
    values = _values(work, chat, ticket, language, cars)
    texts = [answer.texts.get(language) or answer.texts["en"] for answer in those]
    return [_PLACE.sub(lambda found: values.get(found[1], found[0]), text) for text in texts]


def give(work: Work, ticket: Ticket, answer: Answer) -> None:
    """Sends it with all that goes with it: the customer's turn, a gift, a word on the ticket, its end."""
    chat = chats.get(work.session, ticket.chat_id)
    assert chat is not None, "a ticket has a chat"
    [text] = filled(work, chat, ticket, answer)
    actions.reply(work, ticket, text, waits=answer.afterwards == WAITS)
    if answer.offer:
        # What the words promise is given with them, or nothing is sent.
        gifts.give(work, ticket, answer.offer, ask=False)
    if answer.tag:
        actions.tag(work, ticket, answer.tag)
    if answer.afterwards == CLOSES:
        actions.close(work, ticket)


def _values(work: Work, chat: Chat, ticket: Ticket, language: str, cars: Sequence[Vehicle] | None) -> dict[str, str]:
    known = work.session.get(Customer, ticket.customer_id) if ticket.customer_id else None
    store = store_of(work.session, ticket)
    return {
        "customer": (known.name if known else "") or chat.name or work.texts.label("tickets.answers.customer", language, {}),
        "car": car_of(work, ticket, language, cars),
        "advisor": work.by.who,
        "store": (store.names.get(language) or next(iter(store.names.values()), "")) if store else "",
        "case": ticket.token,
    }


def car_of(work: Work, ticket: Ticket, language: str, cars: Sequence[Vehicle] | None = None) -> str:
    """What the customer's car is called, or "your car"."""
    return _car(work.session, ticket, language, cars) or work.texts.label("tickets.answers.car", language, {})


def _car(session: Session, ticket: Ticket, language: str, known: Sequence[Vehicle] | None) -> str:
    """The car's plate, or its name, if the customer has one car only: of several nobody knows which is meant."""
    theirs = known
    if theirs is None:
        theirs = vehicles.of_customer(session, ticket.customer_id) if ticket.customer_id else []
    if len(theirs) != 1:
        return ""
    car = theirs[0]
    model = session.get(CarModel, car.model_id) if car.model_id is not None else None
    return (model.names.get(language) or next(iter(model.names.values()), "") if model else "") or car.name or car.plate or ""
