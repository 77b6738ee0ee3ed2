"""A car that became known when the appointment was confirmed takes its place in the plan too."""

from handlers.booking import history
from handlers.booking.plan import planned, wish_of
from handlers.booking.times import alternatives
from handlers.dialogue import Refusal, Turn
from storage import slots
from storage.appointments import Appointment
from storage.slots import Claim, Taken, quantum_at, quantum_from
from storage.vehicles import Vehicle


def bring(turn: Turn, row: Appointment, car: Vehicle) -> None:
    """Raises Refusal when this very car is expected elsewhere at that time."""
    claim = Claim(slots.vehicle(car.id), quantum_at(row.starts_at), quantum_from(row.ends_at))
    try:
        with turn.session.begin_nested():
            ledger = slots.lock(turn.session, row.store_id, slots.days_of([claim]))
            ledger.take(row.id, [claim])
            ledger.save()
    except Taken:
        others = alternatives(turn.session, planned(turn.shop, wish_of(turn.shop, row)), row.starts_at, turn.now)
        raise Refusal("booking.refused.car_busy", again="time", times=others) from None
    row.vehicle_id = car.id
    history.note(turn.session, row, turn.now, history.CUSTOMER, "car", vehicle=car.id)
