"""PV10, encryption at rest: whoever copies the file, its log or a backup has nothing; and everything works as without it."""

import asyncio
import os
import shutil
import signal
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot import backup, encrypting, only_one
from bot.album import Album
from bot.cli import app
from bot.photos import CleanPhoto
from bot.settings import Wrong, key_in, read
from handlers.dialogue.memo import Memo
from handlers.privacy import export
from storage import chats, encryption, erasing, media, sqlite_file
from storage.database import Database
from storage.encryption import Key
from tests import forked
from tests.conftest import Templates
from tests.handlers.test_booking_flow import books
from tests.handlers.test_privacy import CANARIES, NAME, WORDS, canary
from tests.torture import killing
from tests.world import START, World

pytestmark = pytest.mark.about_sqlite

Bayline = Callable[..., Result]


def _quiet(*_step: object) -> None:
    pass


def _key_file(folder: Path, name: str = "key", digits: str = "5a" * 32) -> Path:
    file = folder / name
    file.write_text(digits + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def folder(tmp_path: Path, templates: Templates) -> Path:
    """A folder with the sample shop's file, not encrypted; the key lies elsewhere."""
    data = tmp_path / "data"
    data.mkdir()
    templates.copy("sqlite", True, data)
    return data


@pytest.fixture
def key_file(tmp_path: Path) -> Iterator[Path]:
    yield _key_file(tmp_path)
    encryption.use(None)


@pytest.fixture
def bayline(tmp_path: Path, folder: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch) -> Bayline:
    """Commands of a shop with a key; `key=""` for none."""
    for name in [name for name in os.environ if name.startswith(("TELEGRAM_", "BAYLINE_", "DATABASE_URL"))]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "clock").write_text(START.isoformat())
    monkeypatch.setenv("BAYLINE_CLOCK_FILE", "clock")
    monkeypatch.setenv("BAYLINE_DATA_DIR", str(folder))

    def bayline(*words: str, key: str = str(key_file)) -> Result:
        monkeypatch.setenv("BAYLINE_KEY_FILE", key)
        return CliRunner().invoke(app, words)

    return bayline


@pytest.fixture
def sealed(bayline: Bayline, folder: Path) -> Path:
    """The shop's file, encrypted."""
    done = bayline("encrypt")
    assert done.exit_code == 0, done.output
    return folder / "bayline.db"


def _world(file: Path, memo: Memo | None = None) -> World:
    return World(Database(f"sqlite:///{file}"), memo=memo)


def _found_in(folder: Path) -> list[str]:
    """Which words of the canary stand in which file."""
    return [f"{word} in {file.name}" for file in folder.iterdir() for word in CANARIES if word.encode() in file.read_bytes()]


def test_pv10_whoever_copies_the_folder_has_nothing(bayline: Bayline, folder: Path, tmp_path: Path, sample_memo: Memo) -> None:
    """PV10: a person and a photo stand in the plain file, and in none of file, log and backup once it is encrypted."""
    file = folder / "bayline.db"
    world = _world(file, sample_memo)
    canary(world)
    world.database.close()
    assert _found_in(folder)
    assert bayline("encrypt").exit_code == 0
    assert [left.name for left in folder.iterdir() if left.name.startswith("bayline.db") and ".lock" not in left.name] == [
        file.name
    ]
    assert file.stat().st_mode & 0o777 == 0o600
    assert _found_in(folder) == []

    world = _world(file, sample_memo)
    world.customer(address="other").says(
        f"do you know {WORDS[0]}?", name=NAME
    )  # while it is encrypted; the log is not in the file yet
    assert (folder / "bayline.db-wal").stat().st_size > 0
    made = bayline("backup", str(tmp_path / "elsewhere.bak"))
    assert made.exit_code == 0, made.output
    shutil.copy(tmp_path / "elsewhere.bak", folder)
    assert _found_in(folder) == []
    with world.database.reading() as session:
        assert b"kwyjibollo" in session.query(media.Media).first().content  # type: ignore[union-attr] # it is there
    world.database.close()


def test_pv10_the_journeys_of_a_shop_with_a_key(sealed: Path, bayline: Bayline, tmp_path: Path, sample_memo: Memo) -> None:
    """PV10: chat, booking, photo, export, check and doctor, a backup and its way back, on an encrypted file."""
    world = _world(sealed, sample_memo)
    ann = books(world.customer())
    ann.sees("booked")
    chat_id = ann.outcome.chat_id if ann.outcome else 0
    album = Album(world.database, lambda: world.now)
    photo, is_new = album.keep(chat_id, CleanPhoto("image/jpeg", 2, 2, b"pixels" * 3000, "0" * 64))
    assert is_new
    found = album.find(photo, chat_id)
    assert found
    assert found[1] == b"pixels" * 3000
    with world.database.reading() as session:
        told = export.written(session, erasing.scope_of(session, chat_id=chat_id), world.now, pictures=True)
    assert '"status": "confirmed"' in told
    assert b64encode(b"pixels" * 3000).decode() in told
    made = bayline("backup", str(tmp_path / "a.bak"))
    assert made.exit_code == 0, made.output
    world.customer(address="late").says("hello")
    world.database.close()

    checked = bayline("check")
    assert "Encryption: the database, its log and its backups are" in checked.output
    assert bayline("doctor").exit_code == 0
    restored = bayline("restore", str(tmp_path / "a.bak"))
    assert restored.exit_code == 0, restored.output
    assert not any(encryption.is_plain(file) for file in sealed.parent.glob("bayline.db*") if file.stat().st_size > 100)
    world = _world(sealed, sample_memo)
    with world.database.reading() as session:
        assert chats.find(session, "web", "late") is None
    world.database.compact()  # as after somebody was forgotten
    assert album.find(photo, chat_id)
    world.database.close()


