"""Every way of booking as a transcript, in three languages: taps, words, changes, waiting, and what comes in between."""

from datetime import date

import pytest

from storage.appointments import Appointment
from tests.handlers.journeys import SIMPLIFIED, TONGUES, Tongue
from tests.handlers.test_booking_pushes import _at, _fills, _frees, _utc
from tests.world import Customer, World

# The conversation is the same on both databases; what two people do at once is tried on both elsewhere.
pytestmark = pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
in_three = pytest.mark.parametrize("tongue", TONGUES, ids=[tongue.tag for tongue in TONGUES])


def label(world: World, tongue: Tongue, key: str) -> str:
    return world.engine.texts.label(key, tongue.language, {})


def presses(ann: Customer, tongue: Tongue, *keys: str) -> Customer:
    for key in keys:
        ann.presses(label(ann.world, tongue, key))
    return ann


def rows(world: World) -> list[Appointment]:
    with world.database.reading() as session:
        return session.query(Appointment).filter_by(source="chat").order_by(Appointment.id).all()


def booked(world: World, tongue: Tongue, channel: str = "web") -> Customer:
    ann = world.customer(channel, language=tongue.tag).says(tongue.whole)
    return ann.sees(tongue.tuesday, tongue.sees_phone).says(tongue.phone).sees(tongue.sees_done)


@in_three
def test_by_taps_alone(world: World, tongue: Tongue) -> None:
    """Service, car, store and time are buttons; the picker has Monday first and closed days; back at each step."""
    ann = presses(world.customer(language=tongue.tag).starts(), tongue, "booking.button.book")
    service, car = ann.labels[2], None
    ann.presses(service)
    car = ann.labels[1]
    ann.presses(car).sees(tongue.sees_store).says(tongue.back).presses(car).presses(tongue.store)
    free = [button for button in ann.labels if ":" in button]
    assert len(free) == 6
    presses(ann, tongue, "booking.day.other")
    assert (
        ann.labels[:7]
        == {
            "en": ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"],
            "zh-Hans": [*"一二三四五六日"],
            "zh-Hant": [*"一二三四五六日"],
        }[tongue.language]
    )
    ann.presses("24").sees(tongue.tuesday).says(tongue.back).presses("24").presses("10:00").sees(
        tongue.tuesday, tongue.sees_phone
    )
    ann.says(tongue.phone).sees(tongue.sees_done, tongue.tuesday)
    assert rows(world)[-1].status == "confirmed"


@in_three
def test_what_comes_in_between(world: World, tongue: Tongue) -> None:
    """CC7, IN16: questions, a price, a stale button, another language: the form goes on with all that it had."""
    ann = world.customer(language=tongue.tag).says(tongue.asks).sees(tongue.sees_store)
    ann.says(tongue.hours).sees(tongue.sees_hours, tongue.sees_store)
    ann.says(tongue.price).sees("¥699", tongue.sees_store)
    old = ann.button(tongue.store)
    ann.presses(tongue.store).sees(tongue.tuesday, tongue.sees_phone).says(tongue.price).sees("¥699", tongue.sees_phone)
    ann.says(tongue.other_price).sees("¥48", tongue.sees_phone).does("press", press=old)
    assert ann.toast == label(world, tongue, "dialogue.stale")
    presses(ann, tongue, "booking.button.note").says("x" * 400).says(tongue.note).sees(tongue.note)
    presses(ann, tongue, "booking.button.change", "booking.change.store").presses(tongue.other_store)
    ann.sees(tongue.other_store, tongue.note, tongue.sees_phone)
    for other in (one for one in TONGUES if one is not tongue):
        ann.says({"en": "English", "zh-Hans": "简体中文", "zh-Hant": "繁體中文"}[other.language])
        ann.sees(other.tuesday, other.other_store, other.sees_phone, tongue.note)
    ann.says(other.phone).sees(other.sees_done, other.other_store)
    assert [(row.status, row.note) for row in rows(world)][-1] == ("confirmed", tongue.note)


@in_three
def test_what_is_no_time_is_said_kindly(world: World, tongue: Tongue) -> None:
    """TM8, TM13: the impossible, the past, the closed and the far; also when an appointment is to be moved there."""
    ann = world.customer(language=tongue.tag).says(tongue.whole)
    presses(ann, tongue, "booking.button.time")
    for words, why in tongue.wrong:
        ann.says(words).sees(why)
        assert len(ann.labels) >= 4, "other times are offered"
    ann.does("photo", media=("x",))
    assert ann.last.data["ask"][1] in ("day", "time")
    ann.does("press", press=f"{ann.last.token}.0").sees(tongue.sees_phone).says(tongue.phone).sees(tongue.sees_done)
    presses(ann, tongue, "booking.button.move").says(tongue.wrong[0][0]).sees(tongue.wrong[0][1]).says(tongue.stop)
    ann.says({"en": "move it to 25:00"}.get(tongue.language, "改到25點" if tongue.language == "zh-Hant" else "改到25点"))
    ann.sees(tongue.wrong[3][1])


