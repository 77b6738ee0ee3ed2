"""Telling staff: what is new about a ticket goes into its topic, or to people in private; a round tells what is due.

A notice is told when a row that carries it has arrived. Until then it stays, and goes another way if one is closed.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.texts import Texts
from handlers.tickets import board, wanting
from handlers.tickets.actions import ALBUM_WAIT
from handlers.tickets.board import View
from handlers.tickets.card import role_of
from handlers.tickets.work import BOT, Work, may_see
from storage import boards, chats, messages, relays, staff_links, tickets
from storage.boards import Board
from storage.chats import Chat
from storage.marks import Notice
from storage.messages import Message
from storage.staff import MANAGER, REGION, Staff
from storage.tickets import Ticket

# So much may wait for a group, which bears 20 messages a minute; what is new after that gathers and goes in one message.
WAITING = 4
# A row that was refused so often: the group does not take it, people do.
TRIES = 2
ALARMING = ("opened", "raised", "broken", "reopened")


def due(session: Session, group: str) -> list[int]:
    """Tickets of which something is to be shown or told, the worst first; while much waits for the group, only critical ones."""
    linked = [member.id for member, _ in staff_links.everybody(session)]
    if not group and not linked:
        return []
    chat = chats.find(session, "telegram", group) if group else None
    in_group = group and (chat is None or chat.reachable)
    numbers = dict.fromkeys([*boards.with_notices(session), *boards.due(session, None if in_group else linked)])
    found = [ticket for number in numbers if (ticket := tickets.get(session, number))]
    if chat and chat.reachable and boards.queued(session, chat.id) >= WAITING:
        found = [ticket for ticket in found if ticket.tier == tickets.CRITICAL]
    return [ticket.id for ticket in sorted(found, key=lambda ticket: (-tickets.TIERS.index(ticket.tier), ticket.id))]


def settle(session: Session, now: datetime) -> None:
    boards.settle(session, now)


def tell(session: Session, ticket_id: int, texts: Texts, now: datetime, group: str) -> bool:
    """Tells what is new about one ticket; whether anything was posted. `group`: address of the staff's group, "" for none."""
    work, ticket = Work(session, texts, now, BOT), tickets.get(session, ticket_id)
    assert ticket is not None, "tickets are never deleted"
    chat = _chat(session, group, now) if group else None
    lost = chat is not None and not chat.reachable
    home, language = (chat, "") if chat and not lost else _chat_of_holder(work, ticket)
    # Read under the lock of the chat, so that two workers do not tell the same.
    waiting = boards.notices(session, ticket.id)
    wishes = [notice for notice in waiting if notice.kind == "approval"]
    mentions = [notice for notice in waiting if notice.kind == "mentioned"]
    waiting = [notice for notice in waiting if notice.kind not in ("approval", "mentioned")]
    refused = [notice for notice in waiting if notice.tries >= TRIES]
    spoke = False
    if home and (boards.queued(session, home.id) < WAITING or ticket.tier == tickets.CRITICAL):
        told = [notice for notice in waiting if notice.tries < TRIES]
        spoke = _in_chat(work, home, ticket, told, language)
        if lost or (ticket.tier == tickets.CRITICAL and any(notice.kind in ALARMING for notice in told)):
            others = [one for one in _managers(work, ticket) if one[1] != home.address]
            spoke |= _privately(work, ticket, told, others, carries=False)
    spoke |= _mentioned(work, ticket, mentions)
    spoke |= wanting.tell(work, ticket, wishes, chat if not lost else None, _chat)
    if home is None:
        return _privately(work, ticket, waiting, _people(work, ticket, lost=lost)) or spoke
    return _privately(work, ticket, refused, _people(work, ticket, lost=True)) or spoke


def _chat_of_holder(work: Work, ticket: Ticket) -> tuple[Chat | None, str]:
    """Where there is no group, a ticket stands in the private chat of whoever has it; with the language that they read."""
    for member, address in _of_store(work, ticket):
        if member.id == ticket.staff_id:
            chat = _chat(work.session, address, work.now)
            return (chat if chat.reachable else None), member.language
    return None, ""


def _chat(session: Session, address: str, now: datetime) -> Chat:
    found = chats.find(session, "telegram", address)
    if found is None:
        return chats.arrive(session, "telegram", address, pulls=False, now=now)
    return chats.lock(session, found.id)


# -- in a chat -------------------------------------------------------------------------------------------------------------


