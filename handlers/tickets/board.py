"""The board: how a ticket looks in the staff's chats. A topic with its card, what is said in it, and notices in private."""

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue import markup
from handlers.dialogue.texts import escape
from handlers.tickets import ear, occasions
from handlers.tickets.card import role_of
from handlers.tickets.occasions import Occasion
from handlers.tickets.work import Work, store_of
from storage import boards, catalogue, chats, customers, messages, staff, tickets, vehicles
from storage.boards import Board, Post
from storage.chats import Chat
from storage.messages import Message
from storage.tickets import Ticket, TicketNote

SIGNS = {tickets.QUESTION: "🔵", tickets.MINOR: "🟡", tickets.SERIOUS: "🟠", tickets.CRITICAL: "🔴"}
_SHOP_LANGUAGES = {"CN": "zh-Hans", "SG": "zh-Hans", "TW": "zh-Hant", "HK": "zh-Hant", "MO": "zh-Hant"}
MOST_SUMMARY, MOST_WORDS, MOST_SAID = 700, 900, 3500
AGAIN = 10


@dataclass(frozen=True, slots=True)
class View:
    """A ticket as one reader sees it, in their language."""

    work: Work
    ticket: Ticket
    customer: Chat
    language: str

    def text(self, key: str, **values: Any) -> str:
        return self.work.texts.render(f"tickets.group.{key}", self.language, values)

    def label(self, key: str, **values: Any) -> str:
        return self.work.texts.label(f"tickets.{key}", self.language, values)


def language_of(work: Work, ticket: Ticket) -> str:
    """The shop's: that of the country it is in."""
    store = store_of(work.session, ticket)
    return _SHOP_LANGUAGES.get(store.region, "en") if store else "en"


def token() -> str:
    """Of a row with buttons in a staff chat. The first letter tells it from those of customers' chats."""
    return "!" + secrets.token_urlsafe(9)


def where(session: Session, chat: Chat, ticket: Ticket) -> dict[str, Any]:
    """The topic of the ticket in this chat, or the card that everything stands under where there are no topics."""
    standing = session.get(Board, ticket.id)
    if standing is None or standing.chat_id != chat.id:
        return {}
    return {"topic": standing.topic_id, "under": standing.card_id}


def view(work: Work, ticket: Ticket, language: str = "") -> View:
    customer = chats.get(work.session, ticket.chat_id)
    assert customer is not None, "a ticket has a chat"
    return View(work, ticket, customer, language or language_of(work, ticket))


# -- words ------------------------------------------------------------------------------------------------------------------


def name_of(seen: View) -> str:
    ticket, session = seen.ticket, seen.work.session
    known = customers.by_ids(session, [ticket.customer_id]) if ticket.customer_id else {}
    person = known.get(ticket.customer_id or 0)
    return ((person.name if person else "") or seen.customer.name or seen.label("desk.visitor"))[:60]


def title(seen: View) -> str:
    ticket = seen.ticket
    sign = SIGNS[ticket.tier] if ticket.alive else "✅"
    return f"{sign} {seen.label(f'group.tier.{ticket.tier}')} · {ticket.token} · {name_of(seen)}"[:120]


