"""Buttons under a ticket: whose finger it was decides, at each press anew; what a button is made to say counts for nothing."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from handlers.tickets import actions
from handlers.tickets.asking import BUTTONS
from storage import audit, tickets
from storage.approvals import Approval
from storage.coupons import Coupon
from storage.messages import MESSAGES, Message
from storage.staff import ROLES
from storage.tickets import Ticket
from tests.handlers.staff_room import Room
from tests.handlers.test_rewards import offered
from tests.world import Customer, World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def case(world: World, room: Room) -> Customer:
    """A complaint of the first store, and who made it."""
    ann = world.customer("telegram", address="7").says("you scratched my door")
    with world.database.transaction() as session:
        session.get_one(Ticket, 1).store_id = 1
    room.tells()
    return ann


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
    people_of = {}
    for role in ROLES:
        for where in ("own", "foreign") if role in ("advisor", "manager") else ("own",):
            address = str(next(people))
            store = {"own": 1, "foreign": 2}[where] if role in ("advisor", "manager") else None
            room.hires(f"{role}-{where}", role, address, store)
            people_of[address] = (role, where)
    left = room.hires("left", "region", "99")
    case(world, room)
    with world.database.transaction() as session:
        offered(session, code="wash", per_customer=1000, stores=("east",))
        offered(session, code="dear", per_customer=1000, issuer="manager")
    room.dismisses(left)
    carried = every_button(world, room)
    for do, (roles, _) in BUTTONS.items():
        for address, (role, where) in [*people_of.items(), ("99", ("", "")), ("5", ("", "")), ("", ("", ""))]:
            begin_again(world, ended=do == "reopen")
            before = trace(world, room)
            toast = room.presses(address, carried[do])
            if role in roles and where == "own":
                assert trace(world, room) != before, (do, role, where, toast)
            else:
                assert trace(world, room) == before, (do, role, where, toast)
                assert toast


def begin_again(world: World, ended: bool) -> None:
    with world.database.transaction() as session:
        ticket = session.get_one(Ticket, 1)
        ticket.status, ticket.resolved_at = ("resolved", world.now) if ended else ("open", None)
        ticket.staff_id, ticket.tier = None, "serious"
        session.execute(update(Coupon).values(key=None))
        session.merge(Approval(id=1, ticket_id=1, offer="dear", asked_by=1, asked_at=world.now))
        session.execute(update(Approval).values(decided_at=None, decided_by=None, granted=None))


def every_button(world: World, room: Room) -> dict[str, str]:
    """What honest buttons would carry, all put on the card by hand, so that each is there at any time."""
    card = next(row for row in reversed(room.rows) if any(button["do"] == "tier" for button in buttons_of(row)))
    values = {"give": 0, "set_tier": "critical", "say": "hello", "gift": "wash", "grant": 1, "decline": 1, "set_mute": 24}
    data = {**card.data, "buttons": [[{"label": do, "do": do, "value": values.get(do)} for do in BUTTONS]]}
    with world.database.transaction() as session:
        session.execute(update(MESSAGES).where(MESSAGES.c.id == card.id).values(data=data))
    return {do: f"{card.token}.{index}" for index, do in enumerate(BUTTONS)}


def buttons_of(row: Message) -> list[dict[str, object]]:
    return [button for line in row.data.get("buttons", []) for button in line]


def test_forged_old_and_foreign_buttons_do_nothing(world: World) -> None:
    """AU2, IN16: made up, of another chat, of a customer's own message, pressed once more."""
    room = Room(world)
    li = room.hires("Li", address="71")
    room.hires("Wang", address="72")
    ann = case(world, room).says("menu")
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


def test_what_is_done_in_the_console_shows_in_the_topic_and_the_other_way_round(world: World) -> None:
    """Answers, notes and state of a colleague at a desk; each once, and each with who did it."""
    room = Room(world)
    li, ann = room.hires("Li", address="71"), case(world, room)
    with world.database.transaction() as session:
        work, ticket = world.work(session, "Wang"), session.get_one(Ticket, 1)
        actions.reply(work, ticket, "We have found the paint.")
        actions.note(work, ticket, "the blue one")
        actions.assign(work, ticket, li)
    room.writes("71", "It dries by noon.")
    room.writes("71", "// the big brush")
    room.tells()
    shown = "\n".join(row.text for row in room.rows if not row.incoming and row.kind == "text" and not row.edits)
    assert [shown.count(words) for words in ("We have found the paint.", "the blue one", "dries by noon", "big brush")] == [
        1,
        1,
        0,
        0,
    ]
    assert "💬 Wang" in shown
    assert "Li" in next(row.text for row in reversed(room.rows) if row.edits)
    assert room.notes == ["the blue one", "the big brush"]
    assert room.presses("71", room.button("answer")) == ""
    assert room.presses("71", room.button("say", "hello")) == "Greeting"
    ann.sees("Hello", "this is Li")
    with world.database.reading() as session:
        done = [(event.who, event.place) for event in tickets.history(session, 1) if event.what == "replied"]
    assert done == [("Wang", "console"), ("Li", "telegram"), ("Li", "telegram")]


def test_a_colleague_who_is_named_in_a_note_is_told_in_private(world: World) -> None:
    """Once, in their own chat, with the group there or not; the customer hears nothing of it."""
    room = Room(world)
    room.hires("Li", address="71", store_id=1)
    room.hires("Wang", address="72", store_id=1)
    room.hires("Elsewhere", address="74", store_id=2)
    ann = case(world, room)
    before = ann.received
    room.writes("71", "// @wang @elsewhere do you know this car?")
    room.tells()
    room.tells()
    wang = room.of("72")
    assert ["A colleague asks you to look at this" in row.text for row in wang.rows] == [True]
    assert room.of("74").rows == []
    assert ann.received == before
