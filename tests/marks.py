"""Where a test says that one database is enough: what it is about is words, or the other side; its SQL runs on both elsewhere."""

import pytest

# The sample shop's database (of the fixture `world`), and the empty one (of `database`).
SHOP_ON_SQLITE = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
EMPTY_ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
