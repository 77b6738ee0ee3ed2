"""Links of campaigns: from a poster into the offer, once a person, counted, and kindly answered when it is over."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handlers.profile import actions as profile
from handlers.recall import actions, links, rules
from handlers.rewards import actions as rewards
from handlers.rewards.actions import Bill
from storage import campaign_links, chats, coupons
from storage.appointments import Appointment
from storage.campaign_links import Opening, Tally
from storage.campaigns import Campaign
from storage.coupons import Coupon
from storage.customers import Customer as Person
from storage.stores import Store
from tests.handlers.test_recall import AWAKE, approved, people
from tests.world import Customer, World

sqlite = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)


def of(world: World) -> Campaign:
    with world.database.reading() as session:
        return session.scalars(select(Campaign)).one()


def running(world: World, **more: object) -> str:
    """The payload of a campaign's poster."""
    world.now = AWAKE
    people(world, 2)
    approved(world, offer="back", **more)
    return links.payload(of(world), "poster")


def change(world: World, **values: object) -> None:
    with world.database.transaction() as session:
        session.execute(update(Campaign).values(**values))


def given(world: World) -> list[Coupon]:
    with world.database.reading() as session:
        return list(session.scalars(select(Coupon).where(Coupon.key.startswith("campaign:"))))


@pytest.mark.parametrize("channel", ["telegram", "web"])
def test_from_the_poster_into_a_booking_with_the_coupon(world: World, channel: str) -> None:
    """Once a person, however often and from wherever they come; and the report knows what came of it."""
    payload = running(world)
    ann = world.customer(channel, "en")
    ann.starts(payload)
    ann.sees("This is for you: New", "good through")
    ann.starts(payload.replace("poster", "sms"))
    ann.sees("This is for you")
    [coupon] = given(world)
    ann.presses("My offer").sees("New")
    ann.starts(payload).presses("Book a visit")
    ann.says("minor service for my Audi A4 on Tuesday at 10 at East Harbour, I wait")
    for _ in range(6):
        labels = ann.labels
        if "You're booked!" in ann.last.text:
            break
        if any(label.startswith("Yes, book") for label in labels):
            ann.presses("Yes, book")
        elif "number" in ann.last.text:
            ann.says("13800138111")
        elif "name" in ann.last.text:
            ann.says("Ann Li")
        else:
            ann.presses(labels[0])
    ann.sees("You're booked!", "Your offer comes along")
    with world.database.reading() as session:
        row = session.scalars(select(Appointment).order_by(Appointment.id.desc())).first()
        assert row
        assert session.get_one(Coupon, coupon.id).appointment_id == row.id
        assert campaign_links.tallies(session, of(world).id) == [Tally("poster", 3, 1, 1, 1, 0)]
        assert coupons.differences(session) == []


@sqlite
def test_who_has_the_letter_gets_no_second_coupon(world: World) -> None:
    payload = running(world, hold_out=0)
    world.sweeps()
    assert len(given(world)) == 2
    ann = world.customer("telegram", "en", address="p-0").starts(payload)
    ann.sees("This is for you")
    assert len(given(world)) == 2


@sqlite
@pytest.mark.parametrize(("language", "over"), [("en", "This offer has ended"), ("zh-CN", "已经结束"), ("zh-TW", "已經結束")])
def test_a_link_whose_time_is_over_or_not_yet_come_is_answered_kindly(world: World, language: str, over: str) -> None:
    payload = running(world)
    ann = world.customer("telegram", language)
    change(world, status="cancelled")
    ann.starts(payload).sees(over)
    change(world, status="done")  # every letter has left; the poster still hangs
    ann.starts(payload)
    assert len(given(world)) == 1
    if language != "en":
        return
    change(world, status="paused")
    ann.starts(payload).sees("having a short rest")
    change(world, status="running", starts_at=AWAKE + timedelta(days=2))
    ann.starts(payload).sees("This begins on Mon 23 Nov")
    change(world, ends_at=AWAKE - timedelta(days=2))
    ann.starts(payload).sees(over)
    for wrong in ("s_", "s_AAAAAAAA", "s_AAAAAAAA-poster", "s_" + "x" * 60, payload[:-9]):
        ann.starts(wrong).sees("I don't know this link")
        assert ann.labels == ["Book a visit", "Menu"]
    assert len(given(world)) == 1
    with world.database.reading() as session:
        assert session.scalars(select(Opening.opens)).all() == [1]


@sqlite
def test_what_is_gone_or_used_is_said(world: World) -> None:
    """The limits of the offer hold for links as for letters."""
    payload = running(world)
    ann, bob = world.customer("telegram", "en").starts(payload), world.customer("telegram", "en")
    with world.database.transaction() as session:
        coupon = session.scalars(select(Coupon).where(Coupon.key.startswith("campaign:"))).one()
        store = session.scalars(select(Store)).first()
        assert store
        rewards.redeem(session, coupon, Bill(store, 90000), world.now)
        offer = coupons.offer(session, "back")
        assert offer
        rewards.close(session, offer, world.now)
    ann.starts(payload).sees("You have used this one already")
    bob.starts(payload).sees("All of these have been given away")
    with world.database.reading() as session:
        assert sorted(session.scalars(select(Opening.came_of)).all()) == ["given", "gone"]


@sqlite
def test_two_chats_that_turn_out_to_be_one_person_are_one_opening(world: World) -> None:
    payload = running(world)
    phone, page = world.customer("telegram", "en"), world.customer("web", "en")
    for chat in (phone, page):
        chat.starts(payload)
    assert len(given(world)) == 2
    for chat in (phone, page):
        with world.database.transaction() as session:
            assert chat.outcome
            row = chats.lock(session, chat.outcome.chat_id)
            profile.prove_phone(session, row, "+8610055508888", world.now)
            chats.save(session, row)
    with world.database.reading() as session:
        [opening] = session.scalars(select(Opening)).all()
        assert opening.customer_id == _owner(session, phone) == _owner(session, page)
    page.starts(payload).sees("This is for you")
    assert len(given(world)) == 2


def _owner(session: Session, who: Customer) -> int:
    assert who.outcome
    return session.scalars(select(Person.id).join(chats.CHATS, chats.CHATS.c.customer_id == Person.id).where(
        chats.CHATS.c.id == who.outcome.chat_id
    )).one()  # fmt: skip


@sqlite
def test_without_an_offer_a_link_leads_into_a_booking(world: World) -> None:
    world.now = AWAKE
    people(world, 2)
    approved(world, services=("minor_service",))
    ann = world.customer("telegram", "en").starts(links.payload(of(world), "article"))
    ann.sees("Shall we find a time for your car?").presses("Book a visit")
    assert "service" not in ann.last.text.casefold().split("?")[0] or "which" not in ann.last.text.casefold()
    change(world, link=None)
    with world.database.transaction() as session:
        word = actions.link(session, session.scalars(select(Campaign)).one())
        assert word == actions.link(session, session.scalars(select(Campaign)).one())
    assert len(word) == 8


def test_what_a_link_leads_to() -> None:
    start, end = AWAKE, AWAKE + timedelta(days=2)
    table = [
        ("running", 0, "open"), ("done", 1, "open"), ("running", 2, "over"), ("cancelled", 1, "over"), ("draft", 1, "not_yet"),
        ("running", -1, "not_yet"), ("paused", 1, "paused"), ("paused", 3, "over"),
    ]  # fmt: skip
    for status, days, wanted in table:
        assert rules.of_link(status, start, end, AWAKE + timedelta(days=days)) == wanted, (status, days)
