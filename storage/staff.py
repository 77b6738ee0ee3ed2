"""Staff: who works here, their sessions in the console, and the one-time codes that let somebody in."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, and_, bindparam, delete, or_, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from storage.database import Base, Id, Moment

ADVISOR, MANAGER, REGION, ADMINISTRATOR = "advisor", "manager", "region", "administrator"
ROLES = (ADVISOR, MANAGER, REGION, ADMINISTRATOR)


class Staff(Base):
    """Somebody who works here. `login` is folded to lower case; `store_id` None: every store.

    `password` is an argon2 hash, None until they have chosen one. `dismissed_at`: from then on they cannot come in.
    `theme`: auto | light | dark. `keys`: whether single keys do something in the console.
    """

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    login: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    store_id: Mapped[int | None] = mapped_column(ForeignKey("stores.id"), index=True)
    language: Mapped[str] = mapped_column(String(10))
    theme: Mapped[str] = mapped_column(String(10))
    keys: Mapped[bool] = mapped_column(Boolean, server_default=true(), default=True)
    password: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(Moment)
    dismissed_at: Mapped[datetime | None] = mapped_column(Moment)


class StaffSession(Base):
    """A browser that is logged in. `digest` is the SHA-256 of what its cookie holds; the cookie itself is never stored.

    `failures`: wrong passwords that were typed in it.
    """

    __tablename__ = "staff_sessions"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    browser: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(Integer, server_default="0", default=0)

    staff: Mapped[Staff] = relationship(lazy="joined")


class StaffInvite(Base):
    """A one-time code, by its SHA-256. Without `staff_id` it makes the first administrator."""

    __tablename__ = "staff_invites"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(Moment)


def by_login(session: Session, login: str) -> Staff | None:
    """With this folded login, dismissed ones too."""
    return session.scalars(select(Staff).where(Staff.login == login)).one_or_none()


def everybody(session: Session) -> list[Staff]:
    """Those who work here first, by login."""
    return list(session.scalars(select(Staff).order_by(Staff.dismissed_at.is_not(None), Staff.login)))


def advisors(session: Session, store_id: int) -> list[Staff]:
    """The advisors of this store and those of all stores, by name."""
    query = select(Staff).where(Staff.role == ADVISOR, or_(Staff.store_id == store_id, Staff.store_id.is_(None)))
    return list(session.scalars(query.where(Staff.dismissed_at.is_(None)).order_by(Staff.name, Staff.id)))


def any_administrator(session: Session) -> bool:
    """Whether somebody who has a password and still works here may do everything."""
    return bool(session.scalar(select(Staff.id).where(_rules(Staff.password.is_not(None))).limit(1)))


def other_administrator(session: Session, than: Staff) -> bool:
    """Whether somebody else could still let people in. Locks all administrators, so that two cannot dismiss each other."""
    session.scalars(select(Staff.id).where(_rules()).order_by(Staff.id).with_for_update()).all()
    return bool(session.scalar(select(Staff.id).where(_rules(Staff.password.is_not(None), Staff.id != than.id)).limit(1)))


def _rules(*more: Any) -> Any:
    return and_(Staff.role == ADMINISTRATOR, Staff.dismissed_at.is_(None), *more)


# Every click asks for it, and to write it costs more than to run it.
_SESSION = (
    select(StaffSession)
    .join(StaffSession.staff)
    .where(
        StaffSession.digest == bindparam("digest"),
        StaffSession.created_at > bindparam("created_after"),
        StaffSession.seen_at > bindparam("seen_after"),
        Staff.dismissed_at.is_(None),
    )
)


def session_of(session: Session, digest: str, created_after: datetime, seen_after: datetime) -> StaffSession | None:
    """The session with this digest, if it is neither too old nor too idle, and its owner still works here."""
    when = {"digest": digest, "created_after": created_after, "seen_after": seen_after}
    return session.scalars(_SESSION, when).one_or_none()


def alive(session: Session, digests: Collection[str], created_after: datetime, seen_after: datetime) -> dict[str, int | None]:
    """Those of these sessions that still count, each with the store of its owner."""
    query = select(StaffSession.digest, Staff.store_id).join(Staff, Staff.id == StaffSession.staff_id)
    theirs = (StaffSession.digest.in_(digests), StaffSession.created_at > created_after, StaffSession.seen_at > seen_after)
    return {row[0]: row[1] for row in session.execute(query.where(*theirs, Staff.dismissed_at.is_(None)))}


def sessions_of(session: Session, staff_id: int, created_after: datetime, seen_after: datetime) -> list[StaffSession]:
    """Those that are alive, the latest used first."""
    mine = (StaffSession.staff_id == staff_id, StaffSession.created_at > created_after, StaffSession.seen_at > seen_after)
    return list(session.scalars(select(StaffSession).where(*mine).order_by(StaffSession.seen_at.desc())))


def touch(session: Session, digest: str, now: datetime) -> None:
    session.execute(update(StaffSession).where(StaffSession.digest == digest).values(seen_at=now))


def failed(session: Session, digest: str) -> int:
    """One more wrong password in this session; how many there were."""
    more = update(StaffSession).where(StaffSession.digest == digest).values(failures=StaffSession.failures + 1)
    return session.execute(more.returning(StaffSession.failures)).scalar_one()


def end_session(session: Session, digest: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.digest == digest))


def end_sessions(session: Session, staff_id: int) -> None:
    """All of them: they are dead with this transaction."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def end_other_sessions(session: Session, staff_id: int, digest: str) -> None:
    """All but this one."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id, StaffSession.digest != digest))


def forget_old(session: Session, created_before: datetime, seen_before: datetime, now: datetime) -> None:
    """Drops sessions and codes that nobody can use any more."""
    session.execute(
        delete(StaffSession).where((StaffSession.created_at <= created_before) | (StaffSession.seen_at <= seen_before))
    )
    session.execute(delete(StaffInvite).where(StaffInvite.expires_at <= now))


def spend_invite(session: Session, digest: str, now: datetime) -> StaffInvite | None:
    """The code, used up by this transaction; of two who come at once one gets it."""
    gone = delete(StaffInvite).where(StaffInvite.digest == digest, StaffInvite.expires_at > now)
    row = session.execute(gone.returning(StaffInvite.staff_id, StaffInvite.expires_at)).one_or_none()
    return StaffInvite(digest=digest, staff_id=row.staff_id, expires_at=row.expires_at) if row else None


def drop_invites(session: Session, staff_id: int | None) -> None:
    """Of this person; None: all that would make a first administrator."""
    session.execute(
        delete(StaffInvite).where(StaffInvite.staff_id.is_(None) if staff_id is None else StaffInvite.staff_id == staff_id)
    )
