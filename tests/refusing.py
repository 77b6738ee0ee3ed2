"""A thread to which the system refuses some calls: what a disk that is breaking looks like to a program. Linux only."""

import ctypes
import errno
import platform
import struct
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
# By machine: the numbers of the calls, as the kernel counts them.
CALLS = {"x86_64": {"pwrite": 18, "fsync": 74, "fdatasync": 75}, "aarch64": {"pwrite": 68, "fsync": 82, "fdatasync": 83}}
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EIO
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _FOURTH = 0, 40  # where a call's number and the low half of its fourth argument stand


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("steps", ctypes.c_void_p))


def without(calls: Sequence[str], do: Callable[[], T], beyond: int = 0) -> T:
    """What `do` gives in a thread of its own, where these calls fail with EIO; of writes only those from `beyond` bytes on."""

    def run() -> T:
        _refuse([CALLS[platform.machine()][name] for name in calls], beyond if "pwrite" in calls else 0)
        return do()

    with ThreadPoolExecutor(1) as thread:  # the filter ends with the thread
        return thread.submit(run).result()


def _refuse(numbers: Sequence[int], beyond: int) -> None:
    steps = []
    for number in numbers:
        where = [(_LOAD, 0, 0, _FOURTH), (_IF_AT_LEAST, 0, 1, beyond)] if beyond else []
        refusal = [*where, (_RETURN, 0, 0, _REFUSE)]
        if beyond:
            refusal.append((_RETURN, 0, 0, _ALLOW))
        steps += [(_LOAD, 0, 0, _NUMBER), (_IF_EQUAL, 0, len(refusal), number), *refusal]
    steps.append((_RETURN, 0, 0, _ALLOW))
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = _Program(len(steps), ctypes.addressof(code))
    libc: Any = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, ctypes.byref(program), 0, 0):
        raise OSError(ctypes.get_errno(), "this system lets nobody refuse calls")