@in_three
def test_seen_moved_cancelled(world: World, tongue: Tongue) -> None:
    """IE7: left in the middle, nothing is booked; the way, the code, the file; moved and cancelled, the calendar follows."""
    left = world.customer(language=tongue.tag).says(tongue.whole).sees(tongue.sees_phone).says(tongue.stop)
    left.sees(world.engine.texts.label("booking.dropped", tongue.language, {"n": 0}))
    ann = booked(world, tongue)
    presses(ann.says(tongue.mine).sees(tongue.tuesday), tongue, "booking.button.way").sees("+86 532", tongue.store)
    assert "https://uri.amap.com/" in str(ann.last.data)
    presses(ann, tongue, "booking.button.qr")
    assert ann.last.data["picture"]
    presses(ann.says(tongue.mine), tongue, "booking.button.calendar")
    assert "SEQUENCE:0" in ann.last.data["document"]["content"]
    ann.says(tongue.move).sees(tongue.tuesday, tongue.friday).says(tongue.no).sees(label(world, tongue, "booking.kept"))
    ann.says(tongue.move).says(tongue.yes).sees(tongue.sees_moved, tongue.friday)
    assert "SEQUENCE:1" in ann.last.data["document"]["content"]
    presses(ann, tongue, "booking.button.move", "booking.day.other")
    ann.presses("24").presses("11:00").sees(tongue.friday, tongue.tuesday).says(tongue.back)
    ann.presses("11:00").says(tongue.yes).sees(tongue.sees_moved, "11:00")
    ann.says(tongue.cancel).says(tongue.no).sees(label(world, tongue, "booking.kept"))
    ann.says(tongue.cancel).says(tongue.yes).sees(tongue.sees_cancelled)
    assert "METHOD:CANCEL" in ann.last.data["document"]["content"]
    assert tongue.tuesday not in ann.says(tongue.mine).last.text
    *others, last = [row.status for row in rows(world)]
    assert last == "cancelled"
    assert set(others) <= {"held", "expired"}


@in_three
def test_reminded_and_answered(world: World, tongue: Tongue) -> None:
    ann = booked(world, tongue)
    _at(world, _utc(23, 2, 30))
    presses(ann.sees(tongue.sees_tomorrow, tongue.tuesday), tongue, "booking.button.coming").sees(tongue.tuesday)
    presses(ann, tongue, "booking.button.cancel", "booking.sure.yes").sees(tongue.sees_cancelled)


@in_three
def test_several_cars_and_what_is_no_car(world: World, tongue: Tongue) -> None:
    """IN8: a plate with an emoji in it is read without; three cars and no plate are asked; the booking keeps what it had."""
    add, three = {"en": ("add a car", "I have three cars"), "zh-Hans": ("添加车辆", "我有三辆车"),
                  "zh-Hant": ("新增車輛", "我有三台車")}[tongue.language]  # fmt: skip
    ann = world.customer(language=tongue.tag)
    for plate in ("粤B🚗12345", "粤B99999", ""):
        ann.says(add).says(f"A4 {plate}".strip())
        presses(ann, tongue, "vehicles.button.done")
    whole = tongue.whole.replace(" for my A4", "").replace("A4，", "")
    ann.says(whole)
    assert [("粤B·12345" in label, "粤B·99999" in label) for label in ann.labels[:3]] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    asked = ann.last.text
    ann.says(three).sees(asked).says("🚗🚗").sees(label(world, tongue, "dialogue.stuck")).does("photo", media=("x",)).sees(asked)
    ann.says("粵B 99999").sees(tongue.tuesday, "粤B·99999", tongue.sees_phone)


def test_in_line_for_a_full_day(world: World) -> None:
    """In the other two languages this is held in test_booking_pushes.py."""
    tongue, taken = SIMPLIFIED, _fills(world, date(2026, 11, 24))
    ann = world.customer(language=tongue.tag).says("周二换机油，A4，东港店，在店等")
    presses(ann, tongue, "booking.button.wait", "booking.wait.morning")
    ann.says(tongue.phone).sees("24").says(tongue.mine)
    _frees(world, taken, _utc(24, 0, 30))
    presses(ann.sees("08:30"), tongue, "booking.button.decline").sees(label(world, tongue, "booking.wait.next"))
    _frees(world, taken, _utc(24, 1, 30))
    presses(ann.sees("09:00"), tongue, "booking.button.accept").sees(tongue.sees_done, "09:00")
