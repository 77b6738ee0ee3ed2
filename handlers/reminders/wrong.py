"""What cannot be a rule: a sentence that staff read in their language, and the command line in English."""

from functools import cache
from typing import Any

from handlers.dialogue.texts import Texts


class Wrong(ValueError):  # noqa: N818 - it is a thing said to a person
    """`key`: of the sentence, `values`: what it names. Names of fields and codes are as in the file, in every language."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key, self.values = f"reminders.wrong.{key}", values

    def __str__(self) -> str:
        return _texts().label(self.key, "en", self.values)


@cache
def _texts() -> Texts:
    return Texts(["reminders"])
