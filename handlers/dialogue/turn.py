"""A turn: one message being thought through, in one transaction. Features get it and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from handlers.dialogue.incoming import Incoming
from handlers.dialogue.memo import Memo
from handlers.dialogue.reply import Button
from handlers.dialogue.shop import Shop
from handlers.dialogue.shop import load as load_shop
from handlers.dialogue.texts import Texts, escape, money
from storage import vehicles
from storage.catalogue import CarModel, PriceOnFile, Service
from storage.chats import Chat
from storage.messages import Message
from storage.stores import Store

T = TypeVar("T")


@dataclass(slots=True)
class Turn:
    """Everything a feature may look at. `now` is aware UTC; `language` is that of the reply (`en`, `zh-Hans`, `zh-Hant`)."""

    session: Session
    chat: Chat
    incoming: Incoming
    now: datetime
    language: str
    texts: Texts
    memo: Memo
    feature: str = "dialogue"  # who speaks; the engine sets it
    patient: bool = False  # holds no lock, so that it may wait for what takes long to load
    before: list[Message] | None = None  # what `lately` has read of the chat, once a turn

    @property
    def words(self) -> str:
        """What the person typed."""
        return self.incoming.text

    def text(self, key: str, **values: Any) -> str:
        """The text of this key ("prices.quote") in the reply's language. Values are escaped; it never raises for a value."""
        return self.texts.render(key, self.language, values)

    def plain(self, text: str) -> str:
        """Words from outside (an entry's answer, a name) as reply text: shown literally."""
        return escape(text)

    def button(self, key: str, do: str, value: Any = None, **values: Any) -> Button:
        """A button whose label is the text of this key."""
        return Button(self.texts.label(key, self.language, values), do, value)

    def money(self, amount: int, currency: str) -> str:
        """An amount in minor units, written as the reply's language writes it."""
        return money(amount, currency, self.language)

    def memoised(self, load: Callable[[Session], T]) -> T:
        """What `load` makes of the shop's content, kept until the content changes."""
        return self.memo.get(self.session, load) if self.patient else self.memo.at_once(self.session, load)

    @property
    def shop(self) -> Shop:
        return self.memo.get(self.session, load_shop)

    @property
    def stores(self) -> list[Store]:
        return self.shop.stores

    @property
    def store(self) -> Store | None:
        """The store this chat is about: the one chosen, else the first; None in an empty shop."""
        chosen = next((store for store in self.stores if store.id == self.chat.store_id), None)
        return chosen or (self.stores[0] if self.stores else None)

    def today(self, store: Store) -> date:
        """The calendar day in the store."""
        return self.now.astimezone(ZoneInfo(store.timezone)).date()

    def prices(self, store: Store, service: Service) -> list[PriceOnFile]:
        """What the service costs in the store today, by model; the newest first. Empty when there is no price on file."""
        return self.shop.prices_on(self.today(store), store, service)

    def own_models(self) -> list[int]:
        """Models of the customer's cars, else of the car this chat told us about."""
        if self.chat.customer_id is not None:
            owned = vehicles.of_customer(self.session, self.chat.customer_id)
            if models := list(dict.fromkeys(v.model_id for v in owned if v.model_id is not None)):
                return models
        return [self.chat.model_id] if self.chat.model_id is not None else []

    def model(self, model_id: int) -> CarModel | None:
        return self.shop.models_by_id.get(model_id)