def _in_chat(work: Work, chat: Chat, ticket: Ticket, notices: Sequence[Notice], language: str) -> bool:
    known = work.session.get(Board, ticket.id)
    if known is None and not ticket.alive and not notices:
        return False
    shown = known.event_id if known else 0
    standing = board.stand(work, chat, ticket, language)
    seen = board.view(work, ticket, language)
    new = _whole([line for line in tickets.thread(work.session, ticket.id) if line.id > standing.message_id], work.now)
    before, standing.message_id = standing.message_id, max([standing.message_id, *(line.id for line in new)])
    new = [line for line in new if _worth_showing(line, standing)]
    lines = [(text, 0) for text in _notice_lines(seen, notices, bool(new))]
    lines += [(board.said(seen, line), line.id) for line in new] + [(text, 0) for text in _new_notes(seen, chat, standing)]
    lines += _rewritten(seen, shown, before)
    where = {"topic": standing.topic_id, "under": standing.card_id}
    number = None
    under = {line.id: ref for line in new if (ref := _replied_to(work, chat, line))}
    for bundle, ids in _bundles(lines, alone=under):
        data = {**where, "lines": ids, **({"answers_ref": under[ids[0]]} if ids and ids[0] in under else {})}
        number = board.post(work, chat, ticket, "said", bundle, before=before, data=data)
    for kind, data, ids in _attachments(seen.customer, new):
        board.post(work, chat, ticket, "said", "", before=before, kind=kind, data={**where, **data, "lines": ids})
    # A notice without words of its own has arrived when the card has.
    for notice in notices:
        notice.message_id = number or standing.card_id
    return True


def _whole(lines: list[Message], now: datetime) -> list[Message]:
    """Without an album that is still coming in: it is shown in one piece, a moment later."""
    last = lines[-1] if lines else None
    album = last.data.get("album") if last else None
    if not last or not album or not last.created_at or now - last.created_at > ALBUM_WAIT:
        return lines
    return lines[: next(index for index, line in enumerate(lines) if line.data.get("album") == album)]


def _rewritten(seen: View, after: int, known: int) -> list[tuple[str, int]]:
    """What the customer has changed in words that were shown before."""
    events = tickets.events_after(seen.work.session, seen.ticket.id, "rewritten", after)
    ids = dict.fromkeys(event.detail["message"] for event in events if event.detail["message"] <= known)
    lines = messages.with_ids(seen.work.session, seen.customer.id, list(ids))
    return [(board.rewritten(seen, line), line.id) for line in lines]


def _new_notes(seen: View, chat: Chat, standing: Board) -> list[str]:
    """Notes that were written elsewhere: in the console, or in another chat."""
    new = [noted for noted in tickets.notes(seen.work.session, seen.ticket.id) if noted.id > standing.note_id]
    standing.note_id = max([standing.note_id, *(noted.id for noted in new)])
    here = relays.notes_from(seen.work.session, chat.id, [noted.id for noted in new])
    return [board.note(seen, noted) for noted in new if noted.id not in here]


def _replied_to(work: Work, chat: Chat, line: Message) -> str:
    """What staff wrote in this chat, if the customer's line replies to just that; the channel's id of it."""
    ref = line.data.get("answers") if line.incoming else None
    answered = messages.by_ref(work.session, line.chat_id, str(ref)) if ref else None
    relay = relays.of_message(work.session, answered) if answered else None
    return relay.ref if relay and relay.chat_id == chat.id else ""


def _attachments(customer: Chat, lines: Sequence[Message]) -> list[tuple[str, dict[str, Any], list[int]]]:
    """Photos, those of an album together, and what else the customer sent, passed on as it is: kind, data, lines."""
    found: list[tuple[str, dict[str, Any], list[int]]] = []
    albums: dict[str, int] = {}
    for line in lines:
        album = str(line.data.get("album", "") or line.id)
        for picture in board.pictures(line):
            at = albums.get(album)
            if at is not None and len(found[at][1]["pictures"]) < messages.MOST_IN_ALBUM:
                found[at][1]["pictures"].append(picture)
                found[at][2].append(line.id)
            else:
                albums[album] = len(found)
                found.append(("album", {"pictures": [picture]}, [line.id]))
        if line.incoming and line.kind in ("file", "other") and customer.channel == "telegram" and line.data.get("ref"):
            found.append(("copy", {"copy": {"chat": customer.address, "refs": [line.data["ref"]]}}, [line.id]))
        for file in line.data.get("files", ()):
            found.append(("file", {"files": [file]}, [line.id]))
    return found


