"""The house as the console sees it: every feature's pages, things and panels, gathered once."""

from collections.abc import Callable, Collection, Sequence

from handlers.desk.page import Page, Panel, Thing
from handlers.desk.tokens import Tokens
from handlers.dialogue.feature import Feature
from handlers.dialogue.memo import Memo
from handlers.dialogue.texts import Texts


class House:
    """`key` is the installation's secret for tokens. `second_step`: the roles that must not log in with a password alone.
    `telegram`: gives the bot's name there, "" while it is not known.

    Raises ValueError for two pages or two things of one name.
    """

    def __init__(
        self, features: Sequence[Feature], texts: Texts, memo: Memo, key: bytes, second_step: Collection[str] = ()
    ) -> None:  # fmt: skip
        self.texts, self.memo, self.second_step = texts, memo, second_step
        self.tokens = Tokens(key)
        self.telegram: Callable[[], str] = lambda: ""
        self.pages: list[Page] = [page for feature in features for page in feature.pages]
        self.panels: list[Panel] = [panel for feature in features for panel in feature.panels]
        self.things: dict[str, Thing] = {}
        for thing in (thing for feature in features for thing in feature.things):
            if thing.name in self.things:
                raise ValueError(f"two features declare the thing {thing.name!r}")
            self.things[thing.name] = thing
        paths = [page.path for page in self.pages]
        if twice := {path for path in paths if paths.count(path) > 1}:
            raise ValueError(f"two pages have the address {', '.join(sorted(twice))}")
