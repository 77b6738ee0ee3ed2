"""The engine: takes one message through one turn in one transaction, and never leaves a person in silence."""

import logging
import secrets
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from handlers.dialogue import flood, languages, markup
from handlers.dialogue.feature import Feature
from handlers.dialogue.form import Form, Refusal, Slot, Start, Unclear
from handlers.dialogue.incoming import Incoming, clean
from handlers.dialogue.memo import Memo
from handlers.dialogue.press import Press, find_press
from handlers.dialogue.reply import Button, Reply
from handlers.dialogue.texts import Texts
from handlers.dialogue.turn import Turn
from handlers.dialogue.universal import UniversalWords
from handlers.dialogue.watch import Watch
from storage import chats, media, messages
from storage.database import Database

log = logging.getLogger(__name__)

IDLE = timedelta(days=1)
MISSES_BEFORE_A_PERSON = 2
DATABASE_TRIES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. `spoke`: there is something to send or to show. `toast`: a passing word for whoever pressed."""

    chat_id: int
    message_id: int | None = None
    duplicate: bool = False
    spoke: bool = False
    toast: str = ""


@dataclass(slots=True)
class _Said:
    """What a turn has come to say: one message, and a toast."""

    reply: Reply | None = None
    feature: str = "dialogue"
    asks: bool = False
    toast: str = ""
    before: list[str] = field(default_factory=list)  # said in the same message, above the reply


class Engine:
    """All features behind one door. Safe to call from several threads: everything it holds is read-only or a cache."""

    def __init__(self, database: Database, features: Sequence[Feature], memo: Memo | None = None) -> None:
        self.database = database
        self.features = {feature.name: feature for feature in features}
        self.texts = Texts(["dialogue", *self.features])
        self.memo = memo or Memo()
        self.watch = Watch()
        self._universal = UniversalWords(self.texts)
        self._forms = {f"{f.name}.{form.name}": form for f in features for form in f.forms}
        self._actions = {f"{f.name}.{name}": do for f in features for name, do in f.actions.items()}
        self._words = {name: (f.name, do) for f in features for name, do in f.words.items()}
        self._commands = {name: (f.name, do) for f in features for name, do in f.commands.items()}

    # -- the door -----------------------------------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Loads what the features keep in memory, so that the first to ask need not wait for it."""
        with self.database.reading() as session:
            for feature in self.features.values():
                for load in feature.keeps:
                    self.memo.get(session, load)

    def keep_fresh(self) -> None:
        """Loads anew what has been loaded and has changed since; called now and then."""
        with self.database.reading() as session:
            self.memo.refresh(session)

    def take(self, arrivals: Sequence[Incoming], now: datetime) -> list[Outcome]:
        """Handles messages in their order, together in one transaction if all goes well, else each in its own.

        Returns an outcome for each, after the commit. Raises only when the database does not answer.
        """
        if len(arrivals) > 1:
            try:
                with self.database.transaction() as session:
                    return [self.turn(session, incoming, now) for incoming in arrivals]
            except Exception:
                log.info("a batch of %d is taken one by one", len(arrivals))
        return [self._take_one(incoming, now) for incoming in arrivals]

    def _take_one(self, incoming: Incoming, now: datetime) -> Outcome:
        for attempt in range(1, DATABASE_TRIES + 1):
            try:
                with self.database.transaction() as session:
                    return self.turn(session, incoming, now)
            except DBAPIError as trouble:
                # Deadlocks, lost connections and a busy file pass; what is still there at the last try is ours to explain.
                if attempt == DATABASE_TRIES or not _passes(trouble):
                    return self._apologise(incoming, now, trouble)
            except Exception as bug:
                return self._apologise(incoming, now, bug)
        raise AssertionError("unreachable")

    def _apologise(self, incoming: Incoming, now: datetime, bug: Exception) -> Outcome:
        """The turn was rolled back: keep the words, say sorry with a number, and call a person."""
        number = "E" + "".join(secrets.choice("23456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(6))
        # Only where and what kind: the message of an exception may quote what somebody typed.
        where = "".join(traceback.format_tb(bug.__traceback__))
        log.error("error %s in a turn: %s\n%s", number, type(bug).__name__, where)
        with self.database.transaction() as session:
            chat = chats.arrive(session, incoming.channel, incoming.address, pulls=incoming.pulls, now=now)
            turn = self._begin(session, chat, incoming, now)
            received = self._receive(turn, None)
            if received is None:
                return Outcome(chat.id, duplicate=True)
            said = _Said(Reply(turn.text("dialogue.sorry", number=number)))
            if "tickets" in self.features:
                self.features["tickets"].actions["error"](turn, number)
            self._post(turn, said, None)
            chats.save(session, chat)
            return Outcome(chat.id, received, spoke=True)

    # -- one turn -----------------------------------------------------------------------------------------------------

    def turn(self, session: Session, incoming: Incoming, now: datetime) -> Outcome:
        """One message, inside the caller's transaction."""
        chat = chats.arrive(session, incoming.channel, incoming.address, pulls=incoming.pulls, now=now)
        press = find_press(session, chat, incoming)
        turn = self._begin(session, chat, incoming, now)
        received = self._receive(turn, press)
        if received is None:
            return Outcome(chat.id, duplicate=True)
        with self.watch:
            said = self._guarded(turn, press)
        spoke = self._post(turn, said, press)
        chats.save(session, chat)
        return Outcome(chat.id, received, spoke=spoke, toast=said.toast)

    def _begin(self, session: Session, chat: chats.Chat, incoming: Incoming, now: datetime) -> Turn:
        incoming = replace(incoming, text=clean(incoming.text), name=clean(incoming.name, 200))
        hint = languages.from_hint(incoming.language)
        chat.language = chat.language or hint
        heard = languages.of_words(incoming.text, chat.language) if incoming.kind == "text" else None
        if heard and not chat.language_chosen:
            chat.language = heard
        chat.name = incoming.name or chat.name
        turn = Turn(session, chat, incoming, now, heard or chat.language or "en", self.texts, self.memo)
        if incoming.store and chat.store_id is None:
            chat.store_id = next((store.id for store in turn.stores if store.code == incoming.store), None)
        return turn

    def _receive(self, turn: Turn, press: Press | None) -> int | None:
        incoming = turn.incoming
        given = {"press": incoming.press, "payload": incoming.payload, "ref": incoming.ref}
        data: dict[str, Any] = {name: clean(value, 200) for name, value in given.items() if value}
        if incoming.media:
            data["media"] = list(incoming.media)
            media.belongs_to(turn.session, incoming.media, turn.chat.id)
        if incoming.contact:
            data["contact"] = {"phone": clean(incoming.contact.phone, 40), "own": incoming.contact.own}
        return messages.receive(
            turn.session, turn.chat.id, incoming.channel, key=incoming.key, kind=incoming.kind,
            text=press.label if press else turn.words, data=data, now=turn.now,
        )  # fmt: skip

    def _guarded(self, turn: Turn, press: Press | None) -> _Said:
        """The turn behind the flood guard, with the two exceptions that speak to people turned into words."""
        match flood.judge(turn.chat, turn.incoming, turn.now):
            case flood.Verdict.SILENT:
                return _Said()
            case flood.Verdict.WARN:
                messages.cancel_queued_replies(turn.session, turn.chat.id)
                return _Said(Reply(turn.text("dialogue.slow_down")))
        try:
            return self._think(turn, press)
        except (Unclear, Refusal) as spoken:
            return _Said(Reply(turn.text(spoken.key, **spoken.values)))

    def _think(self, turn: Turn, press: Press | None) -> _Said:
        """In this order: an advisor's hands, universal words, a button, the asked slot, triggers, the features' fallbacks."""
        chat, incoming = turn.chat, turn.incoming
        kind_word = self._leave_idle_form(turn)
        word = self._universal_word(incoming)
        if chat.ticket_id is not None and word not in ("menu", "start", "stop") and not incoming.press:
            return _Said()
        if word:
            said = self._universal_said(turn, word)
        elif incoming.kind == "press":
            said = self._pressed(turn, press)
        elif incoming.kind == "text" and (command := self._command(incoming.text)):
            said = self._in_between(turn, *command)
        elif form := self._form(turn):
            said = self._answered(turn, form)
        elif incoming.kind == "text":
            said = self._free_words(turn)
        else:
            said = self._received(turn) or _Said(Reply(turn.text(incoming.extra.get("refusal", "dialogue.words_please"))))
        if kind_word and said.reply:
            said.before.insert(0, kind_word)
        return said

    def _leave_idle_form(self, turn: Turn) -> str:
        chat = turn.chat
        if chat.form and chat.asked_at and turn.now - chat.asked_at > IDLE:
            _close(chat)
            return turn.text("dialogue.left_idle")
        return ""

    # -- universal words and commands ---------------------------------------------------------------------------------

    def _universal_word(self, incoming: Incoming) -> str | None:
        if incoming.kind == "start":
            return "start"
        return self._universal.find(incoming.text.removeprefix("/")) if incoming.kind == "text" else None

    def _command(self, text: str) -> tuple[str, Any] | None:
        if not text.startswith("/"):
            return None
        # "/prices@bayline_bot" is the same command, addressed.
        return self._commands.get(text[1:].split()[0].split("@")[0].lower() if len(text) > 1 else "")

    def _universal_said(self, turn: Turn, word: str) -> _Said:
        if word == "back":
            return self._back(turn)
        if word == "cancel":
            return self._cancel(turn)
        if word in ("menu", "start", "person"):
            _close(turn.chat)
        return self._in_between(turn, *self._words[word])

    def _back(self, turn: Turn) -> _Said:
        chat, form = turn.chat, self._form(turn)
        if form is None:
            return self._universal_said(turn, "menu")
        # The slot that is asked now has no answer yet; the one before it loses its answer and is asked again.
        if chat.asked and chat.asked[-1] == chat.slot:
            chat.asked.pop()
        if not chat.asked:
            return self._cancel(turn)
        chat.answers.pop(chat.asked.pop(), None)
        return self._go_on(turn, form)

    def _cancel(self, turn: Turn) -> _Said:
        had_form = turn.chat.form is not None
        _close(turn.chat)
        return _Said(Reply(turn.text("dialogue.cancelled" if had_form else "dialogue.nothing_to_cancel")))

    # -- buttons ------------------------------------------------------------------------------------------------------

    def _pressed(self, turn: Turn, press: Press | None) -> _Said:
        chat = turn.chat
        if press is None or (press.ask and press.ask != [chat.run, chat.slot]):
            return _Said(toast=turn.texts.label("dialogue.stale", turn.language, {}))
        if press.do == "answer":
            form = self._form(turn)
            slot = form.slot(chat.slot) if form else None
            if form is None or slot is None:
                return _Said(toast=turn.texts.label("dialogue.stale", turn.language, {}))
            try:
                value = slot.accept(turn, press.value, chat.answers)
            except Unclear as unclear:
                return self._say_again(turn, form, slot, turn.text(unclear.key, **unclear.values))
            return self._fill(turn, form, slot, value)
        if press.do in self._words or press.do in ("back", "cancel"):
            return self._universal_said(turn, press.do)
        do = self._actions.get(press.do)
        if do is None:  # an older release knew this button
            return _Said(toast=turn.texts.label("dialogue.stale", turn.language, {}))
        return self._in_between(turn, press.do.split(".")[0], lambda turn: do(turn, press.value))

    # -- forms --------------------------------------------------------------------------------------------------------

    def _form(self, turn: Turn) -> Form | None:
        """The open form; one that a newer release does not know any more is closed."""
        form = self._forms.get(turn.chat.form or "")
        if form is None:
            _close(turn.chat)
            return None
        turn.feature = (turn.chat.form or "").split(".")[0]
        return form

    def _answered(self, turn: Turn, form: Form) -> _Said:
        slot = form.slot(turn.chat.slot)
        if slot is None:
            return self._go_on(turn, form)
        try:
            value = slot.read(turn, turn.chat.answers)
        except Unclear as unclear:
            return self._not_an_answer(turn, form, slot, unclear)
        return self._fill(turn, form, slot, value)

    def _fill(self, turn: Turn, form: Form, slot: Slot, value: Any) -> _Said:
        turn.chat.misses = 0
        turn.chat.answers[slot.name] = value
        return self._go_on(turn, form)

    def _not_an_answer(self, turn: Turn, form: Form, slot: Slot, unclear: Unclear) -> _Said:
        """Not an answer: perhaps a change of mind, perhaps a question in between, perhaps nothing we know."""
        owner, before = turn.feature, _state(turn.chat)
        if turn.incoming.kind == "text":
            if self._overheard(turn, form, slot):
                return self._go_on(turn, form)
            if said := self._triggered(turn):
                if not said.asks:  # it was answered at once: a question in between
                    _restore(turn.chat, before)
                return said if said.asks else self._ask_again(turn, form, said)
            for feature in self.features.values():
                if feature.aside and (reply := feature.aside(turn)):
                    return self._ask_again(turn, form, _Said(reply, feature.name))
        elif said := self._received(turn):
            return self._ask_again(turn, form, said)
        turn.feature = owner
        turn.chat.misses += 1
        if refusal := turn.incoming.extra.get("refusal"):
            unclear = Unclear(refusal)
        return self._say_again(turn, form, slot, turn.text(unclear.key, **unclear.values))

    def _overheard(self, turn: Turn, form: Form, asked: Slot) -> bool:
        """Takes what the words say about slots that were not asked yet; True if there was something."""
        answers, heard = turn.chat.answers, False
        for slot in form.slots:
            if slot.name not in (asked.name, *answers) and (value := slot.overhear(turn, answers)) is not None:
                answers[slot.name] = value
                heard = True
        return heard

    def _say_again(self, turn: Turn, form: Form, slot: Slot, why: str) -> _Said:
        said = self._asking(turn, slot)
        said.before.append(why)
        if turn.chat.misses >= MISSES_BEFORE_A_PERSON and said.reply:
            person = turn.button("dialogue.button.person", "person")
            said.reply = replace(said.reply, buttons=[*said.reply.rows(), [person]])
        return said

    def _in_between(self, turn: Turn, name: str, do: Any) -> _Said:
        """What a word, a command or a button brings; if it leaves a form open, the form asks again."""
        run = turn.chat.run
        said = self._feature_said(turn, name, do)
        form = self._form(turn)
        if form is None or said.asks or turn.chat.run != run or said.reply is None:
            return said
        again = self._ask_again(turn, form, said)
        if again.reply:
            again.reply = replace(again.reply, buttons=[*said.reply.rows(), *again.reply.rows()])
        return again

    def _ask_again(self, turn: Turn, form: Form, aside: _Said) -> _Said:
        """Says something in between and asks the open question once more, in one message; or goes on, if it is answered now."""
        slot = form.slot(turn.chat.slot)
        if slot is None or turn.chat.form is None:
            return aside
        turn.feature = turn.chat.form.split(".")[0]
        said = self._go_on(turn, form) if slot.known(turn, turn.chat.answers) is not None else self._asking(turn, slot)
        if aside.reply:
            said.before.extend([*aside.before, aside.reply.text])
        return said

    def _start(self, turn: Turn, start: Start) -> _Said:
        chat = turn.chat
        chat.form, chat.run, chat.slot = start.form, secrets.token_urlsafe(6), None
        chat.answers, chat.asked, chat.misses = dict(start.answers), [], 0
        turn.feature = start.form.split(".")[0]
        return self._go_on(turn, self._forms[start.form])

    def _go_on(self, turn: Turn, form: Form) -> _Said:
        """Asks for the first missing slot, or submits."""
        chat = turn.chat
        while slot := form.next_slot(turn, chat.answers):
            if (value := slot.known(turn, chat.answers)) is None:
                return self._asking(turn, slot)
            chat.answers[slot.name] = value
        answers, state, feature = dict(chat.answers), _state(chat), turn.feature
        _close(chat)
        try:
            result = form.submit(turn, answers)
        except Refusal as no:
            why = turn.text(no.key, **no.values)
            again = form.slot(no.again)
            if again is None:
                return _Said(Reply(why), feature)
            _restore(chat, state)
            chat.answers.pop(no.again, None)
            return self._say_again(turn, form, again, why)
        return self._become(turn, feature, result)

    def _asking(self, turn: Turn, slot: Slot) -> _Said:
        chat = turn.chat
        reply = slot.ask(turn, chat.answers)
        if slot.name not in chat.asked:
            chat.asked.append(slot.name)
        chat.slot, chat.asked_at = slot.name, turn.now
        ways_out = [turn.button("dialogue.button.cancel", "cancel")]
        if len(chat.asked) > 1:
            ways_out.insert(0, turn.button("dialogue.button.back", "back"))
        return _Said(replace(reply, buttons=[*reply.rows(), ways_out], passing=True), turn.feature, asks=True)

    # -- free words ---------------------------------------------------------------------------------------------------

    def _free_words(self, turn: Turn) -> _Said:
        if said := self._triggered(turn):
            return said
        for feature in self.features.values():
            if feature.fallback and (result := feature.fallback(turn)):
                return self._become(turn, feature.name, result)
        return _Said(Reply(turn.text("dialogue.unknown"), [turn.button("dialogue.button.person", "person")]))

    def _triggered(self, turn: Turn) -> _Said | None:
        for feature in self.features.values():
            if feature.trigger:
                turn.feature = feature.name
                if result := feature.trigger(turn):
                    return self._become(turn, feature.name, result)
        return None

    def _received(self, turn: Turn) -> _Said | None:
        for feature in self.features.values():
            if do := feature.receives.get(turn.incoming.kind):
                return self._feature_said(turn, feature.name, do)
        return None

    def _feature_said(self, turn: Turn, name: str, do: Any) -> _Said:
        turn.feature = name
        return self._become(turn, name, do(turn))

    def _become(self, turn: Turn, feature: str, result: Reply | Start) -> _Said:
        if isinstance(result, Start):
            return self._start(turn, result)
        if not isinstance(result, Reply):
            # Silence would be the worst answer of all.
            raise TypeError(f"{feature} has answered with {type(result).__name__}")
        return _Said(result, feature)

    # -- writing it down ----------------------------------------------------------------------------------------------

    def _post(self, turn: Turn, said: _Said, press: Press | None) -> bool:
        if said.reply is None:
            return False
        reply = said.reply
        text, entities = markup.read("\n\n".join([*said.before, reply.text]))
        rows = [[_button(button) for button in row] for row in reply.rows()]
        data: dict[str, Any] = {}
        if entities:
            data["entities"] = entities
        if rows:
            data["buttons"] = rows
        if said.asks:
            data["ask"] = [turn.chat.run, turn.chat.slot]
        if reply.passing:
            data["passing"] = True
        if reply.share:
            data["share"] = reply.share
        if reply.picture:
            data["picture"] = reply.picture
        row = messages.outgoing(
            turn.chat.id, turn.chat.channel, pulls=turn.chat.pulls, text=text, data=data, now=turn.now,
            kind="photo" if reply.picture else "text", token=secrets.token_urlsafe(9) if rows else None,
            edits=press.message_id if press and press.replaceable else None, feature=said.feature,
        )  # fmt: skip
        messages.post(turn.session, [row])
        return True


def _button(button: Button) -> dict[str, Any]:
    shown = {"label": button.label[:64], "do": button.do}
    return shown if button.value is None else {**shown, "value": button.value}


def _close(chat: chats.Chat) -> None:
    chat.form = chat.run = chat.slot = chat.asked_at = None
    chat.answers, chat.asked, chat.misses = {}, [], 0


def _state(chat: chats.Chat) -> dict[str, Any]:
    names = ("form", "run", "slot", "asked_at", "misses")
    return {**{name: getattr(chat, name) for name in names}, "answers": dict(chat.answers), "asked": list(chat.asked)}


def _restore(chat: chats.Chat, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(chat, name, value)


def _passes(trouble: DBAPIError) -> bool:
    """Whether trying again may help: the connection was lost, another transaction was in the way, the file was busy."""
    state = getattr(trouble.orig, "sqlstate", None) or ""
    return trouble.connection_invalidated or state[:2] in ("40", "08", "57") or state == "55P03" or "locked" in str(trouble.orig)
