"""For tests of the edge."""

import pytest

from bot import photos


@pytest.fixture(autouse=True)
def _time_for_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    """A decoder may take long while many tests run at once; what bounds its work is its own limit of processor time."""
    monkeypatch.setattr(photos, "TIMEOUT", 60.0)
