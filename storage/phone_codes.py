"""Codes by which an advisor confirms a phone number: shown in the chat, read out on the phone, good once and for ten minutes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment


class PhoneCode(Base):
    """A code for one chat and one number. `ended_at`: used, replaced by a newer one, or tried too often."""

    __tablename__ = "phone_codes"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    phone: Mapped[str] = mapped_column(String(20), index=True)
    code: Mapped[str] = mapped_column(String(10))
    made_at: Mapped[datetime] = mapped_column(Moment)
    expires_at: Mapped[datetime] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(Integer, server_default="0", default=0)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


def made_since(session: Session, since: datetime, *, chat_id: int | None = None, phone: str | None = None) -> int:
    """How many codes were made for this chat or for this number."""
    query = select(func.count()).select_from(PhoneCode).where(PhoneCode.made_at > since)
    if chat_id is not None:
        query = query.where(PhoneCode.chat_id == chat_id)
    if phone is not None:
        query = query.where(PhoneCode.phone == phone)
    return session.scalars(query).one()


def open_for(session: Session, phone: str, now: datetime) -> list[PhoneCode]:
    """The codes that are good for this number now, the newest first."""
    query = select(PhoneCode).where(PhoneCode.phone == phone, PhoneCode.ended_at.is_(None), PhoneCode.expires_at > now)
    return list(session.scalars(query.order_by(PhoneCode.id.desc())))


def end_of_chat(session: Session, chat_id: int, now: datetime) -> None:
    """No code of this chat is good any more."""
    session.execute(update(PhoneCode).where(PhoneCode.chat_id == chat_id, PhoneCode.ended_at.is_(None)).values(ended_at=now))


def use(session: Session, code: PhoneCode, now: datetime) -> bool:
    """Uses the code up; False if somebody else just did. The row decides, not what was read before."""
    done = session.execute(
        update(PhoneCode)
        .where(PhoneCode.id == code.id, PhoneCode.ended_at.is_(None), PhoneCode.expires_at > now)
        .values(ended_at=now)
        .returning(PhoneCode.id)
    )
    return done.scalar_one_or_none() is not None


def failed(session: Session, code: PhoneCode, most: int, now: datetime) -> None:
    """Somebody tried another code for the same number; after `most` tries this one is void."""
    failures = session.scalars(
        update(PhoneCode).where(PhoneCode.id == code.id).values(failures=PhoneCode.failures + 1).returning(PhoneCode.failures)
    ).one()
    if failures >= most:
        session.execute(update(PhoneCode).where(PhoneCode.id == code.id).values(ended_at=now))
