"""What the console's tests share."""

from pathlib import Path

import pytest

from tests.bot.console.site import hire
from tests.conftest import Templates


@pytest.fixture
def url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> str:
    """A sample shop with the cast; on SQLite, unless a test wants both."""
    return templates.copy(getattr(request, "param", "sqlite"), True, tmp_path, hire)
