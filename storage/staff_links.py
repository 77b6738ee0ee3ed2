"""Staff links: which Telegram account belongs to whom of the staff, the one-time codes for it, and tries that failed."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Moment, insert
from storage.staff import Staff


class StaffLink(Base):
    """One account a person, and one person an account. `address`: the account's number on Telegram, as text."""

    __tablename__ = "staff_links"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    address: Mapped[str] = mapped_column(String(100), unique=True)
    linked_at: Mapped[datetime] = mapped_column(Moment)


class StaffLinkCode(Base):
    """A one-time code, by its SHA-256."""

    __tablename__ = "staff_link_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


class StaffLinkTry(Base):
    """A code that was wrong: whoever guesses has only a few."""

    __tablename__ = "staff_link_tries"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    address: Mapped[str] = mapped_column(String(100), index=True)
    at: Mapped[datetime] = mapped_column(Moment)


def person(session: Session, address: str) -> Staff | None:
    """Who of those that work here has this account. Somebody who was dismissed has none, from the same moment."""
    theirs = select(Staff).join(StaffLink, StaffLink.staff_id == Staff.id).where(StaffLink.address == address)
    return session.scalars(theirs.where(Staff.dismissed_at.is_(None))).one_or_none()


def address_of(session: Session, staff_id: int) -> str | None:
    return session.scalar(select(StaffLink.address).where(StaffLink.staff_id == staff_id))


def everybody(session: Session) -> list[tuple[Staff, str]]:
    """Everybody who works here and has an account, with its address."""
    query = select(Staff, StaffLink.address).join(StaffLink, StaffLink.staff_id == Staff.id)
    return [(row[0], row[1]) for row in session.execute(query.where(Staff.dismissed_at.is_(None)).order_by(Staff.id))]


def link(session: Session, staff_id: int, address: str, now: datetime) -> None:
    """This account is theirs from now on; what either was linked to before is not any more."""
    session.execute(delete(StaffLink).where((StaffLink.staff_id == staff_id) | (StaffLink.address == address)))
    session.execute(insert(session, StaffLink.__table__).values(staff_id=staff_id, address=address, linked_at=now))


def unlink(session: Session, staff_id: int) -> None:
    """Their account and the codes that would link one."""
    session.execute(delete(StaffLink).where(StaffLink.staff_id == staff_id))
    session.execute(delete(StaffLinkCode).where(StaffLinkCode.staff_id == staff_id))


def offer(session: Session, staff_id: int, digest: str, expires_at: datetime, now: datetime) -> None:
    """A new code; those that the person had before, and all that are too old, are gone."""
    session.execute(delete(StaffLinkCode).where((StaffLinkCode.staff_id == staff_id) | (StaffLinkCode.expires_at <= now)))
    session.add(StaffLinkCode(digest=digest, staff_id=staff_id, expires_at=expires_at))


def spend(session: Session, digest: str, now: datetime) -> int | None:
    """Whose code it is, used up by this transaction; of two who come at once one gets it."""
    gone = delete(StaffLinkCode).where(StaffLinkCode.digest == digest, StaffLinkCode.expires_at > now)
    return session.execute(gone.returning(StaffLinkCode.staff_id)).scalar_one_or_none()


def failed(session: Session, address: str, now: datetime, forget_before: datetime) -> None:
    session.execute(delete(StaffLinkTry).where(StaffLinkTry.at < forget_before))
    session.add(StaffLinkTry(address=address, at=now))


def failures(session: Session, address: str, since: datetime) -> int:
    query = select(func.count()).where(StaffLinkTry.address == address, StaffLinkTry.at >= since)
    return session.execute(query).scalar_one()