def card(seen: View) -> str:
    """The ticket at a glance, as HTML."""
    ticket, work = seen.ticket, seen.work
    lines = [f"<b>{escape(title(seen))}</b>"]
    lines.append(
        seen.text("customer", name=name_of(seen), channel=seen.customer.channel, language=seen.customer.language or "en")
    )
    lines += [seen.text("car", car=car) for car in _cars(seen)]
    if about := occasions.of_ticket(work.session, ticket):
        lines.append(seen.text("visit", on=about.on.isoformat(), what=_work_of(seen, about)))
    if comes := occasions.next_of(work.session, ticket, work.now):
        lines.append(seen.text("comes", at=comes.at, what=_work_of(seen, comes)))
    if ticket.phone:
        lines.append(seen.text("call", phone=ticket.phone))
    holder = work.session.get(staff.Staff, ticket.staff_id) if ticket.staff_id else None
    role = seen.label(f"role.{role_of(ticket.tier)}")
    lines.append(
        seen.text("state", status=seen.label(f"desk.status.{ticket.status}"), who=holder.name if holder else role)
    )  # fmt: skip
    due = tickets.next_due(ticket)
    if ticket.alive and due:
        lines.append(seen.text("due", at=work.when(_reader(seen), ticket, due)))
    if seen.customer.muted_until and seen.customer.muted_until > work.now:
        lines.append(seen.text("muted", at=work.when(_reader(seen), ticket, seen.customer.muted_until)))
    if ticket.summary:
        lines.append(f"“{escape(_short(ticket.summary, MOST_SUMMARY))}”")
    if ticket.reasons:
        lines.append(seen.text("why", rules=", ".join(_reason(seen, code) for code, _ in ticket.reasons[:5])))
    return "\n".join(lines)


def _reason(seen: View, code: str) -> str:
    return ear.named(code, lambda key: seen.work.texts.label(key, seen.language, {}))


def buttons(seen: View) -> list[list[dict[str, Any]]]:
    """What may be done with it as it is now; what each button does and who may stands in `asking`."""
    if not seen.ticket.alive:
        rows = [] if seen.ticket.status == tickets.MERGED else [["reopen"]]
    else:
        first = ["assign", "tier"] if seen.ticket.staff_id else ["claim", "assign", "tier"]
        held = seen.customer.ticket_id == seen.ticket.id
        rows = [first, ["answer", "macro", "coupon"], ["resolve", "bot", "mute"] if held else ["resolve", "mute"]]
    return [[{"label": seen.label(f"group.button.{do}"), "do": do} for do in row] for row in rows]


def how_to_answer(seen: View, chat: Chat) -> str:
    """A group's address is a negative number; with topics one writes in the topic, elsewhere one replies."""
    return seen.text("how_to_write" if chat.address.startswith("-") else "how_to_reply")


def _reader(seen: View) -> Chat:
    """A chat that reads the language of staff; times are told to it."""
    return Chat(0, "telegram", "", pulls=False, language=seen.language)


def _cars(seen: View) -> list[str]:
    if not seen.ticket.customer_id:
        return []
    theirs = vehicles.of_customer(seen.work.session, seen.ticket.customer_id)[:2]
    models = {model.id: model for model in catalogue.models(seen.work.session)} if theirs else {}
    named = []
    for car in theirs:
        model = models.get(car.model_id or 0)
        words = [car.name, getattr(model, "code", None), str(car.year or ""), car.plate]
        named.append(" ".join(str(word) for word in words if word))
    return [words for words in named if words]


def _work_of(seen: View, one: Occasion) -> str:
    names = {service.code: service.names for service in catalogue.services(seen.work.session)}
    return ", ".join(names.get(code, {}).get(seen.language, code) for code in one.services)


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def said(seen: View, line: Message) -> str:
    """One message of the thread, with who said it, as HTML."""
    if line.incoming:
        who = "👤 " + name_of(seen)
    elif line.data.get("by"):
        who = "💬 " + str(line.data["by"])
    else:
        who = "🤖 " + seen.label("desk.bot")
    changed = str(line.data.get("edited", {}).get("text", "")) if line.incoming else ""
    words = changed or line.text or (seen.label("desk.photo") if pictures(line) else _named(line) or "…")
    return f"<b>{escape(who)}</b>: {escape(_short(words, MOST_WORDS))}"


def _named(line: Message) -> str:
    return "📎 " + ", ".join(str(file["name"]) for file in line.data["files"]) if line.data.get("files") else ""


def rewritten(seen: View, line: Message) -> str:
    words = str(line.data.get("edited", {}).get("text", "")) or "…"
    return f"<b>✏️ {escape(name_of(seen))}</b>: {escape(_short(words, MOST_WORDS))}"


