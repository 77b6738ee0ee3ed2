"""Versions of the knowledge base: each publication keeps what it replaced, so that the base can be had as it was before."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, and_, delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from storage import revisions
from storage.database import Base, Id, Json, Moment
from storage.entries import EntryRow, all_rows

# So many publications can be undone; what older ones replaced is forgotten.
KEPT = 100
_TEXTS = ("category", "question", "aliases", "answer", "buttons", "audience", "stores")
_DAYS = ("valid_from", "valid_until")

# Which entry in which language, and its columns as JSON has them; an empty content: there was none.
Key = tuple[str, str]
Content = Mapping[str, Any]


class Version(Base):
    """One publication; `id` counts up by one. `what`: import | aliases | gap | restore. `about`: names of files, numbers of
    proposals, the id of an entry, or the version that was gone back to. `added`, `changed`, `removed`: entries, in whatever
    language. `staff_id` None: at the command line."""

    __tablename__ = "kb_versions"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[str] = mapped_column(String(20))
    about: Mapped[str] = mapped_column(String(200))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    added: Mapped[int]
    changed: Mapped[int]
    removed: Mapped[int]


class Replaced(Base):
    """An entry in one language as it was until this version; `content` {}: it was not there."""

    __tablename__ = "kb_replaced"
    __table_args__ = (UniqueConstraint("version_id", "entry_id", "language"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("kb_versions.id"))
    entry_id: Mapped[str] = mapped_column(String(80))
    language: Mapped[str] = mapped_column(String(10))
    content: Mapped[dict[str, Any]] = mapped_column(Json)


@contextmanager
def publication(session: Session, what: str, about: str, now: datetime, staff_id: int | None = None) -> Iterator[None]:
    """Around whatever changes entries: leaves a version, and has workers load anew, if any of them is another one afterwards.

    The caller holds the claim of `bulk`, so that nobody else publishes meanwhile.
    """
    before = contents(session)
    yield
    session.flush()
    after = contents(session)
    if before != after:
        _keep(session, before, after, Version(at=now, what=what, about=about[:200], staff_id=staff_id))
        revisions.raise_(session, "kb")


def contents(session: Session) -> dict[Key, Content]:
    """The whole base as it is now."""
    rows = EntryRow.__table__
    columns = [rows.c[name] for name in ("entry_id", "language", *_TEXTS, *_DAYS)]
    # As plain rows: what was written past the session's memory counts too, and nothing stays in it.
    return {(row.entry_id, row.language): _content(row) for row in session.execute(select(*columns))}


def newest(session: Session) -> list[Version]:
    """All that are kept, the latest first."""
    return list(session.scalars(select(Version).order_by(Version.id.desc())))


def latest(session: Session) -> int:
    """The number of the base as it is now; 0 before the first publication."""
    return session.scalar(select(func.max(Version.id))) or 0


def since(session: Session, number: int) -> dict[Key, Content]:
    """What stood, when this version was the latest, where later ones have changed something; empty for the latest.

    It holds for the versions that are kept, and for the one before the oldest of them.
    """
    # The earliest of them has seen what was there. Only that is read: what a hundred versions replaced may be a great deal.
    key = (Replaced.entry_id, Replaced.language)
    first = select(*key, func.min(Replaced.version_id).label("version_id")).where(Replaced.version_id > number).group_by(*key)
    earliest = first.subquery()
    same = [getattr(Replaced, name) == earliest.c[name] for name in ("entry_id", "language", "version_id")]
    rows = session.execute(select(*key, Replaced.content).join(earliest, and_(*same)))
    return {(row.entry_id, row.language): row.content for row in rows}


def rows(session: Session, number: int) -> list[EntryRow]:
    """The whole base at this version, as rows that belong to no table."""
    then = {**contents(session), **since(session, number)}
    return [
        EntryRow(entry_id=entry_id, language=language, **_columns(content))
        for (entry_id, language), content in sorted(then.items())
        if content
    ]


def put(session: Session, wanted: Mapping[Key, Content], now: datetime) -> None:
    """These entries become what is wanted, or go where nothing is."""
    rows = {(row.entry_id, row.language): row for row in all_rows(session)}
    for key, content in wanted.items():
        row = rows.get(key)
        if not content:
            if row is not None:
                session.delete(row)
        elif row is None:
            entry_id, language = key
            session.add(EntryRow(entry_id=entry_id, language=language, changed_at=now, **_columns(content)))
        elif _content(row) != content:
            for name, value in {**_columns(content), "changed_at": now}.items():
                setattr(row, name, value)


def _keep(session: Session, before: Mapping[Key, Content], after: Mapping[Key, Content], version: Version) -> None:
    replaced = {key: before.get(key, {}) for key in (*before, *after) if before.get(key) != after.get(key)}
    old, new = {entry_id for entry_id, _ in before}, {entry_id for entry_id, _ in after}
    touched = {entry_id for entry_id, _ in replaced}
    version.added, version.removed = len(touched - old), len(touched - new)
    version.changed = len(touched & old & new)
    # Not counted by the database, which also counts what was rehearsed and taken back.
    version.id = latest(session) + 1
    session.add(version)
    session.flush()
    session.execute(
        insert(Replaced),
        [
            {"version_id": version.id, "entry_id": entry_id, "language": language, "content": content}
            for (entry_id, language), content in replaced.items()
        ],
    )
    for table, column in ((Replaced, Replaced.version_id), (Version, Version.id)):
        session.execute(delete(table).where(column <= version.id - KEPT))


def _content(row: Any) -> Content:
    days = {name: day and day.isoformat() for name in _DAYS for day in [getattr(row, name)]}
    return {**{name: getattr(row, name) for name in _TEXTS}, **days}


def _columns(content: Content) -> dict[str, Any]:
    return {**content, **{name: content[name] and date.fromisoformat(content[name]) for name in _DAYS}}
