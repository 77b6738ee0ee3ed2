"""A learnt base on disk: a start, a command and a test take it from there. Only a cache; losing it costs seconds."""

import logging
import os
import pickle
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np

from knowledge_base.base import KnowledgeBase
from knowledge_base.entry import Entry

log = logging.getLogger(__name__)

# Those of before an edit are kept as well: an edit taken back costs nothing, and two shops may share a folder.
_KEPT = 3
# Bytes of a file that are looked at together.
_AT_ONCE = 2**18
# What a base is made of besides our own classes. A file that names anything else is not ours, and nothing of it is run.
_PARTS = {
    ("array", "_array_reconstructor"), ("array", "array"), ("builtins", "list"), ("collections", "defaultdict"),
    ("datetime", "date"), ("numpy", "dtype"), ("numpy", "ndarray"), ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"), ("numpy._core.numeric", "_frombuffer"),
}  # fmt: skip


def kept(entries: Sequence[Entry], folder: Path) -> KnowledgeBase:
    """The base of these entries without sentence vectors: from the folder if it was learnt by this very program, else learnt
    and put there."""
    path = folder / f"matcher-{_fingerprint(entries)}.bin"
    try:
        with path.open("rb") as file:
            base = _OursOnly(file).load()
        if isinstance(base, KnowledgeBase):
            os.utime(path)
            return base
    except FileNotFoundError:
        pass
    except Exception as error:  # whatever somebody else, or half a disk, has put there
        log.warning("a learnt knowledge base could not be read (%s) and is learnt again", type(error).__name__)
    base = KnowledgeBase(entries, semantic=False)
    _keep(base, path)
    return base


class _OursOnly(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PARTS:
            return super().find_class(module, name)
        if module.startswith("knowledge_base.") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and found.__module__ == module:  # not what the module itself imports
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a knowledge base")


def _keep(base: KnowledgeBase, path: Path) -> None:
    """A disk that is full or not ours costs the next start some time, and nobody anything now."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix="matcher-", suffix=".part", delete=False) as file:
            pickle.dump(base, file, protocol=5)
        Path(file.name).replace(path)
        for old in sorted(path.parent.glob("matcher-*"), key=lambda one: one.stat().st_mtime)[:-_KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("the learnt knowledge base was not kept (%s)", type(error).__name__)


def _fingerprint(entries: Sequence[Entry]) -> str:
    return blake2b(repr(entries).encode("utf-8", "backslashreplace"), key=_program(), digest_size=16).hexdigest()


@cache
def _program() -> bytes:
    """Of everything that makes a base what it is: another release, or one line changed, learns afresh."""
    digest = blake2b(f"{sys.version_info[:2]} {sys.byteorder} {np.__version__}".encode(), digest_size=32)
    here = Path(__file__).parent
    for file in sorted([*here.glob("*.py"), *(here / "data").iterdir()]):
        if file.is_file():
            with file.open("rb") as opened:
                while part := opened.read(_AT_ONCE):
                    digest.update(part)
    return digest.digest()
