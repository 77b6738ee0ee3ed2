"""What changes a ticket; the same for the customer's chat, the command line, Telegram and the console.

Each takes a `Work` (who, when, from where) and a ticket. Raises Refusal with a sentence for whoever tried.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from handlers.contact import actions as gate
from handlers.dialogue import Refusal
from handlers.dialogue.texts import escape
from handlers.tickets import assignment, card, promises, rating
from handlers.tickets.rules import Verdict
from handlers.tickets.work import BOT, Work, may_see
from storage import attention, handiness, marks, messages, parts, staff, tickets, tier_rules
from storage.chats import Chat
from storage.tickets import Ticket, TicketNote

# Words that come later than this after the last ones are a second message, not the rest of the first.
ONE_BREATH = timedelta(minutes=5)
MOST_SUMMARY = 4000
# The parts of an album come one by one, and leave together.
ALBUM_WAIT = timedelta(seconds=1.5)
_ENOUGH = 20_000
# So long a ticket may be put aside.
FURTHEST = timedelta(days=30)
_NAMED = re.compile(r"(?<![\w@.])@([\w][\w.-]{0,79})")


# -- the customer's side ----------------------------------------------------------------------------------------------------


def open_ticket(
    work: Work, chat: Chat, kind: str, summary: str, *, verdict: Verdict | None = None, error: str | None = None,
    store_id: int | None = None, visit_id: int | None = None, appointment_id: int | None = None, written: bool = True,
) -> Ticket:  # fmt: skip
    """A new matter in the queue, promised, assigned and announced. `verdict` says how bad a complaint is and why.

    `store_id`, `visit_id`, `appointment_id`: where they are known; else the store is the one that the chat is about. `written`:
    the newest words of the chat are about it.
    """
    tier = (verdict and verdict.tier) or (tickets.MINOR if kind == "complaint" else tickets.QUESTION)
    ticket = Ticket(
        token=tickets.new_token(), chat_id=chat.id, customer_id=chat.customer_id, store_id=store_id or chat.store_id,
        visit_id=visit_id, appointment_id=appointment_id, kind=kind, tier=tier,
        category=verdict.category if verdict else None, reasons=[list(reason) for reason in verdict.reasons] if verdict else [],
        status=tickets.OPEN, summary=summary[-MOST_SUMMARY:], error=error, opened_at=work.now, response_from=work.now,
        solution_from=work.now, response_alarm=0, solution_alarm=0, unanswered=1, reopened=0, heard_at=work.now,
    )  # fmt: skip
    work.session.add(ticket)
    work.session.flush()
    work.event(ticket, "opened", kind=kind, tier=tier, rules=[code for code, _ in ticket.reasons])
    if written:
        link_newest(work, chat, ticket)
    promises.reckon(work.session, ticket, work.now)
    assignment.assign_at_open(work, chat, ticket)
    notify(work, ticket, "opened", f"{ticket.id}")
    _no_offers(work, chat, ticket)
    card.show(work, chat, ticket)
    return ticket


def hear(work: Work, chat: Chat, ticket: Ticket, words: str = "", message_ids: Iterable[int] | None = None) -> None:
    """More of the same matter: kept with it, and its clock goes on if it stood still for the customer."""
    if message_ids is None:
        link_newest(work, chat, ticket)
    else:
        tickets.link(work.session, ticket.id, message_ids)
    if words:
        ticket.summary = "\n".join(part for part in (ticket.summary, words) if part)[-MOST_SUMMARY:]
    if ticket.heard_at is None or not ticket.unanswered or work.now - ticket.heard_at > ONE_BREATH:
        ticket.unanswered += 1
        notify(work, ticket, "wrote", f"{ticket.id}:{messages.last_id(work.session, chat.id)}")
        if ticket.unanswered >= 2:
            key = f"{ticket.id}:unanswered:{ticket.unanswered}"
            marks.mark(work.session, key=key, chat_id=chat.id, ticket_id=ticket.id, kind="unanswered_twice", now=work.now)
    ticket.heard_at = work.now
    if ticket.status == tickets.WAITING:
        ticket.status = tickets.ANSWERED
        tickets.go_on(work.session, ticket.id, work.now)
        work.event(ticket, "went_on")
        promises.reckon(work.session, ticket, work.now)
        card.show(work, chat, ticket)


def rewritten(work: Work, message_id: int) -> None:
    """The customer has given words of theirs another form; whoever works on it must not rely on the old ones."""
    number = tickets.about(work.session, message_id)
    ticket = tickets.get(work.session, number) if number else None
    if ticket and ticket.alive:
        work.event(ticket, "rewritten", message=message_id)


def learn(work: Work, chat: Chat, ticket: Ticket, verdict: Verdict) -> None:
    """What the customer says further may show that it is worse than it seemed, or that a question is a complaint."""
    if ticket.kind in ("question", "error") and verdict.complaint:
        work.event(ticket, "became_complaint", was=ticket.kind)
        ticket.kind = "complaint"
        ticket.tier = max(ticket.tier, tickets.MINOR, key=tickets.TIERS.index)
        promises.reckon(work.session, ticket, work.now)
        _no_offers(work, chat, ticket)
    known = {code for code, _ in ticket.reasons}
    ticket.reasons = [*ticket.reasons, *(list(reason) for reason in verdict.reasons if reason[0] not in known)]
    if verdict.tier and tickets.TIERS.index(verdict.tier) > tickets.TIERS.index(ticket.tier):
        _move(work, ticket, verdict.tier, "raised")
        ticket.category = verdict.category
    ticket.category = ticket.category or verdict.category
    card.show(work, chat, ticket)


def raise_tier(work: Work, chat: Chat, ticket: Ticket, tier: str) -> None:
    """The customer has said that it is worse; inside their own turn."""
    _move(work, ticket, tier, "raised")
    card.show(work, chat, ticket)


def reopen(work: Work, ticket: Ticket) -> Ticket:
    """It is not settled after all: the promises are made anew. A customer may say so for seven days, staff at any time."""
    with work.holding(ticket) as (chat, ticket):
        if ticket.status not in (tickets.RESOLVED, tickets.CLOSED):
            raise Refusal("tickets.not_ended")
        ended = ticket.resolved_at or ticket.closed_at or ticket.opened_at
        if work.by.staff_id is None and work.now - ended > promises.REOPEN_WITHIN:
            raise Refusal("tickets.too_late")
        closer = tickets.last_event(work.session, ticket.id, "resolved") or tickets.last_event(work.session, ticket.id, "closed")
        # The figures of whoever closed it too early.
        work.event(ticket, "reopened", closed_by=closer.staff_id if closer else None)
        ticket.status, ticket.answered_at, ticket.resolved_at, ticket.closed_at = tickets.REOPENED, None, None, None
        ticket.response_from = ticket.solution_from = work.now
        ticket.response_alarm = ticket.solution_alarm = 0
        ticket.reopened, ticket.unanswered, ticket.heard_at = ticket.reopened + 1, 1, work.now
        tickets.go_on(work.session, ticket.id, work.now)
        promises.reckon(work.session, ticket, work.now)
        _no_offers(work, chat, ticket)
        notify(work, ticket, "reopened", f"{ticket.id}:{ticket.reopened}")
        card.show(work, chat, ticket)
        return ticket


# -- the staff's side -------------------------------------------------------------------------------------------------------


def claim(work: Work, ticket: Ticket) -> Ticket:
    """Takes a ticket that nobody has. Of two at once one gets it; the other is told."""
    staff_id = _staff(work)
    with work.holding(ticket) as (chat, ticket):
        _alive(ticket)
        if ticket.staff_id == staff_id:
            return ticket
        if not tickets.claim(work.session, ticket.id, staff_id):
            raise Refusal("tickets.taken")
        ticket = tickets.lock(work.session, ticket.id)
        ticket.unplaced = False
        work.event(ticket, "claimed")
        marks.clear(work.session, chat.id, work.now)
        card.show(work, chat, ticket)
        return ticket


def assign(work: Work, ticket: Ticket, staff_id: int | None) -> Ticket:
    """Gives it to somebody, or with None back to the queue."""
    with work.holding(ticket) as (chat, ticket):
        _alive(ticket)
        if ticket.staff_id != staff_id:
            work.event(ticket, "assigned", was=ticket.staff_id, to=staff_id)
            ticket.staff_id, ticket.unplaced = staff_id, False
            if staff_id is not None:
                notify(work, ticket, "given", f"{ticket.id}:{staff_id}:{work.now.isoformat()}")
            card.show(work, chat, ticket)
        return ticket


def set_tier(work: Work, ticket: Ticket, tier: str) -> Ticket:
    """Staff know better than a rule, and each correction is counted. The clocks go on from where they began."""
    with work.holding(ticket) as (chat, ticket):
        _alive(ticket)
        if ticket.tier != tier:
            if work.by != BOT:
                for code, _ in ticket.reasons or [["none", ""]]:
                    tier_rules.corrected(work.session, code, ticket.tier, tier, work.now)
            _move(work, ticket, tier, "tier")
            card.show(work, chat, ticket)
        return ticket


def note(work: Work, ticket: Ticket, text: str) -> TicketNote:
    """For the eyes of staff. It goes into a table that nothing reads which talks to customers."""
    words = text.strip()
    if not words:
        raise Refusal("tickets.empty")
    noted = TicketNote(ticket_id=ticket.id, at=work.now, who=work.by.who[:80], staff_id=work.by.staff_id, text=words[:_ENOUGH])
    work.session.add(noted)
    work.session.flush()
    work.event(ticket, "noted")
    _mention(work, ticket, noted)
    return noted


def _mention(work: Work, ticket: Ticket, noted: TicketNote) -> None:
    """Colleagues whom a note names by their login ("@li") are told; those who may not see the ticket are not."""
    named = {login.casefold().rstrip(".-") for login in _NAMED.findall(noted.text)}
    for member in staff.everybody(work.session) if named else ():
        wanted = member.login.casefold() in named and member.id != work.by.staff_id
        if wanted and member.dismissed_at is None and may_see(member, ticket):
            attention.mention(work.session, ticket.id, [member.id], work.now)
            marks.notify(
                work.session, key=f"mentioned:{noted.id}:{member.id}", ticket_id=ticket.id, kind="mentioned",
                role=card.role_of(ticket.tier), staff_id=member.id, now=work.now,
            )  # fmt: skip


def snooze(work: Work, ticket: Ticket, until: datetime | None) -> None:
    """Puts it aside until then, or with None takes it up again. Its clocks go on, and whatever must be heard ends it.

    Raises Refusal for a time that is gone, or more than a month away.
    """
    with work.holding(ticket) as (_, ticket):
        _alive(ticket)
        if until is None:
            attention.wake(work.session, ticket.id)
            work.event(ticket, "woken")
            return
        if not work.now < until <= work.now + FURTHEST:
            raise Refusal("tickets.later_time")
        attention.snooze(work.session, ticket.id, _staff(work), until)
        work.event(ticket, "snoozed", until=until.isoformat())


def rewrite_note(work: Work, ticket: Ticket, noted: TicketNote, text: str) -> None:
    """Other words in its place. It stays a note."""
    if words := text.strip():
        noted.text = words[:_ENOUGH]
        work.event(ticket, "note_rewritten")


def reply(
    work: Work,
    ticket: Ticket,
    words: str,
    *,
    seen: int | None = None,
    waits: bool = False,
    picture: str = "",
    topic: int | None = None,
    answers: int | None = None,
    copied: Mapping[str, Any] | None = None,
    file: tuple[str, str] = ("", ""),
    album: bool = False,
) -> int:
    """Words of staff to the customer; from here on the chat is in their hands until the ticket is settled. The message's id.

    `seen`: the newest answer of staff that the sender had before them; if there is another by now, they shall read it first.
    `waits`: it is the customer's turn, and the solution's clock stands still. `picture`: id of a stored photo.
    `topic`: the row of the topic where staff wrote it, which need not be told it again. `answers`: the row it replies to.
    `file`: id and name of a stored document or sound. `copied`: a message of the same channel that is passed on as it is,
    {"chat": address, "refs": […]}. `album`: more may follow with it (see `add_to_album`), so it waits a moment.
    """
    if not words.strip() and not picture and not copied and not file[0]:
        raise Refusal("tickets.empty")
    with work.holding(ticket) as (chat, ticket):
        _alive(ticket)
        if seen is not None and tickets.last_reply(work.session, ticket.id) > seen:
            raise Refusal("tickets.somebody_answered")
        if copied and chat.channel != "telegram":
            raise Refusal("tickets.no_files_here")
        first = ticket.answered_at is None
        ticket.answered_at, ticket.unanswered = ticket.answered_at or work.now, 0
        # Another answer while it was ours to go on with moves neither clock.
        moved = first or waits or ticket.status != tickets.ANSWERED
        ticket.status = tickets.WAITING if waits else tickets.ANSWERED
        if moved:
            (tickets.pause if waits else tickets.go_on)(work.session, ticket.id, work.now)
        work.event(ticket, "replied", first=first, waits=waits)
        marks.clear(work.session, chat.id, work.now)
        if moved:
            promises.reckon(work.session, ticket, work.now)
        card.show(work, chat, ticket)
        if chat.ticket_id != ticket.id:
            _hand_over(work, chat, ticket)
        messages.hurry_albums(work.session, chat.id, work.now)
        more: dict[str, Any] = {"data": _told(work, written_in=topic, answers=answers, picture=picture, copy=copied)}
        if picture or copied or file[0]:
            more["kind"] = "photo" if picture else "copy" if copied else "file"
        if file[0]:
            more["data"]["files"] = [{"id": file[0], "name": file[1]}]
        if album and not chat.pulls:
            more |= {"kind": "album", "due_at": work.now + ALBUM_WAIT}
        return _say(work, chat, ticket, words, **more)


def add_to_album(work: Work, ticket: Ticket, message_id: int, words: str, *, picture: str = "", ref: str = "") -> bool:
    """One more photo (`picture`), or a copied message (`ref`), for an album that has not begun to leave; False if it has."""
    with work.holding(ticket) as (chat, ticket):
        return messages.add_to_album(work.session, chat.id, message_id, text=words.strip(), picture=picture, ref=ref)


def correct(work: Work, ticket: Ticket, message_id: int, words: str, *, topic: int | None = None) -> int | None:
    """Staff have changed the words of a message: it is edited in its place, where the channel can. The new row's id, or None."""
    with work.holding(ticket) as (chat, ticket):
        (row,) = messages.with_ids(work.session, chat.id, [message_id])
        shown = messages.last_edit(work.session, chat.id, message_id) or row
        if shown.text == words.strip() or not (words.strip() or row.kind != "text"):
            return None
        work.event(ticket, "corrected")
        messages.hurry_albums(work.session, chat.id, work.now)
        data = _told(work, written_in=topic, corrects=message_id)
        kind = "text" if row.kind == "text" else "caption"
        if chat.pulls:
            kind, data = row.kind, {**data, **{name: row.data[name] for name in ("picture", "files") if row.data.get(name)}}
        return _say(work, chat, ticket, words, kind=kind, edits=message_id, data=data)


