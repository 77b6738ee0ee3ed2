"""Decodes one photo from standard input and writes it anew to standard output.

A program of its own: started, limited, thrown away. It imports nothing of the bot.
Exit codes: 0 done, 3 not a photo that we take, 4 too many pixels, 5 no room for the result.
"""

import contextlib
import errno
import io
import os
import struct
import sys
import warnings
from pathlib import Path

from PIL import Image, ImageOps, WebPImagePlugin

NOT_A_PHOTO, TOO_MANY_PIXELS, NO_ROOM = 3, 4, 5
FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 64_000_000
LONGEST_SIDE = 2048
MEMORY = 1024 * 1024 * 1024
RESULT = 8 * 1024 * 1024
CPU_SECONDS = 5
ORIENTATION = 0x0112  # in EXIF: which way up


def rehearse() -> None:
    """Loads all that Pillow loads late, before the limits forbid opening files."""
    Image.preinit()
    assert WebPImagePlugin.SUPPORTED, "Pillow without WebP"
    on_its_side = Image.Exif()
    on_its_side[ORIENTATION] = 6
    for name in FORMATS:
        sample = io.BytesIO()
        Image.new("RGB", (2, 2)).save(sample, name, exif=on_its_side)
        clean(sample.getvalue())


def go_first() -> None:
    """Where memory ends, the system is to end this program and not the bot: one photo is refused instead of everybody's words."""
    with contextlib.suppress(OSError):  # of Linux; elsewhere there is no such file
        Path("/proc/self/oom_score_adj").write_text("1000")


def limit() -> None:
    """Whatever a decoder can be talked into: little memory, little time, no files, no other programs."""
    if sys.platform == "win32":
        return
    import resource

    for what, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, RESULT),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(what, (most, most))


def clean(data: bytes) -> tuple[int, int, bytes]:
    """Width, height and JPEG of the first frame, upright, on white, without any metadata."""
    image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    image.load()
    turned = image.getexif().get(ORIENTATION)
    if image.mode.startswith("I"):  # 16 bits of grey
        image = image.point(lambda grey: grey / 256).convert("L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    picture = Image.new("RGB", image.size, "white")
    picture.paste(image, mask=image if image.mode == "RGBA" else None)
    picture.getexif()[ORIENTATION] = turned or 1
    picture = ImageOps.exif_transpose(picture)
    result = io.BytesIO()
    picture.save(result, "JPEG", quality=85, optimize=True, exif=b"")
    return picture.width, picture.height, result.getvalue()


def main() -> int:
    go_first()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.simplefilter("ignore")
    rehearse()
    data = sys.stdin.buffer.read()
    limit()
    try:
        width, height, content = clean(data)
    except (Image.DecompressionBombError, MemoryError):
        return TOO_MANY_PIXELS
    except Exception:  # whatever a decoder stumbles over, it is the file's doing
        return NOT_A_PHOTO
    try:
        sys.stdout.buffer.write(struct.pack(">II", width, height) + content)
        sys.stdout.buffer.flush()
    except OSError as trouble:
        os._exit(NO_ROOM if trouble.errno == errno.ENOSPC else NOT_A_PHOTO)  # else Python tries once more to write it
    return 0


if __name__ == "__main__":
    sys.exit(main())
