"""A voice: texts, buttons and money in one language, where nobody has just spoken: pushes, files, pages."""

from dataclasses import dataclass
from typing import Any

from handlers.dialogue.reply import Button
from handlers.dialogue.shop import Shop
from handlers.dialogue.texts import Texts, money


@dataclass(frozen=True, slots=True)
class Voice:
    """What a `Turn` has of it, without the turn. Texts are escaped as they are there."""

    language: str
    texts: Texts
    shop: Shop

    def text(self, key: str, **values: Any) -> str:
        return self.texts.render(key, self.language, values)

    def button(self, key: str, do: str, value: Any = None, **values: Any) -> Button:
        return Button(self.texts.label(key, self.language, values), do, value)

    def money(self, amount: int, currency: str) -> str:
        return money(amount, currency, self.language)
