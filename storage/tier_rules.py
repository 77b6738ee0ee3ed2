"""Tier rules: which words make a complaint, and how bad a one; and how often staff had to correct a rule."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Integer, String, cast, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage.database import Base, Id, Json, Moment, insert
from storage.tickets import QUESTION, Ticket


class TierRule(Base):
    """A rule as a manager edits it; how it is read says `handlers.tickets.rules`.

    `tier`: minor | serious | critical, or a kind of words without one (veto, hot …). `names`: the reason, one text a language.
    `words`: one of these must be there, and of `near` one too if there are any; of `unless` (words, or codes of rules) none.
    `opens`: the words alone make a complaint; else they only say how bad one is.
    """

    __tablename__ = "tier_rules"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    tier: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(40))
    names: Mapped[dict[str, str]] = mapped_column(Json)
    words: Mapped[list[str]] = mapped_column(Json)
    near: Mapped[list[str]] = mapped_column(Json)
    unless: Mapped[list[str]] = mapped_column(Json)
    opens: Mapped[bool] = mapped_column(Boolean)
    position: Mapped[int] = mapped_column(Integer)


class TierSettings(Base):
    """The shop's own settings beside the rules, one row; without it all is as shipped. `ear`: the second ear is heard."""

    __tablename__ = "tier_settings"

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    ear: Mapped[bool] = mapped_column(Boolean)


class TierCorrection(Base):
    """How often staff changed a tier that this rule had chosen."""

    __tablename__ = "tier_corrections"

    rule: Mapped[str] = mapped_column(String(40), primary_key=True)
    was: Mapped[str] = mapped_column(String(10), primary_key=True)
    became: Mapped[str] = mapped_column(String(10), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    last_at: Mapped[datetime] = mapped_column(Moment)


def all_rules(session: Session) -> Sequence[TierRule]:
    return session.scalars(select(TierRule).order_by(TierRule.position, TierRule.code)).all()


def replace_all(session: Session, rules: Iterable[Mapping[str, Any]]) -> None:
    """These rules and no others, in this order."""
    session.execute(delete(TierRule))
    session.add_all(TierRule(position=position, **rule) for position, rule in enumerate(rules, 1))
    session.flush()


def ear_on(session: Session) -> bool:
    row = session.get(TierSettings, 1)
    return row is None or row.ear


def set_ear(session: Session, on: bool) -> None:
    """Raise the revision "tickets" after it."""
    row = insert(session, TierSettings.__table__).values(id=1, ear=on)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_={"ear": on}))


def corrected(session: Session, rule: str, was: str, became: str, now: datetime) -> None:
    row = insert(session, TierCorrection.__table__).values(rule=rule, was=was, became=became, count=1, last_at=now)
    more = {"count": TierCorrection.count + 1, "last_at": now}
    session.execute(row.on_conflict_do_update(index_elements=["rule", "was", "became"], set_=more))


def opened_by(session: Session, code: str, since: datetime) -> tuple[int, int]:
    """How many tickets have this rule among their reasons; and how many of them staff have made a mere question since."""
    found = select(func.count(), func.count().filter(Ticket.tier == QUESTION)).where(Ticket.opened_at >= since)
    opened, lowered = session.execute(found.where(cast(Ticket.reasons, String).like(f'%"{code}"%'))).one()
    return opened, lowered


def corrections(session: Session) -> Sequence[TierCorrection]:
    """The most frequent first."""
    order = (TierCorrection.count.desc(), TierCorrection.rule, TierCorrection.became)
    return session.scalars(select(TierCorrection).order_by(*order)).all()
