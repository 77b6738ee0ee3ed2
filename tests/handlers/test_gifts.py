"""Gifts from a ticket: within one's limits at once, above them after a yes from above, and never twice."""

import pytest
from sqlalchemy import select

from handlers.dialogue import Refusal
from handlers.dialogue.texts import LANGUAGES
from handlers.tickets import gifts
from storage import answers as stored
from storage import approvals, marks, tickets
from storage.coupons import Coupon
from storage.tickets import Ticket
from tests.handlers.staff_room import Room
from tests.handlers.test_rewards import offered, sound
from tests.handlers.test_staff_buttons import case
from tests.world import World

pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def shop(world: World) -> None:
    with world.database.transaction() as session:
        offered(session, code="wash", per_day=1)
        offered(session, code="rework", issuer="manager", amount=50000)
        offered(session, code="west_only", stores=("west",))


def given(world: World) -> list[str]:
    with world.database.reading() as session:
        return list(session.scalars(select(Coupon.reason).where(Coupon.reason.startswith("ticket")).order_by(Coupon.id)))


def test_an_advisor_gives_from_the_card_what_is_theirs_to_give(world: World) -> None:
    """CC5, CC7: the customer is told at once; pressed again nothing happens; it shows in the history, and the sums are sound."""
    room = Room(world)
    room.hires("Li", address="71", store_id=1)
    shop(world)
    ann = case(world, room)
    assert room.presses("71", room.button("coupon")) == ""
    room.arrives()
    labels = {button["value"]: button["label"] for row in room.rows[-1].data["buttons"] for button in row}
    assert (labels["wash"], labels["rework"]) == ("Ten off · ¥10 off", "🔑 Ten off · ¥500 off")
    assert "west_only" not in labels
    gift = room.button("gift", "wash")
    assert room.presses("71", gift) == "Given"
    ann.sees("put something aside for you: Ten off")
    assert room.presses("71", gift) == "They have been given this for this case already."
    assert given(world) == [f"ticket {room.ticket().token}"]
    with world.database.reading() as session:
        assert [event.who for event in tickets.history(session, 1) if event.what == "gift"] == ["Li"]
    room.tells()
    assert sum("put something aside" in row.text for row in room.rows) == 1
    sound(world.database)


@pytest.mark.parametrize("yes", [True, False])
def test_what_is_above_an_advisor_waits_for_somebody_above_them(world: World, yes: bool) -> None:
    """Asked for in the topic; a colleague cannot agree, the manager can, once; a no is a note, and the customer hears nothing."""
    room = Room(world)
    room.hires("Li", address="71", store_id=1)
    room.hires("Wang", address="72", store_id=1)
    room.hires("Mei", "manager", address="73", store_id=1)
    room.hires("Elsewhere", "manager", address="74", store_id=2)
    shop(world)
    ann = case(world, room)
    room.presses("71", room.button("coupon"))
    room.arrives()
    assert room.presses("71", room.button("gift", "rework")) == "Asked for; it waits for a yes"
    assert given(world) == []
    room.tells()
    mei, elsewhere = room.of("73"), room.of("74")
    assert "Li would like to give: Ten off" in mei.rows[-1].text
    assert elsewhere.rows == []
    do = "grant" if yes else "decline"
    before = ann.last.text
    assert room.presses("72", room.button(do)) == "That is for managers."
    assert room.presses("74", room.button(do)) == "That case belongs to another store."
    assert mei.presses("73", mei.button(do)) == ("Agreed and given" if yes else "Not agreed")
    assert room.presses("73", room.button(do)) == "That has been decided already."
    assert len(given(world)) == yes
    assert (ann.last.text != before) is yes
    assert room.notes == ([] if yes else ["Not agreed: Ten off"])
    with world.database.reading() as session:
        assert not [notice for notice in marks.untold(session) if notice.kind == "approval"]
        assert approvals.pending(session, 1) == []
    sound(world.database)


def test_a_day_that_is_full_asks_too_and_nobody_agrees_to_their_own_wish(world: World) -> None:
    """Li has given one wash today; the next one asks. A manager who asks needs the region."""
    room = Room(world)
    li, mei = room.hires("Li", store_id=1), room.hires("Mei", "manager", store_id=1)
    region = room.hires("Bo", "region")
    shop(world)
    case(world, room)
    world.customer("telegram", address="8").says("you broke my mirror")
    with world.database.transaction() as session:
        first, second = session.get_one(Ticket, 1), session.get_one(Ticket, 2)
        assert gifts.give(world.work(session, "Li", li), first, "wash") is not None
        assert gifts.give(world.work(session, "Li", li), second, "wash") is None
        (wish,) = approvals.pending(session, 2)
        with pytest.raises(Refusal):
            gifts.decide(world.work(session, "Li", li), second, wish.id, granted=True)
        with pytest.raises(Refusal):
            gifts.give(world.work(session, "Mei", mei), second, "wash")  # it is asked for already
        gifts.decide(world.work(session, "Mei", mei), second, wish.id, granted=True)
        offered(session, code="lunch", issuer="region")
        assert gifts.give(world.work(session, "Mei", mei), second, "lunch") is None
        (wish,) = approvals.pending(session, 2)
        with pytest.raises(Refusal):
            gifts.decide(world.work(session, "Mei", mei), second, wish.id, granted=True)
        gifts.decide(world.work(session, "Bo", region), second, wish.id, granted=True)
    assert len(given(world)) == 3


def test_a_macro_brings_words_gift_tag_and_end_in_one_press(world: World) -> None:
    """Its button stands apart from plain answers and says what it does; what it cannot give, it does not promise."""
    room = Room(world)
    room.hires("Li", address="71", store_id=1)
    shop(world)
    ann = case(world, room)
    with world.database.transaction() as session:
        for code, offer in (("amends", "wash"), ("too_much", "rework")):
            stored.put(
                session, code, names=dict.fromkeys(LANGUAGES, code), texts=dict.fromkeys(LANGUAGES, f"This is for you, {code}."),
                afterwards="closes", tag="sorry", offer=offer, hidden=False, now=world.now,
            )  # fmt: skip
    room.presses("71", room.button("answer"))
    assert "amends" not in str(room.rows[-1].data["buttons"])
    room.presses("71", room.button("macro"))
    room.arrives()
    assert "amends · closes · #sorry · 🎁" in str(room.rows[-1].data["buttons"])
    before = ann.received
    assert room.presses("71", room.button("say", "too_much")) == "Your role may not give this offer. Please ask your manager."
    assert ann.received == before
    assert room.presses("71", room.button("say", "amends")) == "amends"
    assert {"This is for you, amends."} <= set(ann.received)
    assert any("put something aside" in text for text in ann.received)
    assert (room.ticket().status, given(world)) == ("closed", [f"ticket {room.ticket().token}"])
    sound(world.database)
