"""Many tickets at once: given to somebody, tagged, closed, or answered; and the way back for whoever pressed too quickly."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers.desk import Desk, Go, Missing
from handlers.dialogue import Refusal
from handlers.dialogue.texts import Texts
from handlers.inbox import doing, rules, saying
from handlers.oversight import files as oversight
from handlers.tickets import actions
from handlers.tickets.work import By, Work
from storage import handiness, staff, tickets
from storage.handiness import UNDO, Bulk
from storage.tickets import Ticket

ASSIGN, TAG, CLOSE, MACRO = "assign", "tag", "close", "macro"
MOST = 50


def many(desk: Desk) -> Go:
    """What is ticked in the list. One that is not theirs to see makes the whole of it fail, as if it did not exist."""
    chosen = sorted(
        (desk.find("ticket", token) for token in list(desk.form.get("ticket", ()))[:MOST]), key=lambda one: (one.chat_id, one.id)
    )
    living = [ticket for ticket in chosen if ticket.alive]
    if not living or desk.field("do") not in (ASSIGN, TAG, CLOSE):
        raise Refusal("inbox.choose")
    give, name = desk.field("do") == ASSIGN, saying.tag_of(desk) if desk.field("do") == TAG else ""
    to = _to(desk, living) if give else None
    items: list[list[Any]] = [[ticket.id, ticket.staff_id] for ticket in living]
    if name:
        has = handiness.tags_of(desk.session, [ticket.id for ticket in living])
        living = [ticket for ticket in living if name not in has.get(ticket.id, [])]
        items = [[ticket.id, name] for ticket in living]
    row = Bulk(
        staff_id=desk.staff.id, do=desk.field("do"), to_id=to, items=items, at=desk.now, due_at=desk.now + UNDO, ended_at=None
    )
    desk.session.add(row)
    if give:
        for ticket in living:
            actions.assign(doing.work_of(desk), ticket, to)
    for ticket in living if name else ():
        actions.tag(doing.work_of(desk), ticket, name)
    desk.audit(f"ticket.bulk_{row.do}", tickets=[ticket.id for ticket in living], to=to)
    oversight.at_once(desk.session, row.do, len(living), desk.staff, desk.now)
    return Go(desk.back("/tickets"))


def undo(desk: Desk) -> Go:
    """Within ten seconds: closing and writing have not begun then, and an assigned ticket goes back if nobody has moved it since.

    A tag goes from those that did not have it before.
    """
    number = desk.house.tokens.read("bulk", desk.field("bulk"))
    row = handiness.lock_bulk(desk.session, number) if number is not None else None
    if row is None or row.staff_id != desk.staff.id or row.due_at <= desk.now:
        raise Refusal("inbox.undo_late")
    row.ended_at = desk.now
    for ticket_id, before in row.items if row.do == ASSIGN else ():
        ticket = desk.session.get_one(Ticket, ticket_id)
        if ticket.alive and ticket.staff_id == row.to_id:
            actions.assign(doing.work_of(desk), ticket, before)
    for ticket_id, name in row.items if row.do == TAG else ():
        actions.tag(doing.work_of(desk), desk.session.get_one(Ticket, ticket_id), name, off=True)
    desk.audit(f"ticket.bulk_{row.do}_undone", tickets=[item[0] for item in row.items])
    return Go(desk.back("/tickets"), desk.plain("inbox.undone"))


def due(session: Session, now: datetime) -> Sequence[int]:
    return handiness.bulks_due(session, now, (ASSIGN, TAG, CLOSE))


def settle(session: Session, number: int, texts: Texts, now: datetime) -> None:
    """The way back is closed. Tickets that were to be closed and still live are, in the order in which locks are taken."""
    row = handiness.lock_bulk(session, number)
    if row is None:
        return
    row.ended_at = now
    if row.do != CLOSE:
        return
    member = session.get_one(staff.Staff, row.staff_id)
    work = Work(session, texts, now, By(member.name, "console", member.id))
    for ticket_id, _ in row.items:
        ticket = tickets.get(session, ticket_id)
        if ticket is not None and ticket.alive and member.dismissed_at is None:
            actions.close(work, ticket)


def standing(desk: Desk) -> Mapping[str, Any]:
    """What the list says about it."""
    last, ending = handiness.standing(desk.session, desk.staff.id, desk.now)
    return {"last_bulk": last, "ending": ending}


def _to(desk: Desk, chosen: Sequence[Ticket]) -> int | None:
    """Somebody who may have every one of them."""
    wish = desk.field("to")
    if not wish:
        return None
    member = desk.session.get(staff.Staff, desk.house.tokens.read("member", wish) or 0)
    if member is None or not all(rules.may_have(member, ticket.store_id) for ticket in chosen):
        raise Missing
    return member.id
