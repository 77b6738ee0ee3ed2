"""Relaying: what staff write about a ticket in a chat of theirs goes to the customer, or is a note and goes nowhere."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue import Refusal
from handlers.dialogue.texts import Texts
from handlers.tickets import actions, aims, asking
from handlers.tickets.aims import Aim
from handlers.tickets.place import Place, answer, asked, check, find, language_of, log, member_of, replied_to, work_of
from handlers.tickets.word import Heard, Word
from handlers.tickets.work import Work
from storage import chats, messages, relays, tickets
from storage.relays import Relay
from storage.staff import Staff
from storage.tickets import TicketNote


def for_customer(session: Session, word: Word, *, elsewhere: bool = False) -> int | None:
    """The customer's chat, if a photo that this brings is to be fetched for it. `elsewhere`: only if it is not on Telegram."""
    place = find(session, word)
    member = member_of(session, word)
    if place is None or member is None or word.edited or aims.read(word.text).aim is not Aim.REPLY:
        return None
    if word.album and any(sibling.note_id for sibling in relays.of_album(session, place.chat.id, word.album)):
        return None
    chat = chats.get(session, place.ticket.chat_id) if elsewhere else None
    return None if chat and chat.channel == "telegram" else place.ticket.chat_id


def take(session: Session, word: Word, texts: Texts, now: datetime) -> Heard:
    """One thing that was written, in a transaction of its own. It is about no ticket, or here before: nothing happens."""
    place, data = find(session, word), {"ref": word.ref, "person": word.person}
    if place is None:
        return Heard()
    # The lock of the staff chat: what is said in it keeps its order. What was said is not kept here, lest a note be read.
    chat = chats.arrive(session, "telegram", word.address, pulls=False, now=now)
    # A topic is of one ticket for ever; what is edited or replied to may only have been written down meanwhile.
    place = find(session, word) if word.edited or word.reply_to else replace(place, chat=chat)
    assert place is not None, "what was found is never deleted"
    if not messages.receive(session, chat.id, "telegram", key=word.key, kind="staff", text="", data=data, now=now):
        return Heard(duplicate=True)
    member = member_of(session, word)
    work = work_of(session, texts, now, member)
    try:
        with session.begin_nested():
            _do(work, place, word, check(member, place.ticket))
    except Refusal as no:
        nobody = no.key == "tickets.group.not_linked"
        once = f"staff:nobody:{chat.id}:{word.person}:{place.ticket.id}:{now:%Y%m%d%H}" if nobody else ""
        answer(work, place, word, language_of(work, word, place.ticket, member), no.key, once=once, **no.values)
    return Heard(spoke=True)


def _do(work: Work, place: Place, word: Word, member: Staff) -> None:
    if word.edited and place.relay is not None:
        _edit(work, place, place.relay, word, member)
        return
    aim = aims.read(word.text)
    siblings = relays.of_album(work.session, place.chat.id, word.album) if word.album else []
    if aim.aim is Aim.NOTE or any(sibling.note_id for sibling in siblings):
        _note(work, place, word, aim.words, siblings)
    elif question := asked(work.session, place):
        asking.answered(work, place, question, word.text)
        _keep(work, place, word)
    else:
        _refuse_unclear(aim.aim)
        _reply(work, place, word, member, aim.words, siblings)


def _refuse_unclear(aim: Aim) -> None:
    if aim is Aim.COMMAND:
        raise Refusal("tickets.group.command")
    if aim is Aim.MIXED:
        raise Refusal("tickets.group.mixed")


def _reply(work: Work, place: Place, word: Word, member: Staff, words: str, siblings: list[Relay]) -> None:
    if word.refusal:
        raise Refusal(word.refusal)
    ticket, ref = place.ticket, "" if word.picture else word.ref
    more = siblings[-1].message_id if siblings and not word.file[0] else None
    if more is not None and actions.add_to_album(work, ticket, more, words, picture=word.picture, ref=ref):
        _keep(work, place, word, message_id=more)
        return
    number = actions.reply(
        work, ticket, words, picture=word.picture, topic=place.topic, answers=replied_to(work.session, place),
        copied={"chat": word.address, "refs": [word.ref]} if word.kind == "copy" and not word.file[0] else None,
        file=word.file, album=bool(word.album) and not word.file[0],
    )  # fmt: skip
    log(work, ticket, "reply")
    if ticket.staff_id is None:  # whoever answers what nobody has, has it
        actions.claim(work, ticket)
    _keep(work, place, word, message_id=number, watched_id=number)