def note(seen: View, noted: TicketNote) -> str:
    return f"<b>📝 {escape(seen.text('note'))} {escape(noted.who)}</b>: {escape(_short(noted.text, MOST_WORDS))}"


def pictures(line: Message) -> list[str]:
    if line.incoming:
        return [str(media) for media in line.data.get("media", ())]
    if line.data.get("pictures"):
        return [str(picture) for picture in line.data["pictures"]]
    return [str(line.data["picture"])] if line.data.get("picture") else []


# -- rows -------------------------------------------------------------------------------------------------------------------


def post(
    work: Work,
    chat: Chat,
    ticket: Ticket,
    post_kind: str,
    html: str,
    *,
    before: int | None = None,
    settled: bool = False,
    **more: Any,
) -> int:
    """A row in a staff chat that is about a ticket; its id. The caller holds the chat's lock."""
    text, entities = markup.read(html)
    data = {**({"entities": entities} if entities else {}), **more.pop("data", {})}
    more = {"kind": "text", "feature": "tickets", "purpose": "staff", "priority": 1, **more}
    row = messages.outgoing(chat.id, chat.channel, pulls=False, text=text, data=data, now=work.now, **more)
    work.session.flush()
    messages.post(work.session, [row])
    number = messages.last_id(work.session, chat.id)
    work.session.add(Post(message_id=number, ticket_id=ticket.id, kind=post_kind, before=before, settled=settled))
    work.session.flush()
    return number


def stand(work: Work, chat: Chat, ticket: Ticket, language: str = "") -> Board:
    """The ticket's board in this group, with a topic and a card as they ought to be now."""
    session = work.session
    board = session.get(Board, ticket.id, with_for_update=True)
    if board is None:
        board = Board(ticket_id=ticket.id, chat_id=chat.id, title="", message_id=0, event_id=0, ended=False)
        session.add(board)
    if board.chat_id != chat.id:  # the group is another one now
        board.chat_id, board.topic_id, board.card_id = chat.id, None, None
    seen = view(work, ticket, language)
    name = title(seen)
    if board.topic_id is None:
        board.topic_id = post(work, chat, ticket, "topic", name, kind="topic", data={"do": "create"})
        board.title, board.card_id = name, None
        # A topic that is made anew, or late, begins with the last of what was said.
        last = [line.id for line in tickets.thread(session, ticket.id)][-AGAIN - 1 :]
        if len(last) > AGAIN:
            board.message_id = max(board.message_id, last[0]) if not board.message_id else last[0]
        else:
            board.message_id = 0
    _card(seen, chat, board)
    if board.title != name:
        _topic_says(seen, chat, board, name)
    if board.ended == ticket.alive:
        board.ended = not ticket.alive
        what = "close" if board.ended else "reopen"
        post(work, chat, ticket, "title", name, kind="topic", data={"do": what, "topic": board.topic_id})
    board.event_id = boards.last_event(session, ticket.id)
    return board


def _topic_says(seen: View, chat: Chat, board: Board, name: str) -> None:
    board.title = name
    post(seen.work, chat, seen.ticket, "title", name, kind="topic", data={"do": "rename", "topic": board.topic_id})


def _card(seen: View, chat: Chat, board: Board) -> None:
    work, html, where, rows = seen.work, card(seen), {"topic": board.topic_id}, buttons(seen)
    html += "\n" + how_to_answer(seen, chat)
    more: dict[str, Any] = {"token": token()} if rows else {}
    if board.card_id is None:
        board.card_id = post(work, chat, seen.ticket, "card", html, data={**where, "pin": True, "buttons": rows}, **more)
        return
    session = work.session
    shown = messages.last_edit(session, chat.id, board.card_id) or messages.with_ids(session, chat.id, [board.card_id])[0]
    if shown.text != markup.read(html)[0] or shown.data.get("buttons", []) != rows:
        post(work, chat, seen.ticket, "edit", html, data={**where, "buttons": rows}, edits=board.card_id, **more)