def withdraw(work: Work, ticket: Ticket, message_id: int) -> int | None:
    """Takes a message back: unsent if it has not begun to leave (None), else by a row that deletes it; that row's id."""
    with work.holding(ticket) as (chat, ticket):
        (row,) = messages.with_ids(work.session, chat.id, [message_id])
        work.event(ticket, "withdrawn")
        if messages.cancel_unsent(work.session, chat.id, message_id):
            return None
        if len(row.data.get("pictures") or row.data.get("copy", {}).get("refs", ())) > 1:
            raise Refusal("tickets.album_left")  # the channel has told us the number of its first part only
        if chat.pulls:
            text = work.texts.label("tickets.withdrawn", chat.language or "en", {})
            return _say(work, chat, ticket, text, edits=message_id, data=_told(work, corrects=message_id))
        return _say(work, chat, ticket, "", kind="delete", edits=message_id, data=_told(work, corrects=message_id))


def tag(work: Work, ticket: Ticket, name: str, *, off: bool = False) -> None:
    """A word on the ticket, by which it is found; with `off` it is taken away."""
    (handiness.untag if off else handiness.tag)(work.session, ticket.id, name)
    work.event(ticket, "untagged" if off else "tagged", tag=name)


def resolve(work: Work, ticket: Ticket, cause: str, remedy: str, prevention: str = "") -> Ticket:
    """The customer is told why it happened and what was done, and from serious on how it will not happen again."""
    with work.holding(ticket) as (chat, ticket):
        _alive(ticket)
        if not cause.strip() or not remedy.strip():
            raise Refusal("tickets.cause_wanted")
        if ticket.tier in (tickets.SERIOUS, tickets.CRITICAL) and not prevention.strip():
            raise Refusal("tickets.prevention_wanted")
        ticket.cause, ticket.remedy, ticket.prevention = cause.strip(), remedy.strip(), prevention.strip() or None
        _end(work, chat, ticket, tickets.RESOLVED)
        parts = [work.text(chat, "solved.cause", words=ticket.cause), work.text(chat, "solved.remedy", words=ticket.remedy)]
        if ticket.prevention:
            parts.append(work.text(chat, "solved.prevention", words=ticket.prevention))
        stars = rating.row(work, chat, ticket)
        asked = ["", work.text(chat, "stars.ask")] if stars else []
        text = "\n".join([work.text(chat, "solved.head", token=ticket.token), *parts, "", work.text(chat, "solved.foot"), *asked])
        label = work.texts.label("tickets.button.not_solved", chat.language or "en", {})
        button = {"label": label, "do": "tickets.reopen", "value": ticket.token}
        number = work.say(chat, text, token=tickets.new_token(), data={"buttons": [*([stars] if stars else []), [button]]})
        tickets.link(work.session, ticket.id, [number] if number else [])
        return ticket


