"""Buttons under a ticket: whose finger it was decides, at each press anew; what a button is made to say counts for nothing."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from handlers.tickets.asking import BUTTONS
from storage import audit, tickets
from storage.messages import MESSAGES, Message
from storage.staff import ROLES
from storage.tickets import Ticket
from tests.handlers.staff_room import Room
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def case(world: World, room: Room) -> None:
    """A complaint of the first store, with every button shown."""
    world.customer("telegram", address="7").says("you scratched my door")
    with world.database.transaction() as session:
        session.get_one(Ticket, 1).store_id = 1
    room.tells()


def trace(world: World, room: Room) -> tuple[object, ...]:
    """All that a press could have changed, and whether anybody was told anything."""
    ticket = room.ticket()
    with world.database.reading() as session:
        told = session.scalar(select(func.count()).where(MESSAGES.c.status != "received"))
        counts = [session.scalar(select(func.count()).select_from(table)) for table in (tickets.TicketEvent, audit.Audit)]
    return (ticket.status, ticket.tier, ticket.staff_id, told, *counts)


def test_each_button_for_each_role_own_and_foreign(world: World) -> None:
    """AU1, AU2, AU10: what is declared beside each button, and nothing else; strangers and who has left do nothing at all."""
    room, people = Room(world), itertools.count(100)
    world_of = {}
    for role in ROLES:
        for where in ("own", "foreign") if role in ("advisor", "manager") else ("own",):
            address = str(next(people))
            store = {"own": 1, "foreign": 2}[where] if role in ("advisor", "manager") else None
            room.hires(f"{role}-{where}", role, address, store)
            world_of[address] = (role, where)
    left = room.hires("left", "region", "99")
    case(world, room)
    room.dismisses(left)
    opener = next(address for address, (role, where) in world_of.items() if role == "region")
    room.presses(opener, room.button("assign"))
    room.presses(opener, room.button("tier"))
    room.arrives()
    for do, (roles, _) in BUTTONS.items():
        for address, (role, where) in [*world_of.items(), ("99", ("", "")), ("5", ("", "")), ("", ("", ""))]:
            reset(world)
            data, before = data_of(room, do), trace(world, room)
            toast = room.presses(address, data)
            if role in roles and where == "own":
                assert trace(world, room) != before, (do, role, where, toast)
            else:
                assert trace(world, room) == before, (do, role, where, toast)
                assert toast


def reset(world: World) -> None:
    with world.database.transaction() as session:
        ticket = session.get_one(Ticket, 1)
        ticket.status, ticket.staff_id, ticket.tier = "open", None, "serious"


def data_of(room: Room, do: str) -> str:
    """What an honest button would carry, put on the card by hand, so that each is there at any time."""
    card = next(row for row in reversed(room.rows) if any(button["do"] == "tier" for button in buttons_of(row)))
    value = {"give": 0, "set_tier": "critical"}.get(do)
    button = {"label": do, "do": do, **({} if value is None else {"value": value})}
    data = {**card.data, "buttons": [*card.data["buttons"], [button]]}
    with room.world.database.transaction() as session:
        if do == "reopen":
            ticket = session.get_one(Ticket, 1)
            ticket.status, ticket.resolved_at = "resolved", room.world.now
        session.execute(update(MESSAGES).where(MESSAGES.c.id == card.id).values(data=data))
    return f"{card.token}.{len(buttons_of(card))}"


def buttons_of(row: Message) -> list[dict[str, object]]:
    return [button for line in row.data.get("buttons", []) for button in line]


def test_forged_old_and_foreign_buttons_do_nothing(world: World) -> None:
    """AU2, IN16: made up, of another chat, of a customer's own message, pressed once more."""
    room = Room(world)
    li = room.hires("Li", address="71")
    room.hires("Wang", address="72")
    case(world, room)
    ann = world.customer("telegram", address="7").says("menu")
    claim = room.button("claim")
    before = trace(world, room)

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.one_of(st.text(max_size=64), st.from_regex(r"![\w-]{12}\.\d{1,3}", fullmatch=True), st.just("!' OR 1=1--.0")))
    def nothing(data: str) -> None:
        assert room.presses("71", data) == "That button is no longer in use. Please use the newest message."

    nothing()
    assert room.presses("71", claim, address="71")  # the group's button, sent as if from the private chat
    assert room.presses("71", claim.removeprefix("!"))
    own = ann.button(ann.labels[0])
    assert room.presses("71", own, address="7")
    assert room.presses("71", "!" + own, address="7")
    assert trace(world, room) == before
    ann.does("press", press=claim)  # the customer sends the staff's button
    assert room.ticket().staff_id is None
    assert room.presses("71", claim) == "It is with you now."
    assert room.presses("72", claim) == "Somebody else has taken this case already."
    assert room.ticket().staff_id == li


def test_without_a_group_a_ticket_stands_in_the_chat_of_whoever_takes_it(world: World) -> None:
    """A private word to all; one takes it, and from then on it is their chat: card, words of both sides, answers by a reply."""
    ann, room = world.customer("telegram", address="7"), Room(world, group="")
    room.hires("Li", address="71")
    room.hires("Wang", address="72")
    ann.says("you scratched my door")
    room.tells()
    li, wang = room.of("71"), room.of("72")
    assert all("you scratched my door" in there.rows[-1].text for there in (li, wang))
    assert wang.presses("72", wang.button("claim")) == "It is with you now."
    assert li.presses("71", li.button("claim")) == "Somebody else has taken this case already."
    ann.says("the left one")
    room.tells()
    card = next(row for row in wang.rows if row.data.get("pin"))
    said = next(row for row in wang.rows if "the left one" in row.text)
    word = wang.writes("72", "Come by at 3", thread="", reply_to=said.channel_ref)
    ann.sees("Come by at 3")
    assert wang.hears(word).duplicate
    wang.writes("72", "// hers is the red one", thread="", reply_to=card.channel_ref)
    wang.writes("72", "what is the weather", thread="", reply_to="1")  # not a reply to anything of ours
    assert (room.notes, ann.received.count("what is the weather")) == (["hers is the red one"], 0)
    for text in ("thank you", "and where do I park"):  # one right after the other
        ann.says(text)
        room.tells()
    assert ["thank you" in row.text or "where do I park" in row.text for row in wang.rows][-2:] == [True, True]
    assert not any("thank you" in row.text for row in li.rows)
    li.writes(
        "71", "I can help as well", thread="", reply_to=next(row.channel_ref for row in reversed(li.rows) if row.channel_ref)
    )  # a colleague may, from the notice
    ann.sees("I can help as well")
    room.tells()
    assert "I can help as well" in wang.rows[-1].text
