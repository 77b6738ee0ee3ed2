"""The desk: one member of staff looking at one page, or changing something on it. Pages get it and nothing else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_timedelta
from markupsafe import Markup
from sqlalchemy.orm import Session

from handlers.desk.house import House
from handlers.desk.page import Missing, Photo
from handlers.dialogue.form import Refusal, Unclear
from handlers.dialogue.shop import Shop
from handlers.dialogue.shop import load as load_shop
from handlers.dialogue.texts import locale, money
from storage import audit, people
from storage.customers import Customer
from storage.staff import Staff
from storage.stores import Store

T = TypeVar("T")
ROOT = "/console"
# A path of ours and nothing that a browser might take for another site.
_OURS = re.compile(rf"{ROOT}(?:/[A-Za-z0-9_-]+)*/?(?:\?[A-Za-z0-9_.~=&%+:-]*)?", re.ASCII)


def is_ours(path: str) -> bool:
    """Whether it is the address of a console page, so that following it leads nowhere else."""
    return bool(_OURS.fullmatch(path))


@dataclass
class Desk:
    """`now` is aware UTC. `where`: the parts of the address; `things`: those that name an object, loaded and allowed.

    `query` and `form` hold all values of a name. `digest`: SHA-256 of the session. `refused`: why the post failed, if it did.
    `site`: where the browser sees us, "https://chat.example".
    """

    session: Session
    staff: Staff
    now: datetime
    house: House
    where: Mapping[str, str] = field(default_factory=dict)
    things: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = field(default_factory=dict)
    form: Mapping[str, Sequence[str]] = field(default_factory=dict)
    photos: Sequence[Photo] = ()
    digest: str = ""
    refused: Refusal | Unclear | None = None
    site: str = ""
    _read: dict[Callable[[Session], Any], Any] = field(default_factory=dict)
    _seen: dict[int, bool] = field(default_factory=dict)

    # -- words ---------------------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        return self.staff.language

    def text(self, key: str, **values: Any) -> Markup:
        """The text of this key in the language of the staff member, ready for a template."""
        return Markup(self.house.texts.render(key, self.language, values))  # noqa: S704 - texts escape their values

    def plain(self, key: str, **values: Any) -> str:
        """The same without formatting; for `Go` and for Refusals."""
        return self.house.texts.label(key, self.language, values)

    def named(self, names: Mapping[str, str]) -> str:
        """The one of a thing's names that suits the language."""
        return names.get(self.language) or next(iter(names.values()), "")

    def money(self, amount: int, currency: str) -> str:
        return money(amount, currency, self.language)

    def day(self, value: date) -> str:
        """Weekday, day and month; with the year if it is another one."""
        pattern = "EEE d MMM" if self.language == "en" else "M月d日 EEE"
        if value.year != self.now.year:
            pattern = "EEE d MMM y" if self.language == "en" else "y年M月d日 EEE"
        return format_date(value, pattern, locale=locale(self.language))

    def clock(self, moment: datetime, store: Store | None = None) -> str:
        return f"{self.local(moment, store):%H:%M}"

    def local(self, moment: datetime, store: Store | None = None) -> datetime:
        """In the time of the store, without one in that of the member of staff."""
        at = store or self.store
        return moment.astimezone(ZoneInfo(at.timezone)) if at else moment

    def ago(self, moment: datetime) -> str:
        """How long since then: "5 minutes", "5 分钟"."""
        passed = max(self.now - moment, timedelta(seconds=1))
        return format_timedelta(passed, granularity="minute", threshold=1.5, locale=locale(self.language))

    # -- what several parts of a page ask for ----------------------------------------------------------------------------

    def once(self, load: Callable[[Session], T]) -> T:
        """What `load` reads, once for this page. For what is shown: a change behind its back would not be seen."""
        if load not in self._read:
            self._read[load] = load(self.session)
        found: T = self._read[load]
        return found

    def sees(self, customer: Customer) -> bool:
        """Whether this customer is in front of the wall."""
        if self.wall is None:
            return True
        if customer.id not in self._seen:
            self._seen[customer.id] = people.may_see(self.session, customer, self.wall)
        return self._seen[customer.id]

    # -- input ---------------------------------------------------------------------------------------------------------

    def asked(self, name: str, limit: int = 200) -> str:
        """A value of the address's query, trimmed; empty if there is none."""
        return next(iter(self.query.get(name, ())), "").strip()[:limit]

    def field(self, name: str, limit: int = 4000) -> str:
        """A field of the form, trimmed; empty if there is none."""
        return next(iter(self.form.get(name, ())), "").strip()[:limit]

    def ticked(self, name: str) -> bool:
        return bool(self.field(name))

    # -- the shop ------------------------------------------------------------------------------------------------------

    @cached_property
    def shop(self) -> Shop:
        return self.house.memo.get(self.session, load_shop)

    @cached_property
    def stores(self) -> list[Store]:
        """The stores that this member of staff may see, in the order in which customers see them."""
        mine = self.staff.store_id
        return [store for store in self.shop.stores if mine is None or store.id == mine]

    @property
    def wall(self) -> frozenset[int] | None:
        """The ids of the stores they may see; None: no wall."""
        return None if self.staff.store_id is None else frozenset({self.staff.store_id})

    @property
    def store(self) -> Store | None:
        """The store being looked at: `store=code` of the address if it is theirs, else their first."""
        wish = self.asked("store") or self.field("store")
        if wish and (found := next((store for store in self.stores if store.code == wish), None)) is None:
            raise Missing
        return found if wish else next(iter(self.stores), None)

    def store_of(self, store_id: int | None) -> Store | None:
        """Any store, for its name: also one behind the wall."""
        return next((store for store in self.shop.stores if store.id == store_id), None)

    # -- addresses -----------------------------------------------------------------------------------------------------

    def token(self, thing: str, number: int) -> str:
        return self.house.tokens.write(thing, number)

    def find(self, thing: str, token: str) -> Any:
        """The object of a token from a form. Raises Missing if there is none, or none that they may see."""
        kind = self.house.things[thing]
        number = self.house.tokens.read(thing, token)
        found = kind.load(self.session, number) if number is not None else None
        if found is None or (self.wall is not None and not kind.seen_from(self.session, found, self.wall)):
            raise Missing
        return found

    def url(self, path: str, **things: Any) -> str:
        """The address of a page: `desk.url("/customers/{customer}", customer=12)`; ids become tokens, words stay words."""
        for name, value in things.items():
            path = path.replace(f"{{{name}}}", self.token(name, value) if isinstance(value, int) else str(value))
        return ROOT + path

    def back(self, otherwise: str) -> str:
        """The page where the form stood, else the page with this path."""
        wish = self.field("back", 2000)
        return wish if is_ours(wish) else self.url(otherwise)

    # -- the rest ------------------------------------------------------------------------------------------------------

    def may(self, roles: Any) -> bool:
        return self.staff.role in roles

    def panels(self, customer: Customer) -> list[tuple[str, Mapping[str, Any]]]:
        """What the features add to this customer's card: template and data."""
        shown = [(panel.template, panel.show(self, customer)) for panel in self.house.panels]
        return [(template, data) for template, data in shown if data is not None]

    def audit(self, action: str, about: str = "", **details: Any) -> None:
        """Writes down what was done; `about` such as "customer:12". Codes and numbers only, no personal data."""
        audit.write(self.session, action, staff_id=self.staff.id, now=self.now, about=about, **details)
