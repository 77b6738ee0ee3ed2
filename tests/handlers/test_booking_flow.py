"""The conversation of booking: from words or taps to an appointment, in three languages, and every change of mind on the way."""

from datetime import UTC, datetime

import pytest

from storage import appointments
from storage.appointments import Appointment
from tests.world import Customer, World


def _all(world: World) -> list[Appointment]:
    with world.database.reading() as session:
        return session.query(Appointment).order_by(Appointment.id).all()


def _booked(world: World) -> Appointment:
    [row] = [row for row in _all(world) if row.status == appointments.CONFIRMED and row.source == "chat"]
    return row


def _utc(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "words", "taps", "phone", "echo", "yes", "done", "starts"),
    [
        ("en", "oil change next Tuesday at ten for my A4", ["Lanwan Auto East", "I'll wait"], "138 0013 8000",
         ["Oil and filter change", "Tue 24 Nov, 10:00", "East Harbour", "Audi A4", "¥699"], "yes", "You're booked!", _utc(24, 2)),
        ("zh-CN", "下周三上午十点做小保养", ["奥迪A4", "澜湾汽车东港店", "在店等候"], "13800138000",
         ["小保养", "11月25日 周三 10:00", "东港店", "奥迪A4", "¥899"], "好的", "预约成功", _utc(25, 2)),
        ("zh-TW", "下週五下午三點半換機油", ["奧迪A4", "瀾灣汽車東港店", "在店等候"], "+886 912 345 678",
         ["更換機油", "11月27日 週五 15:30", "東港店", "奧迪A4"], "好", "預約完成", _utc(27, 7, 30)),
    ],
)  # fmt: skip
def test_two_messages_and_a_few_taps_make_an_appointment(
    world: World, language: str, words: str, taps: list[str], phone: str, echo: list[str], yes: str, done: str, starts: datetime
) -> None:
    """TM8: said back with weekday, date and time before it is booked."""
    ann = world.customer(language=language).says(words)
    for tap in taps:
        ann.presses(tap)
    ann.says(phone).sees(*echo)
    assert [row.status for row in _all(world) if row.source == "chat"][-1] == "held"
    ann.says(yes).sees(done, echo[1])
    row = _booked(world)
    assert (row.starts_at, row.status) == (starts, "confirmed")
    assert row.customer_id is not None
    assert row.vehicle_id is not None
    assert row.phone == ("+886912345678" if phone.startswith("+") else "+8613800138000")


def test_six_taps_from_the_button_to_the_appointment(world: World) -> None:
    ann = world.customer(language="en").starts().presses("Book a visit")
    for tap in ("Oil and filter", "Audi A4", "Lanwan Auto East", "I'll wait", "Sat 21 Nov, 10:30"):
        ann.presses(tap)
    ann.says("13800138000").presses("✓ Book it").sees("You're booked!", "Sat 21 Nov, 10:30")
    assert _booked(world).starts_at == _utc(21, 2, 30)


def books(ann: Customer, words: str = "oil change next Tuesday at ten for my A4 at East Harbour, I'll wait") -> Customer:
    """Somebody with an appointment."""
    return ann.says(words).says("13800138000").says("yes").sees("You're booked!")


def test_everything_in_one_message(world: World) -> None:
    books(world.customer())
    assert _booked(world).starts_at == _utc(24, 2)
