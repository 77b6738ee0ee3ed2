"""Reads the numbers of an ONNX file by their names; whoever wants no more of it needs no runtime for it."""

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Tensors = dict[str, NDArray[Any]]

# What a tensor is made of (onnx.proto): its kind of number, and the fields that we read.
_KINDS: dict[int, type[np.generic]] = {1: np.float32, 3: np.int8}
_GRAPH, _TENSOR, _DIMENSION, _KIND, _NAME, _NUMBERS = 7, 5, 1, 2, 8, 9
_WHOLE, _BYTES = 0, 2
_OTHERS = {1: 8, 5: 4}
_EMPTY = memoryview(b"")


def tensors(path: Path) -> Tensors:
    """Float and int8 ones, where they lie on the disk: what is not looked at does not come into memory.

    Raises OSError where there is no file, ValueError, KeyError or IndexError where it is no such file.
    """
    with path.open("rb") as file:
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    found = {}
    for number, _, graph in _fields(whole):
        if number == _GRAPH:
            for field, _, content in _fields(graph):
                if field == _TENSOR:
                    name, values = _tensor(content)
                    found[name] = values
    return found


def _tensor(message: memoryview) -> tuple[str, NDArray[Any]]:
    name, kind, shape, numbers = "", 0, [], _EMPTY
    for field, whole, content in _fields(message):
        if field == _DIMENSION:
            shape.append(whole)
        elif field == _KIND:
            kind = whole
        elif field == _NAME:
            name = str(content, "utf-8")
        elif field == _NUMBERS:
            numbers = content
    if kind not in _KINDS:
        return name, np.empty(0)
    return name, np.frombuffer(numbers, dtype=_KINDS[kind]).reshape(shape)


def _fields(message: memoryview) -> Iterator[tuple[int, int, memoryview]]:
    """The fields of a Protocol Buffers message by their number: each a whole number, or bytes, maybe of a message."""
    at = 0
    while at < len(message):
        key, at = _whole(message, at)
        kind = key & 7
        if kind == _WHOLE:
            value, at = _whole(message, at)
            yield key >> 3, value, _EMPTY
        else:
            size, at = _whole(message, at) if kind == _BYTES else (_OTHERS[kind], at)
            yield key >> 3, 0, message[at : at + size]
            at += size


def _whole(message: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, the lowest first, and the place after it."""
    number, shift = 0, 0
    while True:
        byte = message[at]
        number, shift, at = number | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return number, at
