"""Keys: random secrets of this installation that every worker shares."""

import secrets

from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, insert


class Key(Base):
    __tablename__ = "keys"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


def ensure(session: Session, name: str) -> bytes:
    """The key of this name, 32 random bytes; made if there is none, by one of several who ask at once."""
    row = insert(session, Key.__table__).values(name=name, value=secrets.token_bytes(32))
    session.execute(row.on_conflict_do_nothing(index_elements=["name"]))
    return session.execute(select(Key.value).where(Key.name == name)).scalar_one()


def find(session: Session, name: str) -> bytes | None:
    """The key of this name if there is one; nothing is written."""
    return session.execute(select(Key.value).where(Key.name == name)).scalar_one_or_none()
