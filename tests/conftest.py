"""What every test may ask for: a database on SQLite and on PostgreSQL, empty or with the sample shop, and a world around it."""

from tests import garbage  # first: looking for it takes a seventh of the time of importing and collecting

# isort: split
import atexit
import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import pytest

from tests import postgres
from tests.canaries import CANARIES

# The house itself is imported where it is used: whoever only leads the other processes never needs it, and they wait for them.
if TYPE_CHECKING:
    from collections.abc import Callable

    from handlers.dialogue.memo import Memo
    from storage.database import Database
    from tests.world import World

    Fill = Callable[[Database], None]

# `make test-postgres`: what mostly runs on SQLite alone, because the suite is to be short, runs on PostgreSQL instead.
ONLY_POSTGRES = os.environ.get("TEST_ONLY_ON") == "postgresql"


def pytest_configure(config: pytest.Config) -> None:
    """Several processes share one PostgreSQL, which the one that leads them starts; files are in memory, if they fit.

    On a disk each commit of SQLite waits for it, some ten thousand times.
    """
    leads = not hasattr(config, "workerinput") and bool(config.getoption("numprocesses", None))
    if leads:
        garbage.look_again()  # whoever leads the others collects no tests
    else:
        _prepare()
    if hasattr(config, "workerinput"):
        # After all that is to be done at an exit: taking a million objects apart one by one takes seconds, and all wait for it.
        atexit.register(os._exit, 0)
    logging.getLogger().addHandler(CANARIES)
    for ours in ("bot", "handlers", "knowledge_base", "storage"):
        logging.getLogger(ours).setLevel(logging.INFO)
    if room := postgres.in_memory():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", room)
    if leads and "TEST_DATABASE_URL" not in os.environ:
        stack = ExitStack()
        os.environ["TEST_DATABASE_URL"] = stack.enter_context(postgres.server())
        config.add_cleanup(stack.close)


def _prepare() -> None:
    from hypothesis import settings

    from tests import compiled

    compiled.share()
    # A machine that has other work takes long for an example now and then; what may take how long is shown by benchmarks.
    settings.register_profile("unhurried", deadline=None)
    settings.load_profile("unhurried")


def pytest_report_header() -> str | None:
    return "on PostgreSQL, also where a name says sqlite" if ONLY_POSTGRES else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What mostly waits for processes to die and start begins first: at the end the others would have nothing to do meanwhile."""
    items.sort(key=lambda item: "torture" not in item.path.parts)
    if ONLY_POSTGRES:
        names = {item.nodeid for item in items}
        left = [item for item in items if item.get_closest_marker("about_sqlite") or _twin(item.nodeid) in names]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)


def _twin(name: str) -> str:
    """The same test on PostgreSQL, if this is one of two."""
    test, _, parameters = name.partition("[")
    return f"{test}[{parameters.replace('sqlite', 'postgresql')}" if "sqlite" in parameters else ""


def pytest_collection_finish() -> None:
    garbage.look_again()


@pytest.fixture(autouse=True)
def canaries(request: pytest.FixtureRequest) -> Iterator[None]:
    """PV11: every test is one for logs, too."""
    folder = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    CANARIES.forget()
    yield
    assert not CANARIES.leaks(folder), "in a log, where it must not be"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


def _filled(url: str, fill: "Fill") -> None:
    from storage.database import Database

    database = Database(url)
    fill(database)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def empty(database: "Database") -> None:
    from storage.migrating import migrate

    migrate(database)


def sample(database: "Database") -> None:
    from bot import demo
    from tests.world import START

    demo.load(database, START)


class Templates:
    """Databases made once, by whichever of the processes needs one first, and copied for each test."""

    def __init__(self, folder: Path, request: pytest.FixtureRequest) -> None:
        self._folder = folder
        self._request = request
        self._copies: list[tuple[Path, str]] = []

    @contextmanager
    def alone(self, name: str) -> Iterator[TextIO]:
        """The others wait; what is written into the file they find there."""
        with (self._folder / name).open("a+") as known:
            fcntl.flock(known, fcntl.LOCK_EX)  # until it is closed
            known.seek(0)
            yield known

    def template(self, kind: str, *fills: "Fill") -> str:
        """What each of `fills` has made of what the one before it left."""
        kind = "postgresql" if ONLY_POSTGRES else kind
        name = "-".join([kind, *(fill.__name__ for fill in fills)])
        with self.alone(name) as known:
            if url := known.read():
                return url
            before = self.template(kind, *fills[:-1]) if fills[:-1] else ""
            if kind == "sqlite":
                url = f"sqlite:///{self._folder}/{name}.db"
                if before:
                    shutil.copy(before.removeprefix("sqlite:///"), url.removeprefix("sqlite:///"))
            else:
                server = self._request.getfixturevalue("postgres_server")
                url = postgres.create(server, before.rsplit("/", 1)[1] if before else "template1")
            _filled(url, fills[-1])
            known.write(url)
            return url

    def copy(self, kind: str, with_sample: bool, folder: Path, *more: "Fill") -> str:
        """The address of a database that lives as long as the folder; `more`: what is in it besides, made once."""
        template = self.template(kind, empty, *([sample] if with_sample else []), *more)
        if template.startswith("sqlite"):
            path = folder / "bayline.db"
            shutil.copy(template.removeprefix("sqlite:///"), path)
            return f"sqlite:///{path}"
        for gone in [copy for copy in self._copies if not copy[0].exists()]:
            postgres.drop(gone[1])
            self._copies.remove(gone)
        url = postgres.create(self._request.getfixturevalue("postgres_server"), template.rsplit("/", 1)[1])
        self._copies.append((folder, url))
        return url


@pytest.fixture(scope="session", autouse=True)
def templates(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Templates:
    from handlers.faq import base
    from knowledge_base import keeping

    folder = tmp_path_factory.getbasetemp()
    # With several processes each has a folder of its own in the one of the run.
    folder = (folder.parent if hasattr(request.config, "workerinput") else folder) / "templates"
    folder.mkdir(exist_ok=True)
    # One process learns the sample shop's knowledge base, the others take it from there, however many more are kept meanwhile.
    base.keep_in(folder)
    keeping._KEPT = 1000
    return Templates(folder, request)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The address of an empty migrated database of its own; for tests that start processes."""
    yield from _copy(request.param, False, templates, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def sample_url(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[str]:
    """The same with the sample shop in it."""
    yield from _copy(request.param, True, templates, tmp_path)


def _copy(kind: str, with_sample: bool, templates: Templates, folder: Path) -> Iterator[str]:
    url = templates.copy(kind, with_sample, folder)
    yield url
    if not url.startswith("sqlite"):
        postgres.drop(url)


@pytest.fixture
def database(database_url: str) -> "Iterator[Database]":
    from storage.database import Database

    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture(scope="session")
def sample_memo(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> "Memo":
    """What the sample shop's content becomes in memory, made once: every copy holds the same."""
    from handlers import FEATURES
    from handlers.dialogue.engine import Engine
    from storage.database import Database

    database = Database(templates.copy("sqlite", True, tmp_path_factory.mktemp("memo")))
    engine = Engine(database, FEATURES)
    with templates.alone("learnt"):
        engine.warm_up()
    database.close()
    return engine.memo


@pytest.fixture
def world(sample_url: str, sample_memo: "Memo") -> "Iterator[World]":
    """The sample shop with nobody in it yet."""
    from storage.database import Database
    from tests.world import World

    database = Database(sample_url)
    yield World(database, memo=sample_memo)
    database.close()