def close(work: Work, ticket: Ticket) -> Ticket:
    """The matter is over without a report, as a question is; the bot answers again, and says so if somebody held the chat."""
    with work.holding(ticket) as (chat, ticket):
        if ticket.status in (tickets.CLOSED, tickets.MERGED):
            raise Refusal("tickets.not_alive")
        was_held = chat.ticket_id == ticket.id
        _end(work, chat, ticket, tickets.CLOSED)
        if was_held and (stars := rating.row(work, chat, ticket)):
            text = f"{work.text(chat, 'back_to_bot')}\n\n{work.text(chat, 'stars.ask')}"
            work.say(chat, text, token=tickets.new_token(), data={"buttons": [stars]})
        elif was_held:
            work.say(chat, work.text(chat, "back_to_bot"))
        return ticket


def hand_back(work: Work, ticket: Ticket) -> None:
    """The bot answers again although the matter goes on."""
    with work.holding(ticket) as (chat, ticket):
        if chat.ticket_id == ticket.id:
            chat.ticket_id = None
            work.event(ticket, "handed_back")
            work.say(chat, work.text(chat, "bot_meanwhile"))


def leave(work: Work, staff_id: int) -> list[Ticket]:
    """Somebody is not here today: each of their tickets goes to the next one, or to the queue.

    Of those who are dismissed nobody need think: the sweep does the same within seconds.
    """
    moved = []
    for held in tickets.held_by(work.session, staff_id):
        with work.holding(held) as (chat, ticket):
            pass_on(work, chat, ticket)
            moved.append(ticket)
    return moved