def _worth_showing(line: Message, standing: Board) -> bool:
    """Not the customer's own card, and not what was written here."""
    return not line.data.get("card") and line.data.get("written_in") != standing.topic_id and (line.incoming or "by" in line.data)


def _notice_lines(seen: View, notices: Sequence[Notice], words: bool) -> list[str]:
    kinds = dict.fromkeys(notice.kind for notice in notices)
    # Their words say that they wrote.
    return [seen.text(f"notice.{kind}") for kind in kinds if kind != "wrote" or not words]


def _bundles(lines: Sequence[tuple[str, int]], alone: Collection[int] = ()) -> list[tuple[str, list[int]]]:
    """The lines in as few messages as can hold them, each with the messages of the thread that it tells; some stand alone."""
    found: list[tuple[str, list[int]]] = []
    for line, message_id in lines:
        apart = message_id in alone or any(number in alone for number in (found[-1][1] if found else ()))
        if not found or apart or len(found[-1][0]) + len(line) >= board.MOST_SAID:
            found.append((line, []))
        else:
            found[-1] = (f"{found[-1][0]}\n{line}", found[-1][1])
        if message_id:
            found[-1][1].append(message_id)
    return found


# -- in private -------------------------------------------------------------------------------------------------------------


def _privately(
    work: Work, ticket: Ticket, notices: Sequence[Notice], people: Sequence[tuple[Staff, str]], *, carries: bool = True
) -> bool:
    """The same message to each of these people. `carries`: the notices are told when it has arrived."""
    if not notices or not people:
        return False
    number = None
    lines = _unanswered(work, ticket)
    for member, address in sorted(people, key=lambda one: one[1]):
        chat = _chat(work.session, address, work.now)
        seen = board.view(work, ticket, member.language)
        parts = [*_notice_lines(seen, notices, False), board.card(seen), *(board.said(seen, line) for line in lines)]
        parts.append(board.how_to_answer(seen, chat))
        urgent = 0 if ticket.tier == tickets.CRITICAL else 1
        number = board.post(
            work, chat, ticket, "private", "\n".join(parts), priority=urgent, token=board.token(),
            data={"buttons": board.buttons(seen), "lines": [line.id for line in lines]},
            key=f"staff:{notices[-1].id}:{notices[-1].tries}:{member.id}",
        )  # fmt: skip
        for kind, data, ids in _attachments(seen.customer, lines):
            board.post(work, chat, ticket, "private", "", priority=urgent, kind=kind, data={**data, "lines": ids})
    if carries:
        for notice in notices:
            notice.message_id = number
    return True


def _mentioned(work: Work, ticket: Ticket, notices: Sequence[Notice]) -> bool:
    """Each in their own chat; who is not linked finds it in the console."""
    linked = {member.id: (member, address) for member, address in _of_store(work, ticket)}
    spoke = False
    for notice in notices:
        if (one := linked.get(notice.staff_id or 0)) and notice.tries < TRIES:
            spoke |= _privately(work, ticket, [notice], [one])
        else:
            notice.told_at = work.now
    return spoke


def _unanswered(work: Work, ticket: Ticket) -> list[Message]:
    """What the customer said since somebody answered, the last of it."""
    last = tickets.last_reply(work.session, ticket.id)
    return [line for line in tickets.thread(work.session, ticket.id) if line.incoming and line.id > last][-3:]


def _people(work: Work, ticket: Ticket, *, lost: bool) -> list[tuple[Staff, str]]:
    """Who is told in private: who has it, else who answers for its tier, else everybody of the store.

    `lost`: there is a group, and it cannot be reached; then it is the managers.
    """
    everybody = _of_store(work, ticket)
    managers = [one for one in everybody if one[0].role in (MANAGER, REGION)]
    if lost and managers:
        return managers
    holder = [one for one in everybody if one[0].id == ticket.staff_id]
    role = [one for one in everybody if one[0].role == role_of(ticket.tier)]
    return holder or role or everybody


def _managers(work: Work, ticket: Ticket) -> list[tuple[Staff, str]]:
    return [one for one in _of_store(work, ticket) if one[0].role in (MANAGER, REGION)]


def _of_store(work: Work, ticket: Ticket) -> list[tuple[Staff, str]]:
    return [one for one in staff_links.everybody(work.session) if may_see(one[0], ticket)]
