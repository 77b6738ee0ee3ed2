"""PR12: a message that ends the process each time is put aside after three tries; the rest flows."""

import os
from pathlib import Path

from sqlalchemy import select

from handlers import FEATURES
from handlers.dialogue import Incoming
from handlers.dialogue.engine import Engine
from storage import messages
from storage.database import Database
from storage.quarantine import Tried
from tests import forked
from tests.marks import EMPTY_ON_SQLITE
from tests.world import START


def _worker(url: str) -> None:
    """The first thing that it is brought is the deadly message."""
    engine = Engine(Database(url), FEATURES)
    engine.conversation.words["menu"] = ("welcome", lambda turn: os._exit(9))
    engine.take_with_care(Incoming("web", "ann", "deadly", "text", text="menu", pulls=True), START)


@EMPTY_ON_SQLITE  # on PostgreSQL: `test_trouble.py`, where the line dies
def test_pr12_a_message_that_ends_the_process_is_put_aside_after_three_tries(database: Database, tmp_path: Path) -> None:
    for _ in range(3):
        assert forked.ended(forked.start(_worker, database.url, out=tmp_path / "out"), 60) == 9
    engine = Engine(database, FEATURES)
    thought: list[str] = []
    engine.conversation.words["menu"] = ("welcome", lambda turn: thought.append("again"))  # type: ignore[assignment,func-returns-value]
    outcome = engine.take_with_care(Incoming("web", "ann", "deadly", "text", text="menu", pulls=True), START)
    with database.reading() as session:
        said = messages.latest(session, outcome.chat_id)
        assert [message.incoming for message in said] == [True, False]
        assert "something went wrong" in said[-1].text
        assert thought == []
        assert session.scalars(select(Tried)).all() == []
    # What comes after it is answered, and what was counted by accident is forgotten.
    outcome = engine.take_with_care(Incoming("web", "ann", "next", "text", text="help", pulls=True), START)
    with database.reading() as session:
        assert "These words always work" in messages.latest(session, outcome.chat_id)[-1].text