def pass_on(work: Work, chat: Chat, ticket: Ticket) -> None:
    """From whoever has it to the next one, inside a transaction that holds it."""
    was, to = (
        ticket.staff_id,
        assignment.choose(assignment.people(work.session, ticket, work.now, without=ticket.staff_id), ticket),
    )
    work.event(ticket, "assigned", was=was, to=to)
    ticket.staff_id, ticket.unplaced = to, to is None
    notify(work, ticket, "given", f"{ticket.id}:{to}:{work.now.isoformat()}")
    card.show(work, chat, ticket)


def place(work: Work, ticket: Ticket) -> None:
    """Somebody has come to work, or come back: what waited for that goes to them, unless somebody took it meanwhile."""
    with work.holding(ticket) as (chat, ticket):
        if not (ticket.unplaced and ticket.alive and ticket.staff_id is None):
            return
        if assignment.choose(assignment.people(work.session, ticket, work.now), ticket) is not None:
            pass_on(work, chat, ticket)


# -- shared -----------------------------------------------------------------------------------------------------------------


def link_newest(work: Work, chat: Chat, ticket: Ticket) -> None:
    """What the customer has just said is about this ticket."""
    newest = messages.newest_words(work.session, chat.id)
    if newest:
        tickets.link(work.session, ticket.id, [newest])


