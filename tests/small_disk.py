"""A disk of a few megabytes that a test can fill, empty and make read-only. Only root of a Linux can have one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class SmallDisk:
    """`folder` is all of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, but: int = 0) -> None:
        """Leaves `but` bytes free."""
        free = os.statvfs(self.folder)
        size = free.f_bavail * free.f_frsize - but
        with self._ballast.open("ab") as file:
            if size > 0:
                os.posix_fallocate(file.fileno(), file.tell(), size)

    def empty(self) -> None:
        """Everybody else's files stay."""
        self._ballast.unlink()

    def only_read(self, only: bool = True) -> None:
        """Nobody may have a file open for writing."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if only else 'rw'}", str(self.folder)], check=True)

    def only_read_file(self, file: Path, only: bool = True) -> None:
        """Whoever opens it from now on gets it for reading only. Skips the test where the system does not know that."""
        if subprocess.run(["chattr", "+i" if only else "-i", str(file)], check=False, capture_output=True).returncode:
            pytest.skip("this system cannot make a file in memory immutable")


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mounted in `folder`, which it makes; the test is skipped where that may not be."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a disk that fills up takes root on Linux, and the right to mount one")
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
