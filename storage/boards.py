"""Boards: where each ticket stands in the staff's chats, and which rows of `messages` tell staff what.

A row that could not be delivered gives back what it was to tell: nothing is settled before it has arrived.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, and_, exists, func, literal_column, or_, select, text, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chats import CHATS
from storage.database import Base, Id
from storage.marks import Notice
from storage.messages import CANCELLED, DEAD, MESSAGES, QUEUED, SENDING, SENT, UNCERTAIN
from storage.tickets import ALIVE, Ticket, TicketEvent, TicketMessage

# Written into `error` of a row whose topic is not there any more.
ASTRAY = "astray"


class Board(Base):
    """A ticket in the staff's group. `topic_id`, `card_id`: the rows that made its topic and its card, None until there is one.

    `title`: of the topic as it was last said. `message_id`, `note_id`, `event_id`: the last words, note and change shown.
    `ended`: that it is over was shown, too.
    """

    __tablename__ = "ticket_boards"

    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), primary_key=True, autoincrement=False)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    topic_id: Mapped[int | None] = mapped_column(Id)
    card_id: Mapped[int | None] = mapped_column(Id)
    title: Mapped[str] = mapped_column(String(130))
    message_id: Mapped[int] = mapped_column(Id)
    note_id: Mapped[int] = mapped_column(Id, server_default=text("0"), default=0)
    event_id: Mapped[int] = mapped_column(Id)
    ended: Mapped[bool] = mapped_column(index=True)


class Post(Base):
    """A row in a staff chat that is about a ticket. `kind`: topic | title | card | edit | said | private | ask | done.

    `before`: the board's `message_id` before this row said more. `settled`: it has arrived, or nothing more comes of it.
    """

    __tablename__ = "ticket_posts"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True, autoincrement=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    before: Mapped[int | None] = mapped_column(Id)
    settled: Mapped[bool] = mapped_column(index=True)


# A literal, so that the partial index recognises itself.
_OF_STAFF = MESSAGES.c.purpose == literal_column("'staff'")


def post_of(session: Session, message_id: int) -> Post | None:
    return session.get(Post, message_id)


def at(session: Session, chat_id: int, ref: str) -> Post | None:
    """What the message (or topic) with the channel's id `ref` of this chat is about."""
    query = select(Post).join(MESSAGES, MESSAGES.c.id == Post.message_id)
    return session.scalars(
        query.where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.channel_ref == ref, _OF_STAFF).order_by(Post.message_id.desc())
    ).first()


def saying(session: Session, chat_id: int, words: str, ticket_id: int | None) -> Post | None:
    """The newest row of this chat that says these words; `ticket_id`: only if it is about this ticket."""
    query = select(Post).join(MESSAGES, MESSAGES.c.id == Post.message_id)
    query = query.where(MESSAGES.c.chat_id == chat_id, MESSAGES.c.text == words, _OF_STAFF)
    if ticket_id is not None:
        query = query.where(Post.ticket_id == ticket_id)
    return session.scalars(query.order_by(Post.message_id.desc()).limit(1)).first()


def groups(session: Session) -> list[int]:
    """The group chats in which tickets stand, by the order of their ids."""
    known = select(Board.chat_id).distinct()
    query = select(CHATS.c.id).where(CHATS.c.id.in_(known), CHATS.c.address.startswith("-"), CHATS.c.reachable)
    return list(session.scalars(query.order_by(CHATS.c.id)))


