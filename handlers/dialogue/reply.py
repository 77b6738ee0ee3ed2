"""What the bot answers: text with a little formatting, and buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)  # not frozen: a menu is ten of them, and to fill a frozen one costs three times as much
class Button:
    """A button. `do` names an action of a feature ("faq.show") or of the engine ("answer", "menu", "back", "cancel", …);
    `value` goes with it. The label is shown as it is."""

    label: str
    do: str
    value: Any = None


@dataclass(frozen=True, slots=True)
class Document:
    """A small text file, such as a calendar entry. `path`: where this server gives it to a browser, with a token in it."""

    name: str
    mime: str
    content: str
    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """One message. `text` is made by `turn.text` (or `turn.plain`): escaped, with `<b>`, `<i>` and `<a>` for formatting.

    `buttons`: rows of buttons, or a flat list that stands one below the other. `share`: label of a button that shares the
    phone number, where the channel has one. `picture`: id of a stored photo. `document`: a file that goes with it. `passing`: a
    menu or a question that nobody needs to read again, so that what a button on it brings may take its place. `silent`: it was
    answered with the message before, as the second photo of an album is, and nothing is said. `leaves`: a form that was open is
    left, not asked again. `alone`: a form that is open stays open and is not asked again either; its buttons go on working.
    `unsure`: the words were not understood, or only guessed at; the third time in a row a person is called.
    """

    text: str
    buttons: Sequence[Button | Sequence[Button]] = ()
    share: str = ""
    picture: str = ""
    passing: bool = False
    document: Document | None = None
    silent: bool = False
    leaves: bool = False
    alone: bool = False
    unsure: bool = False

    def rows(self) -> list[list[Button]]:
        return [[row] if isinstance(row, Button) else list(row) for row in self.buttons]
