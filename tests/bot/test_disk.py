"""A disk that is full, or may only be read: people are told, nothing is half done, and it goes on as soon as there is room."""

import asyncio
import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot import album, backup
from bot.photos import PhotoRefused, clean_photo
from bot.settings import Wrong
from handlers import FEATURES
from handlers.dialogue import Incoming
from handlers.dialogue.engine import Engine
from storage import sqlite_file
from storage.database import Database
from storage.media import Media
from storage.messages import MESSAGES
from tests.bot.webchat_site import NOW, Site, Visitor
from tests.conftest import Templates
from tests.small_disk import SmallDisk, small_disk

PAPER = b"%PDF-1.7\n" + b"x" * 3_000_000


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 30) as disk:
        yield disk


def _whole(database: Database) -> bool:
    return sqlite_file.problems(Path(database.url.removeprefix("sqlite:///"))) == []


async def _uploads(ann: Visitor, name: str = "paper-0001") -> dict[str, str]:
    headers = {**ann.auth, "Origin": ann.site.url, "Content-Type": "application/pdf", "X-Name": "offer.pdf"}
    async with ann.site.http.post(f"/chat/file?id={name}", data=io.BytesIO(PAPER), headers=headers) as answer:
        assert answer.status == 200
        said: dict[str, str] = await answer.json()
    return said


@pytest.mark.about_sqlite
def test_db3_a_disk_that_fills_up_in_the_middle_of_an_upload(
    disk: SmallDisk, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DB3: the page is told that there is no room; words go on while there is room for them; the same file is taken later."""
    monkeypatch.setattr(album, "FLOOR", 0)  # as if others had filled it while the file was on its way

    async def go() -> None:
        async with Site(templates.copy("sqlite", False, disk.folder)) as site, site.visitor() as ann:
            await ann.says("hello")
            disk.fill(but=1_000_000)
            refused = await _uploads(ann)
            assert (refused["t"], refused["why"]) == (
                "refused", "I cannot take photos at the moment. Please describe it in words, or ask for a person.",
            )  # fmt: skip
            assert (await ann.says("in words, then"))["text"] == "You said: in words, then"
            disk.fill()
            size = 0
            while not any(frame["t"] == "later" for frame in ann.frames):
                size += 1
                await ann.sends(text="x" * 3000, id=f"words-{size:04}")
                while not any(frame.get("id") == f"words-{size:04}" and frame["t"] in ("ack", "later") for frame in ann.frames):
                    await ann.frame()
            disk.empty()
            assert (await _uploads(ann))["t"] == "ack"
            assert (await _uploads(ann))["t"] == "ack"
            await ann.sends(text="x" * 3000, id=f"words-{size:04}")
            await ann.frame("ack")
            with site.database.reading() as session:
                assert session.scalar(select(func.count()).select_from(Media)) == 1
                mine = select(func.count()).where(MESSAGES.c.key.like("web:%"))
                assert session.scalar(mine.where(MESSAGES.c.kind == "file")) == 1
                assert session.scalar(mine.where(MESSAGES.c.kind == "text")) == 2 + size
            assert _whole(site.database)

    asyncio.run(go())


def test_db3_without_room_for_a_picture_made_anew_nobody_is_told_that_it_is_none(
    disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DB3: the folder for what is passing is full, and the database's is not."""
    monkeypatch.setattr(tempfile, "tempdir", str(disk.folder))
    Image.effect_noise((900, 900), 90).save(picture := io.BytesIO(), "PNG")

    async def why() -> str:
        try:
            await clean_photo(picture.getvalue())
        except PhotoRefused as no:
            return no.key
        return ""

    disk.fill(but=20_000)
    assert asyncio.run(why()) == "dialogue.photo.no_room"
    disk.empty()
    assert asyncio.run(why()) == ""


def _filled(folder: Path, templates: Templates, kind: str = "sqlite") -> str:
    url = templates.copy(kind, False, folder)
    database = Database(url)
    with database.transaction() as session:
        for number in range(3):
            session.add(Media(id=f"m{number}", sha256=str(number), mime="application/pdf", width=0, height=0, content=PAPER,
                              created_at=NOW))  # fmt: skip
    database.close()
    return url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_db3_a_backup_that_finds_no_room_says_so_and_leaves_nothing(
    disk: SmallDisk, templates: Templates, tmp_path: Path, kind: str
) -> None:
    """DB3: nothing that looks like a backup stays behind; where there is room the same command makes one."""
    if kind == "postgresql" and not shutil.which("pg_dump"):
        pytest.skip("there is no pg_dump here")
    url = _filled(tmp_path, templates, kind)
    disk.fill(but=20_000 if kind == "postgresql" else 2_000_000)
    with pytest.raises(Wrong, match=r"could not .*: .*(disk|space).*make room there, or name a file on another disk"):
        backup.make(url, disk.folder / "copy.backup", lambda *_: None)
    assert [path.name for path in disk.folder.iterdir()] == ["ballast"]
    disk.empty()
    backup.make(url, disk.folder / "copy.backup", lambda *_: None)
    assert [path.name for path in disk.folder.iterdir()] == ["copy.backup"]


@pytest.mark.about_sqlite
def test_db3_a_full_disk_can_be_saved_to_another(disk: SmallDisk, templates: Templates, tmp_path: Path) -> None:
    """DB3: that is when a copy is wanted most. While Bayline runs it takes no room there; else a little."""
    url = _filled(disk.folder, templates)
    disk.fill()
    with pytest.raises(Wrong, match="make a megabyte of room there"):
        backup.make(url, tmp_path / "copy.backup", lambda *_: None)
    disk.empty()
    running = Database(url)
    with running.reading() as session:
        assert session.scalar(select(func.count()).select_from(Media)) == 3
        disk.fill()
        backup.make(url, tmp_path / "copy.backup", lambda *_: None)
    assert sqlite_file.problems(tmp_path / "copy.backup") == []
    running.close()


@pytest.mark.about_sqlite
@pytest.mark.parametrize("what", ["the disk", "the file"])
def test_db5_what_may_only_be_read_and_then_be_written_again(disk: SmallDisk, templates: Templates, what: str) -> None:
    """DB5: turns fail whole, /readyz is red; when it may be written to again nobody has to start anything anew."""
    database = Database(templates.copy("sqlite", False, disk.folder))
    engine = Engine(database, FEATURES)

    def only_read(only: bool) -> None:
        if what == "the disk":
            disk.only_read(only)
        else:
            disk.only_read_file(disk.folder / "bayline.db", only)

    def says(key: str) -> bool:
        return engine.take([Incoming("terminal", "ann", key, "text", text="help", pulls=True)], NOW)[0].spoke

    def serves() -> bool:
        try:
            return database.serves()
        except OperationalError:
            return False

    assert says("a")
    assert serves()
    database.engine.dispose()  # a system makes a disk read-only by force; by hand it is done when nobody has it open
    only_read(True)
    for _ in range(2):
        with pytest.raises(OperationalError):
            says("b")
        assert not serves()
    only_read(False)
    assert says("b")
    assert not says("b")
    assert serves()
    database.close()
    assert _whole(database)


@pytest.mark.about_sqlite
def test_db5_a_full_disk_is_seen_in_readyz(disk: SmallDisk, templates: Templates) -> None:
    """DB3, DB5: who watches over the process hears of it before customers do."""
    database = Database(templates.copy("sqlite", False, disk.folder))
    assert database.serves()
    disk.fill(but=100_000)
    assert not database.serves()
    disk.empty()
    assert database.serves()
    database.close()