def _note(work: Work, place: Place, word: Word, words: str, siblings: list[Relay]) -> None:
    """One word with a note's mark makes the whole album a note; what of it waits to leave is held back."""
    language = language_of(work, word, place.ticket, member_of(work.session, word))
    noted = next((sibling.note_id for sibling in siblings if sibling.note_id), None)
    for message_id in {sibling.message_id for sibling in siblings if sibling.message_id}:
        try:
            _take_back(work, place, siblings, message_id)
        except Refusal as no:
            answer(work, place, word, language, no.key)
    if noted is None:
        text = words if word.kind == "text" else f"[{work.texts.label('tickets.group.attached', language, {})}] {words}"
        noted = actions.note(work, place.ticket, text).id
        log(work, place.ticket, "note")
    elif words:
        row = work.session.get_one(TicketNote, noted)
        actions.rewrite_note(work, place.ticket, row, f"{row.text}\n{words}")
    for sibling in siblings:
        sibling.note_id = noted
    _keep(work, place, word, note_id=noted)


def _take_back(work: Work, place: Place, siblings: list[Relay], message_id: int) -> bool:
    """Whether the customer had it already."""
    watched = actions.withdraw(work, place.ticket, message_id)
    for sibling in siblings:
        if sibling.message_id == message_id:
            sibling.message_id, sibling.watched_id = None, watched
    return watched is not None


def _edit(work: Work, place: Place, relay: Relay, word: Word, member: Staff) -> None:
    """A reply is put right, or taken back when a note's mark is put before it. A note stays one whatever is made of it."""
    aim = aims.read(word.text)
    if relay.staff_id != member.id:
        raise Refusal("tickets.group.not_linked")
    if relay.note_id is not None:
        noted = work.session.get_one(TicketNote, relay.note_id)
        actions.rewrite_note(work, place.ticket, noted, aim.words)
        if aim.aim is not Aim.NOTE:
            answer(work, place, word, member.language, "tickets.group.stays_note")
    elif relay.message_id is not None and aim.aim is Aim.NOTE:
        siblings = relays.of_album(work.session, place.chat.id, relay.album) if relay.album else [relay]
        if _take_back(work, place, siblings, relay.message_id):
            answer(work, place, word, member.language, "tickets.group.taken_back")
        noted = actions.note(work, place.ticket, aim.words or "…")
        for sibling in siblings:
            sibling.note_id = noted.id
    elif relay.message_id is not None:
        _refuse_unclear(aim.aim)
        number = actions.correct(work, place.ticket, relay.message_id, aim.words, topic=place.topic)
        relay.watched_id = number or relay.watched_id


def _keep(work: Work, place: Place, word: Word, **became: int | None) -> None:
    assert work.by.staff_id is not None, "only staff come this far"
    work.session.add(
        Relay(
            chat_id=place.chat.id, ref=word.ref, thread=word.thread, ticket_id=place.ticket.id, staff_id=work.by.staff_id,
            album=word.album or None, **became,
        )
    )  # fmt: skip
    work.session.flush()


def report(session: Session, relay_id: int, texts: Texts, now: datetime) -> bool:
    """Says to staff what of theirs did not arrive; whether anything was said."""
    seen = session.get_one(Relay, relay_id)
    chat = chats.lock(session, seen.chat_id)
    relay = session.get_one(Relay, relay_id, populate_existing=True)
    ticket = tickets.get(session, relay.ticket_id)
    assert ticket is not None, "tickets are never deleted"
    found = messages.with_ids(session, ticket.chat_id, [relay.watched_id or 0])
    relay.watched_id = None
    key = {"dead": "undelivered", "cancelled": "undelivered", "uncertain": "uncertain"}.get(found[0].status if found else "")
    if key is None:
        return False
    if found[0].kind == "delete":
        key = "still_there"
    word = Word(key=f"relay:{relay.id}:{found[0].id}", address=chat.address, person="", ref=relay.ref, thread=relay.thread)
    place, author = find(session, word), session.get(Staff, relay.staff_id)
    if place is None:
        place = Place(chat, ticket, None, relay, None)
    work = work_of(session, texts, now, None)
    answer(work, place, word, author.language if author else "en", f"tickets.group.{key}")
    return True
