"""Telling staff: what is new about a ticket goes into its topic, or to people in private; a round tells what is due.

A notice is told when a row that carries it has arrived. Until then it stays, and goes another way if one is closed.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.dialogue.texts import Texts
from handlers.tickets import board
from handlers.tickets.board import View
from handlers.tickets.card import role_of
from handlers.tickets.work import BOT, Work
from storage import boards, chats, staff, staff_links, tickets
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
    if not group and not staff_links.everybody(session):
        return []
    numbers = dict.fromkeys([*boards.with_notices(session), *(boards.due(session) if group else ())])
    found = [ticket for number in numbers if (ticket := tickets.get(session, number))]
    chat = chats.find(session, "telegram", group) if group else None
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
    open_group = chat if chat and chat.reachable else None
    # Read under the lock of the group, so that two workers do not tell the same.
    waiting = boards.notices(session, ticket.id)
    refused = [notice for notice in waiting if notice.tries >= TRIES]
    spoke = False
    if open_group and (boards.queued(session, open_group.id) < WAITING or ticket.tier == tickets.CRITICAL):
        told = [notice for notice in waiting if notice.tries < TRIES]
        spoke = _in_group(work, open_group, ticket, told)
        if ticket.tier == tickets.CRITICAL and any(notice.kind in ALARMING for notice in told):
            spoke |= _privately(work, ticket, told, _managers(work, ticket), carries=False)
    if open_group is None:
        return _privately(work, ticket, waiting, _people(work, ticket, lost=chat is not None)) or spoke
    return _privately(work, ticket, refused, _people(work, ticket, lost=True)) or spoke


def _chat(session: Session, address: str, now: datetime) -> Chat:
    found = chats.find(session, "telegram", address)
    if found is None:
        return chats.arrive(session, "telegram", address, pulls=False, now=now)
    return chats.lock(session, found.id)


# -- in the group -----------------------------------------------------------------------------------------------------------


def _in_group(work: Work, chat: Chat, ticket: Ticket, notices: Sequence[Notice]) -> bool:
    known = work.session.get(Board, ticket.id)
    if known is None and not ticket.alive and not notices:
        return False
    standing = board.stand(work, chat, ticket)
    seen = board.view(work, ticket)
    new = [line for line in tickets.thread(work.session, ticket.id) if line.id > standing.message_id]
    before, standing.message_id = standing.message_id, max([standing.message_id, *(line.id for line in new)])
    new = [line for line in new if _worth_showing(line, standing)]
    lines = _notice_lines(seen, notices, bool(new)) + [board.said(seen, line) for line in new]
    where = {"topic": standing.topic_id, "under": standing.card_id}
    number = None
    for bundle in _bundles(lines):
        number = board.post(work, chat, ticket, "said", bundle, before=before, data=where)
    for line in new:
        for picture in board.pictures(line):
            board.post(work, chat, ticket, "said", "", before=before, kind="photo", data={**where, "picture": picture})
    # A notice without words of its own has arrived when the card has.
    for notice in notices:
        notice.message_id = number or standing.card_id
    return True


def _worth_showing(line: Message, standing: Board) -> bool:
    """Not the customer's own card, and not what was written here."""
    return not line.data.get("card") and line.data.get("topic") != standing.topic_id and (line.incoming or "by" in line.data)


def _notice_lines(seen: View, notices: Sequence[Notice], words: bool) -> list[str]:
    kinds = dict.fromkeys(notice.kind for notice in notices)
    # Their words say that they wrote.
    return [seen.text(f"notice.{kind}") for kind in kinds if kind != "wrote" or not words]


def _bundles(lines: Sequence[str]) -> list[str]:
    """The lines in as few messages as can hold them."""
    found: list[str] = []
    for line in lines:
        if found and len(found[-1]) + len(line) < board.MOST_SAID:
            found[-1] += "\n" + line
        else:
            found.append(line)
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
        urgent = 0 if ticket.tier == tickets.CRITICAL else 1
        number = board.post(
            work, chat, ticket, "private", "\n".join(parts), priority=urgent,
            key=f"staff:{notices[-1].id}:{notices[-1].tries}:{member.id}",
        )  # fmt: skip
        for picture in [picture for line in lines for picture in board.pictures(line)]:
            board.post(work, chat, ticket, "private", "", priority=urgent, kind="photo", data={"picture": picture})
    if carries:
        for notice in notices:
            notice.message_id = number
    return True


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


def may_see(member: staff.Staff, ticket: Ticket) -> bool:
    """The store wall; a matter that belongs to no store yet is everybody's."""
    return member.store_id is None or ticket.store_id is None or member.store_id == ticket.store_id
