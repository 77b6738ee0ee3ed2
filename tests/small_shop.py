"""A shop with nothing but what a test of booking needs: one store in Shanghai, some bays, some services."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Any

from sqlalchemy.orm import Session

from handlers.dialogue import shop as shops
from handlers.dialogue.shop import Shop
from storage import stores
from storage.catalogue import Service

Week = list[list[tuple[time, time]]]


def small_shop(
    session: Session, hours: Week, bays: Mapping[str, str], services: Sequence[tuple[str, int, str, str]], *,
    technicians: Mapping[str, Sequence[str]] | None = None, **booking: Any,
) -> Shop:  # fmt: skip
    """`services`: (code, minutes, kind of bay, skill). `technicians`: skills by code. `booking`: terms; nobody is limited."""
    texts = {"names": {"en": "Main"}, "addresses": {"en": "1 Road"}, "parking": {}, "phone": "+8610055500000"}
    place = {"kind": "dealership", "position": 1, "timezone": "Asia/Shanghai", "region": "CN", "currency": "CNY", "margin": None}
    staff = [{"code": code, "name": code, "skills": skills, "shifts": [[]] * 7} for code, skills in (technicians or {}).items()]
    stores.put(
        session,
        {**texts, **place, "code": "main", "hours": hours, "special_days": [], "bays": bays, "demo_cars": {}, "feedback": {},
         "booking": {"most_open": 10**6, "most_holds": 10**6, **booking}, "technicians": staff},
    )  # fmt: skip
    session.add_all(
        Service(code=code, category="a", names={"en": code}, includes={}, aliases=[], minutes=minutes, bay_kind=kind, skill=skill,
                position=number, active=True)
        for number, (code, minutes, kind, skill) in enumerate(services)
    )  # fmt: skip
    session.flush()
    return shops.load(session)
