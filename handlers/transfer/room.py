"""How much memory there is to read a file with, where a limit is set by whoever runs us (systemd, a container)."""

from pathlib import Path

_OURS, _ALL = Path("/proc/self/cgroup"), Path("/sys/fs/cgroup")


def left() -> int | None:
    """Bytes that are left of our control group's limit; None without one, or where that cannot be read (cgroup v2)."""
    try:
        group = next(line for line in _OURS.read_text("ascii").splitlines() if line.startswith("0::"))
        place = _ALL / group.removeprefix("0::/")
        most = (place / "memory.max").read_text("ascii").strip()
        held = dict(line.split() for line in (place / "memory.stat").read_text("ascii").splitlines())
        # What is in the file cache is given up when it is needed.
        return None if most == "max" else int(most) - int(held["anon"])
    except (OSError, ValueError, LookupError, StopIteration):
        return None
