"""The anonymous survey: who was invited, and apart from it what was answered. Nothing leads from the one to the other."""

import secrets
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Integer, String, UniqueConstraint, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.chats import CHATS
from storage.database import Base, Id, insert
from storage.feedback import SENT, Feedback


class SurveyInvitation(Base):
    """Somebody was asked to answer once. `quarter`: "2026Q4". `used`: they have; what they said is not here."""

    __tablename__ = "survey_invitations"
    __table_args__ = (UniqueConstraint("quarter", "chat_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    quarter: Mapped[str] = mapped_column(String(6))
    chat_id: Mapped[int] = mapped_column(ForeignKey("chats.id"), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    used: Mapped[bool] = mapped_column(Boolean)


class SurveyAnswer(Base):
    """Stars from 1 to 5 for three questions. Without a chat, a customer or a time, and under a random key that has no order."""

    __tablename__ = "survey_answers"
    __table_args__ = ({"sqlite_with_rowid": False},)

    key: Mapped[str] = mapped_column(String(24), primary_key=True)
    quarter: Mapped[str] = mapped_column(String(6), index=True)
    store_id: Mapped[int] = mapped_column(ForeignKey("stores.id"))
    trust: Mapped[int] = mapped_column(Integer)
    effort: Mapped[int] = mapped_column(Integer)
    recommend: Mapped[int] = mapped_column(Integer)


def to_invite(session: Session, store_id: int, quarter: str, since: datetime, until: datetime, limit: int) -> list[int]:
    """Chats whose people were asked about a visit in this span, not since, and were not invited this quarter."""
    lately = (Feedback.store_id == store_id, Feedback.outcome == SENT, Feedback.asked_at > since, Feedback.asked_at <= until)
    invited = select(SurveyInvitation.chat_id).where(SurveyInvitation.quarter == quarter)
    since_then = select(Feedback.chat_id).where(or_(Feedback.asked_at > until, Feedback.reminded_at > until))
    query = select(Feedback.chat_id).join(CHATS, CHATS.c.id == Feedback.chat_id).where(*lately, CHATS.c.reachable)
    query = query.where(Feedback.chat_id.not_in(invited), Feedback.chat_id.not_in(since_then)).distinct()
    return list(session.scalars(query.order_by(Feedback.chat_id).limit(limit)))


def invite(session: Session, quarter: str, chat_id: int, store_id: int) -> int | None:
    """The number of a new invitation; None when there is one."""
    row = insert(session, SurveyInvitation.__table__).values(quarter=quarter, chat_id=chat_id, store_id=store_id, used=False)
    return session.execute(row.on_conflict_do_nothing().returning(SurveyInvitation.__table__.c.id)).scalar_one_or_none()


def get(session: Session, invitation_id: int) -> SurveyInvitation | None:
    return session.get(SurveyInvitation, invitation_id)


def answer(session: Session, invitation: SurveyInvitation, trust: int, effort: int, recommend: int) -> bool:
    """Keeps the answers; False when this invitation was used before. One statement decides."""
    unused = (SurveyInvitation.id == invitation.id, SurveyInvitation.used.is_(False))
    done = update(SurveyInvitation).where(*unused).values(used=True).returning(SurveyInvitation.id)
    if session.execute(done).one_or_none() is None:
        return False
    session.add(
        SurveyAnswer(
            key=secrets.token_urlsafe(16), quarter=invitation.quarter, store_id=invitation.store_id, trust=trust, effort=effort,
            recommend=recommend,
        )
    )  # fmt: skip
    session.flush()
    return True


def answers(session: Session, quarter: str) -> list[SurveyAnswer]:
    return list(session.scalars(select(SurveyAnswer).where(SurveyAnswer.quarter == quarter)))
