"""The album of photos: each kept once, not for ever, and never to the last byte (AB3, IN11, PV9)."""

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from bot import album
from bot.album import Album
from bot.keeper import Keeper
from bot.photos import CleanPhoto, PhotoRefused
from handlers.dialogue.engine import Engine
from handlers.privacy.retention import Policy
from storage import chats
from storage.database import Database

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def _photo(number: int) -> CleanPhoto:
    return CleanPhoto("image/jpeg", 2, 2, b"x%d" % number, f"{number:064x}")


def _chat(database: Database, address: str) -> int:
    with database.transaction() as session:
        return chats.arrive(session, "web", address, pulls=True, now=NOW).id


def test_in11_the_same_picture_is_kept_once_in_a_chat(database: Database) -> None:
    ann, bob = _chat(database, "ann"), _chat(database, "bob")
    photos = Album(database, lambda: NOW)
    first, is_new = photos.keep(ann, _photo(1))
    assert is_new
    assert [photos.keep(ann, _photo(1)) for _ in range(20)] == [(first, False)] * 20
    theirs, is_new = photos.keep(bob, _photo(1))
    assert is_new
    assert photos.find(theirs, ann) is None


def test_ab3_photos_end_before_the_disk_does(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = _chat(database, "ann")
    photos = Album(database, lambda: NOW)
    photos.open(ann)
    monkeypatch.setattr(album, "FLOOR", shutil.disk_usage("/").total * 1000)
    if database.is_sqlite:
        with pytest.raises(PhotoRefused) as refused:
            photos.open(ann)
        assert refused.value.key == "dialogue.photo.no_room"
    else:
        photos.open(ann)  # the server's disk is not ours to judge


def test_pv9_photos_are_forgotten_after_a_year(database: Database) -> None:
    ann = _chat(database, "ann")
    old, _ = Album(database, lambda: NOW - timedelta(days=367)).keep(ann, _photo(1))
    new, _ = Album(database, lambda: NOW - timedelta(days=300)).keep(ann, _photo(2))
    photos = Album(database, lambda: NOW)
    Keeper(Engine(database, []), lambda: NOW, Policy()).tidy()
    assert photos.find(old, ann) is None
    assert photos.find(new, ann) is not None
