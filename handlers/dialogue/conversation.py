"""The conversation: what one message means in the state its chat is in, and what to say to it."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import islice
from typing import Any

from handlers.dialogue import assent, doubts, lately, leaving, markup, universal
from handlers.dialogue.feature import Feature
from handlers.dialogue.form import Answers, Form, Refusal, Slot, Start, Unclear
from handlers.dialogue.incoming import Incoming
from handlers.dialogue.press import Press
from handlers.dialogue.reply import Reply
from handlers.dialogue.texts import Texts
from handlers.dialogue.turn import Turn
from storage.chats import Chat

IDLE = timedelta(days=1)
MISSES_BEFORE_A_PERSON = 2
UNSURE_BEFORE_A_PERSON = 2
# Among the answers of a form that is only a question: the form that waits for it. No slot has such a name.
_WAITS = "..."


@dataclass(slots=True)
class Said:
    """What a turn has come to say: one message, and a toast. `before` is said in the same message, above the reply.

    `late`: among it is the apology for having kept somebody waiting.
    """

    reply: Reply | None = None
    feature: str = "dialogue"
    asks: bool = False
    toast: str = ""
    before: list[str] = field(default_factory=list)
    late: bool = False


class Conversation:
    """All features together. Read-only, so that any thread may use it; what changes is the turn and its chat."""

    def __init__(self, features: Sequence[Feature], texts: Texts) -> None:
        self.features = {feature.name: feature for feature in features}
        self.words = {name: (f.name, do) for f in features for name, do in f.words.items()}
        self._texts = texts
        self._forms = {f"{f.name}.{form.name}": form for f in features for form in f.forms}
        self._actions = {f"{f.name}.{name}": do for f in features for name, do in f.actions.items()}
        self._beside = [f.beside for f in features if f.beside]
        self._besides = [f.besides for f in features if f.besides]
        self._always = {command for f in features for command in f.always}
        self._commands = {name: (f.name, do) for f in features for name, do in f.commands.items()}

    def think(self, turn: Turn, press: Press | None) -> Said:
        """What one message comes to, and below it what a feature has to ask besides."""
        run = turn.chat.run if turn.chat.form else None
        said = self._meant(turn, press)
        reply, chat = said.reply, turn.chat
        if said.asks and run is not None and run == chat.run and turn.incoming.kind == "text":
            self._hear_beside(turn, said)
            return said
        quiet = reply is None or reply.silent or reply.passing or reply.unsure or said.asks or turn.incoming.kind != "text"
        if reply is None or quiet or chat.form is not None or chat.ticket_id is not None:
            return said
        for besides in self._besides:
            if more := besides(turn, said.feature):
                said.reply = replace(reply, text=f"{reply.text}\n\n{more.text}", buttons=[*reply.rows(), *more.rows()])
                return said
        return said

    def _hear_beside(self, turn: Turn, said: Said) -> None:
        for beside in self._beside:
            if said.reply and (more := beside(turn)) and more.text not in said.before:
                said.before.insert(0, more.text)
                said.reply = replace(said.reply, buttons=[*more.rows(), *said.reply.rows()])

    def _meant(self, turn: Turn, press: Press | None) -> Said:
        """In this order: an advisor's hands, universal words, a button, what is urgent, the asked slot, triggers, fallbacks."""
        chat, incoming = turn.chat, turn.incoming
        kind_word = self._leave_idle_form(turn)
        word = self._universal_word(incoming)
        rights = incoming.kind == "text" and _command_of(incoming.text) in self._always
        if chat.muted_until and turn.now < chat.muted_until and not rights and (said := self._muted(turn, word, press)):
            return said
        if chat.ticket_id is not None and not rights and word not in ("menu", "start", "language", "stop") and not incoming.press:
            for feature in self.features.values():
                if feature.held:
                    feature.held(turn)
            return Said()
        if word:
            said = self._universal_said(turn, word)
        elif incoming.kind == "press":
            said = self._pressed(turn, press)
        elif incoming.kind == "text" and (command := self._command(incoming.text)):
            said = self._in_between(turn, *command)
        elif incoming.kind == "text" and (pressing := self._pressing(turn)):
            said = pressing
        elif form := self._form(turn):
            said = self._answered(turn, form)
        elif incoming.kind == "text":
            said = self._free_words(turn)
        else:
            said = self._received(turn) or Said(Reply(turn.text(incoming.extra.get("refusal", "dialogue.words_please"))))
        if kind_word and said.reply:
            said.before.insert(0, kind_word)
        elif kind_word:  # a button of the question that was put aside: there is no newer message to point at
            return Said(Reply(kind_word, [turn.button("dialogue.button.menu", "menu")]))
        return said

    def _muted(self, turn: Turn, word: str | None, press: Press | None) -> Said | None:
        """Nothing is said to words that staff have muted, which are written down already; None for what is heard all the same."""
        if turn.incoming.kind == "press":
            calls = press is not None and (press.do == "person" or press.do.startswith("tickets."))
            return Said(toast=turn.texts.label("dialogue.muted", turn.language, {})) if calls else None
        if word in ("menu", "start", "language", "stop"):
            return None
        loud = turn.incoming.kind == "text" and any(one.loud(turn) for one in self.features.values() if one.loud)
        return None if loud else Said()

    def _leave_idle_form(self, turn: Turn) -> str:
        chat = turn.chat
        if chat.form and chat.asked_at and turn.now - chat.asked_at > IDLE:
            _close(chat)
            return turn.text("dialogue.left_idle")
        return ""

    # -- universal words and commands ---------------------------------------------------------------------------------

    def means_stop(self, incoming: Incoming) -> bool:
        return self._universal_word(incoming) == "stop"

    def _universal_word(self, incoming: Incoming) -> str | None:
        if incoming.kind == "start":
            return "start"
        return universal.find(self._texts, _unaddressed(incoming.text)) if incoming.kind == "text" else None

    def _command(self, text: str) -> tuple[str, Any] | None:
        return self._commands.get(_command_of(text))

    def _universal_said(self, turn: Turn, word: str) -> Said:
        if word == "back":
            return self._back(turn)
        if word == "cancel":
            return self._cancel(turn)
        if word in ("menu", "start", "person"):
            _close(turn.chat)
        return self._in_between(turn, *self.words[word])

    def _back(self, turn: Turn) -> Said:
        chat, form = turn.chat, self._form(turn)
        if form is None:
            return self._universal_said(turn, "menu")
        slot = form.slot(chat.slot)
        if slot is not None and slot.back(turn, chat.answers):
            return self._go_on(turn, form)
        # The slot that is asked now has no answer yet; the one before it loses its answer and is asked again.
        if chat.asked and chat.asked[-1] == chat.slot:
            chat.asked.pop()
        if not chat.asked:
            return self._cancel(turn)
        chat.answers.pop(chat.asked.pop(), None)
        return self._go_on(turn, form)

    def _cancel(self, turn: Turn) -> Said:
        form = self._form(turn)
        if form is None and turn.incoming.kind == "text" and "cancel" in self.words:
            return self._in_between(turn, *self.words["cancel"])
        waits = turn.chat.answers.get(_WAITS)
        _close(turn.chat)
        left = form.left if form else "dialogue.nothing_to_cancel"
        said = Said(Reply(turn.text(left)) if isinstance(left, str) else left(turn))
        return self._take_up(turn, waits, said)

    # -- buttons ------------------------------------------------------------------------------------------------------

    def _pressed(self, turn: Turn, press: Press | None) -> Said:
        chat = turn.chat
        if press is None or (press.ask and press.ask != [chat.run, chat.slot]):
            return Said(toast=turn.texts.label("dialogue.stale", turn.language, {}))
        if press.do == "answer":
            form = self._form(turn)
            slot = form.slot(chat.slot) if form else None
            if form is None or slot is None:
                return Said(toast=turn.texts.label("dialogue.stale", turn.language, {}))
            try:
                value = slot.accept(turn, press.value, chat.answers)
            except Unclear as unclear:
                return self._say_again(turn, slot, unclear)
            except Refusal as no:
                return self._refused(turn, form, no)
            return self._fill(turn, form, slot, value)
        if press.do in self.words or press.do in ("back", "cancel"):
            return self._universal_said(turn, press.do)
        do = self._actions.get(press.do)
        if do is None:  # an older release knew this button
            return Said(toast=turn.texts.label("dialogue.stale", turn.language, {}))
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

    def _answered(self, turn: Turn, form: Form) -> Said:
        slot = form.slot(turn.chat.slot)
        if slot is None:
            return self._go_on(turn, form)
        if turn.incoming.kind == "text" and leaving.for_a_moment(turn.words):
            return self._ask_again(turn, form, Said(Reply(turn.text("dialogue.no_hurry"))))
        try:
            settled = doubts.settled(turn, slot)
            value = slot.accept(turn, settled, turn.chat.answers) if settled is not None else slot.read(turn, turn.chat.answers)
        except Unclear as unclear:
            return self._not_an_answer(turn, form, slot, unclear)
        except Refusal as no:
            return self._refused(turn, form, no)
        return self._fill(turn, form, slot, value)

    def _fill(self, turn: Turn, form: Form, slot: Slot, value: Any) -> Said:
        turn.chat.misses = 0
        if value is not None:
            turn.chat.answers[slot.name] = value
        return self._go_on(turn, form)

    def _not_an_answer(self, turn: Turn, form: Form, slot: Slot, unclear: Unclear) -> Said:
        """Not an answer: perhaps a change of mind, perhaps a question in between, perhaps nothing we know."""
        owner, before = turn.feature, _state(turn.chat)
        if turn.incoming.kind == "text" and not unclear.meant:
            if form.drops(turn.words):
                return self._cancel(turn)
            # What a feature hears beside an answer, a grave complaint, is no change of mind: the form would make a wish of it.
            grave = any(beside(turn) for beside in self._beside)
            if not grave and (noted := self._heard(turn, form, slot)) is not None:
                went_on = self._go_on(turn, form)
                went_on.before[:0] = [noted] if noted else []
                return went_on
            if said := self._triggered(turn):
                if said.reply and said.reply.leaves:
                    return said
                if said.reply and said.reply.alone and not said.asks:
                    _restore(turn.chat, before)
                    return said
                if not said.asks:  # it was answered at once: a question in between
                    _restore(turn.chat, before)
                return said if said.asks else self._ask_again(turn, form, said)
            for feature in () if assent.said(turn) == "yes" else self.features.values():
                if feature.aside and (reply := feature.aside(turn)):
                    return self._ask_again(turn, form, Said(reply, feature.name))
        elif turn.incoming.kind != "text" and (said := self._received(turn)):
            return self._ask_again(turn, form, said)
        turn.feature = owner
        turn.chat.misses += 1
        if turn.incoming.kind == "text" and not unclear.meant and "person" in self.words and _said(turn, "dialogue.stuck_again"):
            return self._universal_said(turn, "person")
        if form.question and turn.incoming.kind == "text" and not unclear.meant and turn.chat.misses >= MISSES_BEFORE_A_PERSON:
            return self._let_go(turn)
        if refusal := turn.incoming.extra.get("refusal"):
            unclear = Unclear(refusal)
        guess = self._guess(turn) if turn.incoming.kind == "text" and not unclear.meant else None
        if guess is None:
            return self._say_again(turn, slot, unclear)
        said = self._say_again(turn, slot, Unclear(""))  # it was no answer, so nothing is made of it as one
        said.before[:] = [guess.text]
        if said.reply:
            guessed = guess.rows()
            said.reply = replace(said.reply, buttons=[*guessed, *(row for row in said.reply.rows() if row not in guessed)])
        return said

    def _guess(self, turn: Turn) -> Reply | None:
        """What words that look like a question may have been about."""
        return next((reply for one in self.features.values() if one.perhaps and (reply := one.perhaps(turn))), None)

    def _let_go(self, turn: Turn) -> Said:
        """A question that is not answered a second time is of no interest any more: the words are taken as they are."""
        waits = turn.chat.answers.get(_WAITS)
        _close(turn.chat)
        return self._take_up(turn, waits, self._free_words(turn))

    def _heard(self, turn: Turn, form: Form, asked: Slot) -> str | None:
        """Takes what the words say about other slots; what to say about that, None if there was nothing."""
        answers, heard = turn.chat.answers, None
        if form.hear:
            return form.hear(turn, answers)
        for slot in form.slots:
            if slot.name not in (asked.name, *answers) and (value := slot.overhear(turn, answers)) is not None:
                answers[slot.name] = value
                heard = ""
        return heard

    def _say_again(self, turn: Turn, slot: Slot, unclear: Unclear | Refusal) -> Said:
        why = turn.text(unclear.key, **unclear.values) if unclear.key else ""
        said = self._asking(turn, slot)
        if why:
            said.before.append(why)
        if said.reply and isinstance(unclear, Unclear):
            said.reply = replace(said.reply, buttons=[*doubts.keep(turn, slot, unclear.options), *said.reply.rows()])
        if turn.chat.misses >= MISSES_BEFORE_A_PERSON and said.reply:
            if isinstance(unclear, Unclear) and not unclear.meant:
                # The same words a third time would be a dead end.
                again = _said(turn, "dialogue.stuck")
                said.before = [] if again else said.before
                said.reply = replace(said.reply, text=turn.text("dialogue.stuck_again" if again else "dialogue.stuck"))
            person = turn.button("dialogue.button.person", "person")
            said.reply = replace(said.reply, buttons=[*said.reply.rows(), [person]])
        return said

    def _in_between(self, turn: Turn, name: str, do: Any) -> Said:
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

    def _ask_again(self, turn: Turn, form: Form, aside: Said) -> Said:
        """Says something in between and asks the open question once more, in one message; or goes on, if it is answered now."""
        slot = form.slot(turn.chat.slot)
        if slot is None or turn.chat.form is None or (aside.reply and aside.reply.silent):
            return aside
        turn.feature = turn.chat.form.split(".")[0]
        said = self._go_on(turn, form)
        if aside.reply:
            said.before.extend([*aside.before, aside.reply.text])
            if said.reply:  # what its words speak of goes with them
                picture, document = aside.reply.picture or said.reply.picture, aside.reply.document or said.reply.document
                said.reply = replace(said.reply, picture=picture, document=document)
        return said

    def _start(self, turn: Turn, start: Start) -> Said:
        chat = turn.chat
        waits = self._put_aside(chat, self._forms[start.form])
        chat.form, chat.run, chat.slot = start.form, secrets.token_urlsafe(6), None
        chat.answers, chat.asked, chat.misses = {**start.answers, **waits}, [], 0
        turn.feature = start.form.split(".")[0]
        said = self._go_on(turn, self._forms[start.form])
        said.before[:0] = [start.before] if start.before else []
        return said

    def _go_on(self, turn: Turn, form: Form) -> Said:
        """Asks for the first missing slot, or submits."""
        chat = turn.chat
        doubts.forget(chat)
        try:
            while slot := form.next_slot(turn, chat.answers):
                if (value := slot.known(turn, chat.answers)) is None:
                    return self._asking(turn, slot)
                chat.answers[slot.name] = value
        except Refusal as no:
            return self._refused(turn, form, no)
        answers, state, feature = dict(chat.answers), _state(chat), turn.feature
        waits = answers.pop(_WAITS, None)
        _close(chat)
        try:
            result = form.submit(turn, answers)
        except Refusal as no:
            _restore(chat, state)
            turn.feature = feature
            return self._refused(turn, form, no)
        return self._take_up(turn, waits, self._become(turn, feature, result))

    def _put_aside(self, chat: Chat, form: Form) -> Answers:
        """The open form, as it is kept among the answers of a form that is only a question in its middle."""
        before = self._forms.get(chat.form or "")
        if not form.question or before is None:
            return {}
        if before.question:  # a question in the middle of a question takes its place
            return {_WAITS: chat.answers[_WAITS]} if _WAITS in chat.answers else {}
        return {_WAITS: {name: getattr(chat, name) for name in ("form", "run", "slot", "answers", "asked")}}

    def _take_up(self, turn: Turn, waits: Mapping[str, Any] | None, said: Said) -> Said:
        """The form that waited goes on, below what was said; unless the dialogue has gone elsewhere meanwhile."""
        form = self._forms.get(waits["form"]) if waits else None
        if waits is None or form is None or (said.reply and said.reply.leaves):
            return said
        if turn.chat.form is not None:
            if (asked := self._form(turn)) and asked.question:  # one question after the other: it waits for the last
                turn.chat.answers.setdefault(_WAITS, waits)
            return said
        _restore(turn.chat, {**waits, "asked_at": turn.now, "misses": 0})
        return self._ask_again(turn, form, said)

    def _refused(self, turn: Turn, form: Form, no: Refusal) -> Said:
        """A rule says no: the slot that it names is asked again, else the form ends, and a person may do what we may not."""
        chat, again = turn.chat, form.slot(no.again)
        if again is None:
            _close(chat)
            return Said(Reply(turn.text(no.key, **no.values), [turn.button("dialogue.button.person", "person")]), turn.feature)
        chat.answers.pop(no.again, None)
        again.refused(turn, chat.answers, no)
        return self._say_again(turn, again, no)

    def _asking(self, turn: Turn, slot: Slot) -> Said:
        chat = turn.chat
        doubts.forget(chat)
        reply = slot.ask(turn, chat.answers)
        if slot.name not in chat.asked:
            chat.asked.append(slot.name)
        chat.slot, chat.asked_at = slot.name, turn.now
        ways_out = [turn.button("dialogue.button.cancel", "cancel")]
        if len(chat.asked) > 1:
            ways_out.insert(0, turn.button("dialogue.button.back", "back"))
        return Said(replace(reply, buttons=[*reply.rows(), ways_out], passing=True), turn.feature, asks=True)

    # -- free words ---------------------------------------------------------------------------------------------------

    def _free_words(self, turn: Turn) -> Said:
        if said := self._triggered(turn):
            return said
        for feature in self.features.values():
            if feature.fallback and (result := feature.fallback(turn)):
                if isinstance(result, Reply) and result.unsure and "person" in self.words and _unsure_before(turn):
                    return self._person_at_last(turn)
                return self._become(turn, feature.name, result)
        return Said(Reply(turn.text("dialogue.unknown"), [turn.button("dialogue.button.person", "person")], unsure=True))

    def _person_at_last(self, turn: Turn) -> Said:
        """Not understood for the third time in a row: nobody has to ask for a person who obviously needs one."""
        said = self._universal_said(turn, "person")
        said.before.insert(0, turn.text("dialogue.at_last"))
        return said

    def _pressing(self, turn: Turn) -> Said | None:
        """What cannot wait for a question that is open."""
        owner = turn.feature
        for feature in self.features.values():
            if feature.urgent:
                turn.feature = feature.name
                if reply := feature.urgent(turn):
                    return self._become(turn, feature.name, reply)
        turn.feature = owner
        return None

    def _triggered(self, turn: Turn) -> Said | None:
        for feature in self.features.values():
            if feature.trigger:
                turn.feature = feature.name
                if result := feature.trigger(turn):
                    return self._become(turn, feature.name, result)
        return None

    def _received(self, turn: Turn) -> Said | None:
        for feature in self.features.values():
            if do := feature.receives.get(turn.incoming.kind):
                return self._feature_said(turn, feature.name, do)
        return None

    def _feature_said(self, turn: Turn, name: str, do: Any) -> Said:
        turn.feature = name
        return self._become(turn, name, do(turn))

    def _become(self, turn: Turn, feature: str, result: Reply | Start) -> Said:
        if isinstance(result, Start):
            return self._start(turn, result)
        if not isinstance(result, Reply):
            # Silence would be the worst answer of all.
            raise TypeError(f"{feature} has answered with {type(result).__name__}")
        if result.leaves:
            _close(turn.chat)
        return Said(result, feature)