def test_pv10_a_worker_that_is_killed_goes_on_and_tells_nobody_the_key(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PV10, PV11, PR1: a new file is encrypted from the start; kill -9 loses nothing; no word of the key in what it says."""
    monkeypatch.setenv("BAYLINE_KEY_FILE", str(key_file))
    encryption.use(key_in(key_file))
    data = tmp_path / "shop"
    data.mkdir()
    url = f"sqlite:///{data}/bayline.db"
    monkeypatch.setenv("DATABASE_URL", url)
    assert CliRunner().invoke(app, ["migrate"]).exit_code == 0
    verdict = asyncio.run(killing.inbound(data, url, updates=20, kills=1, webhook=False))
    assert verdict.kills == 1
    assert not encryption.is_plain(data / "bayline.db")
    assert not [file for file in tmp_path.rglob("*") if file.is_file() and file != key_file and b"5a5a5a5a" in file.read_bytes()]


def test_pv10_a_key_that_is_missing_or_wrong_leaves_the_file_as_it_is(sealed: Path, bayline: Bayline, tmp_path: Path) -> None:
    """PV10: one sentence that says what to do, from every command, and not a byte is written."""
    before = sealed.read_bytes()
    other = str(_key_file(tmp_path, "other", "77" * 32))
    for words in (
        ("check",),
        ("doctor",),
        ("migrate",),
        ("export", "stores", "x.toml"),
        ("tickets", "list"),
        ("backup", "x.bak"),
        ("chat",),
    ):
        for key, sentence in (("", "write the path of its key into BAYLINE_KEY_FILE"), (other, "put back the key")):
            said = bayline(*words, key=key)
            assert said.exit_code == 2, words
            assert sentence in " ".join(said.output.split()), words
            assert "Traceback" not in said.output
    assert "said to have" in bayline("encrypt", key=other).output
    with pytest.raises(Wrong, match="put back the key"):
        backup.refuse_damaged(f"sqlite:///{sealed}", look=True)  # as a start does
    assert sealed.read_bytes() == before
    assert not (tmp_path / "x.bak").exists()
    assert not list(sealed.parent.glob("*.damaged"))


def test_pv10_a_file_in_clear_is_not_taken_for_an_encrypted_one(bayline: Bayline, folder: Path) -> None:
    before = (folder / "bayline.db").read_bytes()
    for words in (("migrate",), ("doctor",), ("backup", "x.bak")):
        said = bayline(*words)
        assert said.exit_code == 2
        assert "`bayline encrypt` does it" in said.output
    assert (folder / "bayline.db").read_bytes() == before
    assert "Encryption: off" in bayline("check", key="").output


@pytest.mark.parametrize(
    ("digits", "mode", "where", "sentence"),
    [
        ("5a" * 31, 0o600, "", "64 hexadecimal digits"),
        ("a long sentence that somebody thought of", 0o600, "", "64 hexadecimal digits"),
        ("5a" * 32, 0o604, "", "chmod 600"),
        ("5a" * 32, 0o600, "data/keys", "must not lie in the folder of the data"),
    ],
)
def test_pv10_a_key_that_would_not_keep_anything_secret_is_refused(
    bayline: Bayline, tmp_path: Path, digits: str, mode: int, where: str, sentence: str
) -> None:
    (tmp_path / where).mkdir(exist_ok=True)
    file = _key_file(tmp_path / where, "odd", digits)
    file.chmod(mode)
    said = bayline("encrypt", key=str(file))
    assert said.exit_code == 2
    assert sentence in " ".join(said.output.split())
    assert digits not in said.output
    assert "must be a file" in bayline("migrate", key=str(tmp_path / "none")).output


def test_pv10_on_postgresql_a_key_does_nothing_and_that_is_said(
    key_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/x")
    monkeypatch.setenv("BAYLINE_KEY_FILE", str(key_file))
    told = list(encrypting.findings(read()))
    assert [one.good for one in told] == [True, False]
    assert "does nothing on PostgreSQL" in told[1].text
    assert encryption.key() is None


def test_pv10_without_sqlcipher_the_sentence_names_what_to_install(
    bayline: Bayline, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "sqlcipher3.dbapi2", None)  # as if it had never been installed
    before = (folder / "bayline.db").read_bytes()
    said = bayline("encrypt")
    assert said.exit_code == 2
    assert "pip install 'bayline[encrypted]'" in said.output
    assert (folder / "bayline.db").read_bytes() == before


def test_pv10_another_key_and_back_to_none(sealed: Path, bayline: Bayline, tmp_path: Path, key_file: Path) -> None:
    other = _key_file(tmp_path, "other", "77" * 32)
    changed = bayline("encrypt", "--from", str(key_file), key=str(other))
    assert changed.exit_code == 0, changed.output
    assert sqlite_file.opens(sealed, key_in(other))
    assert not sqlite_file.opens(sealed, key_in(key_file))
    assert bayline("doctor", key=str(other)).exit_code == 0
    assert "It is encrypted with this key." in bayline("encrypt", "--from", str(key_file), key=str(other)).output
    assert bayline("decrypt", key=str(other)).exit_code == 0
    assert encryption.is_plain(sealed)
    assert bayline("doctor", key="").exit_code == 0


def test_pv10_backups_from_before_and_of_another_key(bayline: Bayline, folder: Path, tmp_path: Path) -> None:
    """PV10: one from before is encrypted on its way back; one of another key is refused and changes nothing."""
    file = folder / "bayline.db"
    assert bayline("backup", str(tmp_path / "plain.bak"), key="").exit_code == 0
    assert bayline("encrypt").exit_code == 0
    restored = bayline("restore", str(tmp_path / "plain.bak"))
    assert restored.exit_code == 0, restored.output
    assert not encryption.is_plain(file)
    assert not [left.name for left in folder.glob("bayline.db*") if left.stat().st_size > 100 and encryption.is_plain(left)]
    assert bayline("backup", str(tmp_path / "sealed.bak")).exit_code == 0
    before = file.read_bytes()
    other = _key_file(tmp_path, "other", "77" * 32)
    file.unlink()
    said = bayline("restore", str(tmp_path / "sealed.bak"), key=str(other))
    assert "does not open with the key" in said.output
    assert not file.exists()
    said = bayline("restore", str(tmp_path / "sealed.bak"), key="")
    assert "BAYLINE_KEY_FILE" in said.output
    file.write_bytes(before)
    assert bayline("restore", str(tmp_path / "sealed.bak")).exit_code == 0


def test_db7_a_damaged_page_of_an_encrypted_file_is_found(sealed: Path, bayline: Bayline) -> None:
    """DB7: each page has a checksum of its own, so that one changed bit is seen, wherever it is."""
    with sealed.open("r+b") as file:
        file.seek(sealed.stat().st_size // 2)
        file.write(bytes(8))
    found = bayline("doctor")
    assert found.exit_code == 2
    assert "BAD" in found.output
    sqlite_file.mark(sealed, [])
    with pytest.raises(Wrong, match="is damaged"):
        backup.refuse_damaged(f"sqlite:///{sealed}", look=True)  # as a start does


def _dies(file: str) -> None:
    """Encrypts, and is killed when it first tells how far it is."""

    def progress(_what: str, _done: int, _total: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    key = Key("5a" * 32)
    encryption.use(key)
    encrypting.change(f"sqlite:///{file}", None, key, progress)


def test_pv10_killed_in_the_middle_it_is_one_or_the_other(folder: Path, bayline: Bayline, tmp_path: Path) -> None:
    """PV10: kill -9 while it is written anew leaves the old file; the same command ends the work, and nothing is left over."""
    file = folder / "bayline.db"
    process = forked.start(_dies, str(file), out=tmp_path / "out")
    assert forked.ended(process, 60) == -signal.SIGKILL
    assert encryption.is_plain(file)
    assert (folder / "bayline.db.recoding").exists()
    assert bayline("doctor", key="").exit_code == 0
    # Killed with the second name made, and with the new file in its place: as the system leaves them.
    (folder / "bayline.db.before").hardlink_to(file)
    old = file.read_bytes()
    assert bayline("encrypt").exit_code == 0
    assert not encryption.is_plain(file)
    (folder / "bayline.db.before").write_bytes(old)
    said = bayline("check").output
    assert "beside it lie copies that are not: bayline.db.before" in said
    assert "It is encrypted with this key." in bayline("encrypt").output
    assert {left.name for left in folder.glob("bayline.db.*")} == {"bayline.db.lock"}
    assert bayline("doctor").exit_code == 0


def test_pv10_who_uses_the_file_is_not_pulled_from_under(folder: Path, bayline: Bayline) -> None:
    lock = only_one.hold(f"sqlite:///{folder}/bayline.db")
    assert lock
    said = bayline("encrypt")
    lock.close()
    assert said.exit_code == 2
    assert "another Bayline is working" in said.output
    assert encryption.is_plain(folder / "bayline.db")
    with pytest.raises(Wrong, match="PostgreSQL"):
        encrypting.change("postgresql://nobody@localhost/x", None, Key("5a" * 32), _quiet)
