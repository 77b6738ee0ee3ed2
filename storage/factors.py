"""The second step of staff logins: the secret that an app on their phone shares with us, and codes for when it is lost."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, delete, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Moment


class StaffFactor(Base):
    """`secret` in base32; it counts from `confirmed_at` on, when its owner has shown that their app has it.

    `used_step`: the half minute since 1970 of the last code that let somebody in; that one and earlier ones are used up.
    `failures`: wrong codes in a row, the last of them at `failed_at`.
    """

    __tablename__ = "staff_factors"

    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    used_step: Mapped[int] = mapped_column(Integer, default=0)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    failed_at: Mapped[datetime | None] = mapped_column(Moment)


class StaffRecoveryCode(Base):
    """A code that lets its owner in once without the app, by its SHA-256."""

    __tablename__ = "staff_recovery_codes"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)


def of(session: Session, staff_id: int, *, lock: bool = False) -> StaffFactor | None:
    """Confirmed or not. `lock`: whoever else tries a code of this person waits."""
    query = select(StaffFactor).where(StaffFactor.staff_id == staff_id)
    return session.scalars(query.with_for_update() if lock else query).one_or_none()


def stands(session: Session, staff_id: int) -> bool:
    """Whether this person needs a code to log in."""
    query = select(StaffFactor.staff_id).where(StaffFactor.staff_id == staff_id, StaffFactor.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def standing(session: Session) -> set[int]:
    """Everybody who needs one."""
    return set(session.scalars(select(StaffFactor.staff_id).where(StaffFactor.confirmed_at.is_not(None))))


def use_step(session: Session, staff_id: int, step: int) -> bool:
    """Uses a code up; False if it or a later one was used before. Of two who come at once one gets in."""
    mine = (StaffFactor.staff_id == staff_id, StaffFactor.used_step < step)
    used = update(StaffFactor).where(*mine).values(used_step=step, failures=0, failed_at=None)
    return session.execute(used.returning(StaffFactor.staff_id)).one_or_none() is not None


def keep_codes(session: Session, staff_id: int, digests: Iterable[str]) -> None:
    """These from now on, and none of before."""
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == staff_id))
    session.execute(insert(StaffRecoveryCode), [{"digest": digest, "staff_id": staff_id} for digest in digests])


def spend_code(session: Session, staff_id: int, digest: str) -> bool:
    """Whether it was one of theirs; it is none any more."""
    gone = delete(StaffRecoveryCode).where(StaffRecoveryCode.digest == digest, StaffRecoveryCode.staff_id == staff_id)
    return session.execute(gone.returning(StaffRecoveryCode.digest)).one_or_none() is not None


def codes_left(session: Session, staff_id: int) -> int:
    query = select(func.count()).select_from(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == staff_id)
    return session.scalar(query) or 0


def drop(session: Session, staff_id: int) -> bool:
    """From now on a password is enough; whether it was not so before."""
    session.execute(delete(StaffRecoveryCode).where(StaffRecoveryCode.staff_id == staff_id))
    gone = delete(StaffFactor).where(StaffFactor.staff_id == staff_id).returning(StaffFactor.confirmed_at)
    row = session.execute(gone).one_or_none()
    return row is not None and row[0] is not None
