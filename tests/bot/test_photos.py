"""Photos: what is taken, what is refused, and that nothing of the original file is left. Each is decoded in its own process."""

import asyncio
import io
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bot import photos
from bot.photos import WORKER, CleanPhoto, PhotoRefused, clean_photo

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def encoded(image: Image.Image, kind: str, **more: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def cleaned(data: bytes) -> CleanPhoto:
    return asyncio.run(clean_photo(data))


def refusal(data: bytes) -> str:
    with pytest.raises(PhotoRefused) as refused:
        cleaned(data)
    return refused.value.key


FRAMES = [Image.new("RGB", (64, 64), "red")] * 50
# Pictures are made by the test that needs one: every process reads this file, and making them takes a second.


def metadata() -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "canary-maker"
    exif.get_ifd(GPS)[2] = (31.0, 13.0, 49.0)
    return exif


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pv9_upright_and_without_metadata(kind: str) -> None:
    """PV9, IN9: GPS, camera and comments are gone; what lay on its side stands."""
    half = Image.new("RGB", (300, 100), "red")
    half.paste("blue", (0, 0, 150, 100))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "canary-comment")
    more = {"pnginfo": text} if kind == "PNG" else {}
    photo = cleaned(encoded(half, kind, exif=metadata(), **more))
    assert (photo.mime, photo.width, photo.height, len(photo.sha256)) == ("image/jpeg", 100, 300, 64)
    assert b"canary" not in photo.content
    assert b"Exif" not in photo.content
    result = Image.open(io.BytesIO(photo.content))
    assert (result.format, result.size, dict(result.getexif()), result.info.get("comment")) == ("JPEG", (100, 300), {}, None)
    red, _green, blue = result.getpixel((50, 20))
    assert blue > 200 > 60 > red


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        (lambda: encoded(Image.new("CMYK", (100, 80)), "JPEG"), (100, 80)),
        (lambda: encoded(Image.new("I;16", (100, 80), 30000), "PNG"), (100, 80)),
        (lambda: encoded(Image.new("P", (100, 80)), "PNG", transparency=0), (100, 80)),
        (lambda: encoded(Image.new("LA", (100, 80)), "PNG"), (100, 80)),
        (lambda: encoded(Image.new("1", (100, 80)), "PNG"), (100, 80)),
        (lambda: encoded(Image.new("RGB", (1, 20000)), "PNG"), (1, 2048)),
        (lambda: encoded(Image.new("RGB", (5000, 4000)), "JPEG"), (2048, 1638)),
        (lambda: encoded(Image.new("RGB", (64, 64)), "WEBP", save_all=True, append_images=FRAMES), (64, 64)),
    ],
    ids=["cmyk", "16 bits", "palette", "grey with alpha", "black and white", "1x20000", "large", "animated"],
)  # fmt: skip
def test_in9_unusual_pictures_become_plain_ones(picture: Callable[[], bytes], size: tuple[int, int]) -> None:
    """IN9: at most 2048 pixels long, RGB, one frame."""
    photo = cleaned(picture())
    result = Image.open(io.BytesIO(photo.content))
    assert (result.size, result.mode) == (size, "RGB") == ((photo.width, photo.height), "RGB")


def test_in9_transparent_parts_are_white() -> None:
    photo = cleaned(encoded(Image.new("RGBA", (10, 10)), "PNG"))
    assert Image.open(io.BytesIO(photo.content)).getpixel((5, 5)) == (255, 255, 255)


@cache
def jpeg() -> bytes:
    return encoded(Image.effect_noise((400, 400), 40), "JPEG")


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (lambda: b"", "empty"),
        (lambda: jpeg() + b"\0" * photos.MAX_BYTES, "too_big"),
        (lambda: encoded(Image.new("P", (10, 10)), "GIF"), "not_a_photo"),
        (lambda: encoded(Image.new("RGB", (10, 10)), "TIFF"), "not_a_photo"),
        (lambda: encoded(Image.new("RGB", (10, 10)), "EPS"), "not_a_photo"),
        (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "not_a_photo"),
        (lambda: b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "not_a_photo"),
        (lambda: b"%PDF-1.7", "not_a_photo"),
        (lambda: b"\xff\xd8\xff<script>alert(1)</script>", "not_a_photo"),
        (lambda: jpeg()[: len(jpeg()) // 2], "not_a_photo"),
        (lambda: encoded(Image.new("1", (20000, 20000)), "PNG"), "too_many_pixels"),
    ],
    ids=["empty", "21 MB", "gif", "tiff", "eps", "svg", "heic", "pdf", "script in jpeg", "half a jpeg", "bomb"],
)
def test_in9_what_is_no_photo_is_refused_in_words(data: Callable[[], bytes], key: str) -> None:
    assert refusal(data()) == f"dialogue.photo.{key}"


def test_in9_what_hides_behind_a_picture_is_left_behind() -> None:
    """IN9: a polyglot is a valid JPEG and a page at once; ours is only the picture."""
    photo = cleaned(jpeg() + b"<html><script>canary()</script>")
    assert b"canary" not in photo.content


def test_in9_a_decoder_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photos, "TIMEOUT", 0.01)
    assert refusal(jpeg()) == "dialogue.photo.too_many_pixels"


@pytest.mark.skipif(sys.platform != "linux", reason="this system does not choose whom it ends where memory does")
def test_pr7_where_memory_ends_the_decoder_goes_and_the_bot_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PR7: it offers itself to the system, and the photo that it had is refused in words."""
    program = tmp_path / "worker.py"
    ended = "os.kill(os.getpid(), 9) if open('/proc/self/oom_score_adj').read() == '1000\\n' else None"
    program.write_text(
        f"import os, sys\nsys.path.insert(0, {str(WORKER.parent)!r})\nimport photos_worker as w\nw.go_first()\n{ended}"
    )
    monkeypatch.setattr(photos, "WORKER", program)
    assert refusal(jpeg()) == "dialogue.photo.too_many_pixels"


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no limits for processes")
@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        ("open('/etc/passwd')", "Too many open files"),
        ("__import__('socket').socket()", "Too many open files"),
        ("bytearray(2 * 1024 ** 3)", "MemoryError"),
        ("[os.write(1, bytes(1024 ** 2)) for _ in range(9)]", "File too large"),
    ],
)
def test_in9_a_decoder_that_was_taken_over_gets_nowhere(attempt: str, error: str, tmp_path: Path) -> None:
    """IN9: no files, no network, little memory, a small result."""
    program = (
        f"import os, sys, socket\nsys.path.insert(0, {str(WORKER.parent)!r})\nimport photos_worker as w\nw.limit()\n{attempt}"
    )
    with (tmp_path / "out").open("wb") as out:
        done = subprocess.run([sys.executable, "-c", program], stdout=out, stderr=subprocess.PIPE, check=False, timeout=30)
    assert done.returncode != 0
    assert error in done.stderr.decode()


def test_several_at_once_wait_for_their_turn() -> None:
    async def go() -> list[CleanPhoto]:
        return await asyncio.gather(*(clean_photo(jpeg()) for _ in range(4)))

    assert len({photo.sha256 for photo in asyncio.run(go())}) == 1