def notify(work: Work, ticket: Ticket, kind: str, key: str) -> None:
    """Writes down that staff must hear of it; the key keeps it from being told twice."""
    marks.notify(
        work.session, key=f"{kind}:{key}", ticket_id=ticket.id, kind=kind, role=card.role_of(ticket.tier),
        staff_id=ticket.staff_id, now=work.now,
    )  # fmt: skip
    # What staff must hear about does not stay put aside.
    attention.wake(work.session, ticket.id)


def _move(work: Work, ticket: Ticket, tier: str, what: str) -> None:
    """Another tier, another policy; whoever answers for a higher tier is told."""
    was, ticket.tier = ticket.tier, tier
    work.event(ticket, what, was=was, to=tier)
    promises.reckon(work.session, ticket, work.now)
    if tickets.TIERS.index(tier) > tickets.TIERS.index(was):
        notify(work, ticket, "raised", f"{ticket.id}:{tier}")


def _hand_over(work: Work, chat: Chat, ticket: Ticket) -> None:
    chat.ticket_id = ticket.id
    # A question that the bot had asked would stand in the way.
    chat.form = chat.run = chat.slot = chat.asked_at = None
    chat.answers, chat.asked, chat.misses = {}, [], 0
    work.event(ticket, "handed_over")
    work.say(chat, work.text(chat, "handed_over"))


