"""What is installed is what was tested: everything that Bayline needs, and everything that needs, is pinned."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_wb14_every_package_comes_in_one_version() -> None:
    """WB14: nothing newer or older slips in by the way; a version with a known hole is found by its name in constraints.txt."""
    lines = (line.partition("#")[0].strip() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines())
    pinned = dict(line.split("==") for line in lines if line)
    pins = {_plain(name): version.partition(";")[0].strip() for name, version in pinned.items()}
    seen, waiting = set(), [("bayline", extra) for extra in ("", "test", "lint")]
    while waiting:
        name, extra = waiting.pop()
        for line in metadata.requires(name) or ():
            needed = Requirement(line)
            if needed.marker and not needed.marker.evaluate({"extra": extra}):
                continue
            package = _plain(needed.name)
            if package == "bayline":  # one extra may name another
                continue
            for wanted in {"", *needed.extras}:
                if (package, wanted) not in seen:
                    seen.add((package, wanted))
                    try:
                        metadata.distribution(package)
                    except metadata.PackageNotFoundError:
                        continue  # of an extra that is not installed here
                    waiting.append((package, wanted))
            assert package in pins, f"{package}, which {name} needs, is not in constraints.txt"
    installed = {_plain(found.metadata["Name"]): found.version for found in metadata.distributions()}
    other = {name: installed[name] for name, version in pins.items() if name in installed and installed[name] != version}
    assert len(seen) > 40
    assert not other, "not the versions of constraints.txt"