def due(session: Session, held_by: Collection[int] | None = None, limit: int = 50) -> list[int]:
    """Tickets of which something is to be shown; `held_by`: only those that these people have."""
    changed = exists().where(TicketEvent.ticket_id == Ticket.id, TicketEvent.id > func.coalesce(Board.event_id, 0))
    said = exists().where(TicketMessage.ticket_id == Ticket.id, TicketMessage.message_id > func.coalesce(Board.message_id, 0))
    theirs = true() if held_by is None else Ticket.staff_id.in_(held_by)
    living = and_(Ticket.status.in_(ALIVE), theirs, or_(Board.ticket_id.is_(None), Board.card_id.is_(None), changed, said))
    query = select(Ticket.id).join(Board, Board.ticket_id == Ticket.id, isouter=True).where(living)
    found = list(session.scalars(query.order_by(Ticket.id).limit(limit)))
    # Of those that ended, the end is still to be shown.
    ended = select(Board.ticket_id).join(Ticket, Ticket.id == Board.ticket_id)
    ended = ended.where(Ticket.status.not_in(ALIVE), theirs, Board.ended.is_(False)).limit(limit)
    return [*found, *session.scalars(ended)]


def last_event(session: Session, ticket_id: int) -> int:
    return session.scalar(select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == ticket_id)) or 0


def notices(session: Session, ticket_id: int) -> Sequence[Notice]:
    """What staff have not been told of this ticket and nobody carries yet, oldest first."""
    waiting = (Notice.ticket_id == ticket_id, Notice.told_at.is_(None), Notice.message_id.is_(None))
    return session.scalars(select(Notice).where(*waiting).order_by(Notice.id)).all()


def with_notices(session: Session, limit: int = 50) -> list[int]:
    waiting = (Notice.told_at.is_(None), Notice.message_id.is_(None))
    query = select(Notice.ticket_id).where(*waiting).group_by(Notice.ticket_id).order_by(func.min(Notice.id))
    return list(session.scalars(query.limit(limit)))


def queued(session: Session, chat_id: int) -> int:
    """How much waits for this chat already."""
    waiting = (MESSAGES.c.chat_id == chat_id, MESSAGES.c.status.in_((QUEUED, SENDING)))
    return session.execute(select(func.count()).select_from(MESSAGES).where(*waiting)).scalar_one()


def settle(session: Session, now: datetime) -> None:
    """Looks what became of the rows that tell staff something: arrived, or to be told again."""
    query = select(Post, MESSAGES.c.status, MESSAGES.c.error).join(MESSAGES, MESSAGES.c.id == Post.message_id)
    ends = MESSAGES.c.status.in_((SENT, UNCERTAIN, DEAD, CANCELLED))
    for post, status, error in session.execute(query.where(Post.settled.is_(False), ends).order_by(Post.message_id)).all():
        post.settled = True
        theirs = Notice.message_id == post.message_id
        if status in (SENT, UNCERTAIN):
            session.execute(update(Notice).where(theirs).values(told_at=now))
        else:
            session.execute(update(Notice).where(theirs).values(message_id=None, tries=Notice.tries + 1))
            # What Telegram will never take is not said again and again; the notices then go another way.
            if status == CANCELLED or (error or "").startswith(("403", ASTRAY)):
                _give_back(session, post)


def _give_back(session: Session, post: Post) -> None:
    board = session.get(Board, post.ticket_id, with_for_update=True)
    if board is None:
        return
    if post.kind == "topic" and board.topic_id == post.message_id:
        board.topic_id = board.card_id = None
    elif post.kind == "card" and board.card_id == post.message_id:
        board.card_id = None
    elif post.kind in ("title", "edit"):
        board.event_id, board.ended = 0, False
    if post.before is not None:
        board.message_id = min(board.message_id, post.before)


def lose_topic(session: Session, chat_id: int, topic_id: int) -> None:
    """The topic is gone: what waits for it is cancelled, and the board begins anew with the next round."""
    unsent = (MESSAGES.c.chat_id == chat_id) & (MESSAGES.c.status == QUEUED)
    mine = select(Post.message_id).join(Board, Board.ticket_id == Post.ticket_id).where(Board.topic_id == topic_id)
    session.execute(update(MESSAGES).where(unsent, MESSAGES.c.id.in_(mine)).values(status=CANCELLED))
    session.execute(update(Board).where(Board.topic_id == topic_id).values(topic_id=None, card_id=None))