def _unaddressed(text: str) -> str:
    """ "/prices@bayline_bot" is the same command as "/prices", addressed; other words are left as they are."""
    if not text.startswith("/"):
        return text
    command, *more = text[1:].split(maxsplit=1) or [""]
    return " ".join([command.split("@")[0], *more])


def _command_of(text: str) -> str:
    """ "prices" of "/Prices@bayline_bot please"; nothing for what is no command."""
    return _unaddressed(text).partition(" ")[0].lower() if text.startswith("/") else ""


def _said(turn: Turn, key: str) -> bool:
    """Whether the newest answer was this text."""
    said = lately.answer(turn)
    return said is not None and markup.read(turn.text(key))[0] in said.text


def _unsure_before(turn: Turn) -> bool:
    """Whether the last two answers were no answers."""
    last = list(islice(lately.answers(turn), UNSURE_BEFORE_A_PERSON))
    return len(last) == UNSURE_BEFORE_A_PERSON and all(said.data.get("unsure") for said in last)


def _close(chat: Chat) -> None:
    chat.form = chat.run = chat.slot = chat.asked_at = None
    chat.answers, chat.asked, chat.misses = {}, [], 0


def _state(chat: Chat) -> dict[str, Any]:
    names = ("form", "run", "slot", "asked_at", "misses")
    return {**{name: getattr(chat, name) for name in names}, "answers": dict(chat.answers), "asked": list(chat.asked)}


def _restore(chat: Chat, state: dict[str, Any]) -> None:
    for name, value in state.items():
        setattr(chat, name, value)
