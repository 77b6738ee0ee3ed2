"""Saved answers: what staff say often, in three languages; with a state or a tag that goes with it, one is a macro."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Boolean, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Json, Moment

WAITS, CLOSES = "waits", "closes"
AFTERWARDS = ("", WAITS, CLOSES)


class SavedAnswer(Base):
    """One that this shop has written, or changed from those that Bayline ships; `hidden`: it is not offered here.

    `names`, `texts`: by language. `afterwards`: "" nothing | waits | closes. `tag`, `offer` (its code) "": none.
    """

    __tablename__ = "saved_answers"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(Json)
    texts: Mapped[dict[str, str]] = mapped_column(Json)
    afterwards: Mapped[str] = mapped_column(String(10))
    tag: Mapped[str] = mapped_column(String(40))
    offer: Mapped[str] = mapped_column(String(40), server_default="")
    hidden: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(Moment)


def all_answers(session: Session) -> Sequence[SavedAnswer]:
    return session.scalars(select(SavedAnswer).order_by(SavedAnswer.code)).all()


def put(
    session: Session, code: str, *, names: dict[str, str], texts: dict[str, str], afterwards: str, tag: str, offer: str,
    hidden: bool, now: datetime,
) -> None:  # fmt: skip
    row = SavedAnswer(
        code=code, names=names, texts=texts, afterwards=afterwards, tag=tag, offer=offer, hidden=hidden, changed_at=now
    )
    session.merge(row)
    session.flush()
