"""Telling those above that somebody wishes to give something: in the group, and to each of them in private."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue.texts import escape
from handlers.rewards import words
from handlers.tickets import board, gifts
from handlers.tickets.work import Work
from storage.approvals import Approval
from storage.chats import Chat
from storage.coupons import Offer
from storage.marks import Notice
from storage.staff import Staff
from storage.tickets import Ticket


def tell(
    work: Work, ticket: Ticket, notices: Sequence[Notice], group: Chat | None, chat_of: Callable[[Session, str, datetime], Chat]
) -> bool:
    """Asks for a yes or no; whether anything was posted. `group`: locked by the caller. Until somebody can be asked it waits."""
    spoke = False
    waiting = {f"approval:{wish.id}": (wish, offer, asker) for wish, offer, asker in gifts.wishes(work, ticket)}
    for notice in notices:
        if notice.key not in waiting:
            continue
        wish, offer, asker = waiting[notice.key]
        number = (
            _ask(work, group, ticket, wish, offer, asker, "", "") if group and board.where(work.session, group, ticket) else None
        )
        for member, address in sorted(gifts.deciders(work.session, ticket, wish), key=lambda one: one[1]):
            chat = chat_of(work.session, address, work.now)
            key = f"staff:{notice.id}:{notice.tries}:{member.id}"
            number = _ask(work, chat, ticket, wish, offer, asker, member.language, key) or number
        notice.message_id = number
        spoke |= number is not None
    return spoke


def _ask(work: Work, chat: Chat, ticket: Ticket, wish: Approval, offer: Offer, asker: Staff, language: str, key: str) -> int:
    seen = board.view(work, ticket, language)
    what = f"{words.name(offer, seen.language)} · {gifts.worth(work.session, offer, work, seen.language)}"
    text = f"🔑 {escape(board.title(seen))}\n" + escape(seen.label("gift.wanted", who=asker.name, what=what))
    rows = [[{"label": seen.label(f"group.button.{do}"), "do": do, "value": wish.id} for do in ("grant", "decline")]]
    data = {**board.where(work.session, chat, ticket), "buttons": rows}
    more: dict[str, Any] = {"key": key} if key else {}
    return board.post(work, chat, ticket, "ask", text, data=data, token=board.token(), priority=0, **more)
