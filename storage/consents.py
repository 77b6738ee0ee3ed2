"""The words that people agree to when they say yes to offers, and whether a yes to older ones still holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, ScalarSelect, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment


class ConsentText(Base):
    """One wording, never changed; the newest is shown. `id`: its number, which the proof of a yes names. `words`: by language.

    `anew`: it is about something else than the ones before, so whoever agreed to those is asked anew; until `ends_at` their yes
    holds all the same, and when it is `ended`, no more. Otherwise only words were put better.
    """

    __tablename__ = "consent_texts"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    words: Mapped[dict[str, Any]] = mapped_column(Json)
    anew: Mapped[bool] = mapped_column(Boolean)
    ends_at: Mapped[datetime | None] = mapped_column(Moment)
    ended: Mapped[bool] = mapped_column(Boolean)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    at: Mapped[datetime] = mapped_column(Moment)


def texts(session: Session) -> list[ConsentText]:
    """The newest first."""
    return list(session.scalars(select(ConsentText).order_by(ConsentText.id.desc())))


def due_to_end(session: Session, now: datetime) -> list[ConsentText]:
    """Those whose older yeses hold no more by now, locked."""
    due = (ConsentText.anew, ~ConsentText.ended, ConsentText.ends_at <= now)
    return list(session.scalars(select(ConsentText).where(*due).order_by(ConsentText.id).with_for_update(skip_locked=True)))


def holds_since() -> ScalarSelect[Any]:
    """A yes from before this moment holds no more; null where all do."""
    return select(func.max(ConsentText.at)).where(ConsentText.ended).scalar_subquery()
