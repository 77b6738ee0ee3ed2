"""A Telegram account belongs to somebody of the staff by a one-time code, until they leave."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.dialogue import Refusal
from handlers.staff import actions, linking
from storage import staff_links
from storage.staff import Staff
from tests.marks import SHOP_ON_SQLITE
from tests.world import World


def hire(world: World, name: str) -> int:
    with world.database.transaction() as session:
        member = Staff(
            login=name.lower(), name=name, role="region", store_id=None, language="en", theme="auto", created_at=world.now
        )
        session.add(member)
        session.flush()
        return member.id


def code_for(world: World, staff_id: int) -> str:
    with world.database.transaction() as session:
        return linking.new_code(session, session.get_one(Staff, staff_id), world.now)


def linked(world: World, address: str) -> str | None:
    with world.database.reading() as session:
        member = staff_links.person(session, address)
        return member.name if member else None


def test_au7_a_code_is_good_once_and_dismissal_ends_it_at_once(world: World) -> None:
    """AU7: a code links one account; a second use is refused, and whoever leaves is nobody from the same moment."""
    li = hire(world, "Li")
    code = code_for(world, li)
    me, other = world.customer("telegram", address="71"), world.customer("telegram", address="72")
    me.says(f"/link {code.lower()}").sees("This Telegram account is yours now, Li.")
    other.says(f"/link {code}").sees("That code is not right")
    assert (linked(world, "71"), linked(world, "72")) == ("Li", None)
    with world.database.transaction() as session:
        actions.dismiss(session, session.get_one(Staff, li), world.now, by=None)
    assert linked(world, "71") is None
    with world.database.reading() as session:
        assert session.scalars(select(staff_links.StaffLink)).all() == []
    with world.database.transaction() as session, pytest.raises(Refusal):
        linking.new_code(session, session.get_one(Staff, li), world.now)


def test_a_code_is_good_for_ten_minutes_and_the_newest_counts(world: World) -> None:
    li = hire(world, "Li")
    me = world.customer("telegram", address="71")
    old, new = code_for(world, li), code_for(world, li)
    me.says(f"/link {old}").sees("That code is not right")
    world.passes(seconds=timedelta(minutes=10).total_seconds())
    me.says(f"/link {new}").sees("That code is not right")
    assert linked(world, "71") is None


@SHOP_ON_SQLITE
def test_guessing_is_slowed_down(world: World) -> None:
    """After five wrong codes even the right one is refused for ten minutes, for this account and no other."""
    code = code_for(world, hire(world, "Li"))
    me = world.customer("telegram", address="71")
    for number in range(5):
        me.says(f"/link 2222-222{number + 2}").sees("That code is not right")
        world.passes(seconds=20)
    me.says(f"/link {code}").sees("wrong too often")
    assert linked(world, "71") is None
    world.customer("telegram", address="72").says(f"/link {code}")
    assert linked(world, "72") == "Li"


@SHOP_ON_SQLITE
def test_only_telegram_is_linked(world: World) -> None:
    code = code_for(world, hire(world, "Li"))
    world.customer("web").says(f"/link {code}").sees("in a private chat")
    world.customer("telegram", address="71").says(f"/link {code}")
    assert linked(world, "71") == "Li"
