"""The engine: takes one message through one turn in one transaction, and never leaves a person in silence."""

import logging
import secrets
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from handlers.dialogue import flood, languages, lateness
from handlers.dialogue.conversation import Conversation, Said
from handlers.dialogue.feature import Feature
from handlers.dialogue.form import Refusal, Unclear
from handlers.dialogue.incoming import Incoming, clean
from handlers.dialogue.memo import Memo, NotLoaded
from handlers.dialogue.posting import row_of
from handlers.dialogue.press import Press, find_press
from handlers.dialogue.push import Push
from handlers.dialogue.reply import Reply
from handlers.dialogue.tally import PUSH, RETRIED, SWEEP, Tally
from handlers.dialogue.texts import Texts, texts_of
from handlers.dialogue.turn import Turn
from handlers.dialogue.watch import Watch
from storage import chats, holds, media, messages, quarantine
from storage.database import Database, away, passes

log = logging.getLogger(__name__)

DATABASE_TRIES = 5
MOST_TRIES = 3
# So often a message is brought again whose line to the database broke each time, and so many are remembered.
MOST_BROUGHT, MOST_GIVEN_BACK = 20, 1000


class Deadly(Exception):  # noqa: N818 - it stands in for a crash that nobody lived to see
    """The process ended, each time, in the middle of this message."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message. `spoke`: there is something to send or to show. `toast`: a passing word for whoever pressed.

    `apologised`: a fault of ours stood in its way, and a person was called. `dropped`: it was more than is kept of one hour.
    """

    chat_id: int
    message_id: int | None = None
    duplicate: bool = False
    spoke: bool = False
    toast: str = ""
    apologised: bool = False
    dropped: bool = False


