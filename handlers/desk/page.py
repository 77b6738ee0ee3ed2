"""What a feature shows to staff: pages, the things their addresses name, and panels beside a customer."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from storage.customers import Customer
from storage.staff import ADMINISTRATOR, MANAGER, REGION, ROLES

if TYPE_CHECKING:
    from handlers.desk.desk import Desk

EVERYBODY = frozenset(ROLES)
MANAGERS = frozenset({MANAGER, REGION, ADMINISTRATOR})
ADMINISTRATORS = frozenset({ADMINISTRATOR})


class Missing(Exception):  # noqa: N818 - it is an answer, not an error
    """There is no such page for this person; whether there is one for somebody else is not said."""


@dataclass(frozen=True, slots=True)
class Go:
    """After a change: on to another page. `path` as in `Page.path`, made by `desk.url`; `said` is shown there once, as text,
    and with `refused` as the reason why something was not done.
    """

    path: str
    said: str = ""
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A page that is a picture, or with a `name` a file to keep."""

    mime: str
    content: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture that came with a form, made anew. `sha256` (hex) is that of `content`; width and height in pixels.

    With a `name` it is a document or a sound.
    """

    mime: str
    width: int
    height: int
    content: bytes
    sha256: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the console below `/console`, for the roles that are named and nobody else.

    `path`: "/customers/{customer}"; a part in braces that is the name of a `Thing` comes to the functions loaded and checked
    against the store wall (`desk.things["customer"]`), any other as it was written (`desk.where["photo"]`).
    `get` gives the template's data, or a picture; it must change nothing, and what it writes is rolled back.
    `post` changes something and goes on to a page, or gives data to show at once. It may raise Refusal: then nothing is
    changed, and the reason is shown on the page where the form stood.
    `template`: "booking/day.html" is `templates/day.html` of the feature. `menu`: text key of its place in the navigation.
    `photos`: so many pictures may come with its form; they are in `desk.photos`.
    """

    path: str
    roles: Collection[str]
    get: "Callable[[Desk], Mapping[str, Any] | Picture] | None" = None
    post: "Callable[[Desk], Mapping[str, Any] | Go] | None" = None
    template: str = ""
    menu: str = ""
    photos: int = 0


@dataclass(frozen=True, slots=True)
class Thing:
    """What an address may name. In it stands a token that nobody can guess, never the number.

    `load` gives the object of an id or None; `seen_from` says whether staff of these stores may see it.
    """

    name: str
    load: Callable[[Session, int], Any]
    seen_from: Callable[[Session, Any, Collection[int]], bool]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the customer's card that a feature adds. `show` gives the template's data (as `panel`), or None for no panel."""

    template: str
    show: "Callable[[Desk, Customer], Mapping[str, Any] | None]"
