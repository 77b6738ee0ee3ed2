"""Welcome: the first words, the menu, help, and the choice of language and store."""

from handlers.dialogue import Feature
from handlers.welcome import flow

FEATURE = Feature(
    "welcome",
    words={"start": flow.start, "menu": flow.menu, "help": flow.help_, "language": flow.language},
    actions={"speak": flow.speak, "stores": lambda turn, _: flow.stores(turn), "store": flow.choose_store},
    trigger=flow.named_language,
)
