"""Photos and files that people sent: photos made anew, kept in the database so that row and content live and die together."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment


class Media(Base):
    """A picture, or with a `name` a document or a sound. `id` is random and unguessable; it is also its address."""

    __tablename__ = "media"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    chat_id: Mapped[int | None] = mapped_column(ForeignKey("chats.id"), index=True)
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    mime: Mapped[str] = mapped_column(String(40))
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(100), server_default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(Moment)


def keep(
    session: Session, *, chat_id: int | None, sha256: str, mime: str, width: int, height: int, content: bytes, now: datetime,
    name: str = "",
) -> str:  # fmt: skip
    """Stores a picture that was made anew; its id. Without a chat it belongs to nobody until `belongs_to` says whose it is."""
    media_id = secrets.token_urlsafe(16)
    known = {"sha256": sha256, "mime": mime, "width": width, "height": height, "content": content, "name": name}
    session.add(Media(id=media_id, chat_id=chat_id, created_at=now, **known))
    return media_id


def belongs_to(session: Session, media_ids: Iterable[str], chat_id: int) -> None:
    """Gives pictures that nobody has to the chat whose message brought them."""
    theirs = Media.id.in_(list(media_ids)) & Media.chat_id.is_(None)
    session.execute(update(Media).where(theirs).values(chat_id=chat_id))


def find(session: Session, media_id: str, chat_id: int) -> tuple[str, bytes, str] | None:
    """Type, content and name ("" for a picture) of what belongs to this chat; None for anything else."""
    theirs = select(Media.mime, Media.content, Media.name).where(Media.id == media_id, Media.chat_id == chat_id)
    row = session.execute(theirs).one_or_none()
    return (row.mime, row.content, row.name) if row else None


def same(session: Session, chat_id: int, sha256: str) -> str | None:
    """The id of this very picture in this chat, if it is there already."""
    theirs = select(Media.id).where(Media.sha256 == sha256, Media.chat_id == chat_id)
    return session.scalars(theirs.limit(1)).one_or_none()


def kept_since(session: Session, chat_id: int, since: datetime) -> int:
    return session.scalar(select(func.count()).where(Media.chat_id == chat_id, Media.created_at > since)) or 0


def drop(session: Session, media_id: str) -> None:
    session.execute(delete(Media).where(Media.id == media_id))
