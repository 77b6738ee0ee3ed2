"""Import and export: a file, or a folder with a file for each kind, in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from handlers.transfer import knowledge, shop, writing
from handlers.transfer.fields import Cell
from handlers.transfer.files import Row, Source, open_rows
from handlers.transfer.flat import FlatImport
from handlers.transfer.kinds import FLAT, ORDER, Kind
from handlers.transfer.knowledge import EntryImport
from handlers.transfer.naming import files_of, kind_of
from handlers.transfer.report import Report, Wrong
from handlers.transfer.shop import StoreImport
from storage import bulk, revisions, versions
from storage.database import Database

T = TypeVar("T")
Progress = Callable[[int, int], None]
# What workers load anew; the knowledge base says so itself when it is published.
REVISIONS = {"stores": "stores"} | {kind.name: kind.revision for kind in FLAT.values()}
FORMATS = {"stores": (".toml",), "kb": (".toml", ".jsonl")} | dict.fromkeys(FLAT, (".csv", ".xlsx", ".jsonl"))
_BATCH = 1000
_BUSY = "Another import is running. Wait until it has finished and try again."


class _Import(Protocol):
    def check_columns(self, columns: Sequence[str]) -> None: ...
    def take(self, rows: Sequence[Row]) -> None: ...
    def finish(self) -> None: ...


def import_file(
    database: Database,
    path: Path,
    kind: str | None = None,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Report:
    """Takes the whole file, or nothing of it if anything is wrong. `progress` gets (steps done, about how many there are)."""
    [(_, report)] = import_files(database, [path], kind, now=now, dry_run=dry_run, progress=progress)
    return report


def import_folder(
    database: Database, folder: Path, *, now: datetime, dry_run: bool = False, progress: Progress | None = None
) -> list[tuple[Path, Report]]:
    """Takes all files of a folder in the order in which they need each other; one that is wrong ends it, and nothing is kept."""
    if files := files_of(folder):
        return import_files(database, files, now=now, dry_run=dry_run, progress=progress)
    nothing = Report("", dry_run)
    nothing.wrong(0, Wrong("There is nothing to import in this folder. Put files such as stores.toml and prices.csv there."))
    return [(folder, nothing)]


def import_files(
    database: Database,
    paths: Sequence[Path],
    kind: str | None = None,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
    look: Callable[[Session], None] = lambda _session: None,
) -> list[tuple[Path, Report]]:
    """Takes these files in this order, all or nothing. `look` is shown the content as it will be; what it raises undoes it."""
    kinds = [kind or kind_of(path) for path in paths]
    flat = [FLAT[name] for name in kinds if name in FLAT]
    if flat and len(flat) == len(paths):
        return _import_flat(database, list(zip(paths, flat, strict=True)), now, dry_run, progress)
    reports: list[tuple[Path, Report]] = []
    entries = [path.name for path, name in zip(paths, kinds, strict=True) if name == "kb"]
    with database.transaction() as session:
        alone = bulk.claim(session)
        with versions.publication(session, "import", _named(entries), now) if alone and entries else nullcontext():
            for path in paths:
                report = _import(session, path, kind, now, progress, alone)
                report.dry_run = dry_run
                reports.append((path, report))
                if not report.ok:
                    break
            else:
                # Rows are written past the session's memory of them.
                session.flush()
                session.expire_all()
                look(session)
        if dry_run or any(not report.ok for _, report in reports):
            session.rollback()
    return reports


def could_write(path: Path, kind: str) -> Report:
    """An empty report, or what is wrong with this name for a file of this kind; nothing is written."""
    report, suffix = Report(kind), path.suffix.lower()
    try:
        if kind not in FORMATS:
            raise _no_kind(kind)
        if suffix not in FORMATS[kind]:
            raise Wrong(f'{kind} are written as {" or ".join(FORMATS[kind])}, not "{suffix}". Give the file another ending.')
        if not path.parent.is_dir():
            raise Wrong(f'There is no folder "{path.parent}". Make it first.')
    except Wrong as error:
        report.wrong(0, error)
    return report


def export_file(database: Database, path: Path, kind: str, *, progress: Progress | None = None) -> Report:
    """Writes everything of a kind; the file appears only when it is complete."""
    report = could_write(path, kind)
    if not report.ok:
        return report
    try:
        with database.reading() as session, writing.new_file(path) as file:
            _write(session, file, report, progress)
    except OSError as error:
        report.wrong(0, Wrong(f"It cannot be written there ({error.strerror}). Name a place with room where you may write."))
        return report
    if progress:
        progress(report.written, report.written)
    return report


def _write(session: Session, file: Path, report: Report, progress: Progress | None) -> None:
    kind, suffix = report.kind, file.suffix.lower()
    if kind in FLAT:
        total = bulk.count(session, FLAT[kind].table)
        rows = _counted(_cells(session, FLAT[kind]), report, progress, total)
        writing.write_flat(file, suffix, FLAT[kind].columns, rows)
    elif kind == "stores":
        writing.write_stores(file, _counted(shop.rows_out(session), report))
    else:
        write = writing.write_entries if suffix == ".toml" else writing.write_json_lines
        write(file, _counted(knowledge.rows_out(session), report))


def export_folder(database: Database, folder: Path, *, progress: Progress | None = None) -> list[tuple[Path, Report]]:
    """A file for each kind, as `import_folder` takes them."""
    paths = [(folder / f"{kind}{FORMATS[kind][0]}", kind) for kind in ORDER]
    return [(path, export_file(database, path, kind, progress=progress)) for path, kind in paths]


def _import(session: Session, path: Path, name: str | None, now: datetime, progress: Progress | None, alone: bool) -> Report:
    report = Report(name or kind_of(path) or "")
    with _told(report):
        if name and name not in ORDER:
            raise _no_kind(name)
        if report.kind not in ORDER:
            raise Wrong(f'The name "{path.name}" does not say what the file holds. Say which of {", ".join(ORDER)} it is.')
        if not alone:
            raise Wrong(_BUSY)
        _take(open_rows(path), _importer(session, report, now), report, progress)
    _raise_revision(session, report)
    return report


def _import_flat(
    database: Database, files: Sequence[tuple[Path, Kind]], now: datetime, dry_run: bool, progress: Progress | None
) -> list[tuple[Path, Report]]:
    """Reads and checks the files while others go on writing: they wait for what is written at the end, about half of it."""
    reports: list[tuple[Path, Report]] = []
    importers: list[FlatImport] = []
    rows: list[int] = []
    done: list[tuple[Path, Report]] = []
    with database.reading() as session:
        for path, kind in files:
            report = Report(kind.name, dry_run)
            reports.append((path, report))
            importers.append(FlatImport(kind, session, now, report, ahead=importers[:]))
            with _told(report):
                rows.append(_take(open_rows(path), importers[-1], report, _half(progress)))
            if not report.ok:
                return reports
    try:
        with database.transaction() as session:
            alone = bulk.claim(session)
            for (path, report), importer, read in zip(reports, importers, rows, strict=True):
                done.append((path, report))
                with _told(report):
                    if not alone:
                        raise Wrong(_BUSY)
                    importer.write(session, partial(_other_half, progress, read))
                _raise_revision(session, report)
                if not report.ok:
                    break
            if dry_run or not report.ok:
                session.rollback()
    except IntegrityError:
        report.wrong(0, Wrong("Something that the rows point at was changed while they were read. Try again."))
    return done


def _half(progress: Progress | None) -> Progress | None:
    return progress and (lambda done, total: progress(done, 2 * total))


def _other_half(progress: Progress | None, read: int, written: int) -> None:
    if progress:
        progress(read + written, 2 * read)


@contextmanager
def _told(report: Report) -> Iterator[None]:
    """What is wrong with a file goes into the report."""
    try:
        yield
    except Wrong as error:
        report.wrong(error.row, error)
    except OSError as error:
        report.wrong(0, Wrong(f"It cannot be read ({error.strerror}). Look who may read it, and whether its disk is well."))
    except MemoryError:
        report.wrong(0, Wrong("There is not enough memory to read it. Split it; a spreadsheet needs less as CSV."))


def _raise_revision(session: Session, report: Report) -> None:
    if (revision := REVISIONS.get(report.kind)) and report.ok and (report.added or report.changed):
        revisions.raise_(session, revision)


def _named(names: Sequence[str]) -> str:
    """As a database can keep it: a name on a disk may be in another encoding."""
    named = ", ".join(names[:2]) + (f" +{len(names) - 2}" if len(names) > 2 else "")
    return named.encode("utf-8", "replace").decode()


def _no_kind(name: str) -> Wrong:
    return Wrong(f'"{name}" is not a kind. Write one of {", ".join(ORDER)}.')


def _importer(session: Session, report: Report, now: datetime) -> _Import:
    if report.kind == "stores":
        return StoreImport(session, now, report)
    if report.kind == "kb":
        return EntryImport(session, now, report)
    return FlatImport(FLAT[report.kind], session, now, report)


def _take(source: Source, importer: _Import, report: Report, progress: Progress | None) -> int:
    """How many rows there were."""
    if source.columns is not None:
        importer.check_columns(source.columns)
    rows = iter(source.rows)
    done = 0
    while not report.full and (batch := list(islice(rows, _BATCH))):
        importer.take(batch)
        done += len(batch)
        if progress:
            progress(done, max(done, source.total))
    if not report.full:
        importer.finish()
    if progress:
        progress(done, done)
    return done


def _cells(session: Session, kind: Kind) -> Iterator[list[Cell]]:
    pointing = {field.name: field.points_at for field in kind.fields if field.points_at is not None and not field.many}
    for row in bulk.stream(session, kind.table, pointing, ["id"]):
        yield [cell for field in kind.fields for cell in field.write(row[field.name])]


def _counted(rows: Iterable[T], report: Report, progress: Progress | None = None, total: int = 0) -> Iterator[T]:
    for row in rows:
        report.written += 1
        if progress and report.written % _BATCH == 0:
            progress(report.written, max(total, report.written))
        yield row
