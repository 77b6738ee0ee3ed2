"""Two presses at once, of one button or of two, and of questions that are over: nothing is done twice, and each has an answer."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from handlers.dialogue import Incoming
from storage.appointments import OPEN, Appointment
from storage.vehicles import Vehicle
from tests.handlers.test_booking_after import booked, only
from tests.world import Customer, World


def at_once(ann: Customer, *labels: str) -> None:
    """Presses these buttons of what they see, in the same moment."""
    presses = [ann.button(label) for label in labels]
    begin = threading.Barrier(len(presses))
    ann.world.passes(seconds=4)

    def press(what: str) -> object:
        incoming = Incoming(ann.channel, ann.address, ann.world.key(), "press", language=ann.language, press=what, pulls=True)
        begin.wait()
        return ann.world.engine.take([incoming], ann.world.now)

    with ThreadPoolExecutor(len(presses)) as pool:
        list(pool.map(press, presses))


def counts(world: World, ann: Customer) -> tuple[int, int]:
    """(their open visits, their cars)."""
    assert ann.outcome is not None
    with world.database.reading() as session:
        of_chat = select(func.count()).select_from(Appointment).where(Appointment.chat_id == ann.outcome.chat_id)
        visits = session.scalar(of_chat.where(Appointment.status.in_(OPEN))) or 0
        customer = session.scalar(
            select(Appointment.customer_id)
            .where(Appointment.chat_id == ann.outcome.chat_id)
            .limit(1)
            .order_by(Appointment.id.desc())
        )
        cars = session.scalar(select(func.count()).select_from(Vehicle).where(Vehicle.customer_id == customer)) or 0
    return visits, cars


def exchanged(ann: Customer) -> Customer:
    return ann.says("it's for my Tiguan, not the golf").sees("Shall I change")


def which_honda(ann: Customer) -> Customer:
    return ann.says("change the car to my Honda").sees("Which car")


def moved_with_car(ann: Customer) -> Customer:
    return ann.says("move it to wednesday at ten").says("it's for my Tiguan").sees("with the VW Tiguan")


def booked_anew(ann: Customer) -> Customer:
    return ann.says("cancel it and book a brake inspection on friday at 11").sees("Shall I cancel")


def to_book_after(ann: Customer) -> Customer:
    return booked_anew(ann).presses("Yes, cancel it").sees("Shall I book that now?")


def confirmed_after(ann: Customer) -> Customer:
    return to_book_after(ann).presses("Book a visit").sees("Shall I book it?")


ON_SQLITE, ON_BOTH = ("sqlite",), ("sqlite", "postgresql")
TALKS = [
    (exchanged, ("Yes", "Yes"), [(1, 2)], ON_SQLITE),
    (exchanged, ("Yes", "No"), [(1, 2), (1, 1)], ON_BOTH),
    (which_honda, ("Honda Civic", "Honda CR-V"), [(1, 1)], ON_SQLITE),
    (moved_with_car, ("Yes", "Yes"), [(1, 2)], ON_BOTH),
    (moved_with_car, ("No", "Yes"), [(1, 2), (1, 1)], ON_SQLITE),
    (booked_anew, ("Yes", "Yes"), [(0, 1)], ON_SQLITE),
    (booked_anew, ("Yes", "No"), [(0, 1), (1, 1)], ON_SQLITE),
    (to_book_after, ("Book a visit", "Book a visit"), [(0, 1)], ON_SQLITE),
    (confirmed_after, ("✓ Book it", "✓ Book it"), [(1, 1)], ON_BOTH),
    (confirmed_after, ("✓ Book it", "Cancel"), [(0, 1), (1, 1)], ON_SQLITE),
]


@pytest.mark.parametrize(
    ("ask", "labels", "left", "sample_url"),
    [(*talk[:3], url) for talk in TALKS for url in talk[3]],
    indirect=["sample_url"],
)
def test_two_presses_at_once_do_one_thing(
    world: World, ask: Callable[[Customer], Customer], labels: tuple[str, ...], left: list[tuple[int, int]]
) -> None:
    ann = ask(booked(world, "en"))
    stale, sequence = [ann.button(label) for label in labels], only(world, ann).sequence
    before = len(ann.received)
    at_once(ann, *labels)
    assert counts(world, ann) in left
    after = only(world, ann)
    assert after.sequence <= sequence + (2 if ask is moved_with_car else 1)  # a move and an exchange are two changes
    assert 1 <= len(ann.received) - before <= 2
    ann.says("menu")
    for press in stale:
        ann.does("press", press=press)
        assert ann.toast or ask is to_book_after  # which may always be pressed, and asks anew
    assert counts(world, ann) in left
    assert (only(world, ann).sequence, only(world, ann).status) == (after.sequence, after.status)