def _no_offers(work: Work, chat: Chat, ticket: Ticket) -> None:
    """Who complains is not written to about something nice, whatever was decided before."""
    if ticket.kind == "complaint":
        gate.take_back(work.session, chat, "complaint_open")


def _end(work: Work, chat: Chat, ticket: Ticket, status: str) -> None:
    ticket.status, ticket.resolved_at = status, ticket.resolved_at or work.now
    if status == tickets.CLOSED:
        ticket.closed_at = work.now
    tickets.go_on(work.session, ticket.id, work.now)
    parts.end(work.session, ticket.id, work.now)
    if chat.ticket_id == ticket.id:
        chat.ticket_id = None
    marks.clear(work.session, chat.id, work.now)
    work.event(ticket, "resolved" if status == tickets.RESOLVED else "closed")
    promises.reckon(work.session, ticket, work.now)
    card.show(work, chat, ticket)


def _told(work: Work, **data: Any) -> dict[str, Any]:
    return {"by": work.by.who, **{name: value for name, value in data.items() if value}}


def _say(work: Work, chat: Chat, ticket: Ticket, words: str, **more: Any) -> int:
    number = work.say(chat, escape(words), **more)
    assert number is not None, "it has no key that may have been here before"
    tickets.link(work.session, ticket.id, [number])
    return number


def _alive(ticket: Ticket) -> None:
    if not ticket.alive:
        raise Refusal("tickets.not_alive")


def _staff(work: Work) -> int:
    if work.by.staff_id is None:
        raise Refusal("tickets.staff_only")
    return work.by.staff_id


def waiting(work: Work) -> Sequence[Ticket]:
    """The queue as it stands."""
    return tickets.waiting(work.session)
