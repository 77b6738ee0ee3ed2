"""What the first words, the menu and the choices of language and store say."""

from functools import cache

from handlers.booking import flow as booking
from handlers.dialogue import Button, Reply, Start, Turn
from handlers.dialogue.folding import fold
from handlers.dialogue.texts import LANGUAGES
from handlers.faq.flow import show
from handlers.recall import links
from handlers.rewards import flow as rewards

LABELS = {"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}


def start(turn: Turn) -> Reply | Start:
    """The greeting; a deep link may name a store ("store-east"), a question ("faq-opening_hours"), a visit ("b_oil_change") or
    a campaign ("s_K7QM3XWP-poster")."""
    if turn.incoming.payload.startswith("b_"):
        return booking.linked(turn, turn.incoming.payload[2:])
    if turn.incoming.payload.startswith(links.MARK):
        return links.opened(turn, turn.incoming.payload.removeprefix(links.MARK))
    kind, _, name = turn.incoming.payload.partition("-")
    if kind == "store" and (store := next((s for s in turn.stores if s.code == name), None)):
        turn.chat.store_id = store.id
    if kind == "faq" and (answer := show(turn, name)):
        return answer
    store = turn.store
    name = store.names[turn.language] if store else ""
    return Reply(turn.text("welcome.hello", store=name), _choices(turn), passing=True)


def menu(turn: Turn) -> Reply:
    return Reply(turn.text("welcome.menu"), _choices(turn), passing=True)


def help_(turn: Turn) -> Reply:
    return Reply(turn.text("welcome.help"), _choices(turn))


def _choices(turn: Turn) -> list[list[Button]]:
    rows = [
        [turn.button("welcome.button.prices", "prices.ask"), turn.button("welcome.button.hours", "faq.show", "opening_hours")],
        [turn.button("welcome.button.book", "booking.book"), turn.button("booking.button.mine", "booking.mine")],
        [turn.button("vehicles.button.mine", "vehicles.mine"), turn.button("welcome.button.settings", "contact.kind")],
        [turn.button("dialogue.button.person", "person"), turn.button("welcome.button.complaint", "tickets.complain")],
    ]
    if rewards.of_chat(turn):
        rows[2].insert(1, turn.button("rewards.button.mine", "rewards.mine"))
    if len(turn.stores) > 1:
        rows.append([turn.button("welcome.button.stores", "welcome.stores")])
    others = [name for name in LANGUAGES if name != turn.language]
    return [*rows, [Button(LABELS[name], "welcome.speak", name) for name in others]]


def language(turn: Turn) -> Reply:
    buttons = [Button(LABELS[name], "welcome.speak", name) for name in LANGUAGES]
    return Reply(turn.text("welcome.which_language"), [buttons], passing=True)


def speak(turn: Turn, name: str) -> Reply:
    """The customer's own choice is remembered; from now on only words in another language change a reply's language."""
    turn.chat.language, turn.chat.language_chosen, turn.language = name, True, name
    return Reply(turn.text("welcome.speaks"), _choices(turn), passing=True)


@cache
def _language_names() -> dict[str, str]:
    names = {"en": "English|英文|英语", "zh-Hans": "简体中文|简体|简中", "zh-Hant": "繁體中文|繁體|繁中|正體中文"}
    return {name: language for language, words in names.items() for name in words.casefold().split("|")}


def named_language(turn: Turn) -> Reply | None:
    """Somebody who types nothing but the name of a language wants it."""
    name = _language_names().get(turn.words.strip().casefold()) or _language_names().get(fold(turn.words))
    return speak(turn, name) if name else None


def stores(turn: Turn) -> Reply:
    buttons = [Button(store.names[turn.language], "welcome.store", store.id) for store in turn.stores]
    return Reply(turn.text("welcome.which_store"), buttons, passing=True)


def choose_store(turn: Turn, store_id: int) -> Reply:
    store = next((s for s in turn.stores if s.id == store_id), None)
    if store is None:
        return stores(turn)
    turn.chat.store_id = store.id
    return Reply(
        turn.text("welcome.store_chosen", store=store.names[turn.language], address=store.addresses[turn.language]),
        _choices(turn),
    )