class Engine:
    """All features behind one door. Safe to call from several threads: everything it holds is read-only or a cache."""

    def __init__(self, database: Database, features: Sequence[Feature], memo: Memo | None = None) -> None:
        self.database = database
        self.features = {feature.name: feature for feature in features}
        self.texts = texts_of("dialogue", "desk", *self.features)
        self.memo = memo or Memo()
        self.watch = Watch()
        self.tally = Tally()
        # By key, how often a message was given back to its channel, and begun with care, by this process.
        self._given_back: Counter[str] = Counter()
        self._survived: Counter[str] = Counter()
        self.conversation = Conversation(features, self.texts)

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

    def push(self, now: datetime) -> bool:
        """A round of every feature's pushes, each in a transaction of its own; True if there is something to send.

        One that fails is logged, and due again in the next round. While something is held, there is none.
        """
        posted = False
        if self._held():
            return posted
        for feature in self.features.values():
            for due in feature.pushes:
                try:
                    with self.database.transaction() as session:
                        push = Push(session, now, self.texts, self.memo, feature.name)
                        due(push)
                    posted |= push.posted
                except Exception as trouble:
                    self.tally.add(PUSH, feature.name)
                    _tell(f"push {feature.name}.{due.__name__}", trouble)
        return posted

    def sweep(self, now: datetime) -> int:
        """Does what has fallen due, each thing in a transaction of its own; how many. One that fails holds up no other.

        While something is held, nothing is done.
        """
        done = 0
        if self._held():
            return done
        for name, due, do in self._due(now):
            for number in due:
                done += self._done(name, do, number)
        return done

    def _due(self, now: datetime) -> Iterator[tuple[str, list[int], Callable[[Session, int], None]]]:
        """What each feature finds, after the work of those before it: sweeps first, then letters.

        Whoever finds nothing hands the transaction on to the next one: mostly nothing is due, and it costs as much as a look.
        """
        features = self.features.values()
        looks: list[tuple[str, Callable[[Session, datetime], Sequence[int]], Callable[[Session, int], None]]] = [
            *((one.name, sweep.find, partial(self._do, sweep.do, now)) for one in features for sweep in one.sweeps),
            *((one.name, all_.find, partial(self._write, one.name, all_.write, now)) for one in features for all_ in one.letters),
        ]
        rest = iter(looks)
        while True:
            with self.database.reading() as session:
                found = next(((name, due, do) for name, find, do in rest if (due := list(find(session, now)))), None)
            if found is None:
                return
            yield found

    def _held(self) -> bool:
        """Whether a restored database waits for a person to say that it may speak by itself again."""
        with self.database.reading() as session:
            return holds.now_open(session) is not None

    def _do(self, do: Callable[[Session, int, Texts, datetime], None], now: datetime, session: Session, number: int) -> None:
        do(session, number, self.texts, now)

    def _write(self, name: str, write: Callable[[Push, int], None], now: datetime, session: Session, number: int) -> None:
        write(Push(session, now, self.texts, self.memo, name), number)

    def _done(self, name: str, do: Callable[[Session, int], None], number: int) -> bool:
        try:
            with self.database.transaction() as session:
                do(session, number)
        except Exception as trouble:
            self.tally.add(SWEEP, name)
            _tell(f"a sweep of {name} for {number}", trouble)
            return False
        return True

    def take(self, arrivals: Sequence[Incoming], now: datetime) -> list[Outcome]:
        """Handles messages in their order, together in one transaction if all goes well, else each in its own.

        Returns an outcome for each, after the commit. Raises only when the database does not answer.
        """
        if len(arrivals) > 1:
            try:
                with self.database.transaction() as session:
                    return [self.turn(session, incoming, now) for incoming in arrivals]
            except Exception as trouble:
                if isinstance(trouble, DBAPIError):
                    self.tally.add(RETRIED)
                log.info("a batch of %d is taken one by one", len(arrivals))
        return [self._take_one(incoming, now) for incoming in arrivals]

    def take_with_care(self, incoming: Incoming, now: datetime) -> Outcome:
        """The same for one message that may be the one which ended our process: what did so three times is apologised for."""
        key = incoming.key[:200]
        with self.database.transaction() as session:
            tries = quarantine.begin(session, key)
        # What failed because the database was away has not ended the process: we are still here.
        deadly = tries - self._survived[key] > MOST_TRIES
        self._survived[key] += 1
        outcome = self._apologise(incoming, now, Deadly()) if deadly else self._take_one(incoming, now)
        with self.database.transaction() as session:
            quarantine.end(session, key)
        del self._survived[key]
        return outcome

    def _take_one(self, incoming: Incoming, now: datetime) -> Outcome:
        for attempt in range(1, DATABASE_TRIES + 1):
            try:
                return self._alone(incoming, now)
            except DBAPIError as trouble:
                # Deadlocks, lost connections and a busy file pass; what is still there at the last try is ours to explain.
                if attempt == DATABASE_TRIES or not passes(trouble):
                    if self._to_be_brought_again(incoming, trouble):
                        raise
                    return self._apologise(incoming, now, trouble)
                self.tally.add(RETRIED)
            except Exception as bug:
                return self._apologise(incoming, now, bug)
        raise AssertionError("unreachable")

    def _alone(self, incoming: Incoming, now: datetime) -> Outcome:
        """A turn in a transaction of its own. What takes long to load is loaded outside: on SQLite everybody waits for a turn."""
        while True:
            try:
                with self.database.transaction() as session:
                    return self.turn(session, incoming, now)
            except NotLoaded as wanted:
                with self.database.reading() as session:
                    self.memo.get(session, wanted.load)

    def _to_be_brought_again(self, incoming: Incoming, trouble: DBAPIError) -> bool:
        """Whether its channel hears that nothing was kept; not for ever if it may be the message itself that breaks the line."""
        if not away(trouble) and not trouble.connection_invalidated:
            return False
        if len(self._given_back) > MOST_GIVEN_BACK:
            self._given_back.clear()
        self._given_back[incoming.key] += 1
        return self._given_back[incoming.key] <= MOST_BROUGHT

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
            said = Said(Reply(turn.text("dialogue.sorry", number=number)))
            if "tickets" in self.features:
                self.features["tickets"].actions["error"](turn, number)
            self._post(turn, said, None)
            chats.save(session, chat)
            return Outcome(chat.id, received, spoke=True, apologised=True)

    # -- one turn -----------------------------------------------------------------------------------------------------

    def turn(self, session: Session, incoming: Incoming, now: datetime) -> Outcome:
        """One message, inside the caller's transaction."""
        chat = chats.arrive(session, incoming.channel, incoming.address, pulls=incoming.pulls, now=now)
        lost = flood.count(chat, incoming, now)
        turn = self._begin(session, chat, incoming, now)
        if flood.is_full(chat) and not self._stops(turn):
            return self._turn_away(turn)
        press = find_press(session, chat, incoming)
        received = self._receive(turn, press)
        if received is None:
            return Outcome(chat.id, duplicate=True)
        with self.watch:
            said = self._guarded(turn, press)
        if lost:  # in the chat, where staff read it too
            words = turn.text("dialogue.not_kept", n=lost)
            if said.reply is None or said.reply.silent:
                said.reply = Reply(words)
            else:
                said.before.insert(0, words)
        spoke = self._post(turn, said, press)
        chats.save(session, chat)
        return Outcome(chat.id, received, spoke=spoke, toast=said.toast)

    def _begin(self, session: Session, chat: chats.Chat, incoming: Incoming, now: datetime) -> Turn:
        text, name = clean(incoming.text), clean(incoming.name, 200)
        if (text, name) != (incoming.text, incoming.name):
            incoming = replace(incoming, text=text, name=name)
        hint = languages.from_hint(incoming.language)
        chat.language = chat.language or hint
        heard = languages.of_words(incoming.text, chat.language) if incoming.kind in ("text", "photo") else None
        if heard and not chat.language_chosen:
            chat.language = heard
        chat.name = incoming.name or chat.name
        turn = Turn(session, chat, incoming, now, heard or chat.language or "en", self.texts, self.memo)
        if incoming.store and chat.store_id is None:
            chat.store_id = next((store.id for store in turn.stores if store.code == incoming.store), None)
        return turn

    def _receive(self, turn: Turn, press: Press | None) -> int | None:
        incoming = turn.incoming
        given = {
            "press": incoming.press,
            "payload": incoming.payload,
            "ref": incoming.ref,
            "album": incoming.extra.get("album", ""),
            "answers": incoming.extra.get("answers", ""),
        }
        data: dict[str, Any] = {name: clean(value, 200) for name, value in given.items() if value}
        if incoming.media:
            data["media"] = list(incoming.media)
            media.belongs_to(turn.session, incoming.media, turn.chat.id)
        if files := incoming.extra.get("files"):
            data["files"] = files
        if incoming.contact:
            data["contact"] = {"phone": clean(incoming.contact.phone, 40), "own": incoming.contact.own}
        return messages.receive(
            turn.session, turn.chat.id, incoming.channel, key=incoming.key, kind=incoming.kind,
            text=press.label if press else turn.words, data=data, now=turn.now,
        )  # fmt: skip

    def _turn_away(self, turn: Turn) -> Outcome:
        """What follows is counted, and told when the hour is over. No key is kept: what is delivered again counts twice."""
        if tells := flood.is_to_be_told(turn.chat, turn.now):
            words = turn.text("dialogue.hour_full", n=flood.MOST_AN_HOUR, minutes=flood.minutes_left(turn.chat, turn.now))
            self._post(turn, Said(Reply(words)), None)
        if turn.chat.hour == flood.MOST_AN_HOUR + 1:
            log.warning("chat %d has sent more than %d messages within an hour", turn.chat.id, flood.MOST_AN_HOUR)
        chats.save(turn.session, turn.chat)
        return Outcome(turn.chat.id, dropped=True, spoke=tells)

    def _stops(self, turn: Turn) -> bool:
        """Who wants no more offers is heard in the middle of a flood, too; once."""
        return turn.chat.stopped_at is None and self.conversation.means_stop(turn.incoming)

    def _guarded(self, turn: Turn, press: Press | None) -> Said:
        """The turn behind the flood guard, with the two exceptions that speak to people turned into words."""
        late = lateness.is_late(turn)
        match flood.judge(turn.chat, turn.incoming, turn.now):
            case flood.Verdict.SILENT | flood.Verdict.WARN if self._stops(turn):
                pass
            case flood.Verdict.SILENT:
                return Said()
            case flood.Verdict.WARN:
                if late:  # they came at once because we were away
                    return Said()
                messages.cancel_queued_replies(turn.session, turn.chat.id)
                return Said(Reply(turn.text("dialogue.slow_down")))
        try:
            said = self.conversation.think(turn, press)
        except (Unclear, Refusal) as spoken:
            said = Said(Reply(turn.text(spoken.key, **spoken.values)))
        if late:
            lateness.apologise(turn, said)
        return said

    # -- writing it down ----------------------------------------------------------------------------------------------

    def _post(self, turn: Turn, said: Said, press: Press | None) -> bool:
        if said.reply is None or said.reply.silent:
            return False
        data: dict[str, Any] = {"late": True} if said.late else {}
        if said.asks:
            data["ask"] = [turn.chat.run, turn.chat.slot]
        edits = press.message_id if press and press.replaceable else None
        row = row_of(turn.chat, said.reply, turn.now, before=said.before, data=data, edits=edits, feature=said.feature)
        messages.post(turn.session, [row])
        return True


def _tell(what: str, trouble: Exception) -> None:
    """To the person on call; only where and what kind, because the message of an exception may quote what somebody typed."""
    if isinstance(trouble, DBAPIError) and passes(trouble):
        log.warning("%s found the database busy or away, and is due again in the next round", what)
        return
    where = "".join(traceback.format_tb(trouble.__traceback__))
    log.error("%s failed: %s\n%s", what, type(trouble).__name__, where)
