"""A capability as the engine sees it: its forms, what its buttons do, and the words that start it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from handlers.desk.page import Page, Panel, Thing
    from handlers.dialogue.form import Form, Start
    from handlers.dialogue.push import Push
    from handlers.dialogue.reply import Document, Reply
    from handlers.dialogue.shop import Shop
    from handlers.dialogue.texts import Texts
    from handlers.dialogue.turn import Turn


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work that falls due. `find` gives the ids of what may be due; `do` takes one in a transaction of its own, looks again
    under its lock, and does what is still to be done: twice, or by two workers at once, it has one effect."""

    find: "Callable[[Session, datetime], Sequence[int]]"
    do: "Callable[[Session, int, Texts, datetime], None]"


@dataclass(frozen=True, slots=True)
class Letters:
    """As a `Sweep`, for work that writes to people: `write` gets a push in a transaction of its own."""

    find: "Callable[[Session, datetime], Sequence[int]]"
    write: "Callable[[Push, int], None]"


@dataclass(frozen=True)
class Feature:
    """A folder of `handlers/`; `name` is the folder's name and the first part of its text keys, forms and actions.

    `actions`: what a button "name.action" does, called with the button's value.
    `words`: universal words it answers in every state: menu, help, start, language, person, stop; cancel: where no form is open.
    `commands`: slash commands beyond the universal ones, without the slash, e.g. {"prices": …}.
    `always`: those of its commands that are answered even while a person holds the chat.
    `urgent`: looks at free words in every state, before a form that is open may read them: what cannot wait. Nearly always None.
    `trigger`: looks at free words and answers or starts a form when they are clearly its own, else None.
    `fallback`: answers free words that nobody triggered on; the first feature with an answer wins.
    `aside`: answers a question that was asked in the middle of a form, only when it is sure.
    `perhaps`: what to say, and to offer, of a question there that nobody is sure about.
    `beside`: what it has heard in words that an open form has taken for an answer; said above the next question.
    `besides`: what it has to ask, rarely, below the answer of a feature (its name) that leaves nothing open.
    `keeps`: loaders whose values the feature takes from `turn.memoised`, made ready at the start.
    `receives`: what to do with a kind of update that no slot wanted: photo, contact.
    `pages`, `things`, `panels`: what staff see of it in the console; see `handlers.desk`.
    `pushes`: look who is due and post to them, every half a minute, in any worker; doing it twice must change nothing.
    `files`: what a browser may fetch by an unguessable token, by its name ("visit.ics").
    `held`: hears what is said while a person holds the chat and the bot is silent.
    `loud`: whether words are so grave that they are heard even from a chat that staff have muted.
    `sweeps`: what has to be done when time goes by; see `Sweep`. `letters`: what is written to many people; see `Letters`.
    """

    name: str
    forms: "Sequence[Form]" = ()
    actions: "Mapping[str, Callable[[Turn, Any], Reply | Start]]" = field(default_factory=dict)
    words: "Mapping[str, Callable[[Turn], Reply | Start]]" = field(default_factory=dict)
    commands: "Mapping[str, Callable[[Turn], Reply | Start]]" = field(default_factory=dict)
    always: "Collection[str]" = ()
    urgent: "Callable[[Turn], Reply | None] | None" = None
    trigger: "Callable[[Turn], Reply | Start | None] | None" = None
    fallback: "Callable[[Turn], Reply | Start | None] | None" = None
    aside: "Callable[[Turn], Reply | None] | None" = None
    perhaps: "Callable[[Turn], Reply | None] | None" = None
    beside: "Callable[[Turn], Reply | None] | None" = None
    besides: "Callable[[Turn, str], Reply | None] | None" = None
    keeps: "Sequence[Callable[[Session], Any]]" = ()
    receives: "Mapping[str, Callable[[Turn], Reply | Start]]" = field(default_factory=dict)
    pages: "Sequence[Page]" = ()
    things: "Sequence[Thing]" = ()
    panels: "Sequence[Panel]" = ()
    pushes: "Sequence[Callable[[Push], None]]" = ()
    files: "Mapping[str, Callable[[Session, Shop, Texts, str, datetime], Document | None]]" = field(default_factory=dict)
    held: "Callable[[Turn], None] | None" = None
    loud: "Callable[[Turn], bool] | None" = None
    sweeps: "Sequence[Sweep]" = ()
    letters: "Sequence[Letters]" = ()
